/* Idempotency-Key: the same answer again, and nothing done twice. */
#include "suite.h"
#include "world.h"

#define CHARGES "/users/me/balance/charges"

/* What a replay must look like. */
static void expect_replay(const struct api_res *first, const struct api_res *again)
{
    CHECK_INT(again->status, first->status);
    CHECK_STR(again->body, first->body);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    CHECK(!api_header(first, "Idempotent-Replayed"), "%s", first->what);
    const char *type = api_header(again, "Content-Type");
    CHECK_STR(type, api_header(first, "Content-Type"));
}

static void test_a_charge_is_replayed(void)
{
    struct user u = world_user();
    const char *key = api_unique(), *body = J("{'amount':5}");
    const struct api_res *first = api_post_key(u.token, CHARGES, body, key);
    EXPECT(first, 201);
    expect_replay(first, api_post_key(u.token, CHARGES, body, key));
    world_charge(&u, 100);
    expect_replay(first, api_post_key(u.token, CHARGES, body, key));
    CHECK_INT(world_balance(&u), 105);
}

static void test_without_a_key_everything_is_done_again(void)
{
    struct user u = world_user();
    EXPECT(api_post(u.token, CHARGES, J("{'amount':5}")), 201);
    EXPECT(api_post(u.token, CHARGES, J("{'amount':5}")), 201);
    CHECK_INT(world_balance(&u), 10);
}

static void test_another_body_is_a_mismatch(void)
{
    struct user u = world_user();
    const char *key = api_unique();
    EXPECT(api_post_key(u.token, CHARGES, J("{'amount':5}"), key), 201);
    EXPECT_ERROR(api_post_key(u.token, CHARGES, J("{'amount':6}"), key), 422,
                 "IDEMPOTENCY_MISMATCH");
    EXPECT_ERROR(api_post_key(u.token, CHARGES, J("{'amount': 5}"), key), 422,
                 "IDEMPOTENCY_MISMATCH");
    EXPECT_ERROR(
        api_post_key(u.token, F("/users/%s/balance/charges", u.id), J("{'amount':5}"), key), 422,
        "IDEMPOTENCY_MISMATCH");
    CHECK_INT(world_balance(&u), 5);
}

static void test_another_route_is_a_mismatch(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    EXPECT(api_post_key(s.u[0].token, CHARGES, J("{'amount':5}"), key), 201);
    EXPECT_ERROR(api_post_key(s.u[0].queue, "/reservations",
                              J("{'scheduleId':%lld,'seatNumbers':[1]}", (long long)s.schedule),
                              key),
                 422, "IDEMPOTENCY_MISMATCH");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "AVAILABLE");
}

static void test_keys_are_of_one_user(void)
{
    struct user u = world_user(), v = world_user();
    const char *key = api_unique(), *body = J("{'amount':5}");
    EXPECT(api_post_key(u.token, CHARGES, body, key), 201);
    const struct api_res *r = api_post_key(v.token, CHARGES, body, key);
    EXPECT(r, 201);
    CHECK(!api_header(r, "Idempotent-Replayed"), "%s", r->body);
    CHECK_INT(world_balance(&v), 5);
}

static void test_keys_differ_by_case(void)
{
    struct user u = world_user();
    const char *key = api_unique();
    EXPECT(api_post_key(u.token, CHARGES, J("{'amount':5}"), F("%s-a", key)), 201);
    EXPECT(api_post_key(u.token, CHARGES, J("{'amount':6}"), F("%s-A", key)), 201);
    CHECK_INT(world_balance(&u), 11);
}

static void test_errors_are_not_kept(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    const char *body = J("{'scheduleId':%lld,'seatNumbers':[1]}", (long long)s.schedule);
    int64_t other = world_held(&s.u[1], s.schedule, "1");
    EXPECT_ERROR(api_post_key(s.u[0].queue, "/reservations", body, key), 409, "SEAT_TAKEN");
    EXPECT(api_delete(s.u[1].token, F("/reservations/%lld", (long long)other)), 204);
    const struct api_res *r = api_post_key(s.u[0].queue, "/reservations", body, key);
    EXPECT(r, 201);
    CHECK(!api_header(r, "Idempotent-Replayed"), "%s", r->body);
}

static void test_an_error_does_not_bind_the_key(void)
{
    struct user u = world_user();
    const char *key = api_unique();
    EXPECT_ERROR(api_post_key(u.token, CHARGES, J("{'amount':0}"), key), 400, "INVALID_FIELD");
    EXPECT(api_post_key(u.token, CHARGES, J("{'amount':7}"), key), 201);
    CHECK_INT(world_balance(&u), 7);
}

static void test_a_hold_is_replayed(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    const char *body = J("{'scheduleId':%lld,'seatNumbers':[1,2]}", (long long)s.schedule);
    const struct api_res *first = api_post_key(s.u[0].queue, "/reservations", body, key);
    EXPECT(first, 201);
    expect_replay(first, api_post_key(s.u[0].queue, "/reservations", body, key));
    const struct api_res *r = api_get(s.u[0].token, "/users/me/reservations");
    CHECK_INT((int64_t)LEN(r, "reservations"), 1);
}

static void test_a_payment_is_replayed_after_the_token_finished(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    world_charge(&s.u[0], 5 * STAGE_PRICE);
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    const char *body = J("{'reservationId':%lld}", (long long)id);
    const struct api_res *first = api_post_key(s.u[0].queue, "/payments", body, key);
    EXPECT(first, 201);
    expect_replay(first, api_post_key(s.u[0].queue, "/payments", body, key));
    EXPECT_ERROR(api_post(s.u[0].queue, "/payments", body), 409, "ALREADY_PAID");
    CHECK_INT(world_balance(&s.u[0]), 4 * STAGE_PRICE);
}

static void test_giving_back_is_replayed(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    const char *path = F("/reservations/%lld", (long long)world_held(&s.u[0], s.schedule, "1"));
    struct api_req req = {.method = "DELETE", .path = path, .token = s.u[0].token, .key = key};
    const struct api_res *first = api_send(&req);
    EXPECT(first, 204);
    const struct api_res *again = api_send(&req);
    EXPECT(again, 204);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    req.path = F("/reservations/%lld", (long long)world_held(&s.u[0], s.schedule, "2"));
    EXPECT_ERROR(api_send(&req), 422, "IDEMPOTENCY_MISMATCH");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 2), "HELD");
}

static void test_key_at_once(void)
{
    enum { N = 8 };
    struct user u = world_user();
    struct api_req reqs[N];
    const char *key = api_unique();
    for (int i = 0; i < N; i++)
        reqs[i] = (struct api_req){.method = "POST",
                                   .path = CHARGES,
                                   .token = u.token,
                                   .key = key,
                                   .body = "{\"amount\":5}"};
    const struct api_res **r = api_send_all(reqs, N);
    int done = 0;
    const char *body = NULL;
    for (int i = 0; i < N; i++) {
        if (r[i]->status == 409) {
            EXPECT_ERROR(r[i], 409, "IDEMPOTENCY_IN_PROGRESS");
            continue;
        }
        EXPECT(r[i], 201);
        done += api_header(r[i], "Idempotent-Replayed") == NULL;
        CHECK_STR(r[i]->body, body ? body : r[i]->body);
        body = r[i]->body;
    }
    CHECK_INT(done, 1);
    CHECK_INT(world_balance(&u), 5);
    CHECK_INT((int64_t)LEN(api_get(u.token, "/users/me/balance/entries"), "entries"), 1);
}

static void test_hold_at_once(void)
{
    enum { N = 6 };
    struct stage s = world_stage();
    struct api_req reqs[N];
    const char *key = api_unique();
    const char *body = J("{'scheduleId':%lld,'seatNumbers':[1,2]}", (long long)s.schedule);
    for (int i = 0; i < N; i++)
        reqs[i] = (struct api_req){.method = "POST",
                                   .path = "/reservations",
                                   .token = s.u[0].queue,
                                   .key = key,
                                   .body = body};
    const struct api_res **r = api_send_all(reqs, N);
    for (int i = 0; i < N; i++)
        if (r[i]->status != 201)
            EXPECT_ERROR(r[i], 409, "IDEMPOTENCY_IN_PROGRESS");
    const struct api_res *list = api_get(s.u[0].token, "/users/me/reservations");
    CHECK_INT((int64_t)LEN(list, "reservations"), 1);
}

SUITE(idempotency, TEST(test_a_charge_is_replayed),
      TEST(test_without_a_key_everything_is_done_again), TEST(test_another_body_is_a_mismatch),
      TEST(test_another_route_is_a_mismatch), TEST(test_keys_are_of_one_user),
      TEST(test_keys_differ_by_case), TEST(test_errors_are_not_kept),
      TEST(test_an_error_does_not_bind_the_key), TEST(test_a_hold_is_replayed),
      TEST(test_a_payment_is_replayed_after_the_token_finished), TEST(test_giving_back_is_replayed),
      TEST(test_key_at_once), TEST(test_hold_at_once));
