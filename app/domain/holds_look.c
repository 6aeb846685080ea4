/*
 * Who of a batch may hold what they ask for, see domain/holds_batch.h.
 *
 * The tokens' rows and then the seats' are locked, without waiting for anybody: those that somebody
 * else has locked do not come. What a user has is looked at without a lock, but cannot change as
 * long as the token's row is locked.
 */
#include "base/clock.h"
#include "domain/holds_batch.h"
#include "domain/token_row.h"
#include <stdlib.h>
#include <string.h>

/* Rows of what the users have and of the terms, at the most: where there are more, everybody goes
 * alone. */
enum { RULES_ROWS = 400 };
/* Who has less time than this goes alone, and spoils it for nobody. */
enum { MARGIN_MS = 1000 };

/* --- Whether they may --- */

static bool is_near(const struct holds_one *h, int64_t moment)
{
    return moment - h->row.now < MARGIN_MS;
}

static enum err read_token(const struct db_value *row, void *arg)
{
    struct holds_batch *b = arg;
    struct token_row t;
    enum err e = token_row_read(row, &t);
    for (struct holds_one *h = b->holds; e == ERR_OK && h < b->holds + b->count; h++)
        if (h->ask->caller.token_id == t.token_id) {
            token_row_judge(&h->ask->caller, &t, b->asked, &h->row);
            h->out =
                !h->row.inside || is_near(h, h->row.expires_at) || is_near(h, h->row.first_end);
        }
    return e;
}

static void mark_tokens(const struct holds_batch *b, struct db_value *marks)
{
    int64_t ids[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        ids[i] = b->holds[i].ask->caller.token_id;
    clerk_marks(marks, ids, b->count);
}

static enum err lock_tokens(struct holds_batch *b)
{
    struct db_value marks[CLERK_BATCH];
    mark_tokens(b, marks);
    for (int i = 0; i < b->count; i++)
        b->holds[i].out = true;
    b->asked = clock_monotonic_ms();
    enum err e = db_query_params(b->clerk->app->db, STMT_DESK_HOLD_TOKENS, read_token, b, marks,
                                 CLERK_BATCH);
    return e == ERR_OK ? holds_close_ranks(b) : e;
}

static void mark_schedules(const struct holds_batch *b, struct db_value *marks)
{
    int64_t ids[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        ids[i] = b->holds[i].ask->schedule_id;
    clerk_marks(marks, ids, b->count);
}

/* A reservation of the user's. */
static void count_row(struct holds_one *h, const struct db_value *row)
{
    char status[10];
    db_text(&row[2], status, sizeof status);
    bool paid = strcmp(status, "CONFIRMED") == 0, held = strcmp(status, "PENDING") == 0;
    if (db_int(&row[1]) == h->ask->schedule_id && (paid || (held && db_time(&row[4]) > h->row.now)))
        h->has += db_int(&row[3]);
}

static void take_terms(struct holds_batch *b, const struct hold_terms *t)
{
    for (struct holds_one *h = b->holds; h < b->holds + b->count; h++)
        if (h->ask->schedule_id == t->schedule_id)
            h->terms = *t;
}

/* Columns: a user, or NULL where a schedule's terms follow; the schedule; status, number of seats
 * and end of a reservation; the terms. */
static enum err read_rule(const struct db_value *row, void *arg)
{
    struct holds_batch *b = arg;
    struct hold_terms t = {.schedule_id = db_int(&row[1])};
    struct uuid user;
    if (++b->rows >= RULES_ROWS)
        return ERR_NO_ROW;
    if (db_is_null(&row[0])) {
        enum err e = hold_terms_read(row + 5, &t);
        take_terms(b, &t);
        return e;
    }
    db_uuid(&row[0], &user);
    for (struct holds_one *h = b->holds; h < b->holds + b->count; h++)
        if (uuid_equal(&h->ask->caller.user, &user)) {
            h->known = true;
            count_row(h, row);
        }
    return ERR_OK;
}

static enum err read_rules(struct holds_batch *b)
{
    struct db_value params[3 * CLERK_BATCH + 1];
    struct db_value *of_users = params + CLERK_BATCH, *of_terms = of_users + CLERK_BATCH;
    struct uuid users[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        users[i] = b->holds[i].ask->caller.user;
    mark_schedules(b, params);
    clerk_uuid_marks(of_users, users, b->count);
    mark_schedules(b, of_terms);
    of_terms[CLERK_BATCH] = DB_P_INT(RULES_ROWS);
    b->rows = 0;
    return db_query_params(b->clerk->app->db, STMT_DESK_HOLD_RULES, read_rule, b, params,
                           sizeof params / sizeof *params);
}

static bool is_allowed(const struct holds_one *h)
{
    const struct hold_terms *t = &h->terms;
    return h->known && t->schedule_id != 0 && t->concert_id == h->ask->caller.concert_id &&
           hold_terms_check(t, h->row.now) == ERR_OK && !is_near(h, t->closes_at) &&
           h->has + h->ask->count <= t->max_seats;
}

static enum err look_at_rules(struct holds_batch *b)
{
    enum err e = read_rules(b);
    for (struct holds_one *h = b->holds; h < b->holds + b->count; h++)
        h->out = !is_allowed(h);
    return e == ERR_OK ? holds_close_ranks(b) : e;
}

/* --- Their seats --- */

static int by_seat(const void *a, const void *b)
{
    const struct holds_wish *x = a, *y = b;
    return (x->seat_id > y->seat_id) - (x->seat_id < y->seat_id);
}

struct chunk {
    const struct holds_wish *wishes;
    int count;
};

/* Columns: seat, schedule, price. */
static enum err read_seat(const struct db_value *row, void *arg)
{
    const struct chunk *c = arg;
    int64_t id = db_int(&row[0]);
    for (const struct holds_wish *w = c->wishes; w < c->wishes + c->count; w++)
        if (w->seat_id == id && w->hold->ask->schedule_id == db_int(&row[1])) {
            int64_t price = db_int(&row[2]);
            w->hold->answer.prices[w->i] = price;
            w->hold->answer.amount += price;
            w->hold->locked++;
        }
    return ERR_OK;
}

static enum err lock_seats(struct holds_batch *b)
{
    struct holds_wish wishes[HOLDS_ALL_SEATS];
    struct db_value params[1 + HOLDS_CHUNK] = {DB_P_TIME(b->holds[0].row.now)};
    int n = holds_list_wishes(b, wishes);
    enum err e = ERR_OK;
    qsort(wishes, (size_t)n, sizeof *wishes, by_seat);
    for (int from = 0; e == ERR_OK && from < n; from += HOLDS_CHUNK) {
        struct chunk c = {wishes + from, n - from < HOLDS_CHUNK ? n - from : HOLDS_CHUNK};
        holds_mark_seats(c.wishes, c.count, params + 1);
        e = db_query_params(b->clerk->app->db, STMT_DESK_HOLD_SEATS, read_seat, &c, params,
                            1 + HOLDS_CHUNK);
    }
    for (struct holds_one *h = b->holds; h < b->holds + b->count; h++)
        h->out = h->locked != h->ask->count;
    return e == ERR_OK ? holds_close_ranks(b) : e;
}

enum err holds_look(struct holds_batch *b)
{
    enum err e = lock_tokens(b);
    if (e == ERR_OK)
        e = look_at_rules(b);
    return e == ERR_OK ? lock_seats(b) : e;
}
