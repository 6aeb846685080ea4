/*
 * Taking seats, see booking_hold in domain/booking.h.
 *
 * The queue token's row is locked first, so that one user's holds of a concert come one after the
 * other and the seats they may have are counted right. The seats are looked at without a lock (most
 * losers of a race go away here), then taken by one conditional UPDATE whose rows are counted: that
 * statement alone decides.
 */
#include "db/tx.h"
#include "domain/booking.h"
#include "domain/queue.h"
#include "domain/schedule_row.h"
#include "domain/user.h"
#include <stdlib.h>

enum { FEW = 4 };

struct hold {
    struct app *app;
    const struct caller *caller;
    const struct hold_request *req;
    struct idem *idem;
    struct reservation *out;
};

struct terms {
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

/* The schedule that is meant and its terms. *ambiguous is for later: 404s come before 409s, and
 * without a schedule no seat can be looked for. */
static enum err find_schedule(struct hold *h, int64_t *schedule_id, struct terms *t)
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
    *schedule_id = d.schedule_id;
    e = db_query_one(h->app->db, STMT_BOOKING_TERMS, read_terms, t, DB_P_INT(d.schedule_id));
    return e == ERR_NO_ROW ? ERR_SCHEDULE_NOT_FOUND : e;
}

/* --- Seats --- */

struct choice {
    struct seat_row seats[APP_MAX_SEATS];
    int count;
    int64_t amount;
};

static enum err read_choice(const struct db_value *row, void *arg)
{
    struct choice *c = arg;
    if (c->count >= APP_MAX_SEATS)
        return ERR_INTERNAL;
    struct seat_row *s = &c->seats[c->count++];
    seat_read(row, s);
    c->amount += s->price;
    return ERR_OK;
}

/* Fills the marks of an IN list; the last value fills what is left over. */
static int fill_marks(struct db_value *params, const int64_t *values, int count)
{
    int marks = count <= FEW ? FEW : APP_MAX_SEATS;
    for (int i = 0; i < marks; i++)
        params[i] = DB_P_INT(values[i < count ? i : count - 1]);
    return marks;
}

static bool chosen(const struct hold_request *req, const struct choice *c, int64_t wanted)
{
    for (int i = 0; i < c->count; i++)
        if ((req->by_id ? c->seats[i].seat_id : c->seats[i].seat_number) == wanted)
            return true;
    return false;
}

static enum err missing_seats(struct app *app, const struct hold_request *req,
                              const struct choice *c)
{
    app->problem.seat_count = 0;
    for (int i = 0; i < req->seat_count && !req->by_id; i++)
        if (req->seats[i] <= INT32_MAX && !chosen(req, c, req->seats[i]))
            app->problem.seat_numbers[app->problem.seat_count++] = (int32_t)req->seats[i];
    return ERR_SEAT_NOT_FOUND;
}

static enum err look_at_seats(struct hold *h, int64_t schedule_id, struct choice *c)
{
    const struct hold_request *req = h->req;
    struct db_value params[1 + APP_MAX_SEATS];
    bool few = req->seat_count <= FEW;
    enum stmt id = req->by_id ? (few ? STMT_SEATS_BY_ID_4 : STMT_SEATS_BY_ID_100)
                              : (few ? STMT_SEATS_BY_NUMBER_4 : STMT_SEATS_BY_NUMBER_100);
    params[0] = DB_P_INT(schedule_id);
    int marks = fill_marks(params + 1, req->seats, req->seat_count);
    c->count = 0;
    c->amount = 0;
    enum err e = db_query_params(h->app->db, id, read_choice, c, params, 1 + (size_t)marks);
    if (e != ERR_OK)
        return e;
    return c->count == req->seat_count ? ERR_OK : missing_seats(h->app, req, c);
}

/* Those that are not free, except what `mine` (a reservation; 0: none) has. */
static enum err taken_seats(struct app *app, const struct choice *c, int64_t mine)
{
    app->problem.seat_count = 0;
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->seats[i].status, "AVAILABLE") != 0 &&
            (mine == 0 || c->seats[i].reservation_id != mine))
            app->problem.seat_numbers[app->problem.seat_count++] = c->seats[i].seat_number;
    return app->problem.seat_count ? ERR_SEAT_TAKEN : ERR_OK;
}

/* Locks and takes the seats in the order of their ids. Whoever lost the race sees which are gone by
 * looking again. */
static enum err take_seats(struct hold *h, int64_t schedule_id, struct choice *c)
{
    struct db_value params[2 + APP_MAX_SEATS];
    int64_t ids[APP_MAX_SEATS], affected = 0;
    for (int i = 0; i < c->count; i++)
        ids[i] = c->seats[i].seat_id;
    params[0] = DB_P_INT(h->out->reservation_id);
    params[1] = DB_P_TIME(h->out->hold_expires_at);
    int marks = fill_marks(params + 2, ids, c->count);
    enum err e = db_exec_params(h->app->db, marks == FEW ? STMT_SEATS_TAKE_4 : STMT_SEATS_TAKE_100,
                                params, 2 + (size_t)marks, &affected);
    if (e != ERR_OK || affected == c->count)
        return e;
    e = look_at_seats(h, schedule_id, c);
    if (e == ERR_OK)
        e = taken_seats(h->app, c, h->out->reservation_id);
    return e == ERR_OK ? ERR_DB_RETRY : e; /* all free again: another try */
}

/* --- The transaction --- */

static enum err check_booking(const struct terms *t, int64_t now)
{
    if (t->canceled_at >= 0 || now >= t->closes_at)
        return ERR_BOOKING_CLOSED;
    return now < t->opens_at ? ERR_BOOKING_NOT_OPEN : ERR_OK;
}

static enum err check_limit(struct hold *h, int64_t schedule_id, int64_t max_seats)
{
    int64_t has = 0;
    enum err e = db_query_one(h->app->db, STMT_USER_SEATS, read_int, &has,
                              DB_P_UUID(&h->caller->user), DB_P_INT(schedule_id));
    if (e != ERR_OK)
        return e;
    return has + h->req->seat_count > max_seats ? ERR_SEAT_LIMIT : ERR_OK;
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

/* The answer is put together from what was read, by seat number as when it is shown later. */
static int by_number(const void *a, const void *b)
{
    const struct reservation_seat *x = a, *y = b;
    return (x->seat_number > y->seat_number) - (x->seat_number < y->seat_number);
}

static enum err describe(struct hold *h, const struct choice *c, const struct terms *t,
                         int64_t schedule_id, int64_t now)
{
    struct reservation *r = h->out;
    reservation_clear(r);
    *r = (struct reservation){.user_id = h->caller->user,
                              .concert_id = t->concert_id,
                              .schedule_id = schedule_id,
                              .status = "PENDING",
                              .starts_at = t->starts_at,
                              .amount = c->amount,
                              .created_at = now,
                              .hold_expires_at = now + t->hold_seconds * 1000,
                              .paid_at = -1};
    r->seats = calloc((size_t)c->count, sizeof *r->seats);
    if (!r->seats)
        return ERR_INTERNAL;
    for (int i = 0; i < c->count; i++) {
        struct reservation_seat *seat = &r->seats[i];
        seat->seat_id = c->seats[i].seat_id;
        seat->seat_number = c->seats[i].seat_number;
        memcpy(seat->section, c->seats[i].section, sizeof seat->section);
        memcpy(seat->row, c->seats[i].row, sizeof seat->row);
        seat->price = c->seats[i].price;
    }
    r->seat_count = c->count;
    qsort(r->seats, (size_t)r->seat_count, sizeof *r->seats, by_number);
    return ERR_OK;
}

static enum err write_all(struct hold *h, struct choice *c, int64_t schedule_id)
{
    enum err e = insert_reservation(h);
    if (e == ERR_OK)
        e = take_seats(h, schedule_id, c);
    if (e == ERR_OK)
        e = db_exec(h->app->db, STMT_RESERVATION_SEATS_INSERT, NULL,
                    DB_P_INT(h->out->reservation_id));
    if (e == ERR_OK)
        e = queue_lengthen(h->app, h->caller->token_id, h->out->hold_expires_at);
    return e;
}

/* The errors of a token, in their order; WRONG_CONCERT needs the schedule's concert. */
static enum err check_token(struct hold *h, int64_t concert_id, const struct queue_row *row)
{
    if (concert_id != 0 && concert_id != h->caller->concert_id)
        return ERR_WRONG_CONCERT;
    if (!row->live)
        return ERR_QUEUE_TOKEN_EXPIRED;
    if (!row->inside)
        return queue_not_admitted(h->app, h->caller);
    return row->first_end_passed ? ERR_QUEUE_TOKEN_EXPIRED : ERR_OK;
}

static enum err hold(struct db *db, void *arg)
{
    struct hold *h = arg;
    struct queue_row row;
    struct terms t;
    static struct choice c; /* large, and a process holds one thing at a time */
    int64_t schedule_id = 0;
    enum err e = idem_begin(db, h->idem);
    if (e == ERR_OK)
        e = queue_lock(h->app, h->caller, &row);
    if (e != ERR_OK)
        return e;
    enum err found = find_schedule(h, &schedule_id, &t);
    int64_t concert_id = h->req->schedule_id == 0 ? h->req->concert_id
                         : found == ERR_OK        ? t.concert_id
                                                  : 0;
    e = check_token(h, concert_id, &row);
    if (e == ERR_OK)
        e = found;
    if (e == ERR_OK)
        e = look_at_seats(h, schedule_id, &c);
    if (e == ERR_OK)
        e = check_booking(&t, row.now);
    if (e == ERR_OK)
        e = taken_seats(h->app, &c, 0);
    if (e == ERR_OK)
        e = check_limit(h, schedule_id, t.max_seats);
    if (e == ERR_OK)
        e = describe(h, &c, &t, schedule_id, row.now);
    if (e == ERR_OK)
        e = write_all(h, &c, schedule_id);
    return e == ERR_OK ? idem_finish(db, h->idem) : e;
}

enum err booking_hold(struct app *app, const struct caller *caller, const struct hold_request *req,
                      struct idem *idem, struct reservation *out)
{
    struct hold h = {app, caller, req, idem, out};
    *out = (struct reservation){0};
    enum err e = user_ensure(app, &caller->user);
    if (e == ERR_OK)
        e = tx_run(app->db, hold, &h);
    if (e != ERR_OK) {
        reservation_clear(out);
        queue_claim(app, caller);
    }
    return e;
}
