/* Listing seats, see domain/schedule.h. */
#include "db/db.h"
#include "domain/queue.h"
#include "domain/schedule.h"
#include "domain/schedule_row.h"

/* Shows of one day at the most; the statement has the same bound. */
enum { DAY_MAX = 100 };

static const char *const status_names[] = {"AVAILABLE", "HELD", "SOLD", "BLOCKED"};

const char *seat_status_name(enum seat_status s)
{
    return status_names[s];
}

void seat_read(const struct db_value *row, struct seat_row *out)
{
    out->seat_id = db_int(&row[0]);
    out->seat_number = (int32_t)db_int(&row[1]);
    db_text(&row[2], out->section, sizeof out->section);
    db_text(&row[3], out->row, sizeof out->row);
    out->price = db_int(&row[4]);
    db_text(&row[5], out->status, sizeof out->status);
    out->reservation_id = db_int(&row[6]);
}

static enum seat_status status_of(const char *name)
{
    for (int i = SEAT_AVAILABLE; i < SEAT_BLOCKED; i++)
        if (strcmp(name, status_names[i]) == 0)
            return (enum seat_status)i;
    return SEAT_BLOCKED;
}

static enum err sink_row(const struct db_value *row, void *arg)
{
    const struct seat_sink *sink = arg;
    struct seat_row r;
    seat_read(row, &r);
    struct seat seat = {.seat_id = r.seat_id,
                        .seat_number = r.seat_number,
                        .section = r.section[0] ? r.section : NULL,
                        .row = r.row[0] ? r.row : NULL,
                        .price = r.price,
                        .status = status_of(r.status)};
    return sink->seat(&seat, sink->arg);
}

static enum err sink_schedule(struct app *app, const struct schedule *s, bool all,
                              const struct seat_sink *sink)
{
    enum err e = sink->begin(s, sink->arg);
    if (e == ERR_OK)
        e = db_query(app->db, all ? STMT_SEATS_ALL : STMT_SEATS_FREE, sink_row, (void *)sink,
                     DB_P_INT(s->schedule_id));
    return e == ERR_OK ? sink->end(sink->arg) : e;
}

/* Which concert a schedule belongs to comes before the token's state, and whether there is such a
 * schedule after it. */
enum err seats_list(struct app *app, const struct caller *caller, int64_t schedule_id, bool all,
                    const struct seat_sink *sink)
{
    struct schedule s;
    enum err found = schedule_get(app, schedule_id, &s);
    if (found != ERR_OK && found != ERR_SCHEDULE_NOT_FOUND)
        return found;
    enum err e = queue_require_inside(app, caller, found == ERR_OK ? s.concert_id : 0);
    if (e != ERR_OK)
        return e;
    return found == ERR_OK ? sink_schedule(app, &s, all, sink) : found;
}

struct day {
    struct schedule shows[DAY_MAX];
    int count;
};

static enum err collect(const struct db_value *row, void *arg)
{
    struct day *d = arg;
    return schedule_read(row, &d->shows[d->count++]);
}

enum err seats_list_by_date(struct app *app, const struct caller *caller, int64_t concert_id,
                            const char *date, bool all, const struct seat_sink *sink)
{
    struct day day = {.count = 0};
    enum err e = queue_require_inside(app, caller, concert_id);
    if (e != ERR_OK)
        return e;
    if (concert_id == 0)
        return ERR_CONCERT_NOT_FOUND;
    e = db_query(app->db, STMT_SCHEDULE_BY_DATE, collect, &day, DB_P_INT(concert_id),
                 DB_P_STR(date));
    for (int i = 0; e == ERR_OK && i < day.count; i++)
        e = sink_schedule(app, &day.shows[i], all, sink);
    return e;
}
