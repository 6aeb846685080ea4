/* Limits per user: what is promised to fit always fits, and what is far beyond gets 429. */
#include "suite.h"
#include "world.h"

/* Sends the same request n times at once; how many answers have the status. The others must be 429
 * RATE_LIMITED. */
static int64_t repeat(const struct api_req *req, int64_t n, long status, long other)
{
    int64_t found = 0;
    struct api_req *reqs = api_alloc((size_t)n * sizeof *reqs);
    for (int64_t i = 0; i < n; i++)
        reqs[i] = *req;
    const struct api_res **r = api_send_all(reqs, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        if (r[i]->status == status || r[i]->status == other)
            found++;
        else if (!EXPECT_ERROR(r[i], 429, "RATE_LIMITED"))
            break;
        else
            CHECK(api_header_int(r[i], "Retry-After") >= 1, "%s", r[i]->head);
    }
    return found;
}

/* Sends up to `promised`, which must all fit, and on in bursts until one gets 429. */
static void expect_limit(const struct api_req *req, int64_t promised, int64_t limit, long status,
                         long other)
{
    enum { BURST = 50 };
    int64_t sent = 0, fitted = 0;
    CHECK(limit >= promised, "%lld are promised", (long long)promised);
    for (int64_t n; (n = promised - sent) > 0; sent += n) {
        n = n < BURST ? n : BURST;
        fitted += repeat(req, n, status, other);
    }
    CHECK_INT(fitted, sent);
    for (; fitted == sent && sent <= 2 * limit; sent += BURST)
        fitted += repeat(req, BURST, status, other);
    CHECK(fitted < sent, "no limit after %lld", (long long)sent);
    CHECK(fitted >= promised, "only %lld fitted", (long long)fitted);
}

static void test_charges(void)
{
    struct user u = world_user(), other = world_user();
    struct api_req req = {.method = "POST",
                          .path = "/users/me/balance/charges",
                          .token = u.token,
                          .body = "{\"amount\":1}"};
    expect_limit(&req, 200, api_config.limits_charges, 201, 201);
    world_charge(&other, 1); /* each user has its own */
}

static void test_joins(void)
{
    struct user u = world_user();
    struct api_req req = {.method = "POST",
                          .path = "/queue/tokens",
                          .token = u.token,
                          .body = J("{'concertId':%lld}", (long long)world_paused(""))};
    expect_limit(&req, 60, api_config.limits_joins, 200, 201);
}

static void test_polls(void)
{
    struct user u = world_user();
    world_join(&u, world_paused(""));
    struct api_req req = {.path = "/queue/tokens/me", .token = u.queue};
    expect_limit(&req, 100, api_config.limits_polls, 200, 200);
}

static void test_payments(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    struct api_req req = {.method = "POST",
                          .path = "/payments",
                          .token = s.u[0].queue,
                          .body = J("{'reservationId':%lld}", (long long)id)};
    expect_limit(&req, 200, api_config.limits_payments, 402, 402);
}

static void test_holds(void)
{
    struct stage s = world_stage();
    world_held(&s.u[1], s.schedule, "1");
    struct api_req req = {.method = "POST",
                          .path = "/reservations",
                          .token = s.u[0].queue,
                          .body =
                              J("{'scheduleId':%lld,'seatNumbers':[1]}", (long long)s.schedule)};
    expect_limit(&req, 200, api_config.limits_holds, 409, 409);
}

static void test_the_limit_is_over_after_a_while(void)
{
    struct user u = world_user();
    world_join(&u, world_paused(""));
    struct api_req req = {.path = "/queue/tokens/me", .token = u.queue};
    expect_limit(&req, 100, api_config.limits_polls, 200, 200);
    UNTIL(12, world_poll(&u)->status == 200);
}

SUITE(limits, TEST(test_charges), TEST(test_joins), TEST(test_polls), TEST(test_payments),
      TEST(test_holds), TEST(test_the_limit_is_over_after_a_while));
