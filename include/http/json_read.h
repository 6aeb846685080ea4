/* From JSON text to json-c's tree, through the strict scan. For bind and auth, which alone read
 * JSON that came from outside. */
#ifndef FRONTROW_HTTP_JSON_READ_H
#define FRONTROW_HTTP_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/*
 * The tree of `text` if json_scan takes it and it is an object; otherwise, or without memory,
 * NULL. The caller frees it with json_object_put.
 */
struct json_object *json_read_object(const char *text, size_t len);

/* Whether `value` (NULL: no) was written as an integer, without fraction or exponent, and lies
 * strictly above INT64_MIN and at most at INT64_MAX: json-c turns what is below into INT64_MIN. */
bool json_read_int(struct json_object *value, int64_t *out);

#endif
