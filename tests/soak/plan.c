/*
 * Drawing the plan; see plan.h. The faults are dealt like cards: a deck with each kind in it is
 * shuffled and dealt out before the next one is, so that none is missing for long.
 */
#include "soak/plan.h"

#include "soak/rng.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    PLAN_STREAM = 1,
    FIRST_MS = 1500,
    SHORTEST_GAP_MS = 500,
    LONGEST_GAP_MS = 1500,
    DECK_MAX = 64
};

static const struct kind {
    const char *name;
    int in_deck, shortest_ms, longest_ms;
    const char *help;
} kinds[] = {
#define FAULT_KIND(name, text, deck, shortest, longest, help) {text, deck, shortest, longest, help},
    FAULT_LIST(FAULT_KIND)
#undef FAULT_KIND
};

const char *fault_name(enum fault f)
{
    return kinds[f].name;
}

const char *fault_help(enum fault f)
{
    return kinds[f].help;
}

static bool add_fault(const char *name, size_t len, unsigned *faults)
{
    for (int f = 0; f < FAULT_COUNT; f++) {
        if (strlen(kinds[f].name) == len && memcmp(kinds[f].name, name, len) == 0) {
            *faults |= FAULT_BIT(f);
            return true;
        }
    }
    return false;
}

bool plan_read_faults(const char *list, unsigned *faults)
{
    *faults = 0;
    if (strcmp(list, "all") == 0)
        *faults = FAULT_ALL;
    if (strcmp(list, "all") == 0 || strcmp(list, "none") == 0)
        return true;
    for (;;) {
        size_t len = strcspn(list, ",");

        if (!add_fault(list, len, faults))
            return false;
        if (list[len] == '\0')
            return true;
        list += len + 1;
    }
}

/* A shuffled deck (Fisher and Yates); how many cards. */
static int shuffle(struct rng *r, unsigned faults, enum fault deck[DECK_MAX])
{
    int n = 0;

    for (int f = 0; f < FAULT_COUNT; f++)
        for (int i = 0; i < kinds[f].in_deck && (faults & FAULT_BIT(f)); i++)
            deck[n++] = (enum fault)f;
    for (int i = n - 1; i > 0; i--) {
        int j = rng_below(r, i + 1);
        enum fault card = deck[i];

        deck[i] = deck[j];
        deck[j] = card;
    }
    return n;
}

static struct plan_item *add(struct plan *p)
{
    p->items = realloc(p->items, (p->count + 1) * sizeof *p->items);
    if (!p->items)
        abort();
    return &p->items[p->count++];
}

void plan_draw(uint64_t seed, int seconds, unsigned faults, struct plan *out)
{
    enum fault deck[DECK_MAX];
    struct rng r;
    int left = 0;
    int64_t end = (int64_t)seconds * 1000;

    *out = (struct plan){0};
    rng_begin(&r, seed, PLAN_STREAM);
    for (int64_t at = FIRST_MS; at < end - FIRST_MS && faults;
         at += rng_between(&r, SHORTEST_GAP_MS, LONGEST_GAP_MS)) {
        if (left == 0)
            left = shuffle(&r, faults, deck);
        const struct kind *k = &kinds[deck[--left]];
        struct plan_item *item = add(out);

        *item = (struct plan_item){.at_ms = at, .fault = deck[left]};
        item->length_ms = rng_between(&r, k->shortest_ms, k->longest_ms);
        item->how = (int32_t)(rng_next(&r) >> 33);
        item->every = rng_between(&r, 1, 4);
        if (item->at_ms + item->length_ms > end)
            item->length_ms = (int)(end - item->at_ms);
    }
}

void plan_free(struct plan *p)
{
    free(p->items);
    *p = (struct plan){0};
}

void plan_print(const struct plan *p, FILE *to)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct plan_item *item = &p->items[i];

        fprintf(to, "plan %3zu %8.3f s  %-18s for %4d ms  how %10" PRId32 "  one in %d\n", i + 1,
                (double)item->at_ms / 1000, kinds[item->fault].name, item->length_ms, item->how,
                item->every);
    }
}
