/*
 * The process that holds seats for its host's workers, see domain/holds.h.
 *
 * The tokens and then the seats of a batch are locked, without waiting for anybody; who is not
 * plainly allowed to have them, or has lost one to somebody else, leaves the batch, which then is
 * written. Whatever was looked at without a lock cannot change before the end: what a user has, as
 * long as the token's row is locked; the show, from the new reservation's row on, by its foreign
 * key, so that the last look at whether it has been canceled comes after that row.
 */
#include "base/clock.h"
#include "domain/hold_terms.h"
#include "domain/holds_shared.h"
#include "domain/token_row.h"
#include <stdlib.h>
#include <string.h>

enum { ALL_SEATS = CLERK_BATCH * HOLDS_SEATS, CHUNK = CLERK_BATCH };
/* Rows of what the users have, at the most: where there are more, everybody goes alone. */
enum { USER_ROWS = 400 };
/* Who has less time than this goes alone, and spoils it for nobody. */
enum { MARGIN_MS = 1000 };

struct hold {
    const struct holds_ask *ask;
    int place; /* in the batch as it was taken */
    bool out;  /* leaves the batch */
    bool begun;
    struct queue_row row;
    struct hold_terms terms;
    bool known;  /* the user is */
    int64_t has; /* seats of the user's in the schedule */
    int locked;  /* seats */
    struct holds_answer answer;
};

struct batch {
    struct clerk *clerk;
    struct hold holds[CLERK_BATCH]; /* those that are still in it */
    int count;
    int64_t asked; /* for the tokens, by the monotonic clock */
    int rows;
};

/* A seat and whose it is to be. */
struct wish {
    int64_t seat_id;
    struct hold *hold;
    int i; /* in the ask */
};

/* Those who leave are told after the commit: before that they would meet its locks. */
static enum err close_ranks(struct batch *b)
{
    enum err e = ERR_OK;
    int left = 0;
    for (int i = 0; i < b->count; i++) {
        const struct hold *h = &b->holds[i];
        if (!h->out)
            b->holds[left++] = *h;
        else if (h->begun && e == ERR_OK)
            e = idem_many_drop(b->clerk, &h->ask->key);
    }
    b->count = left;
    return e == ERR_OK && left == 0 ? ERR_NO_ROW : e;
}

/* --- Who asks --- */

static bool have_a_seat_in_common(const struct holds_ask *a, const struct holds_ask *b)
{
    for (int i = 0; i < a->count; i++)
        for (int j = 0; j < b->count; j++)
            if (a->seat_ids[i] == b->seat_ids[j])
                return true;
    return false;
}

/* Of those who are after the same, or are the same, the first one stays. */
static bool comes_later(const struct batch *b, const struct holds_ask *ask)
{
    for (int i = 0; i < b->count; i++) {
        const struct holds_ask *first = b->holds[i].ask;
        if (first->caller.token_id == ask->caller.token_id || have_a_seat_in_common(first, ask))
            return true;
    }
    return false;
}

static enum err begin_keys(struct batch *b)
{
    const struct idem_key *keys[CLERK_BATCH];
    bool out[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        keys[i] = &b->holds[i].ask->key;
    enum err e = idem_many_begin(b->clerk, keys, b->count, out);
    for (int i = 0; e == ERR_OK && i < b->count; i++) {
        b->holds[i].out = out[i];
        b->holds[i].begun = keys[i]->present && !out[i];
    }
    return e == ERR_OK ? close_ranks(b) : e;
}

/* --- Whether they may --- */

static bool is_near(const struct hold *h, int64_t moment)
{
    return moment - h->row.now < MARGIN_MS;
}

static enum err read_token(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    struct token_row t;
    enum err e = token_row_read(row, &t);
    for (struct hold *h = b->holds; e == ERR_OK && h < b->holds + b->count; h++)
        if (h->ask->caller.token_id == t.token_id) {
            token_row_judge(&h->ask->caller, &t, b->asked, &h->row);
            h->out = !h->row.inside || h->row.first_end_passed || is_near(h, h->row.expires_at) ||
                     is_near(h, h->row.first_end);
        }
    return e;
}

static void mark_tokens(const struct batch *b, struct db_value *marks)
{
    int64_t ids[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        ids[i] = b->holds[i].ask->caller.token_id;
    clerk_marks(marks, ids, b->count);
}

static enum err lock_tokens(struct batch *b)
{
    struct db_value marks[CLERK_BATCH];
    mark_tokens(b, marks);
    for (int i = 0; i < b->count; i++)
        b->holds[i].out = true;
    b->asked = clock_monotonic_ms();
    enum err e = db_query_params(b->clerk->app->db, STMT_DESK_HOLD_TOKENS, read_token, b, marks,
                                 CLERK_BATCH);
    return e == ERR_OK ? close_ranks(b) : e;
}

static void mark_schedules(const struct batch *b, struct db_value *marks)
{
    int64_t ids[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        ids[i] = b->holds[i].ask->schedule_id;
    clerk_marks(marks, ids, b->count);
}

/* Columns: a user, and the schedule, status, number of seats and end of a reservation. */
static enum err read_user(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    struct uuid user;
    char status[10];
    if (++b->rows >= USER_ROWS)
        return ERR_NO_ROW;
    db_uuid(&row[0], &user);
    db_text(&row[2], status, sizeof status);
    bool paid = strcmp(status, "CONFIRMED") == 0, held = strcmp(status, "PENDING") == 0;
    for (struct hold *h = b->holds; h < b->holds + b->count; h++) {
        if (!uuid_equal(&h->ask->caller.user, &user))
            continue;
        h->known = true;
        if (db_int(&row[1]) == h->ask->schedule_id &&
            (paid || (held && db_time(&row[4]) > h->row.now)))
            h->has += db_int(&row[3]);
    }
    return ERR_OK;
}

static enum err read_users(struct batch *b)
{
    struct db_value params[2 * CLERK_BATCH + 1];
    struct uuid users[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        users[i] = b->holds[i].ask->caller.user;
    mark_schedules(b, params);
    clerk_uuid_marks(params + CLERK_BATCH, users, b->count);
    params[2 * CLERK_BATCH] = DB_P_INT(USER_ROWS);
    b->rows = 0;
    return db_query_params(b->clerk->app->db, STMT_DESK_HOLD_USERS, read_user, b, params,
                           sizeof params / sizeof *params);
}

static enum err read_terms(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    struct hold_terms t = {.schedule_id = db_int(&row[0])};
    enum err e = hold_terms_read(row + 1, &t);
    for (struct hold *h = b->holds; h < b->holds + b->count; h++)
        if (h->ask->schedule_id == t.schedule_id)
            h->terms = t;
    return e;
}

static bool is_allowed(const struct hold *h)
{
    const struct hold_terms *t = &h->terms;
    return h->known && t->schedule_id != 0 && t->concert_id == h->ask->caller.concert_id &&
           hold_terms_check(t, h->row.now) == ERR_OK && !is_near(h, t->closes_at) &&
           h->has + h->ask->count <= t->max_seats;
}

static enum err look_at_rules(struct batch *b)
{
    struct db_value marks[CLERK_BATCH];
    mark_schedules(b, marks);
    enum err e = read_users(b);
    if (e == ERR_OK)
        e = db_query_params(b->clerk->app->db, STMT_DESK_HOLD_TERMS, read_terms, b, marks,
                            CLERK_BATCH);
    for (struct hold *h = b->holds; h < b->holds + b->count; h++)
        h->out = !is_allowed(h);
    return e == ERR_OK ? close_ranks(b) : e;
}

/* --- Their seats --- */

static int list_wishes(struct batch *b, struct wish *wishes)
{
    int n = 0;
    for (struct hold *h = b->holds; h < b->holds + b->count; h++)
        for (int i = 0; i < h->ask->count; i++)
            wishes[n++] = (struct wish){h->ask->seat_ids[i], h, i};
    return n;
}

static int by_seat(const void *a, const void *b)
{
    const struct wish *x = a, *y = b;
    return (x->seat_id > y->seat_id) - (x->seat_id < y->seat_id);
}

static void mark_seats(const struct wish *wishes, int n, struct db_value *marks)
{
    int64_t ids[CHUNK];
    for (int i = 0; i < n; i++)
        ids[i] = wishes[i].seat_id;
    clerk_marks(marks, ids, n);
}

struct chunk {
    const struct wish *wishes;
    int count;
};

/* Columns: seat, schedule, price. */
static enum err read_seat(const struct db_value *row, void *arg)
{
    const struct chunk *c = arg;
    int64_t id = db_int(&row[0]);
    for (const struct wish *w = c->wishes; w < c->wishes + c->count; w++)
        if (w->seat_id == id && w->hold->ask->schedule_id == db_int(&row[1])) {
            int64_t price = db_int(&row[2]);
            w->hold->answer.prices[w->i] = price;
            w->hold->answer.amount += price;
            w->hold->locked++;
        }
    return ERR_OK;
}

static enum err lock_seats(struct batch *b)
{
    struct wish wishes[ALL_SEATS];
    struct db_value params[1 + CHUNK] = {DB_P_TIME(b->holds[0].row.now)};
    int n = list_wishes(b, wishes);
    enum err e = ERR_OK;
    qsort(wishes, (size_t)n, sizeof *wishes, by_seat);
    for (int from = 0; e == ERR_OK && from < n; from += CHUNK) {
        struct chunk c = {wishes + from, n - from < CHUNK ? n - from : CHUNK};
        mark_seats(c.wishes, c.count, params + 1);
        e = db_query_params(b->clerk->app->db, STMT_DESK_HOLD_SEATS, read_seat, &c, params,
                            1 + CHUNK);
    }
    for (struct hold *h = b->holds; h < b->holds + b->count; h++)
        h->out = h->locked != h->ask->count;
    return e == ERR_OK ? close_ranks(b) : e;
}

/* --- Writing --- */

static int by_end(const void *a, const void *b)
{
    const struct hold *x = a, *y = b;
    int64_t x_end = x->answer.hold_expires_at, y_end = y->answer.hold_expires_at;
    return x_end != y_end ? (x_end > y_end) - (x_end < y_end) : x->place - y->place;
}

/* All of them begin at the moment at which the tokens were read; those that end together are next
 * to each other from here on. */
static void settle_times(struct batch *b)
{
    for (struct hold *h = b->holds; h < b->holds + b->count; h++) {
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

static enum err write_tokens(struct batch *b)
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

static enum err write_reservations(struct batch *b)
{
    enum { PER_ROW = 7 };
    static const enum stmt sizes[CLERK_SIZES] = CLERK_STMTS(DESK_HOLD_INSERT);
    struct db_value params[CLERK_BATCH * PER_ROW], *p = params;
    int64_t ids[CLERK_BATCH];
    for (const struct hold *h = b->holds; h < b->holds + b->count; h++) {
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
static enum err take_seats(struct batch *b, const struct wish *wishes, int n)
{
    struct db_value params[1 + 3 * CHUNK], *marks = params + 1;
    int64_t reservations[CHUNK], changed = 0;
    for (int i = 0; i < n; i++)
        reservations[i] = wishes[i].hold->answer.reservation_id;
    params[0] = DB_P_TIME(wishes[0].hold->answer.hold_expires_at);
    mark_seats(wishes, n, marks);
    clerk_marks(marks + CHUNK, reservations, n);
    mark_seats(wishes, n, marks + 2 * CHUNK);
    enum err e = db_exec_params(b->clerk->app->db, STMT_DESK_HOLD_SEATS_SET, params,
                                sizeof params / sizeof *params, &changed);
    e = expect_changed(e, changed, n);
    if (e == ERR_OK)
        e = db_exec_params(b->clerk->app->db, STMT_DESK_HOLD_SEATS_INSERT, marks, CHUNK, &changed);
    return expect_changed(e, changed, n);
}

static enum err write_seats(struct batch *b)
{
    struct wish wishes[ALL_SEATS];
    int n = list_wishes(b, wishes);
    enum err e = ERR_OK;
    for (int from = 0, to; e == ERR_OK && from < n; from = to) {
        int64_t end = wishes[from].hold->answer.hold_expires_at;
        for (to = from; to < n && to - from < CHUNK; to++)
            if (wishes[to].hold->answer.hold_expires_at != end)
                break;
        e = take_seats(b, wishes + from, to - from);
    }
    return e;
}

/* --- Answers --- */

static enum err describe(const struct hold *h, struct reservation *out)
{
    struct hall hall;
    if (!hall_find(h->ask->schedule_id, &hall))
        return ERR_INTERNAL; /* the worker has just seen it */
    enum err e = holds_draft(h->ask, &hall, out);
    hall_free(&hall);
    if (e == ERR_OK)
        holds_complete(&h->answer, out);
    return e;
}

static enum err keep_answers(struct batch *b)
{
    const struct idem_key *keys[CLERK_BATCH];
    struct reservation reservations[CLERK_BATCH] = {0};
    void *args[CLERK_BATCH];
    enum err e = ERR_OK;
    for (int i = 0; i < b->count; i++) {
        const struct hold *h = &b->holds[i];
        keys[i] = &h->ask->key;
        args[i] = &reservations[i];
        if (e == ERR_OK && keys[i]->present)
            e = describe(h, &reservations[i]);
    }
    if (e == ERR_OK)
        e = idem_many_finish(b->clerk, keys, holds_render, args, b->count);
    for (int i = 0; i < b->count; i++)
        reservation_clear(&reservations[i]);
    return e;
}

/* --- All of it --- */

/* Whether one of the moments that all this is before may have come meanwhile. */
static bool may_be_late(const struct batch *b)
{
    for (const struct hold *h = b->holds; h < b->holds + b->count; h++)
        if (queue_row_may_be_past(&h->row, h->terms.closes_at) ||
            queue_row_may_be_past(&h->row, h->row.first_end) ||
            queue_row_may_be_past(&h->row, h->answer.hold_expires_at))
            return true;
    return false;
}

static enum err hold_all(struct db *db, void *arg)
{
    struct batch *b = arg;
    (void)db;
    enum err e = begin_keys(b);
    if (e == ERR_OK)
        e = lock_tokens(b);
    if (e == ERR_OK)
        e = look_at_rules(b);
    if (e == ERR_OK)
        e = lock_seats(b);
    if (e != ERR_OK)
        return e;
    settle_times(b);
    e = write_tokens(b);
    if (e == ERR_OK)
        e = write_reservations(b);
    if (e == ERR_OK)
        e = write_seats(b);
    if (e == ERR_OK)
        e = keep_answers(b);
    return e == ERR_OK && may_be_late(b) ? ERR_DB_RETRY : e;
}

static void serve(struct clerk *c, const struct desk_ticket *tickets, const void *asks, int count)
{
    static struct batch b; /* large, and there is one at a time */
    bool stayed[CLERK_BATCH] = {false};
    b = (struct batch){.clerk = c};
    for (int i = 0; i < count; i++) {
        const struct holds_ask *ask = (const struct holds_ask *)asks + i;
        if (!comes_later(&b, ask))
            b.holds[b.count++] = (struct hold){.ask = ask, .place = i};
    }
    enum desk_outcome outcome = clerk_transact(c, hold_all, &b);
    for (int i = 0; i < b.count; i++) {
        int place = b.holds[i].place;
        stayed[place] = true;
        desk_reply(c->desk, &tickets[place], outcome, &b.holds[i].answer);
    }
    for (int i = 0; i < count; i++)
        if (!stayed[i])
            desk_reply(c->desk, &tickets[i], DESK_ALONE, NULL);
}

int holds_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    return clerk_run(cfg, holds_desk(), sizeof(struct holds_ask), serve, stop);
}
