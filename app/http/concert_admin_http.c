/*
 * Concerts as their operator sees and sets them.
 *
 * Every setting may be left out or null: a new concert then has the default, a changed one keeps
 * what it has, or with null goes back to the default.
 */
#include "http/concert_admin_http.h"

#include "domain/admin_list.h"
#include "http/json_out.h"
#include "http/params.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The bounds of each setting, by name: LEAST_hold_seconds and so on. */
#define BOUNDS(name, preset, least, most) LEAST_##name = (least), MOST_##name = (most),
enum setting_bounds { CONCERT_SETTING_LIST(BOUNDS) CONCERT_QUEUE_SETTING_LIST(BOUNDS) };
#undef BOUNDS

/* X(JSON name, member, bit): how the settings are called outside. */
#define CONCERT_JSON(X)                                                                            \
    X("holdSeconds", hold_seconds, CONCERT_HAS_HOLD_SECONDS)                                       \
    X("holdExtendSeconds", hold_extend_seconds, CONCERT_HAS_HOLD_EXTEND_SECONDS)                   \
    X("maxSeatsPerUser", max_seats_per_user, CONCERT_HAS_MAX_SEATS_PER_USER)
#define QUEUE_JSON(X)                                                                              \
    X("admitCount", admit_count, CONCERT_HAS_ADMIT_COUNT)                                          \
    X("admitIntervalSeconds", admit_interval_seconds, CONCERT_HAS_ADMIT_INTERVAL_SECONDS)          \
    X("maxActive", max_active, CONCERT_HAS_MAX_ACTIVE)                                             \
    X("sessionSeconds", session_seconds, CONCERT_HAS_SESSION_SECONDS)                              \
    X("claimSeconds", claim_seconds, CONCERT_HAS_CLAIM_SECONDS)                                    \
    X("tokenLifetimeSeconds", token_lifetime_seconds, CONCERT_HAS_TOKEN_LIFETIME_SECONDS)

/* clang-format off */
#define SETTING(label, member, flag)                                                               \
    {.name = label, .type = BIND_INT, .offset = offsetof(struct concert_body, member),             \
     .nullable = true, .min = LEAST_##member, .max = MOST_##member, .bit = flag},
#define TEXT(label, member, least, most, flag)                                                     \
    {.name = label, .type = BIND_TEXT, .offset = offsetof(struct concert_body, member),            \
     .nullable = true, .min = least, .max = most, .bit = flag}
#define OBJECT(label, inner, nulls, flag)                                                          \
    {.name = label, .type = BIND_OBJECT, .nullable = nulls, .fields = inner, .bit = flag}
#define TITLE(must)                                                                                \
    {.name = "title", .type = BIND_TEXT, .offset = offsetof(struct concert_body, title),           \
     .required = must, .min = 1, .max = 200, .bit = CONCERT_HAS_TITLE}

static const struct bind_field message_fields[] = {
    TEXT("ko", message_ko, 0, 1000, 0),
    TEXT("en", message_en, 0, 1000, 0),
    {.name = NULL},
};

#define QUEUE_FIELDS                                                                               \
    QUEUE_JSON(SETTING)                                                                            \
    {.name = "opensAt", .type = BIND_TIME, .offset = offsetof(struct concert_body, opens_at),      \
     .nullable = true, .bit = CONCERT_HAS_OPENS_AT},                                                      \
    OBJECT("message", message_fields, true, CONCERT_HAS_MESSAGE)

static const struct bind_field queue_create_fields[] = {
    QUEUE_FIELDS,
    {.name = NULL},
};

static const struct bind_field queue_patch_fields[] = {
    TEXT("state", state, 1, 20, CONCERT_HAS_STATE),
    QUEUE_FIELDS,
    {.name = NULL},
};

#define COMMON_FIELDS                                                                              \
    TEXT("artist", artist, 1, 200, CONCERT_HAS_ARTIST),                                            \
    TEXT("host", host, 1, 200, CONCERT_HAS_HOST),                                                  \
    TEXT("timeZone", time_zone, 1, CONCERT_ZONE_SIZE - 1, CONCERT_HAS_TIME_ZONE),                  \
    CONCERT_JSON(SETTING)

const struct bind_field concert_create_fields[] = {
    TITLE(true),
    COMMON_FIELDS
    OBJECT("queue", queue_create_fields, false, 0),
    {.name = NULL},
};

const struct bind_field concert_patch_fields[] = {
    TITLE(false),
    COMMON_FIELDS
    OBJECT("queue", queue_patch_fields, false, 0),
    {.name = NULL},
};
/* clang-format on */

/* Copies a text that was given; false if it does not fit, which only a zone's name can. */
static bool take_text(char *out, size_t cap, const struct bind_text *text)
{
    return !text->s || text_copy(out, cap, text->s, text->len);
}

/* Fills in what the body gives, over the defaults, which null stands for. */
static enum err take_body(struct app *app, const struct concert_body *b, struct concert *out)
{
    unsigned given = b->target.present & ~b->target.null;

    concert_defaults(app->cfg, out);
    take_text(out->title, sizeof out->title, &b->title);
    take_text(out->artist, sizeof out->artist, &b->artist);
    take_text(out->host, sizeof out->host, &b->host);
    take_text(out->message_ko, sizeof out->message_ko, &b->message_ko);
    take_text(out->message_en, sizeof out->message_en, &b->message_en);
    if (!take_text(out->time_zone, sizeof out->time_zone, &b->time_zone))
        return app_field(app, ERR_INVALID_FIELD, "timeZone");
    if (b->state.s && !queue_condition_parse(b->state.s, &out->state))
        return app_field(app, ERR_INVALID_FIELD, "queue.state");
    if (given & CONCERT_HAS_OPENS_AT)
        out->opens_at = b->opens_at;
#define TAKE(label, member, flag)                                                                  \
    if (given & (flag))                                                                            \
        out->member = b->member;
    CONCERT_JSON(TAKE)
    QUEUE_JSON(TAKE)
#undef TAKE
    return ERR_OK;
}

static void put_queue(struct text_buf *out, const struct concert *c)
{
    jout_object_begin(out, "queue");
    jout_text(out, "state", queue_condition_name(c->state));
#define PUT(label, member, flag) jout_int(out, label, c->member);
    QUEUE_JSON(PUT)
    jout_time(out, "opensAt", c->opens_at);
    if (c->message_ko[0] || c->message_en[0]) {
        jout_object_begin(out, "message");
        jout_text_opt(out, "ko", c->message_ko);
        jout_text_opt(out, "en", c->message_en);
        jout_object_end(out);
    } else {
        jout_null(out, "message");
    }
    jout_object_end(out);
}

static void put_members(struct text_buf *out, const struct concert *c)
{
    jout_int(out, "concertId", c->concert_id);
    jout_text(out, "title", c->title);
    jout_text_opt(out, "artist", c->artist);
    jout_text_opt(out, "host", c->host);
    jout_text(out, "timeZone", c->time_zone);
    CONCERT_JSON(PUT)
#undef PUT
    put_queue(out, c);
}

void concert_admin_http_render(const struct concert *c, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    put_members(out, c);
    jout_object_end(out);
}

struct listing {
    struct text_buf *out;
    int limit, seen;
    int64_t last;
};

/* One row more than the page has is asked for: it only tells that there is a next page. */
static enum err put_listed(const struct concert *c, int64_t next_starts_at, void *arg)
{
    struct listing *l = arg;

    if (l->seen++ == l->limit)
        return ERR_OK;
    jout_object_begin(l->out, NULL);
    put_members(l->out, c);
    jout_time(l->out, "nextStartsAt", next_starts_at);
    jout_object_end(l->out);
    l->last = c->concert_id;
    return ERR_OK;
}

enum err concert_admin_http_list(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    struct listing l = {.out = out};
    struct params_page page;
    enum err e = params_page(req, false, &page);

    if (e != ERR_OK)
        return e;
    l.limit = page.limit;
    jout_object_begin(out, NULL);
    jout_array_begin(out, "concerts");
    e = admin_list_concerts(req->app, page.id, page.limit + 1, put_listed, &l);
    jout_array_end(out);
    params_next(out, l.seen > l.limit, false, 0, l.last);
    jout_object_end(out);
    return e;
}

enum err concert_admin_http_create(struct request *req, struct response *res)
{
    const struct concert_body *body = (const struct concert_body *)req->input;
    struct concert wanted, made;
    enum err e = take_body(req->app, body, &wanted);

    if (e == ERR_OK)
        e = concert_create(req->app, &req->caller, &wanted, concert_admin_http_render, &made);
    if (e != ERR_OK)
        return e;
    res->status = 201;
    response_header(res, "Location", "/api/v1/admin/concerts/%" PRId64, made.concert_id);
    concert_admin_http_render(&made, &res->body);
    return ERR_OK;
}

enum err concert_admin_http_get(struct request *req, struct response *res)
{
    struct concert c;
    enum err e = concert_get(req->app, request_id(req), &c);

    if (e == ERR_OK)
        concert_admin_http_render(&c, &res->body);
    return e;
}

enum err concert_admin_http_patch(struct request *req, struct response *res)
{
    const struct concert_body *body = (const struct concert_body *)req->input;
    struct concert change, changed;
    enum err e = take_body(req->app, body, &change);

    if (e == ERR_OK)
        e = concert_patch(req->app, &req->caller, request_id(req), body->target.present, &change,
                          concert_admin_http_render, NULL, &changed);
    if (e == ERR_OK)
        concert_admin_http_render(&changed, &res->body);
    return e;
}

static void put_stats(struct text_buf *out, const struct concert_stats *s)
{
    jout_object_begin(out, NULL);
    jout_int(out, "waiting", s->waiting);
    jout_int(out, "active", s->active);
    jout_int(out, "nowServing", s->now_serving);
    jout_int(out, "lastTicket", s->last_ticket);
    jout_int(out, "admittedLastMinute", s->admitted_last_minute);
    jout_int(out, "soldLastMinute", s->sold_last_minute);
    jout_array_begin(out, "schedules");
    for (int i = 0; i < s->count; i++) {
        jout_object_begin(out, NULL);
        jout_int(out, "scheduleId", s->schedules[i].schedule_id);
        jout_int(out, "available", s->schedules[i].available);
        jout_int(out, "held", s->schedules[i].held);
        jout_int(out, "sold", s->schedules[i].sold);
        jout_int(out, "blocked", s->schedules[i].blocked);
        jout_int(out, "revenue", s->schedules[i].revenue);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_object_end(out);
}

enum err concert_admin_http_stats(struct request *req, struct response *res)
{
    struct concert_stats stats = {0};
    enum err e = concert_stats(req->app, request_id(req), &stats);

    if (e != ERR_OK)
        return e;
    put_stats(&res->body, &stats);
    free(stats.schedules);
    return ERR_OK;
}
