/* QR codes (ISO/IEC 18004), drawn by libqrencode. */
#ifndef FRONTROW_HTTP_QR_H
#define FRONTROW_HTTP_QR_H

#include "base/text.h"
#include <stddef.h>

/* Modules of light that a code needs around it. */
#define QR_QUIET 4

/*
 * Appends the code of `len` bytes of text, error correction level M, as the data of an SVG path
 * that fills its dark modules: a module is 1 by 1, the code's corner at (QR_QUIET, QR_QUIET).
 * Returns how many modules a side has with the quiet zone, or 0 if the text is too long for a code
 * (2,331 bytes) or memory is short.
 */
int qr_path(const char *text, size_t len, struct text_buf *out);

#endif
