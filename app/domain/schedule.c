/* Making and listing schedules, see domain/schedule.h. */
#include "domain/schedule.h"

#include "db/tx.h"
#include "domain/audit.h"
#include "domain/concert.h"
#include "domain/queue.h"
#include "domain/schedule_row.h"
#include <stdio.h>

enum { BLOCK_CHUNK = 100, SEAT_CHUNK = 10000 };

enum err schedule_read(const struct db_value *row, void *arg)
{
    struct schedule *s = arg;
    s->schedule_id = db_int(&row[0]);
    s->concert_id = db_int(&row[1]);
    db_text(&row[2], s->date, sizeof s->date);
    s->starts_at = db_time(&row[3]);
    s->booking_opens_at = db_time(&row[4]);
    s->booking_closes_at = db_time(&row[5]);
    s->refund_closes_at = db_time(&row[6]);
    s->capacity = db_int(&row[7]);
    s->canceled_at = db_time(&row[8]);
    s->min_price = db_int(&row[9]);
    s->max_price = db_int(&row[10]);
    s->edition = (int32_t)db_int(&row[11]);
    return ERR_OK;
}

enum err schedule_get(struct app *app, int64_t schedule_id, struct schedule *out)
{
    enum err e =
        db_query_one(app->db, STMT_SCHEDULE_GET, schedule_read, out, DB_P_INT(schedule_id));
    return e == ERR_NO_ROW ? ERR_SCHEDULE_NOT_FOUND : e;
}

/* --- Making --- */

struct creation {
    struct app *app;
    const struct caller *caller;
    int64_t concert_id;
    const struct schedule_new *n;
    schedule_render_fn *render;
    struct schedule *out;
};

static int64_t section_seats(const struct schedule_section *s)
{
    return s->rows * s->seats_per_row;
}

/* Capacity and prices from the sections. ERR_INVALID_FIELD if they are too many. */
static enum err sum_up(struct app *app, const struct schedule_new *n, struct schedule *out)
{
    out->capacity = 0;
    for (int i = 0; i < n->section_count; i++) {
        const struct schedule_section *s = &n->sections[i];
        out->capacity += section_seats(s);
        if (out->capacity > SCHEDULE_MAX_SEATS)
            return app_field(app, ERR_INVALID_FIELD, "sections");
        if (i == 0 || s->price < out->min_price)
            out->min_price = s->price;
        if (i == 0 || s->price > out->max_price)
            out->max_price = s->price;
    }
    return out->capacity > 0 ? ERR_OK : app_field(app, ERR_INVALID_FIELD, "sections");
}

/* Booking from now until the start, refunds until the start, unless said otherwise. */
static enum err set_times(struct app *app, const struct schedule_new *n, int64_t now,
                          struct schedule *out)
{
    out->starts_at = n->starts_at;
    out->booking_closes_at = n->booking_closes_at >= 0 ? n->booking_closes_at : n->starts_at;
    out->refund_closes_at = n->refund_closes_at >= 0 ? n->refund_closes_at : n->starts_at;
    out->booking_opens_at = n->booking_opens_at;
    if (out->booking_opens_at < 0)
        out->booking_opens_at = now < out->booking_closes_at ? now : out->booking_closes_at;
    if (out->booking_opens_at > out->booking_closes_at)
        return app_field(app, ERR_INVALID_FIELD,
                         n->booking_closes_at >= 0 ? "bookingClosesAt" : "bookingOpensAt");
    return ERR_OK;
}

static enum err block_seats(struct db *db, int64_t schedule_id, int64_t first,
                            const struct schedule_section *s)
{
    for (int at = 0; at < s->blocked_count; at += BLOCK_CHUNK) {
        struct db_value params[1 + BLOCK_CHUNK];
        params[0] = DB_P_INT(schedule_id);
        for (int i = 0; i < BLOCK_CHUNK; i++) {
            int k = at + i < s->blocked_count ? at + i : s->blocked_count - 1;
            params[1 + i] = DB_P_INT(first + s->blocked[k] - 1);
        }
        enum err e = db_exec_params(db, STMT_SEATS_BLOCK, params, 1 + BLOCK_CHUNK, NULL);
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

/* `count` seats of a section, from its own number `from` (0 is its first) on. */
static enum err insert_seats(struct db *db, int64_t schedule_id, int64_t first,
                             const struct schedule_section *s, int64_t from, int64_t count)
{
    int64_t affected = 0;
    bool rows = s->name[0] != '\0';
    enum err e =
        db_exec(db, count <= 100 ? STMT_SEATS_INSERT_100 : STMT_SEATS_INSERT_10000, &affected,
                DB_P_INT(schedule_id), DB_P_INT(first + from), DB_P_OPT(s->name), DB_P_INT(rows),
                DB_P_INT(from), DB_P_INT(s->seats_per_row), DB_P_INT(s->price), DB_P_INT(count),
                DB_P_INT(count));
    return e == ERR_OK && affected != count ? ERR_INTERNAL : e;
}

static enum err insert_section(struct db *db, int64_t schedule_id, int64_t first,
                               const struct schedule_section *s)
{
    int64_t seats = section_seats(s);
    for (int64_t from = 0; from < seats; from += SEAT_CHUNK) {
        int64_t left = seats - from;
        enum err e =
            insert_seats(db, schedule_id, first, s, from, left < SEAT_CHUNK ? left : SEAT_CHUNK);
        if (e != ERR_OK)
            return e;
    }
    return block_seats(db, schedule_id, first, s);
}

static enum err insert_all(struct db *db, const struct creation *c)
{
    struct schedule *s = c->out;
    int64_t first = 1;
    enum err e = db_exec(db, STMT_SCHEDULE_INSERT, NULL, DB_P_INT(s->concert_id),
                         DB_P_TIME(s->starts_at), DB_P_STR(s->date), DB_P_TIME(s->booking_opens_at),
                         DB_P_TIME(s->booking_closes_at), DB_P_TIME(s->refund_closes_at),
                         DB_P_INT(s->capacity), DB_P_INT(s->min_price), DB_P_INT(s->max_price));
    s->schedule_id = db_insert_id(db);
    for (int i = 0; e == ERR_OK && i < c->n->section_count; i++) {
        e = insert_section(db, s->schedule_id, first, &c->n->sections[i]);
        first += section_seats(&c->n->sections[i]);
    }
    return e;
}

enum err schedule_set_date(struct app *app, const char *zone, struct schedule *s)
{
    enum err e = clock_local_date(s->starts_at, zone, s->date);
    return e == ERR_INVALID_FIELD ? app_field(app, e, "startsAt") : e;
}

static enum err create(struct db *db, void *arg)
{
    struct creation *c = arg;
    struct schedule *s = c->out;
    struct concert concert;
    struct text_buf after = {0};
    char target[40];
    int64_t now = 0;
    *s = (struct schedule){.concert_id = c->concert_id, .canceled_at = -1};
    enum err e = db_now(db, &now);
    if (e == ERR_OK)
        e = sum_up(c->app, c->n, s);
    if (e == ERR_OK)
        e = set_times(c->app, c->n, now, s);
    if (e == ERR_OK) /* what is wrong with the request comes before what it is about */
        e = concert_get(c->app, c->concert_id, &concert);
    if (e == ERR_OK)
        e = schedule_set_date(c->app, concert.time_zone, s);
    if (e == ERR_OK)
        e = insert_all(db, c);
    if (e != ERR_OK)
        return e;
    if (c->render)
        c->render(s, &after);
    snprintf(target, sizeof target, "schedule/%lld", (long long)s->schedule_id);
    e = audit_write(c->app, &c->caller->user, "schedule.create", target, NULL, after.data);
    text_buf_free(&after);
    return e;
}

enum err schedule_create(struct app *app, const struct caller *caller, int64_t concert_id,
                         const struct schedule_new *n, schedule_render_fn *render,
                         struct schedule *out)
{
    struct creation c = {app, caller, concert_id, n, render, out};
    return tx_run(app->db, create, &c);
}

/* --- For buyers --- */

struct listing {
    bool all, inside;
    schedule_fn *fn;
    void *arg;
};

static enum err list_row(const struct db_value *row, void *arg)
{
    struct listing *l = arg;
    struct schedule s;
    bool open = db_int(&row[13]) != 0;
    l->inside = true;
    if (db_is_null(&row[0]))
        return ERR_OK;
    schedule_read(row, &s);
    s.available_seats = db_int(&row[12]);
    if (!l->all && (!open || s.available_seats == 0))
        return ERR_OK;
    return l->fn(&s, l->arg);
}

/* ERR_NO_ROW unless the bearer is inside and has claimed the session. */
static enum err list(struct app *app, const struct caller *caller, int64_t concert_id,
                     struct listing *l)
{
    enum err e = db_query(app->db, STMT_SCHEDULE_LIST, list_row, l, DB_P_INT(concert_id),
                          DB_P_INT(caller->token_id), DB_P_UUID(&caller->user),
                          DB_P_INT(caller->concert_id));
    return e == ERR_OK && !l->inside ? ERR_NO_ROW : e;
}

enum err schedule_list(struct app *app, const struct caller *caller, int64_t concert_id, bool all,
                       schedule_fn *fn, void *arg)
{
    struct listing l = {all, false, fn, arg};
    enum err e = ERR_NO_ROW;
    if (concert_id != 0 && concert_id != caller->concert_id)
        return ERR_WRONG_CONCERT;
    if (concert_id != 0)
        e = list(app, caller, concert_id, &l);
    if (e != ERR_NO_ROW)
        return e;
    e = queue_require_inside(app, caller, concert_id);
    if (e == ERR_OK && concert_id == 0)
        e = ERR_CONCERT_NOT_FOUND;
    if (e == ERR_OK)
        e = list(app, caller, concert_id, &l);
    return e == ERR_NO_ROW ? ERR_QUEUE_TOKEN_EXPIRED : e;
}
