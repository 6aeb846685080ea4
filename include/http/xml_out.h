/* Writing text into XML (XML 1.0, sections 2.2 and 2.4). */
#ifndef FRONTROW_HTTP_XML_OUT_H
#define FRONTROW_HTTP_XML_OUT_H

#include "base/text.h"
#include <stddef.h>

/* Appends `len` bytes so that they are text between tags or in a value between quotes of either
 * kind, whatever they are. What XML has no place for (control characters, U+FFFE, U+FFFF) and what
 * is no UTF-8 becomes U+FFFD. */
void xout_text(struct text_buf *out, const char *text, size_t len);

/* The same up to its zero. */
void xout_puts(struct text_buf *out, const char *text);

#endif
