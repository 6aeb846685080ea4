/* Sets of numbers, see base/ranges.h. */
#include "base/ranges.h"

#include <inttypes.h>
#include <string.h>

void ranges_put(struct text_buf *out, const int32_t *numbers, int count)
{
    for (int first = 0, last; first < count; first = last + 1) {
        for (last = first; last + 1 < count && numbers[last + 1] == numbers[last] + 1;)
            last++;
        text_buf_printf(out, first ? ",%" PRId32 : "%" PRId32, numbers[first]);
        if (last > first)
            text_buf_printf(out, "-%" PRId32, numbers[last]);
    }
}

/* "7" or "1-4", of `len` bytes. */
static bool read_range(const char *text, size_t len, int64_t *first, int64_t *last)
{
    const char *dash = memchr(text, '-', len);
    size_t digits = dash ? (size_t)(dash - text) : len;

    if (!text_parse_int(text, digits, first))
        return false;
    *last = *first;
    return !dash || (text_parse_int(dash + 1, len - digits - 1, last) && *last > *first);
}

int ranges_count(const char *text, int count_max, int64_t number_max)
{
    int64_t count = 0, first, last, before = -1;

    for (size_t len;; text += len + 1) {
        len = strcspn(text, ",");
        /* what follows on the range before would have been written as part of it */
        if (!read_range(text, len, &first, &last) || first < 1 || first <= before + 1 ||
            last > number_max || last - first >= count_max)
            return 0;
        count += last - first + 1;
        if (count > count_max)
            return 0;
        before = last;
        if (!text[len])
            return (int)count;
    }
}
