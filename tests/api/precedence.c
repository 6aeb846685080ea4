/*
 * Which error wins when several apply. The order: no route 404, 405, 401, 403 FORBIDDEN, 415, 413,
 * 400, a stored idempotent answer, WRONG_CONCERT, 410 QUEUE_TOKEN_EXPIRED, NOT_ADMITTED, 404, 409,
 * 410, 402, 422; and for payments the reservation before the token's state.
 */
#include "suite.h"
#include "world.h"

/* A POST with a Content-Type that no route takes. */
static const struct api_res *post_text(const char *token, const char *path, const char *body)
{
    return api_send(&(struct api_req){
        .method = "POST", .path = path, .token = token, .body = body, .type = "text/plain"});
}

/* The token of a visitor who has left. */
static struct user gone(int64_t concert)
{
    struct user u = world_user();
    world_join(&u, concert);
    EXPECT_NEED(api_delete(u.queue, "/queue/tokens/me"), 204);
    return u;
}

static struct user waiting(int64_t concert)
{
    struct user u = world_user();
    world_join(&u, concert);
    return u;
}

static void test_no_route_before_method(void)
{
    EXPECT_ERROR(api_delete(NULL, "/nope"), 404, "NOT_FOUND");
    EXPECT_ERROR(api_send(&(struct api_req){.method = "OPTIONS", .path = "/nope"}), 404,
                 "NOT_FOUND");
}

static void test_method_before_token(void)
{
    EXPECT_ERROR(api_patch(NULL, "/reservations", "{}"), 405, "METHOD_NOT_ALLOWED");
    EXPECT_ERROR(api_get("garbage", "/payments"), 405, "METHOD_NOT_ALLOWED");
}

static void test_token_before_everything_about_the_request(void)
{
    static const char *const posts[] = {"/queue/tokens",
                                        "/reservations",
                                        "/payments",
                                        "/users",
                                        "/users/me/balance/charges",
                                        "/admin/concerts",
                                        "/admin/concerts/1/schedules"};
    for (size_t i = 0; i < COUNT(posts); i++) {
        EXPECT_ERROR(post_text(NULL, posts[i], "x"), 401, "TOKEN_MISSING");
        EXPECT_ERROR(api_post(NULL, posts[i], "{nonsense"), 401, "TOKEN_MISSING");
        EXPECT_ERROR(api_post("x.y.z", posts[i], "{nonsense"), 401, "TOKEN_INVALID");
        EXPECT_ERROR(api_post_key(NULL, posts[i], "{}", "a b"), 401, "TOKEN_MISSING");
    }
    EXPECT_ERROR(api_get(NULL, "/reservations/abc"), 401, "TOKEN_MISSING");
    EXPECT_ERROR(api_get(NULL, "/concerts/abc/schedules"), 401, "TOKEN_MISSING");
    EXPECT_ERROR(api_get(NULL, "/users/abc/balance"), 401, "TOKEN_MISSING");
    EXPECT_ERROR(api_get(NULL, "/users/me/reservations?limit=0"), 401, "TOKEN_MISSING");
}

static void test_forbidden_before_body(void)
{
    struct user u = world_user();
    const char *plain = token_user(u.id, NULL);
    EXPECT_ERROR(post_text(u.token, "/admin/concerts", "x"), 403, "FORBIDDEN");
    EXPECT_ERROR(api_post(u.token, "/admin/concerts", "{nonsense"), 403, "FORBIDDEN");
    EXPECT_ERROR(api_post(u.token, "/admin/concerts/abc/schedules", "{}"), 403, "FORBIDDEN");
    EXPECT_ERROR(api_get(u.token, "/admin/concerts/abc"), 403, "FORBIDDEN");
    EXPECT_ERROR(api_get(u.token, "/admin/audit?limit=0"), 403, "FORBIDDEN");
    EXPECT_ERROR(post_text(u.token, "/users", "x"), 403, "FORBIDDEN");
    EXPECT_ERROR(post_text(plain, "/users/me/balance/charges", "x"), 403, "FORBIDDEN");
    EXPECT_ERROR(api_post(plain, "/users/me/balance/charges", "{nonsense"), 403, "FORBIDDEN");
    EXPECT_ERROR(post_text(u.token, F("/users/%s/balance/charges", token_uuid()), "x"), 403,
                 "FORBIDDEN");
}

static void test_media_type_before_body(void)
{
    struct user u = world_user();
    EXPECT_ERROR(post_text(u.token, "/users/me/balance/charges", "{nonsense"), 415,
                 "UNSUPPORTED_MEDIA_TYPE");
    EXPECT_ERROR(post_text(u.token, "/queue/tokens", ""), 415, "UNSUPPORTED_MEDIA_TYPE");
}

static void test_too_large_before_json(void)
{
    struct user u = world_user();
    EXPECT_ERROR(api_post(u.token, "/users/me/balance/charges", api_filled("", 'x', 70000)), 413,
                 "BODY_TOO_LARGE");
}

static void test_bad_request_before_not_found(void)
{
    struct user u = world_user();
    const char *seats = "'seats':{'count':1,'price':1}";
    EXPECT_FIELD(api_post(u.token, "/users/abc/balance/charges", J("{'amount':10000001}")), 400,
                 "INVALID_FIELD", "amount");
    EXPECT_FIELD(api_post(token_admin(), "/admin/concerts/999999999/schedules",
                          J("{'startsAt':'2030-01-01T00:00:00Z',"
                            "'bookingOpensAt':'2030-01-02T00:00:00Z',%s}",
                            seats)),
                 400, "INVALID_FIELD", "bookingOpensAt");
    EXPECT_FIELD(api_patch(token_admin(), "/admin/concerts/999999999", J("{'timeZone':'Nope'}")),
                 400, "INVALID_FIELD", "timeZone");
}

static void test_bad_request_before_stored_answer(void)
{
    struct user u = world_user();
    const char *path = "/users/me/balance/charges", *key = api_unique();
    EXPECT(api_post_key(u.token, path, J("{'amount':5}"), key), 201);
    EXPECT_ERROR(api_post_key(u.token, path, "{nonsense", key), 400, "INVALID_JSON");
    EXPECT_FIELD(api_post_key(u.token, path, J("{'amount':0}"), key), 400, "INVALID_FIELD",
                 "amount");
    CHECK_INT(world_balance(&u), 5);
}

static void test_bad_request_before_token_state(void)
{
    int64_t concert = world_paused("");
    struct user left = gone(concert), w = waiting(concert);
    EXPECT_ERROR(api_post(left.queue, "/reservations", "{nonsense"), 400, "INVALID_JSON");
    EXPECT_ERROR(api_post(w.queue, "/reservations", J("{'scheduleId':0,'seatNumbers':[1]}")), 400,
                 "INVALID_FIELD");
    EXPECT_ERROR(api_get(w.queue, F("/concerts/%lld/seats?date=x", (long long)concert)), 400,
                 "INVALID_PARAMETER");
}

static void test_stored_answer_before_token_state(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    const char *body = J("{'scheduleId':%lld,'seatNumbers':[1]}", (long long)s.schedule);
    const struct api_res *first = api_post_key(s.u[0].queue, "/reservations", body, key);
    EXPECT(first, 201);
    EXPECT(api_delete(s.u[0].queue, "/queue/tokens/me"), 204);
    const struct api_res *again = api_post_key(s.u[0].queue, "/reservations", body, key);
    EXPECT(again, 201);
    CHECK_STR(again->body, first->body);
    EXPECT_ERROR(api_post(s.u[0].queue, "/reservations", body), 410, "QUEUE_TOKEN_EXPIRED");
}

static void test_wrong_concert_before_token_state(void)
{
    int64_t concert = world_paused("");
    struct user left = gone(concert), w = waiting(concert);
    struct stage s = world_stage();
    const char *list = F("/concerts/%lld/schedules", (long long)s.concert);
    const char *seats = F("/schedules/%lld/seats", (long long)s.schedule);
    EXPECT_ERROR(api_get(left.queue, list), 403, "WRONG_CONCERT");
    EXPECT_ERROR(api_get(w.queue, list), 403, "WRONG_CONCERT");
    EXPECT_ERROR(api_get(left.queue, seats), 403, "WRONG_CONCERT");
    EXPECT_ERROR(api_get(w.queue, seats), 403, "WRONG_CONCERT");
    EXPECT_ERROR(world_hold(&left, s.schedule, "1"), 403, "WRONG_CONCERT");
    EXPECT_ERROR(world_hold(&w, s.schedule, "1"), 403, "WRONG_CONCERT");
}

static void test_wrong_concert_before_seats(void)
{
    struct stage a = world_stage(), b = world_stage();
    EXPECT_ERROR(world_hold(&a.u[0], b.schedule, "99"), 403, "WRONG_CONCERT");
    world_held(&b.u[0], b.schedule, "1");
    EXPECT_ERROR(world_hold(&a.u[0], b.schedule, "1"), 403, "WRONG_CONCERT");
}

static void test_expired_token_before_not_admitted(void)
{
    int64_t concert = world_paused("");
    struct user left = gone(concert);
    EXPECT_ERROR(api_get(left.queue, F("/concerts/%lld/schedules", (long long)concert)), 410,
                 "QUEUE_TOKEN_EXPIRED");
}

static void test_token_state_before_not_found(void)
{
    int64_t concert = world_paused("");
    struct user left = gone(concert), w = waiting(concert);
    EXPECT_ERROR(world_hold(&left, 999999999, "1"), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(world_hold(&w, 999999999, "1"), 403, "NOT_ADMITTED");
    EXPECT_ERROR(api_get(left.queue, "/schedules/999999999/seats"), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_get(w.queue, "/schedules/999999999/seats"), 403, "NOT_ADMITTED");
}

static void test_token_state_before_seat_errors(void)
{
    int64_t concert = world_paused("");
    int64_t schedule = world_schedule(concert, 2, 10);
    struct user left = gone(concert), w = waiting(concert);
    EXPECT_ERROR(world_hold(&left, schedule, "3"), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(world_hold(&w, schedule, "3"), 403, "NOT_ADMITTED");
}

static void test_unknown_seat_before_taken_seat(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(world_hold(&s.u[1], s.schedule, "1,11"), 404, "SEAT_NOT_FOUND");
}

static void test_unknown_seat_before_closed_booking(void)
{
    struct stage s = world_stage();
    int64_t later = world_schedule_with(
        s.concert, F("'startsAt':'%s','bookingOpensAt':'%s','seats':{'count':2,'price':1}",
                     api_time(api_wall_ms() + 86400000), api_time(api_wall_ms() + 3600000)));
    EXPECT_ERROR(world_hold(&s.u[0], later, "3"), 404, "SEAT_NOT_FOUND");
    EXPECT_ERROR(world_hold(&s.u[0], later, "2"), 409, "BOOKING_NOT_OPEN");
}

static void test_taken_seat_before_seat_limit(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(world_hold(&s.u[1], s.schedule, "1,2,3,4,5"), 409, "SEAT_TAKEN");
    EXPECT_ERROR(world_hold(&s.u[1], s.schedule, "2,3,4,5,6"), 422, "SEAT_LIMIT");
}

static void test_payment_unknown_reservation_before_token_state(void)
{
    int64_t concert = world_paused("");
    struct user left = gone(concert), w = waiting(concert);
    EXPECT_ERROR(world_pay(&left, 999999999), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(world_pay(&w, 999999999), 404, "RESERVATION_NOT_FOUND");
}

static void test_payment_of_another_user_before_token_state(void)
{
    struct stage s = world_stage();
    int64_t reservation = world_held(&s.u[0], s.schedule, "1");
    struct user left = gone(s.concert);
    EXPECT_ERROR(world_pay(&left, reservation), 404, "RESERVATION_NOT_FOUND");
}

static void test_payment_already_paid_before_token_state(void)
{
    struct stage s = world_stage();
    int64_t reservation = world_bought(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(world_pay(&s.u[0], reservation), 409, "ALREADY_PAID");
}

/* A second token of the same user, for another concert. */
static struct user elsewhere(const struct user *u, int64_t concert)
{
    struct user other = *u;
    world_join(&other, concert);
    return other;
}

static void test_payment_order_for_a_token_of_another_concert(void)
{
    struct stage s = world_stage();
    int64_t canceled = world_held(&s.u[0], s.schedule, "1");
    EXPECT(api_delete(s.u[0].queue, F("/reservations/%lld", (long long)canceled)), 204);
    int64_t pending = world_held(&s.u[0], s.schedule, "2");
    struct user other = elsewhere(&s.u[0], world_paused(""));
    EXPECT_ERROR(world_pay(&other, canceled), 410, "HOLD_EXPIRED");
    EXPECT_ERROR(world_pay(&other, pending), 403, "WRONG_CONCERT");
    EXPECT(api_delete(other.queue, "/queue/tokens/me"), 204);
    EXPECT_ERROR(world_pay(&other, canceled), 410, "HOLD_EXPIRED");
    EXPECT_ERROR(world_pay(&other, pending), 403, "WRONG_CONCERT");
}

static void test_payment_given_back_before_token_state(void)
{
    struct stage s = world_stage();
    int64_t reservation = world_held(&s.u[0], s.schedule, "1");
    EXPECT(api_delete(s.u[0].queue, "/queue/tokens/me"), 204);
    EXPECT_ERROR(world_pay(&s.u[0], reservation), 410, "HOLD_EXPIRED");
}

SUITE(precedence, TEST(test_no_route_before_method), TEST(test_method_before_token),
      TEST(test_token_before_everything_about_the_request), TEST(test_forbidden_before_body),
      TEST(test_media_type_before_body), TEST(test_too_large_before_json),
      TEST(test_bad_request_before_not_found), TEST(test_bad_request_before_stored_answer),
      TEST(test_bad_request_before_token_state), TEST(test_stored_answer_before_token_state),
      TEST(test_wrong_concert_before_token_state), TEST(test_wrong_concert_before_seats),
      TEST(test_expired_token_before_not_admitted), TEST(test_token_state_before_not_found),
      TEST(test_token_state_before_seat_errors), TEST(test_unknown_seat_before_taken_seat),
      TEST(test_unknown_seat_before_closed_booking), TEST(test_taken_seat_before_seat_limit),
      TEST(test_payment_unknown_reservation_before_token_state),
      TEST(test_payment_of_another_user_before_token_state),
      TEST(test_payment_already_paid_before_token_state),
      TEST(test_payment_order_for_a_token_of_another_concert),
      TEST(test_payment_given_back_before_token_state));
