/*
 * A strict check of JSON text, see http/json_scan.h.
 *
 * One pass in recursive descent, no deeper than JSON_SCAN_MAX_DEPTH. The names of the objects that
 * are open lie on one stack, each object's on top of its parent's; at an object's end its names
 * are sorted and equal neighbours looked for, so the work stays at n log n however many names a
 * body has. UTF-8 is checked once for the whole text, so that the rest can go byte by byte.
 */
#include "http/json_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

struct name {
    const char *s;
    size_t len;
};

struct scan {
    const char *p, *end;
    struct name *names; /* of the open objects */
    size_t n_names, cap_names;
    char *arena; /* unescaped names; never longer than the text, so it is taken once */
    char *arena_free;
    size_t text_len;
};

static bool scan_value(struct scan *s, int depth);

static void skip_space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
        s->p++;
}

/* Takes the character `c` if it is next. */
static bool take(struct scan *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

/* After white space. */
static bool take_token(struct scan *s, char c)
{
    skip_space(s);
    return take(s, c);
}

static bool take_word(struct scan *s, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
        return false;
    s->p += len;
    return true;
}

static bool take_digits(struct scan *s)
{
    const char *start = s->p;

    while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
        s->p++;
    return s->p > start;
}

/* RFC 8259, section 6. */
static bool scan_number(struct scan *s)
{
    take(s, '-');
    if (!take(s, '0') && !take_digits(s))
        return false;
    if (take(s, '.') && !take_digits(s))
        return false;
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '+'))
            take(s, '-');
        return take_digits(s);
    }
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after \u; -1 if they are not there. */
static int32_t scan_hex4(struct scan *s)
{
    int32_t value = 0;

    if (s->end - s->p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(*s->p++);

        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* The character after \u, of one or two escapes; -1 for surrogates that are no pair. */
static int32_t scan_unicode_escape(struct scan *s)
{
    int32_t high = scan_hex4(s);
    int32_t low;

    if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
        return -1;
    if (high < 0xd800 || high > 0xdbff)
        return high;
    if (!take(s, '\\') || !take(s, 'u'))
        return -1;
    low = scan_hex4(s);
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* The character after a backslash; -1 if there is no such escape. */
static int32_t scan_escape(struct scan *s)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *at;

    if (s->p == s->end || *s->p == '\0')
        return -1;
    if (take(s, 'u'))
        return scan_unicode_escape(s);
    at = strchr(letters, *s->p++);
    return at ? meanings[at - letters] : -1;
}

/* A string, its opening quote taken; sets *escaped if there is an escape in it. */
static bool scan_string(struct scan *s, bool *escaped)
{
    while (s->p < s->end) {
        unsigned char c = (unsigned char)*s->p++;

        if (c == '"')
            return true;
        if (c < 0x20)
            return false;
        if (c != '\\')
            continue;
        *escaped = true;
        if (scan_escape(s) < 0)
            return false;
    }
    return false;
}

/* Replaces a name that scan_string has taken by its unescaped text in the arena. */
static bool unescape_name(struct scan *s, struct name *name)
{
    struct scan in = {.p = name->s, .end = name->s + name->len};
    char *out;

    if (!s->arena)
        s->arena = s->arena_free = malloc(s->text_len);
    if (!s->arena)
        return false;
    name->s = out = s->arena_free;
    while (in.p < in.end) {
        if (!take(&in, '\\')) {
            *out++ = *in.p++;
            continue;
        }
        /* No escape is shorter than its character, so there is always room. */
        out += u8_uctomb((uint8_t *)out, (ucs4_t)scan_escape(&in), 4);
    }
    name->len = (size_t)(out - name->s);
    s->arena_free = out;
    /* json-c cuts a name at NUL: what is left might be one that is known. */
    return !memchr(name->s, '\0', name->len);
}

/* A member's name, its opening quote taken, onto the stack. */
static bool scan_name(struct scan *s)
{
    struct name name = {s->p, 0};
    bool escaped = false;

    if (!scan_string(s, &escaped))
        return false;
    name.len = (size_t)(s->p - 1 - name.s);
    if (escaped && !unescape_name(s, &name))
        return false;
    if (s->n_names == s->cap_names) {
        size_t cap = s->cap_names ? 2 * s->cap_names : 16;
        struct name *names = realloc(s->names, cap * sizeof *names);

        if (!names)
            return false;
        s->names = names;
        s->cap_names = cap;
    }
    s->names[s->n_names++] = name;
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const struct name *x = a, *y = b;

    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return memcmp(x->s, y->s, x->len);
}

/* Whether the names from `first` on differ; takes them off the stack. */
static bool pop_names(struct scan *s, size_t first)
{
    size_t n = s->n_names - first;
    struct name *names = s->names + first;

    s->n_names = first;
    if (n < 2)
        return true;
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 1; i < n; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0)
            return false;
    return true;
}

/* The opening brace is taken. */
static bool scan_object(struct scan *s, int depth)
{
    size_t first = s->n_names;

    if (take_token(s, '}'))
        return true;
    do {
        if (!take_token(s, '"') || !scan_name(s))
            return false;
        if (!take_token(s, ':') || !scan_value(s, depth))
            return false;
    } while (take_token(s, ','));
    return take(s, '}') && pop_names(s, first);
}

/* The opening bracket is taken. */
static bool scan_array(struct scan *s, int depth)
{
    if (take_token(s, ']'))
        return true;
    do {
        if (!scan_value(s, depth))
            return false;
    } while (take_token(s, ','));
    return take(s, ']');
}

/* A value within `depth` containers. */
static bool scan_value(struct scan *s, int depth)
{
    bool escaped = false;

    skip_space(s);
    if (s->p == s->end)
        return false;
    switch (*s->p) {
    case '{':
        s->p++;
        return depth < JSON_SCAN_MAX_DEPTH && scan_object(s, depth + 1);
    case '[':
        s->p++;
        return depth < JSON_SCAN_MAX_DEPTH && scan_array(s, depth + 1);
    case '"':
        s->p++;
        return scan_string(s, &escaped);
    case 't':
        return take_word(s, "true");
    case 'f':
        return take_word(s, "false");
    case 'n':
        return take_word(s, "null");
    default:
        return scan_number(s);
    }
}

bool json_scan(const char *text, size_t len)
{
    struct scan s = {.p = text, .text_len = len};
    bool good;

    if (!text || len == 0 || u8_check((const uint8_t *)text, len))
        return false;
    s.end = text + len;
    good = scan_value(&s, 0);
    skip_space(&s);
    good = good && s.p == s.end;
    free(s.names);
    free(s.arena);
    return good;
}
