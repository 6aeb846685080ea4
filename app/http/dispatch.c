/*
 * From a request to its answer. What every route needs is done here, once, as a list of steps in
 * the order in which the contract lets errors win; a handler runs only after all of them.
 */
#include "http/dispatch.h"

#include "base/log.h"
#include "domain/snapshot.h"
#include "http/auth.h"
#include "http/gate_auth.h"
#include "http/reply.h"
#include "http/routes.h"
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#define KEY_MAX 255

_Static_assert(sizeof(((struct idem *)0)->fingerprint) == 32, "a fingerprint is a SHA-256");

/* 404, 405. */
static enum err match(struct request *req, struct response *res)
{
    (void)res;
    return routes_find(req->method, req->path, req->app->cfg->server_demo, &req->route,
                       &req->param);
}

/* 400 for what cannot be told apart: which of two tokens is meant? */
static enum err check_form(struct request *req, struct response *res)
{
    (void)res;
    return req->malformed ? ERR_BAD_REQUEST : ERR_OK;
}

/* 401. */
static enum err authenticate_gate(struct request *req)
{
    enum err e = req->route->who == WHO_GATE_JOIN ? gate_auth_join(req) : gate_auth_place(req);

    req->user = req->caller.kind == TOKEN_NONE ? req->place.user : req->caller.user;
    return e;
}

static enum err authenticate(struct request *req, struct response *res)
{
    enum auth_accept accept = AUTH_USER;
    enum err e;

    (void)res;
    switch (req->route->who) {
    case WHO_ANYONE:
    case WHO_DEMO:
        return ERR_OK;
    case WHO_QUEUE:
        accept = AUTH_QUEUE;
        break;
    case WHO_QUEUE_OR_USER:
        accept = AUTH_EITHER;
        break;
    case WHO_GATE:
    case WHO_GATE_JOIN:
        return authenticate_gate(req);
    case WHO_NOBODY:
    case WHO_USER:
    case WHO_CHARGE:
    case WHO_SERVICE:
    case WHO_ADMIN:
        break;
    }
    e = auth_check(req->app->cfg, req->authorization, accept, snapshot_db_now(), &req->caller);
    if (e == ERR_OK)
        req->user = req->caller.user;
    return e;
}

/* Whether the token's scopes suffice for the route. */
static bool has_scope(const struct caller *caller, enum access who)
{
    switch (who) {
    case WHO_ANYONE:
    case WHO_DEMO:
    case WHO_USER:
    case WHO_QUEUE:
    case WHO_QUEUE_OR_USER:
    case WHO_GATE:
    case WHO_GATE_JOIN:
        return true;
    case WHO_CHARGE:
        return caller->may_charge || caller->service;
    case WHO_SERVICE:
        return caller->service;
    case WHO_ADMIN:
        return caller->admin;
    case WHO_NOBODY:
        break;
    }
    return false;
}

/*
 * 400 for what a page of another site could send. The token is in a cookie, which the browser adds
 * by itself; but no other site's page can add this header without asking first (Fetch standard,
 * CORS-preflight), and nobody says yes. SameSite=Lax alone leaves a form of another site that joins
 * anonymously, and so takes the visitor's place away.
 */
static enum err check_page(struct request *req, struct response *res)
{
    (void)res;
    if (!(req->route->flags & ROUTE_OWN_PAGE) || req->gate)
        return ERR_OK;
    return app_field(req->app, ERR_INVALID_PARAMETER, "Frontrow-Gate");
}

/* Acts for `user` from here on, if the caller may. */
static enum err act_for(struct request *req, const struct uuid *user)
{
    if (!uuid_equal(user, &req->caller.user) && !req->caller.service)
        return ERR_FORBIDDEN;
    req->user = *user;
    return ERR_OK;
}

/* 403 by scope and by the path's user. One that is no UUID is nobody's: 404, in its turn. */
static enum err permit(struct request *req, struct response *res)
{
    const struct path_param *p = &req->param;
    struct uuid user;

    (void)res;
    if (!has_scope(&req->caller, req->route->who))
        return ERR_FORBIDDEN;
    if (!strstr(req->route->pattern, "{userId}") || (p->len == 2 && memcmp(p->s, "me", 2) == 0))
        return ERR_OK;
    if (uuid_from_text(p->s, p->len, &user))
        return act_for(req, &user);
    req->user_malformed = true;
    return ERR_OK;
}

/* Whether a Content-Type is JSON in UTF-8 (RFC 9110, section 8.3.1). */
static bool is_json(const char *type)
{
    static const char json[] = "application/json", charset[] = "charset=";
    bool quoted;

    if (strncasecmp(type, json, sizeof json - 1) != 0)
        return false;
    type += sizeof json - 1;
    type += strspn(type, " \t");
    if (*type == '\0')
        return true;
    if (*type++ != ';')
        return false;
    type += strspn(type, " \t");
    if (strncasecmp(type, charset, sizeof charset - 1) != 0)
        return false;
    type += sizeof charset - 1;
    quoted = *type == '"';
    type += quoted;
    if (strncasecmp(type, "utf-8", 5) != 0)
        return false;
    type += 5;
    if (quoted && *type++ != '"')
        return false;
    return type[strspn(type, " \t")] == '\0';
}

/* What is wrong with the body: its type, its size, its contents, in this order. */
static enum err bind_body(struct request *req)
{
    const struct route *route = req->route;
    bool typed = req->content_type && req->content_type[0];

    if (route->body && req->body_len == 0 && (route->flags & ROUTE_BODY_OPTIONAL))
        return ERR_OK;
    if (route->body && (req->body_len > 0 || typed) && !(typed && is_json(req->content_type)))
        return ERR_UNSUPPORTED_MEDIA_TYPE;
    if (req->body_len > REQUEST_BODY_MAX)
        return ERR_BODY_TOO_LARGE;
    if (!route->body)
        return ERR_OK;
    return bind_parse(req->body, req->body_len, route->body, (struct bind_target *)req->input,
                      route->body_size, &req->bound, req->field, sizeof req->field);
}

/* 403 by the body's user, which wins over whatever else is wrong with the body. */
static enum err take_body(struct request *req, struct response *res)
{
    static const struct uuid unread; /* what a userId leaves that is no UUID */
    const struct body_user *body = (const struct body_user *)req->input;
    bool named;

    (void)res;
    req->body_err = bind_body(req);
    if (!(req->route->flags & ROUTE_BODY_USER) || !req->bound)
        return ERR_OK;
    named = body->target.present & ~body->target.null & BODY_USER_ID;
    if (!named || (req->body_err != ERR_OK && uuid_equal(&body->user_id, &unread)))
        return ERR_OK;
    return act_for(req, &body->user_id);
}

/* 429. Who joins a queue anonymously has no limit but the address's. */
static enum err limit(struct request *req, struct response *res)
{
    static const struct uuid nobody;
    const struct config *cfg = req->app->cfg;
    const int64_t per_ten_seconds[] = {[LIMIT_JOIN] = cfg->limits_joins,
                                       [LIMIT_POLL] = cfg->limits_polls,
                                       [LIMIT_CHARGE] = cfg->limits_charges,
                                       [LIMIT_HOLD] = cfg->limits_holds,
                                       [LIMIT_PAYMENT] = cfg->limits_payments};
    int kind = req->route->limit - 1;
    int wait = 0;

    (void)res;
    if (kind < 0 || uuid_equal(&req->user, &nobody) ||
        limit_take((enum limit_kind)kind, &req->user, per_ten_seconds[kind], &wait))
        return ERR_OK;
    req->app->problem.retry_after = wait;
    return ERR_RATE_LIMITED;
}

/* 415, 413, 400. */
static enum err check_body(struct request *req, struct response *res)
{
    (void)res;
    if (req->body_err != ERR_OK && req->field[0])
        return app_field(req->app, req->body_err, req->field);
    return req->body_err;
}

/* SHA-256 of method, path and body, kept apart by zeros, which none of the first two can hold. */
static enum err fingerprint(const struct request *req, unsigned char out[32])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool done = md && EVP_DigestInit_ex(md, EVP_sha256(), NULL) &&
                EVP_DigestUpdate(md, req->method, strlen(req->method) + 1) &&
                EVP_DigestUpdate(md, req->path, strlen(req->path) + 1) &&
                EVP_DigestUpdate(md, req->body, req->body_len) && EVP_DigestFinal_ex(md, out, NULL);

    EVP_MD_CTX_free(md);
    return done ? ERR_OK : ERR_INTERNAL;
}

static bool is_key(const char *key, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (key[i] < 0x21 || key[i] > 0x7e)
            return false;
    return len >= 1 && len <= KEY_MAX;
}

/* 400 for the Idempotency-Key. */
static enum err take_key(struct request *req, struct response *res)
{
    struct idem *idem = &req->idem;

    (void)res;
    if (!(req->route->flags & ROUTE_KEY) || !req->idempotency_key)
        return ERR_OK;
    idem->key = req->idempotency_key;
    idem->key_len = strlen(idem->key);
    if (!is_key(idem->key, idem->key_len))
        return app_field(req->app, ERR_INVALID_PARAMETER, "Idempotency-Key");
    idem->present = true;
    idem->subject = req->caller.user;
    return fingerprint(req, idem->fingerprint);
}

/* 503 at once instead of a wait for a database that is known to be down. */
static enum err check_database(struct request *req, struct response *res)
{
    (void)res;
    return !(req->route->flags & ROUTE_WITHOUT_DATABASE) && snapshot_database_down() ? ERR_BUSY
                                                                                     : ERR_OK;
}

/* What every answer has; before the handler, which may send a part of its answer already. */
static void put_id(const struct request *req, struct response *res)
{
    response_header(res, "X-Request-Id", "%s", req->id);
}

static enum err call_handler(struct request *req, struct response *res)
{
    enum err e;

    if (req->route->who != WHO_ANYONE)
        response_header(res, "Cache-Control", "no-store");
    put_id(req, res);
    e = req->route->handler(req, res);

    return e == ERR_OK && (res->body.failed || res->headers.failed) ? ERR_INTERNAL : e;
}

static enum err run(struct request *req, struct response *res)
{
    static route_fn *const steps[] = {match,      check_form,     authenticate, permit,
                                      check_page, take_body,      limit,        check_body,
                                      take_key,   check_database, call_handler};
    enum err e = ERR_OK;

    for (size_t i = 0; e == ERR_OK && i < sizeof steps / sizeof steps[0]; i++)
        e = steps[i](req, res);
    return e;
}

static void put_allow(const struct request *req, struct response *res)
{
    struct text_buf allow = {0};

    routes_allow(req->path, req->app->cfg->server_demo, &allow);
    if (!allow.failed)
        response_header(res, "Allow", "%s", allow.data);
    text_buf_free(&allow);
}

void dispatch(struct app *app, struct request *req, struct response *res)
{
    enum err e;

    app_problem_reset(app);
    req->app = app;
    response_reset(res);
    e = run(req, res);
    if (res->begun) {
        res->err = e;
    } else if (e != ERR_OK) {
        reply_error(req, res, e);
        if (e == ERR_METHOD_NOT_ALLOWED)
            put_allow(req, res);
        put_id(req, res);
    }
    bind_free(req->bound);
    text_buf_free(&req->idem.body);
}
