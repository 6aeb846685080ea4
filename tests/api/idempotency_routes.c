/*
 * The same promises of an Idempotency-Key on every route that takes one, one row each. A route that
 * takes a key and has no row fails the last test.
 */
#include "http/routes.h"
#include "suite.h"
#include "world.h"

#include <string.h>

/* A request that succeeds once: set up by `prepare`, which fills in path, token and body. */
struct row {
    const char *method, *pattern;
    long status;
    void (*prepare)(struct stage *s, struct api_req *req);
};

static void prepare_charge(struct stage *s, struct api_req *req)
{
    req->token = s->u[0].token;
    req->path = "/users/me/balance/charges";
    req->body = J("{'amount':5}");
}

static void prepare_hold(struct stage *s, struct api_req *req)
{
    req->token = s->u[0].queue;
    req->path = "/reservations";
    req->body = J("{'scheduleId':%lld,'seatNumbers':[1,2]}", (long long)s->schedule);
}

static const char *held_path(struct stage *s, const char *what)
{
    return F("/reservations/%lld%s", (long long)world_held(&s->u[0], s->schedule, "1"), what);
}

static void prepare_release(struct stage *s, struct api_req *req)
{
    req->token = s->u[0].token;
    req->path = held_path(s, "");
}

static void prepare_extend(struct stage *s, struct api_req *req)
{
    req->token = s->u[0].queue;
    req->path = held_path(s, "/extend");
}

static void prepare_refund(struct stage *s, struct api_req *req)
{
    req->token = s->u[0].token;
    req->path = F("/reservations/%lld/refund", (long long)world_bought(&s->u[0], s->schedule, "1"));
}

static void prepare_pay(struct stage *s, struct api_req *req)
{
    world_charge(&s->u[0], STAGE_PRICE);
    req->token = s->u[0].queue;
    req->path = "/payments";
    req->body = J("{'reservationId':%lld}", (long long)world_held(&s->u[0], s->schedule, "1"));
}

static void prepare_leave(struct stage *s, struct api_req *req)
{
    req->token = s->u[0].queue;
    req->path = "/queue/tokens/me";
}

static void prepare_cancel(struct stage *s, struct api_req *req)
{
    req->token = token_user(s->u[0].id, "admin wallet:charge");
    req->path = F("/admin/schedules/%lld", (long long)s->schedule);
}

static const struct row rows[] = {
    {"POST", "/users/{userId}/balance/charges", 201, prepare_charge},
    {"POST", "/reservations", 201, prepare_hold},
    {"DELETE", "/reservations/{reservationId}", 204, prepare_release},
    {"POST", "/reservations/{reservationId}/extend", 200, prepare_extend},
    {"POST", "/reservations/{reservationId}/refund", 200, prepare_refund},
    {"POST", "/payments", 201, prepare_pay},
    {"DELETE", "/queue/tokens/me", 204, prepare_leave},
    {"DELETE", "/admin/schedules/{scheduleId}", 202, prepare_cancel},
};

/* The same answer, byte by byte, and said to be so. */
static bool expect_replay(const struct api_res *first, const struct api_res *again)
{
    return CHECK_INT(again->status, first->status) && CHECK_STR(again->body, first->body) &&
           CHECK_STR(api_header(again, "Content-Type"), api_header(first, "Content-Type")) &&
           CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
}

static void check_row(const struct row *row)
{
    struct stage s = world_stage();
    struct user other = world_user();
    struct api_req req = {.method = row->method, .key = api_filled(api_unique(), 'k', 255)};

    row->prepare(&s, &req);
    const struct api_res *first = api_send(&req);
    bool good = EXPECT(first, row->status) && !api_header(first, "Idempotent-Replayed");
    int64_t balance = world_balance(&s.u[0]);
    for (int i = 0; i < 2; i++)
        good = expect_replay(first, api_send(&req)) && good;
    good = CHECK_INT(world_balance(&s.u[0]), balance) && good;

    /* Another request of the same user's; the same key of another user's. */
    struct api_req mismatch = {.method = "POST",
                               .path = F("/users/%s/balance/charges", s.u[0].id),
                               .token = s.u[0].token,
                               .key = req.key,
                               .body = J("{'amount':7}")};
    good = EXPECT_ERROR(api_send(&mismatch), 422, "IDEMPOTENCY_MISMATCH") && good;
    mismatch.path = F("/users/%s/balance/charges", other.id);
    mismatch.token = other.token;
    good = EXPECT(api_send(&mismatch), 201) && good;
    if (!good)
        CHECK(false, "%s %s", row->method, row->pattern);
}

static void test_every_route(void)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
}

static bool has_row(const struct route *r)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (strcmp(rows[i].method, r->method) == 0 &&
            strcmp(r->pattern, F("/api/v1%s", rows[i].pattern)) == 0)
            return true;
    return false;
}

static void test_no_route_is_left_out(void)
{
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);

        if (r->flags & ROUTE_KEY)
            CHECK(has_row(r), "%s %s has no row", r->method, r->pattern);
    }
}

/* What was refused is not kept: the same request, key and all, succeeds when it can. */
static void test_refusals_are_not_kept(void)
{
    struct stage s = world_stage();
    struct api_req pay = {.method = "POST", .key = api_unique()}, refund = pay;

    refund.key = api_unique();
    pay.token = s.u[0].queue;
    pay.path = "/payments";
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    pay.body = J("{'reservationId':%lld}", (long long)id);
    refund.token = s.u[0].token;
    refund.path = F("/reservations/%lld/refund", (long long)id);
    EXPECT_ERROR(api_send(&pay), 402, "INSUFFICIENT_BALANCE");
    EXPECT_ERROR(api_send(&refund), 409, "NOT_REFUNDABLE");
    world_charge(&s.u[0], STAGE_PRICE);
    EXPECT(api_send(&pay), 201);
    EXPECT(api_send(&refund), 200);
    CHECK_STR(api_header(api_send(&pay), "Idempotent-Replayed"), "true");
    CHECK_STR(api_header(api_send(&refund), "Idempotent-Replayed"), "true");
    CHECK_INT(world_balance(&s.u[0]), STAGE_PRICE);
}

SUITE(idempotency_routes, TEST(test_every_route), TEST(test_no_route_is_left_out),
      TEST(test_refusals_are_not_kept));
