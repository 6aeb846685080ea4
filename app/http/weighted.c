/* Lists with weights, see http/weighted.h. */
#include "http/weighted.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

struct weighted_part weighted_all(const char *value)
{
    return (struct weighted_part){value, value + strlen(value)};
}

struct weighted_part weighted_trim(struct weighted_part part)
{
    while (part.p < part.end && (*part.p == ' ' || *part.p == '\t'))
        part.p++;
    while (part.p < part.end && (part.end[-1] == ' ' || part.end[-1] == '\t'))
        part.end--;
    return part;
}

/* What is behind the quoted string that begins at p; where it does not end, behind its quote. */
static const char *skip_quoted(const char *p, const char *end)
{
    for (const char *at = p + 1; at < end; at++) {
        if (*at == '"')
            return at + 1;
        at += *at == '\\';
    }
    return p + 1;
}

struct weighted_part weighted_take(struct weighted_part *rest, char separator)
{
    struct weighted_part part = *rest;
    const char *at = rest->p;

    while (at < rest->end && *at != separator)
        at = *at == '"' ? skip_quoted(at, rest->end) : at + 1;
    part.end = at;
    rest->p = at < rest->end ? at + 1 : rest->end;
    return weighted_trim(part);
}

bool weighted_is(struct weighted_part part, const char *word)
{
    size_t len = strlen(word);

    return (size_t)(part.end - part.p) == len && strncasecmp(part.p, word, len) == 0;
}

/* A qvalue: up to three decimals, at most 1. */
static int parse_qvalue(struct weighted_part part)
{
    size_t len = (size_t)(part.end - part.p);
    int q = 0;

    if (len == 0 || len > 5 || (len > 1 && part.p[1] != '.'))
        return -1;
    for (size_t i = 0; i < 5; i++) {
        char c = i < len ? part.p[i] : '0';

        if (i == 1)
            continue;
        if (c < '0' || c > '9')
            return -1;
        q = q * 10 + (c - '0');
    }
    return q <= 1000 ? q : -1;
}

bool weighted_weight(struct weighted_part part, int *q)
{
    if (part.end - part.p < 2 || (part.p[0] != 'q' && part.p[0] != 'Q') || part.p[1] != '=')
        return false;
    part.p += 2;
    *q = parse_qvalue(part);
    return true;
}
