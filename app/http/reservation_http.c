/* Reservations: holding seats, for longer too, showing and giving back. */
#include "http/reservation_http.h"

#include "http/json_out.h"
#include "http/params.h"
#include "http/reply.h"
#include "http/user_http.h"
#include <string.h>

/* Which of the ways to name schedule and seats the body uses. */
enum hold_bits {
    HOLD_SCHEDULE = 1 << 0,
    HOLD_CONCERT = 1 << 1,
    HOLD_DATE = 1 << 2,
    HOLD_NUMBERS = 1 << 3,
    HOLD_IDS = 1 << 4,
    HOLD_BEST = 1 << 5
};

#define SEATS(label, member, most, flag)                                                           \
    {                                                                                              \
        .name = label, .type = BIND_INTS, .offset = offsetof(struct hold_body, member), .min = 1,  \
        .max = most, .min_items = 1, .max_items = APP_MAX_SEATS, .bit = flag                       \
    }

const struct bind_field hold_body_fields[] = {
    {.name = "scheduleId",
     .type = BIND_INT,
     .offset = offsetof(struct hold_body, schedule_id),
     .min = 1,
     .max = INT64_MAX,
     .bit = HOLD_SCHEDULE},
    {.name = "concertId",
     .type = BIND_INT,
     .offset = offsetof(struct hold_body, concert_id),
     .min = 1,
     .max = INT64_MAX,
     .bit = HOLD_CONCERT},
    {.name = "date",
     .type = BIND_DATE,
     .offset = offsetof(struct hold_body, date),
     .bit = HOLD_DATE},
    SEATS("seatNumbers", seat_numbers, INT64_MAX, HOLD_NUMBERS),
    SEATS("seatIds", seat_ids, INT64_MAX, HOLD_IDS),
    {.name = "bestAvailable",
     .type = BIND_INT,
     .offset = offsetof(struct hold_body, best_available),
     .min = 1,
     .max = APP_MAX_SEATS,
     .bit = HOLD_BEST},
    {.name = NULL},
};

/* The first field that keeps the body from naming one schedule and its seats in exactly one way,
 * or NULL. */
static const char *hold_fault(unsigned present)
{
    bool by_day = present & (HOLD_CONCERT | HOLD_DATE);

    if (present & HOLD_SCHEDULE) {
        if (by_day)
            return (present & HOLD_CONCERT) ? "concertId" : "date";
    } else if (!(present & HOLD_CONCERT)) {
        return by_day ? "concertId" : "scheduleId";
    } else if (!(present & HOLD_DATE)) {
        return "date";
    }
    if ((present & HOLD_IDS) && (by_day || (present & HOLD_NUMBERS)))
        return "seatIds";
    if ((present & HOLD_BEST) && (by_day || (present & (HOLD_NUMBERS | HOLD_IDS))))
        return "bestAvailable";
    return (present & (HOLD_IDS | HOLD_NUMBERS | HOLD_BEST)) ? NULL : "seatNumbers";
}

static void hold_request(const struct hold_body *body, struct hold_request *out)
{
    bool by_id = body->target.present & HOLD_IDS, best = body->target.present & HOLD_BEST;
    const struct bind_ints *seats = by_id ? &body->seat_ids : &body->seat_numbers;

    *out = (struct hold_request){.schedule_id = body->schedule_id,
                                 .concert_id = body->concert_id,
                                 .best = best,
                                 .by_id = by_id,
                                 .seat_count = best ? (int)body->best_available : seats->count};
    if (body->date.s)
        text_copy(out->date, sizeof out->date, body->date.s, body->date.len);
    for (int i = 0; i < seats->count; i++)
        out->seats[i] = seats->v[i];
}

void reservation_http_seats(struct text_buf *out, const struct reservation *r)
{
    jout_array_begin(out, "seats");
    for (const struct reservation_seat *s = r->seats; s < r->seats + r->seat_count; s++) {
        jout_object_begin(out, NULL);
        jout_int(out, "seatId", s->seat_id);
        jout_int(out, "seatNumber", s->seat_number);
        jout_text_opt(out, "section", s->section);
        jout_text_opt(out, "row", s->row);
        jout_int(out, "price", s->price);
        jout_object_end(out);
    }
    jout_array_end(out);
}

void reservation_http_members(struct text_buf *out, const struct reservation *r)
{
    jout_int(out, "reservationId", r->reservation_id);
    jout_text(out, "status", r->status);
    jout_uuid(out, "userId", &r->user_id);
    jout_int(out, "concertId", r->concert_id);
    jout_int(out, "scheduleId", r->schedule_id);
    jout_time(out, "startsAt", r->starts_at);
    reservation_http_seats(out, r);
    jout_int(out, "amount", r->amount);
    jout_time(out, "createdAt", r->created_at);
    jout_time(out, "holdExpiresAt", r->hold_expires_at);
    if (r->payment_id)
        jout_int(out, "paymentId", r->payment_id);
    else
        jout_null(out, "paymentId");
    jout_time(out, "paidAt", r->paid_at);
}

static void put_reservation(struct text_buf *out, const struct reservation *r)
{
    jout_object_begin(out, NULL);
    reservation_http_members(out, r);
    jout_object_end(out);
}

enum err reservation_http_render_held(void *arg, int *status, struct text_buf *body)
{
    *status = 201;
    put_reservation(body, arg);
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

/* A kept answer is our own text: the reservation's number comes first in it. */
static void put_location(struct response *res)
{
    static const char first[] = "{\"reservationId\":";
    const char *number;

    if (res->body.len < sizeof first || memcmp(res->body.data, first, sizeof first - 1) != 0)
        return;
    number = res->body.data + sizeof first - 1;
    response_header(res, "Location", "/api/v1/reservations/%.*s", (int)strspn(number, "0123456789"),
                    number);
}

enum err reservation_http_hold(struct request *req, struct response *res)
{
    const struct hold_body *body = (const struct hold_body *)req->input;
    const char *fault = hold_fault(body->target.present);
    struct reservation held = {0};
    struct hold_request hold;
    enum err e;

    if (fault)
        return app_field(req->app, ERR_INVALID_FIELD, fault);
    hold_request(body, &hold);
    req->idem.render = reservation_http_render_held;
    req->idem.render_arg = &held;
    e = booking_hold(req->app, &req->caller, &hold, &req->idem, &held);
    e = reply_kept(req, res, e, reservation_http_render_held, &held);
    if (e == ERR_OK)
        put_location(res);
    reservation_clear(&held);
    return e;
}

static enum err render_extended(void *arg, int *status, struct text_buf *body)
{
    *status = 200;
    put_reservation(body, arg);
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

enum err reservation_http_extend(struct request *req, struct response *res)
{
    struct reservation r = {0};
    enum err e;

    req->idem.render = render_extended;
    req->idem.render_arg = &r;
    e = booking_extend(req->app, &req->caller, request_id(req), &req->idem, &r);
    e = reply_kept(req, res, e, render_extended, &r);
    reservation_clear(&r);
    return e;
}

enum err reservation_http_get(struct request *req, struct response *res)
{
    struct reservation r = {0};
    enum err e = booking_get(req->app, &req->caller, request_id(req), &r);

    if (e != ERR_OK)
        return e;
    put_reservation(&res->body, &r);
    reservation_clear(&r);
    return ERR_OK;
}

enum err reservation_http_get_any(struct request *req, struct response *res)
{
    struct reservation r = {0};
    enum err e = booking_find(req->app, request_id(req), &r);

    if (e != ERR_OK)
        return e;
    put_reservation(&res->body, &r);
    reservation_clear(&r);
    return ERR_OK;
}

static enum err render_released(void *arg, int *status, struct text_buf *body)
{
    (void)arg;
    (void)body;
    *status = 204;
    return ERR_OK;
}

enum err reservation_http_release(struct request *req, struct response *res)
{
    enum err e;

    req->idem.render = render_released;
    e = booking_release(req->app, &req->caller, request_id(req), &req->idem);
    return reply_kept(req, res, e, render_released, NULL);
}

enum err reservation_http_list(struct request *req, struct response *res)
{
    struct reservation list[APP_MAX_PAGE + 1] = {0};
    struct text_buf *out = &res->body;
    struct params_page page;
    int count = 0;
    int64_t last = 0;
    enum err e = params_page(req, false, &page);

    if (e == ERR_OK)
        e = user_http_resolve(req);
    if (e == ERR_OK)
        e = booking_list(req->app, &req->user, page.id, page.limit + 1, list, &count);
    if (e != ERR_OK)
        return e;
    jout_object_begin(out, NULL);
    jout_array_begin(out, "reservations");
    for (int i = 0; i < count; i++) {
        if (i < page.limit) {
            put_reservation(out, &list[i]);
            last = list[i].reservation_id;
        }
        reservation_clear(&list[i]);
    }
    jout_array_end(out);
    params_next(out, count > page.limit, false, 0, last);
    jout_object_end(out);
    return ERR_OK;
}
