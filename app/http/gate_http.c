/*
 * The gate, see http/gate_http.h. The token travels in a cookie that no script can read, so it is
 * in none of the documents. A waiting visitor costs no query here either.
 */
#include "http/gate_http.h"

#include "base/clock.h"
#include "domain/queue.h"
#include "domain/snapshot.h"
#include "http/auth.h"
#include "http/gate_auth.h"
#include "http/queue_http.h"
#include <inttypes.h>
#include <stdlib.h>

/* A cookie is kept so much longer than its token: a session that began near the token's end may
 * outlast it, by a day at the most. Whether it is over is not for the browser to say. */
#define COOKIE_EXTRA_SECONDS 86400

/* RFC 6265, section 4.1. An empty token takes the cookie away. */
static void set_cookie(const struct request *req, struct response *res, const char *token,
                       int64_t max_age)
{
    char name[GATE_COOKIE_SIZE];

    gate_cookie_name(request_id(req), name);
    response_header(res, "Set-Cookie",
                    "%s=%s; Path=/; Max-Age=%" PRId64 "; HttpOnly; SameSite=Lax%s", name, token,
                    max_age, req->secure ? "; Secure" : "");
}

/* Mints the ticket's token into the cookie. */
static enum err set_token(const struct request *req, struct response *res,
                          const struct queue_ticket *ticket)
{
    int64_t left = (ticket->token_expires_at - snapshot_db_now()) / 1000;
    char *token = NULL;
    enum err e = auth_mint_queue(req->app->cfg, ticket, &token);

    if (e != ERR_OK)
        return e;
    set_cookie(req, res, token, (left > 0 ? left : 0) + COOKIE_EXTRA_SECONDS);
    free(token);
    return ERR_OK;
}

static void put_place(struct response *res, const struct queue_ticket *ticket)
{
    queue_http_put_times(res, ticket);
    queue_http_put_ticket(&res->body, ticket, NULL);
}

/* The document of a place that was there already; its cookie only if it changed. */
static enum err put_known_place(const struct request *req, struct response *res,
                                const struct queue_ticket *ticket)
{
    put_place(res, ticket);
    return ticket->token_changed ? set_token(req, res, ticket) : ERR_OK;
}

enum err gate_http_verdict(struct request *req, struct response *res)
{
    struct problem *problem = &req->app->problem;
    char time[CLOCK_RFC3339_SIZE], user[UUID_TEXT_SIZE];
    struct queue_ticket ticket;
    enum err e = queue_poll(req->app, &req->caller, &ticket);

    if (e == ERR_QUEUE_TOKEN_EXPIRED)
        return ERR_TOKEN_INVALID;
    if (e != ERR_OK)
        return e;
    if (ticket.status != QUEUE_ACTIVE) {
        problem->position = ticket.position;
        problem->retry_after = ticket.poll_after_seconds;
        return ERR_NOT_ADMITTED;
    }
    clock_format(ticket.session_expires_at, time);
    uuid_to_text(&ticket.user_id, user);
    response_header(res, "Frontrow-User", "%s", user);
    response_header(res, "Frontrow-Session-Expires", "%s", time);
    res->status = 204;
    return ERR_OK;
}

enum err gate_http_poll(struct request *req, struct response *res)
{
    struct queue_ticket ticket;
    enum err e = queue_poll(req->app, &req->caller, &ticket);

    return e == ERR_OK ? put_known_place(req, res, &ticket) : e;
}

/* Who joins: the user, or in a concert with anonymous visitors somebody new. A place that is over
 * names nobody: its token does not end, and would be a login for good. */
static enum err choose_user(struct request *req)
{
    if (req->caller.kind == TOKEN_USER)
        req->user = req->caller.user;
    else if (gate_is_anonymous(req->app->cfg, request_id(req)))
        uuid_random(&req->user);
    else
        return ERR_TOKEN_MISSING;
    return ERR_OK;
}

enum err gate_http_join(struct request *req, struct response *res)
{
    struct queue_ticket ticket;
    enum err e = ERR_QUEUE_TOKEN_EXPIRED;

    if (req->place.kind == TOKEN_QUEUE)
        e = queue_poll(req->app, &req->place, &ticket);
    if (e == ERR_OK)
        return put_known_place(req, res, &ticket);
    if (e != ERR_QUEUE_TOKEN_EXPIRED)
        return e;
    e = choose_user(req);
    if (e == ERR_OK)
        e = queue_join(req->app, &req->user, request_id(req), &ticket);
    if (e == ERR_OK)
        e = set_token(req, res, &ticket);
    if (e != ERR_OK)
        return e;
    res->status = ticket.created ? 201 : 200;
    put_place(res, &ticket);
    return ERR_OK;
}

enum err gate_http_leave(struct request *req, struct response *res)
{
    enum err e = queue_leave(req->app, &req->caller, &req->idem);

    if (e != ERR_OK && e != ERR_QUEUE_TOKEN_EXPIRED)
        return e;
    set_cookie(req, res, "", 0);
    res->status = 204;
    return ERR_OK;
}
