/* The checker on holds, how they ended, and what was shown of them; see judge.h. */
#include "soak/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Two readings of one clock, each cut to whole milliseconds. */
enum { SLACK_MS = 2 };

static struct final_reservation *find(struct final_user *u, int64_t reservation)
{
    size_t low = 0, high = u->reservation_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (u->reservations[middle].reservation < reservation)
            low = middle + 1;
        else
            high = middle;
    }
    return low < u->reservation_count && u->reservations[low].reservation == reservation
               ? &u->reservations[low]
               : NULL;
}

static bool same_seats(const struct op *op, const struct final_reservation *r)
{
    return op->seat_count == r->seat_count &&
           memcmp(op->seats, r->seats, (size_t)op->seat_count * sizeof op->seats[0]) == 0;
}

/* Whether a moment that the database told lies between question and answer: its clock is this
 * host's, whatever the product's processes take for now. */
static bool is_between(const struct op *op, int64_t at)
{
    return op->begun <= at + SLACK_MS && at <= op->ended + SLACK_MS;
}

/* --- Each hold that was acknowledged is there; each that is there was asked for --- */

static void match_told(struct judge *j, struct op *op)
{
    struct final_reservation *r = find(&j->final->users[op->user], op->reservation);

    if (!r) {
        judge_say(j, "HOLD_LOST", "user %d: reservation %" PRId64 " is not there", op->user,
                  op->reservation);
        return;
    }
    if (r->hold)
        judge_say(j, "HOLD_TWICE", "user %d: two holds were told reservation %" PRId64, op->user,
                  op->reservation);
    r->hold = op;
    if (r->schedule != op->schedule || r->amount != op->amount || r->created_at != op->created_at ||
        !same_seats(op, r))
        judge_say(j, "HOLD_WRONG", "user %d: reservation %" PRId64 " is not what was told",
                  op->user, op->reservation);
    if (!is_between(op, op->created_at))
        judge_say(j, "TIME_WRONG", "user %d: reservation %" PRId64 " was made at %" PRId64,
                  op->user, op->reservation, op->created_at);
}

static bool may_have_made(const struct op *op, const struct final_reservation *r)
{
    return op->outcome != OP_OK && !op_without_effect(op) && op->schedule == r->schedule &&
           op->begun <= r->created_at + SLACK_MS &&
           (op->best ? op->seat_count == r->seat_count : same_seats(op, r));
}

static bool is_taken(const struct final_user *u, const struct op *op)
{
    for (size_t i = 0; i < u->reservation_count; i++)
        if (u->reservations[i].hold == op)
            return true;
    return false;
}

/* The user's holds are ops[0] to ops[count - 1]. Those that named their seats are tried first. */
static void match_untold(struct judge *j, int user, struct op **ops, size_t count)
{
    struct final_user *u = &j->final->users[user];

    for (size_t i = 0; i < u->reservation_count; i++) {
        struct final_reservation *r = &u->reservations[i];

        for (int best = 0; best < 2; best++)
            for (size_t k = 0; k < count && !r->hold; k++)
                if (ops[k]->best == best && may_have_made(ops[k], r) && !is_taken(u, ops[k]))
                    r->hold = ops[k];
        if (!r->hold)
            judge_say(j, "HOLD_UNASKED", "user %d: reservation %" PRId64, user, r->reservation);
    }
}

/* --- How it ended --- */

/* What was done to one reservation. */
struct deeds {
    const struct op *paid, *refunded, *released, *extended; /* acknowledged */
    bool may_be_paid, may_be_refunded, may_be_released, may_be_extended;
    int64_t first_pay, first_refund; /* when one that may have had effect began */
};

static void note_deed(const struct op *op, const struct op **done, bool *may_be, int64_t *first)
{
    if (op_without_effect(op))
        return;
    *may_be = true;
    if (op->outcome == OP_OK)
        *done = op;
    if (first && op->begun < *first)
        *first = op->begun;
}

static struct deeds look_at(struct op **ops, size_t count)
{
    struct deeds d = {.first_pay = INT64_MAX, .first_refund = INT64_MAX};

    for (size_t i = 0; i < count; i++) {
        const struct op *op = ops[i];

        if (op->kind == OP_PAY)
            note_deed(op, &d.paid, &d.may_be_paid, &d.first_pay);
        else if (op->kind == OP_REFUND)
            note_deed(op, &d.refunded, &d.may_be_refunded, &d.first_refund);
        else if (op->kind == OP_RELEASE)
            note_deed(op, &d.released, &d.may_be_released, NULL);
        else if (op->kind == OP_EXTEND)
            note_deed(op, &d.extended, &d.may_be_extended, NULL);
    }
    return d;
}

static void judge_sale(struct judge *j, int user, const struct final_reservation *r,
                       const struct deeds *d)
{
    bool refunded = strcmp(r->status, "REFUNDED") == 0;

    if (!d->may_be_paid)
        judge_say(j, "PAYMENT_UNASKED", "user %d: reservation %" PRId64 " is %s", user,
                  r->reservation, r->status);
    if (r->paid_at == 0 || r->paid_at > r->hold_expires_at)
        judge_say(j, "PAID_LATE",
                  "user %d: reservation %" PRId64 " paid at %" PRId64 ", held until %" PRId64, user,
                  r->reservation, r->paid_at, r->hold_expires_at);
    if (d->paid && (d->paid->paid_at != r->paid_at || d->paid->payment != r->payment))
        judge_say(j, "PAYMENT_WRONG", "user %d: reservation %" PRId64 " is not what was told", user,
                  r->reservation);
    if (d->paid && !is_between(d->paid, r->paid_at))
        judge_say(j, "TIME_WRONG", "user %d: reservation %" PRId64 " was paid at %" PRId64, user,
                  r->reservation, r->paid_at);
    if (refunded && !d->may_be_refunded)
        judge_say(j, "REFUND_UNASKED", "user %d: reservation %" PRId64, user, r->reservation);
    if (!refunded && d->refunded)
        judge_say(j, "REFUND_LOST", "user %d: reservation %" PRId64 " is %s", user, r->reservation,
                  r->status);
}

/* What ends all of a place's holds: leaving, or another payment. */
static bool place_may_have_ended(const struct final_reservation *r, struct op **places,
                                 size_t place_count)
{
    return r->hold && judge_place_end(places, place_count, r->hold->user, r->concert,
                                      r->hold->ticket) != INT64_MAX;
}

static void judge_end(struct judge *j, int user, const struct final_reservation *r,
                      const struct deeds *d, bool place_ended)
{
    bool sold = strcmp(r->status, "CONFIRMED") == 0 || strcmp(r->status, "REFUNDED") == 0;

    if (sold)
        judge_sale(j, user, r, d);
    else if (d->paid)
        judge_say(j, "PAYMENT_LOST", "user %d: reservation %" PRId64 " is %s", user, r->reservation,
                  r->status);
    if (d->released && strcmp(r->status, "CANCELED") != 0 && strcmp(r->status, "EXPIRED") != 0)
        judge_say(j, "RELEASE_LOST", "user %d: reservation %" PRId64 " is %s", user, r->reservation,
                  r->status);
    if (strcmp(r->status, "CANCELED") == 0 && !d->may_be_released && !place_ended)
        judge_say(j, "RELEASE_UNASKED", "user %d: reservation %" PRId64, user, r->reservation);
    if (d->extended ? d->extended->hold_expires_at != r->hold_expires_at
                    : r->hold && r->hold->outcome == OP_OK && !d->may_be_extended &&
                          r->hold->hold_expires_at != r->hold_expires_at)
        judge_say(j, "EXTEND_WRONG", "user %d: reservation %" PRId64 " is held until %" PRId64,
                  user, r->reservation, r->hold_expires_at);
}

/* --- What was shown of it --- */

static bool is_state(const struct op *show, const char *state)
{
    return strcmp(show->state, state) == 0;
}

static const char *shown_wrong(const struct op *show, const struct final_reservation *r,
                               const struct deeds *d)
{
    bool sold = is_state(show, "CONFIRMED") || is_state(show, "REFUNDED");

    if (d->refunded && d->refunded->ended < show->begun && !is_state(show, "REFUNDED"))
        return "after its refund";
    if (d->paid && d->paid->ended < show->begun && !sold)
        return "after its payment";
    if (sold && d->first_pay > show->ended)
        return "before its payment";
    if (is_state(show, "REFUNDED") && d->first_refund > show->ended)
        return "before its refund";
    if (d->released && d->released->ended < show->begun && !is_state(show, "CANCELED") &&
        !is_state(show, "EXPIRED"))
        return "after it was given back";
    if (is_state(show, "PENDING") && show->begun > r->hold_expires_at + SLACK_MS)
        return "after its time";
    if (is_state(show, "EXPIRED") && r->hold && r->hold->outcome == OP_OK &&
        show->ended + SLACK_MS < r->hold->hold_expires_at)
        return "before its time was over";
    return NULL;
}

static void judge_shown(struct judge *j, const struct final_reservation *r, struct op **ops,
                        size_t count, const struct deeds *d)
{
    for (size_t i = 0; i < count; i++) {
        const struct op *op = ops[i];
        const char *when =
            op->kind == OP_SHOW && op->outcome == OP_OK ? shown_wrong(op, r, d) : NULL;

        if (when)
            judge_say(j, "STATUS_WRONG", "user %d: reservation %" PRId64 " was shown %s %s",
                      op->user, r->reservation, op->state, when);
    }
}

static int by_user(const void *a, const void *b)
{
    const struct op *x = *(struct op *const *)a, *y = *(struct op *const *)b;

    return (x->user > y->user) - (x->user < y->user);
}

static void match_all(struct judge *j)
{
    size_t count, at = 0;
    struct op **holds = judge_pick(j, 1U << OP_HOLD, by_user, &count);

    for (int user = 0; user < (int)j->final->user_count; user++) {
        size_t first = at;

        for (; at < count && holds[at]->user == user; at++)
            if (holds[at]->outcome == OP_OK)
                match_told(j, holds[at]);
        match_untold(j, user, holds + first, at - first);
    }
    free(holds);
}

void judge_reservations(struct judge *j)
{
    unsigned kinds =
        1U << OP_PAY | 1U << OP_REFUND | 1U << OP_RELEASE | 1U << OP_EXTEND | 1U << OP_SHOW;
    size_t count, place_count;
    struct op **ops = judge_pick(j, kinds, judge_by_reservation, &count);
    struct op **places = judge_pick(j, 1U << OP_PAY | 1U << OP_LEAVE, judge_by_place, &place_count);

    match_all(j);
    for (int user = 0; user < (int)j->final->user_count; user++) {
        const struct final_user *u = &j->final->users[user];

        for (size_t i = 0; i < u->reservation_count; i++) {
            const struct final_reservation *r = &u->reservations[i];
            size_t n;
            struct op **own = judge_of_reservation(ops, count, user, r->reservation, &n);
            struct deeds d = look_at(own, n);

            judge_end(j, user, r, &d, place_may_have_ended(r, places, place_count));
            judge_shown(j, r, own, n, &d);
        }
    }
    free(ops);
    free(places);
}
