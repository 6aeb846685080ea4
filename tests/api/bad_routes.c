/*
 * What must be refused on every route alike, whatever its row in the table of routes says: asked
 * without a token, with one of the wrong kind or twice, with a method that is not offered, a body
 * that is none, and a key that is none. A new route is asked the same without a change here.
 */
#include "http/routes.h"
#include "suite.h"
#include "world.h"

#include <string.h>

/* Whom the routes are asked as. */
struct callers {
    const char *user, *queue, *admin;
};

static struct callers make_callers(void)
{
    struct user u = world_user();

    world_join(&u, world_paused(""));
    return (struct callers){F("%s", u.token), F("%s", u.queue), token_admin()};
}

static bool is_gate(const struct route *r)
{
    return r->who == WHO_GATE || r->who == WHO_GATE_JOIN;
}

static bool is_public(const struct route *r)
{
    return r->who == WHO_ANYONE || r->who == WHO_DEMO;
}

/* Whether nginx gives it to an application that looks at headers and body, and tells its error. */
static bool is_answered(const struct route *r)
{
    return strncmp(r->pattern, "/.listen/", 9) != 0 && !strstr(r->pattern, "/queue/concerts/");
}

/* A request for the route, of nobody in particular and without a body. */
static struct api_req request_for(const struct route *r)
{
    const char *brace = strchr(r->pattern, '{');
    const char *id = strstr(r->pattern, "{userId}") ? "me" : "1";
    struct api_req req = {.method = r->method, .path = r->pattern, .root = true};

    if (brace)
        req.path = F("%.*s%s%s", (int)(brace - r->pattern), r->pattern, id, strchr(brace, '}') + 1);
    return req;
}

/* A token that the route takes; NULL if it takes none. */
static const char *good_token(const struct route *r, const struct callers *c)
{
    if (is_public(r) || is_gate(r))
        return NULL;
    return r->who == WHO_QUEUE ? c->queue : c->admin;
}

static void expect(const struct api_req *req, long status, const char *code, const char *why)
{
    if (!EXPECT_ERROR(api_send(req), status, code))
        CHECK(false, "%s: %s %s", why, req->method, req->path);
}

/* Runs a check for each route. */
static void each(void (*check)(const struct route *, const struct callers *))
{
    struct callers c = make_callers();

    for (size_t i = 0; i < routes_count(); i++)
        check(routes_at(i), &c);
}

static void check_tokens(const struct route *r, const struct callers *c)
{
    struct api_req req = request_for(r);
    bool user = r->who != WHO_QUEUE && r->who != WHO_QUEUE_OR_USER;

    if (is_public(r))
        return;
    expect(&req, 401, "TOKEN_MISSING", "without a token");
    if (is_gate(r))
        return;
    req.token = "a.b.c";
    expect(&req, 401, "TOKEN_INVALID", "with a token that is none");
    req.token = F("%sA", c->user);
    expect(&req, 401, "TOKEN_INVALID", "with a token that was changed");
    req.token = user ? c->queue : c->user;
    if (r->who != WHO_QUEUE_OR_USER)
        expect(&req, 401, "TOKEN_INVALID", "with a token of the other kind");
    req.token = c->user;
    if (r->who == WHO_ADMIN || r->who == WHO_SERVICE)
        expect(&req, 403, "FORBIDDEN", "with a buyer's token");
}

static void test_tokens(void)
{
    each(check_tokens);
}

static void check_doubles(const struct route *r, const struct callers *c)
{
    struct api_req req = request_for(r);

    if (!is_answered(r))
        return;
    req.token = c->admin;
    req.headers[0] = F("authorization: Bearer %s", c->admin);
    expect(&req, 400, "BAD_REQUEST", "with two tokens");
    req.headers[0] = "Idempotency-Key: a";
    req.headers[1] = "Idempotency-Key: a";
    expect(&req, 400, "BAD_REQUEST", "with two keys");
}

static void test_headers_that_come_twice(void)
{
    each(check_doubles);
}

static void check_methods(const struct route *r, const struct callers *c)
{
    static const char *const methods[] = {"PUT", "PROPFIND", "OPTIONS"};
    struct api_req req = request_for(r);

    (void)c;
    if (strncmp(r->pattern, "/.listen/", 9) == 0)
        return;
    for (size_t i = 0; i < COUNT(methods); i++) {
        req.method = methods[i];
        const struct api_res *got = api_send(&req);
        if (!EXPECT_ERROR(got, 405, "METHOD_NOT_ALLOWED"))
            CHECK(false, "%s %s", req.method, req.path);
        const char *allow = api_header(got, "Allow");
        CHECK(allow && strstr(allow, r->method), "%s: Allow %s", req.path, allow ? allow : "");
    }
}

static void test_methods(void)
{
    each(check_methods);
}

static void check_bodies(const struct route *r, const struct callers *c)
{
    static const char *const broken[] = {
        "{",
        "[]",
        "null",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\xC0\xAF\"}",
        "{\"a\":\"\xED\xA0\x80\"}",
        "{\"a\":NaN}",
        "{\"a\":[[[[[[[[1]]]]]]]]}",
        "\xEF\xBB\xBF{}",
        "{} {}",
    };
    struct api_req req = request_for(r);

    if (!r->body)
        return;
    req.token = good_token(r, c);
    for (size_t i = 0; i < COUNT(broken); i++) {
        req.body = broken[i];
        expect(&req, 400, "INVALID_JSON", broken[i]);
    }
    req.body = "{\"nobodyKnowsThis\":1}";
    expect(&req, 400, "UNKNOWN_FIELD", "a field that there is not");
    req.type = "text/plain";
    expect(&req, 415, "UNSUPPORTED_MEDIA_TYPE", "another type");
    req.type = "application/json";
    req.body = api_filled("{", ' ', 65537);
    expect(&req, 413, "BODY_TOO_LARGE", "65537 bytes");
    req.chunked = true;
    expect(&req, 413, "BODY_TOO_LARGE", "65537 bytes in chunks");
}

static void test_bodies(void)
{
    each(check_bodies);
}

static void check_keys(const struct route *r, const struct callers *c)
{
    const char *const keys[] = {"", "a b", "\xED\x82\xA4", api_filled("", 'k', 256)};
    struct api_req req = request_for(r);

    if (!(r->flags & ROUTE_KEY) || (r->body && !(r->flags & ROUTE_BODY_OPTIONAL)))
        return; /* with a body it would have to be a good one: the table of bad_input.h has it */
    req.token = good_token(r, c);
    for (size_t i = 0; i < COUNT(keys); i++) {
        req.key = keys[i];
        expect(&req, 400, "INVALID_PARAMETER", "a key that is none");
    }
}

static void test_keys(void)
{
    each(check_keys);
}

/* The path's id: what is no number is nobody's. (One route asks for a date as well.) */
static void check_ids(const struct route *r, const struct callers *c)
{
    static const char *const ids[] = {"0",        "-1", "+1", "01", "1%2f", "9223372036854775808",
                                      "%EF%BC%91"};
    const char *brace = strchr(r->pattern, '{');
    struct api_req req = request_for(r);

    if (!brace || is_gate(r) || strstr(r->pattern, "{userId}") || !is_answered(r) || r->body)
        return;
    req.token = good_token(r, c);
    for (size_t i = 0; i < COUNT(ids); i++) {
        req.path = F("%.*s%s%s?date=2031-01-01", (int)(brace - r->pattern), r->pattern, ids[i],
                     strchr(brace, '}') + 1);
        const struct api_res *got = api_send(&req);
        CHECK(got->status == 404 || (r->who == WHO_QUEUE && got->status == 403), "%s %s: %ld %s",
              req.method, req.path, got->status, got->body);
    }
}

static void test_ids(void)
{
    each(check_ids);
}

SUITE(bad_routes, TEST(test_tokens), TEST(test_headers_that_come_twice), TEST(test_methods),
      TEST(test_bodies), TEST(test_keys), TEST(test_ids));
