/* Holding for longer: once, by the concert's setting. */
#include "suite.h"
#include "world.h"

#include <string.h>

static const char *path_of(int64_t id)
{
    return F("/reservations/%lld/extend", (long long)id);
}

/* Without a body and without a Content-Type. */
static const struct api_res *extend(const struct user *u, int64_t id)
{
    return api_post(u->queue, path_of(id), NULL);
}

static void test_an_extension(void)
{
    struct stage s = world_stage();
    const struct api_res *held = world_hold(&s.u[0], s.schedule, "1,2");
    EXPECT_NEED(held, 201);
    int64_t id = INT(held, "reservationId");
    const struct api_res *r = extend(&s.u[0], id);
    EXPECT_NEED(r, 200);
    SHAPE(r, "",
          "reservationId:i status:s userId:u concertId:i scheduleId:i startsAt:t seats:a amount:i "
          "createdAt:t holdExpiresAt:t paymentId:n paidAt:n");
    CHECK_INT(TIME(r, "holdExpiresAt"), TIME(held, "holdExpiresAt") + 120000);
    CHECK_INT(INT(r, "reservationId"), id);
    CHECK_STR(STR(r, "status"), "PENDING");
    CHECK_INT((int64_t)LEN(r, "seats"), 2);
    CHECK_STR(STR(r, "startsAt"), STR(held, "startsAt"));
    CHECK_STR(STR(r, "createdAt"), STR(held, "createdAt"));
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    const struct api_res *shown = api_get(s.u[0].token, F("/reservations/%lld", (long long)id));
    CHECK_STR(shown->body, r->body);
    EXPECT_ERROR(extend(&s.u[0], id), 409, "NOT_EXTENDABLE");
    CHECK_INT(TIME(api_get(s.u[0].token, F("/reservations/%lld", (long long)id)), "holdExpiresAt"),
              TIME(r, "holdExpiresAt"));
    world_charge(&s.u[0], 2 * STAGE_PRICE);
    EXPECT(world_pay(&s.u[0], id), 201);
}

static const struct api_res *extend_with(const struct user *u, int64_t id, const char *type,
                                         const char *body)
{
    return api_send(&(struct api_req){
        .method = "POST", .path = path_of(id), .token = u->queue, .type = type, .body = body});
}

static void test_it_needs_no_body(void)
{
    struct stage s = world_stage();
    const struct user *u = &s.u[0];
    int64_t a = world_held(u, s.schedule, "1"), b = world_held(u, s.schedule, "2");
    int64_t c = world_held(u, s.schedule, "3"), d = world_held(u, s.schedule, "4");
    EXPECT_ERROR(extend_with(u, a, "text/plain", "x"), 415, "UNSUPPORTED_MEDIA_TYPE");
    EXPECT_ERROR(extend_with(u, a, "application/json", "x"), 400, "INVALID_JSON");
    EXPECT_ERROR(extend_with(u, a, "application/json", "[]"), 400, "INVALID_JSON");
    EXPECT_FIELD(extend_with(u, a, "application/json", "{\"seconds\":9}"), 400, "UNKNOWN_FIELD",
                 "seconds");
    EXPECT(extend_with(u, a, "application/json", "{}"), 200);
    EXPECT(extend_with(u, b, "application/json", ""), 200);
    EXPECT(extend_with(u, c, "text/plain", NULL), 200);
    EXPECT(extend_with(u, d, "", NULL), 200);
}

static void test_a_retry_with_its_key_is_the_first_answer(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    int64_t other = world_held(&s.u[0], s.schedule, "2");
    const struct api_res *first = api_post_key(s.u[0].queue, path_of(id), NULL, key);
    const struct api_res *again = api_post_key(s.u[0].queue, path_of(id), NULL, key);
    EXPECT(first, 200);
    EXPECT(again, 200);
    CHECK_STR(again->body, first->body);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    EXPECT_ERROR(api_post_key(s.u[0].queue, path_of(other), NULL, key), 422,
                 "IDEMPOTENCY_MISMATCH");
    EXPECT(api_delete(s.u[0].queue, "/queue/tokens/me"), 204);
    EXPECT(api_post_key(s.u[0].queue, path_of(id), NULL, key), 200);
    EXPECT_ERROR(extend(&s.u[0], id), 410, "QUEUE_TOKEN_EXPIRED");
}

static void test_who_may_and_what_can_be(void)
{
    struct stage s = world_stage(), other = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1"), back = world_held(&s.u[0], s.schedule, "2");
    EXPECT_ERROR(api_post(NULL, path_of(id), NULL), 401, "TOKEN_MISSING");
    EXPECT_ERROR(api_post(s.u[0].token, path_of(id), NULL), 401, "TOKEN_INVALID");
    EXPECT_ERROR(extend(&s.u[1], id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(extend(&s.u[0], 999999999), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_post(s.u[0].queue, "/reservations/x/extend", NULL), 404,
                 "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_get(s.u[0].queue, path_of(id)), 405, "METHOD_NOT_ALLOWED");
    EXPECT(api_delete(s.u[0].queue, F("/reservations/%lld", (long long)back)), 204);
    EXPECT_ERROR(extend(&s.u[0], back), 410, "HOLD_EXPIRED");
    EXPECT(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)s.concert),
                     J("{'holdExtendSeconds':0}")),
           200);
    EXPECT_ERROR(extend(&s.u[0], id), 409, "NOT_EXTENDABLE");
    world_charge(&s.u[0], STAGE_PRICE);
    EXPECT(world_pay(&s.u[0], id), 201);
    EXPECT_ERROR(extend(&s.u[0], id), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(extend(&other.u[0], id), 404, "RESERVATION_NOT_FOUND");
}

static void test_who_waits_may_not(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    EXPECT_ERROR(extend(&u, 1), 403, "NOT_ADMITTED");
}

/* The session goes on with the hold, and no further: its first end is the end of extensions. */
static void test_the_session_goes_on_and_ends(void)
{
    struct user u = world_user();
    int64_t concert = world_concert("'holdSeconds':3,'holdExtendSeconds':2,"
                                    "'queue':{'sessionSeconds':2,'claimSeconds':0}");
    int64_t schedule = world_schedule(concert, 3, 10);
    world_enter(&u, 1, concert);
    const struct api_res *held = world_hold(&u, schedule, "1");
    const struct api_res *late = world_hold(&u, schedule, "2");
    EXPECT_NEED(late, 201);
    const struct api_res *r = extend(&u, INT(held, "reservationId"));
    EXPECT_NEED(r, 200);
    int64_t end = TIME(r, "holdExpiresAt");
    CHECK_INT(end, TIME(held, "holdExpiresAt") + 2000);
    CHECK_INT(TIME(world_poll(&u), "sessionExpiresAt"), end);
    api_wait_for(TIME(held, "createdAt") + 2100); /* the first end, at the latest */
    EXPECT_ERROR(extend(&u, INT(late, "reservationId")), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(world_hold(&u, schedule, "3"), 410, "QUEUE_TOKEN_EXPIRED");
    api_wait_for(end - 300);
    CHECK(world_is_active(&u), "the session ended before the hold");
    CHECK_STR(world_seat(&u, schedule, 1), "HELD");
    api_wait_for(end + 5);
    EXPECT_ERROR(world_poll(&u), 410, "QUEUE_TOKEN_EXPIRED");
}

SUITE(extend, TEST(test_an_extension), TEST(test_it_needs_no_body),
      TEST(test_a_retry_with_its_key_is_the_first_answer), TEST(test_who_may_and_what_can_be),
      TEST(test_who_waits_may_not), TEST(test_the_session_goes_on_and_ends));
