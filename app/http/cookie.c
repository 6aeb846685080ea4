/* The Cookie header, see http/cookie.h. */
#include "http/cookie.h"

#include <stdbool.h>
#include <string.h>

/* cookie-octet: visible ASCII without quotes, comma, semicolon and backslash. */
static bool is_octet(char c)
{
    return c > ' ' && c < 0x7f && !strchr("\",;\\", c);
}

static bool is_value(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_octet(s[i]))
            return false;
    return true;
}

/* Moves the ends of a text inwards over blanks. */
static void trim(const char **s, size_t *len)
{
    while (*len > 0 && (**s == ' ' || **s == '\t')) {
        (*s)++;
        (*len)--;
    }
    while (*len > 0 && ((*s)[*len - 1] == ' ' || (*s)[*len - 1] == '\t'))
        (*len)--;
}

/* What one pair, which ends before a semicolon or with the header, says about the cookie. */
static enum cookie_result read_pair(const char *pair, size_t len, const char *name,
                                    const char **value, size_t *value_len)
{
    size_t name_len = strlen(name);

    trim(&pair, &len);
    if (len <= name_len || memcmp(pair, name, name_len) != 0 || pair[name_len] != '=')
        return COOKIE_ABSENT;
    if (!is_value(pair + name_len + 1, len - name_len - 1))
        return COOKIE_BAD;
    *value = pair + name_len + 1;
    *value_len = len - name_len - 1;
    return COOKIE_FOUND;
}

enum cookie_result cookie_find(const char *header, const char *name, const char **value,
                               size_t *len)
{
    enum cookie_result result = COOKIE_ABSENT;

    if (!header)
        return COOKIE_ABSENT;
    if (strnlen(header, COOKIE_HEADER_MAX + 1) > COOKIE_HEADER_MAX)
        return COOKIE_BAD;
    for (size_t n; *header; header += n + (header[n] == ';')) {
        enum cookie_result seen;

        n = strcspn(header, ";");
        seen = read_pair(header, n, name, value, len);
        if (seen != COOKIE_ABSENT)
            result = seen == COOKIE_FOUND && result == COOKIE_ABSENT ? COOKIE_FOUND : COOKIE_BAD;
    }
    return result == COOKIE_FOUND && *len == 0 ? COOKIE_ABSENT : result;
}
