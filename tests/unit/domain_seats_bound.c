/* Admission bound to the seats that are left, with a clock that the tests move. */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/job.h"
#include "domain/payment.h"
#include "suite.h"
#include <stdio.h>

enum { INSIDE_MAX = 20 };

static struct app app;
static int64_t concert, base, next_ticket;
static struct caller inside[INSIDE_MAX];
static int insiders;
static struct job_report report;

/* An empty shop with one concert, open since `base`, that admits `count` each second without a cap;
 * the clock stands at `base`. */
static void open_shop(int count)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    CU_ASSERT_EQUAL(db_now(app.db, &base), ERR_OK);
    scratch_set_clock(app.db, base);
    concert = scratch_concert(app.db);
    scratch_sql(app.db, "UPDATE queue_state SET admit_count = %d, max_active = 0", count);
    next_ticket = 1;
    insiders = 0;
}

static void close_shop(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void let_in(int n)
{
    for (int i = 0; i < n; i++) {
        struct uuid user = scratch_user(app.db, 100000);
        inside[insiders++] = scratch_inside(app.db, &user, concert, next_ticket++, 600);
    }
}

static void join(int n)
{
    for (int i = 0; i < n; i++) {
        struct uuid user;
        uuid_random(&user);
        scratch_sql(app.db,
                    "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                    "expires_at) VALUES (%lld, %s, %lld, 'WAITING', NOW(3), "
                    "NOW(3) + INTERVAL 1 DAY)",
                    (long long)concert, scratch_hex(&user), (long long)next_ticket++);
    }
}

/* One tick at base + `ms`; how many it admitted. */
static int64_t tick(int64_t ms)
{
    scratch_set_clock(app.db, base + ms);
    enum err e = job_tick(&app, "the test", &report);
    CU_ASSERT_EQUAL(e, ERR_OK);
    CU_ASSERT(report.lease);
    return report.admitted;
}

static int64_t sold_out(void)
{
    return scratch_int(app.db, "SELECT sold_out FROM queue_state WHERE concert_id = %lld",
                       (long long)concert);
}

/* The one that is inside as number `i` holds `seats` seats from number `from` on; returns when the
 * hold is over, and its id in *id unless it is NULL. */
static int64_t hold(int i, int64_t schedule, int from, int seats, int64_t *id)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = seats};
    struct reservation r;
    for (int k = 0; k < seats; k++)
        req.seats[k] = from + k;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &inside[i], &req, NULL, &r), ERR_OK);
    int64_t end = r.hold_expires_at;
    if (id)
        *id = r.reservation_id;
    reservation_clear(&r);
    return end;
}

static void pay(int i, int64_t reservation)
{
    struct payment p = {0};
    CU_ASSERT_EQUAL_FATAL(payment_pay(&app, &inside[i], reservation, NULL, &p), ERR_OK);
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
        scratch_sql(app.db, "UPDATE queue_state SET max_active = %d", rows[i].cap);
        int64_t schedule = scratch_schedule(app.db, concert, rows[i].seats, 1000);
        scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number > %d",
                    rows[i].seats - rows[i].blocked);
        let_in(rows[i].inside);
        for (int k = 0; k < rows[i].holders; k++)
            hold(k, schedule, 1 + k * rows[i].each, rows[i].each, NULL);
        join(30);
        int64_t admitted = tick(0);
        CU_ASSERT_EQUAL(admitted, rows[i].admitted);
        if (admitted != rows[i].admitted)
            fprintf(stderr, "row %zu: %lld admitted\n", i, (long long)admitted);
        CU_ASSERT_EQUAL(sold_out(), 0);
        close_shop();
    }
}

static void test_one_after_the_other_while_a_seat_is_free(void)
{
    open_shop(5);
    scratch_schedule(app.db, concert, 7, 1000);
    join(20);
    CU_ASSERT_EQUAL(tick(0), 5);
    CU_ASSERT_EQUAL(tick(1000), 2);
    CU_ASSERT_EQUAL(tick(2000), 1);
    CU_ASSERT_EQUAL(tick(3000), 1);
    close_shop();
}

/* Batches that are made up for do not add up. */
static void test_the_bound_holds_for_a_tick_of_several_batches(void)
{
    open_shop(5);
    scratch_schedule(app.db, concert, 13, 1000);
    join(60);
    CU_ASSERT_EQUAL(tick(0), 5);
    CU_ASSERT_EQUAL(tick(4000), 8);
    close_shop();
}

static void test_the_seats_of_all_shows_to_come(void)
{
    open_shop(50);
    int64_t shows[5];
    for (int i = 0; i < 5; i++)
        shows[i] = scratch_schedule(app.db, concert, 3, 1000);
    int64_t other = scratch_concert(app.db);
    scratch_schedule(app.db, other, 100, 1000);
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3) WHERE schedule_id = %lld",
                (long long)shows[0]);
    scratch_sql(app.db,
                "UPDATE schedule SET booking_closes_at = booking_opens_at WHERE schedule_id = %lld",
                (long long)shows[1]);
    scratch_sql(app.db,
                "UPDATE schedule SET booking_opens_at = booking_closes_at WHERE schedule_id = %lld",
                (long long)shows[2]);
    join(60);
    CU_ASSERT_EQUAL(tick(0), 9); /* those not open yet count, canceled and closed ones do not */
    close_shop();
}

/* A queue that guards something else than our seats, or nothing to book any more. */
static void test_a_mere_gate_is_not_bound(void)
{
    open_shop(10);
    join(60);
    CU_ASSERT_EQUAL(tick(0), 10); /* no show at all */
    scratch_schedule(app.db, concert, 3, 1000);
    CU_ASSERT_EQUAL(tick(1000), 1);
    scratch_sql(app.db, "UPDATE schedule SET booking_closes_at = booking_opens_at");
    CU_ASSERT_EQUAL(tick(2000), 10); /* booking is over everywhere, and seats are left */
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    CU_ASSERT_EQUAL(tick(3000), 10);
    close_shop();
}

static void test_holds_elsewhere_do_not_count(void)
{
    open_shop(10);
    int64_t schedule = scratch_schedule(app.db, concert, 8, 1000), here = concert;
    let_in(3);
    concert = scratch_concert(app.db);
    int64_t elsewhere = scratch_schedule(app.db, concert, 5, 1000);
    struct caller same = scratch_inside(app.db, &inside[0].user, concert, 1, 600);
    inside[insiders] = same;
    hold(insiders, elsewhere, 1, 2, NULL);
    concert = here;
    join(30);
    CU_ASSERT_EQUAL(tick(0), 5);
    hold(0, schedule, 1, 1, NULL);
    CU_ASSERT_EQUAL(tick(1000), 1); /* seven are left for the two and the five */
    close_shop();
}

/* Whoever was admitted and is over, tidied or not, wants nothing any more. */
static void test_who_has_gone_or_paid_is_not_counted(void)
{
    int64_t id;
    open_shop(10);
    int64_t schedule = scratch_schedule(app.db, concert, 10, 1000);
    let_in(4);
    hold(0, schedule, 1, 2, &id);
    pay(0, id);
    hold(1, schedule, 3, 1, &id); /* held */
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) WHERE token_id = %lld",
                (long long)inside[2].token_id);
    join(30);
    CU_ASSERT_EQUAL(tick(1000), 6); /* seven are free, one inside wants one */
    close_shop();
}

static void test_a_hold_that_is_over_is_a_free_seat(void)
{
    open_shop(10);
    int64_t schedule = scratch_schedule(app.db, concert, 4, 1000);
    let_in(1);
    int64_t end = hold(0, schedule, 1, 4, NULL) - base;
    join(30);
    CU_ASSERT_EQUAL(tick(0), 0);
    CU_ASSERT_EQUAL(sold_out(), 0);
    CU_ASSERT_EQUAL(tick(end - 1), 0);
    CU_ASSERT_EQUAL(tick(end + 999), 3); /* untidied at this moment; its owner still inside */
    CU_ASSERT_EQUAL(report.holds_expired, 1);
    CU_ASSERT_EQUAL(tick(end + 1999), 1);
    close_shop();
}

static void test_sold_out_is_told_and_ends_by_itself(void)
{
    int64_t id;
    open_shop(10);
    int64_t schedule = scratch_schedule(app.db, concert, 4, 1000);
    let_in(2);
    hold(0, schedule, 1, 4, &id);
    join(30);
    CU_ASSERT_EQUAL(tick(0), 0);
    CU_ASSERT_EQUAL(sold_out(), 0); /* held ones may fall back */
    pay(0, id);
    CU_ASSERT_EQUAL(tick(1000), 0);
    CU_ASSERT_EQUAL(sold_out(), 1);
    CU_ASSERT_EQUAL(tick(2000), 0);
    scratch_schedule(app.db, concert, 3, 1000);
    CU_ASSERT_EQUAL(tick(3000), 2); /* one who had been let in before is still there */
    CU_ASSERT_EQUAL(sold_out(), 0);
    close_shop();
}

SUITE(domain_seats_bound, TEST(test_as_many_as_seats_that_nobody_is_about_to_take),
      TEST(test_one_after_the_other_while_a_seat_is_free),
      TEST(test_the_bound_holds_for_a_tick_of_several_batches),
      TEST(test_the_seats_of_all_shows_to_come), TEST(test_a_mere_gate_is_not_bound),
      TEST(test_holds_elsewhere_do_not_count), TEST(test_who_has_gone_or_paid_is_not_counted),
      TEST(test_a_hold_that_is_over_is_a_free_seat),
      TEST(test_sold_out_is_told_and_ends_by_itself));
