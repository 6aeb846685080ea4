/* Holding seats, looking at them, and giving them back. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS                                                                                    \
    "reservationId:i status:s userId:u concertId:i scheduleId:i startsAt:t seats:a amount:i "      \
    "createdAt:t holdExpiresAt:t? paymentId:i? paidAt:t?"

static const struct api_res *look(const char *token, int64_t id)
{
    return api_get(token, F("/reservations/%lld", (long long)id));
}

static const struct api_res *give_back(const char *token, int64_t id)
{
    return api_delete(token, F("/reservations/%lld", (long long)id));
}

static void test_a_hold(void)
{
    struct stage s = world_stage();
    const struct api_res *r = world_hold(&s.u[0], s.schedule, "3,1");
    EXPECT(r, 201);
    SHAPE(r, "", MEMBERS);
    int64_t id = INT(r, "reservationId");
    const char *location = api_header(r, "Location");
    const char *path = location ? strstr(location, "/api/v1/") : NULL;
    CHECK_STR(path, F("/api/v1/reservations/%lld", (long long)id));
    CHECK_STR(STR(r, "status"), "PENDING");
    CHECK_STR(STR(r, "userId"), s.u[0].id);
    CHECK_INT(INT(r, "concertId"), s.concert);
    CHECK_INT(INT(r, "scheduleId"), s.schedule);
    CHECK_INT(INT(r, "amount"), 2 * STAGE_PRICE);
    CHECK_INT((int64_t)LEN(r, "seats"), 2);
    SHAPE(r, "seats.0", "seatId:i seatNumber:i section:s? row:s? price:i");
    CHECK_INT(INT(r, "seats.0.seatNumber") + INT(r, "seats.1.seatNumber"), 4);
    CHECK_INT(INT(r, "seats.0.price"), STAGE_PRICE);
    CHECK_INT(TIME(r, "holdExpiresAt") - TIME(r, "createdAt"), 300000);
    CHECK(api_is_null(r, "paymentId") && api_is_null(r, "paidAt"), "%s", r->body);
    int64_t age = r->ended_ms - TIME(r, "createdAt");
    CHECK(age >= -5 && age < 2000, "created %lld ms ago", (long long)age);
}

static void test_a_hold_by_seat_ids(void)
{
    struct stage s = world_stage();
    const struct api_res *r =
        api_get(s.u[0].queue, F("/schedules/%lld/seats", (long long)s.schedule));
    int64_t a = INT(r, "seats.4.seatId"), b = INT(r, "seats.7.seatId");
    r = api_post(s.u[0].queue, "/reservations",
                 J("{'scheduleId':%lld,'seatIds':[%lld,%lld]}", (long long)s.schedule, (long long)a,
                   (long long)b));
    EXPECT(r, 201);
    CHECK_INT(INT(r, "seats.0.seatNumber"), 5);
    CHECK_INT(INT(r, "seats.1.seatNumber"), 8);
    CHECK_STR(world_seat(&s.u[0], s.schedule, 5), "HELD");
    EXPECT_ERROR(
        api_post(s.u[1].queue, "/reservations",
                 J("{'scheduleId':%lld,'seatIds':[%lld]}", (long long)s.schedule, (long long)b)),
        409, "SEAT_TAKEN");
}

static void test_a_taken_seat(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "1,3");
    const struct api_res *r = world_hold(&s.u[1], s.schedule, "1,2,3,4");
    EXPECT_ERROR(r, 409, "SEAT_TAKEN");
    CHECK_STR(json_object_to_json_string_ext(api_at(r, "seatNumbers"), JSON_C_TO_STRING_PLAIN),
              "[1,3]");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 2), "AVAILABLE");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 4), "AVAILABLE");
    EXPECT(world_hold(&s.u[1], s.schedule, "2,4"), 201);
}

static void test_ones_own_seat_is_taken_too(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "1"), 409, "SEAT_TAKEN");
}

static void test_a_sold_seat(void)
{
    struct stage s = world_stage();
    world_bought(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(world_hold(&s.u[1], s.schedule, "1"), 409, "SEAT_TAKEN");
}

static void test_unknown_seats_and_schedules(void)
{
    struct stage s = world_stage();
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "11"), 404, "SEAT_NOT_FOUND");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "1,4294967297"), 404, "SEAT_NOT_FOUND");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "9223372036854775807"), 404, "SEAT_NOT_FOUND");
    EXPECT_ERROR(world_hold(&s.u[0], 999999999, "1"), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(world_hold(&s.u[0], INT64_MAX, "1"), 404, "SCHEDULE_NOT_FOUND");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "AVAILABLE");
}

static void test_the_seat_limit_counts_across_reservations(void)
{
    struct stage s = world_stage();
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "1,2,3,4,5"), 422, "SEAT_LIMIT");
    world_held(&s.u[0], s.schedule, "1,2");
    int64_t second = world_held(&s.u[0], s.schedule, "3");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "4,5"), 422, "SEAT_LIMIT");
    world_held(&s.u[0], s.schedule, "4");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "5"), 422, "SEAT_LIMIT");
    EXPECT(give_back(s.u[0].token, second), 204);
    EXPECT(world_hold(&s.u[0], s.schedule, "5"), 201);
    CHECK_STR(world_seat(&s.u[0], s.schedule, 3), "AVAILABLE");
}

static void test_the_seat_limit_is_per_schedule(void)
{
    struct stage s = world_stage();
    int64_t other = world_schedule(s.concert, 5, 1);
    EXPECT(world_hold(&s.u[0], s.schedule, "1,2,3,4"), 201);
    EXPECT(world_hold(&s.u[0], other, "1,2,3,4"), 201);
    EXPECT_ERROR(world_hold(&s.u[0], other, "5"), 422, "SEAT_LIMIT");
}

static void test_the_seat_limit_counts_sold_seats(void)
{
    struct stage s = world_stage();
    world_bought(&s.u[0], s.schedule, "1,2,3");
    struct user again = s.u[0];
    world_enter(&again, 1, s.concert);
    EXPECT_ERROR(world_hold(&again, s.schedule, "4,5"), 422, "SEAT_LIMIT");
    EXPECT(world_hold(&again, s.schedule, "4"), 201);
}

static void test_the_seat_limit_is_a_setting(void)
{
    struct user u = world_user();
    int64_t concert = world_concert("'maxSeatsPerUser':1");
    int64_t schedule = world_schedule(concert, 5, 1);
    world_enter(&u, 1, concert);
    EXPECT_ERROR(world_hold(&u, schedule, "1,2"), 422, "SEAT_LIMIT");
    EXPECT(world_hold(&u, schedule, "1"), 201);
    EXPECT_ERROR(world_hold(&u, schedule, "2"), 422, "SEAT_LIMIT");
}

static void test_looking_at_a_reservation(void)
{
    struct stage s = world_stage();
    const struct api_res *held = world_hold(&s.u[0], s.schedule, "1,2");
    int64_t id = INT(held, "reservationId");
    const struct api_res *by_user = look(s.u[0].token, id), *by_queue = look(s.u[0].queue, id);
    EXPECT(by_user, 200);
    EXPECT(by_queue, 200);
    SHAPE(by_user, "", MEMBERS);
    CHECK_STR(by_user->body, held->body);
    CHECK_STR(by_queue->body, held->body);
}

static void test_others_do_not_see_it(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(look(s.u[1].token, id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(look(s.u[1].queue, id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(give_back(s.u[1].token, id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(give_back(s.u[1].queue, id), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(world_pay(&s.u[1], id), 404, "RESERVATION_NOT_FOUND");
    CHECK_STR(STR(look(s.u[0].token, id), "status"), "PENDING");
}

static void test_giving_back(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1,2");
    const struct api_res *r = give_back(s.u[0].token, id);
    EXPECT(r, 204);
    CHECK_INT((int64_t)r->len, 0);
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "AVAILABLE");
    CHECK_STR(STR(look(s.u[0].token, id), "status"), "CANCELED");
    EXPECT(world_hold(&s.u[1], s.schedule, "1,2"), 201);
    EXPECT(give_back(s.u[0].token, id), 204);
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "HELD");
}

static void test_giving_back_with_the_queue_token(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    EXPECT(give_back(s.u[0].queue, id), 204);
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "AVAILABLE");
    EXPECT(give_back(s.u[0].queue, id), 204);
    EXPECT(world_hold(&s.u[0], s.schedule, "1"), 201);
}

static void test_giving_back_a_paid_one(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(give_back(s.u[0].token, id), 409, "ALREADY_PAID");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "SOLD");
}

static void test_a_paid_one(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1,2");
    const struct api_res *r = look(s.u[0].token, id);
    EXPECT(r, 200);
    SHAPE(r, "", MEMBERS);
    CHECK_STR(STR(r, "status"), "CONFIRMED");
    CHECK(INT(r, "paymentId") > 0, "%s", r->body);
    CHECK(llabs(TIME(r, "paidAt") - r->ended_ms) < 3000, "%s", r->body);
    CHECK_INT((int64_t)LEN(r, "seats"), 2);
}

/* All of a user's reservations, by pages of this size; how many, newest first. */
static int walk_list(const char *token, const char *path, int limit, int64_t *ids, int cap)
{
    int n = 0;
    const char *cursor = "";
    while (n < cap) {
        const struct api_res *r = api_get(token, F("%s?limit=%d%s", path, limit, cursor));
        EXPECT_NEED(r, 200);
        size_t here = LEN(r, "reservations");
        CHECK(here <= (size_t)limit, "%zu on a page", here);
        for (size_t i = 0; i < here && n < cap; i++) {
            SHAPE(r, F("reservations.%zu", i), MEMBERS);
            ids[n++] = INT(r, F("reservations.%zu.reservationId", i));
        }
        if (api_is_null(r, "next"))
            break;
        cursor = F("&cursor=%s", json_object_get_string(api_at(r, "next")));
    }
    return n;
}

static void test_the_list_of_a_user(void)
{
    enum { N = 7 };
    struct stage s = world_stage();
    int64_t made[N], seen[N + 1];
    for (int i = 0; i < N; i++) {
        made[i] = world_held(&s.u[0], s.schedule, F("%d", i + 1));
        if (i < N - 1)
            EXPECT(give_back(s.u[0].token, made[i]), 204);
    }
    world_held(&s.u[1], s.schedule, "9");
    const char *own = F("/users/%s/reservations", s.u[0].id);
    static const int limits[] = {1, 3, 7, 100};
    for (size_t l = 0; l < 4; l++) {
        int n = walk_list(l % 2 ? s.u[0].token : token_service(), own, limits[l], seen, N + 1);
        CHECK_INT(n, N);
        for (int i = 0; i < n && i < N; i++)
            CHECK_INT(seen[i], made[N - 1 - i]);
    }
    const struct api_res *r = api_get(s.u[0].token, "/users/me/reservations");
    SHAPE(r, "", "reservations:a next:n");
    CHECK_STR(STR(r, "reservations.0.status"), "PENDING");
    CHECK_STR(STR(r, "reservations.1.status"), "CANCELED");
}

static void test_the_list_of_a_user_with_none(void)
{
    struct user u = world_user();
    const struct api_res *r = api_get(u.token, "/users/me/reservations");
    EXPECT(r, 200);
    CHECK_INT((int64_t)LEN(r, "reservations"), 0);
    CHECK(api_is_null(r, "next"), "%s", r->body);
}

SUITE(reservations, TEST(test_a_hold), TEST(test_a_hold_by_seat_ids), TEST(test_a_taken_seat),
      TEST(test_ones_own_seat_is_taken_too), TEST(test_a_sold_seat),
      TEST(test_unknown_seats_and_schedules), TEST(test_the_seat_limit_counts_across_reservations),
      TEST(test_the_seat_limit_is_per_schedule), TEST(test_the_seat_limit_counts_sold_seats),
      TEST(test_the_seat_limit_is_a_setting), TEST(test_looking_at_a_reservation),
      TEST(test_others_do_not_see_it), TEST(test_giving_back),
      TEST(test_giving_back_with_the_queue_token), TEST(test_giving_back_a_paid_one),
      TEST(test_a_paid_one), TEST(test_the_list_of_a_user),
      TEST(test_the_list_of_a_user_with_none));
