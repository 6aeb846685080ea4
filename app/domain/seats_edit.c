/*
 * Changing prices and blocked seats, see domain/seats_edit.h.
 *
 * First the row of the show's edition is locked, so that no two change one show at a time: from
 * then on prices and blocked seats stay as they are read. They are read without a lock, all of the
 * hall at once; what would change and is somebody's ends it there. Then each stretch of seats is
 * changed by conditional UPDATEs, which lock seats that nobody has, in the order of their ids, and
 * change exactly as many as were counted; if not, somebody has been faster, and all of it begins
 * anew. Whoever buys waits for the seats that are being changed and for nothing else.
 *
 * Where each price and state is remembered, and how that comes to know: see domain/hall.h.
 */
#include "domain/seats_edit.h"

#include "db/tx.h"
#include "domain/audit.h"
#include "domain/hall_cache.h"
#include "domain/schedule.h"
#include "domain/seat_map.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Seats of one UPDATE at the most: it is over within a fraction of a second. */
enum { CHUNK = 5000 };

/* What is wanted of each seat by its number, and found out; large, and a process does one thing at
 * a time. */
static struct plan {
    int32_t price[SCHEDULE_MAX_SEATS + 1]; /* -1: as it is */
    signed char blocked[SCHEDULE_MAX_SEATS + 1];
    bool turns[SCHEDULE_MAX_SEATS + 1]; /* it is not so yet */
} plan;

struct edit {
    struct app *app;
    const struct caller *caller;
    int64_t schedule_id;
    const struct seats_change *changes;
    int count;
    seats_record_fn *before, *after;
    struct seats_figures *out;
    /* of the look at the hall */
    struct seats_record record;
    int32_t seats;
    int taken;
    int64_t min_price, max_price;
    bool repriced;
};

/* --- What is wanted --- */

static enum err make_plan(struct edit *ed, int64_t capacity)
{
    memset(plan.price, -1, sizeof plan.price);
    memset(plan.blocked, -1, sizeof plan.blocked);
    memset(plan.turns, 0, sizeof plan.turns);
    for (const struct seats_change *c = ed->changes; c < ed->changes + ed->count; c++) {
        if (c->last > capacity) {
            struct problem *problem = &ed->app->problem;
            if (c->last <= INT32_MAX)
                problem->seat_numbers[problem->seat_count++] = (int32_t)c->last;
            return ERR_SEAT_NOT_FOUND;
        }
        for (int64_t n = c->first; n <= c->last; n++) {
            if (c->price >= 0)
                plan.price[n] = (int32_t)c->price;
            if (c->blocked >= 0)
                plan.blocked[n] = (signed char)c->blocked;
        }
    }
    return ERR_OK;
}

/* --- What there is --- */

static void note_taken(struct edit *ed, int32_t number)
{
    struct problem *problem = &ed->app->problem;
    if (problem->seat_count < APP_MAX_SEATS)
        problem->seat_numbers[problem->seat_count++] = number;
    ed->taken++;
}

static void note_before(struct seats_record *r, int32_t number, int64_t price, bool blocked)
{
    struct seats_before *last = r->before_count > 0 ? &r->before[r->before_count - 1] : NULL;
    r->changed++;
    if (last && last->last + 1 == number && last->price == price && last->blocked == blocked)
        last->last = number;
    else if (r->before_count < SEATS_EDIT_BEFORE)
        r->before[r->before_count++] = (struct seats_before){number, number, price, blocked};
    else
        r->more = true;
}

static void count_seat(struct edit *ed, char letter, int64_t price)
{
    struct seats_figures *f = ed->out;
    f->available += letter == 'A';
    f->held += letter == 'H';
    f->sold += letter == 'S';
    f->blocked += letter == 'B';
    f->revenue += letter == 'S' ? price : 0;
    if (ed->seats == 1 || price < ed->min_price)
        ed->min_price = price;
    if (ed->seats == 1 || price > ed->max_price)
        ed->max_price = price;
}

/* Columns: number, price, state. */
static enum err read_seat(const struct db_value *row, void *arg)
{
    struct edit *ed = arg;
    int32_t n = (int32_t)db_int(&row[0]);
    int64_t price = db_int(&row[1]);
    char letter = row[2].n > 0 ? row[2].s[0] : ' ';
    bool blocked = letter == 'B';
    if (n != ++ed->seats || n > ed->out->capacity)
        return ERR_INTERNAL;
    int64_t wanted = plan.price[n] >= 0 ? plan.price[n] : price;
    bool closed = plan.blocked[n] >= 0 ? plan.blocked[n] : blocked;
    plan.turns[n] = wanted != price || closed != blocked;
    if (plan.turns[n] && (letter == 'H' || letter == 'S')) {
        note_taken(ed, n);
    } else if (plan.turns[n]) {
        note_before(&ed->record, n, price, blocked);
        ed->repriced |= wanted != price;
        letter = closed ? 'B' : 'A';
    }
    count_seat(ed, letter, wanted);
    return ERR_OK;
}

static enum err look(struct edit *ed, int64_t capacity)
{
    *ed->out = (struct seats_figures){.schedule_id = ed->schedule_id, .capacity = capacity};
    ed->record.changed = ed->record.before_count = 0;
    ed->record.more = ed->repriced = false;
    ed->seats = ed->taken = 0;
    enum err e =
        db_stream(ed->app->db, STMT_SEATS_FIGURES, read_seat, ed, DB_P_INT(ed->schedule_id));
    if (e == ERR_OK && ed->seats != capacity)
        e = ERR_INTERNAL;
    return e == ERR_OK && ed->taken > 0 ? ERR_SEAT_TAKEN : e;
}

/* --- Changing --- */

/* Seats of which the same is wanted, from one that turns on; *turning of them. */
static int32_t stretch_from(int32_t first, int64_t capacity, int64_t *turning)
{
    int32_t n = first;
    *turning = 0;
    while (n <= capacity && n - first < CHUNK && plan.price[n] == plan.price[first] &&
           plan.blocked[n] == plan.blocked[first])
        *turning += plan.turns[n++];
    return n - 1;
}

static enum err change_stretch(const struct edit *ed, int32_t first, int32_t last, int64_t turning)
{
    struct db_value price = plan.price[first] >= 0 ? DB_P_INT(plan.price[first]) : DB_P_NULL;
    struct db_value blocked = plan.blocked[first] >= 0 ? DB_P_INT(plan.blocked[first]) : DB_P_NULL;
    int64_t changed = 0;
    enum err e =
        db_exec(ed->app->db, STMT_SEATS_EDIT, &changed, price, blocked, DB_P_INT(ed->schedule_id),
                DB_P_INT(first), DB_P_INT(last), price, blocked);
    return e == ERR_OK && changed != turning ? ERR_DB_RETRY : e;
}

static enum err change_seats(const struct edit *ed)
{
    enum err e = ERR_OK;
    for (int32_t n = 1; e == ERR_OK && n <= ed->out->capacity; n++) {
        int64_t turning;
        if (!plan.turns[n])
            continue;
        int32_t last = stretch_from(n, ed->out->capacity, &turning);
        e = change_stretch(ed, n, last, turning);
        n = last;
    }
    return e;
}

static enum err write_audit(const struct edit *ed)
{
    struct text_buf before = {0}, after = {0};
    char target[40];
    ed->before(&ed->record, &before);
    ed->after(&ed->record, &after);
    snprintf(target, sizeof target, "schedule/%" PRId64, ed->schedule_id);
    enum err e = before.failed || after.failed
                     ? ERR_INTERNAL
                     : audit_write(ed->app, &ed->caller->user, "seats.update", target, before.data,
                                   after.data);
    text_buf_free(&before);
    text_buf_free(&after);
    return e;
}

static enum err write_all(struct db *db, struct edit *ed)
{
    enum err e = change_seats(ed);
    if (e == ERR_OK)
        e = db_exec(db, STMT_EDITION_DONE, NULL, ed->repriced ? DB_P_INT(ed->min_price) : DB_P_NULL,
                    ed->repriced ? DB_P_INT(ed->max_price) : DB_P_NULL, DB_P_INT(ed->schedule_id));
    return e == ERR_OK ? write_audit(ed) : e;
}

/* What is wrong with the numbers comes before the state of the show, a 404 before a 409. */
static enum err edit(struct db *db, void *arg)
{
    struct edit *ed = arg;
    struct schedule s;
    app_problem_reset(ed->app);
    enum err e = schedule_get(ed->app, ed->schedule_id, &s);
    if (e == ERR_OK)
        e = make_plan(ed, s.capacity);
    if (e == ERR_OK && s.canceled_at >= 0)
        e = ERR_BOOKING_CLOSED;
    if (e == ERR_OK)
        e = db_exec(db, STMT_EDITION_NEXT, NULL, DB_P_INT(ed->schedule_id));
    if (e == ERR_OK)
        e = look(ed, s.capacity);
    return e == ERR_OK && ed->record.changed > 0 ? write_all(db, ed) : e;
}

enum err seats_edit(struct app *app, const struct caller *caller, int64_t schedule_id,
                    const struct seats_change *changes, int count, seats_record_fn *before,
                    seats_record_fn *after, struct seats_figures *out)
{
    static struct edit ed;
    ed = (struct edit){.app = app,
                       .caller = caller,
                       .schedule_id = schedule_id,
                       .changes = changes,
                       .count = count,
                       .before = before,
                       .after = after,
                       .out = out,
                       .record = {.changes = changes, .change_count = count}};
    enum err e = tx_run(app->db, edit, &ed);
    if (e == ERR_OK) {
        hall_cache_forget(schedule_id);
        seat_map_forget(schedule_id);
    }
    return e;
}

/* --- Looking --- */

/* How often a hall is read anew that is being changed at the same time. */
enum { TRIES = 3 };

struct looking {
    struct seats *seats;
    int32_t count;
    bool edited; /* the hall is remembered with another price */
};

static enum err read_letter(const struct db_value *row, void *arg)
{
    struct looking *l = arg;
    const struct hall *hall = &l->seats->hall;
    int32_t n = (int32_t)db_int(&row[0]);
    if (n != ++l->count || n > hall->facts.capacity || row[2].n == 0)
        return ERR_INTERNAL;
    l->edited |= hall_run_of(hall, n)->price != db_int(&row[1]);
    l->seats->letters[n - 1] = row[2].s[0];
    return ERR_OK;
}

static enum err look_once(struct app *app, int64_t schedule_id, struct seats *out)
{
    struct looking l = {.seats = out};
    struct schedule s;
    enum err e = schedule_get(app, schedule_id, &s);
    if (e == ERR_OK)
        e = hall_get_of(app, &s, &out->hall);
    if (e == ERR_OK && !(out->letters = calloc((size_t)s.capacity + 1, 1)))
        e = ERR_INTERNAL;
    if (e == ERR_OK)
        e = db_stream(app->db, STMT_SEATS_FIGURES, read_letter, &l, DB_P_INT(schedule_id));
    if (e == ERR_OK && l.count != s.capacity)
        e = ERR_INTERNAL;
    return e == ERR_OK && l.edited ? ERR_DB_RETRY : e;
}

enum err seats_look(struct app *app, int64_t schedule_id, struct seats *out)
{
    enum err e = ERR_DB_RETRY;
    *out = (struct seats){.letters = NULL};
    for (int tries = 0; e == ERR_DB_RETRY && tries < TRIES; tries++) {
        e = look_once(app, schedule_id, out);
        if (e != ERR_OK)
            seats_free(out);
        if (e == ERR_DB_RETRY)
            hall_cache_forget(schedule_id);
    }
    return e;
}
