/* A strict check of JSON text before json-c sees it (RFC 8259). */
#ifndef FRONTROW_HTTP_JSON_SCAN_H
#define FRONTROW_HTTP_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Containers within containers at the most: the outermost one is 1. */
#define JSON_SCAN_MAX_DEPTH 8

/*
 * Whether `text` is one JSON value, and nothing after it but white space, in valid UTF-8, without
 * duplicate names in an object (compared after unescaping), unescaped control characters, lone
 * surrogates, numbers outside RFC 8259's grammar, or deeper nesting. json-c lets several of these
 * through, and cuts a name at an escaped NUL, which is refused in names. In values it is for the
 * binder to refuse.
 */
bool json_scan(const char *text, size_t len);

#endif
