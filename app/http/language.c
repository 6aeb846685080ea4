/*
 * Choosing Korean or English, see http/language.h.
 *
 * A range counts for a language when its first subtag is that language's ("ko-KR" for ko): there
 * is one text for each, so a regional wish is met by it (the spirit of RFC 4647's lookup). Where
 * several ranges count for one language the best q does; `*` counts for a language that no range
 * names.
 */
#include "http/language.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define LANGUAGES 2

/* What the header says of one language; q in thousandths, -1: nothing. */
struct wish {
    int q;
    int place; /* which range of the header named it, from 0 */
};

/* A piece of the header. */
struct part {
    const char *p, *end;
};

static struct part trim(struct part part)
{
    while (part.p < part.end && (*part.p == ' ' || *part.p == '\t'))
        part.p++;
    while (part.p < part.end && (part.end[-1] == ' ' || part.end[-1] == '\t'))
        part.end--;
    return part;
}

/* Takes what is before `separator`, trimmed, off the front of *rest. */
static struct part take_part(struct part *rest, char separator)
{
    const char *at = memchr(rest->p, separator, (size_t)(rest->end - rest->p));
    struct part part = {rest->p, at ? at : rest->end};

    rest->p = at ? at + 1 : rest->end;
    return trim(part);
}

/* A qvalue in thousandths (RFC 9110, section 12.4.2); -1 if it is none. */
static int parse_qvalue(struct part part)
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

/* The weight after a range: 1000 without one, -1 if it is malformed. */
static int parse_weight(struct part rest, bool present)
{
    struct part part = trim(rest);

    if (!present)
        return 1000;
    if (part.end - part.p < 2 || (part.p[0] != 'q' && part.p[0] != 'Q') || part.p[1] != '=')
        return -1;
    part.p += 2;
    return parse_qvalue(part);
}

/* A basic language range other than `*` (RFC 4647, section 2.1); *primary is its first subtag. */
static bool parse_range(struct part range, struct part *primary)
{
    for (bool first = true;; first = false) {
        const char *start = range.p;

        while (range.p < range.end &&
               (first ? isalpha((unsigned char)*range.p) : isalnum((unsigned char)*range.p)))
            range.p++;
        if (range.p == start || range.p - start > 8)
            return false;
        if (first)
            *primary = (struct part){start, range.p};
        if (range.p == range.end)
            return true;
        if (*range.p++ != '-')
            return false;
    }
}

static bool is_tag(struct part part, const char *tag)
{
    size_t len = strlen(tag);

    return (size_t)(part.end - part.p) == len && strncasecmp(part.p, tag, len) == 0;
}

/* One element of the list, the `place`th. */
static void read_element(struct part element, int place, struct wish wishes[LANGUAGES], int *any_q)
{
    static const char *const tags[LANGUAGES] = {[LANGUAGE_EN] = "en", [LANGUAGE_KO] = "ko"};
    bool weighted = memchr(element.p, ';', (size_t)(element.end - element.p)) != NULL;
    struct part range = take_part(&element, ';');
    int q = parse_weight(element, weighted);
    struct part primary;

    if (q < 0)
        return;
    if (is_tag(range, "*")) {
        if (q > *any_q)
            *any_q = q;
        return;
    }
    if (!parse_range(range, &primary))
        return;
    for (int i = 0; i < LANGUAGES; i++)
        if (is_tag(primary, tags[i]) && q > wishes[i].q)
            wishes[i] = (struct wish){q, place};
}

enum language language_choose(const char *accept_language, enum language preset)
{
    struct wish wishes[LANGUAGES] = {{-1, 0}, {-1, 0}};
    struct wish *en = &wishes[LANGUAGE_EN], *ko = &wishes[LANGUAGE_KO];
    int any_q = -1;
    struct part rest;
    int places = 0;

    if (!accept_language)
        return preset;
    rest = (struct part){accept_language, accept_language + strlen(accept_language)};
    while (rest.p < rest.end)
        read_element(take_part(&rest, ','), places++, wishes, &any_q);
    /* Who is only covered by `*` comes after all that are named. */
    for (int i = 0; i < LANGUAGES; i++)
        if (wishes[i].q < 0)
            wishes[i] = (struct wish){any_q, places};
    /* Neither is wanted: still rather one that is not mentioned than one that is excluded. */
    if (en->q <= 0 && ko->q <= 0 && en->q != ko->q)
        return en->q < ko->q ? LANGUAGE_EN : LANGUAGE_KO;
    if (en->q <= 0 && ko->q <= 0)
        return preset;
    if (en->q != ko->q)
        return en->q > ko->q ? LANGUAGE_EN : LANGUAGE_KO;
    if (en->place != ko->place)
        return en->place < ko->place ? LANGUAGE_EN : LANGUAGE_KO;
    return preset;
}
