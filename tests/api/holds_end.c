/* The end of a hold: exact to the moment, whether the job has tidied up or not. */
#include "suite.h"
#include "world.h"

#include <string.h>

/* A concert whose holds last `seconds`, with n visitors inside. */
static int64_t short_holds(int seconds, struct user *u, size_t n, int64_t *schedule)
{
    int64_t concert = world_concert(F("'holdSeconds':%d,'queue':{'claimSeconds':0}", seconds));
    *schedule = world_schedule(concert, 5, 10);
    for (size_t i = 0; i < n; i++)
        u[i] = world_user();
    world_enter(u, n, concert);
    return concert;
}

static const char *status_of(const struct user *u, int64_t reservation)
{
    const struct api_res *r = api_get(u->token, F("/reservations/%lld", (long long)reservation));
    return api_text(r, "status");
}

static void test_the_next_buyer_gets_the_seat_at_that_moment(void)
{
    struct user u[2];
    int64_t schedule;
    short_holds(2, u, 2, &schedule);
    const struct api_res *r = world_hold(&u[0], schedule, "1,2");
    EXPECT_NEED(r, 201);
    int64_t id = INT(r, "reservationId"), end = TIME(r, "holdExpiresAt");
    CHECK_INT(end - TIME(r, "createdAt"), 2000);
    api_wait_for(end - 250);
    EXPECT_ERROR(world_hold(&u[1], schedule, "1"), 409, "SEAT_TAKEN");
    CHECK_STR(status_of(&u[0], id), "PENDING");
    api_wait_for(end + 5);
    r = world_hold(&u[1], schedule, "1");
    EXPECT(r, 201);
    CHECK_STR(status_of(&u[0], id), "EXPIRED");
    CHECK_STR(world_seat(&u[1], schedule, 1), "HELD");
    CHECK_STR(world_seat(&u[1], schedule, 2), "AVAILABLE");
    world_charge(&u[0], 100);
    EXPECT_ERROR(world_pay(&u[0], id), 410, "HOLD_EXPIRED");
    CHECK_INT(world_balance(&u[0]), 100);
    EXPECT(api_delete(u[0].token, F("/reservations/%lld", (long long)id)), 204);
    CHECK_STR(world_seat(&u[1], schedule, 1), "HELD");
}

static void test_lists_know_the_moment(void)
{
    struct user u[2];
    int64_t schedule, concert = short_holds(2, u, 2, &schedule);
    const char *list = F("/concerts/%lld/schedules", (long long)concert);
    const char *stats = F("/admin/concerts/%lld/stats", (long long)concert);
    const struct api_res *r = world_hold(&u[0], schedule, "1,2,3");
    int64_t end = TIME(r, "holdExpiresAt");
    CHECK_INT(INT(api_get(u[1].queue, list), "schedules.0.availableSeats"), 2);
    api_wait_for(end + 5);
    CHECK_INT(INT(api_get(u[1].queue, list), "schedules.0.availableSeats"), 5);
    CHECK_INT(INT(api_get(token_admin(), stats), "schedules.0.held"), 0);
    CHECK_INT(INT(api_get(token_admin(), stats), "schedules.0.available"), 5);
    r = api_get(u[1].queue, F("/schedules/%lld/seats", (long long)schedule));
    CHECK_INT((int64_t)LEN(r, "seats"), 5);
    r = api_get(u[0].token, "/users/me/reservations");
    CHECK_STR(STR(r, "reservations.0.status"), "EXPIRED");
}

static void test_still_expired_once_the_job_has_tidied(void)
{
    struct user u[1];
    int64_t schedule;
    short_holds(1, u, 1, &schedule);
    const struct api_res *r = world_hold(&u[0], schedule, "1");
    int64_t id = INT(r, "reservationId");
    api_wait_for(TIME(r, "holdExpiresAt") + 2500); /* two ticks on */
    CHECK_STR(status_of(&u[0], id), "EXPIRED");
    EXPECT_ERROR(world_pay(&u[0], id), 410, "HOLD_EXPIRED");
    EXPECT(api_delete(u[0].token, F("/reservations/%lld", (long long)id)), 204);
    CHECK_STR(status_of(&u[0], id), "EXPIRED");
    CHECK_STR(world_seat(&u[0], schedule, 1), "AVAILABLE");
}

static void test_expired_seats_do_not_count_for_the_limit(void)
{
    struct user u[1];
    int64_t schedule;
    short_holds(1, u, 1, &schedule);
    const struct api_res *r = world_hold(&u[0], schedule, "1,2,3,4");
    EXPECT_NEED(r, 201);
    api_wait_for(TIME(r, "holdExpiresAt") + 5);
    EXPECT(world_hold(&u[0], schedule, "1,2,3,5"), 201);
}

static void test_a_changed_setting_is_for_new_holds(void)
{
    struct user u[1];
    int64_t schedule, concert = short_holds(300, u, 1, &schedule);
    const struct api_res *first = world_hold(&u[0], schedule, "1");
    EXPECT(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                     J("{'holdSeconds':7}")),
           200);
    UNTIL(3, api_post(u[0].queue, "/reservations",
                      J("{'scheduleId':%lld,'seatNumbers':[2]}", (long long)schedule))
                     ->status == 201);
    const struct api_res *r = api_get(u[0].token, "/users/me/reservations");
    CHECK_INT(TIME(r, "reservations.0.holdExpiresAt") - TIME(r, "reservations.0.createdAt"), 7000);
    CHECK_INT(TIME(r, "reservations.1.holdExpiresAt"), TIME(first, "holdExpiresAt"));
}

SUITE(holds_end, TEST(test_the_next_buyer_gets_the_seat_at_that_moment),
      TEST(test_lists_know_the_moment), TEST(test_still_expired_once_the_job_has_tidied),
      TEST(test_expired_seats_do_not_count_for_the_limit),
      TEST(test_a_changed_setting_is_for_new_holds));
