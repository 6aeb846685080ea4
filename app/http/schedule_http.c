/* Schedules and seats as a buyer sees them. */
#include "http/schedule_http.h"

#include "domain/schedule.h"
#include "domain/seats.h"
#include "http/json_out.h"
#include "http/params.h"

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

/* What a listing of seats writes, and the end that all seats of a run have in common. */
struct listing {
    struct text_buf *out;
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

static void put_run(struct listing *l, const struct seats *s, const struct hall_run *run)
{
    const char *letters = s->letters + run->first - 1;

    put_tail(&l->tail, &s->hall, run);
    for (int32_t i = 0; i < run->count && !l->tail.failed; i++)
        if (l->all || letters[i] == 'A')
            put_seat(l->out, run->seat_id + (int64_t)i * run->id_step, run->first + i, &l->tail,
                     letters[i]);
}

static enum err put_seats(const struct seats *s, void *arg)
{
    struct listing *l = arg;
    const struct hall_facts *f = &s->hall.facts;
    struct text_buf *out = l->out;

    jout_object_begin(out, NULL);
    jout_int(out, "scheduleId", f->schedule_id);
    jout_time(out, "startsAt", f->starts_at);
    jout_int(out, "capacity", f->capacity);
    jout_array_begin(out, "seats");
    for (int32_t i = 0; i < f->run_count && !out->failed; i++)
        put_run(l, s, &s->hall.runs[i]);
    jout_array_end(out);
    jout_object_end(out);
    return out->failed || l->tail.failed ? ERR_INTERNAL : ERR_OK;
}

/* The parameters that both listings of seats take. */
static enum err seat_params(struct request *req, bool *all)
{
    bool format;
    enum err e = params_word(req, "status", "all", all);

    return e != ERR_OK ? e : params_word(req, "format", NULL, &format);
}

enum err schedule_http_seats(struct request *req, struct response *res)
{
    struct listing l = {.out = &res->body};
    struct seats seats;
    enum err e = seat_params(req, &l.all);

    if (e == ERR_OK)
        e = seats_read(req->app, &req->caller, request_id(req), &seats);
    if (e != ERR_OK)
        return e;
    e = put_seats(&seats, &l);
    text_buf_free(&l.tail);
    seats_free(&seats);
    return e;
}

enum err schedule_http_seats_of_day(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    struct listing l = {.out = out};
    int64_t concert_id = request_id(req);
    char date[CLOCK_DATE_SIZE];
    enum err e = params_date(req, "date", date);

    if (e == ERR_OK)
        e = seat_params(req, &l.all);
    if (e != ERR_OK)
        return e;
    jout_object_begin(out, NULL);
    jout_int(out, "concertId", concert_id);
    jout_text(out, "date", date);
    jout_array_begin(out, "schedules");
    e = seats_read_day(req->app, &req->caller, concert_id, date, put_seats, &l);
    jout_array_end(out);
    jout_object_end(out);
    text_buf_free(&l.tail);
    return e;
}
