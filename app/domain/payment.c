/*
 * Paying, see domain/payment.h.
 *
 * Each round trip to the database costs more than most statements, so all that a payment needs to
 * know is read by one query that locks nothing. What it refuses is refused. Otherwise one UPDATE of
 * token, reservation and seats decides: it changes them if they are still as they were read, and
 * its rows are counted. If they are not (or there is more to do than that: other holds to be given
 * back, a session to be claimed), the payment goes the long way: it locks the rows one after the
 * other, looks, and names what is in the way. So does whatever is run again.
 *
 * Either way locks are taken in the one order: queue token, reservation, seats, wallet. NOW() is
 * fixed before a statement waits for a lock, so the time is looked at once more at the end, when
 * nothing is left to wait for; and the seats' UPDATE names the reservation and counts its rows, so
 * that a seat which somebody else has taken meanwhile is never sold again.
 */
#include "domain/payment.h"

#include "base/clock.h"
#include "db/db.h"
#include "domain/outbox.h"
#include "domain/pays.h"
#include "domain/reservation_row.h"
#include "domain/token_row.h"
#include "domain/user.h"
#include "domain/wallet.h"
#include <stdlib.h>

struct pay {
    struct app *app;
    const struct caller *caller;
    int64_t reservation_id;
    struct idem *idem;
    struct payment *out;
    /* what was seen before the transaction */
    struct queue_row row;
    int64_t asked;
    struct wallet_seen wallet;
    bool other_holds;
    bool long_way;
};

/* The reservation comes before the token's state. */
static enum err check_reservation(const struct reservation *r, int64_t now)
{
    if (strcmp(r->status, "CONFIRMED") == 0 || strcmp(r->status, "REFUNDED") == 0)
        return ERR_ALREADY_PAID;
    if (strcmp(r->status, "PENDING") != 0 || r->hold_expires_at <= now)
        return ERR_HOLD_EXPIRED;
    return ERR_OK;
}

static enum err check_token(struct pay *p, const struct reservation *r, const struct queue_row *row)
{
    if (r->concert_id != p->caller->concert_id)
        return ERR_WRONG_CONCERT;
    if (!row->live)
        return ERR_QUEUE_TOKEN_EXPIRED;
    return row->inside ? ERR_OK : queue_not_admitted(p->app, p->caller);
}

/* --- Looking --- */

/* Where the parts of a row of STMT_PAY_LOOK begin. */
enum {
    TOKEN_COLUMN = 10,
    HOLDS_COLUMN = 20,
    WALLET_COLUMN = 21,
    OTHER_COLUMN = 24,
    SEAT_COLUMN = 26
};

struct looking {
    struct pay *pay;
    int seats;
    int64_t amount, last_seat;
};

static enum err read_first(const struct db_value *row, struct pay *p)
{
    struct reservation *r = &p->out->reservation;
    struct token_row t;
    enum err e = reservation_read(row, r);
    if (e == ERR_OK)
        e = token_row_read(row + TOKEN_COLUMN, &t);
    if (e != ERR_OK)
        return e;
    token_row_judge(p->caller, &t, p->asked, &p->row);
    p->row.holds = db_int(&row[HOLDS_COLUMN]);
    p->wallet.balance = db_int(&row[WALLET_COLUMN]);
    p->wallet.entries = db_int(&row[WALLET_COLUMN + 1]);
    p->wallet.now = p->row.now;
    if (row[WALLET_COLUMN + 2].n != sizeof p->wallet.entry_hash)
        return ERR_INTERNAL;
    memcpy(p->wallet.entry_hash, row[WALLET_COLUMN + 2].s, sizeof p->wallet.entry_hash);
    r->seats = calloc((size_t)r->seat_count, sizeof *r->seats);
    return r->seats ? ERR_OK : ERR_INTERNAL;
}

/* The rows of a seat, one for each other hold, follow each other. */
static enum err read_look(const struct db_value *row, void *arg)
{
    struct looking *l = arg;
    struct reservation *r = &l->pay->out->reservation;
    enum err e = l->seats == 0 ? read_first(row, l->pay) : ERR_OK;
    if (e != ERR_OK)
        return e;
    l->pay->other_holds |= db_time(&row[OTHER_COLUMN + 1]) > l->pay->row.now;
    if (l->seats > 0 && l->last_seat == db_int(&row[SEAT_COLUMN]))
        return ERR_OK;
    if (l->seats >= r->seat_count)
        return ERR_NO_ROW;
    struct reservation_seat *seat = &r->seats[l->seats++];
    reservation_read_seat(row + SEAT_COLUMN, seat);
    l->last_seat = seat->seat_id;
    l->amount += seat->price;
    return ERR_OK;
}

static enum err check_balance(struct pay *p, const struct reservation *r)
{
    if (p->wallet.balance >= r->amount)
        return ERR_OK;
    p->app->problem.balance = p->wallet.balance;
    p->app->problem.amount = r->amount;
    return ERR_INSUFFICIENT_BALANCE;
}

/* Whether it can be paid, as far as can be seen without a lock. ERR_NO_ROW: that cannot be told
 * from here, since something is not as it is where there is a hold to be paid. */
static enum err look(struct pay *p)
{
    struct reservation *r = &p->out->reservation;
    struct looking l = {.pay = p};
    const struct caller *c = p->caller;
    p->asked = clock_monotonic_ms();
    enum err e = db_query_one(p->app->db, STMT_PAY_LOOK, read_look, &l, DB_P_UUID(&c->user),
                              DB_P_INT(c->concert_id), DB_P_INT(p->reservation_id),
                              DB_P_INT(p->reservation_id), DB_P_INT(c->token_id),
                              DB_P_UUID(&c->user), DB_P_INT(p->reservation_id));
    if (e == ERR_OK && !uuid_equal(&r->user_id, &c->user))
        e = ERR_RESERVATION_NOT_FOUND;
    if (e == ERR_OK)
        e = check_reservation(r, p->row.now);
    if (e == ERR_OK)
        e = check_token(p, r, &p->row);
    if (e == ERR_OK && (l.seats != r->seat_count || l.amount != r->amount))
        e = ERR_NO_ROW;
    if (e == ERR_OK)
        e = check_balance(p, r);
    if (e == ERR_OK)
        reservation_sort_seats(r);
    return e;
}

/* --- At once --- */

static enum err insert_payment(struct db *db, struct pay *p, const struct reservation *r)
{
    enum err e = db_exec(db, STMT_PAYMENT_INSERT, NULL, DB_P_INT(r->reservation_id),
                         DB_P_UUID(&r->user_id), DB_P_INT(r->amount), DB_P_TIME(p->out->paid_at));
    p->out->payment_id = db_insert_id(db);
    return e;
}

static enum err record(struct pay *p, const struct reservation *r)
{
    return outbox_write(p->app, "reservation.paid", r->concert_id, r->reservation_id);
}

/* Token, reservation and seats are changed, or not all of them. */
static enum err take(struct db *db, struct pay *p, const struct reservation *r)
{
    int64_t changed = 0;
    enum err e =
        db_exec(db, STMT_PAY, &changed, DB_P_TIME(p->out->paid_at), DB_P_INT(p->caller->token_id),
                DB_P_INT(p->row.holds), DB_P_INT(r->reservation_id));
    return e == ERR_OK && changed != 2 + r->seat_count ? ERR_DB_RETRY : e;
}

static enum err pay_at_once(struct db *db, struct pay *p)
{
    struct reservation *r = &p->out->reservation;
    p->out->paid_at = p->row.now;
    enum err e = idem_begin(db, p->idem);
    if (e == ERR_OK)
        e = take(db, p, r);
    if (e == ERR_OK)
        e = insert_payment(db, p, r);
    if (e == ERR_OK)
        e = record(p, r);
    if (e == ERR_OK)
        e = wallet_move_seen(p->app, &r->user_id, &p->wallet, "PAYMENT", -r->amount,
                             r->reservation_id, &p->out->balance);
    if (e == ERR_OK && (queue_row_may_be_past(&p->row, r->hold_expires_at) ||
                        queue_row_may_be_past(&p->row, p->row.expires_at)))
        e = ERR_DB_RETRY;
    return e;
}

/* --- The long way --- */

static enum err sell_seats(struct db *db, const struct reservation *r)
{
    int64_t affected = 0;
    enum err e = db_exec(db, STMT_SEATS_SELL, &affected, DB_P_INT(r->reservation_id));
    if (e != ERR_OK)
        return e;
    return affected == r->seat_count ? ERR_OK : ERR_HOLD_EXPIRED;
}

static enum err confirm(struct db *db, struct pay *p, const struct reservation *r)
{
    int64_t affected = 0;
    enum err e = db_now(db, &p->out->paid_at);
    if (e == ERR_OK)
        e = insert_payment(db, p, r);
    if (e != ERR_OK)
        return e;
    e = db_exec(db, STMT_RESERVATION_CONFIRM, &affected, DB_P_TIME(p->out->paid_at),
                DB_P_INT(r->reservation_id));
    if (e != ERR_OK)
        return e;
    return affected == 1 ? ERR_OK : ERR_HOLD_EXPIRED;
}

static enum err write_all(struct db *db, struct pay *p, struct reservation *r)
{
    enum err e = sell_seats(db, r);
    if (e == ERR_OK)
        e = booking_release_others(p->app, &r->user_id, r->concert_id, r->reservation_id);
    if (e == ERR_OK)
        e = wallet_debit(p->app, &r->user_id, r->amount, r->reservation_id, &p->out->balance);
    if (e == ERR_OK)
        e = queue_finish(p->app, p->caller->token_id);
    if (e == ERR_OK)
        e = record(p, r);
    return e == ERR_OK ? confirm(db, p, r) : e;
}

static enum err pay_step_by_step(struct db *db, struct pay *p)
{
    struct reservation *r = &p->out->reservation;
    int64_t now = 0;
    reservation_clear(r);
    enum err e = idem_begin(db, p->idem);
    if (e == ERR_OK)
        e = queue_lock(p->app, p->caller, &p->row);
    if (e == ERR_OK)
        e = db_query_one(db, STMT_RESERVATION_LOCK, reservation_read, r,
                         DB_P_INT(p->reservation_id));
    if (e == ERR_NO_ROW || (e == ERR_OK && !uuid_equal(&r->user_id, &p->caller->user)))
        return ERR_RESERVATION_NOT_FOUND;
    if (e == ERR_OK)
        e = db_now(db, &now);
    if (e == ERR_OK)
        e = check_reservation(r, now);
    if (e == ERR_OK)
        e = check_token(p, r, &p->row);
    if (e == ERR_OK)
        e = write_all(db, p, r);
    return e == ERR_OK ? booking_read_seats(p->app, r) : e;
}

/* Whatever is run again has met somebody: it goes the long way. */
static enum err pay(struct db *db, void *arg)
{
    struct pay *p = arg;
    bool at_once = !p->long_way;
    p->long_way = true;
    enum err e = at_once ? pay_at_once(db, p) : pay_step_by_step(db, p);
    if (e != ERR_OK)
        return e;
    p->out->reservation_id = p->out->reservation.reservation_id;
    p->out->amount = p->out->reservation.amount;
    return idem_finish(db, p->idem);
}

/* With a key a kept answer comes before anything that could be seen, also when it is found to be in
 * the way only now. */
static enum err look_and_pay(struct pay *p)
{
    bool keyed = p->idem && p->idem->present;
    enum err e = look(p);
    if (e != ERR_OK && e != ERR_NO_ROW && !keyed)
        return e;
    p->long_way = e != ERR_OK || p->other_holds || !p->row.claimed;
    app_problem_reset(p->app); /* what was seen may not be what is answered */
    e = idem_run(p->app->db, p->idem, pay, p);
    if (e != ERR_USER_NOT_FOUND)
        return e;
    e = user_ensure(p->app, &p->caller->user); /* a user without a wallet */
    return e == ERR_OK ? idem_run(p->app->db, p->idem, pay, p) : e;
}

static enum err pay_alone(struct pay *p)
{
    enum err e = look_and_pay(p);
    if (e != ERR_OK) {
        reservation_clear(&p->out->reservation);
        if (!p->row.claimed)
            queue_claim(p->app, p->caller);
    }
    return e;
}

/* Of a payment that may have been made by the host's clerk, the key tells. */
enum err payment_pay(struct app *app, const struct caller *caller, int64_t reservation_id,
                     struct idem *idem, struct payment *out)
{
    struct pay p = {
        .app = app, .caller = caller, .reservation_id = reservation_id, .idem = idem, .out = out};
    *out = (struct payment){0};
    enum desk_outcome outcome = pays_ask(caller, reservation_id, idem, out);
    if (outcome == DESK_DONE)
        return idem_answer(idem);
    if (outcome == DESK_UNKNOWN && !(idem && idem->present))
        return ERR_BUSY;
    return pay_alone(&p);
}
