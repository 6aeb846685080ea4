/*
 * One longer hold, see booking_extend in domain/booking.h.
 *
 * NOW() is fixed before a statement waits for a lock: so the reservation itself is changed last, by
 * an UPDATE that waits for nothing and looks at the time once more; and the seats' UPDATE names the
 * reservation and counts its rows, so that a seat which somebody else has taken meanwhile stays
 * theirs.
 */
#include "db/db.h"
#include "domain/booking.h"
#include "domain/queue.h"
#include "domain/reservation_row.h"

struct extension {
    struct app *app;
    const struct caller *caller;
    int64_t id;
    struct idem *idem;
    struct reservation *out;
};

struct terms {
    int64_t starts_at, canceled_at, extended_at, extend_seconds;
};

static enum err read_terms(const struct db_value *row, void *arg)
{
    struct terms *t = arg;
    t->starts_at = db_time(&row[0]);
    t->canceled_at = db_time(&row[1]);
    t->extended_at = db_time(&row[2]);
    t->extend_seconds = db_int(&row[3]);
    return ERR_OK;
}

/* The caller's own reservation, its row locked, if the token allows. */
static enum err find(struct extension *x, const struct queue_row *row)
{
    struct reservation *r = x->out;
    enum err found =
        db_query_one(x->app->db, STMT_RESERVATION_LOCK, reservation_read, r, DB_P_INT(x->id));
    if (found != ERR_OK && found != ERR_NO_ROW)
        return found;
    bool mine = found == ERR_OK && uuid_equal(&r->user_id, &x->caller->user);
    enum err e = queue_may_hold(x->app, x->caller, mine ? r->concert_id : 0, row);
    return e != ERR_OK || mine ? e : ERR_RESERVATION_NOT_FOUND;
}

static enum err check(const struct reservation *r, const struct terms *t, int64_t now)
{
    if (t->extended_at >= 0 || t->extend_seconds == 0 || t->canceled_at >= 0 ||
        strcmp(r->status, "CONFIRMED") == 0 || strcmp(r->status, "REFUNDED") == 0)
        return ERR_NOT_EXTENDABLE;
    if (strcmp(r->status, "PENDING") != 0 || r->hold_expires_at <= now)
        return ERR_HOLD_EXPIRED;
    return ERR_OK;
}

static enum err write_all(struct db *db, struct extension *x)
{
    const struct reservation *r = x->out;
    int64_t seats = 0, reservations = 0;
    enum err e = db_exec(db, STMT_SEATS_EXTEND, &seats, DB_P_TIME(r->hold_expires_at),
                         DB_P_INT(r->reservation_id));
    if (e == ERR_OK && seats != r->seat_count)
        e = ERR_HOLD_EXPIRED;
    if (e == ERR_OK)
        e = queue_lengthen(x->app, x->caller->token_id, r->hold_expires_at);
    if (e == ERR_OK)
        e = db_exec(db, STMT_RESERVATION_EXTEND, &reservations, DB_P_TIME(r->hold_expires_at),
                    DB_P_INT(r->reservation_id));
    return e == ERR_OK && reservations != 1 ? ERR_HOLD_EXPIRED : e;
}

static enum err extend(struct db *db, void *arg)
{
    struct extension *x = arg;
    struct reservation *r = x->out;
    struct queue_row row;
    struct terms t;
    int64_t now = 0;
    reservation_clear(r);
    enum err e = idem_begin(db, x->idem);
    if (e == ERR_OK)
        e = queue_lock(x->app, x->caller, &row);
    if (e == ERR_OK)
        e = find(x, &row);
    if (e == ERR_OK)
        e = db_query_one(db, STMT_RESERVATION_EXTENSION, read_terms, &t, DB_P_INT(x->id));
    if (e == ERR_OK)
        e = db_now(db, &now);
    if (e == ERR_OK)
        e = check(r, &t, now);
    if (e != ERR_OK)
        return e;
    r->starts_at = t.starts_at;
    r->hold_expires_at += t.extend_seconds * 1000;
    e = write_all(db, x);
    if (e == ERR_OK)
        e = booking_read_seats(x->app, r);
    return e == ERR_OK ? idem_finish(db, x->idem) : e;
}

enum err booking_extend(struct app *app, const struct caller *caller, int64_t id, struct idem *idem,
                        struct reservation *out)
{
    struct extension x = {app, caller, id, idem, out};
    *out = (struct reservation){0};
    enum err e = idem_run(app->db, idem, extend, &x);
    if (e != ERR_OK) {
        reservation_clear(out);
        queue_claim(app, caller);
    }
    return e;
}
