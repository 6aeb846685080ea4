/*
 * What happens to somebody's rows between the moment at which a hold looks at them and the moment
 * at which it locks them. The other transaction has done its part but not committed when the hold
 * begins, which therefore sees nothing of it, and waits for it at its first lock in common.
 */
#include "db_scratch.h"
#include "domain/booking.h"
#include "suite.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEATS = 10 };

static struct app app;
static int64_t concert, schedule, ticket;

static void open_box_office(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, 1000);
    ticket = 0;
}

static void close_box_office(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static struct caller newcomer(void)
{
    struct uuid user = scratch_user(app.db, 100000);
    return scratch_inside(app.db, &user, concert, ++ticket, 600);
}

/* A hold of two seats, or of `count`, from `seat` on, in a thread, on a connection of its own. */
struct holding {
    struct caller caller;
    int seat, count;
    enum err result;
    struct problem problem;
    pthread_t thread;
};

static enum err hold_many(struct app *own, const struct caller *caller, int seat, int count)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = count};
    struct reservation r;
    for (int i = 0; i < count; i++)
        req.seats[i] = seat + i;
    app_problem_reset(own);
    enum err e = booking_hold(own, caller, &req, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static enum err hold(struct app *own, const struct caller *caller, int seat)
{
    return hold_many(own, caller, seat, 2);
}

static void *hold_in_thread(void *arg)
{
    struct holding *h = arg;
    struct app own = scratch_app();
    h->result = hold_many(&own, &h->caller, h->seat, h->count ? h->count : 2);
    h->problem = own.problem;
    scratch_app_close(&own);
    return NULL;
}

static void start(struct holding *h, const char *waiting)
{
    CU_ASSERT_EQUAL_FATAL(pthread_create(&h->thread, NULL, hold_in_thread, h), 0);
    CU_ASSERT(scratch_wait_statement(app.db, waiting));
}

static struct db *begin_other(const struct caller *caller)
{
    struct db *other = scratch_open();
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other, "SET @token = %lld, @schedule = %lld, @user = %s",
                (long long)caller->token_id, (long long)schedule, scratch_hex(&caller->user));
    return other;
}

static void commit_other(struct db *other, struct holding *h)
{
    scratch_sql(other, "COMMIT");
    pthread_join(h->thread, NULL);
    db_free(other);
}

#define AT_ITS_TOKEN "UPDATE queue_token%"
#define AT_ITS_SEATS "UPDATE seat%"

static void expect_nothing_held(void)
{
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation"), 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'AVAILABLE'"),
                    SEATS);
}

static void test_a_session_that_ends_in_between(void)
{
    open_box_office();
    struct holding h = {.caller = newcomer(), .seat = 1};
    struct db *other = begin_other(&h.caller);
    scratch_sql(other, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                       "WHERE token_id = @token");
    start(&h, AT_ITS_TOKEN);
    commit_other(other, &h);
    CU_ASSERT_EQUAL(h.result, ERR_QUEUE_TOKEN_EXPIRED);
    expect_nothing_held();
    close_box_office();
}

/* The same user holds three seats with another request: with two more they would be five of four.
 */
static void test_another_hold_of_the_user_in_between(void)
{
    open_box_office();
    struct holding h = {.caller = newcomer(), .seat = 1};
    struct db *other = begin_other(&h.caller);
    scratch_sql(other, "UPDATE queue_token SET holds = holds + 1 WHERE token_id = @token");
    scratch_sql(other,
                "INSERT INTO reservation (user_id, concert_id, schedule_id, status, seat_count, "
                "amount, created_at, hold_expires_at) VALUES (@user, %lld, @schedule, 'PENDING', "
                "3, 3000, NOW(3), NOW(3) + INTERVAL 5 MINUTE)",
                (long long)concert);
    scratch_sql(other, "SET @reservation = LAST_INSERT_ID()");
    scratch_sql(other, "UPDATE seat t JOIN reservation r ON r.reservation_id = @reservation "
                       "SET t.status = 'HELD', t.reservation_id = @reservation, "
                       "t.hold_expires_at = r.hold_expires_at WHERE t.seat_number > 7");
    scratch_sql(other, "INSERT INTO reservation_seat (reservation_id, seat_id, price) "
                       "SELECT reservation_id, seat_id, price FROM seat "
                       "WHERE reservation_id = @reservation");
    start(&h, AT_ITS_TOKEN);
    commit_other(other, &h);
    CU_ASSERT_EQUAL(h.result, ERR_SEAT_LIMIT);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD'"), 3);
    close_box_office();
}

/* Somebody else gets one of the two seats. */
static void test_a_seat_taken_in_between(void)
{
    open_box_office();
    struct holding h = {.caller = newcomer(), .seat = 1};
    struct db *other = begin_other(&h.caller);
    scratch_sql(other, "UPDATE seat SET status = 'BLOCKED' WHERE schedule_id = @schedule "
                       "AND seat_number = 2");
    start(&h, AT_ITS_SEATS);
    commit_other(other, &h);
    CU_ASSERT_EQUAL(h.result, ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL(h.problem.seat_count, 1);
    CU_ASSERT_EQUAL(h.problem.seat_numbers[0], 2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation"), 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT holds FROM queue_token"), 0);
    close_box_office();
}

/* One of the seats is given another price: that is what is held, whatever was seen. */
static void hold_a_seat_at_another_price(int count)
{
    open_box_office();
    scratch_sql(app.db, "UPDATE concert SET max_seats_per_user = 100");
    struct holding h = {.caller = newcomer(), .seat = 1, .count = count};
    struct db *other = begin_other(&h.caller);
    scratch_sql(other, "UPDATE seat SET price = 3000 WHERE schedule_id = @schedule "
                       "AND seat_number = 2");
    start(&h, AT_ITS_SEATS);
    commit_other(other, &h);
    CU_ASSERT_EQUAL(h.result, ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT amount FROM reservation"),
                    INT64_C(1000) * (count + 2));
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT SUM(price) FROM reservation_seat"),
                    INT64_C(1000) * (count + 2));
    close_box_office();
}

static void test_another_price_in_between(void)
{
    hold_a_seat_at_another_price(2);
    hold_a_seat_at_another_price(4);
    hold_a_seat_at_another_price(6);
}

/* A hold that looks in time and waits until `column` has passed. */
static void hold_too_late(const char *table, const char *column, enum err want)
{
    open_box_office();
    struct holding h = {.caller = newcomer(), .seat = 1};
    scratch_sql(app.db, "UPDATE %s SET %s = NOW(3) + INTERVAL 700000 MICROSECOND", table, column);
    struct db *other = begin_other(&h.caller);
    scratch_sql(other, "SELECT 1 FROM seat WHERE schedule_id = @schedule AND seat_number = 2 "
                       "FOR UPDATE");
    start(&h, AT_ITS_SEATS);
    CU_ASSERT(scratch_wait(app.db, "(SELECT %s <= NOW(3) FROM %s)", column, table));
    commit_other(other, &h);
    CU_ASSERT_EQUAL(h.result, want);
    expect_nothing_held();
    close_box_office();
}

static void test_whoever_waits_until_it_is_too_late_gets_nothing(void)
{
    hold_too_late("schedule", "booking_closes_at", ERR_BOOKING_CLOSED);
    hold_too_late("queue_token", "session_ends_at", ERR_QUEUE_TOKEN_EXPIRED);
}

/* The first call of a session claims it for its whole length, whatever the hold's. */
static void test_a_first_call_that_holds_claims_the_session(void)
{
    open_box_office();
    struct caller a = newcomer();
    scratch_sql(app.db, "UPDATE concert SET hold_seconds = 1");
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NULL, "
                        "expires_at = NOW(3) + INTERVAL 60 SECOND");
    CU_ASSERT_EQUAL(hold(&app, &a, 1), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT claimed_at IS NOT NULL "
                                        "AND expires_at = session_ends_at FROM queue_token"),
                    1);
    close_box_office();
}

/* Who has only joined a queue is made known by the first hold. */
static void test_somebody_new_is_made_known(void)
{
    open_box_office();
    struct uuid user;
    uuid_random(&user);
    struct caller a = scratch_inside(app.db, &user, concert, ++ticket, 600);
    CU_ASSERT_EQUAL(hold(&app, &a, 1), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM wallet"), 1);
    close_box_office();
}

/* Somebody who has held and given back all day is looked at in another way, with the same result.
 */
static void test_many_holds_given_back(void)
{
    open_box_office();
    struct caller a = newcomer();
    struct holding h = {.caller = a, .seat = 1};
    struct db *other = begin_other(&h.caller);
    scratch_sql(other, "INSERT INTO reservation (user_id, concert_id, schedule_id, status, "
                       "seat_count, amount, created_at, hold_expires_at, ended_at) "
                       "SELECT @user, 1, @schedule, 'CANCELED', 1, 0, NOW(3), NOW(3), NOW(3) "
                       "FROM digit a, digit b, digit c");
    scratch_sql(other, "COMMIT");
    CU_ASSERT_EQUAL(hold(&app, &a, 1), ERR_OK);
    CU_ASSERT_EQUAL(hold(&app, &a, 3), ERR_OK);
    CU_ASSERT_EQUAL(hold(&app, &a, 5), ERR_SEAT_LIMIT);
    scratch_sql(other, "DELETE FROM reservation WHERE status = 'CANCELED'");
    db_free(other);
    close_box_office();
}

/* One reservation is enough for the limit to be counted once, however many seats are looked at. */
static void test_own_seats_are_counted_once(void)
{
    open_box_office();
    struct caller a = newcomer();
    CU_ASSERT_EQUAL(hold(&app, &a, 1), ERR_OK);
    CU_ASSERT_EQUAL(hold(&app, &a, 3), ERR_OK);
    CU_ASSERT_EQUAL(hold(&app, &a, 5), ERR_SEAT_LIMIT);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT holds FROM queue_token"), 2);
    close_box_office();
}

/* The seats that are taken are nothing that helps with a key which is in use. */
static void test_a_key_in_use_comes_before_what_was_seen(void)
{
    open_box_office();
    struct caller a = newcomer(), b = newcomer();
    struct hold_request req = {.schedule_id = schedule, .seat_count = 1, .seats = {1}};
    struct idem idem = scratch_used_key(app.db, &b.user);
    struct reservation r;
    CU_ASSERT_EQUAL(hold(&app, &a, 1), ERR_OK);
    app_problem_reset(&app);
    CU_ASSERT_EQUAL(booking_hold(&app, &b, &req, &idem, &r), ERR_IDEMPOTENCY_MISMATCH);
    CU_ASSERT_EQUAL(app.problem.seat_count, 0);
    text_buf_free(&idem.body);
    close_box_office();
}

SUITE(domain_holds_meet, TEST(test_a_session_that_ends_in_between),
      TEST(test_another_hold_of_the_user_in_between), TEST(test_a_seat_taken_in_between),
      TEST(test_another_price_in_between),
      TEST(test_whoever_waits_until_it_is_too_late_gets_nothing),
      TEST(test_a_first_call_that_holds_claims_the_session), TEST(test_somebody_new_is_made_known),
      TEST(test_many_holds_given_back), TEST(test_own_seats_are_counted_once),
      TEST(test_a_key_in_use_comes_before_what_was_seen));
