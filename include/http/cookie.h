/* Reading the Cookie header of a request (RFC 6265, section 4.2). */
#ifndef FRONTROW_HTTP_COOKIE_H
#define FRONTROW_HTTP_COOKIE_H

#include <stddef.h>

/* The longest header that is looked at, in bytes. */
#define COOKIE_HEADER_MAX 16384

enum cookie_result { COOKIE_ABSENT, COOKIE_FOUND, COOKIE_BAD };

/*
 * Looks for the cookie `name` in a header (NULL: there is none). COOKIE_FOUND: *value, of *len
 * bytes, within the header, is a cookie-value of that section's grammar, neither empty nor in
 * quotes. COOKIE_ABSENT: no such name, or its value is empty. COOKIE_BAD: the name comes twice, so
 * that nobody can say whose is meant (a neighbouring host can set one of them), its value is
 * outside the grammar, or the header is too long. Other cookies are anybody's and may be anything.
 */
enum cookie_result cookie_find(const char *header, const char *name, const char **value,
                               size_t *len);

#endif
