/* Small text helpers: a growing buffer, UUIDs, strict integers, UTF-8, hex and base64url. */
#ifndef FRONTROW_BASE_TEXT_H
#define FRONTROW_BASE_TEXT_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing byte buffer. Start with {0}. After an allocation that failed `failed` is set and
 * further appends do nothing, so that a caller may check once at the end. `data` is always
 * zero-terminated when not NULL. Free with text_buf_free.
 */
struct text_buf {
    char *data;
    size_t len, cap;
    bool failed;
};

void text_buf_append(struct text_buf *b, const char *data, size_t len);
void text_buf_puts(struct text_buf *b, const char *s);
void text_buf_printf(struct text_buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Makes room for `more` bytes and a zero after those that there are, so that appending as many does
 * not fail. NULL without memory, else where they go: whoever writes there adds to `len`, and keeps
 * the zero. */
char *text_buf_reserve(struct text_buf *b, size_t more);
/* Empties it but keeps the memory. */
void text_buf_reset(struct text_buf *b);
void text_buf_free(struct text_buf *b);

/* A user's id (RFC 9562). */
#define UUID_TEXT_SIZE 37
struct uuid {
    unsigned char b[16];
};

/* Parses the 36 characters of a UUID in either case; false if it is none. */
bool uuid_from_text(const char *text, size_t len, struct uuid *out);
/* Writes it in lower case. */
void uuid_to_text(const struct uuid *u, char out[UUID_TEXT_SIZE]);
/* A fresh random one (version 4). */
void uuid_random(struct uuid *out);
bool uuid_equal(const struct uuid *a, const struct uuid *b);

/* Parses decimal digits only ("0" or no leading zero, no sign); false if anything else, or beyond
 * INT64_MAX. */
bool text_parse_int(const char *s, size_t len, int64_t *out);

/* Room for any integer in digits, with its sign; without a zero. */
#define TEXT_INT_SIZE 20
/* Writes the integer in digits to `out`, without a zero. Returns how many characters these are. */
size_t text_int(int64_t value, char out[TEXT_INT_SIZE]);

/* The number of characters of `len` bytes of UTF-8, or -1 if they are not valid UTF-8. */
int64_t text_utf8_length(const char *s, size_t len);

/* Decodes base64url without padding (RFC 4648, section 5) into `out` of `cap` bytes. False if it
 * is not canonical or does not fit. */
bool text_base64url_decode(const char *s, size_t len, unsigned char *out, size_t cap,
                           size_t *out_len);

/* Appends `len` bytes as base64url without padding. */
void text_buf_base64url(struct text_buf *b, const unsigned char *data, size_t len);

/* Whether two secrets of any lengths are equal, in time that depends on the lengths alone. */
bool text_secret_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* Copies at most cap - 1 bytes and terminates; true if all fitted. */
bool text_copy(char *dst, size_t cap, const char *src, size_t len);

/* Puts a question mark for each control character, which would mean something to a terminal. */
void text_mask_controls(char *text);

#endif
