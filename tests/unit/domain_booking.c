/* Holds: all or none, over at the very moment, given back, counted. */
#include "db_scratch.h"
#include "domain/booking.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct app app;
static int64_t concert, schedule, ticket;

static void open_box_office(int capacity)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, capacity, 1000);
    ticket = 0;
}

static struct caller newcomer(int session_seconds)
{
    struct uuid user = scratch_user(app.db, 100000);
    return scratch_inside(app.db, &user, concert, ++ticket, session_seconds);
}

static struct hold_request seats(int from, int count)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = count};
    for (int i = 0; i < count; i++)
        req.seats[i] = from + i;
    return req;
}

/* Holds `count` seats from number `from`; *id is the reservation. */
static enum err hold(const struct caller *caller, int from, int count, int64_t *id)
{
    struct hold_request req = seats(from, count);
    struct reservation r;
    app_problem_reset(&app);
    enum err e = booking_hold(&app, caller, &req, NULL, &r);
    if (e == ERR_OK && id)
        *id = r.reservation_id;
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static int64_t count_seats(const char *status)
{
    return scratch_int(app.db,
                       "SELECT COUNT(*) FROM seat WHERE schedule_id = %lld AND status = '%s'",
                       (long long)schedule, status);
}

static int64_t now(void)
{
    int64_t ms = 0;
    CU_ASSERT_EQUAL(db_now(app.db, &ms), ERR_OK);
    return ms;
}

static int64_t hold_end(int64_t reservation)
{
    return scratch_int(app.db,
                       "SELECT CAST(UNIX_TIMESTAMP(hold_expires_at) * 1000 AS SIGNED) "
                       "FROM reservation WHERE reservation_id = %lld",
                       (long long)reservation);
}

static void test_a_hold_says_what_it_holds(void)
{
    open_box_office(10);
    struct caller a = newcomer(600);
    struct hold_request req = {.schedule_id = schedule, .seat_count = 3, .seats = {7, 2, 4}};
    struct reservation r, again;
    int64_t before = now();
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &a, &req, NULL, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "PENDING");
    CU_ASSERT(uuid_equal(&r.user_id, &a.user));
    CU_ASSERT_EQUAL(r.concert_id, concert);
    CU_ASSERT_EQUAL(r.schedule_id, schedule);
    CU_ASSERT_EQUAL(r.amount, 3000);
    CU_ASSERT_EQUAL(r.seat_count, 3);
    CU_ASSERT_EQUAL(r.seats[0].seat_number, 2);
    CU_ASSERT_EQUAL(r.seats[1].seat_number, 4);
    CU_ASSERT_EQUAL(r.seats[2].seat_number, 7);
    CU_ASSERT(r.created_at >= before && r.created_at <= now());
    CU_ASSERT_EQUAL(r.hold_expires_at, r.created_at + 300000);
    CU_ASSERT_EQUAL(r.payment_id, 0);
    CU_ASSERT_EQUAL(r.paid_at, -1);
    CU_ASSERT_EQUAL_FATAL(booking_get(&app, &a, r.reservation_id, &again), ERR_OK);
    CU_ASSERT_STRING_EQUAL(again.status, "PENDING");
    CU_ASSERT_EQUAL(again.starts_at, r.starts_at);
    CU_ASSERT_EQUAL(again.hold_expires_at, r.hold_expires_at);
    CU_ASSERT_EQUAL(again.seat_count, 3);
    CU_ASSERT_EQUAL(again.seats[2].seat_number, 7);
    reservation_clear(&r);
    reservation_clear(&again);
    scratch_app_close(&app);
}

static void test_all_seats_or_none(void)
{
    open_box_office(10);
    struct caller a = newcomer(600), b = newcomer(600);
    CU_ASSERT_EQUAL(hold(&a, 3, 2, NULL), ERR_OK);
    CU_ASSERT_EQUAL(hold(&b, 2, 4, NULL), ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL(app.problem.seat_count, 2);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[0], 3);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[1], 4);
    CU_ASSERT_EQUAL(count_seats("HELD"), 2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation"), 1);
    CU_ASSERT_EQUAL(hold(&b, 5, 4, NULL), ERR_OK);
    scratch_app_close(&app);
}

static void test_seats_by_id_and_many_of_them(void)
{
    open_box_office(150);
    struct caller a = newcomer(600);
    struct reservation r;
    scratch_sql(app.db, "UPDATE concert SET max_seats_per_user = 100");
    int64_t first = scratch_int(app.db, "SELECT MIN(seat_id) FROM seat WHERE schedule_id = %lld",
                                (long long)schedule);
    struct hold_request req = {.schedule_id = schedule, .by_id = true, .seat_count = 100};
    for (int i = 0; i < 100; i++)
        req.seats[i] = first + 120 - i;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &a, &req, NULL, &r), ERR_OK);
    CU_ASSERT_EQUAL(r.seat_count, 100);
    CU_ASSERT_EQUAL(r.seats[0].seat_number, 22);
    CU_ASSERT_EQUAL(r.seats[99].seat_number, 121);
    CU_ASSERT_EQUAL(count_seats("HELD"), 100);
    reservation_clear(&r);
    scratch_app_close(&app);
}

static void test_seats_that_are_none_and_seats_not_for_sale(void)
{
    open_box_office(10);
    struct caller a = newcomer(600);
    CU_ASSERT_EQUAL(hold(&a, 9, 4, NULL), ERR_SEAT_NOT_FOUND);
    CU_ASSERT_EQUAL(app.problem.seat_count, 2);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[0], 11);
    CU_ASSERT_EQUAL(app.problem.seat_numbers[1], 12);
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_number = 5");
    CU_ASSERT_EQUAL(hold(&a, 5, 1, NULL), ERR_SEAT_TAKEN);
    schedule += 1000;
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_SCHEDULE_NOT_FOUND);
    scratch_app_close(&app);
}

static void test_a_hold_is_over_at_its_very_moment(void)
{
    open_box_office(10);
    struct caller a = newcomer(600), b = newcomer(600);
    struct reservation r;
    int64_t id = 0, second = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, 2, &id), ERR_OK);
    int64_t end = hold_end(id);
    scratch_set_clock(app.db, end - 1);
    CU_ASSERT_EQUAL(hold(&b, 1, 1, NULL), ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL(booking_get(&app, &a, id, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "PENDING");
    reservation_clear(&r);
    scratch_set_clock(app.db, end);
    CU_ASSERT_EQUAL(booking_get(&app, &a, id, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "EXPIRED");
    reservation_clear(&r);
    CU_ASSERT_EQUAL(hold(&b, 1, 1, &second), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT reservation_id FROM seat WHERE seat_number = 1 "
                                "AND schedule_id = %lld",
                                (long long)schedule),
                    second);
    /* The former owner, giving back what is over, does not give back the other's seat. */
    CU_ASSERT_EQUAL(booking_release(&app, &a, id, NULL), ERR_OK);
    CU_ASSERT_EQUAL(booking_get(&app, &a, id, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "EXPIRED");
    reservation_clear(&r);
    CU_ASSERT_EQUAL(booking_get(&app, &b, second, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "PENDING");
    reservation_clear(&r);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT COUNT(*) FROM seat WHERE reservation_id = %lld "
                                "AND status = 'HELD'",
                                (long long)second),
                    1);
    scratch_app_close(&app);
}

static void test_giving_back_frees_the_seats_and_may_be_repeated(void)
{
    open_box_office(10);
    struct caller a = newcomer(600), b = newcomer(600);
    struct caller as_user = scratch_caller(&a.user);
    struct reservation r;
    int64_t id = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, 2, &id), ERR_OK);
    CU_ASSERT_EQUAL(booking_release(&app, &b, id, NULL), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(booking_release(&app, &a, id, NULL), ERR_OK);
    CU_ASSERT_EQUAL(count_seats("AVAILABLE"), 10);
    CU_ASSERT_EQUAL(booking_release(&app, &a, id, NULL), ERR_OK);
    CU_ASSERT_EQUAL(booking_release(&app, &as_user, id, NULL), ERR_OK);
    CU_ASSERT_EQUAL(booking_get(&app, &as_user, id, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "CANCELED");
    reservation_clear(&r);
    CU_ASSERT_EQUAL(hold(&b, 1, 2, NULL), ERR_OK);
    CU_ASSERT_EQUAL(booking_release(&app, &a, id, NULL), ERR_OK);
    CU_ASSERT_EQUAL(count_seats("HELD"), 2);
    CU_ASSERT_EQUAL(booking_release(&app, &a, 0, NULL), ERR_RESERVATION_NOT_FOUND);
    scratch_app_close(&app);
}

static void test_the_seat_limit_counts_held_and_sold_but_not_what_is_over(void)
{
    open_box_office(20);
    struct caller a = newcomer(6000);
    int64_t id = 0;
    CU_ASSERT_EQUAL(hold(&a, 1, 5, NULL), ERR_SEAT_LIMIT);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, 3, &id), ERR_OK);
    CU_ASSERT_EQUAL(hold(&a, 4, 2, NULL), ERR_SEAT_LIMIT);
    CU_ASSERT_EQUAL(hold(&a, 4, 1, NULL), ERR_OK);
    CU_ASSERT_EQUAL(hold(&a, 5, 1, NULL), ERR_SEAT_LIMIT);
    CU_ASSERT_EQUAL(booking_release(&app, &a, id, NULL), ERR_OK);
    CU_ASSERT_EQUAL(hold(&a, 5, 3, NULL), ERR_OK);
    scratch_set_clock(app.db, now() + 301000);
    CU_ASSERT_EQUAL(hold(&a, 10, 4, NULL), ERR_OK);
    schedule = scratch_schedule(app.db, concert, 10, 500);
    CU_ASSERT_EQUAL(hold(&a, 1, 4, NULL), ERR_OK); /* of another show */
    scratch_app_close(&app);
}

static void test_booking_opens_and_closes_at_its_moments(void)
{
    open_box_office(10);
    struct caller a = newcomer(600);
    int64_t t = now() + 1000;
    scratch_sql(app.db,
                "UPDATE schedule SET booking_opens_at = FROM_UNIXTIME(%lld.%03lld), "
                "booking_closes_at = FROM_UNIXTIME(%lld.%03lld) + INTERVAL 10 SECOND",
                (long long)(t / 1000), (long long)(t % 1000), (long long)(t / 1000),
                (long long)(t % 1000));
    scratch_set_clock(app.db, t - 1);
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_BOOKING_NOT_OPEN);
    scratch_set_clock(app.db, t);
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_OK);
    scratch_set_clock(app.db, t + 9999);
    CU_ASSERT_EQUAL(hold(&a, 2, 1, NULL), ERR_OK);
    scratch_set_clock(app.db, t + 10000);
    CU_ASSERT_EQUAL(hold(&a, 3, 1, NULL), ERR_BOOKING_CLOSED);
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_BOOKING_CLOSED);
    CU_ASSERT_EQUAL(hold(&a, 11, 1, NULL), ERR_SEAT_NOT_FOUND); /* 404 before 409 */
    scratch_app_close(&app);
}

static void test_a_day_with_one_show_and_with_two(void)
{
    open_box_office(10);
    struct caller a = newcomer(600);
    struct reservation r;
    struct hold_request req = {.concert_id = concert, .seat_count = 1, .seats = {1}};
    strcpy(req.date, "2030-05-06");
    scratch_sql(app.db, "UPDATE schedule SET local_date = '2030-05-06'");
    CU_ASSERT_EQUAL(booking_hold(&app, &a, &req, NULL, &r), ERR_OK);
    reservation_clear(&r);
    scratch_schedule(app.db, concert, 5, 1000);
    scratch_sql(app.db, "UPDATE schedule SET local_date = '2030-05-06'");
    CU_ASSERT_EQUAL(booking_hold(&app, &a, &req, NULL, &r), ERR_AMBIGUOUS_DATE);
    strcpy(req.date, "2001-01-01");
    CU_ASSERT_EQUAL(booking_hold(&app, &a, &req, NULL, &r), ERR_SCHEDULE_NOT_FOUND);
    req.concert_id++;
    CU_ASSERT_EQUAL(booking_hold(&app, &a, &req, NULL, &r), ERR_WRONG_CONCERT);
    scratch_app_close(&app);
}

static void test_only_those_inside_may_hold(void)
{
    open_box_office(10);
    struct caller a = newcomer(600);
    int64_t other = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, other, 10, 1000);
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_WRONG_CONCERT);
    schedule = scratch_schedule(app.db, concert, 10, 1000);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'WAITING', admitted_at = NULL, "
                        "session_ends_at = NULL");
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_NOT_ADMITTED);
    CU_ASSERT_EQUAL(app.problem.position, 1);
    CU_ASSERT(app.problem.retry_after >= 1);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3)");
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_QUEUE_TOKEN_EXPIRED);
    scratch_sql(app.db, "DELETE FROM queue_token");
    CU_ASSERT_EQUAL(hold(&a, 1, 1, NULL), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation"), 0);
    scratch_app_close(&app);
}

static void test_a_hold_lengthens_the_session_but_new_ones_start_within_its_first_end(void)
{
    open_box_office(10);
    struct caller a = newcomer(100);
    int64_t t = now(), id = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, 1, &id), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT t.expires_at = r.hold_expires_at FROM queue_token t, "
                                "reservation r"),
                    1);
    scratch_set_clock(app.db, t + 101000);
    CU_ASSERT_EQUAL(hold(&a, 2, 1, NULL), ERR_QUEUE_TOKEN_EXPIRED);
    struct reservation r;
    CU_ASSERT_EQUAL(booking_get(&app, &a, id, &r), ERR_OK); /* still inside */
    reservation_clear(&r);
    scratch_set_clock(app.db, hold_end(id));
    CU_ASSERT_EQUAL(booking_get(&app, &a, id, &r), ERR_QUEUE_TOKEN_EXPIRED);
    scratch_app_close(&app);
}

/* What a user may hold is counted under the lock of the token's row. A cluster's other host sees no
 * lock, but that two have changed the row. */
static void test_each_hold_changes_the_row_that_the_limit_hangs_on(void)
{
    int64_t id = 0;
    open_box_office(10);
    struct caller a = newcomer(3600);
    for (int i = 1; i <= 2; i++) {
        int64_t moment = now() + i * INT64_C(1000);
        scratch_set_clock(app.db, moment);
        CU_ASSERT_EQUAL(hold(&a, i, 1, &id), ERR_OK);
        CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT claimed_at = NOW(3) FROM queue_token"), 1);
    }
    scratch_app_close(&app);
}

static void test_lists_are_newest_first_and_go_on(void)
{
    open_box_office(10);
    struct caller a = newcomer(600);
    struct reservation r[3];
    int64_t ids[3] = {0};
    int count = 0;
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(hold(&a, 1 + i, 1, &ids[i]), ERR_OK);
    CU_ASSERT_EQUAL(booking_list(&app, &a.user, 0, 2, r, &count), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_EQUAL(r[0].reservation_id, ids[2]);
    CU_ASSERT_EQUAL(r[1].reservation_id, ids[1]);
    CU_ASSERT_EQUAL(r[1].seats[0].seat_number, 2);
    reservation_clear(&r[0]);
    reservation_clear(&r[1]);
    CU_ASSERT_EQUAL(booking_list(&app, &a.user, ids[1], 2, r, &count), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(count, 1);
    CU_ASSERT_EQUAL(r[0].reservation_id, ids[0]);
    reservation_clear(&r[0]);
    scratch_app_close(&app);
}

/* --- At the same time --- */

struct crowd {
    struct caller callers[24];
};

static enum err hold_one(struct app *own, int i, void *arg)
{
    struct crowd *crowd = arg;
    struct hold_request req = seats(4, 1);
    struct reservation r;
    enum err e = booking_hold(own, &crowd->callers[i], &req, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static void test_one_of_many_gets_the_seat(void)
{
    struct crowd crowd;
    int taken = 0;
    open_box_office(10);
    for (int i = 0; i < 24; i++)
        crowd.callers[i] = newcomer(600);
    CU_ASSERT_EQUAL(scratch_at_once(24, hold_one, &crowd, ERR_OK, ERR_SEAT_TAKEN, &taken), 1);
    CU_ASSERT_EQUAL(taken, 23);
    CU_ASSERT_EQUAL(count_seats("HELD"), 1);
    scratch_app_close(&app);
}

/* Overlapping seats, named in opposite orders. */
static enum err hold_crosswise(struct app *own, int i, void *arg)
{
    struct crowd *crowd = arg;
    struct hold_request req = {.schedule_id = schedule, .seat_count = 4};
    struct reservation r;
    for (int k = 0; k < 4; k++)
        req.seats[k] = i % 2 ? 10 - k - i % 5 : 1 + k + i % 5;
    enum err e = booking_hold(own, &crowd->callers[i], &req, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static void test_crosswise_holds_end_in_neither_deadlock_nor_halves(void)
{
    struct crowd crowd;
    int taken = 0;
    open_box_office(12);
    for (int i = 0; i < 24; i++)
        crowd.callers[i] = newcomer(600);
    int won = scratch_at_once(24, hold_crosswise, &crowd, ERR_OK, ERR_SEAT_TAKEN, &taken);
    CU_ASSERT(won >= 1 && won <= 3);
    CU_ASSERT_EQUAL(won + taken, 24);
    CU_ASSERT_EQUAL(count_seats("HELD"), INT64_C(4) * won);
    scratch_app_close(&app);
}

/* The limit holds when one user's requests meet. */
static enum err hold_two(struct app *own, int i, void *arg)
{
    struct hold_request req = seats(1 + 2 * i, 2);
    struct reservation r;
    enum err e = booking_hold(own, arg, &req, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static void test_the_seat_limit_holds_at_the_same_time(void)
{
    int limited = 0;
    open_box_office(20);
    struct caller a = newcomer(600);
    CU_ASSERT_EQUAL(scratch_at_once(8, hold_two, &a, ERR_OK, ERR_SEAT_LIMIT, &limited), 2);
    CU_ASSERT_EQUAL(limited, 6);
    CU_ASSERT_EQUAL(count_seats("HELD"), 4);
    scratch_app_close(&app);
}

SUITE(domain_booking, TEST(test_a_hold_says_what_it_holds), TEST(test_all_seats_or_none),
      TEST(test_seats_by_id_and_many_of_them),
      TEST(test_seats_that_are_none_and_seats_not_for_sale),
      TEST(test_a_hold_is_over_at_its_very_moment),
      TEST(test_giving_back_frees_the_seats_and_may_be_repeated),
      TEST(test_the_seat_limit_counts_held_and_sold_but_not_what_is_over),
      TEST(test_booking_opens_and_closes_at_its_moments),
      TEST(test_a_day_with_one_show_and_with_two), TEST(test_only_those_inside_may_hold),
      TEST(test_a_hold_lengthens_the_session_but_new_ones_start_within_its_first_end),
      TEST(test_each_hold_changes_the_row_that_the_limit_hangs_on),
      TEST(test_lists_are_newest_first_and_go_on), TEST(test_one_of_many_gets_the_seat),
      TEST(test_crosswise_holds_end_in_neither_deadlock_nor_halves),
      TEST(test_the_seat_limit_holds_at_the_same_time));
