/*
 * The checker on places in the queue; see judge.h. Somebody is inside for certain from the first
 * answer that said so until the session's end that was told, or until a payment or a leave that may
 * have had effect began.
 */
#include "soak/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The beginning (+1) or the end (-1) of somebody's time inside. */
struct step {
    int64_t concert, at;
    int by;
};

static int by_ticket(const void *a, const void *b)
{
    const struct op *x = *(struct op *const *)a, *y = *(struct op *const *)b;

    if (x->concert != y->concert)
        return x->concert < y->concert ? -1 : 1;
    if (x->ticket != y->ticket)
        return x->ticket < y->ticket ? -1 : 1;
    return (x->ended > y->ended) - (x->ended < y->ended);
}

static int by_time(const void *a, const void *b)
{
    const struct step *x = a, *y = b;

    if (x->concert != y->concert)
        return x->concert < y->concert ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->by - y->by;
}

static void judge_tickets(struct judge *j, struct op **told, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct op *x = told[i - 1], *y = told[i];

        if (x->ticket > 0 && x->concert == y->concert && x->ticket == y->ticket &&
            x->user != y->user)
            judge_say(j, "TICKET_TWICE", "concert %" PRId64 " ticket %" PRId64 ": users %d and %d",
                      x->concert, x->ticket, x->user, y->user);
    }
}

/* Two steps for each ticket that was told to be inside. */
static size_t make_steps(struct op **told, size_t count, struct op **ends, size_t end_count,
                         struct step *steps)
{
    size_t n = 0;

    for (size_t i = 0; i < count;) {
        const struct op *first = told[i];
        int64_t from = INT64_MAX, to = 0;

        for (; i < count && told[i]->concert == first->concert && told[i]->ticket == first->ticket;
             i++) {
            if (told[i]->outcome != OP_OK || strcmp(told[i]->state, "ACTIVE") != 0)
                continue;
            if (told[i]->ended < from)
                from = told[i]->ended;
            if (told[i]->session_expires_at > to)
                to = told[i]->session_expires_at;
        }
        int64_t end = judge_place_end(ends, end_count, first->user, first->concert, first->ticket);
        if (end < to)
            to = end;
        if (from < to) {
            steps[n++] = (struct step){first->concert, from, 1};
            steps[n++] = (struct step){first->concert, to, -1};
        }
    }
    return n;
}

static int64_t cap_of(const struct final_state *f, int64_t concert)
{
    for (size_t i = 0; i < f->concert_count; i++)
        if (f->concerts[i].concert == concert)
            return f->concerts[i].max_active;
    return 0;
}

static void judge_cap(struct judge *j, const struct step *steps, size_t count)
{
    int64_t inside = 0, cap = 0, said_of = 0;

    for (size_t i = 0; i < count; i++) {
        if (i == 0 || steps[i].concert != steps[i - 1].concert) {
            inside = 0;
            cap = cap_of(j->final, steps[i].concert);
        }
        inside += steps[i].by;
        if (cap > 0 && inside > cap && said_of != steps[i].concert) {
            said_of = steps[i].concert;
            judge_say(j, "CAP_EXCEEDED",
                      "concert %" PRId64 " at %" PRId64 ": %" PRId64 " inside of %" PRId64,
                      steps[i].concert, steps[i].at, inside, cap);
        }
    }
}

void judge_places(struct judge *j)
{
    size_t count, end_count, step_count;
    struct op **told = judge_pick(j, 1U << OP_JOIN | 1U << OP_POLL, by_ticket, &count);
    struct op **ends = judge_pick(j, 1U << OP_PAY | 1U << OP_LEAVE, judge_by_place, &end_count);
    struct step *steps = calloc(2 * count + 1, sizeof *steps);

    if (!steps)
        abort();
    judge_tickets(j, told, count);
    step_count = make_steps(told, count, ends, end_count, steps);
    qsort(steps, step_count, sizeof *steps, by_time);
    judge_cap(j, steps, step_count);
    free(steps);
    free(told);
    free(ends);
}
