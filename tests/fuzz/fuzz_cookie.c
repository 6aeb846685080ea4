/* Whatever the Cookie header is, what is found in it is a value of the grammar, within it, after
 * the name; and there is none beside it. */
#include "fuzz.h"
#include "http/cookie.h"

#include <stdlib.h>
#include <string.h>

static void check_found(const char *header, const char *value, size_t len)
{
    const char *second = NULL, *rest = value + len;
    size_t second_len = 0;

    if (len == 0 || value < header + 2 || rest > header + strlen(header) ||
        memcmp(value - 2, "a=", 2) != 0)
        abort();
    for (size_t i = 0; i < len; i++)
        if (value[i] < 0x21 || value[i] > 0x7e || strchr("\",;\\", value[i]))
            abort();
    if (*rest && cookie_find(rest + strcspn(rest, ";"), "a", &second, &second_len) == COOKIE_FOUND)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *header = calloc(1, size + 1);
    const char *value = NULL;
    size_t len = 0;

    memcpy(header, data, size);
    if (cookie_find(header, "a", &value, &len) == COOKIE_FOUND)
        check_found(header, value, len);
    free(header);
    return 0;
}
