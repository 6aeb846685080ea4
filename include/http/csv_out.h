/* Writing CSV (RFC 4180) that a spreadsheet opens without running anything. */
#ifndef FRONTROW_HTTP_CSV_OUT_H
#define FRONTROW_HTTP_CSV_OUT_H

#include "base/text.h"
#include <stddef.h>

/*
 * Appends one record with its CRLF. A cell is UTF-8, or NULL for an empty one. What a spreadsheet
 * would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
 */
void csv_row(struct text_buf *out, const char *const *cells, size_t count);

#endif
