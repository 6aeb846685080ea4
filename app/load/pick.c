/* Picks members out of JSON, see load/pick.h. */
#include "load/pick.h"

#include "base/text.h"
#include <string.h>

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* From an opening quote to after the closing one; NULL if there is none. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        if (*p == '\\')
            p++;
    }
    return NULL;
}

/* From an opening bracket to after the one that closes it. */
static const char *skip_nested(const char *p, const char *end)
{
    int depth = 0;

    while (p && p < end) {
        if (*p == '"') {
            p = skip_string(p, end);
            continue;
        }
        if (*p == '{' || *p == '[')
            depth++;
        else if ((*p == '}' || *p == ']') && --depth == 0)
            return p + 1;
        p++;
    }
    return NULL;
}

/* From the start of a value to after it; NULL if it is cut off or there is none. */
static const char *skip_value(const char *p, const char *end)
{
    const char *start = p;

    if (p >= end)
        return NULL;
    if (*p == '"')
        return skip_string(p, end);
    if (*p == '{' || *p == '[')
        return skip_nested(p, end);
    while (p < end && !strchr(",]} \t\n\r:\"[{", *p))
        p++;
    return p < end && p > start ? p : NULL;
}

bool pick_member(struct pick object, const char *name, struct pick *value)
{
    const char *end = object.p + object.len, *p = skip_blanks(object.p, end);
    size_t len = strlen(name);

    if (p >= end || *p != '{')
        return false;
    for (p = skip_blanks(p + 1, end); p < end && *p == '"'; p = skip_blanks(p + 1, end)) {
        const char *key = p + 1, *after = skip_string(p, end), *start;

        start = after ? skip_blanks(after, end) : end;
        if (start >= end || *start != ':')
            return false;
        start = skip_blanks(start + 1, end);
        p = skip_value(start, end);
        if (!p)
            return false;
        if ((size_t)(after - 1 - key) == len && memcmp(key, name, len) == 0) {
            *value = (struct pick){start, (size_t)(p - start)};
            return true;
        }
        p = skip_blanks(p, end);
        if (p >= end || *p != ',')
            return false;
    }
    return false;
}

bool pick_int(struct pick object, const char *name, int64_t *value)
{
    struct pick v;

    return pick_member(object, name, &v) && text_parse_int(v.p, v.len, value);
}

bool pick_text(struct pick object, const char *name, struct pick *value)
{
    struct pick v;

    if (!pick_member(object, name, &v) || v.p[0] != '"')
        return false;
    *value = (struct pick){v.p + 1, v.len - 2};
    return true;
}

bool pick_is(struct pick object, const char *name, const char *text)
{
    struct pick v;

    return pick_text(object, name, &v) && v.len == strlen(text) && memcmp(v.p, text, v.len) == 0;
}

bool pick_next(struct pick *array, struct pick *element)
{
    const char *end = array->p + array->len, *p = skip_blanks(array->p, end), *after;

    if (p >= end || (*p != '[' && *p != ','))
        return false;
    p = skip_blanks(p + 1, end);
    after = skip_value(p, end);
    if (!after)
        return false;
    *element = (struct pick){p, (size_t)(after - p)};
    *array = (struct pick){after, (size_t)(end - after)};
    return true;
}
