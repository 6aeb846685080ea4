/* Joining, polling, leaving: tickets, positions, the token itself. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define JOINED                                                                                     \
    "token:s tokenType:s userId:u concertId:i ticket:i status:s position:i "                       \
    "estimatedWaitSeconds:i? pollAfterSeconds:i sessionExpiresAt:t?"
#define POLLED                                                                                     \
    "userId:u concertId:i ticket:i status:s position:i estimatedWaitSeconds:i? "                   \
    "pollAfterSeconds:i sessionExpiresAt:t?"

static int64_t position(const struct user *u)
{
    const struct api_res *r = world_poll(u);
    return r->status == 200 ? INT(r, "position") : -1;
}

static void test_joining(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const struct api_res *r = world_try_join(&u, concert);
    EXPECT(r, 201);
    SHAPE(r, "", JOINED);
    CHECK_STR(STR(r, "tokenType"), "Bearer");
    CHECK_STR(STR(r, "userId"), u.id);
    CHECK_INT(INT(r, "concertId"), concert);
    CHECK_STR(STR(r, "status"), "WAITING");
    CHECK_INT(INT(r, "position"), 1);
    CHECK(INT(r, "ticket") >= 1, "%s", r->body);
    CHECK(INT(r, "pollAfterSeconds") >= 1, "%s", r->body);
    CHECK(api_is_null(r, "sessionExpiresAt"), "%s", r->body);
}

static void test_tickets_in_the_order_of_arrival(void)
{
    int64_t concert = world_paused(""), last = 0;
    for (int i = 1; i <= 20; i++) {
        struct user u = world_user();
        const struct api_res *r = world_try_join(&u, concert);
        EXPECT_NEED(r, 201);
        CHECK(INT(r, "ticket") > last, "%s after %lld", r->body, (long long)last);
        CHECK_INT(INT(r, "position"), i);
        last = INT(r, "ticket");
    }
}

static void test_joining_again_gives_the_same_ticket(void)
{
    struct user u = world_user(), other = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    world_join(&other, concert);
    const struct api_res *r = world_try_join(&u, concert);
    EXPECT(r, 200);
    SHAPE(r, "", JOINED);
    CHECK_INT(INT(r, "ticket"), u.ticket);
    CHECK_INT(INT(r, "position"), 1);
    EXPECT(api_get(STR(r, "token"), "/queue/tokens/me"), 200);
    EXPECT(world_poll(&u), 200);
}

static void test_queues_are_apart(void)
{
    struct user u = world_user(), v;
    int64_t a = world_paused(""), b = world_paused("");
    v = u;
    world_join(&u, a);
    world_join(&v, b);
    CHECK_INT(INT(world_poll(&u), "concertId"), a);
    CHECK_INT(INT(world_poll(&v), "concertId"), b);
    CHECK_INT(position(&v), 1);
}

static void test_joining_an_unknown_concert(void)
{
    struct user u = world_user();
    EXPECT_ERROR(world_try_join(&u, 999999999), 404, "CONCERT_NOT_FOUND");
}

static void test_a_user_may_name_itself_and_nobody_else(void)
{
    struct user u = world_user(), other = world_user();
    int64_t concert = world_paused("");
    world_charge(&other, 1);
    const char *own = J("{'userId':'%s','concertId':%lld}", u.id, (long long)concert);
    const char *others = J("{'userId':'%s','concertId':%lld}", other.id, (long long)concert);
    EXPECT(api_post(u.token, "/queue/tokens", own), 201);
    EXPECT_ERROR(api_post(u.token, "/queue/tokens", others), 403, "FORBIDDEN");
}

static void test_a_service_joins_for_a_user(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    world_charge(&u, 1);
    const char *body = J("{'userId':'%s','concertId':%lld}", u.id, (long long)concert);
    const struct api_res *r = api_post(token_service(), "/queue/tokens", body);
    EXPECT(r, 201);
    CHECK_STR(STR(r, "userId"), u.id);
    int64_t ticket = INT(r, "ticket");
    r = world_try_join(&u, concert);
    EXPECT(r, 200);
    CHECK_INT(INT(r, "ticket"), ticket);
}

static void test_the_token(void)
{
    struct user u = world_user();
    int64_t concert = world_paused(""), now = (int64_t)time(NULL);
    world_join(&u, concert);
    const struct api_res *header = token_part(u.queue, 0), *claims = token_part(u.queue, 1);
    CHECK_STR(STR(header, "alg"), "HS256");
    CHECK_STR(STR(header, "kid"), api_config.auth_queue_kid);
    SHAPE(claims, "", "aud:s sub:u cid:i tkt:i jti:s iat:i exp:i");
    CHECK_STR(STR(claims, "aud"), "frontrow:queue");
    CHECK_STR(STR(claims, "sub"), u.id);
    CHECK_INT(INT(claims, "cid"), concert);
    CHECK_INT(INT(claims, "tkt"), u.ticket);
    CHECK(llabs(INT(claims, "iat") - now) <= 2, "%s", claims->body);
    CHECK(INT(claims, "exp") >= INT(claims, "iat") + 86400, "%s", claims->body);
    CHECK(STR(claims, "jti")[0] != '\0', "%s", claims->body);
}

static void test_no_two_tokens_have_the_same_jti(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    world_join(&v, concert);
    CHECK(strcmp(STR(token_part(u.queue, 1), "jti"), STR(token_part(v.queue, 1), "jti")) != 0, "");
}

static void test_polling_while_waiting(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    world_join(&v, concert);
    const struct api_res *r = world_poll(&v);
    EXPECT(r, 200);
    SHAPE(r, "", POLLED);
    CHECK_STR(STR(r, "userId"), v.id);
    CHECK_INT(INT(r, "ticket"), v.ticket);
    CHECK_STR(STR(r, "status"), "WAITING");
    CHECK_INT(INT(r, "position"), 2);
    CHECK(api_is_null(r, "sessionExpiresAt"), "%s", r->body);
    CHECK(api_header_int(r, "Retry-After") >= 1, "%s", r->head);
}

static void test_polling_inside(void)
{
    struct stage s = world_stage();
    const struct api_res *r = world_poll(&s.u[0]);
    EXPECT(r, 200);
    SHAPE(r, "", POLLED);
    CHECK_STR(STR(r, "status"), "ACTIVE");
    CHECK_INT(INT(r, "position"), 0);
    CHECK_INT(INT(r, "estimatedWaitSeconds"), 0);
    int64_t left = TIME(r, "sessionExpiresAt") - api_wall_ms();
    CHECK(left > 500000 && left <= 600000, "%lld ms of 600 s are left", (long long)left);
    CHECK(!api_header(r, "Retry-After"), "%s", api_header(r, "Retry-After"));
}

static void test_joining_again_inside(void)
{
    struct stage s = world_stage();
    const struct api_res *r = world_try_join(&s.u[0], s.concert);
    EXPECT(r, 200);
    SHAPE(r, "", JOINED);
    CHECK_STR(STR(r, "status"), "ACTIVE");
    CHECK_INT(INT(r, "ticket"), s.u[0].ticket);
    CHECK_INT(INT(r, "position"), 0);
}

static void test_the_shop_while_waiting(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused(""), schedule = world_schedule(concert, 2, 1);
    world_join(&u, concert);
    world_join(&v, concert);
    const struct api_res *const answers[] = {
        api_get(v.queue, F("/concerts/%lld/schedules", (long long)concert)),
        api_get(v.queue, F("/schedules/%lld/seats", (long long)schedule)),
        api_get(v.queue, F("/concerts/%lld/seats?date=2031-01-01", (long long)concert)),
        world_hold(&v, schedule, "1"),
        api_post(v.queue, "/reservations",
                 J("{'concertId':%lld,'date':'2031-01-01','seatNumbers':[1]}", (long long)concert)),
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct api_res *r = answers[i];
        EXPECT_ERROR(r, 403, "NOT_ADMITTED");
        CHECK_INT(INT(r, "position"), 2);
        CHECK(api_header_int(r, "Retry-After") >= 1, "%s: %s", r->what, r->head);
    }
}

static void test_leaving_while_waiting(void)
{
    struct user u[4];
    int64_t concert = world_paused("");
    for (int i = 0; i < 4; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
    const struct api_res *r = api_delete(u[1].queue, "/queue/tokens/me");
    EXPECT(r, 204);
    CHECK_INT((int64_t)r->len, 0);
    EXPECT_ERROR(world_poll(&u[1]), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_delete(u[1].queue, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
    UNTIL(3, position(&u[3]) == 3);
    CHECK_INT(position(&u[2]), 2);
    CHECK_INT(position(&u[0]), 1);
}

static void test_joining_again_after_leaving(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    world_join(&v, concert);
    EXPECT(api_delete(u.queue, "/queue/tokens/me"), 204);
    struct user again = u;
    world_join(&again, concert);
    CHECK(again.ticket > v.ticket, "%lld is not behind %lld", (long long)again.ticket,
          (long long)v.ticket);
    EXPECT(world_poll(&again), 200);
    EXPECT_ERROR(world_poll(&u), 410, "QUEUE_TOKEN_EXPIRED");
    UNTIL(3, position(&again) == 2);
}

static void test_leaving_from_inside_gives_holds_back(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1,2");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "HELD");
    EXPECT(api_delete(s.u[0].queue, "/queue/tokens/me"), 204);
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "AVAILABLE");
    EXPECT(world_hold(&s.u[1], s.schedule, "1,2"), 201);
    const struct api_res *r = api_get(s.u[0].token, F("/reservations/%lld", (long long)id));
    EXPECT(r, 200);
    CHECK_STR(STR(r, "status"), "CANCELED");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "3"), 410, "QUEUE_TOKEN_EXPIRED");
}

SUITE(queue_join, TEST(test_joining), TEST(test_tickets_in_the_order_of_arrival),
      TEST(test_joining_again_gives_the_same_ticket), TEST(test_queues_are_apart),
      TEST(test_joining_an_unknown_concert), TEST(test_a_user_may_name_itself_and_nobody_else),
      TEST(test_a_service_joins_for_a_user), TEST(test_the_token),
      TEST(test_no_two_tokens_have_the_same_jti), TEST(test_polling_while_waiting),
      TEST(test_polling_inside), TEST(test_joining_again_inside), TEST(test_the_shop_while_waiting),
      TEST(test_leaving_while_waiting), TEST(test_joining_again_after_leaving),
      TEST(test_leaving_from_inside_gives_holds_back));
