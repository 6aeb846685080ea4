/* The waiting room. A poll by somebody who waits comes through here without a query. */
#include "http/queue_http.h"

#include "base/clock.h"
#include "domain/queue.h"
#include "domain/user.h"
#include "http/auth.h"
#include "http/json_out.h"
#include "http/reply.h"
#include <inttypes.h>
#include <stdlib.h>

const struct bind_field join_body_fields[] = {
    {.name = "userId",
     .type = BIND_UUID,
     .offset = offsetof(struct join_body, user.user_id),
     .nullable = true,
     .bit = BODY_USER_ID},
    {.name = "concertId",
     .type = BIND_INT,
     .offset = offsetof(struct join_body, concert_id),
     .required = true,
     .min = 1,
     .max = INT64_MAX},
    {.name = NULL},
};

static void put_message(struct text_buf *out, const struct queue_public *q)
{
    if (!q->message_ko[0] && !q->message_en[0]) {
        jout_null(out, "message");
        return;
    }
    jout_object_begin(out, "message");
    jout_text_opt(out, "ko", q->message_ko);
    jout_text_opt(out, "en", q->message_en);
    jout_object_end(out);
}

static void put_lottery(struct text_buf *out, const struct queue_public *q)
{
    if (!q->seed_hash[0]) {
        jout_null(out, "lottery");
        return;
    }
    jout_object_begin(out, "lottery");
    jout_text(out, "seedHash", q->seed_hash);
    jout_text_opt(out, "seed", q->seed);
    jout_object_end(out);
}

void queue_http_render(const struct queue_public *q, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_int(out, "concertId", q->concert_id);
    jout_text(out, "state", queue_condition_name(q->state));
    jout_int(out, "nowServing", q->now_serving);
    jout_int(out, "lastTicket", q->last_ticket);
    jout_int(out, "waiting", q->waiting);
    jout_int(out, "active", q->active);
    jout_int(out, "admitPerMinute", q->admit_per_minute);
    jout_time(out, "opensAt", q->opens_at);
    put_lottery(out, q);
    put_message(out, q);
    jout_int(out, "pollAfterSeconds", q->poll_after_seconds);
    jout_time(out, "asOf", q->as_of);
    jout_object_end(out);
}

/* RFC 9111, section 5.1: how old what is told is, in whole seconds. While the database is out of
 * reach that grows. */
static void put_age(struct response *res, int64_t age_ms)
{
    response_header(res, "Age", "%" PRId64, age_ms / 1000);
}

/* A cache that keeps it until the end of this second serves it for a second at the most; with a
 * lifetime of 1 s, nginx would keep it for up to two. */
enum err queue_http_public(struct request *req, struct response *res)
{
    struct queue_public q;
    enum err e = queue_public(req->app, request_id(req), &q);

    if (e != ERR_OK)
        return e;
    queue_http_render(&q, &res->body);
    response_header(res, "X-Accel-Expires", "@%" PRId64, clock_wall_ms() / 1000);
    response_header(res, "Cache-Control", "public, max-age=1");
    put_age(res, q.age_ms);
    return ERR_OK;
}

static const char *const status_names[] = {
    [QUEUE_EARLY] = "PREQUEUE", [QUEUE_WAITING] = "WAITING", [QUEUE_ACTIVE] = "ACTIVE"};

static void put_known(struct text_buf *out, const char *name, bool known, int64_t value)
{
    if (known)
        jout_int(out, name, value);
    else
        jout_null(out, name);
}

void queue_http_put_ticket(struct text_buf *out, const struct queue_ticket *t, const char *token)
{
    jout_object_begin(out, NULL);
    if (token) {
        jout_text(out, "token", token);
        jout_text(out, "tokenType", "Bearer");
    }
    jout_uuid(out, "userId", &t->user_id);
    jout_int(out, "concertId", t->concert_id);
    put_known(out, "ticket", t->ticket > 0, t->ticket);
    jout_text(out, "status", status_names[t->status]);
    put_known(out, "position", t->position >= 0, t->position);
    put_known(out, "estimatedWaitSeconds", t->estimated_wait_seconds >= 0,
              t->estimated_wait_seconds);
    jout_int(out, "pollAfterSeconds", t->poll_after_seconds);
    jout_time(out, "sessionExpiresAt", t->session_expires_at);
    jout_object_end(out);
}

void queue_http_put_times(struct response *res, const struct queue_ticket *t)
{
    if (t->status != QUEUE_ACTIVE)
        response_header(res, "Retry-After", "%d", t->poll_after_seconds);
    if (t->age_ms >= 0)
        put_age(res, t->age_ms);
}

/* Joining makes its own user known without a query; one that a service names must be. */
enum err queue_http_join(struct request *req, struct response *res)
{
    const struct join_body *body = (const struct join_body *)req->input;
    struct queue_ticket ticket;
    char *token = NULL;
    enum err e = ERR_OK;

    if (!uuid_equal(&req->user, &req->caller.user))
        e = user_require(req->app, &req->user);
    if (e == ERR_OK)
        e = queue_join(req->app, &req->user, body->concert_id, &ticket);
    if (e == ERR_OK)
        e = auth_mint_queue(req->app->cfg, &ticket, &token);
    if (e != ERR_OK)
        return e;
    res->status = ticket.created ? 201 : 200;
    queue_http_put_ticket(&res->body, &ticket, token);
    free(token);
    return ERR_OK;
}

enum err queue_http_poll(struct request *req, struct response *res)
{
    struct queue_ticket ticket;
    char *token = NULL;
    enum err e = queue_poll(req->app, &req->caller, &ticket);

    if (e == ERR_OK && ticket.token_changed)
        e = auth_mint_queue(req->app->cfg, &ticket, &token);
    if (e != ERR_OK)
        return e;
    queue_http_put_times(res, &ticket);
    queue_http_put_ticket(&res->body, &ticket, token);
    free(token);
    return ERR_OK;
}

static enum err render_left(void *arg, int *status, struct text_buf *body)
{
    (void)arg;
    (void)body;
    *status = 204;
    return ERR_OK;
}

enum err queue_http_leave(struct request *req, struct response *res)
{
    enum err e;

    req->idem.render = render_left;
    e = queue_leave(req->app, &req->caller, &req->idem);
    return reply_kept(req, res, e, render_left, NULL);
}
