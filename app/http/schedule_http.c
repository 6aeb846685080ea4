/* Schedules and seats as a buyer sees them. */
#include "http/schedule_http.h"

#include "domain/schedule.h"
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

static enum err begin_seats(const struct schedule *s, void *arg)
{
    struct text_buf *out = arg;

    jout_object_begin(out, NULL);
    jout_int(out, "scheduleId", s->schedule_id);
    jout_time(out, "startsAt", s->starts_at);
    jout_int(out, "capacity", s->capacity);
    jout_array_begin(out, "seats");
    return ERR_OK;
}

static enum err put_seat(const struct seat *seat, void *arg)
{
    struct text_buf *out = arg;

    jout_object_begin(out, NULL);
    jout_int(out, "seatId", seat->seat_id);
    jout_int(out, "seatNumber", seat->seat_number);
    jout_text(out, "section", seat->section);
    jout_text(out, "row", seat->row);
    jout_int(out, "price", seat->price);
    jout_text(out, "status", seat_status_name(seat->status));
    jout_object_end(out);
    return out->failed ? ERR_INTERNAL : ERR_OK;
}

static enum err end_seats(void *arg)
{
    struct text_buf *out = arg;

    jout_array_end(out);
    jout_object_end(out);
    return ERR_OK;
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
    const struct seat_sink sink = {begin_seats, put_seat, end_seats, &res->body};
    bool all;
    enum err e = seat_params(req, &all);

    if (e != ERR_OK)
        return e;
    return seats_list(req->app, &req->caller, request_id(req), all, &sink);
}

enum err schedule_http_seats_of_day(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    const struct seat_sink sink = {begin_seats, put_seat, end_seats, out};
    int64_t concert_id = request_id(req);
    char date[CLOCK_DATE_SIZE];
    bool all;
    enum err e = params_date(req, "date", date);

    if (e == ERR_OK)
        e = seat_params(req, &all);
    if (e != ERR_OK)
        return e;
    jout_object_begin(out, NULL);
    jout_int(out, "concertId", concert_id);
    jout_text(out, "date", date);
    jout_array_begin(out, "schedules");
    e = seats_list_by_date(req->app, &req->caller, concert_id, date, all, &sink);
    jout_array_end(out);
    jout_object_end(out);
    return e;
}
