/* Schedules and seats as a buyer sees them. */
#include "http/schedule_http.h"

#include "domain/schedule.h"
#include "domain/seat_map.h"
#include "http/etag.h"
#include "http/json_out.h"
#include "http/params.h"
#include <inttypes.h>

static enum err put_schedule(const struct schedule *s, void *arg)
{
    struct text_buf *out = arg;

    jout_object_begin(out, NULL);
    jout_int(out, "scheduleId", s->schedule_id);
    jout_int(out, "concertId", s->concert_id);
    jout_text(out, "date", s->date);
    jout_time(out, "startsAt", s->starts_at);
    jout_time(out, "bookingOpensAt", s->booking_opens_at);
    jout_time(out, "bookingClosesAt", s->booking_closes_at);
    jout_int(out, "capacity", s->capacity);
    jout_int(out, "availableSeats", s->available_seats);
    jout_int(out, "minPrice", s->min_price);
    jout_int(out, "maxPrice", s->max_price);
    jout_object_end(out);
    return ERR_OK;
}

enum err schedule_http_list(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    bool all;
    enum err e = params_word(req, "include", "all", &all);

    if (e != ERR_OK)
        return e;
    jout_object_begin(out, NULL);
    jout_array_begin(out, "schedules");
    e = schedule_list(req->app, &req->caller, request_id(req), all, put_schedule, out);
    jout_array_end(out);
    jout_object_end(out);
    return e;
}

/* What a listing of seats writes, and the end that all seats of a run have in common. A hall can
 * have a hundred thousand of them, so they are sent as they are written. */
struct listing {
    struct response *res;
    struct text_buf tail;
    bool all;
};

static void put_tail(struct text_buf *tail, const struct hall *hall, const struct hall_run *run)
{
    text_buf_reset(tail);
    text_buf_append(tail, "{", 1); /* so that no comma is set; it is left out */
    jout_text(tail, "section", hall_text(hall, run->section));
    jout_text(tail, "row", hall_text(hall, run->row));
    jout_int(tail, "price", run->price);
    text_buf_puts(tail, ",\"status\":\"");
}

static void put_seat(struct text_buf *out, int64_t id, int32_t number, const struct text_buf *tail,
                     char letter)
{
    jout_object_begin(out, NULL);
    jout_int(out, "seatId", id);
    jout_int(out, "seatNumber", number);
    text_buf_append(out, ",", 1);
    text_buf_append(out, tail->data + 1, tail->len - 1);
    text_buf_puts(out, seats_state_name(letter));
    text_buf_append(out, "\"}", 2);
}

static enum err put_run(struct listing *l, const struct seats *s, const struct hall_run *run)
{
    const char *letters = s->letters + run->first - 1;
    enum err e;

    put_tail(&l->tail, &s->hall, run);
    e = l->tail.failed ? ERR_INTERNAL : ERR_OK;
    for (int32_t i = 0; e == ERR_OK && i < run->count; i++) {
        if (!l->all && letters[i] != 'A')
            continue;
        put_seat(&l->res->body, run->seat_id + (int64_t)i * run->id_step, run->first + i, &l->tail,
                 letters[i]);
        e = response_flow(l->res);
    }
    return e;
}

static enum err put_seats(const struct seats *s, void *arg)
{
    struct listing *l = arg;
    const struct hall_facts *f = &s->hall.facts;
    struct text_buf *out = &l->res->body;
    enum err e = ERR_OK;

    jout_object_begin(out, NULL);
    jout_int(out, "scheduleId", f->schedule_id);
    jout_time(out, "startsAt", f->starts_at);
    jout_int(out, "capacity", f->capacity);
    jout_array_begin(out, "seats");
    for (int32_t i = 0; e == ERR_OK && i < f->run_count; i++)
        e = put_run(l, s, &s->hall.runs[i]);
    jout_array_end(out);
    jout_object_end(out);
    return out->failed ? ERR_INTERNAL : e;
}

/* --- Compact maps --- */

static void put_section(struct text_buf *out, const struct hall *hall, const struct hall_run *run,
                        int32_t count)
{
    jout_object_begin(out, NULL);
    jout_text(out, "name", hall_text(hall, run->section));
    jout_text(out, "row", hall_text(hall, run->row));
    jout_int(out, "first", run->first);
    jout_int(out, "count", count);
    jout_int(out, "price", run->price);
    jout_object_end(out);
}

/* Runs that are apart for their ids alone are one section. */
static void put_sections(struct text_buf *out, const struct hall *hall)
{
    int32_t n = hall->facts.run_count;

    for (int32_t i = 0, next; i < n; i = next) {
        int32_t count = hall->runs[i].count;

        for (next = i + 1; next < n && hall_runs_alike(&hall->runs[i], &hall->runs[next]); next++)
            count += hall->runs[next].count;
        put_section(out, hall, &hall->runs[i], count);
    }
}

void schedule_http_put_map(const struct seats *s, const char *version, struct text_buf *out)
{
    text_buf_append(out, "{", 1);
    jout_int(out, "scheduleId", s->hall.facts.schedule_id);
    jout_text(out, "version", version);
    jout_array_begin(out, "sections");
    put_sections(out, &s->hall);
    jout_array_end(out);
    jout_text(out, "states", s->letters);
    jout_object_end(out);
}

/* Adds the ETag, and makes it a 304 for whoever has it (RFC 9110, section 15.4.5). */
static void put_etag(const struct request *req, struct response *res, const char *version)
{
    response_header(res, "ETag", "\"%s\"", version);
    if (!etag_listed(req->if_none_match, version))
        return;
    res->status = 304;
    text_buf_reset(&res->body);
}

static enum err send_map(struct request *req, struct response *res)
{
    char version[SEAT_MAP_VERSION_SIZE];
    enum err e = seat_map_get(req->app, &req->caller, request_id(req), schedule_http_put_map,
                              &res->body, version);

    if (e == ERR_OK)
        put_etag(req, res, version);
    return e;
}

/* Appends the maps of a day's shows; their versions go to `versions`. */
static enum err put_maps(struct request *req, const char *date, struct text_buf *out,
                         struct text_buf *versions)
{
    int64_t shows[SEATS_DAY_MAX];
    int count;
    enum err e = seats_shows_of_day(req->app, &req->caller, request_id(req), date, shows, &count);

    for (int i = 0; e == ERR_OK && i < count; i++) {
        char version[SEAT_MAP_VERSION_SIZE];

        if (i > 0)
            text_buf_append(out, ",", 1);
        e = seat_map_get(req->app, &req->caller, shows[i], schedule_http_put_map, out, version);
        if (e == ERR_OK)
            text_buf_printf(versions, "%" PRId64 ":%s ", shows[i], version);
    }
    return e;
}

/* --- Listings --- */

struct seat_choice {
    bool all, compact;
};

/* The parameters that both listings of seats take. A compact map has all seats in any case. */
static enum err seat_params(struct request *req, struct seat_choice *choice)
{
    enum err e = params_word(req, "status", "all", &choice->all);

    return e != ERR_OK ? e : params_word(req, "format", "compact", &choice->compact);
}

enum err schedule_http_seats(struct request *req, struct response *res)
{
    struct seat_choice choice;
    struct seats seats;
    enum err e = seat_params(req, &choice);

    if (e == ERR_OK && choice.compact)
        return send_map(req, res);
    if (e == ERR_OK)
        e = seats_read(req->app, &req->caller, request_id(req), &seats);
    if (e != ERR_OK)
        return e;
    struct listing l = {.res = res, .all = choice.all};
    e = put_seats(&seats, &l);
    text_buf_free(&l.tail);
    seats_free(&seats);
    return e;
}

static void begin_day(struct text_buf *out, int64_t concert_id, const char *date)
{
    jout_object_begin(out, NULL);
    jout_int(out, "concertId", concert_id);
    jout_text(out, "date", date);
    jout_array_begin(out, "schedules");
}

static void end_day(struct text_buf *out)
{
    jout_array_end(out);
    jout_object_end(out);
}

static enum err send_maps(struct request *req, struct response *res, const char *date)
{
    struct text_buf versions = {0};
    char version[SEAT_MAP_VERSION_SIZE];
    enum err e;

    begin_day(&res->body, request_id(req), date);
    e = put_maps(req, date, &res->body, &versions);
    end_day(&res->body);
    if (e == ERR_OK)
        e = versions.failed ? ERR_INTERNAL : seat_map_version_of(&versions, version);
    if (e == ERR_OK)
        put_etag(req, res, version);
    text_buf_free(&versions);
    return e;
}

enum err schedule_http_seats_of_day(struct request *req, struct response *res)
{
    struct listing l = {.res = res};
    struct seat_choice choice;
    char date[CLOCK_DATE_SIZE];
    enum err e = params_date(req, "date", date);

    if (e == ERR_OK)
        e = seat_params(req, &choice);
    if (e == ERR_OK && choice.compact)
        return send_maps(req, res, date);
    if (e != ERR_OK)
        return e;
    l.all = choice.all;
    begin_day(&res->body, request_id(req), date);
    e = seats_read_day(req->app, &req->caller, request_id(req), date, put_seats, &l);
    end_day(&res->body);
    text_buf_free(&l.tail);
    return e;
}
