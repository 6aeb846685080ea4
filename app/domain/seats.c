/*
 * The states of seats, see domain/seats.h.
 *
 * In the usual case one statement both finds that the bearer is inside and reads the seats: of them
 * no more than id and state, which the index has, and only those in another state than most were
 * last time. The rest is the host's memory of the hall. Whoever gets no row at all claims the
 * session first, and goes the long way if there is none to claim, which tells what is wrong.
 */
#include "domain/seats.h"

#include "base/clock.h"
#include "db/db.h"
#include "domain/looks.h"
#include "domain/queue.h"
#include "domain/schedule_row.h"
#include "domain/seat_states.h"
#include <stdlib.h>

/* How often a hall is read anew that is being changed at the same time. */
enum { TRIES = 3 };

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

void seats_free(struct seats *s)
{
    hall_free(&s->hall);
    free(s->letters);
    *s = (struct seats){.letters = NULL};
}

/* --- One schedule --- */

/* Letters that are being read for one bearer. */
struct reading {
    struct seat_states states;
    bool answered;
};

static enum err read_state(const struct db_value *row, void *arg)
{
    struct reading *r = arg;
    r->answered = true;
    seat_states_take(&r->states, &row[0], &row[1]);
    seat_states_edition(&r->states, &row[2]);
    return ERR_OK;
}

static enum err begin_states(struct seat_states *s, struct seats *seats)
{
    if (!seats->letters)
        seats->letters = malloc((size_t)seats->hall.facts.capacity + 1);
    if (!seats->letters)
        return ERR_INTERNAL;
    seat_states_begin(s, &seats->hall, seats->letters);
    return ERR_OK;
}

/* ERR_NO_ROW unless the bearer is inside and has claimed the session; ERR_DB_RETRY if the hall is
 * of another edition. */
static enum err read_states(struct app *app, const struct caller *caller, struct seats *seats)
{
    struct reading r = {.answered = false};
    enum err e = begin_states(&r.states, seats);
    if (e == ERR_OK)
        e = db_stream(
            app->db, STMT_SEATS_STATES, read_state, &r, DB_P_INT(seats->hall.facts.schedule_id),
            DB_P_INT(seats->hall.facts.schedule_id), DB_P_STR(seats_state_name(r.states.mostly)),
            DB_P_INT(caller->token_id), DB_P_UUID(&caller->user), DB_P_INT(caller->concert_id));
    if (e != ERR_OK)
        return e;
    return r.answered ? seat_states_end(&r.states) : ERR_NO_ROW;
}

/* Together with the others of this host. ERR_NO_ROW: it could not be, or the bearer is not plainly
 * inside. */
static enum err look_with_others(const struct caller *caller, struct seats *seats)
{
    const struct looks_ask ask = {.user = caller->user,
                                  .token_id = caller->token_id,
                                  .concert_id = caller->concert_id,
                                  .schedule_id = seats->hall.facts.schedule_id};
    struct looks_answer answer;
    int32_t n = seats->hall.facts.capacity;
    if (n > LOOKS_SEATS_MAX || desk_ask(looks_desk(), &ask, &answer) != DESK_DONE)
        return ERR_NO_ROW;
    seats->letters = malloc((size_t)n + 1);
    if (!seats->letters)
        return ERR_INTERNAL;
    memcpy(seats->letters, answer.letters, (size_t)n);
    seats->letters[n] = '\0';
    return ERR_OK;
}

/* The first thing that most do inside is to look at the seats, and it claims their session. */
static enum err read_or_claim(struct app *app, const struct caller *caller, struct seats *seats)
{
    if (queue_surely_waits(caller))
        return ERR_NO_ROW;
    enum err e = look_with_others(caller, seats);
    if (e == ERR_NO_ROW)
        e = read_states(app, caller, seats);
    if (e != ERR_NO_ROW)
        return e;
    return queue_claim(app, caller) ? read_states(app, caller, seats) : e;
}

/* Whoever has just been found inside, and is not any more. */
static enum err gone(enum err e)
{
    return e == ERR_NO_ROW ? ERR_QUEUE_TOKEN_EXPIRED : e;
}

/* Which concert a schedule belongs to comes before the token's state, and whether there is such a
 * schedule after it. */
static enum err read_slowly(struct app *app, const struct caller *caller, int64_t schedule_id,
                            struct seats *out)
{
    struct schedule s;
    enum err found = schedule_get(app, schedule_id, &s);
    if (found != ERR_OK && found != ERR_SCHEDULE_NOT_FOUND)
        return found;
    enum err e = queue_require_inside(app, caller, found == ERR_OK ? s.concert_id : 0);
    if (e == ERR_OK)
        e = found;
    if (e != ERR_OK)
        return e;
    hall_free(&out->hall); /* it may be of an earlier edition */
    e = hall_get_of(app, &s, &out->hall);
    return e == ERR_OK ? gone(read_states(app, caller, out)) : e;
}

enum err seats_read(struct app *app, const struct caller *caller, int64_t schedule_id,
                    struct seats *out)
{
    enum err e = ERR_NO_ROW;
    *out = (struct seats){.letters = NULL};
    if (hall_find(schedule_id, &out->hall))
        e = out->hall.facts.concert_id == caller->concert_id ? read_or_claim(app, caller, out)
                                                             : ERR_WRONG_CONCERT;
    for (int tries = 0; (e == ERR_NO_ROW || e == ERR_DB_RETRY) && tries < TRIES; tries++)
        e = read_slowly(app, caller, schedule_id, out);
    if (e != ERR_OK)
        seats_free(out);
    return e;
}

/* --- A day --- */

/* A day's shows, and the seats of the one that was expected. */
struct day {
    int64_t shows[SEATS_DAY_MAX], starts[SEATS_DAY_MAX];
    int count;
    struct seats *seats; /* those of the expected show; NULL: none is */
    struct seat_states states;
    bool answered;
};

/* The last show seen of some concerts' days. A wrong or forgotten one only costs a statement. */
struct expected {
    int64_t concert_id, schedule_id;
    char date[CLOCK_DATE_SIZE];
};
enum { EXPECTED = 512 };

static struct expected *expected_of(int64_t concert_id, const char *date)
{
    static struct expected table[EXPECTED];
    uint64_t h = (uint64_t)concert_id;
    for (const char *p = date; *p; p++)
        h = h * 31 + (unsigned char)*p;
    return &table[(h * UINT64_C(0x9e3779b97f4a7c15) >> 40) % EXPECTED];
}

static int64_t expect_show(int64_t concert_id, const char *date)
{
    const struct expected *x = expected_of(concert_id, date);
    return x->concert_id == concert_id && strcmp(x->date, date) == 0 ? x->schedule_id : 0;
}

static void remember_show(int64_t concert_id, const char *date, int64_t schedule_id)
{
    struct expected *x = expected_of(concert_id, date);
    x->concert_id = concert_id;
    x->schedule_id = schedule_id;
    text_copy(x->date, sizeof x->date, date, strlen(date));
}

static enum err read_show(const struct db_value *row, void *arg)
{
    struct day *d = arg;
    int64_t id = db_int(&row[0]);
    d->answered = true;
    for (int i = 0; id && i < d->count; i++)
        if (d->shows[i] == id)
            id = 0;
    if (id && d->count < SEATS_DAY_MAX) {
        d->starts[d->count] = db_time(&row[4]);
        d->shows[d->count++] = id;
    }
    if (d->seats) {
        seat_states_take(&d->states, &row[1], &row[2]);
        seat_states_edition(&d->states, &row[3]);
    }
    return ERR_OK;
}

/* What was expected has been read of an earlier edition: which shows there are is right, but the
 * seats have to be read like those of the other shows. */
static enum err end_day(struct day *d)
{
    enum err e = seat_states_end(&d->states);
    if (e != ERR_DB_RETRY)
        return e;
    d->seats = NULL;
    return ERR_OK;
}

/* ERR_NO_ROW unless the bearer is inside and has claimed the session. */
static enum err read_day_once(struct app *app, const struct caller *caller, int64_t concert_id,
                              const char *date, struct day *d)
{
    int64_t expected = d->seats ? d->seats->hall.facts.schedule_id : 0;
    enum err e = d->seats ? begin_states(&d->states, d->seats) : ERR_OK;
    d->count = 0;
    d->answered = false;
    if (e == ERR_OK)
        e = db_stream(app->db, STMT_SEATS_OF_DAY, read_show, d, DB_P_INT(expected),
                      DB_P_INT(concert_id), DB_P_STR(date), DB_P_INT(expected),
                      DB_P_STR(seats_state_name(d->seats ? d->states.mostly : 'A')),
                      DB_P_INT(caller->token_id), DB_P_UUID(&caller->user),
                      DB_P_INT(caller->concert_id));
    if (e == ERR_OK && !d->answered)
        e = ERR_NO_ROW;
    return e == ERR_OK && d->seats ? end_day(d) : e;
}

/* Of a show whose seats came the start did not. */
static enum err find_start(struct app *app, const struct day *d, int i, int64_t *starts_at)
{
    struct schedule s;
    *starts_at = d->starts[i] < 0 && d->seats ? d->seats->hall.facts.starts_at : d->starts[i];
    if (*starts_at >= 0)
        return ERR_OK;
    enum err e = schedule_get(app, d->shows[i], &s);
    *starts_at = e == ERR_OK ? s.starts_at : 0;
    return e;
}

static enum err sort_shows(struct app *app, struct day *d)
{
    enum err e = ERR_OK;
    for (int i = 0; d->count > 1 && e == ERR_OK && i < d->count; i++) {
        int64_t id = d->shows[i], at;
        int k = i;
        e = find_start(app, d, i, &at);
        for (; k > 0 && (d->starts[k - 1] > at || (d->starts[k - 1] == at && d->shows[k - 1] > id));
             k--) {
            d->starts[k] = d->starts[k - 1];
            d->shows[k] = d->shows[k - 1];
        }
        d->starts[k] = at;
        d->shows[k] = id;
    }
    return e;
}

static enum err read_day(struct app *app, const struct caller *caller, int64_t concert_id,
                         const char *date, struct day *d)
{
    enum err e = ERR_NO_ROW;
    if (concert_id != 0 && concert_id != caller->concert_id)
        return ERR_WRONG_CONCERT;
    if (concert_id != 0)
        e = read_day_once(app, caller, concert_id, date, d);
    if (e == ERR_NO_ROW) {
        e = queue_require_inside(app, caller, concert_id);
        if (e == ERR_OK && concert_id == 0)
            e = ERR_CONCERT_NOT_FOUND;
        if (e == ERR_OK)
            e = gone(read_day_once(app, caller, concert_id, date, d));
    }
    return e == ERR_OK ? sort_shows(app, d) : e;
}

static enum err hand_on(struct app *app, const struct caller *caller, int64_t schedule_id,
                        seats_fn *fn, void *arg)
{
    struct seats s;
    enum err e = seats_read(app, caller, schedule_id, &s);
    if (e != ERR_OK)
        return e;
    e = fn(&s, arg);
    seats_free(&s);
    return e;
}

enum err seats_read_day(struct app *app, const struct caller *caller, int64_t concert_id,
                        const char *date, seats_fn *fn, void *arg)
{
    struct seats seats = {.letters = NULL};
    int64_t expected = expect_show(concert_id, date);
    struct day d = {.seats = expected && hall_find(expected, &seats.hall) ? &seats : NULL};
    enum err e = read_day(app, caller, concert_id, date, &d);
    for (int i = 0; e == ERR_OK && i < d.count; i++)
        e = d.seats && d.shows[i] == expected ? fn(&seats, arg)
                                              : hand_on(app, caller, d.shows[i], fn, arg);
    if (e == ERR_OK && d.count > 0)
        remember_show(concert_id, date, d.shows[0]);
    seats_free(&seats);
    return e;
}

enum err seats_shows_of_day(struct app *app, const struct caller *caller, int64_t concert_id,
                            const char *date, int64_t shows[SEATS_DAY_MAX], int *count)
{
    struct day d = {.seats = NULL};
    enum err e = read_day(app, caller, concert_id, date, &d);
    *count = d.count;
    memcpy(shows, d.shows, sizeof d.shows);
    return e;
}
