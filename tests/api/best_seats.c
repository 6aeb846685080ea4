/* Holding the best seats that are free. */
#include "suite.h"
#include "world.h"

#include <string.h>

static const struct api_res *best(const struct user *u, int64_t schedule, int n)
{
    return api_post(u->queue, "/reservations",
                    J("{'scheduleId':%lld,'bestAvailable':%d}", (long long)schedule, n));
}

/* The seats of an answer: "3,4". */
static const char *numbers(const struct api_res *r)
{
    const char *text = "";
    for (size_t i = 0, n = LEN(r, "seats"); i < n; i++)
        text = F("%s%s%lld", text, i ? "," : "", (long long)INT(r, F("seats.%zu.seatNumber", i)));
    return text;
}

static void expect_best(const struct user *u, int64_t schedule, int n, const char *want)
{
    const struct api_res *r = best(u, schedule, n);
    if (EXPECT(r, 201))
        CHECK_STR(numbers(r), want);
}

static void test_the_answer_is_a_hold_like_any_other(void)
{
    struct stage s = world_stage();
    const struct api_res *r = best(&s.u[0], s.schedule, 3);
    EXPECT_NEED(r, 201);
    SHAPE(r, "",
          "reservationId:i status:s userId:u concertId:i scheduleId:i startsAt:t seats:a amount:i "
          "createdAt:t holdExpiresAt:t paymentId:n paidAt:n");
    CHECK_STR(numbers(r), "1,2,3");
    CHECK_INT(INT(r, "amount"), 3 * STAGE_PRICE);
    CHECK_STR(STR(r, "status"), "PENDING");
    CHECK(api_header(r, "Location"), "no Location");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 3), "HELD");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 4), "AVAILABLE");
    world_charge(&s.u[0], 3 * STAGE_PRICE);
    EXPECT(world_pay(&s.u[0], INT(r, "reservationId")), 201);
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "SOLD");
}

static void test_adjacent_nearest_the_front_without_an_orphan(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "4");       /* 1 2 3 . 5 6 7 8 9 10 */
    expect_best(&s.u[1], s.schedule, 2, "5,6"); /* 1 2 would leave 3 alone */
    expect_best(&s.u[2], s.schedule, 3, "1,2,3");
    expect_best(&s.u[1], s.schedule, 2, "7,8");
}

static void test_apart_where_there_is_no_place_for_all(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "3,6,9"); /* 1 2 . 4 5 . 7 8 . 10 */
    expect_best(&s.u[1], s.schedule, 4, "1,2,4,5");
    expect_best(&s.u[2], s.schedule, 3, "7,8,10");
}

static void test_seats_of_one_row(void)
{
    int64_t concert = world_concert("'queue':{'claimSeconds':0}");
    int64_t schedule =
        world_schedule_with(concert, "'startsAt':'2099-01-01T00:00:00Z','sections':[{'name':'A','"
                                     "rows':2,'seatsPerRow':3,'price':50,'blocked':[1]},"
                                     "{'name':'B','rows':1,'seatsPerRow':4,'price':20}]");
    struct user u = world_user();
    world_enter(&u, 1, concert);
    /* A: 2 3 | 4 5 6, B: 7 8 9 10 */
    const struct api_res *r = best(&u, schedule, 4);
    EXPECT_NEED(r, 201);
    CHECK_STR(numbers(r), "7,8,9,10");
    CHECK_INT(INT(r, "amount"), 80);
    CHECK_STR(STR(r, "seats.0.section"), "B");
    EXPECT(api_delete(u.queue, F("/reservations/%lld", (long long)INT(r, "reservationId"))), 204);
    expect_best(&u, schedule, 3, "4,5,6");
    expect_best(&u, schedule, 1, "7");
}

static void test_too_few_are_free(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "1,2,3,4");
    world_held(&s.u[1], s.schedule, "5,6,7,8");
    EXPECT_ERROR(best(&s.u[2], s.schedule, 3), 409, "SEAT_TAKEN");
    EXPECT_ERROR(best(&s.u[2], s.schedule, 100), 409, "SEAT_TAKEN");
    EXPECT_ERROR(best(&s.u[0], s.schedule, 3), 409, "SEAT_TAKEN"); /* before SEAT_LIMIT */
    EXPECT_ERROR(best(&s.u[0], s.schedule, 2), 422, "SEAT_LIMIT");
    expect_best(&s.u[2], s.schedule, 2, "9,10");
    EXPECT_ERROR(best(&s.u[2], s.schedule, 1), 409, "SEAT_TAKEN");
}

static void test_the_seat_limit(void)
{
    struct stage s = world_stage();
    EXPECT_ERROR(best(&s.u[0], s.schedule, 5), 422, "SEAT_LIMIT");
    world_held(&s.u[0], s.schedule, "10");
    EXPECT_ERROR(best(&s.u[0], s.schedule, 4), 422, "SEAT_LIMIT");
    expect_best(&s.u[0], s.schedule, 3, "1,2,3");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "5"), 422, "SEAT_LIMIT");
}

static void test_errors_before_it(void)
{
    struct stage s = world_stage(), other = world_stage();
    EXPECT_ERROR(best(&s.u[0], 999999999, 1), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(best(&s.u[0], other.schedule, 1), 403, "WRONG_CONCERT");
    int64_t later = world_schedule_with(s.concert, "'seats':{'count':1,'price':1},"
                                                   "'bookingOpensAt':'2098-01-01T00:00:00Z',"
                                                   "'startsAt':'2099-01-01T00:00:00Z'");
    EXPECT_ERROR(best(&s.u[0], later, 2), 409, "BOOKING_NOT_OPEN");
    EXPECT(api_delete(s.u[0].queue, "/queue/tokens/me"), 204);
    EXPECT_ERROR(best(&s.u[0], s.schedule, 1), 410, "QUEUE_TOKEN_EXPIRED");
}

static void test_a_hold_that_is_over_is_free(void)
{
    struct user u[2] = {world_user(), world_user()};
    int64_t concert = world_concert("'holdSeconds':1,'queue':{'claimSeconds':0}");
    int64_t schedule = world_schedule(concert, 3, 10);
    world_enter(u, 2, concert);
    const struct api_res *r = best(&u[0], schedule, 2);
    CHECK_STR(numbers(r), "1,2");
    api_wait_for(TIME(r, "holdExpiresAt") + 5);
    expect_best(&u[1], schedule, 3, "1,2,3");
}

static void test_a_retry_gets_the_same_seats(void)
{
    struct stage s = world_stage();
    const char *key = api_unique();
    const char *body = J("{'scheduleId':%lld,'bestAvailable':2}", (long long)s.schedule);
    const struct api_res *first = api_post_key(s.u[0].queue, "/reservations", body, key);
    const struct api_res *again = api_post_key(s.u[0].queue, "/reservations", body, key);
    EXPECT(first, 201);
    EXPECT(again, 201);
    CHECK_STR(again->body, first->body);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 3), "AVAILABLE");
}

SUITE(best_seats, TEST(test_the_answer_is_a_hold_like_any_other),
      TEST(test_adjacent_nearest_the_front_without_an_orphan),
      TEST(test_apart_where_there_is_no_place_for_all), TEST(test_seats_of_one_row),
      TEST(test_too_few_are_free), TEST(test_the_seat_limit), TEST(test_errors_before_it),
      TEST(test_a_hold_that_is_over_is_free), TEST(test_a_retry_gets_the_same_seats));
