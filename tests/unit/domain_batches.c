/* Batches, and the rates that are told from them, with a clock that the tests move. */
#include "domain/concert.h"
#include "domain/job_admit.h"
#include "domain/job_rate.h"
#include "job_shop.h"
#include "suite.h"
#include <string.h>

static void test_due_batches(void)
{
    static const struct {
        int64_t t0, interval, last, since, now, due, newest;
    } rows[] = {
        {1000, 10, -1, -1, 999, 0, -1},    /* not open yet */
        {1000, 10, -1, -1, 1000, 1, 0},    /* the first falls at t0 */
        {1000, 10, -1, 1000, 10999, 0, 0}, /* between two */
        {1000, 10, -1, 1000, 11000, 1, 1}, /* at its very moment */
        {1000, 10, 0, 10999, 11500, 1, 1}, /* at the first tick after it */
        {1000, 10, 1, 11500, 12000, 0, 1}, /* once */
        {1000, 10, 1, 500, 12000, 0, 1},   /* once, whatever the last tick was */
        {0, 1, -1, 5000, 8000, 3, 8},      /* a short pause is made up for */
        {0, 1, -1, 5000, 65000, 5, 65},    /* of a long one the last five seconds */
        {0, 300, 0, 0, 900000, 1, 3},      /* of a cycle the newest */
        {0, 1, -2, 5000, 5500, 5, 5},      /* no tick has seen these */
        {0, 300, -2, 5000, 6000, 1, 0},    /* though there have been some */
        {0, 300, 2, 0, 903000, 1, 3},      {0, 1, -1, -1, 60000, 5, 60}, /* no tick before */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t newest = -7;
        CU_ASSERT_EQUAL(job_batches_due(rows[i].t0, rows[i].interval, rows[i].last, rows[i].since,
                                        rows[i].now, &newest),
                        rows[i].due);
        CU_ASSERT_EQUAL(newest, rows[i].newest);
    }
}

static void test_the_rate_follows_the_admissions(void)
{
    int64_t rate = -1;
    CU_ASSERT_EQUAL(job_smooth_rate(-1, 0, 1, 1), -1);
    rate = job_smooth_rate(rate, 50, 0, 1);
    CU_ASSERT_EQUAL(rate, 50000000);
    for (int i = 0; i < 300; i++)
        rate = job_smooth_rate(rate, 10, 1, 1);
    CU_ASSERT(rate > 9900000 && rate < 10100000);
    for (int i = 0; i < 300; i++)
        rate = job_smooth_rate(rate, 0, 1, 1);
    CU_ASSERT(rate >= 0 && rate < 100000);
}

/* People per second as a flow has them, in thousandths; -1: unknown. */
static int64_t flow_rate(const struct job_flow *f)
{
    return f->ms ? f->people / f->ms : -1;
}

static void test_the_flow_is_of_freed_places_alone(void)
{
    struct job_flow f = {.at = -1};
    job_flow_note(&f, false, false, 20, 1000);
    CU_ASSERT_EQUAL(flow_rate(&f), -1);
    job_flow_note(&f, false, true, 20, 2000); /* these had places before anybody went */
    CU_ASSERT_EQUAL(flow_rate(&f), -1);
    for (int64_t t = 3000; t < 10000; t += 1000)
        job_flow_note(&f, true, true, 0, t);
    CU_ASSERT_EQUAL(flow_rate(&f), -1);
    job_flow_note(&f, true, true, 4, 10000);
    CU_ASSERT_EQUAL(flow_rate(&f), 500);
    /* Room for all, and later none: what filled it is no flow, nor is the time between. */
    job_flow_note(&f, true, false, 50, 11000);
    job_flow_note(&f, false, true, 50, 99000);
    CU_ASSERT_EQUAL(flow_rate(&f), 500);
    for (int64_t t = 100000; t < 300000; t += 1000)
        job_flow_note(&f, true, true, 2, t);
    CU_ASSERT(flow_rate(&f) > 1950 && flow_rate(&f) <= 2000);
}

/* Waves of people who came in together, told all the time between them. */
static void test_the_flow_of_waves_is_steady(void)
{
    struct job_flow f = {.at = -1};
    job_flow_note(&f, false, true, 20, 0);
    for (int64_t t = 1000; t <= 600000; t += 1000) {
        job_flow_note(&f, true, true, t % 60000 == 0 ? 20 : 0, t);
        CU_ASSERT_EQUAL(flow_rate(&f), t < 60000 ? -1 : 333);
    }
    for (int64_t t = 601000; t <= 1200000; t += 1000) /* one each ten seconds instead */
        job_flow_note(&f, true, true, t % 10000 == 0, t);
    CU_ASSERT(flow_rate(&f) >= 100 && flow_rate(&f) < 125);
}

static void test_batches_fall_on_their_grid(void)
{
    shop_open();
    shop_settings(5, 10, 0, 600, 0);
    shop_join(20);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    for (int64_t ms = 1000; ms < 10000; ms += 1000)
        CU_ASSERT_EQUAL(shop_tick(ms), 0);
    CU_ASSERT_EQUAL(shop_tick(9999), 0);
    CU_ASSERT_EQUAL(shop_tick(10000), 5);
    CU_ASSERT_EQUAL(shop_tick(20700), 5); /* a tick that comes late */
    CU_ASSERT_EQUAL(shop_tick(30000), 5); /* does not move the next */
    CU_ASSERT_EQUAL(shop_tick(40000), 0);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT COUNT(*) FROM admission"), 4);
    shop_close();
}

static void test_the_lowest_numbers_come_first(void)
{
    shop_open();
    shop_settings(3, 1, 0, 600, 0);
    shop_join(10);
    scratch_sql(shop.app.db,
                "UPDATE queue_token SET ticket = ticket + 100 WHERE MOD(ticket, 2) = 0");
    CU_ASSERT_EQUAL(shop_tick(0), 3);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT MAX(ticket) FROM queue_token "
                                             "WHERE status = 'ACTIVE'"),
                    5);
    CU_ASSERT_EQUAL(shop_state("now_serving"), 5);
    CU_ASSERT_EQUAL(shop_tick(1000), 3);
    CU_ASSERT_EQUAL(shop_state("now_serving"), 102);
    CU_ASSERT_EQUAL(shop_state("last_ticket"), 110);
    /* One that was inserted late, with a number below now serving, is in the next batch. */
    shop.next_ticket = 50;
    shop_join(1);
    CU_ASSERT_EQUAL(shop_tick(2000), 3);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT COUNT(*) FROM queue_token WHERE ticket = 50 "
                                             "AND status = 'ACTIVE'"),
                    1);
    CU_ASSERT_EQUAL(shop_state("now_serving"), 106);
    shop_close();
}

static void test_places_that_nobody_wants_lapse(void)
{
    shop_open();
    shop_settings(5, 10, 0, 600, 0);
    CU_ASSERT_EQUAL(shop_tick(0), 0);
    scratch_set_clock(shop.app.db, shop.base + 1000);
    shop_join(20);
    CU_ASSERT_EQUAL(shop_tick(2000), 0);
    CU_ASSERT_EQUAL(shop_tick(10000), 5);
    shop_close();
}

static void test_a_pause_of_the_job_is_made_up_for_in_part(void)
{
    shop_open();
    shop_settings(5, 1, 0, 86400, 0);
    shop_join(120);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    CU_ASSERT_EQUAL(shop_tick(3000), 15);
    CU_ASSERT_EQUAL(shop_tick(63000), 25);
    CU_ASSERT_EQUAL(shop_tick(64000), 5);
    shop_settings(5, 300, 0, 86400, 0);
    scratch_sql(shop.app.db, "UPDATE queue_state SET last_batch = 0");
    CU_ASSERT_EQUAL(shop_tick(900000), 5);
    CU_ASSERT_EQUAL(shop_tick(901000), 0);
    CU_ASSERT_EQUAL(shop_tick(1200000), 5);
    shop_close();
}

static int64_t tell_flow(void)
{
    return shop_state("IF(flow_ms > 0, flow_people DIV flow_ms, -1)");
}

static void test_it_is_told_what_keeps_people_waiting(void)
{
    shop_open();
    shop_settings(5, 1, 8, 600, 0);
    shop_join(30);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    CU_ASSERT_EQUAL(shop_state("limited_by"), QUEUE_BY_BATCHES);
    CU_ASSERT_EQUAL(shop_tick(1000), 3);
    CU_ASSERT_EQUAL(shop_state("limited_by"), QUEUE_BY_CAP);
    CU_ASSERT_EQUAL(shop_tick(2000), 0);
    CU_ASSERT_EQUAL(tell_flow(), -1);
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3) "
                             "WHERE ticket <= 2");
    CU_ASSERT_EQUAL(shop_tick(5000), 2);
    CU_ASSERT_EQUAL(tell_flow(), 500);
    scratch_sql(shop.app.db, "UPDATE queue_state SET state = 'PAUSED'");
    shop_tick(6000);
    CU_ASSERT_EQUAL(shop_state("limited_by"), QUEUE_BY_BATCHES);
    scratch_sql(shop.app.db, "UPDATE queue_state SET state = 'OPEN', max_active = 0");
    scratch_schedule(shop.app.db, shop.concert, 10, 1000); /* eight inside want them */
    CU_ASSERT_EQUAL(shop_tick(7000), 2);
    CU_ASSERT_EQUAL(shop_state("limited_by"), QUEUE_BY_SEATS);
    CU_ASSERT_EQUAL(tell_flow(), 500);
    CU_ASSERT_EQUAL(shop_tick(8000), 1);
    CU_ASSERT_EQUAL(tell_flow(), 602); /* three in five seconds, the latest weighs most */
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                             "WHERE status = 'WAITING'");
    shop_tick(9000);
    CU_ASSERT_EQUAL(shop_state("limited_by"), QUEUE_BY_BATCHES);
    shop_close();
}

/* A queue that opened while a tick was under way: that tick did not see its first batch. */
static void test_the_first_batch_is_not_missed(void)
{
    shop_open();
    shop_settings(5, 300, 0, 600, 0);
    shop_join(30);
    shop_tick(0);
    scratch_sql(shop.app.db, "UPDATE queue_state SET state = 'PAUSED'");
    CU_ASSERT_EQUAL(shop_tick(1000), 0);
    scratch_sql(shop.app.db,
                "UPDATE queue_state SET state = 'OPEN', last_batch = %d, "
                "t0 = NOW(3) - INTERVAL 5 MICROSECOND",
                JOB_UNSEEN);
    CU_ASSERT_EQUAL(shop_tick(2000), 5);
    CU_ASSERT_EQUAL(shop_state("last_batch"), 0);
    CU_ASSERT_EQUAL(shop_tick(3000), 0);
    /* With nobody waiting, or nobody to be let in, it lapses like any other. */
    scratch_sql(shop.app.db, "UPDATE queue_state SET max_active = 1, last_batch = %d", JOB_UNSEEN);
    CU_ASSERT_EQUAL(shop_tick(4000), 0);
    CU_ASSERT_EQUAL(shop_state("last_batch"), 0);
    scratch_sql(shop.app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                             "WHERE status = 'WAITING'");
    scratch_sql(shop.app.db, "UPDATE queue_state SET max_active = 0, last_batch = %d", JOB_UNSEEN);
    shop_tick(5000);
    CU_ASSERT_EQUAL(shop_state("last_batch"), 0);
    shop_join(5);
    CU_ASSERT_EQUAL(shop_tick(6000), 0);
    shop_close();
}

static int64_t statements(void)
{
    return scratch_int(shop.app.db,
                       "SELECT CAST(variable_value AS SIGNED) FROM "
                       "/*M! information_schema */ /*!80000 performance_schema */ .session_status "
                       "WHERE variable_name = 'Questions'");
}

/* One statement for all of them would outlast the patience with the server, time after time. */
static void test_a_large_batch_comes_in_by_parts(void)
{
    enum { MANY = 40000, REST = 10 };
    shop_open();
    shop_settings(MANY, 300, 0, 600, 0);
    scratch_sql(shop.app.db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at) SELECT %lld, UNHEX(LEFT(SHA2(n.i, 256), 32)), n.i + 1, 'WAITING', "
                "NOW(3), NOW(3) + INTERVAL 1 DAY FROM "
                "(SELECT a.d * 10000 + b.d * 1000 + c.d * 100 + e.d * 10 + f.d AS i "
                "FROM digit a, digit b, digit c, digit e, digit f) n WHERE n.i < %d",
                (long long)shop.concert, MANY + REST);
    int64_t before = statements();
    CU_ASSERT_EQUAL(shop_tick(500), MANY);
    int64_t by_parts = statements() - before;
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), MANY);
    CU_ASSERT_EQUAL(shop_state("now_serving"), MANY);
    CU_ASSERT_EQUAL(shop_state("waiting"), REST);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT COUNT(DISTINCT admitted_at) FROM queue_token "
                                             "WHERE status = 'ACTIVE'"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT SUM(admitted) FROM admission"), MANY);
    CU_ASSERT_EQUAL(shop_tick(1500), 0);
    before = statements();
    CU_ASSERT_EQUAL(shop_tick(300500), REST);
    CU_ASSERT(by_parts - (statements() - before) >= MANY / 10000);
    shop_close();
}

/* The last tick was before that moment of the grid, so nobody has been let in for it. */
static void test_another_interval_loses_no_batch(void)
{
    static const struct caller operator= {.admin = true};
    struct concert change, made;
    shop_open();
    concert_defaults(shop.app.cfg, &change);
    shop_settings(5, 100, 0, 600, 0);
    shop_join(30);
    scratch_set_clock(shop.app.db, shop.base + 100);
    change.admit_interval_seconds = 300;
    CU_ASSERT_EQUAL(concert_patch(&shop.app, &operator, shop.concert,
                                  CONCERT_HAS_ADMIT_INTERVAL_SECONDS, &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(shop_tick(500), 5);
    CU_ASSERT_EQUAL(shop_tick(10900), 0);
    scratch_set_clock(shop.app.db, shop.base + 11100);
    change.admit_interval_seconds = 11;
    CU_ASSERT_EQUAL(concert_patch(&shop.app, &operator, shop.concert,
                                  CONCERT_HAS_ADMIT_INTERVAL_SECONDS, &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(shop_tick(11900), 5);
    CU_ASSERT_EQUAL(shop_tick(21900), 0);
    CU_ASSERT_EQUAL(shop_tick(22000), 5);
    /* As if the job had died between letting them in and saying that it has ticked. */
    scratch_sql(shop.app.db, "UPDATE job_lease SET ticked_at = ticked_at - INTERVAL 1 SECOND");
    change.admit_interval_seconds = 2;
    CU_ASSERT_EQUAL(concert_patch(&shop.app, &operator, shop.concert,
                                  CONCERT_HAS_ADMIT_INTERVAL_SECONDS, &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(shop_tick(22500), 0);
    CU_ASSERT_EQUAL(shop_tick(24000), 5);
    shop_close();
}

/* Nor one that no tick has seen since the queue was opened again. */
static void test_another_interval_keeps_an_unseen_batch(void)
{
    static const struct caller operator= {.admin = true};
    struct concert change, made;
    shop_open();
    concert_defaults(shop.app.cfg, &change);
    shop_settings(5, 1, 0, 600, 0);
    shop_join(30);
    shop_tick(0);
    scratch_set_clock(shop.app.db, shop.base + 100);
    scratch_sql(shop.app.db, "UPDATE queue_state SET t0 = NOW(3), last_batch = %d", JOB_UNSEEN);
    change.admit_interval_seconds = 300;
    CU_ASSERT_EQUAL(concert_patch(&shop.app, &operator, shop.concert,
                                  CONCERT_HAS_ADMIT_INTERVAL_SECONDS, &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(shop_tick(1000), 5);
    CU_ASSERT_EQUAL(shop_tick(2000), 0);
    shop_close();
}

/* Somebody else keeps the queue's row for a while, as long as the batch of a cycle is due. */
static void test_a_batch_is_not_lost_with_a_lock(void)
{
    shop_open();
    shop_settings(5, 300, 0, 600, 0);
    shop_join(30);
    CU_ASSERT_EQUAL(shop_tick(0), 5);
    struct db *other = scratch_open();
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other, "UPDATE queue_state SET message_en = 'x'");
    CU_ASSERT_EQUAL(shop_tick(300000), 0);
    scratch_sql(other, "ROLLBACK");
    db_free(other);
    CU_ASSERT_EQUAL(shop_tick(301000), 5);
    CU_ASSERT_EQUAL(shop_tick(302000), 0);
    shop_close();
}

SUITE(domain_batches, TEST(test_due_batches), TEST(test_the_rate_follows_the_admissions),
      TEST(test_the_flow_is_of_freed_places_alone), TEST(test_the_flow_of_waves_is_steady),
      TEST(test_batches_fall_on_their_grid), TEST(test_the_lowest_numbers_come_first),
      TEST(test_places_that_nobody_wants_lapse),
      TEST(test_a_pause_of_the_job_is_made_up_for_in_part),
      TEST(test_it_is_told_what_keeps_people_waiting), TEST(test_the_first_batch_is_not_missed),
      TEST(test_a_large_batch_comes_in_by_parts), TEST(test_another_interval_loses_no_batch),
      TEST(test_another_interval_keeps_an_unseen_batch),
      TEST(test_a_batch_is_not_lost_with_a_lock));
