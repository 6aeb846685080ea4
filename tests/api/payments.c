/* Paying for a hold from the wallet. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS "paymentId:i reservationId:i status:s amount:i balance:i seats:a paidAt:t"

static const char *status_of(const struct user *u, int64_t reservation)
{
    return api_text(api_get(u->token, F("/reservations/%lld", (long long)reservation)), "status");
}

static void test_a_payment(void)
{
    struct stage s = world_stage();
    world_charge(&s.u[0], 5000);
    int64_t id = world_held(&s.u[0], s.schedule, "1,2");
    const struct api_res *r = world_pay(&s.u[0], id);
    EXPECT(r, 201);
    SHAPE(r, "", MEMBERS);
    CHECK_INT(INT(r, "reservationId"), id);
    CHECK_STR(STR(r, "status"), "COMPLETED");
    CHECK_INT(INT(r, "amount"), 2 * STAGE_PRICE);
    CHECK_INT(INT(r, "balance"), 5000 - 2 * STAGE_PRICE);
    CHECK_INT((int64_t)LEN(r, "seats"), 2);
    SHAPE(r, "seats.0", "seatId:i seatNumber:i section:s? row:s? price:i");
    CHECK_INT(INT(r, "seats.0.seatNumber"), 1);
    CHECK_INT(INT(r, "seats.1.seatNumber"), 2);
    CHECK(llabs(TIME(r, "paidAt") - r->ended_ms) < 2000, "%s", r->body);
    CHECK_INT(world_balance(&s.u[0]), 5000 - 2 * STAGE_PRICE);
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "SOLD");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 2), "SOLD");
    const struct api_res *now = api_get(s.u[0].token, F("/reservations/%lld", (long long)id));
    CHECK_STR(STR(now, "status"), "CONFIRMED");
    CHECK_INT(INT(now, "paymentId"), INT(r, "paymentId"));
    CHECK_STR(STR(now, "paidAt"), STR(r, "paidAt"));
}

static void test_a_payment_finishes_the_token(void)
{
    struct stage s = world_stage();
    world_bought(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(world_poll(&s.u[0]), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_get(s.u[0].queue, F("/schedules/%lld/seats", (long long)s.schedule)), 410,
                 "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "2"), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(api_delete(s.u[0].queue, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
    struct user again = s.u[0];
    world_enter(&again, 1, s.concert);
    CHECK(again.ticket > s.u[2].ticket, "%lld", (long long)again.ticket);
}

static void test_a_payment_gives_other_holds_back(void)
{
    struct stage s = world_stage();
    int64_t second_show = world_schedule(s.concert, 5, 10);
    int64_t other = world_held(&s.u[0], s.schedule, "5,6");
    int64_t third = world_held(&s.u[0], second_show, "1");
    int64_t paid = world_bought(&s.u[0], s.schedule, "1");
    CHECK_STR(status_of(&s.u[0], paid), "CONFIRMED");
    CHECK_STR(status_of(&s.u[0], other), "CANCELED");
    CHECK_STR(status_of(&s.u[0], third), "CANCELED");
    EXPECT(world_hold(&s.u[1], s.schedule, "5,6"), 201);
    EXPECT(world_hold(&s.u[1], second_show, "1"), 201);
    EXPECT_ERROR(world_pay(&s.u[0], other), 410, "HOLD_EXPIRED");
}

static void test_holds_of_another_concert_stay(void)
{
    struct stage s = world_stage(), t = world_stage();
    struct user both = s.u[0];
    world_enter(&both, 1, t.concert);
    int64_t elsewhere = world_held(&both, t.schedule, "1");
    world_bought(&s.u[0], s.schedule, "1");
    CHECK_STR(status_of(&both, elsewhere), "PENDING");
    EXPECT(world_poll(&both), 200);
    world_charge(&both, STAGE_PRICE);
    EXPECT(world_pay(&both, elsewhere), 201);
}

static void test_a_price_of_zero(void)
{
    struct stage s = world_stage();
    int64_t schedule = world_schedule(s.concert, 3, 0);
    int64_t id = world_held(&s.u[0], schedule, "1,3");
    const struct api_res *r = world_pay(&s.u[0], id);
    EXPECT(r, 201);
    CHECK_INT(INT(r, "amount"), 0);
    CHECK_INT(INT(r, "balance"), 0);
    CHECK_STR(status_of(&s.u[0], id), "CONFIRMED");
    r = api_get(s.u[0].token, "/users/me/balance/entries");
    CHECK_STR(STR(r, "entries.0.type"), "PAYMENT");
    CHECK_INT(INT(r, "entries.0.amount"), 0);
    CHECK_INT(INT(r, "entries.0.reservationId"), id);
}

static void test_a_balance_that_is_too_low(void)
{
    struct stage s = world_stage();
    world_charge(&s.u[0], STAGE_PRICE - 1);
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    const struct api_res *r = world_pay(&s.u[0], id);
    EXPECT_ERROR(r, 402, "INSUFFICIENT_BALANCE");
    CHECK_INT(INT(r, "balance"), STAGE_PRICE - 1);
    CHECK_INT(INT(r, "amount"), STAGE_PRICE);
    CHECK_INT(world_balance(&s.u[0]), STAGE_PRICE - 1);
    CHECK_STR(status_of(&s.u[0], id), "PENDING");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "HELD");
    world_charge(&s.u[0], 1);
    r = world_pay(&s.u[0], id);
    EXPECT(r, 201);
    CHECK_INT(INT(r, "balance"), 0);
}

static void test_no_balance_at_all(void)
{
    struct stage s = world_stage();
    const struct api_res *r = world_pay(&s.u[0], world_held(&s.u[0], s.schedule, "1"));
    EXPECT_ERROR(r, 402, "INSUFFICIENT_BALANCE");
    CHECK_INT(INT(r, "balance"), 0);
}

static void test_paying_twice(void)
{
    struct stage s = world_stage();
    world_charge(&s.u[0], 5 * STAGE_PRICE);
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    EXPECT(world_pay(&s.u[0], id), 201);
    EXPECT_ERROR(world_pay(&s.u[0], id), 409, "ALREADY_PAID");
    struct user again = s.u[0];
    world_enter(&again, 1, s.concert);
    EXPECT_ERROR(world_pay(&again, id), 409, "ALREADY_PAID");
    CHECK_INT(world_balance(&s.u[0]), 4 * STAGE_PRICE);
}

static void test_paying_what_was_given_back(void)
{
    struct stage s = world_stage();
    world_charge(&s.u[0], STAGE_PRICE);
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    EXPECT(api_delete(s.u[0].token, F("/reservations/%lld", (long long)id)), 204);
    EXPECT_ERROR(world_pay(&s.u[0], id), 410, "HOLD_EXPIRED");
    CHECK_INT(world_balance(&s.u[0]), STAGE_PRICE);
}

static void test_paying_while_waiting_for_another_concert(void)
{
    struct stage s = world_stage();
    struct user waiting = s.u[0];
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    world_charge(&s.u[0], STAGE_PRICE);
    world_join(&waiting, world_paused(""));
    EXPECT_ERROR(world_pay(&waiting, id), 403, "WRONG_CONCERT");
    EXPECT(world_pay(&s.u[0], id), 201);
}

static void test_paying_with_the_price_of_the_hold(void)
{
    struct stage s = world_stage();
    const struct api_res *r = world_hold(&s.u[0], s.schedule, "1,2,3,4");
    CHECK_INT(INT(r, "amount"), 4 * STAGE_PRICE);
    world_charge(&s.u[0], 4 * STAGE_PRICE);
    r = world_pay(&s.u[0], INT(r, "reservationId"));
    EXPECT(r, 201);
    CHECK_INT(INT(r, "balance"), 0);
    CHECK_INT((int64_t)LEN(r, "seats"), 4);
}

static void test_the_ledger_of_a_payment(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "7");
    const struct api_res *r = api_get(s.u[0].token, "/users/me/balance/entries");
    EXPECT(r, 200);
    CHECK_INT((int64_t)LEN(r, "entries"), 2);
    SHAPE(r, "entries.0", "entryId:i type:s amount:i balanceAfter:i reservationId:i createdAt:t");
    CHECK_STR(STR(r, "entries.0.type"), "PAYMENT");
    CHECK_INT(INT(r, "entries.0.amount"), -STAGE_PRICE);
    CHECK_INT(INT(r, "entries.0.balanceAfter"), 0);
    CHECK_INT(INT(r, "entries.0.reservationId"), id);
    CHECK_STR(STR(r, "entries.1.type"), "CHARGE");
    CHECK(api_is_null(r, "entries.1.reservationId"), "%s", r->body);
}

SUITE(payments, TEST(test_a_payment), TEST(test_a_payment_finishes_the_token),
      TEST(test_a_payment_gives_other_holds_back), TEST(test_holds_of_another_concert_stay),
      TEST(test_a_price_of_zero), TEST(test_a_balance_that_is_too_low),
      TEST(test_no_balance_at_all), TEST(test_paying_twice), TEST(test_paying_what_was_given_back),
      TEST(test_paying_while_waiting_for_another_concert),
      TEST(test_paying_with_the_price_of_the_hold), TEST(test_the_ledger_of_a_payment));
