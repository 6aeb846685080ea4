/*
 * The transaction that holds seats, see booking_hold in domain/booking.h; how the seats are found
 * and taken is in domain/hold_seats.h.
 *
 * The queue token's row is locked first, so that one user's holds of a concert come one after the
 * other and the seats they may have are counted right. The new reservation's row keeps its schedule
 * from being changed until the end, by its foreign key; so the last look at whether the show has
 * been canceled is the one that counts, and it comes after that row.
 */
#include "db/db.h"
#include "domain/booking.h"
#include "domain/hold_seats.h"
#include "domain/queue.h"
#include "domain/reservation_row.h"
#include "domain/user.h"
#include <stdlib.h>

struct hold {
    struct app *app;
    const struct caller *caller;
    const struct hold_request *req;
    struct idem *idem;
    struct reservation *out;
    struct hold_seats *seats;
};

struct terms {
    int64_t schedule_id;
    int64_t concert_id, starts_at, opens_at, closes_at, canceled_at, hold_seconds, max_seats;
};

static enum err read_terms(const struct db_value *row, void *arg)
{
    struct terms *t = arg;
    t->concert_id = db_int(&row[0]);
    t->starts_at = db_time(&row[1]);
    t->opens_at = db_time(&row[2]);
    t->closes_at = db_time(&row[3]);
    t->canceled_at = db_time(&row[4]);
    t->hold_seconds = db_int(&row[5]);
    t->max_seats = db_int(&row[6]);
    return ERR_OK;
}

struct day {
    int64_t schedule_id;
    int shows;
};

static enum err read_show(const struct db_value *row, void *arg)
{
    struct day *d = arg;
    if (d->shows++ == 0)
        d->schedule_id = db_int(&row[0]);
    return ERR_OK;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* The schedule that is meant and its terms. Which day is ambiguous is for later: 404s come before
 * 409s, and without a schedule no seat can be looked for. */
static enum err find_schedule(struct hold *h, struct terms *t)
{
    const struct hold_request *req = h->req;
    struct day d = {.schedule_id = req->schedule_id};
    enum err e;
    if (req->schedule_id == 0) {
        e = db_query(h->app->db, STMT_SCHEDULE_BY_DATE, read_show, &d, DB_P_INT(req->concert_id),
                     DB_P_STR(req->date));
        if (e != ERR_OK)
            return e;
        if (d.shows > 1)
            return ERR_AMBIGUOUS_DATE;
    }
    t->schedule_id = d.schedule_id;
    e = db_query_one(h->app->db, STMT_BOOKING_TERMS, read_terms, t, DB_P_INT(d.schedule_id));
    return e == ERR_NO_ROW ? ERR_SCHEDULE_NOT_FOUND : e;
}

static enum err check_booking(const struct terms *t, int64_t now)
{
    if (t->canceled_at >= 0 || now >= t->closes_at)
        return ERR_BOOKING_CLOSED;
    return now < t->opens_at ? ERR_BOOKING_NOT_OPEN : ERR_OK;
}

static enum err check_limit(struct hold *h, const struct terms *t)
{
    int64_t has = 0;
    enum err e = db_query_one(h->app->db, STMT_USER_SEATS, read_int, &has,
                              DB_P_UUID(&h->caller->user), DB_P_INT(t->schedule_id));
    if (e != ERR_OK)
        return e;
    return has + h->req->seat_count > t->max_seats ? ERR_SEAT_LIMIT : ERR_OK;
}

/* The seats, found, free, within the limit and settled. */
static enum err settle_seats(struct hold *h, const struct terms *t, int64_t now)
{
    enum err e = hold_seats_find(h->seats, t->schedule_id);
    if (e == ERR_OK)
        e = check_booking(t, now);
    if (e == ERR_OK)
        e = hold_seats_free(h->seats);
    if (e == ERR_OK)
        e = check_limit(h, t);
    return e == ERR_OK ? hold_seats_choose(h->seats) : e;
}

/* The answer is put together from what was read, by seat number as when it is shown later. */
static enum err describe(struct hold *h, const struct terms *t, int64_t now)
{
    struct reservation *r = h->out;
    const struct hold_seats *from = h->seats;
    reservation_clear(r);
    *r = (struct reservation){.user_id = h->caller->user,
                              .concert_id = t->concert_id,
                              .schedule_id = t->schedule_id,
                              .status = "PENDING",
                              .starts_at = t->starts_at,
                              .amount = from->amount,
                              .created_at = now,
                              .hold_expires_at = now + t->hold_seconds * 1000,
                              .paid_at = -1};
    r->seats = calloc((size_t)from->count, sizeof *r->seats);
    if (!r->seats)
        return ERR_INTERNAL;
    for (int i = 0; i < from->count; i++) {
        struct reservation_seat *seat = &r->seats[i];
        seat->seat_id = from->seats[i].seat_id;
        seat->seat_number = from->seats[i].seat_number;
        memcpy(seat->section, from->seats[i].section, sizeof seat->section);
        memcpy(seat->row, from->seats[i].row, sizeof seat->row);
        seat->price = from->seats[i].price;
    }
    r->seat_count = from->count;
    reservation_sort_seats(r);
    return ERR_OK;
}

static enum err insert_reservation(struct hold *h)
{
    struct reservation *r = h->out;
    enum err e =
        db_exec(h->app->db, STMT_RESERVATION_INSERT, NULL, DB_P_UUID(&r->user_id),
                DB_P_INT(r->concert_id), DB_P_INT(r->schedule_id), DB_P_INT(r->seat_count),
                DB_P_INT(r->amount), DB_P_TIME(r->created_at), DB_P_TIME(r->hold_expires_at));
    r->reservation_id = db_insert_id(h->app->db);
    return e;
}

/* All of them, unless the show has just been canceled. */
static enum err insert_seats(struct hold *h)
{
    int64_t inserted = 0;
    enum err e = db_exec(h->app->db, STMT_RESERVATION_SEATS_INSERT, &inserted,
                         DB_P_INT(h->out->reservation_id));
    return e == ERR_OK && inserted != h->out->seat_count ? ERR_BOOKING_CLOSED : e;
}

static enum err write_all(struct hold *h)
{
    enum err e = insert_reservation(h);
    if (e == ERR_OK)
        e = hold_seats_take(h->seats, h->out->reservation_id, h->out->hold_expires_at);
    if (e == ERR_OK)
        e = insert_seats(h);
    if (e == ERR_OK)
        e = queue_lengthen(h->app, h->caller->token_id, h->out->hold_expires_at);
    return e;
}

static enum err hold(struct db *db, void *arg)
{
    struct hold *h = arg;
    struct queue_row row;
    struct terms t;
    enum err e = idem_begin(db, h->idem);
    if (e == ERR_OK)
        e = queue_lock(h->app, h->caller, &row);
    if (e != ERR_OK)
        return e;
    enum err found = find_schedule(h, &t);
    int64_t concert_id = h->req->schedule_id == 0 ? h->req->concert_id
                         : found == ERR_OK        ? t.concert_id
                                                  : 0;
    e = queue_may_hold(h->app, h->caller, concert_id, &row);
    if (e == ERR_OK)
        e = found;
    if (e == ERR_OK)
        e = settle_seats(h, &t, row.now);
    if (e == ERR_OK)
        e = describe(h, &t, row.now);
    if (e == ERR_OK)
        e = write_all(h);
    return e == ERR_OK ? idem_finish(db, h->idem) : e;
}

enum err booking_hold(struct app *app, const struct caller *caller, const struct hold_request *req,
                      struct idem *idem, struct reservation *out)
{
    static struct hold_seats seats; /* large, and a process holds one thing at a time */
    struct hold h = {app, caller, req, idem, out, &seats};
    seats.app = app;
    seats.req = req;
    seats.patient = false;
    *out = (struct reservation){0};
    enum err e = user_ensure(app, &caller->user);
    if (e == ERR_OK)
        e = idem_run(app->db, idem, hold, &h);
    if (e != ERR_OK) {
        reservation_clear(out);
        queue_claim(app, caller);
    }
    return e;
}
