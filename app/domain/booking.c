/* Showing and giving back reservations, see domain/booking.h; taking seats is in hold.c. */
#include "domain/booking.h"

#include "db/db.h"
#include "domain/queue.h"
#include "domain/reservation_row.h"
#include <stdlib.h>

void reservation_clear(struct reservation *r)
{
    free(r->seats);
    r->seats = NULL;
    r->seat_count = 0;
}

enum err reservation_read(const struct db_value *row, void *arg)
{
    struct reservation *r = arg;
    *r = (struct reservation){.reservation_id = db_int(&row[0]), .paid_at = db_time(&row[9])};
    db_uuid(&row[1], &r->user_id);
    r->concert_id = db_int(&row[2]);
    r->schedule_id = db_int(&row[3]);
    db_text(&row[4], r->status, sizeof r->status);
    r->seat_count = (int)db_int(&row[5]);
    r->amount = db_int(&row[6]);
    r->created_at = db_time(&row[7]);
    r->hold_expires_at = db_time(&row[8]);
    return ERR_OK;
}

void reservation_read_seat(const struct db_value *row, struct reservation_seat *out)
{
    out->seat_id = db_int(&row[0]);
    out->seat_number = (int32_t)db_int(&row[1]);
    db_text(&row[2], out->section, sizeof out->section);
    db_text(&row[3], out->row, sizeof out->row);
    out->price = db_int(&row[4]);
}

static int by_number(const void *a, const void *b)
{
    const struct reservation_seat *x = a, *y = b;
    return (x->seat_number > y->seat_number) - (x->seat_number < y->seat_number);
}

void reservation_sort_seats(struct reservation *r)
{
    qsort(r->seats, (size_t)r->seat_count, sizeof *r->seats, by_number);
}

static enum err read_shown(const struct db_value *row, void *arg)
{
    struct reservation *r = arg;
    enum err e = reservation_read(row, arg);
    r->starts_at = db_time(&row[10]);
    r->payment_id = db_int(&row[11]);
    return e;
}

struct seats {
    struct reservation *r;
    int filled;
};

static enum err read_seat(const struct db_value *row, void *arg)
{
    struct seats *s = arg;
    if (s->filled >= s->r->seat_count)
        return ERR_INTERNAL;
    reservation_read_seat(row, &s->r->seats[s->filled++]);
    return ERR_OK;
}

enum err booking_read_seats(struct app *app, struct reservation *r)
{
    struct seats s = {.r = r};
    r->seats = calloc((size_t)r->seat_count, sizeof *r->seats);
    if (!r->seats)
        return ERR_INTERNAL;
    enum err e =
        db_query(app->db, STMT_RESERVATION_SEATS, read_seat, &s, DB_P_INT(r->reservation_id));
    if (e == ERR_OK && s.filled != r->seat_count)
        e = ERR_INTERNAL;
    if (e != ERR_OK)
        reservation_clear(r);
    return e;
}

/* --- Showing --- */

/*
 * What every route of one reservation checks first: somebody else's is as good as none, and a queue
 * token must be of its concert and not over.
 */
static enum err check_bearer(struct app *app, const struct caller *caller, bool mine,
                             int64_t concert_id)
{
    if (caller->kind == TOKEN_QUEUE) {
        enum err e = queue_require_live(app, caller, mine ? concert_id : 0);
        if (e != ERR_OK)
            return e;
    }
    return mine ? ERR_OK : ERR_RESERVATION_NOT_FOUND;
}

enum err booking_get(struct app *app, const struct caller *caller, int64_t id,
                     struct reservation *out)
{
    enum err found = db_query_one(app->db, STMT_RESERVATION_GET, read_shown, out, DB_P_INT(id));
    if (found != ERR_OK && found != ERR_NO_ROW)
        return found;
    bool mine = found == ERR_OK && uuid_equal(&out->user_id, &caller->user);
    enum err e = check_bearer(app, caller, mine, mine ? out->concert_id : 0);
    return e == ERR_OK ? booking_read_seats(app, out) : e;
}

enum err booking_find(struct app *app, int64_t id, struct reservation *out)
{
    enum err e = db_query_one(app->db, STMT_RESERVATION_GET, read_shown, out, DB_P_INT(id));
    if (e == ERR_NO_ROW)
        return ERR_RESERVATION_NOT_FOUND;
    return e == ERR_OK ? booking_read_seats(app, out) : e;
}

struct list {
    struct reservation *out;
    int count;
};

static enum err read_listed(const struct db_value *row, void *arg)
{
    struct list *l = arg;
    return read_shown(row, &l->out[l->count++]);
}

enum err booking_list(struct app *app, const struct uuid *user_id, int64_t before, int limit,
                      struct reservation *out, int *count)
{
    struct list l = {out, 0};
    enum err e = db_query(app->db, STMT_RESERVATION_LIST, read_listed, &l, DB_P_UUID(user_id),
                          DB_P_INT(before ? before : INT64_MAX), DB_P_INT(limit));
    int with_seats = 0;
    while (e == ERR_OK && with_seats < l.count) {
        e = booking_read_seats(app, &out[with_seats]);
        if (e == ERR_OK)
            with_seats++;
    }
    if (e != ERR_OK)
        while (with_seats > 0)
            reservation_clear(&out[--with_seats]);
    *count = e == ERR_OK ? l.count : 0;
    return e;
}

/* --- Giving back --- */

/* The reservation's row is locked; its seats follow. */
static enum err end_hold(struct db *db, int64_t id, const char *status)
{
    int64_t affected = 0;
    enum err e = db_exec(db, STMT_RESERVATION_END, &affected, DB_P_STR(status), DB_P_INT(id));
    if (e == ERR_OK && affected == 1)
        e = db_exec(db, STMT_SEATS_RELEASE, NULL, DB_P_INT(id));
    return e;
}

struct ids {
    int64_t v[APP_MAX_SEATS];
    int count;
};

static enum err read_id(const struct db_value *row, void *arg)
{
    struct ids *ids = arg;
    if (ids->count < APP_MAX_SEATS)
        ids->v[ids->count++] = db_int(&row[0]);
    return ERR_OK;
}

/* Every pending hold has at least one seat, of at most a hundred in each schedule: what is beyond
 * the list's room (many schedules at once) goes back when its time is over. */
enum err booking_release_others(struct app *app, const struct uuid *user_id, int64_t concert_id,
                                int64_t keep)
{
    struct ids ids = {.count = 0};
    enum err e = db_query(app->db, STMT_RESERVATION_PENDING, read_id, &ids, DB_P_UUID(user_id),
                          DB_P_INT(concert_id), DB_P_INT(keep));
    for (int i = 0; e == ERR_OK && i < ids.count; i++)
        e = end_hold(app->db, ids.v[i], "CANCELED");
    return e;
}

struct release {
    struct app *app;
    const struct caller *caller;
    int64_t id;
    struct idem *idem;
};

static enum err release(struct db *db, void *arg)
{
    struct release *rel = arg;
    struct reservation r;
    enum err e = idem_begin(db, rel->idem);
    if (e != ERR_OK)
        return e;
    enum err found =
        db_query_one(db, STMT_RESERVATION_LOCK, reservation_read, &r, DB_P_INT(rel->id));
    if (found != ERR_OK && found != ERR_NO_ROW)
        return found;
    bool mine = found == ERR_OK && uuid_equal(&r.user_id, &rel->caller->user);
    e = check_bearer(rel->app, rel->caller, mine, mine ? r.concert_id : 0);
    if (e != ERR_OK)
        return e;
    if (strcmp(r.status, "CONFIRMED") == 0 || strcmp(r.status, "REFUNDED") == 0)
        return ERR_ALREADY_PAID;
    e = end_hold(db, rel->id, strcmp(r.status, "EXPIRED") == 0 ? "EXPIRED" : "CANCELED");
    return e == ERR_OK ? idem_finish(db, rel->idem) : e;
}

enum err booking_release(struct app *app, const struct caller *caller, int64_t id,
                         struct idem *idem)
{
    struct release rel = {app, caller, id, idem};
    enum err e = idem_run(app->db, idem, release, &rel);
    if (e != ERR_OK && caller->kind == TOKEN_QUEUE)
        queue_claim(app, caller);
    return e;
}
