/*
 * The checker on seats; see judge.h. From when to when somebody certainly had a seat follows from
 * the answers:
 *
 * - A hold that was acknowledged: from its answer (createdAt is a moment before it was taken) until
 *   holdExpiresAt, or until something that may have ended it began.
 * - A sale: from its answer, or from paidAt, when the payment had locked the seats and the database
 *   had found the hold still good, until a refund may have begun.
 *
 * Somebody else sees it as soon as it is committed. A payment that began in time and is committed
 * late, after holdExpiresAt, shows the seat free in between; nobody can take it meanwhile, since
 * the payment has locked it.
 */
#include "soak/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SLACK_MS = 2 };

/* One seat of one reservation. */
struct span {
    int64_t schedule;
    int32_t seat;
    int64_t from, to;            /* somebody's for certain, if from < to */
    int64_t held_from, held_to;  /* when everybody must see that it is not free */
    int64_t sold_from;           /* and that it is sold; INT64_MAX: never for certain */
    int64_t paid_at, given_back; /* when it was sold, and from when it certainly was not any more */
    int64_t reservation;
    int user;
};

struct spans {
    struct span *v;
    size_t count, capacity;
};

static int64_t earlier(int64_t x, int64_t y)
{
    return x < y ? x : y;
}

static void add(struct spans *s, const struct span *span)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 1024;
        s->v = realloc(s->v, s->capacity * sizeof *s->v);
        if (!s->v)
            abort();
    }
    s->v[s->count++] = *span;
}

/* When the first operation of the kind that may have had effect began, and when the acknowledged
 * one ended. */
static void times_of(struct op **ops, size_t count, enum op_kind kind, int64_t *first,
                     int64_t *told)
{
    *first = *told = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (ops[i]->kind != kind || op_without_effect(ops[i]))
            continue;
        *first = earlier(*first, ops[i]->begun);
        if (ops[i]->outcome == OP_OK)
            *told = earlier(*told, ops[i]->ended);
    }
}

/* The span of each of the reservation's seats. */
static struct span span_of(const struct final_reservation *r, struct op **ops, size_t count,
                           int64_t place_end)
{
    bool sold = strcmp(r->status, "CONFIRMED") == 0 || strcmp(r->status, "REFUNDED") == 0;
    int64_t held = r->hold && r->hold->outcome == OP_OK ? r->hold->ended : INT64_MAX;
    int64_t pay, pay_told, refund, refund_told, release, ignored;
    struct span s = {.schedule = r->schedule, .reservation = r->reservation};

    times_of(ops, count, OP_PAY, &pay, &pay_told);
    times_of(ops, count, OP_REFUND, &refund, &refund_told);
    times_of(ops, count, OP_RELEASE, &release, &ignored);
    s.paid_at = sold ? r->paid_at : INT64_MAX;
    s.given_back = refund_told;
    s.sold_from = sold ? pay_told : INT64_MAX;
    s.held_from = held;
    s.from = earlier(held, s.paid_at);
    if (sold)
        s.to = strcmp(r->status, "REFUNDED") == 0 ? refund : INT64_MAX;
    else
        s.to = earlier(earlier(r->hold_expires_at, release), place_end);
    s.held_to = earlier(s.to, r->hold_expires_at);
    return s;
}

static int by_seat(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    if (x->schedule != y->schedule)
        return x->schedule < y->schedule ? -1 : 1;
    if (x->seat != y->seat)
        return x->seat < y->seat ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

static struct spans collect(struct judge *j)
{
    struct spans s = {0};
    size_t count, place_count;
    struct op **ops = judge_pick(j, 1U << OP_PAY | 1U << OP_REFUND | 1U << OP_RELEASE,
                                 judge_by_reservation, &count);
    struct op **places = judge_pick(j, 1U << OP_PAY | 1U << OP_LEAVE, judge_by_place, &place_count);

    for (int user = 0; user < (int)j->final->user_count; user++) {
        const struct final_user *u = &j->final->users[user];

        for (size_t i = 0; i < u->reservation_count; i++) {
            const struct final_reservation *r = &u->reservations[i];
            size_t n;
            struct op **own = judge_of_reservation(ops, count, user, r->reservation, &n);
            int64_t place_end = judge_place_end(places, place_count, user, r->concert,
                                                r->hold ? r->hold->ticket : 0);
            struct span span = span_of(r, own, n, place_end);

            span.user = user;
            for (int k = 0; k < r->seat_count; k++) {
                span.seat = r->seats[k];
                add(&s, &span);
            }
        }
    }
    free(ops);
    free(places);
    if (s.count > 0)
        qsort(s.v, s.count, sizeof *s.v, by_seat);
    return s;
}

static bool same_seat(const struct span *x, const struct span *y)
{
    return x->schedule == y->schedule && x->seat == y->seat;
}

static void judge_owners(struct judge *j, const struct spans *s)
{
    const struct span *longest = NULL;

    for (size_t i = 0; i < s->count; i++) {
        const struct span *now = &s->v[i];

        if (now->from >= now->to)
            continue;
        if (longest && !same_seat(longest, now))
            longest = NULL;
        if (longest && now->from + SLACK_MS < longest->to)
            judge_say(j, "SEAT_TWICE",
                      "schedule %" PRId64 " seat %" PRId32 ": reservation %" PRId64
                      " of user %d from %" PRId64 " to %" PRId64 ", reservation %" PRId64
                      " of user %d from %" PRId64,
                      now->schedule, now->seat, longest->reservation, longest->user, longest->from,
                      longest->to, now->reservation, now->user, now->from);
        if (!longest || now->to > longest->to)
            longest = now;
    }
}

/* --- What was shown --- */

static size_t first_of(const struct spans *s, int64_t schedule, int32_t seat)
{
    struct span key = {.schedule = schedule, .seat = seat, .from = INT64_MIN};
    size_t low = 0, high = s->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (by_seat(&s->v[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void judge_letter(struct judge *j, const struct spans *s, const struct op *op, int32_t seat,
                         char letter)
{
    bool may_be_sold = false;

    for (size_t i = first_of(s, op->schedule, seat);
         i < s->count && s->v[i].schedule == op->schedule && s->v[i].seat == seat; i++) {
        const struct span *now = &s->v[i];
        bool sold = now->sold_from <= op->begun && now->to > op->ended + SLACK_MS;
        bool held = now->held_from <= op->begun && now->held_to > op->ended + SLACK_MS;

        may_be_sold =
            may_be_sold || (now->paid_at <= op->ended + SLACK_MS && now->given_back >= op->begun);
        if ((sold || held) && letter == 'A')
            judge_say(j, "SEAT_SHOWN_FREE",
                      "schedule %" PRId64 " seat %" PRId32 " at %" PRId64 ": reservation %" PRId64
                      " has it",
                      op->schedule, seat, op->begun, now->reservation);
        else if (sold && letter != 'S')
            judge_say(j, "SEAT_SHOWN_UNSOLD",
                      "schedule %" PRId64 " seat %" PRId32 " at %" PRId64
                      " shown %c: reservation %" PRId64 " has paid for it",
                      op->schedule, seat, op->begun, letter, now->reservation);
    }
    if (letter == 'S' && !may_be_sold)
        judge_say(j, "SEAT_SHOWN_SOLD",
                  "schedule %" PRId64 " seat %" PRId32 " at %" PRId64 ": nobody's then",
                  op->schedule, seat, op->begun);
}

static void judge_shown(struct judge *j, const struct spans *s)
{
    for (size_t i = 0; i < j->history->count; i++) {
        const struct op *op = j->history->ops[i];

        if (op->kind != OP_SEATS || op->outcome != OP_OK || !op->letters)
            continue;
        for (int32_t seat = 1; op->letters[seat - 1]; seat++)
            judge_letter(j, s, op, seat, op->letters[seat - 1]);
    }
}

/* --- The operator's count --- */

static int64_t count_sold(const struct final_state *f, int64_t schedule)
{
    int64_t n = 0;

    for (size_t u = 0; u < f->user_count; u++)
        for (size_t i = 0; i < f->users[u].reservation_count; i++) {
            const struct final_reservation *r = &f->users[u].reservations[i];

            if (r->schedule == schedule && strcmp(r->status, "CONFIRMED") == 0)
                n += r->seat_count;
        }
    return n;
}

static void judge_counts(struct judge *j)
{
    for (size_t i = 0; i < j->final->schedule_count; i++) {
        const struct final_schedule *s = &j->final->schedules[i];
        int64_t sold = count_sold(j->final, s->schedule);

        if (s->sold != sold)
            judge_say(j, "SOLD_COUNT",
                      "schedule %" PRId64 ": %" PRId64 " sold, the buyers have %" PRId64,
                      s->schedule, s->sold, sold);
        if (s->available + s->held + s->sold != s->capacity)
            judge_say(j, "CAPACITY",
                      "schedule %" PRId64 ": %" PRId64 " free, %" PRId64 " held, %" PRId64
                      " sold of %" PRId64,
                      s->schedule, s->available, s->held, s->sold, s->capacity);
    }
}

void judge_seats(struct judge *j)
{
    struct spans s = collect(j);

    judge_owners(j, &s);
    judge_shown(j, &s);
    judge_counts(j);
    free(s.v);
}
