/*
 * The clerk for payments, see domain/pays.h.
 *
 * After the keys, tokens, reservations, seats and wallets are locked by one statement, which waits
 * for nobody. What has been locked is looked at, and who cannot be served drops out before anything
 * is written. What is written is counted: the rows are locked, so that any other number is a
 * surprise, which ends it all.
 *
 * NOW() is that of the moment when a statement began. Nothing waits for a lock on the rows that
 * matter here, but the foreign keys may wait for a user's row that is being made: at the end the
 * time is looked at once more.
 */
#include "base/clock.h"
#include "domain/clerk.h"
#include "domain/pays_desk.h"
#include "domain/reservation_row.h"
#include "domain/token_row.h"
#include "domain/wallet_many.h"

/* Whoever is so close to the end of the hold or the session goes alone: should it come while the
 * transaction runs, all the others would have been kept for nothing. */
enum { CLOSE_MS = 100 };

/* What has been found of one of them. */
struct part {
    struct queue_row row;
    struct payment paid;
    struct reservation_seat seats[PAYS_SEATS];
    int seats_found;
    int64_t prices; /* of those seats */
};

struct batch {
    struct clerk *clerk;
    const struct pays_ask *asks;
    int count;
    bool out[CLERK_BATCH]; /* these go alone */
    struct idem_asks keys;
    int64_t asked; /* by the monotonic clock: when the first row was asked for */
    struct part parts[CLERK_BATCH];
    struct wallet_move moves[CLERK_BATCH];
};

/* Parameters: the pairs of token and reservation of those who are left, and their tokens alone. */
enum { PAIRS = 2 * CLERK_BATCH, LOOK_PARAMS = PAIRS + CLERK_BATCH, PAY_PARAMS = LOOK_PARAMS + 1 };

/* The last one fills what is left over. How many there are. */
static int put_pairs(const struct batch *b, struct db_value *pair, struct db_value *token)
{
    int n = 0;
    for (int i = 0; i < b->count; i++) {
        if (b->out[i])
            continue;
        token[n] = DB_P_INT(b->asks[i].caller.token_id);
        *pair++ = token[n++];
        *pair++ = DB_P_INT(b->asks[i].reservation_id);
    }
    for (int i = n; n > 0 && i < CLERK_BATCH; i++) {
        token[i] = token[n - 1];
        pair[0] = pair[-2];
        pair[1] = pair[-1];
        pair += 2;
    }
    return n;
}

/* --- Looking --- */

static bool is_twin(const struct pays_ask *a, const struct pays_ask *b)
{
    return a->reservation_id == b->reservation_id || a->caller.token_id == b->caller.token_id ||
           uuid_equal(&a->caller.user, &b->caller.user);
}

static void send_twins_away(struct batch *b)
{
    for (int i = 1; i < b->count; i++)
        for (int k = 0; k < i; k++)
            b->out[i] |= !b->out[k] && is_twin(&b->asks[i], &b->asks[k]);
}

/* Where the parts of a row of STMT_DESK_PAY_LOOK begin. */
enum { TOKEN_COLUMN = 10, HOLDS_COLUMN = 20, WALLET_COLUMN = 21, SEAT_COLUMN = 24 };

static struct part *part_of(struct batch *b, int64_t token_id)
{
    for (int i = 0; i < b->count; i++)
        if (!b->out[i] && b->asks[i].caller.token_id == token_id)
            return &b->parts[i];
    return NULL;
}

static enum err read_first(const struct db_value *row, struct batch *b, struct part *p)
{
    struct wallet_seen *seen = &b->moves[p - b->parts].seen;
    struct token_row t;
    enum err e = reservation_read(row, &p->paid.reservation);
    if (e == ERR_OK)
        e = token_row_read(row + TOKEN_COLUMN, &t);
    if (e != ERR_OK || row[WALLET_COLUMN + 2].n != sizeof seen->entry_hash)
        return ERR_INTERNAL;
    token_row_judge(&b->asks[p - b->parts].caller, &t, b->asked, &p->row);
    p->row.holds = db_int(&row[HOLDS_COLUMN]);
    seen->balance = db_int(&row[WALLET_COLUMN]);
    seen->entries = db_int(&row[WALLET_COLUMN + 1]);
    memcpy(seen->entry_hash, row[WALLET_COLUMN + 2].s, sizeof seen->entry_hash);
    seen->now = p->row.now;
    return ERR_OK;
}

/* A row for each seat. */
static enum err read_look(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    struct part *p = part_of(b, db_int(&row[TOKEN_COLUMN]));
    if (!p)
        return ERR_OK;
    enum err e = p->seats_found == 0 ? read_first(row, b, p) : ERR_OK;
    if (p->seats_found < PAYS_SEATS) {
        struct reservation_seat *seat = &p->seats[p->seats_found];
        reservation_read_seat(row + SEAT_COLUMN, seat);
        p->prices += seat->price;
    }
    p->seats_found++;
    return e;
}

static bool ends_within(const struct part *p, int64_t ms)
{
    return queue_row_may_be_past(&p->row, p->paid.reservation.hold_expires_at - ms) ||
           queue_row_may_be_past(&p->row, p->row.expires_at - ms);
}

/* Nobody has been found of whom a row is missing, or locked by somebody else. */
static bool is_payable(const struct pays_ask *ask, const struct part *p)
{
    const struct reservation *r = &p->paid.reservation;
    return p->seats_found > 0 && p->row.inside && p->row.claimed &&
           r->reservation_id == ask->reservation_id && uuid_equal(&r->user_id, &ask->caller.user) &&
           strcmp(r->status, "PENDING") == 0 && r->concert_id == ask->caller.concert_id &&
           p->seats_found == r->seat_count && p->prices == r->amount && !ends_within(p, CLOSE_MS);
}

static enum err lock_all(struct batch *b)
{
    struct db_value params[LOOK_PARAMS];
    if (put_pairs(b, params, params + PAIRS) == 0)
        return ERR_NO_ROW;
    b->asked = clock_monotonic_ms();
    enum err e =
        db_query_params(b->clerk->app->db, STMT_DESK_PAY_LOOK, read_look, b, params, LOOK_PARAMS);
    for (int i = 0; i < b->count; i++) {
        struct wallet_move *m = &b->moves[i];
        b->out[i] = b->out[i] || !is_payable(&b->asks[i], &b->parts[i]);
        m->user_id = b->asks[i].caller.user;
        m->amount = -b->parts[i].paid.reservation.amount;
        m->reservation_id = b->asks[i].reservation_id;
    }
    return e == ERR_OK ? wallet_many_prepare("PAYMENT", b->moves, b->count, b->out) : e;
}

/* A hold of somebody who pays for another one. None comes while the tokens are locked. */
static enum err read_other(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    struct uuid user;
    db_uuid(&row[0], &user);
    for (int i = 0; i < b->count; i++)
        b->out[i] |= uuid_equal(&user, &b->asks[i].caller.user) &&
                     b->asks[i].caller.concert_id == db_int(&row[1]) &&
                     b->asks[i].reservation_id != db_int(&row[2]);
    return ERR_OK;
}

/* Where a session has held seats once, that is the hold which is paid: it outlasts its holds, and
 * what is left of one gives them back. */
static enum err look_for_others(struct batch *b)
{
    struct uuid users[CLERK_BATCH];
    struct db_value marks[CLERK_BATCH];
    int n = 0;
    for (int i = 0; i < b->count; i++)
        if (!b->out[i] && b->parts[i].row.holds != 1)
            users[n++] = b->asks[i].caller.user;
    if (n == 0)
        return ERR_OK;
    clerk_uuid_marks(marks, users, n);
    return db_query_params(b->clerk->app->db, STMT_DESK_PAY_OTHERS, read_other, b, marks,
                           CLERK_BATCH);
}

static enum err look(struct batch *b)
{
    enum err e =
        idem_asks_begin(b->clerk, &b->keys, &b->asks->key, sizeof *b->asks, b->count, b->out);
    if (e != ERR_OK)
        return e;
    send_twins_away(b);
    e = lock_all(b);
    return e == ERR_OK ? look_for_others(b) : e;
}

/* --- Writing --- */

/* Tokens, reservations and seats, which are locked: all of them change. */
static enum err change_rows(struct batch *b, int64_t now)
{
    struct db_value params[PAY_PARAMS];
    int64_t changed = 0, rows = 2 * (int64_t)put_pairs(b, params, params + PAIRS + 1);
    params[PAIRS] = DB_P_TIME(now);
    for (int i = 0; i < b->count; i++)
        rows += b->out[i] ? 0 : b->parts[i].seats_found;
    enum err e = db_exec_params(b->clerk->app->db, STMT_DESK_PAY, params, PAY_PARAMS, &changed);
    return e == ERR_OK && changed != rows ? ERR_INTERNAL : e;
}

static struct db_value *put_payment(struct db_value *p, const struct payment *paid)
{
    *p++ = DB_P_INT(paid->reservation_id);
    *p++ = DB_P_UUID(&paid->reservation.user_id);
    *p++ = DB_P_INT(paid->amount);
    *p++ = DB_P_TIME(paid->paid_at);
    return p;
}

static struct db_value *put_event(struct db_value *p, const struct payment *paid)
{
    *p++ = DB_P_STR("reservation.paid");
    *p++ = DB_P_INT(paid->reservation.concert_id);
    *p++ = DB_P_INT(paid->reservation_id);
    return p;
}

enum { PAYMENT_PARAMS = 4, EVENT_PARAMS = 3 };

static enum err add_rows(struct batch *b, struct payment **paid, int n)
{
    static const enum stmt payments[CLERK_SIZES] = CLERK_STMTS(DESK_PAYMENTS_INSERT);
    static const enum stmt events[CLERK_SIZES] = CLERK_STMTS(DESK_OUTBOX_INSERT);
    struct db_value payment[CLERK_BATCH * PAYMENT_PARAMS], *p = payment;
    struct db_value event[CLERK_BATCH * EVENT_PARAMS], *v = event;
    int64_t ids[CLERK_BATCH];
    for (int i = 0; i < n; i++) {
        p = put_payment(p, paid[i]);
        v = put_event(v, paid[i]);
    }
    enum err e = clerk_insert(b->clerk, payments, payment, PAYMENT_PARAMS, n, ids);
    for (int i = 0; e == ERR_OK && i < n; i++)
        paid[i]->payment_id = ids[i];
    return e == ERR_OK ? clerk_insert(b->clerk, events, event, EVENT_PARAMS, n, NULL) : e;
}

/* What each of them is told, but for the payment's id. */
static void fill_in(struct batch *b, int i)
{
    struct part *p = &b->parts[i];
    struct payment *paid = &p->paid;
    paid->reservation_id = paid->reservation.reservation_id;
    paid->amount = paid->reservation.amount;
    paid->balance = b->moves[i].next.balance;
    paid->paid_at = b->moves[i].seen.now;
    paid->reservation.seats = p->seats;
    reservation_sort_seats(&paid->reservation);
}

/* Whether the time has come for one of them since it was looked at. */
static bool is_too_late(const struct batch *b)
{
    for (int i = 0; i < b->count; i++)
        if (!b->out[i] && ends_within(&b->parts[i], 0))
            return true;
    return false;
}

static enum err write_all(struct batch *b)
{
    const struct idem_key *keys[CLERK_BATCH];
    struct payment *paid[CLERK_BATCH];
    void *args[CLERK_BATCH];
    int n = 0;
    for (int i = 0; i < b->count; i++) {
        if (b->out[i])
            continue;
        fill_in(b, i);
        keys[n] = &b->asks[i].key;
        args[n] = paid[n] = &b->parts[i].paid;
        n++;
    }
    if (n == 0)
        return ERR_NO_ROW;
    enum err e = idem_asks_drop(b->clerk, &b->keys, b->out);
    if (e == ERR_OK)
        e = change_rows(b, paid[0]->paid_at);
    if (e == ERR_OK)
        e = wallet_many_write(b->clerk, "PAYMENT", b->moves, b->count, b->out);
    if (e == ERR_OK)
        e = add_rows(b, paid, n);
    if (e == ERR_OK && is_too_late(b))
        e = ERR_DB_RETRY;
    return e == ERR_OK ? idem_many_finish(b->clerk, keys, pays_render(), args, n) : e;
}

static enum err pay_all(struct db *db, void *arg)
{
    (void)db;
    enum err e = look(arg);
    return e == ERR_OK ? write_all(arg) : e;
}

/* --- The clerk --- */

static void answer(struct clerk *c, const struct desk_ticket *ticket, const struct part *p)
{
    struct pays_answer a = {.paid = p->paid};
    memcpy(a.seats, p->seats, sizeof a.seats);
    desk_reply(c->desk, ticket, DESK_DONE, &a);
}

static void serve(struct clerk *c, const struct desk_ticket *tickets, const void *asks, int count)
{
    static struct batch b;
    b = (struct batch){.clerk = c, .asks = asks, .count = count};
    enum desk_outcome outcome = clerk_transact(c, pay_all, &b);
    for (int i = 0; i < count; i++) {
        if (b.out[i] || outcome != DESK_DONE)
            desk_reply(c->desk, &tickets[i], b.out[i] ? DESK_ALONE : outcome, NULL);
        else
            answer(c, &tickets[i], &b.parts[i]);
    }
}

int pays_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    return clerk_run(cfg, pays_desk(), sizeof(struct pays_ask), serve, stop);
}
