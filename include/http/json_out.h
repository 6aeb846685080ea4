/*
 * Writing JSON into a buffer, without a tree: what is listed may have 100,000 rows.
 *
 * Commas are set by itself. Nothing checks that begin and end match: that is the caller's. The
 * names begin with jout_, since json_null and others are symbols of the libraries that we link.
 */
#ifndef FRONTROW_HTTP_JSON_OUT_H
#define FRONTROW_HTTP_JSON_OUT_H

#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

/* In each of these `name` is the member's name, a literal that needs no escaping, or NULL for an
 * element of an array or the outermost value, before which the buffer must be empty. */
void jout_object_begin(struct text_buf *out, const char *name);
void jout_object_end(struct text_buf *out);
void jout_array_begin(struct text_buf *out, const char *name);
void jout_array_end(struct text_buf *out);
void jout_int(struct text_buf *out, const char *name, int64_t value);
void jout_bool(struct text_buf *out, const char *name, bool value);
void jout_null(struct text_buf *out, const char *name);
/* Escaped as RFC 8259 asks; NULL gives null; a byte that is no UTF-8 becomes U+FFFD. */
void jout_text(struct text_buf *out, const char *name, const char *value);
/* Like jout_text, but null for the empty string. */
void jout_text_opt(struct text_buf *out, const char *name, const char *value);
/* RFC 3339; null for a negative moment. */
void jout_time(struct text_buf *out, const char *name, int64_t ms);
void jout_uuid(struct text_buf *out, const char *name, const struct uuid *value);
/* JSON text that is already whole; NULL gives null. */
void jout_raw(struct text_buf *out, const char *name, const char *json);

#endif
