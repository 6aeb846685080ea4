/* Schedules as their operator makes and sees them. */
#include "http/schedule_admin_http.h"

#include "domain/admin_list.h"
#include "domain/cancel.h"
#include "domain/schedule.h"
#include "http/json_out.h"
#include "http/params.h"
#include "http/reply.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How many seats `seats` has when it does not say. */
#define COUNT_DEFAULT 50

enum schedule_bits {
    BODY_BOOKING_OPENS = 1 << 0,
    BODY_BOOKING_CLOSES = 1 << 1,
    BODY_REFUND_CLOSES = 1 << 2,
    BODY_SEATS = 1 << 3,
    BODY_COUNT = 1 << 4,
    BODY_SECTIONS = 1 << 5
};

struct section_body {
    struct bind_target target;
    struct bind_text name;
    int64_t rows, seats_per_row, price;
    struct bind_ints blocked;
};

/* clang-format off */
#define PRICE(type_, member)                                                                       \
    {.name = "price", .type = BIND_INT, .offset = offsetof(type_, member), .required = true,       \
     .max = SCHEDULE_MAX_PRICE}
#define SIZE(label, member)                                                                        \
    {.name = label, .type = BIND_INT, .offset = offsetof(struct section_body, member),             \
     .required = true, .min = 1, .max = SCHEDULE_MAX_SEATS}
#define WHEN(type_, label, member, flag)                                                           \
    {.name = label, .type = BIND_TIME, .offset = offsetof(type_, member), .nullable = true,        \
     .bit = flag}

static const struct bind_field seats_fields[] = {
    {.name = "count", .type = BIND_INT, .offset = offsetof(struct schedule_body, count),
     .nullable = true, .min = 1, .max = SCHEDULE_MAX_SEATS, .bit = BODY_COUNT},
    PRICE(struct schedule_body, price),
    {.name = NULL},
};

static const struct bind_field section_fields[] = {
    {.name = "name", .type = BIND_TEXT, .offset = offsetof(struct section_body, name),
     .required = true, .min = 1, .max = 200},
    SIZE("rows", rows),
    SIZE("seatsPerRow", seats_per_row),
    PRICE(struct section_body, price),
    {.name = "blocked", .type = BIND_INTS, .offset = offsetof(struct section_body, blocked),
     .nullable = true, .min = 1, .max = SCHEDULE_MAX_SEATS, .max_items = SCHEDULE_MAX_SEATS},
    {.name = NULL},
};

const struct bind_field schedule_body_fields[] = {
    {.name = "startsAt", .type = BIND_TIME, .offset = offsetof(struct schedule_body, starts_at),
     .required = true},
    WHEN(struct schedule_body, "bookingOpensAt", booking_opens_at, BODY_BOOKING_OPENS),
    WHEN(struct schedule_body, "bookingClosesAt", booking_closes_at, BODY_BOOKING_CLOSES),
    WHEN(struct schedule_body, "refundClosesAt", refund_closes_at, BODY_REFUND_CLOSES),
    {.name = "seats", .type = BIND_OBJECT, .fields = seats_fields, .bit = BODY_SEATS},
    {.name = "sections", .type = BIND_ARRAY, .offset = offsetof(struct schedule_body, sections),
     .min_items = 1, .max_items = SCHEDULE_MAX_SECTIONS, .fields = section_fields,
     .item_size = sizeof(struct section_body), .bit = BODY_SECTIONS},
    {.name = NULL},
};

#define MOVED(label, member, flag) WHEN(struct schedule_patch_body, label, member, flag)
const struct bind_field schedule_patch_body_fields[] = {
    {.name = "startsAt", .type = BIND_TIME,
     .offset = offsetof(struct schedule_patch_body, starts_at), .bit = SCHEDULE_HAS_STARTS},
    MOVED("bookingOpensAt", booking_opens_at, SCHEDULE_HAS_BOOKING_OPENS),
    MOVED("bookingClosesAt", booking_closes_at, SCHEDULE_HAS_BOOKING_CLOSES),
    MOVED("refundClosesAt", refund_closes_at, SCHEDULE_HAS_REFUND_CLOSES),
    {.name = NULL},
};
/* clang-format on */

/* The positions that are not for sale, each of which must be within the section. */
static enum err take_blocked(struct request *req, int index, const struct section_body *b,
                             struct schedule_section *out)
{
    out->blocked = calloc((size_t)b->blocked.count + 1, sizeof *out->blocked);
    if (!out->blocked)
        return ERR_INTERNAL;
    for (int i = 0; i < b->blocked.count; i++) {
        if (b->blocked.v[i] > b->rows * b->seats_per_row) {
            snprintf(req->field, sizeof req->field, "sections[%d].blocked", index);
            return app_field(req->app, ERR_INVALID_FIELD, req->field);
        }
        out->blocked[i] = (int32_t)b->blocked.v[i];
    }
    out->blocked_count = b->blocked.count;
    return ERR_OK;
}

static enum err take_sections(struct request *req, const struct bind_array *from,
                              struct schedule_section *out)
{
    const struct section_body *bodies = from->items;
    enum err e = ERR_OK;

    for (int i = 0; e == ERR_OK && i < from->count; i++) {
        const struct section_body *b = &bodies[i];

        text_copy(out[i].name, sizeof out[i].name, b->name.s, b->name.len);
        out[i].rows = b->rows;
        out[i].seats_per_row = b->seats_per_row;
        out[i].price = b->price;
        e = take_blocked(req, i, b, &out[i]);
    }
    return e;
}

/* `seats` is one section without a name. */
static void take_seats(const struct schedule_body *body, struct schedule_section *out)
{
    bool counted = body->target.present & ~body->target.null & BODY_COUNT;

    out->rows = 1;
    out->seats_per_row = counted ? body->count : COUNT_DEFAULT;
    out->price = body->price;
}

/* A moment that was given, or -1: the default. */
static int64_t given_time(const struct bind_target *target, unsigned bit, int64_t ms)
{
    return (target->present & ~target->null & bit) ? ms : -1;
}

/* Fills *out, whose sections the caller frees with free_sections also after a failure. */
static enum err take_body(struct request *req, const struct schedule_body *body,
                          struct schedule_new *out)
{
    unsigned ways = body->target.present & (BODY_SEATS | BODY_SECTIONS);

    *out = (struct schedule_new){
        .starts_at = body->starts_at,
        .booking_opens_at = given_time(&body->target, BODY_BOOKING_OPENS, body->booking_opens_at),
        .booking_closes_at =
            given_time(&body->target, BODY_BOOKING_CLOSES, body->booking_closes_at),
        .refund_closes_at = given_time(&body->target, BODY_REFUND_CLOSES, body->refund_closes_at)};
    if (ways == 0)
        return app_field(req->app, ERR_MISSING_FIELD, "seats");
    if (ways == (BODY_SEATS | BODY_SECTIONS))
        return app_field(req->app, ERR_INVALID_FIELD, "sections");
    out->section_count = ways == BODY_SEATS ? 1 : body->sections.count;
    out->sections = calloc((size_t)out->section_count, sizeof *out->sections);
    if (!out->sections) {
        out->section_count = 0;
        return ERR_INTERNAL;
    }
    if (ways == BODY_SECTIONS)
        return take_sections(req, &body->sections, out->sections);
    take_seats(body, out->sections);
    return ERR_OK;
}

static void free_sections(struct schedule_new *n)
{
    for (int i = 0; i < n->section_count; i++)
        free(n->sections[i].blocked);
    free(n->sections);
}

/* The answer, and what the audit log keeps. */
static void put_schedule(const struct schedule *s, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_int(out, "scheduleId", s->schedule_id);
    jout_int(out, "concertId", s->concert_id);
    jout_text(out, "date", s->date);
    jout_time(out, "startsAt", s->starts_at);
    jout_time(out, "bookingOpensAt", s->booking_opens_at);
    jout_time(out, "bookingClosesAt", s->booking_closes_at);
    jout_time(out, "refundClosesAt", s->refund_closes_at);
    jout_int(out, "capacity", s->capacity);
    jout_time(out, "canceledAt", s->canceled_at);
    if (s->canceled_at >= 0) {
        jout_object_begin(out, "cancellation");
        jout_int(out, "total", s->cancel_total);
        jout_int(out, "done", s->cancel_done);
        jout_object_end(out);
    }
    jout_object_end(out);
}

enum err schedule_admin_http_create(struct request *req, struct response *res)
{
    const struct schedule_body *body = (const struct schedule_body *)req->input;
    struct schedule_new wanted;
    struct schedule made;
    enum err e = take_body(req, body, &wanted);

    if (e == ERR_OK)
        e = schedule_create(req->app, &req->caller, request_id(req), &wanted, put_schedule, &made);
    free_sections(&wanted);
    if (e != ERR_OK)
        return e;
    res->status = 201;
    response_header(res, "Location", "/api/v1/admin/schedules/%" PRId64, made.schedule_id);
    put_schedule(&made, &res->body);
    return ERR_OK;
}

static void put_page(struct text_buf *out, const struct schedule *list, int count, int limit)
{
    int shown = count < limit ? count : limit;
    const struct schedule *last = list + shown - 1;

    jout_object_begin(out, NULL);
    jout_array_begin(out, "schedules");
    for (int i = 0; i < shown; i++)
        put_schedule(&list[i], out);
    jout_array_end(out);
    if (count > limit)
        params_next(out, true, true, last->starts_at, last->schedule_id);
    else
        jout_null(out, "next");
    jout_object_end(out);
}

enum err schedule_admin_http_list(struct request *req, struct response *res)
{
    struct params_page page;
    struct schedule *list;
    int count = 0;
    enum err e = params_page(req, true, &page);

    if (e != ERR_OK)
        return e;
    list = calloc((size_t)page.limit + 1, sizeof *list);
    if (!list)
        return ERR_INTERNAL;
    e = admin_list_schedules(req->app, request_id(req), page.key, page.id, page.limit + 1, list,
                             &count);
    if (e == ERR_OK)
        put_page(&res->body, list, count, page.limit);
    free(list);
    return e;
}

enum err schedule_admin_http_get(struct request *req, struct response *res)
{
    struct schedule s;
    enum err e = schedule_get(req->app, request_id(req), &s);

    if (e == ERR_OK)
        e = cancel_progress(req->app, &s);
    if (e == ERR_OK)
        put_schedule(&s, &res->body);
    return e;
}

enum err schedule_admin_http_patch(struct request *req, struct response *res)
{
    const struct schedule_patch_body *body = (const struct schedule_patch_body *)req->input;
    const struct bind_target *t = &body->target;
    const struct schedule_times times = {
        .starts_at = body->starts_at,
        .booking_opens_at = given_time(t, SCHEDULE_HAS_BOOKING_OPENS, body->booking_opens_at),
        .booking_closes_at = given_time(t, SCHEDULE_HAS_BOOKING_CLOSES, body->booking_closes_at),
        .refund_closes_at = given_time(t, SCHEDULE_HAS_REFUND_CLOSES, body->refund_closes_at)};
    struct schedule s = {.schedule_id = 0};
    enum err e = schedule_patch(req->app, &req->caller, request_id(req), t->present, &times,
                                put_schedule, &s);

    if (e == ERR_OK)
        put_schedule(&s, &res->body);
    return e;
}

static enum err render_canceled(void *arg, int *status, struct text_buf *body)
{
    *status = 202;
    put_schedule(arg, body);
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

enum err schedule_admin_http_cancel(struct request *req, struct response *res)
{
    struct schedule s = {.schedule_id = 0};
    enum err e;

    req->idem.render = render_canceled;
    req->idem.render_arg = &s;
    e = cancel_schedule(req->app, &req->caller, request_id(req), put_schedule, &req->idem, &s);
    return reply_kept(req, res, e, render_canceled, &s);
}
