/*
 * Refunding, see domain/refund.h.
 *
 * Locks in the one order: reservation, seats, wallet. The reservation's row is locked first and
 * changed last, by an UPDATE that waits for nothing: NOW() is fixed before a statement waits for a
 * lock, and the moment from which on nothing is refunded is exact.
 */
#include "domain/refund.h"

#include "db/db.h"
#include "domain/audit.h"
#include "domain/outbox.h"
#include "domain/reservation_row.h"
#include "domain/wallet.h"

struct request {
    struct app *app;
    const struct caller *caller;
    int64_t id;
    struct idem *idem;
    struct refund *out;
};

/* What the schedule and the payment say. */
struct terms {
    int64_t starts_at, closes_at, canceled_at, payment_id, now;
};

static enum err read_terms(const struct db_value *row, void *arg)
{
    struct terms *t = arg;
    t->starts_at = db_time(&row[0]);
    t->closes_at = db_time(&row[1]);
    t->canceled_at = db_time(&row[2]);
    t->payment_id = db_int(&row[3]);
    t->now = db_time(&row[4]);
    return ERR_OK;
}

/* Changes exactly `rows` rows of the reservation; with fewer or more something is broken. */
static enum err change(struct db *db, enum stmt id, int64_t reservation_id, int64_t rows)
{
    int64_t affected = 0;
    enum err e = db_exec(db, id, &affected, DB_P_INT(reservation_id));
    return e == ERR_OK && affected != rows ? ERR_INTERNAL : e;
}

enum err refund_locked(struct app *app, const struct reservation *r, int64_t closes_at,
                       int64_t *balance)
{
    int64_t affected = 0;
    enum err e = change(app->db, STMT_SEATS_REFUND, r->reservation_id, r->seat_count);
    if (e == ERR_OK)
        e = wallet_refund(app, &r->user_id, r->amount, r->reservation_id, balance);
    if (e == ERR_OK)
        e = change(app->db, STMT_PAYMENT_REFUND, r->reservation_id, 1);
    if (e == ERR_OK)
        e = outbox_write(app, "reservation.refunded", r->concert_id, r->reservation_id);
    if (e == ERR_OK)
        e = db_exec(app->db, STMT_RESERVATION_REFUND, &affected, DB_P_INT(r->reservation_id),
                    DB_P_OPT_TIME(closes_at));
    return e == ERR_OK && affected != 1 ? ERR_NOT_REFUNDABLE : e;
}

/* The terms are read once the reservation is locked: its state and the time are those of now. */
static enum err check(struct request *q, const struct reservation *r, struct terms *t)
{
    if (strcmp(r->status, "CONFIRMED") != 0)
        return ERR_NOT_REFUNDABLE;
    enum err e = db_query_one(q->app->db, STMT_REFUND_TERMS, read_terms, t, DB_P_INT(q->id));
    if (e != ERR_OK)
        return e == ERR_NO_ROW ? ERR_INTERNAL : e;
    if (t->canceled_at >= 0)
        t->closes_at = -1;
    return t->closes_at >= 0 && t->now >= t->closes_at ? ERR_NOT_REFUNDABLE : ERR_OK;
}

static enum err describe(struct request *q, const struct terms *t)
{
    struct reservation *r = &q->out->reservation;
    text_copy(r->status, sizeof r->status, "REFUNDED", strlen("REFUNDED"));
    r->starts_at = t->starts_at;
    r->payment_id = t->payment_id;
    return booking_read_seats(q->app, r);
}

static enum err write_audit(const struct request *q)
{
    const struct reservation *r = &q->out->reservation;
    const struct audit_money m = {.user_id = r->user_id,
                                  .amount = r->amount,
                                  .balance = q->out->balance,
                                  .reservation_id = r->reservation_id,
                                  .status_before = "CONFIRMED",
                                  .status_now = "REFUNDED"};
    return audit_write_money(q->app, q->caller, "reservation.refund", &m);
}

static enum err refund(struct db *db, void *arg)
{
    struct request *q = arg;
    struct reservation *r = &q->out->reservation;
    struct terms t;
    reservation_clear(r);
    enum err e = idem_begin(db, q->idem);
    if (e == ERR_OK)
        e = db_query_one(db, STMT_RESERVATION_LOCK, reservation_read, r, DB_P_INT(q->id));
    if (e == ERR_NO_ROW ||
        (e == ERR_OK && !q->caller->service && !uuid_equal(&r->user_id, &q->caller->user)))
        return ERR_RESERVATION_NOT_FOUND;
    if (e == ERR_OK)
        e = check(q, r, &t);
    if (e == ERR_OK)
        e = refund_locked(q->app, r, t.closes_at, &q->out->balance);
    if (e == ERR_OK && audit_is_due(q->caller, &r->user_id))
        e = write_audit(q);
    if (e == ERR_OK)
        e = describe(q, &t);
    return e == ERR_OK ? idem_finish(db, q->idem) : e;
}

enum err refund_reservation(struct app *app, const struct caller *caller, int64_t reservation_id,
                            struct idem *idem, struct refund *out)
{
    struct request q = {app, caller, reservation_id, idem, out};
    *out = (struct refund){.balance = 0};
    enum err e = idem_run(app->db, idem, refund, &q);
    if (e != ERR_OK)
        reservation_clear(&out->reservation);
    return e;
}
