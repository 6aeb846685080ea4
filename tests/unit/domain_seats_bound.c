/* Admission bound to the seats that are left, with a clock that the tests move. */
#include "domain/booking.h"
#include "domain/payment.h"
#include "job_shop.h"
#include "suite.h"
#include <stdio.h>

enum { INSIDE_MAX = 20 };

static struct caller inside[INSIDE_MAX];
static int insiders;

/* An empty shop with one concert, open since shop.base, that admits `count` each second without a
 * cap; the clock stands there. */
static void open_shop(int count)
{
    shop_open();
    scratch_sql(shop.app.db, "UPDATE queue_state SET admit_count = %d, max_active = 0", count);
    insiders = 0;
}

static void let_in(int n)
{
    for (int i = 0; i < n; i++) {
        struct uuid user = scratch_user(shop.app.db, 100000);
        inside[insiders++] =
            scratch_inside(shop.app.db, &user, shop.concert, shop.next_ticket++, 600);
    }
}

static int64_t sold_out(void)
{
    return scratch_int(shop.app.db, "SELECT sold_out FROM queue_state WHERE concert_id = %lld",
                       (long long)shop.concert);
}

/* The one that is inside as number `i` holds `seats` seats from number `from` on; returns when the
 * hold is over, and its id in *id unless it is NULL. */
static int64_t hold(int i, int64_t schedule, int from, int seats, int64_t *id)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = seats};
    struct reservation r;
    for (int k = 0; k < seats; k++)
        req.seats[k] = from + k;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&shop.app, &inside[i], &req, NULL, &r), ERR_OK);
    int64_t end = r.hold_expires_at;
    if (id)
        *id = r.reservation_id;
    reservation_clear(&r);
    return end;
}

static void pay(int i, int64_t reservation)
{
    struct payment p = {0};
    CU_ASSERT_EQUAL_FATAL(payment_pay(&shop.app, &inside[i], reservation, NULL, &p), ERR_OK);
    reservation_clear(&p.reservation);
}

static void test_as_many_as_seats_that_nobody_is_about_to_take(void)
{
    static const struct {
        int seats, blocked, inside, holders, each; /* the first ones inside hold so many each */
        int count, cap;
        int64_t admitted;
    } rows[] = {
        {50, 0, 0, 0, 0, 10, 0, 10}, /* plenty: what the settings say */
        {10, 0, 0, 0, 0, 10, 0, 10}, /* as many as there are */
        {9, 0, 0, 0, 0, 10, 0, 9},   /* fewer */
        {9, 3, 0, 0, 0, 10, 0, 6},   /* a blocked seat is nobody's */
        {9, 0, 4, 0, 0, 10, 0, 5},   /* those inside want one each */
        {9, 0, 4, 3, 1, 10, 0, 5},   /* a hold takes one seat and one who wants it */
        {9, 0, 4, 2, 3, 10, 0, 1},   /* or more seats: two wanted three, and two more are there */
        {9, 0, 4, 1, 3, 10, 0, 3},   /* six are left for three inside */
        {9, 0, 4, 0, 0, 10, 7, 3},   /* the cap holds too */
        {9, 0, 4, 0, 0, 2, 0, 2},    /* and the batch */
        {9, 0, 4, 0, 0, 10, 4, 0},   /* beyond the cap not even one */
        {4, 0, 4, 0, 0, 10, 0, 1},   /* a seat is free: one more at least */
        {4, 0, 12, 0, 0, 10, 0, 1},  /* however many there are inside */
        {4, 0, 2, 2, 2, 10, 0, 0},   /* all held: none may come in */
        {4, 2, 1, 1, 2, 10, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        open_shop(rows[i].count);
        scratch_sql(shop.app.db, "UPDATE queue_state SET max_active = %d", rows[i].cap);
        int64_t schedule = scratch_schedule(shop.app.db, shop.concert, rows[i].seats, 1000);
        scratch_sql(shop.app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number > %d",
                    rows[i].seats - rows[i].blocked);
        let_in(rows[i].inside);
        for (int k = 0; k < rows[i].holders; k++)
            hold(k, schedule, 1 + k * rows[i].each, rows[i].each, NULL);
        shop_join(30);
        int64_t admitted = shop_tick(0);
        CU_ASSERT_EQUAL(admitted, rows[i].admitted);
        if (admitted != rows[i].admitted)
            fprintf(stderr, "row %zu: %lld admitted\n", i, (long long)admitted);
        CU_ASSERT_EQUAL(sold_out(), 0);
        shop_close();
    }
}

static void test_one_after_the_other_while_a_seat_is_free(void)
{
    open_shop(5);
    scratch_schedule(shop.app.db, shop.concert, 7, 1000);
    shop_join(20);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    CU_ASSERT_EQUAL(shop_tick(1000), 2);
    CU_ASSERT_EQUAL(shop_tick(2000), 1);
    CU_ASSERT_EQUAL(shop_tick(3000), 1);
    shop_close();
}

/* Batches that are made up for do not add up. */
static void test_the_bound_holds_for_a_tick_of_several_batches(void)
{
    open_shop(5);
    scratch_schedule(shop.app.db, shop.concert, 13, 1000);
    shop_join(60);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    CU_ASSERT_EQUAL(shop_tick(4000), 8);
    shop_close();
}

static void test_the_seats_of_all_shows_to_come(void)
{
    open_shop(50);
    int64_t shows[5];
    for (int i = 0; i < 5; i++)
        shows[i] = scratch_schedule(shop.app.db, shop.concert, 3, 1000);
    int64_t other = scratch_concert(shop.app.db);
    scratch_schedule(shop.app.db, other, 100, 1000);
    scratch_sql(shop.app.db, "UPDATE schedule SET canceled_at = NOW(3) WHERE schedule_id = %lld",
                (long long)shows[0]);
    scratch_sql(shop.app.db,
                "UPDATE schedule SET booking_closes_at = booking_opens_at WHERE schedule_id = %lld",
                (long long)shows[1]);
    scratch_sql(shop.app.db,
                "UPDATE schedule SET booking_opens_at = booking_closes_at WHERE schedule_id = %lld",
                (long long)shows[2]);
    shop_join(60);
    CU_ASSERT_EQUAL(shop_tick(0),
                    9); /* those not open yet count, canceled and closed ones do not */
    shop_close();
}

/* A queue that guards something else than our seats, or nothing to book any more. */
static void test_a_mere_gate_is_not_bound(void)
{
    open_shop(10);
    shop_join(60);
    CU_ASSERT_EQUAL(shop_tick(0), 10); /* no show at all */
    scratch_schedule(shop.app.db, shop.concert, 3, 1000);
    CU_ASSERT_EQUAL(shop_tick(1000), 1);
    scratch_sql(shop.app.db, "UPDATE schedule SET booking_closes_at = booking_opens_at");
    CU_ASSERT_EQUAL(shop_tick(2000), 10); /* booking is over everywhere, and seats are left */
    scratch_sql(shop.app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    CU_ASSERT_EQUAL(shop_tick(3000), 10);
    shop_close();
}

static void test_holds_elsewhere_do_not_count(void)
{
    open_shop(10);
    int64_t schedule = scratch_schedule(shop.app.db, shop.concert, 8, 1000), here = shop.concert;
    let_in(3);
    shop.concert = scratch_concert(shop.app.db);
    int64_t elsewhere = scratch_schedule(shop.app.db, shop.concert, 5, 1000);
    struct caller same = scratch_inside(shop.app.db, &inside[0].user, shop.concert, 1, 600);
    inside[insiders] = same;
    hold(insiders, elsewhere, 1, 2, NULL);
    shop.concert = here;
    shop_join(30);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    hold(0, schedule, 1, 1, NULL);
    CU_ASSERT_EQUAL(shop_tick(1000), 1); /* seven are left for the two and the five */
    shop_close();
}

/* Whoever was admitted and is over, tidied or not, wants nothing any more. */
static void test_who_has_gone_or_paid_is_not_counted(void)
{
    int64_t id;
    open_shop(10);
    int64_t schedule = scratch_schedule(shop.app.db, shop.concert, 10, 1000);
    let_in(4);
    hold(0, schedule, 1, 2, &id);
    pay(0, id);
    hold(1, schedule, 3, 1, &id); /* held */
    scratch_sql(shop.app.db,
                "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) WHERE token_id = %lld",
                (long long)inside[2].token_id);
    shop_join(30);
    CU_ASSERT_EQUAL(shop_tick(1000), 6); /* seven are free, one inside wants one */
    shop_close();
}

static void test_a_hold_that_is_over_is_a_free_seat(void)
{
    open_shop(10);
    int64_t schedule = scratch_schedule(shop.app.db, shop.concert, 4, 1000);
    let_in(1);
    int64_t end = hold(0, schedule, 1, 4, NULL) - shop.base;
    shop_join(30);
    CU_ASSERT_EQUAL(shop_tick(0), 0);
    CU_ASSERT_EQUAL(sold_out(), 0);
    CU_ASSERT_EQUAL(shop_tick(end - 1), 0);
    CU_ASSERT_EQUAL(shop_tick(end + 999), 3); /* untidied at this moment; its owner still inside */
    CU_ASSERT_EQUAL(shop.report.holds_expired, 1);
    CU_ASSERT_EQUAL(shop_tick(end + 1999), 1);
    shop_close();
}

static void test_sold_out_is_told_and_ends_by_itself(void)
{
    int64_t id;
    open_shop(10);
    int64_t schedule = scratch_schedule(shop.app.db, shop.concert, 4, 1000);
    let_in(2);
    hold(0, schedule, 1, 4, &id);
    shop_join(30);
    CU_ASSERT_EQUAL(shop_tick(0), 0);
    CU_ASSERT_EQUAL(sold_out(), 0); /* held ones may fall back */
    pay(0, id);
    CU_ASSERT_EQUAL(shop_tick(1000), 0);
    CU_ASSERT_EQUAL(sold_out(), 1);
    CU_ASSERT_EQUAL(shop_tick(2000), 0);
    scratch_schedule(shop.app.db, shop.concert, 3, 1000);
    CU_ASSERT_EQUAL(shop_tick(3000), 2); /* one who had been let in before is still there */
    CU_ASSERT_EQUAL(sold_out(), 0);
    shop_close();
}

SUITE(domain_seats_bound, TEST(test_as_many_as_seats_that_nobody_is_about_to_take),
      TEST(test_one_after_the_other_while_a_seat_is_free),
      TEST(test_the_bound_holds_for_a_tick_of_several_batches),
      TEST(test_the_seats_of_all_shows_to_come), TEST(test_a_mere_gate_is_not_bound),
      TEST(test_holds_elsewhere_do_not_count), TEST(test_who_has_gone_or_paid_is_not_counted),
      TEST(test_a_hold_that_is_over_is_a_free_seat),
      TEST(test_sold_out_is_told_and_ends_by_itself));
