/*
 * The transaction that holds seats, see booking_hold in domain/booking.h; how the seats are found
 * and taken is in domain/hold_seats.h.
 *
 * Most holds of a few seats are made with others of the host (domain/holds.h); those that are not
 * come here.
 *
 * Each round trip to the database costs more than most statements. So where a few seats of a
 * schedule are named, all that has to be known is read by one query that locks nothing; what it
 * refuses is refused, and what it allows is written, each row under the condition that it is as it
 * was seen. Where it is not, and everywhere else, the hold goes the long way: it locks the token's
 * row and looks at one thing after the other. So does whatever is run again.
 *
 * Either way the queue token's row is locked first, so that one user's holds of a concert come one
 * after the other and the seats they may have are counted right. The new reservation's row keeps
 * its schedule from being changed until the end, by its foreign key; so the last look at whether
 * the show has been canceled is the one that counts, and it comes after that row.
 *
 * An operator can give a seat that nobody has another price at any time. Whoever looked at it
 * without a lock looks again once it is taken, from when on its price cannot change.
 */
#include "base/clock.h"
#include "db/db.h"
#include "domain/booking.h"
#include "domain/hold_seats.h"
#include "domain/hold_terms.h"
#include "domain/holds.h"
#include "domain/reservation_row.h"
#include "domain/token_row.h"
#include "domain/user.h"
#include <stdlib.h>

struct hold {
    struct app *app;
    const struct caller *caller;
    const struct hold_request *req;
    struct idem *idem;
    struct reservation *out;
    struct hold_seats *seats;
    /* what was seen before the transaction, if not the long way is gone */
    bool long_way;
    int64_t asked;
    struct queue_row row;
    struct hold_terms terms;
    int64_t has; /* seats in the schedule, held and sold */
    int rows;
};

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
static enum err find_schedule(struct hold *h, struct hold_terms *t)
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
    e = db_query_one(h->app->db, STMT_BOOKING_TERMS, hold_terms_read, t, DB_P_INT(d.schedule_id));
    return e == ERR_NO_ROW ? ERR_SCHEDULE_NOT_FOUND : e;
}

static enum err check_limit(const struct hold *h, const struct hold_terms *t)
{
    return h->has + h->req->seat_count > t->max_seats ? ERR_SEAT_LIMIT : ERR_OK;
}

static enum err count_own(struct hold *h, const struct hold_terms *t)
{
    return db_query_one(h->app->db, STMT_USER_SEATS, read_int, &h->has, DB_P_UUID(&h->caller->user),
                        DB_P_INT(t->schedule_id));
}

/* The seats, found, free, within the limit and settled. */
static enum err settle_seats(struct hold *h, const struct hold_terms *t, int64_t now)
{
    enum err e = hold_seats_find(h->seats, t->schedule_id);
    if (e == ERR_OK)
        e = hold_terms_check(t, now);
    if (e == ERR_OK)
        e = hold_seats_free(h->seats);
    if (e == ERR_OK)
        e = count_own(h, t);
    if (e == ERR_OK)
        e = check_limit(h, t);
    return e == ERR_OK ? hold_seats_choose(h->seats) : e;
}

/* The answer is put together from what was read, by seat number as when it is shown later. */
static enum err describe(struct hold *h, const struct hold_terms *t, int64_t now)
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

/* A few of them, of whatever schedule they are. If the show has just been canceled, or one of them
 * has another price than it was seen with, it has to be looked at again. */
static enum err insert_few_seats(struct hold *h, int64_t schedule_id)
{
    struct db_value params[2 + 3 * HOLD_SEATS_FEW] = {DB_P_INT(h->out->reservation_id),
                                                      DB_P_INT(schedule_id)};
    struct db_value *pair = params + 2 + HOLD_SEATS_FEW;
    const struct hold_seats *s = h->seats;
    int64_t ids[HOLD_SEATS_FEW], inserted = 0;
    for (int i = 0; i < HOLD_SEATS_FEW; i++) {
        const struct seat_row *seat = &s->seats[i < s->count ? i : s->count - 1];
        ids[i] = seat->seat_id;
        *pair++ = DB_P_INT(seat->seat_id);
        *pair++ = DB_P_INT(seat->price);
    }
    hold_seats_marks(params + 2, ids, HOLD_SEATS_FEW);
    enum err e = db_exec_params(h->app->db, STMT_RESERVATION_SEATS_INSERT_4, params,
                                sizeof params / sizeof *params, &inserted);
    return e == ERR_OK && inserted != s->count ? ERR_DB_RETRY : e;
}

/* Whether the seats, taken, have the prices that they were seen with. */
static enum err check_prices(struct hold *h)
{
    struct reservation taken = {.reservation_id = h->out->reservation_id,
                                .seat_count = h->out->seat_count};
    enum err e = booking_read_seats(h->app, &taken);
    for (int i = 0; e == ERR_OK && i < taken.seat_count; i++)
        if (taken.seats[i].price != h->out->seats[i].price)
            e = ERR_DB_RETRY;
    reservation_clear(&taken);
    return e;
}

/* All of them, unless the show has just been canceled. The best were locked when they were seen. */
static enum err insert_many_seats(struct hold *h)
{
    int64_t inserted = 0;
    enum err e = db_exec(h->app->db, STMT_RESERVATION_SEATS_INSERT, &inserted,
                         DB_P_INT(h->out->reservation_id));
    if (e == ERR_OK && inserted != h->out->seat_count)
        e = ERR_BOOKING_CLOSED;
    return e == ERR_OK && !h->req->best ? check_prices(h) : e;
}

static enum err insert_seats(struct hold *h, int64_t schedule_id)
{
    return h->seats->count <= HOLD_SEATS_FEW ? insert_few_seats(h, schedule_id)
                                             : insert_many_seats(h);
}

/* --- At once --- */

/* Where the parts of a row of STMT_HOLD_LOOK begin, and how many rows it has at the most: who has
 * made and given back so many reservations is looked at the long way. */
enum { LOOK_ROWS = 400 };
enum { HOLDS_COLUMN = 10, TERMS_COLUMN = 11, OWN_COLUMN = 18, SEAT_COLUMN = 21 };

/* A live reservation of the user's. */
static void count_row(struct hold *h, const struct db_value *row)
{
    char status[10];
    db_text(&row[OWN_COLUMN], status, sizeof status);
    if (strcmp(status, "CONFIRMED") == 0 ||
        (strcmp(status, "PENDING") == 0 && db_time(&row[OWN_COLUMN + 2]) > h->row.now))
        h->has += db_int(&row[OWN_COLUMN + 1]);
}

/* The rows of a seat, one for each other reservation, follow each other. */
static enum err read_look(const struct db_value *row, void *arg)
{
    struct hold *h = arg;
    struct hold_seats *s = h->seats;
    struct token_row t;
    enum err e = ERR_OK;
    if (++h->rows >= LOOK_ROWS)
        return ERR_NO_ROW;
    if (s->count == 0) {
        e = token_row_read(row, &t);
        if (e == ERR_OK)
            e = hold_terms_read(row + TERMS_COLUMN, &h->terms);
        if (e != ERR_OK)
            return e;
        token_row_judge(h->caller, &t, h->asked, &h->row);
        h->row.holds = db_int(&row[HOLDS_COLUMN]);
        h->terms.schedule_id = h->req->schedule_id;
    }
    if (s->count == 0 || s->seats[s->count - 1].seat_id != db_int(&row[SEAT_COLUMN]))
        e = hold_seats_add(s, row + SEAT_COLUMN);
    if (s->count == 1)
        count_row(h, row);
    return e;
}

/* Whether they can be held, as far as can be seen without a lock. ERR_NO_ROW: that cannot be told
 * from here, since something is missing. */
static enum err look(struct hold *h)
{
    const struct hold_request *req = h->req;
    struct db_value params[7 + HOLD_SEATS_FEW] = {
        DB_P_UUID(&h->caller->user), DB_P_INT(req->schedule_id), DB_P_INT(h->caller->token_id),
        DB_P_UUID(&h->caller->user), DB_P_INT(req->schedule_id), DB_P_INT(req->schedule_id)};
    hold_seats_marks(params + 6, req->seats, req->seat_count);
    params[6 + HOLD_SEATS_FEW] = DB_P_INT(LOOK_ROWS);
    hold_seats_begin(h->seats, req->schedule_id);
    h->has = h->rows = 0;
    h->asked = clock_monotonic_ms();
    enum err e =
        db_query_one_params(h->app->db, req->by_id ? STMT_HOLD_LOOK_IDS : STMT_HOLD_LOOK_NUMBERS,
                            read_look, h, params, sizeof params / sizeof *params);
    if (e == ERR_OK)
        e = queue_may_hold(h->app, h->caller, h->terms.concert_id, &h->row);
    if (e == ERR_OK && h->seats->count != req->seat_count)
        e = ERR_NO_ROW;
    if (e == ERR_OK)
        e = hold_terms_check(&h->terms, h->row.now);
    if (e == ERR_OK)
        e = hold_seats_free(h->seats);
    return e == ERR_OK ? check_limit(h, &h->terms) : e;
}

/* The token's row, if nothing has happened to it since the look. */
static enum err hold_token(struct hold *h)
{
    int64_t changed = 0;
    enum err e = db_exec(h->app->db, STMT_TOKEN_HOLD, &changed, DB_P_TIME(h->out->hold_expires_at),
                         DB_P_INT(h->caller->token_id), DB_P_INT(h->row.holds));
    return e == ERR_OK && changed != 1 ? ERR_DB_RETRY : e;
}

/* Whether one of the moments that the look was before may have come while locks were waited for. */
static bool may_be_late(const struct hold *h)
{
    return queue_row_may_be_past(&h->row, h->terms.closes_at) ||
           queue_row_may_be_past(&h->row, h->row.first_end) ||
           queue_row_may_be_past(&h->row, h->out->hold_expires_at);
}

static enum err hold_at_once(struct db *db, struct hold *h)
{
    enum err e = idem_begin(db, h->idem);
    if (e == ERR_OK)
        e = describe(h, &h->terms, h->row.now);
    if (e == ERR_OK)
        e = hold_token(h);
    if (e == ERR_OK)
        e = insert_reservation(h);
    if (e == ERR_OK)
        e = hold_seats_take(h->seats, h->out->reservation_id, h->out->hold_expires_at);
    if (e == ERR_OK)
        e = insert_seats(h, h->terms.schedule_id);
    return e == ERR_OK && may_be_late(h) ? ERR_DB_RETRY : e;
}

/* --- The long way --- */

static enum err write_all(struct hold *h, int64_t schedule_id)
{
    enum err e = insert_reservation(h);
    if (e == ERR_OK)
        e = hold_seats_take(h->seats, h->out->reservation_id, h->out->hold_expires_at);
    if (e == ERR_OK)
        e = insert_seats(h, schedule_id);
    if (e == ERR_OK)
        e = queue_lengthen(h->app, h->caller->token_id, h->out->hold_expires_at);
    return e;
}

static enum err hold_step_by_step(struct db *db, struct hold *h)
{
    struct hold_terms t;
    enum err e = idem_begin(db, h->idem);
    if (e == ERR_OK)
        e = queue_lock(h->app, h->caller, &h->row);
    if (e != ERR_OK)
        return e;
    enum err found = find_schedule(h, &t);
    int64_t concert_id = h->req->schedule_id == 0 ? h->req->concert_id
                         : found == ERR_OK        ? t.concert_id
                                                  : 0;
    e = queue_may_hold(h->app, h->caller, concert_id, &h->row);
    if (e == ERR_OK)
        e = found;
    if (e == ERR_OK)
        e = settle_seats(h, &t, h->row.now);
    if (e == ERR_OK)
        e = describe(h, &t, h->row.now);
    return e == ERR_OK ? write_all(h, t.schedule_id) : e;
}

/* Whatever is run again has met somebody: it goes the long way. */
static enum err hold(struct db *db, void *arg)
{
    struct hold *h = arg;
    bool at_once = !h->long_way;
    h->long_way = true;
    enum err e = at_once ? hold_at_once(db, h) : hold_step_by_step(db, h);
    return e == ERR_OK ? idem_finish(db, h->idem) : e;
}

/* Who has neither held nor charged before is what is missing most often. */
static enum err look_as_known(struct hold *h)
{
    enum err e = look(h);
    if (e != ERR_NO_ROW)
        return e;
    e = user_ensure(h->app, &h->caller->user);
    return e == ERR_OK ? look(h) : e;
}

/* With a key a kept answer comes before anything that could be seen, also when it is found to be in
 * the way only now. */
static enum err look_and_hold(struct hold *h)
{
    const struct hold_request *req = h->req;
    bool keyed = h->idem && h->idem->present;
    bool few = req->schedule_id != 0 && !req->best && req->seat_count <= HOLD_SEATS_FEW;
    enum err e = few ? look_as_known(h) : ERR_NO_ROW;
    if (e != ERR_OK && e != ERR_NO_ROW && !keyed)
        return e;
    h->long_way = e != ERR_OK;
    app_problem_reset(h->app); /* what was seen may not be what is answered */
    if (e != ERR_OK)
        e = user_ensure(h->app, &h->caller->user);
    return e == ERR_OK ? idem_run(h->app->db, h->idem, hold, h) : e;
}

enum err booking_hold(struct app *app, const struct caller *caller, const struct hold_request *req,
                      struct idem *idem, struct reservation *out)
{
    static struct hold_seats seats; /* large, and a process holds one thing at a time */
    struct hold h = {
        .app = app, .caller = caller, .req = req, .idem = idem, .out = out, .seats = &seats};
    seats.app = app;
    seats.req = req;
    seats.patient = false;
    *out = (struct reservation){0};
    enum err e = holds_ask(app, caller, req, idem, out);
    if (e != ERR_NO_ROW)
        return e;
    e = look_and_hold(&h);
    if (e != ERR_OK) {
        reservation_clear(out);
        if (!h.row.claimed)
            queue_claim(app, caller);
    }
    return e;
}
