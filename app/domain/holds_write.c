/*
 * Writes the holds of a batch, see domain/holds_batch.h: rows that are locked, and new ones.
 *
 * From the new reservation's row on its foreign key keeps the show from being changed: so the last
 * look at whether it has been canceled comes after that row.
 */
#include "domain/holds_batch.h"

#include <stdlib.h>

static int by_end(const void *a, const void *b)
{
    const struct holds_one *x = a, *y = b;
    int64_t x_end = x->answer.hold_expires_at, y_end = y->answer.hold_expires_at;
    return x_end != y_end ? (x_end > y_end) - (x_end < y_end) : x->place - y->place;
}

/* All of them begin at the moment at which the tokens were read; those that end together are next
 * to each other from here on. */
static void settle_times(struct holds_batch *b)
{
    for (struct holds_one *h = b->holds; h < b->holds + b->count; h++) {
        h->answer.starts_at = h->terms.starts_at;
        h->answer.created_at = h->row.now;
        h->answer.hold_expires_at = h->row.now + h->terms.hold_seconds * 1000;
    }
    qsort(b->holds, (size_t)b->count, sizeof *b->holds, by_end);
}

/* As many rows have been changed as there are; else somebody has been where nobody can be. */
static enum err expect_changed(enum err e, int64_t changed, int n)
{
    return e == ERR_OK && changed != n ? ERR_DB_RETRY : e;
}

static enum err write_tokens(struct holds_batch *b)
{
    struct db_value params[1 + CLERK_BATCH];
    enum err e = ERR_OK;
    for (int from = 0, to; e == ERR_OK && from < b->count; from = to) {
        int64_t ids[CLERK_BATCH], changed = 0, end = b->holds[from].answer.hold_expires_at;
        for (to = from; to < b->count && b->holds[to].answer.hold_expires_at == end; to++)
            ids[to - from] = b->holds[to].ask->caller.token_id;
        params[0] = DB_P_TIME(end);
        clerk_marks(params + 1, ids, to - from);
        e = db_exec_params(b->clerk->app->db, STMT_DESK_HOLD_TOKENS_SET, params, 1 + CLERK_BATCH,
                           &changed);
        e = expect_changed(e, changed, to - from);
    }
    return e;
}

static enum err write_reservations(struct holds_batch *b)
{
    enum { PER_ROW = 7 };
    static const enum stmt sizes[CLERK_SIZES] = CLERK_STMTS(DESK_HOLD_INSERT);
    struct db_value params[CLERK_BATCH * PER_ROW], *p = params;
    int64_t ids[CLERK_BATCH];
    for (const struct holds_one *h = b->holds; h < b->holds + b->count; h++) {
        *p++ = DB_P_UUID(&h->ask->caller.user);
        *p++ = DB_P_INT(h->terms.concert_id);
        *p++ = DB_P_INT(h->terms.schedule_id);
        *p++ = DB_P_INT(h->ask->count);
        *p++ = DB_P_INT(h->answer.amount);
        *p++ = DB_P_TIME(h->answer.created_at);
        *p++ = DB_P_TIME(h->answer.hold_expires_at);
    }
    enum err e = clerk_insert(b->clerk, sizes, params, PER_ROW, b->count, ids);
    for (int i = 0; e == ERR_OK && i < b->count; i++)
        b->holds[i].answer.reservation_id = ids[i];
    return e;
}

/* Seats whose holds end together: takes them, and notes whose they are. */
static enum err take_seats(struct holds_batch *b, const struct holds_wish *wishes, int n)
{
    struct db_value params[1 + 3 * HOLDS_CHUNK], *marks = params + 1;
    struct db_value *theirs = marks + HOLDS_CHUNK, *again = theirs + HOLDS_CHUNK;
    int64_t reservations[HOLDS_CHUNK], changed = 0;
    for (int i = 0; i < n; i++)
        reservations[i] = wishes[i].hold->answer.reservation_id;
    params[0] = DB_P_TIME(wishes[0].hold->answer.hold_expires_at);
    holds_mark_seats(wishes, n, marks);
    clerk_marks(theirs, reservations, n);
    holds_mark_seats(wishes, n, again);
    enum err e = db_exec_params(b->clerk->app->db, STMT_DESK_HOLD_SEATS_SET, params,
                                sizeof params / sizeof *params, &changed);
    e = expect_changed(e, changed, n);
    if (e == ERR_OK)
        e = db_exec_params(b->clerk->app->db, STMT_DESK_HOLD_SEATS_INSERT, marks, HOLDS_CHUNK,
                           &changed);
    return expect_changed(e, changed, n);
}

static enum err write_seats(struct holds_batch *b)
{
    struct holds_wish wishes[HOLDS_ALL_SEATS];
    int n = holds_list_wishes(b, wishes);
    enum err e = ERR_OK;
    for (int from = 0, to; e == ERR_OK && from < n; from = to) {
        int64_t end = wishes[from].hold->answer.hold_expires_at;
        for (to = from; to < n && to - from < HOLDS_CHUNK; to++)
            if (wishes[to].hold->answer.hold_expires_at != end)
                break;
        e = take_seats(b, wishes + from, to - from);
    }
    return e;
}

enum err holds_write(struct holds_batch *b)
{
    settle_times(b);
    enum err e = write_tokens(b);
    if (e == ERR_OK)
        e = write_reservations(b);
    return e == ERR_OK ? write_seats(b) : e;
}
