/* From JSON text to json-c's tree, see http/json_read.h. */
#include "http/json_read.h"

#include "http/json_scan.h"

#include <json-c/json.h>
#include <limits.h>

struct json_object *json_read_object(const char *text, size_t len)
{
    struct json_tokener *tokener;
    struct json_object *root;

    if (len > INT_MAX || !json_scan(text, len))
        return NULL;
    tokener = json_tokener_new_ex(JSON_SCAN_MAX_DEPTH + 1);
    if (!tokener)
        return NULL;
    /* Not JSON_TOKENER_STRICT: the scan is stricter, and strict json-c calls a number beyond 64
     * bits a syntax error, where a field at fault is to be named. */
    root = json_tokener_parse_ex(tokener, text, (int)len);
    json_tokener_free(tokener);
    if (json_object_is_type(root, json_type_object))
        return root;
    json_object_put(root);
    return NULL;
}

bool json_read_int(struct json_object *value, int64_t *out)
{
    int64_t n;

    if (!json_object_is_type(value, json_type_int) || json_object_get_uint64(value) > INT64_MAX)
        return false;
    n = json_object_get_int64(value);
    if (n == INT64_MIN)
        return false;
    *out = n;
    return true;
}
