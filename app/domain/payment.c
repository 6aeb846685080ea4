/*
 * Paying, see domain/payment.h.
 *
 * Locks in the one order: queue token, reservation, seats, wallet. NOW() is fixed before a
 * statement waits for a lock, so the reservation is confirmed last, by an UPDATE that waits for
 * nothing and looks at the time once more; and the seats' UPDATE names the reservation and counts
 * its rows, so that a seat which somebody else has taken meanwhile is never sold again.
 */
#include "domain/payment.h"

#include "db/db.h"
#include "domain/outbox.h"
#include "domain/queue.h"
#include "domain/reservation_row.h"
#include "domain/wallet.h"

struct pay {
    struct app *app;
    const struct caller *caller;
    int64_t reservation_id;
    struct idem *idem;
    struct payment *out;
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
        e = db_exec(db, STMT_PAYMENT_INSERT, NULL, DB_P_INT(r->reservation_id),
                    DB_P_UUID(&r->user_id), DB_P_INT(r->amount), DB_P_TIME(p->out->paid_at));
    if (e != ERR_OK)
        return e;
    p->out->payment_id = db_insert_id(db);
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
        e = outbox_write(p->app, "reservation.paid", r->concert_id, r->reservation_id);
    return e == ERR_OK ? confirm(db, p, r) : e;
}

static enum err pay(struct db *db, void *arg)
{
    struct pay *p = arg;
    struct reservation *r = &p->out->reservation;
    struct queue_row row;
    int64_t now = 0;
    reservation_clear(r);
    enum err e = idem_begin(db, p->idem);
    if (e == ERR_OK)
        e = queue_lock(p->app, p->caller, &row);
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
        e = check_token(p, r, &row);
    if (e == ERR_OK)
        e = write_all(db, p, r);
    if (e == ERR_OK)
        e = booking_read_seats(p->app, r);
    if (e != ERR_OK)
        return e;
    p->out->reservation_id = r->reservation_id;
    p->out->amount = r->amount;
    return idem_finish(db, p->idem);
}

enum err payment_pay(struct app *app, const struct caller *caller, int64_t reservation_id,
                     struct idem *idem, struct payment *out)
{
    struct pay p = {app, caller, reservation_id, idem, out};
    *out = (struct payment){0};
    enum err e = idem_run(app->db, idem, pay, &p);
    if (e != ERR_OK) {
        reservation_clear(&out->reservation);
        queue_claim(app, caller);
    }
    return e;
}
