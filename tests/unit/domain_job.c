/* The job's ticks, with a clock that the tests move. */
#include "domain/booking.h"
#include "job_shop.h"
#include "suite.h"
#include <string.h>

static void test_the_cap_is_kept_and_each_freed_slot_filled(void)
{
    shop_open();
    shop_settings(50, 1, 3, 600, 0);
    shop_join(10);
    CU_ASSERT_EQUAL(shop_tick(0), 3);
    CU_ASSERT_EQUAL(shop_tick(1000), 0);
    scratch_set_clock(shop.app.db, shop.base + 1500);
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3) "
                             "WHERE ticket = 2");
    CU_ASSERT_EQUAL(shop_tick(2000), 1);
    scratch_sql(shop.app.db, "UPDATE queue_state SET max_active = 1");
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                             "WHERE ticket IN (1, 3)");
    CU_ASSERT_EQUAL(shop_tick(3000), 0);
    scratch_sql(shop.app.db, "UPDATE queue_state SET max_active = 0");
    CU_ASSERT_EQUAL(shop_tick(4000), 6);
    shop_close();
}

static void test_a_session_ends_at_its_moment_and_its_slot_goes_on(void)
{
    shop_open();
    shop_settings(50, 1, 3, 600, 60);
    shop_join(10);
    CU_ASSERT_EQUAL(shop_tick(0), 3);
    scratch_sql(shop.app.db,
                "UPDATE queue_token SET claimed_at = NOW(3), expires_at = session_ends_at "
                "WHERE ticket = 1");
    CU_ASSERT_EQUAL(shop_tick(59999), 0);
    CU_ASSERT_EQUAL(shop.report.sessions_expired, 0);
    CU_ASSERT_EQUAL(shop_tick(60000), 2); /* those two that nobody claimed */
    CU_ASSERT_EQUAL(shop.report.sessions_expired, 2);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db,
                                "SELECT COUNT(*) FROM queue_token WHERE status = 'EXPIRED' "
                                "AND ended_at = expires_at"),
                    2);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 3);
    CU_ASSERT_EQUAL(shop_tick(600000),
                    3); /* the one who was there in time, and two more unclaimed */
    shop_close();
}

static void test_a_wait_ends_too(void)
{
    shop_open();
    shop_settings(1, 1, 1, 600, 0);
    shop_join(3);
    CU_ASSERT_EQUAL(shop_tick(0), 1);
    scratch_sql(shop.app.db, "UPDATE queue_token SET expires_at = NOW(3) + INTERVAL 5 SECOND "
                             "WHERE ticket = 2");
    shop_tick(4999);
    CU_ASSERT_EQUAL(shop.report.waits_expired, 0);
    shop_tick(5000);
    CU_ASSERT_EQUAL(shop.report.waits_expired, 1);
    scratch_sql(shop.app.db, "UPDATE queue_state SET max_active = 0");
    CU_ASSERT_EQUAL(shop_tick(6000), 1);
    CU_ASSERT_EQUAL(shop_state("now_serving"), 3);
    shop_close();
}

static void test_states_admit_or_do_not(void)
{
    static const struct {
        const char *name;
        int64_t admitted;
    } states[] = {{"PAUSED", 0}, {"CLOSED", 0}, {"DRAINING", 2}, {"OPEN", 2}};
    shop_open();
    shop_settings(2, 1, 0, 600, 0);
    shop_join(20);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        scratch_sql(shop.app.db, "UPDATE queue_state SET state = '%s'", states[i].name);
        CU_ASSERT_EQUAL(shop_tick((int64_t)i * 1000), states[i].admitted);
    }
    CU_ASSERT_EQUAL(shop_state("waiting"), 16);
    CU_ASSERT_EQUAL(shop_state("active"), 4);
    shop_close();
}

static void test_sold_out_comes_and_goes_by_itself(void)
{
    shop_open();
    shop_settings(1, 1, 0, 600, 0);
    int64_t schedule = scratch_schedule(shop.app.db, shop.concert, 3, 1000);
    shop_join(9);
    CU_ASSERT_EQUAL(shop_tick(0), 1);
    scratch_sql(shop.app.db, "UPDATE seat SET status = 'BLOCKED'");
    CU_ASSERT_EQUAL(shop_tick(1000), 0);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 1);
    scratch_sql(shop.app.db,
                "UPDATE seat SET status = 'AVAILABLE' WHERE schedule_id = %lld "
                "AND seat_number = 2",
                (long long)schedule);
    CU_ASSERT_EQUAL(shop_tick(2000), 1);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 0);
    shop_close();
}

/* Somebody inside may still buy, and what is left open afterwards must not take joins. */
static void test_what_sells_out_while_closed_is_known(void)
{
    shop_open();
    shop_settings(1, 1, 0, 600, 0);
    scratch_schedule(shop.app.db, shop.concert, 1, 1000);
    shop_join(1);
    CU_ASSERT_EQUAL(shop_tick(0), 1);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 0);
    scratch_sql(shop.app.db, "UPDATE queue_state SET state = 'CLOSED'");
    CU_ASSERT_EQUAL(shop_tick(1000), 0);
    scratch_sql(shop.app.db, "UPDATE seat SET status = 'BLOCKED'");
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3)");
    CU_ASSERT_EQUAL(shop_tick(2000), 0);
    scratch_sql(shop.app.db, "UPDATE queue_state SET state = 'PAUSED'");
    CU_ASSERT_EQUAL(shop_tick(3000), 0);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 1);
    shop_close();
}

/* What can be booked decides; once every booking is over, all shows do. */
static void test_sold_out_follows_what_can_be_booked(void)
{
    shop_open();
    shop_settings(1, 1, 0, 600, 0);
    int64_t sold = scratch_schedule(shop.app.db, shop.concert, 3, 1000);
    int64_t past = scratch_schedule(shop.app.db, shop.concert, 3, 1000);
    shop_join(9);
    scratch_sql(shop.app.db, "UPDATE seat SET status = 'BLOCKED' WHERE schedule_id = %lld",
                (long long)sold);
    scratch_sql(shop.app.db,
                "UPDATE schedule SET booking_closes_at = booking_opens_at WHERE schedule_id = %lld",
                (long long)past);
    shop_tick(0);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 1); /* what is left cannot be booked any more */
    scratch_sql(shop.app.db, "UPDATE seat SET status = 'BLOCKED'");
    scratch_sql(shop.app.db, "UPDATE schedule SET booking_closes_at = booking_opens_at");
    shop_tick(1000);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 1); /* nor does closing bring anything back */
    scratch_sql(shop.app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    shop_tick(2000);
    CU_ASSERT_EQUAL(shop_state("sold_out"), 0); /* no shows, nothing sold out */
    shop_close();
}

static void test_holds_that_are_over_are_tidied(void)
{
    shop_open();
    scratch_schedule(shop.app.db, shop.concert, 10, 1000);
    struct uuid users[2] = {scratch_user(shop.app.db, 0), scratch_user(shop.app.db, 0)};
    struct caller a = scratch_inside(shop.app.db, &users[0], shop.concert, 1, 6000);
    struct caller b = scratch_inside(shop.app.db, &users[1], shop.concert, 2, 6000);
    int64_t schedule = scratch_int(shop.app.db, "SELECT schedule_id FROM schedule");
    struct hold_request req = {.schedule_id = schedule, .seat_count = 2, .seats = {1, 2}};
    struct reservation first, second;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&shop.app, &a, &req, NULL, &first), ERR_OK);
    scratch_set_clock(shop.app.db, first.hold_expires_at);
    req.seats[0] = 3;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&shop.app, &b, &req, NULL, &second), ERR_OK);
    shop_tick(first.hold_expires_at - shop.base);
    CU_ASSERT_EQUAL(shop.report.holds_expired, 1);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db,
                                "SELECT COUNT(*) FROM reservation WHERE status = 'EXPIRED' "
                                "AND ended_at = hold_expires_at"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db,
                                "SELECT COUNT(*) FROM seat WHERE status = 'HELD' AND "
                                "reservation_id = %lld",
                                (long long)second.reservation_id),
                    2);
    CU_ASSERT_EQUAL(
        scratch_int(shop.app.db, "SELECT COUNT(*) FROM seat WHERE status = 'AVAILABLE'"), 8);
    shop_tick(first.hold_expires_at - shop.base + 1000);
    CU_ASSERT_EQUAL(shop.report.holds_expired, 0);
    reservation_clear(&first);
    reservation_clear(&second);
    shop_close();
}

static void test_what_is_old_is_deleted(void)
{
    shop_open();
    shop_settings(2, 1, 0, 600, 0);
    shop_join(4);
    CU_ASSERT_EQUAL(shop_tick(0), 2);
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3) "
                             "WHERE ticket = 1");
    scratch_sql(shop.app.db,
                "INSERT INTO idempotency VALUES (0x%032d, 'k', REPEAT(0x01, 32), 201, '', "
                "NOW(3))",
                1);
    int64_t deleted = 0;
    for (int i = 0; i < 11; i++) {
        shop_tick(6 * INT64_C(86400000) + i * INT64_C(1000));
        deleted += shop.report.rows_deleted;
    }
    CU_ASSERT_EQUAL(deleted, 1); /* the key */
    CU_ASSERT_EQUAL(shop_tokens("FINISHED"), 1);
    for (int i = 0; i < 11; i++)
        shop_tick(9 * INT64_C(86400000) + i * INT64_C(1000));
    CU_ASSERT_EQUAL(shop_tokens("FINISHED"), 0);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT COUNT(*) FROM admission WHERE "
                                             "admitted_at < NOW(3) - INTERVAL 7 DAY"),
                    0);
    shop_close();
}

static void test_the_lease_is_one_holders_at_a_time(void)
{
    struct job_report r;
    shop_open();
    shop_settings(1, 1, 0, 600, 0);
    shop_join(5);
    CU_ASSERT_EQUAL(job_tick(&shop.app, "one", &r), ERR_OK);
    CU_ASSERT(r.lease);
    CU_ASSERT_EQUAL(r.admitted, 1);
    scratch_set_clock(shop.app.db, shop.base + 1000);
    CU_ASSERT_EQUAL(job_tick(&shop.app, "two", &r), ERR_OK);
    CU_ASSERT_FALSE(r.lease);
    CU_ASSERT_EQUAL(r.admitted, 0);
    CU_ASSERT_EQUAL(job_release(&shop.app, "two"), ERR_OK);
    CU_ASSERT_EQUAL(job_tick(&shop.app, "two", &r), ERR_OK);
    CU_ASSERT_FALSE(r.lease);
    CU_ASSERT_EQUAL(job_release(&shop.app, "one"), ERR_OK);
    CU_ASSERT_EQUAL(job_tick(&shop.app, "two", &r), ERR_OK);
    CU_ASSERT(r.lease);
    CU_ASSERT_EQUAL(r.admitted, 1);
    /* A holder that died is followed within seconds. */
    scratch_set_clock(shop.app.db, shop.base + 4999);
    CU_ASSERT_EQUAL(job_tick(&shop.app, "one", &r), ERR_OK);
    CU_ASSERT_FALSE(r.lease);
    scratch_set_clock(shop.app.db, shop.base + 5000);
    CU_ASSERT_EQUAL(job_tick(&shop.app, "one", &r), ERR_OK);
    CU_ASSERT(r.lease);
    shop_close();
}

static enum err any_row(const struct db_value *row, void *arg)
{
    (void)row;
    (void)arg;
    return ERR_OK;
}

/* It is done each second, whether there are a hundred rows or a million. */
static void test_the_look_at_the_queues_reads_no_row_after_another(void)
{
    static const char rows_read[] =
        "SELECT CAST(SUM(variable_value) AS SIGNED) FROM "
        "/*M! information_schema */ /*!80000 performance_schema */ .session_status "
        "WHERE variable_name IN ('Handler_read_next', 'Handler_read_prev')";
    shop_open();
    shop_join(100);
    int64_t before = scratch_int(shop.app.db, rows_read);
    CU_ASSERT_EQUAL(db_query(shop.app.db, STMT_JOB_QUEUES, any_row, NULL), ERR_OK);
    CU_ASSERT(scratch_int(shop.app.db, rows_read) - before < 20);
    shop_close();
}

SUITE(domain_job, TEST(test_the_cap_is_kept_and_each_freed_slot_filled),
      TEST(test_a_session_ends_at_its_moment_and_its_slot_goes_on), TEST(test_a_wait_ends_too),
      TEST(test_states_admit_or_do_not), TEST(test_sold_out_comes_and_goes_by_itself),
      TEST(test_what_sells_out_while_closed_is_known),
      TEST(test_sold_out_follows_what_can_be_booked), TEST(test_holds_that_are_over_are_tidied),
      TEST(test_what_is_old_is_deleted), TEST(test_the_lease_is_one_holders_at_a_time),
      TEST(test_the_look_at_the_queues_reads_no_row_after_another));
