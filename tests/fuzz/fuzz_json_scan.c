/* What json_scan takes, strict json-c must take too, and read the same way when written again. */
#include "fuzz.h"
#include "http/json_scan.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

static void check_tree(struct json_object *root)
{
    const char *again = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);

    if (!json_scan(again, strlen(again)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_tokener *tokener;
    struct json_object *root;
    char *text;

    if (!json_scan((const char *)data, size))
        return 0;
    /* json-c ends a bare number only at a zero. */
    text = calloc(1, size + 1);
    tokener = json_tokener_new_ex(JSON_SCAN_MAX_DEPTH + 1);
    memcpy(text, data, size);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    root = json_tokener_parse_ex(tokener, text, (int)size + 1);
    switch (json_tokener_get_error(tokener)) {
    case json_tokener_success:
        check_tree(root);
        break;
    case json_tokener_error_parse_number: /* beyond 64 bits, which the binder refuses */
        break;
    default:
        abort();
    }
    json_object_put(root);
    json_tokener_free(tokener);
    free(text);
    return 0;
}
