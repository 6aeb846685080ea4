/* The checker's frame; see judge.h. */
#include "soak/judge.h"

#include <stdarg.h>
#include <stdlib.h>

enum { SLACK_MS = 2 };

void judge_say(struct judge *j, const char *kind, const char *format, ...)
{
    char text[512];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    j->found++;
    j->say(j->arg, kind, text);
}

/* --- Finding operations --- */

struct op **judge_pick(const struct judge *j, unsigned kinds,
                       int (*compare)(const void *a, const void *b), size_t *count)
{
    struct op **found = malloc((j->history->count + 1) * sizeof(struct op *));

    if (!found)
        abort();
    *count = 0;
    for (size_t i = 0; i < j->history->count; i++)
        if (kinds & (1U << j->history->ops[i]->kind))
            found[(*count)++] = j->history->ops[i];
    qsort(found, *count, sizeof(struct op *), compare);
    return found;
}

static int order(int64_t x, int64_t y)
{
    return (x > y) - (x < y);
}

int judge_by_reservation(const void *a, const void *b)
{
    const struct op *x = *(struct op *const *)a, *y = *(struct op *const *)b;

    if (x->user != y->user)
        return order(x->user, y->user);
    if (x->reservation != y->reservation)
        return order(x->reservation, y->reservation);
    return order(x->begun, y->begun);
}

int judge_by_place(const void *a, const void *b)
{
    const struct op *x = *(struct op *const *)a, *y = *(struct op *const *)b;

    if (x->user != y->user)
        return order(x->user, y->user);
    if (x->concert != y->concert)
        return order(x->concert, y->concert);
    return order(x->ticket, y->ticket);
}

/* The first that is not before `key`. */
static size_t lower_bound(struct op **sorted, size_t all, const struct op *key,
                          int (*compare)(const void *a, const void *b))
{
    size_t low = 0, high = all;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare(&sorted[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct op **judge_of_reservation(struct op **sorted, size_t all, int user, int64_t reservation,
                                 size_t *count)
{
    struct op key = {.user = user, .reservation = reservation, .begun = INT64_MIN};
    size_t at = lower_bound(sorted, all, &key, judge_by_reservation), end = at;

    while (end < all && sorted[end]->user == user && sorted[end]->reservation == reservation)
        end++;
    *count = end - at;
    return sorted + at;
}

int64_t judge_place_end(struct op **sorted, size_t all, int user, int64_t concert, int64_t ticket)
{
    struct op key = {.user = user, .concert = concert, .ticket = ticket};
    int64_t end = INT64_MAX;

    for (size_t i = lower_bound(sorted, all, &key, judge_by_place);
         i < all && judge_by_place(&sorted[i], &(const struct op *){&key}) == 0; i++) {
        const struct op *op = sorted[i];

        if ((op->kind == OP_LEAVE || op->kind == OP_PAY) && !op_without_effect(op) &&
            op->begun < end)
            end = op->begun;
    }
    return end;
}

bool judge_forgot(const struct op *op, int64_t at)
{
    return op->outcome == OP_REFUSED && op->doubtful && at > 0 && at < op->last_begun - SLACK_MS;
}

/* An answer that is sent again must be the first one, to the byte. */
static void judge_echoes(struct judge *j)
{
    for (size_t i = 0; i < j->history->count; i++) {
        const struct op *op = j->history->ops[i];

        if (op->kind == OP_ECHO && op->differs)
            judge_say(j, "ECHO_DIFFERS", "user %d: a key that was answered before got %d %s",
                      op->user, op->status, op->code);
    }
}

size_t judge_all(const struct history *h, struct final_state *f, judge_fn *say, void *arg)
{
    struct judge j = {.history = h, .final = f, .say = say, .arg = arg};

    judge_money(&j);
    judge_reservations(&j);
    judge_seats(&j);
    judge_places(&j);
    judge_echoes(&j);
    return j.found;
}
