/*
 * Choosing Korean or English, see http/language.h.
 *
 * A range counts for a language when its first subtag is that language's ("ko-KR" for ko): there
 * is one text for each, so a regional wish is met by it (the spirit of RFC 4647's lookup). Where
 * several ranges count for one language the best q does; `*` counts for a language that no range
 * names.
 */
#include "http/language.h"

#include "http/weighted.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LANGUAGES 2

static const char *const tags[LANGUAGES] = {[LANGUAGE_EN] = "en", [LANGUAGE_KO] = "ko"};

/* What the header says of one language; q in thousandths, -1: nothing. */
struct wish {
    int q;
    int place; /* which range of the header named it, from 0 */
};

/* The weight after a range: 1000 without one, -1 if it is malformed. */
static int parse_weight(struct weighted_part rest, bool present)
{
    int q = 1000;

    return !present || weighted_weight(weighted_trim(rest), &q) ? q : -1;
}

/* A basic language range other than `*` (RFC 4647, section 2.1); *primary is its first subtag. */
static bool parse_range(struct weighted_part range, struct weighted_part *primary)
{
    for (bool first = true;; first = false) {
        const char *start = range.p;

        while (range.p < range.end &&
               (first ? isalpha((unsigned char)*range.p) : isalnum((unsigned char)*range.p)))
            range.p++;
        if (range.p == start || range.p - start > 8)
            return false;
        if (first)
            *primary = (struct weighted_part){start, range.p};
        if (range.p == range.end)
            return true;
        if (*range.p++ != '-')
            return false;
    }
}

/* One element of the list, the `place`th. */
static void read_element(struct weighted_part element, int place, struct wish wishes[LANGUAGES],
                         int *any_q)
{
    bool weighted = memchr(element.p, ';', (size_t)(element.end - element.p)) != NULL;
    struct weighted_part range = weighted_take(&element, ';');
    int q = parse_weight(element, weighted);
    struct weighted_part primary;

    if (q < 0)
        return;
    if (weighted_is(range, "*")) {
        if (q > *any_q)
            *any_q = q;
        return;
    }
    if (!parse_range(range, &primary))
        return;
    for (int i = 0; i < LANGUAGES; i++)
        if (weighted_is(primary, tags[i]) && q > wishes[i].q)
            wishes[i] = (struct wish){q, place};
}

enum language language_choose(const char *accept_language, enum language preset)
{
    struct wish wishes[LANGUAGES] = {{-1, 0}, {-1, 0}};
    struct wish *en = &wishes[LANGUAGE_EN], *ko = &wishes[LANGUAGE_KO];
    int any_q = -1;
    struct weighted_part rest;
    int places = 0;

    if (!accept_language)
        return preset;
    rest = weighted_all(accept_language);
    while (rest.p < rest.end)
        read_element(weighted_take(&rest, ','), places++, wishes, &any_q);
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

enum language language_for(const struct config *cfg, const char *accept_language)
{
    bool korean = strcmp(cfg->server_default_language, tags[LANGUAGE_KO]) == 0;

    return language_choose(accept_language, korean ? LANGUAGE_KO : LANGUAGE_EN);
}

const char *language_tag(enum language language)
{
    return tags[language];
}
