/* Entity tags, see http/etag.h. */
#include "http/etag.h"

#include <string.h>

static const char *skip(const char *s, const char *what)
{
    return s + strspn(s, what);
}

/* A tag may hold any character from ! on but a quote (RFC 9110, section 8.8.3). */
static size_t tag_length(const char *s)
{
    size_t n = 0;

    while ((unsigned char)s[n] >= 0x21 && s[n] != '"' && s[n] != 0x7f)
        n++;
    return n;
}

bool etag_listed(const char *if_none_match, const char *opaque)
{
    const char *s = if_none_match ? skip(if_none_match, " \t") : "";
    size_t len = strlen(opaque);

    if (*s == '*')
        return *skip(s + 1, " \t") == '\0';
    for (s = skip(s, " \t,"); *s; s = skip(s, " \t,")) {
        size_t n;

        if (s[0] == 'W' && s[1] == '/')
            s += 2;
        if (*s++ != '"')
            return false;
        n = tag_length(s);
        if (s[n] != '"')
            return false;
        if (n == len && memcmp(s, opaque, n) == 0)
            return true;
        s = skip(s + n + 1, " \t");
        if (*s && *s != ',')
            return false;
    }
    return false;
}
