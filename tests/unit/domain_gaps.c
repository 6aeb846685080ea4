/* Ticket numbers that were drawn and never used. */
#include "db_scratch.h"
#include "domain/job.h"
#include "domain/job_gaps.h"
#include "suite.h"

static struct app app;
static int64_t concert, base;

static void open_shop(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    CU_ASSERT_EQUAL(db_now(app.db, &base), ERR_OK);
    scratch_set_clock(app.db, base);
    concert = scratch_concert(app.db);
    /* nobody comes in: only the numbers are looked at */
    scratch_sql(app.db, "UPDATE queue_state SET state = 'PAUSED'");
}

static void close_shop(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void join(int64_t ticket)
{
    struct uuid user;
    uuid_random(&user);
    scratch_sql(app.db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at) VALUES (%lld, %s, %lld, 'WAITING', NOW(3), NOW(3) + INTERVAL 1 DAY)",
                (long long)concert, scratch_hex(&user), (long long)ticket);
}

static void tick(int64_t ms)
{
    struct job_report report;
    scratch_set_clock(app.db, base + ms);
    CU_ASSERT_EQUAL(job_tick(&app, "the test", &report), ERR_OK);
    CU_ASSERT(report.lease);
}

static int64_t recorded(void)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = 'VOID'");
}

static void test_lost_numbers_are_recorded_after_some_seconds(void)
{
    open_shop();
    join(2); /* 1 was lost before anyone */
    join(3);
    join(7); /* and 4 to 6 */
    tick(1000);
    CU_ASSERT_EQUAL(recorded(), 0); /* their joins may still be under way */
    tick(4000);
    CU_ASSERT_EQUAL(recorded(), 4);
    CU_ASSERT_EQUAL(
        scratch_int(app.db, "SELECT SUM(ticket) FROM queue_token WHERE status = 'VOID'"),
        1 + 4 + 5 + 6);
    tick(5000);
    CU_ASSERT_EQUAL(recorded(), 4);
    close_shop();
}

static void test_numbers_in_use_are_left_alone(void)
{
    open_shop();
    for (int64_t ticket = 1; ticket <= 5; ticket++)
        join(ticket);
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) WHERE ticket = 2");
    tick(4000);
    CU_ASSERT_EQUAL(recorded(), 0);
    close_shop();
}

static void test_what_now_serving_has_passed_is_left_alone(void)
{
    open_shop();
    scratch_sql(app.db, "UPDATE queue_state SET now_serving = 10, last_ticket = 10");
    join(11);
    join(13);
    tick(4000);
    CU_ASSERT_EQUAL(recorded(), 1);
    close_shop();
}

static void test_few_that_nobody_holds_are_counted_each_time(void)
{
    int64_t gone = -1;
    open_shop();
    for (int64_t ticket = 1; ticket <= 5; ticket++)
        join(ticket);
    CU_ASSERT_EQUAL(job_count_gone(&app, concert, 0, &gone), ERR_OK);
    CU_ASSERT_EQUAL(gone, 0);
    for (int ticket = 2; ticket <= 4; ticket++) {
        scratch_sql(app.db,
                    "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) WHERE ticket = %d",
                    ticket);
        CU_ASSERT_EQUAL(job_count_gone(&app, concert, 0, &gone), ERR_OK);
        CU_ASSERT_EQUAL(gone, ticket - 1);
    }
    CU_ASSERT_EQUAL(job_count_gone(&app, concert, 3, &gone), ERR_OK);
    CU_ASSERT_EQUAL(gone, 1);
    close_shop();
}

SUITE(domain_gaps, TEST(test_lost_numbers_are_recorded_after_some_seconds),
      TEST(test_numbers_in_use_are_left_alone),
      TEST(test_what_now_serving_has_passed_is_left_alone),
      TEST(test_few_that_nobody_holds_are_counted_each_time));
