/* Choosing a media type, see http/accept.h. */
#include "http/accept.h"

#include "http/weighted.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* How closely a range covers a type. */
enum closeness { NOT_COVERED, BY_ANY, BY_MAJOR, BY_NAME };

/* What the header says of one type. */
struct wish {
    enum closeness closeness;
    int q;     /* in thousandths */
    int place; /* which element of the header says so */
};

static enum closeness covers(struct weighted_part range, const char *type)
{
    size_t len = (size_t)(range.end - range.p);
    size_t major = strcspn(type, "/") + 1;

    if (weighted_is(range, type))
        return BY_NAME;
    if (weighted_is(range, "*/*"))
        return BY_ANY;
    if (len == major + 1 && range.p[major] == '*' && strncasecmp(range.p, type, major) == 0)
        return BY_MAJOR;
    return NOT_COVERED;
}

/* What follows the range: 1000 without a weight, -1 if it is malformed. */
static int read_weight(struct weighted_part parameters)
{
    int q = 1000;

    while (parameters.p < parameters.end)
        if (weighted_weight(weighted_take(&parameters, ';'), &q))
            break;
    return q;
}

/* The closest range counts; of several alike the one with the best q. */
static void read_element(struct weighted_part element, int place, const char *type,
                         struct wish *wish)
{
    struct weighted_part range = weighted_take(&element, ';');
    struct wish found = {covers(range, type), read_weight(element), place};

    if (found.closeness == NOT_COVERED || found.q < 0)
        return;
    if (found.closeness > wish->closeness ||
        (found.closeness == wish->closeness && found.q > wish->q))
        *wish = found;
}

static struct wish wish_for(const char *accept, const char *type)
{
    struct weighted_part rest = weighted_all(accept);
    struct wish wish = {NOT_COVERED, 0, 0};

    for (int place = 0; rest.p < rest.end; place++)
        read_element(weighted_take(&rest, ','), place, type, &wish);
    return wish;
}

static bool is_better(struct wish a, struct wish b)
{
    if (a.q != b.q)
        return a.q > b.q;
    if (a.q == 0)
        return false;
    if (a.closeness != b.closeness)
        return a.closeness > b.closeness;
    return a.place < b.place;
}

size_t accept_choose(const char *accept, const char *const *types, size_t count)
{
    struct wish best = {NOT_COVERED, 0, 0};
    size_t chosen = 0;

    for (size_t i = 0; accept && i < count; i++) {
        struct wish wish = wish_for(accept, types[i]);

        if (!is_better(wish, best))
            continue;
        best = wish;
        chosen = i;
    }
    return chosen;
}
