/* The nemesis; see nemesis.h. Nothing here waits: what lasts has a beginning and an end. */
#include "soak/nemesis.h"
#include "soak/nemesis_parts.h"
#include "soak/target.h"

#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>

enum { MOST_CUTS = 200, MOST_LATE = 4, LONGER_MS = 6000 };

unsigned nemesis_allow(const struct nemesis_place *place, unsigned faults)
{
    if ((faults & FAULT_BIT(FAULT_DISK_FULL)) && !place->disk) {
        puts("skipped disk-full: no disk of its own (mounting needs root)");
        faults &= ~FAULT_BIT(FAULT_DISK_FULL);
    }
    if ((faults & FAULT_BIT(FAULT_CLOCK)) && !place->clock) {
        puts("skipped clock: libfaketime cannot be loaded into these programs");
        faults &= ~FAULT_BIT(FAULT_CLOCK);
    }
    return faults;
}

void nemesis_begin(struct nemesis *n, const struct nemesis_place *place, const struct plan *plan,
                   unsigned faults)
{
    *n = (struct nemesis){.place = *place,
                          .plan = plan,
                          .faults = faults,
                          .began_ms = clock_monotonic_ms(),
                          .show = wire_slot_new()};
}

void nemesis_effect(struct nemesis *n, enum fault f, uint64_t by)
{
    n->tally[f].effects += by;
}

void nemesis_say(const struct nemesis *n, enum fault f, const char *text, int64_t number)
{
    printf("%8.3f s  %s: %s %" PRId64 "\n", (double)(clock_monotonic_ms() - n->began_ms) / 1000,
           fault_name(f), text, number);
}

/* --- Cuts --- */

static const struct {
    enum fault fault;
    enum cut cut;
} cuts[] = {{FAULT_CUT_STATEMENT, CUT_STATEMENT},
            {FAULT_CUT_BEFORE_COMMIT, CUT_BEFORE_COMMIT},
            {FAULT_CUT_AFTER_COMMIT, CUT_AFTER_COMMIT},
            {FAULT_CUT_ANSWER, CUT_ANSWER},
            {FAULT_LATE_COMMIT, CUT_LATE_COMMIT}};

/* CUT_COUNT: it is none. */
static enum cut cut_of(enum fault f)
{
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        if (cuts[i].fault == f)
            return cuts[i].cut;
    return CUT_COUNT;
}

/* Transactions have up to about sixteen statements; answers begin with a head of four bytes; the
 * application waits four seconds, and the server ends an idle transaction after five. */
static int cut_at(const struct plan_item *item)
{
    switch (item->fault) {
    case FAULT_CUT_STATEMENT:
        return 1 + item->how % 14;
    case FAULT_CUT_ANSWER:
        return 1 + item->how % 40;
    case FAULT_LATE_COMMIT:
        return 4150 + item->how % 600;
    default:
        return 0;
    }
}

static void begin_cut(struct nemesis *n, const struct plan_item *item, enum cut cut)
{
    n->hits_before[cut] = proxy_hits(n->place.proxy, cut);
    proxy_arm(n->place.proxy, cut, cut_at(item), item->every,
              cut == CUT_LATE_COMMIT ? MOST_LATE : MOST_CUTS);
}

static void end_cut(struct nemesis *n, const struct plan_item *item, enum cut cut)
{
    uint64_t hits;

    proxy_disarm(n->place.proxy, cut);
    hits = proxy_hits(n->place.proxy, cut) - n->hits_before[cut];
    nemesis_effect(n, item->fault, hits);
    nemesis_say(n, item->fault, "connections:", (int64_t)hits);
}

/* Whether a cut is to stay armed beyond its time, for it has hit nothing yet: perhaps the database
 * is dead just now. */
static bool waits_for_hit(const struct nemesis *n, enum fault f, int64_t now)
{
    enum cut cut = cut_of(f);

    return cut < CUT_COUNT && proxy_hits(n->place.proxy, cut) == n->hits_before[cut] &&
           now < n->ends_ms[f] + LONGER_MS;
}

/* --- The plan --- */

static void end_fault(struct nemesis *n, enum fault f)
{
    enum cut cut = cut_of(f);

    n->ends_ms[f] = 0;
    if (f == FAULT_FREEZE)
        nemesis_thaw(n);
    else if (f == FAULT_BACKLOG)
        nemesis_empty_backlog(n);
    else if (f == FAULT_DISK_FULL)
        nemesis_free_disk(n);
    else if (f == FAULT_CLOCK)
        nemesis_right_clock(n);
    else if (cut < CUT_COUNT)
        end_cut(n, &n->under_way[f], cut);
}

static void begin_fault(struct nemesis *n, const struct plan_item *item)
{
    enum fault f = item->fault;
    enum cut cut = cut_of(f);

    if (n->ends_ms[f])
        end_fault(n, f); /* dealt again before its end */
    n->tally[f].begun++;
    n->under_way[f] = *item;
    if (item->length_ms > 0)
        n->ends_ms[f] = n->began_ms + item->at_ms + item->length_ms;
    if (f == FAULT_KILL_WORKER)
        nemesis_kill_workers(n, item);
    else if (f == FAULT_KILL_MASTER)
        nemesis_kill(n, f, target_find(n->place.state, TARGET_MASTER));
    else if (f == FAULT_KILL_JOB)
        nemesis_kill(n, f, target_find(n->place.state, TARGET_JOB));
    else if (f == FAULT_KILL_NGINX)
        nemesis_kill_nginx(n, item);
    else if (f == FAULT_KILL_DATABASE)
        nemesis_kill(n, f, target_find(n->place.state, TARGET_DATABASE));
    else if (f == FAULT_FREEZE)
        nemesis_freeze(n, item);
    else if (f == FAULT_BACKLOG)
        nemesis_fill_backlog(n, item);
    else if (f == FAULT_DISK_FULL)
        nemesis_fill_disk(n);
    else if (f == FAULT_CLOCK)
        nemesis_skew_clock(n, item);
    else if (cut < CUT_COUNT)
        begin_cut(n, item, cut);
}

void nemesis_step(struct nemesis *n)
{
    int64_t now = clock_monotonic_ms();

    for (int f = 0; f < FAULT_COUNT; f++)
        if (n->ends_ms[f] && now >= n->ends_ms[f] && !waits_for_hit(n, (enum fault)f, now))
            end_fault(n, (enum fault)f);
    while (n->next < n->plan->count && now >= n->began_ms + n->plan->items[n->next].at_ms) {
        const struct plan_item *item = &n->plan->items[n->next++];

        if (n->faults & FAULT_BIT(item->fault))
            begin_fault(n, item);
    }
    nemesis_go_on_with_clock(n);
}

void nemesis_stop(struct nemesis *n)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        if (n->ends_ms[f])
            end_fault(n, (enum fault)f);
}

static bool is_planned(const struct nemesis *n, enum fault f)
{
    for (size_t i = 0; i < n->plan->count; i++)
        if (n->plan->items[i].fault == f)
            return true;
    return false;
}

bool nemesis_report(const struct nemesis *n)
{
    bool good = true;

    for (int f = 0; f < FAULT_COUNT; f++) {
        const struct nemesis_tally *t = &n->tally[f];
        enum cut cut = cut_of((enum fault)f);

        if (!(n->faults & FAULT_BIT(f)) || !is_planned(n, (enum fault)f))
            continue;
        printf("fault %-18s begun %3" PRIu64 "  effects %5" PRIu64, fault_name((enum fault)f),
               t->begun, t->effects);
        for (int role = 0; cut < CUT_COUNT && role < CUT_ROLE_COUNT; role++)
            printf("  %s %" PRIu64, cut_role_names[role],
                   (uint64_t)n->place.proxy->arms[cut].hits[role]);
        if (t->effects == 0)
            printf("  NOTHING DONE");
        printf("\n");
        good = good && t->effects > 0;
    }
    return good;
}
