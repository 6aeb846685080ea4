/* The job's ticks, with a clock that the tests move. */
#include "base/shared.h"
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/concert.h"
#include "domain/job.h"
#include "domain/job_admit.h"
#include "domain/job_queue.h"
#include "domain/job_rate.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct app app;
static int64_t concert, base, next_ticket;

/* An empty shop with one concert whose queue opened at `base`; the clock stands there. */
static void open_shop(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    CU_ASSERT_EQUAL(db_now(app.db, &base), ERR_OK);
    scratch_set_clock(app.db, base);
    concert = scratch_concert(app.db);
    next_ticket = 1;
}

static void close_shop(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void settings(int count, int interval, int cap, int session, int claim)
{
    scratch_sql(app.db,
                "UPDATE queue_state SET admit_count = %d, admit_interval_seconds = %d, "
                "max_active = %d, session_seconds = %d, claim_seconds = %d",
                count, interval, cap, session, claim);
}

/* Lets `n` people join, at the moment that the clock shows. */
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
static struct job_report report;

static int64_t tick(int64_t ms)
{
    scratch_set_clock(app.db, base + ms);
    enum err e = job_tick(&app, "the test", &report);
    CU_ASSERT_EQUAL(e, ERR_OK);
    CU_ASSERT(report.lease);
    return report.admitted;
}

static int64_t tokens(const char *status)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = '%s'", status);
}

static int64_t state(const char *column)
{
    return scratch_int(app.db, "SELECT %s FROM queue_state WHERE concert_id = %lld", column,
                       (long long)concert);
}

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
    open_shop();
    settings(5, 10, 0, 600, 0);
    join(20);
    CU_ASSERT_EQUAL(tick(0), 5);
    for (int64_t ms = 1000; ms < 10000; ms += 1000)
        CU_ASSERT_EQUAL(tick(ms), 0);
    CU_ASSERT_EQUAL(tick(9999), 0);
    CU_ASSERT_EQUAL(tick(10000), 5);
    CU_ASSERT_EQUAL(tick(20700), 5); /* a tick that comes late */
    CU_ASSERT_EQUAL(tick(30000), 5); /* does not move the next */
    CU_ASSERT_EQUAL(tick(40000), 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM admission"), 4);
    close_shop();
}

static void test_the_lowest_numbers_come_first(void)
{
    open_shop();
    settings(3, 1, 0, 600, 0);
    join(10);
    scratch_sql(app.db, "UPDATE queue_token SET ticket = ticket + 100 WHERE MOD(ticket, 2) = 0");
    CU_ASSERT_EQUAL(tick(0), 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT MAX(ticket) FROM queue_token "
                                        "WHERE status = 'ACTIVE'"),
                    5);
    CU_ASSERT_EQUAL(state("now_serving"), 5);
    CU_ASSERT_EQUAL(tick(1000), 3);
    CU_ASSERT_EQUAL(state("now_serving"), 102);
    CU_ASSERT_EQUAL(state("last_ticket"), 110);
    /* One that was inserted late, with a number below now serving, is in the next batch. */
    next_ticket = 50;
    join(1);
    CU_ASSERT_EQUAL(tick(2000), 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE ticket = 50 "
                                        "AND status = 'ACTIVE'"),
                    1);
    CU_ASSERT_EQUAL(state("now_serving"), 106);
    close_shop();
}

static void test_places_that_nobody_wants_lapse(void)
{
    open_shop();
    settings(5, 10, 0, 600, 0);
    CU_ASSERT_EQUAL(tick(0), 0);
    scratch_set_clock(app.db, base + 1000);
    join(20);
    CU_ASSERT_EQUAL(tick(2000), 0);
    CU_ASSERT_EQUAL(tick(10000), 5);
    close_shop();
}

static void test_the_cap_is_kept_and_each_freed_slot_filled(void)
{
    open_shop();
    settings(50, 1, 3, 600, 0);
    join(10);
    CU_ASSERT_EQUAL(tick(0), 3);
    CU_ASSERT_EQUAL(tick(1000), 0);
    scratch_set_clock(app.db, base + 1500);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3) "
                        "WHERE ticket = 2");
    CU_ASSERT_EQUAL(tick(2000), 1);
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 1");
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                        "WHERE ticket IN (1, 3)");
    CU_ASSERT_EQUAL(tick(3000), 0);
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 0");
    CU_ASSERT_EQUAL(tick(4000), 6);
    close_shop();
}

static void test_a_session_ends_at_its_moment_and_its_slot_goes_on(void)
{
    open_shop();
    settings(50, 1, 3, 600, 60);
    join(10);
    CU_ASSERT_EQUAL(tick(0), 3);
    scratch_sql(app.db, "UPDATE queue_token SET claimed_at = NOW(3), expires_at = session_ends_at "
                        "WHERE ticket = 1");
    CU_ASSERT_EQUAL(tick(59999), 0);
    CU_ASSERT_EQUAL(report.sessions_expired, 0);
    CU_ASSERT_EQUAL(tick(60000), 2); /* those two that nobody claimed */
    CU_ASSERT_EQUAL(report.sessions_expired, 2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = 'EXPIRED' "
                                        "AND ended_at = expires_at"),
                    2);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 3);
    CU_ASSERT_EQUAL(tick(600000), 3); /* the one who was there in time, and two more unclaimed */
    close_shop();
}

static void test_a_wait_ends_too(void)
{
    open_shop();
    settings(1, 1, 1, 600, 0);
    join(3);
    CU_ASSERT_EQUAL(tick(0), 1);
    scratch_sql(app.db, "UPDATE queue_token SET expires_at = NOW(3) + INTERVAL 5 SECOND "
                        "WHERE ticket = 2");
    tick(4999);
    CU_ASSERT_EQUAL(report.waits_expired, 0);
    tick(5000);
    CU_ASSERT_EQUAL(report.waits_expired, 1);
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 0");
    CU_ASSERT_EQUAL(tick(6000), 1);
    CU_ASSERT_EQUAL(state("now_serving"), 3);
    close_shop();
}

static void test_a_pause_of_the_job_is_made_up_for_in_part(void)
{
    open_shop();
    settings(5, 1, 0, 86400, 0);
    join(120);
    CU_ASSERT_EQUAL(tick(0), 5);
    CU_ASSERT_EQUAL(tick(3000), 15);
    CU_ASSERT_EQUAL(tick(63000), 25);
    CU_ASSERT_EQUAL(tick(64000), 5);
    settings(5, 300, 0, 86400, 0);
    scratch_sql(app.db, "UPDATE queue_state SET last_batch = 0");
    CU_ASSERT_EQUAL(tick(900000), 5);
    CU_ASSERT_EQUAL(tick(901000), 0);
    CU_ASSERT_EQUAL(tick(1200000), 5);
    close_shop();
}

static void test_states_admit_or_do_not(void)
{
    static const struct {
        const char *name;
        int64_t admitted;
    } states[] = {{"PAUSED", 0}, {"CLOSED", 0}, {"DRAINING", 2}, {"OPEN", 2}};
    open_shop();
    settings(2, 1, 0, 600, 0);
    join(20);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        scratch_sql(app.db, "UPDATE queue_state SET state = '%s'", states[i].name);
        CU_ASSERT_EQUAL(tick((int64_t)i * 1000), states[i].admitted);
    }
    CU_ASSERT_EQUAL(state("waiting"), 16);
    CU_ASSERT_EQUAL(state("active"), 4);
    close_shop();
}

static void test_sold_out_comes_and_goes_by_itself(void)
{
    open_shop();
    settings(1, 1, 0, 600, 0);
    int64_t schedule = scratch_schedule(app.db, concert, 3, 1000);
    join(9);
    CU_ASSERT_EQUAL(tick(0), 1);
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED'");
    CU_ASSERT_EQUAL(tick(1000), 0);
    CU_ASSERT_EQUAL(state("sold_out"), 1);
    scratch_sql(app.db,
                "UPDATE seat SET status = 'AVAILABLE' WHERE schedule_id = %lld "
                "AND seat_number = 2",
                (long long)schedule);
    CU_ASSERT_EQUAL(tick(2000), 1);
    CU_ASSERT_EQUAL(state("sold_out"), 0);
    close_shop();
}

/* What can be booked decides; once every booking is over, all shows do. */
static void test_sold_out_follows_what_can_be_booked(void)
{
    open_shop();
    settings(1, 1, 0, 600, 0);
    int64_t sold = scratch_schedule(app.db, concert, 3, 1000);
    int64_t past = scratch_schedule(app.db, concert, 3, 1000);
    join(9);
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED' WHERE schedule_id = %lld",
                (long long)sold);
    scratch_sql(app.db,
                "UPDATE schedule SET booking_closes_at = booking_opens_at WHERE schedule_id = %lld",
                (long long)past);
    tick(0);
    CU_ASSERT_EQUAL(state("sold_out"), 1); /* what is left cannot be booked any more */
    scratch_sql(app.db, "UPDATE seat SET status = 'BLOCKED'");
    scratch_sql(app.db, "UPDATE schedule SET booking_closes_at = booking_opens_at");
    tick(1000);
    CU_ASSERT_EQUAL(state("sold_out"), 1); /* nor does closing bring anything back */
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    tick(2000);
    CU_ASSERT_EQUAL(state("sold_out"), 0); /* no shows, nothing sold out */
    close_shop();
}

static void test_holds_that_are_over_are_tidied(void)
{
    open_shop();
    scratch_schedule(app.db, concert, 10, 1000);
    struct uuid users[2] = {scratch_user(app.db, 0), scratch_user(app.db, 0)};
    struct caller a = scratch_inside(app.db, &users[0], concert, 1, 6000);
    struct caller b = scratch_inside(app.db, &users[1], concert, 2, 6000);
    int64_t schedule = scratch_int(app.db, "SELECT schedule_id FROM schedule");
    struct hold_request req = {.schedule_id = schedule, .seat_count = 2, .seats = {1, 2}};
    struct reservation first, second;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &a, &req, NULL, &first), ERR_OK);
    scratch_set_clock(app.db, first.hold_expires_at);
    req.seats[0] = 3;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &b, &req, NULL, &second), ERR_OK);
    tick(first.hold_expires_at - base);
    CU_ASSERT_EQUAL(report.holds_expired, 1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM reservation WHERE status = 'EXPIRED' "
                                        "AND ended_at = hold_expires_at"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT COUNT(*) FROM seat WHERE status = 'HELD' AND "
                                "reservation_id = %lld",
                                (long long)second.reservation_id),
                    2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'AVAILABLE'"), 8);
    tick(first.hold_expires_at - base + 1000);
    CU_ASSERT_EQUAL(report.holds_expired, 0);
    reservation_clear(&first);
    reservation_clear(&second);
    close_shop();
}

static void test_what_is_old_is_deleted(void)
{
    open_shop();
    settings(2, 1, 0, 600, 0);
    join(4);
    CU_ASSERT_EQUAL(tick(0), 2);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3) "
                        "WHERE ticket = 1");
    scratch_sql(app.db,
                "INSERT INTO idempotency VALUES (0x%032d, 'k', REPEAT(0x01, 32), 201, '', "
                "NOW(3))",
                1);
    int64_t deleted = 0;
    for (int i = 0; i < 11; i++) {
        tick(6 * INT64_C(86400000) + i * INT64_C(1000));
        deleted += report.rows_deleted;
    }
    CU_ASSERT_EQUAL(deleted, 1); /* the key */
    CU_ASSERT_EQUAL(tokens("FINISHED"), 1);
    for (int i = 0; i < 11; i++)
        tick(9 * INT64_C(86400000) + i * INT64_C(1000));
    CU_ASSERT_EQUAL(tokens("FINISHED"), 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM admission WHERE "
                                        "admitted_at < NOW(3) - INTERVAL 7 DAY"),
                    0);
    close_shop();
}

static void test_the_lease_is_one_holders_at_a_time(void)
{
    struct job_report r;
    open_shop();
    settings(1, 1, 0, 600, 0);
    join(5);
    CU_ASSERT_EQUAL(job_tick(&app, "one", &r), ERR_OK);
    CU_ASSERT(r.lease);
    CU_ASSERT_EQUAL(r.admitted, 1);
    scratch_set_clock(app.db, base + 1000);
    CU_ASSERT_EQUAL(job_tick(&app, "two", &r), ERR_OK);
    CU_ASSERT_FALSE(r.lease);
    CU_ASSERT_EQUAL(r.admitted, 0);
    CU_ASSERT_EQUAL(job_release(&app, "two"), ERR_OK);
    CU_ASSERT_EQUAL(job_tick(&app, "two", &r), ERR_OK);
    CU_ASSERT_FALSE(r.lease);
    CU_ASSERT_EQUAL(job_release(&app, "one"), ERR_OK);
    CU_ASSERT_EQUAL(job_tick(&app, "two", &r), ERR_OK);
    CU_ASSERT(r.lease);
    CU_ASSERT_EQUAL(r.admitted, 1);
    /* A holder that died is followed within seconds. */
    scratch_set_clock(app.db, base + 4999);
    CU_ASSERT_EQUAL(job_tick(&app, "one", &r), ERR_OK);
    CU_ASSERT_FALSE(r.lease);
    scratch_set_clock(app.db, base + 5000);
    CU_ASSERT_EQUAL(job_tick(&app, "one", &r), ERR_OK);
    CU_ASSERT(r.lease);
    close_shop();
}

/* --- What keeps people waiting --- */

static int64_t tell_flow(void)
{
    return state("IF(flow_ms > 0, flow_people DIV flow_ms, -1)");
}

static void test_it_is_told_what_keeps_people_waiting(void)
{
    open_shop();
    settings(5, 1, 8, 600, 0);
    join(30);
    CU_ASSERT_EQUAL(tick(0), 5);
    CU_ASSERT_EQUAL(state("limited_by"), QUEUE_BY_BATCHES);
    CU_ASSERT_EQUAL(tick(1000), 3);
    CU_ASSERT_EQUAL(state("limited_by"), QUEUE_BY_CAP);
    CU_ASSERT_EQUAL(tick(2000), 0);
    CU_ASSERT_EQUAL(tell_flow(), -1);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'FINISHED', ended_at = NOW(3) "
                        "WHERE ticket <= 2");
    CU_ASSERT_EQUAL(tick(5000), 2);
    CU_ASSERT_EQUAL(tell_flow(), 500);
    scratch_sql(app.db, "UPDATE queue_state SET state = 'PAUSED'");
    tick(6000);
    CU_ASSERT_EQUAL(state("limited_by"), QUEUE_BY_BATCHES);
    scratch_sql(app.db, "UPDATE queue_state SET state = 'OPEN', max_active = 0");
    scratch_schedule(app.db, concert, 10, 1000); /* eight inside want them */
    CU_ASSERT_EQUAL(tick(7000), 2);
    CU_ASSERT_EQUAL(state("limited_by"), QUEUE_BY_SEATS);
    CU_ASSERT_EQUAL(tell_flow(), 500);
    CU_ASSERT_EQUAL(tick(8000), 1);
    CU_ASSERT_EQUAL(tell_flow(), 602); /* three in five seconds, the latest weighs most */
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                        "WHERE status = 'WAITING'");
    tick(9000);
    CU_ASSERT_EQUAL(state("limited_by"), QUEUE_BY_BATCHES);
    close_shop();
}

/* A queue that opened while a tick was under way: that tick did not see its first batch. */
static void test_the_first_batch_is_not_missed(void)
{
    open_shop();
    settings(5, 300, 0, 600, 0);
    join(30);
    tick(0);
    scratch_sql(app.db, "UPDATE queue_state SET state = 'PAUSED'");
    CU_ASSERT_EQUAL(tick(1000), 0);
    scratch_sql(app.db,
                "UPDATE queue_state SET state = 'OPEN', last_batch = %d, "
                "t0 = NOW(3) - INTERVAL 5 MICROSECOND",
                JOB_UNSEEN);
    CU_ASSERT_EQUAL(tick(2000), 5);
    CU_ASSERT_EQUAL(state("last_batch"), 0);
    CU_ASSERT_EQUAL(tick(3000), 0);
    /* With nobody waiting, or nobody to be let in, it lapses like any other. */
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 1, last_batch = %d", JOB_UNSEEN);
    CU_ASSERT_EQUAL(tick(4000), 0);
    CU_ASSERT_EQUAL(state("last_batch"), 0);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                        "WHERE status = 'WAITING'");
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 0, last_batch = %d", JOB_UNSEEN);
    tick(5000);
    CU_ASSERT_EQUAL(state("last_batch"), 0);
    join(5);
    CU_ASSERT_EQUAL(tick(6000), 0);
    close_shop();
}

/* One statement for all of them would outlast the patience with the server, time after time. */
static void test_a_large_batch_comes_in(void)
{
    enum { MANY = 40000, REST = 10 };
    open_shop();
    settings(MANY, 300, 0, 600, 0);
    scratch_sql(app.db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at) SELECT %lld, UNHEX(LEFT(SHA2(n.i, 256), 32)), n.i + 1, 'WAITING', "
                "NOW(3), NOW(3) + INTERVAL 1 DAY FROM "
                "(SELECT a.d * 10000 + b.d * 1000 + c.d * 100 + e.d * 10 + f.d AS i "
                "FROM digit a, digit b, digit c, digit e, digit f) n WHERE n.i < %d",
                (long long)concert, MANY + REST);
    db_close(app.db);
    db_set_patience(app.db, 1);
    CU_ASSERT_EQUAL(tick(500), MANY);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), MANY);
    CU_ASSERT_EQUAL(state("now_serving"), MANY);
    CU_ASSERT_EQUAL(state("waiting"), REST);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(DISTINCT admitted_at) FROM queue_token "
                                        "WHERE status = 'ACTIVE'"),
                    1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT SUM(admitted) FROM admission"), MANY);
    CU_ASSERT_EQUAL(tick(1500), 0);
    db_close(app.db); /* all of them go in one statement */
    db_set_patience(app.db, SCRATCH_PATIENCE_SECONDS);
    close_shop();
}

/* The last tick was before that moment of the grid, so nobody has been let in for it. */
static void test_another_interval_loses_no_batch(void)
{
    static const struct caller operator= {.admin = true};
    struct concert change, made;
    open_shop();
    concert_defaults(app.cfg, &change);
    settings(5, 100, 0, 600, 0);
    join(30);
    scratch_set_clock(app.db, base + 100);
    change.admit_interval_seconds = 300;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, concert, CONCERT_HAS_ADMIT_INTERVAL_SECONDS,
                                  &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(tick(500), 5);
    CU_ASSERT_EQUAL(tick(10900), 0);
    scratch_set_clock(app.db, base + 11100);
    change.admit_interval_seconds = 11;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, concert, CONCERT_HAS_ADMIT_INTERVAL_SECONDS,
                                  &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(tick(11900), 5);
    CU_ASSERT_EQUAL(tick(21900), 0);
    CU_ASSERT_EQUAL(tick(22000), 5);
    /* As if the job had died between letting them in and saying that it has ticked. */
    scratch_sql(app.db, "UPDATE job_lease SET ticked_at = ticked_at - INTERVAL 1 SECOND");
    change.admit_interval_seconds = 2;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, concert, CONCERT_HAS_ADMIT_INTERVAL_SECONDS,
                                  &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(tick(22500), 0);
    CU_ASSERT_EQUAL(tick(24000), 5);
    close_shop();
}

/* Nor one that no tick has seen since the queue was opened again. */
static void test_another_interval_keeps_an_unseen_batch(void)
{
    static const struct caller operator= {.admin = true};
    struct concert change, made;
    open_shop();
    concert_defaults(app.cfg, &change);
    settings(5, 1, 0, 600, 0);
    join(30);
    tick(0);
    scratch_set_clock(app.db, base + 100);
    scratch_sql(app.db, "UPDATE queue_state SET t0 = NOW(3), last_batch = %d", JOB_UNSEEN);
    change.admit_interval_seconds = 300;
    CU_ASSERT_EQUAL(concert_patch(&app, &operator, concert, CONCERT_HAS_ADMIT_INTERVAL_SECONDS,
                                  &change, NULL, NULL, &made),
                    ERR_OK);
    CU_ASSERT_EQUAL(tick(1000), 5);
    CU_ASSERT_EQUAL(tick(2000), 0);
    close_shop();
}

/* Somebody else keeps the queue's row for a while, as long as the batch of a cycle is due. */
static void test_a_batch_is_not_lost_with_a_lock(void)
{
    open_shop();
    settings(5, 300, 0, 600, 0);
    join(30);
    CU_ASSERT_EQUAL(tick(0), 5);
    struct db *other = scratch_open();
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other, "UPDATE queue_state SET message_en = 'x'");
    CU_ASSERT_EQUAL(tick(300000), 0);
    scratch_sql(other, "ROLLBACK");
    db_free(other);
    CU_ASSERT_EQUAL(tick(301000), 5);
    CU_ASSERT_EQUAL(tick(302000), 0);
    close_shop();
}

/* --- At the same time --- */

static enum err tick_at_once(struct app *own, int i, void *arg)
{
    struct job_report r;
    char holder[20];
    (void)arg;
    snprintf(holder, sizeof holder, "holder %d", i);
    scratch_set_clock(own->db, base);
    enum err e = job_tick(own, holder, &r);
    return e != ERR_OK ? e : r.lease ? ERR_OK : ERR_BUSY;
}

static void test_one_of_several_jobs_does_the_tick(void)
{
    int without = 0;
    open_shop();
    settings(5, 1, 0, 600, 0);
    join(40);
    CU_ASSERT_EQUAL(scratch_at_once(8, tick_at_once, NULL, ERR_OK, ERR_BUSY, &without), 1);
    CU_ASSERT_EQUAL(without, 7);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 5);
    close_shop();
}

static void give_lease(const char *holder)
{
    scratch_sql(app.db, "UPDATE job_lease SET holder = '%s'", holder);
}

/* As if each of them held the lease: a host that stood still in the middle of a tick. */
static enum err move_at_once(struct app *own, int i, void *arg)
{
    int64_t admitted = 0;
    (void)i;
    (void)arg;
    scratch_set_clock(own->db, base);
    return job_queues(own, "the test", -1, base, &admitted);
}

static void test_jobs_that_meet_admit_a_batch_once(void)
{
    open_shop();
    settings(5, 1, 0, 600, 0);
    join(80);
    give_lease("the test");
    CU_ASSERT_EQUAL(scratch_at_once(8, move_at_once, NULL, ERR_OK, ERR_COUNT, NULL), 8);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 5);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM admission"), 1);
    close_shop();
}

static enum err move_on_at_once(struct app *own, int i, void *arg)
{
    int64_t admitted = 0;
    enum err e = ERR_OK;
    (void)arg;
    for (int k = 0; e == ERR_OK && k < 5; k++) {
        int64_t now = base + (i + k) * INT64_C(1000);
        scratch_set_clock(own->db, now);
        e = job_queues(own, "the test", now - 1000, now, &admitted);
    }
    return e;
}

static void test_jobs_that_meet_keep_the_cap(void)
{
    open_shop();
    settings(5, 1, 7, 600, 0);
    join(80);
    give_lease("the test");
    CU_ASSERT_EQUAL(scratch_at_once(8, move_on_at_once, NULL, ERR_OK, ERR_COUNT, NULL), 8);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 7);
    close_shop();
}

static void test_a_session_that_is_locked_keeps_no_other_place(void)
{
    open_shop();
    settings(3, 1, 3, 5, 0);
    join(6);
    CU_ASSERT_EQUAL(tick(0), 3);
    int64_t first = scratch_int(app.db, "SELECT token_id FROM queue_token WHERE ticket = 1");
    struct db *visitor = scratch_open();
    scratch_sql(visitor, "START TRANSACTION");
    scratch_int(visitor, "SELECT ticket FROM queue_token WHERE token_id = %lld FOR UPDATE",
                (long long)first);
    CU_ASSERT_EQUAL(tick(5000), 2);
    CU_ASSERT_EQUAL(report.sessions_expired, 2);
    scratch_sql(visitor, "ROLLBACK");
    CU_ASSERT_EQUAL(tick(6000), 1);
    db_free(visitor);
    close_shop();
}

/* A job, a process of its own, whose tick waits for the queue's row in the middle of admitting. */
struct held_up {
    struct db *holder;
    pid_t pid;
    struct outcome {
        struct job_report report;
        enum err e;
    } * outcome; /* shared with it */
};

static void hold_up(struct held_up *h)
{
    h->holder = scratch_open();
    h->outcome = shared_alloc(sizeof *h->outcome);
    if (!h->outcome)
        abort();
    scratch_sql(h->holder, "START TRANSACTION");
    scratch_int(h->holder, "SELECT concert_id FROM queue_state FOR UPDATE");
    h->pid = fork();
    CU_ASSERT_FATAL(h->pid >= 0);
    if (h->pid == 0) {
        struct app own = scratch_app();
        scratch_set_clock(own.db, base);
        h->outcome->e = job_tick(&own, "the slow one", &h->outcome->report);
        _exit(0);
    }
    CU_ASSERT(scratch_wait_statement(app.db, "SELECT state, t0,%FOR UPDATE"));
}

static void let_go(struct held_up *h)
{
    int status = -1;
    scratch_sql(h->holder, "COMMIT");
    CU_ASSERT_EQUAL(waitpid(h->pid, &status, 0), h->pid);
    CU_ASSERT_EQUAL(status, 0);
    db_free(h->holder);
}

static void test_who_has_lost_the_lease_admits_nobody(void)
{
    struct held_up h;
    open_shop();
    settings(5, 300, 0, 600, 0);
    join(10);
    hold_up(&h);
    give_lease("another");
    let_go(&h);
    CU_ASSERT_EQUAL(h.outcome->e, ERR_OK);
    CU_ASSERT_FALSE(h.outcome->report.lease);
    CU_ASSERT_EQUAL(h.outcome->report.admitted, 0);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 0);
    CU_ASSERT_EQUAL(state("last_ticket"), 0); /* nor does it publish */
    close_shop();
}

/* Whoever had the queue's row before has let people in. */
static void test_the_cap_is_counted_under_the_lock(void)
{
    struct held_up h;
    open_shop();
    settings(5, 1, 3, 600, 0);
    join(10);
    hold_up(&h);
    scratch_sql(h.holder, "UPDATE queue_token SET status = 'ACTIVE', admitted_at = NOW(3), "
                          "session_ends_at = expires_at WHERE ticket <= 2");
    scratch_sql(h.holder, "UPDATE queue_state SET now_serving = 2, last_ticket = 10");
    let_go(&h);
    CU_ASSERT_EQUAL(h.outcome->e, ERR_OK);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 3);
    close_shop();
}

static void test_who_still_has_the_lease_goes_on(void)
{
    struct held_up h;
    open_shop();
    settings(5, 300, 0, 600, 0);
    join(10);
    hold_up(&h);
    let_go(&h);
    CU_ASSERT_EQUAL(h.outcome->e, ERR_OK);
    CU_ASSERT(h.outcome->report.lease);
    CU_ASSERT_EQUAL(tokens("ACTIVE"), 5);
    close_shop();
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
    open_shop();
    join(100);
    int64_t before = scratch_int(app.db, rows_read);
    CU_ASSERT_EQUAL(db_query(app.db, STMT_JOB_QUEUES, any_row, NULL), ERR_OK);
    CU_ASSERT(scratch_int(app.db, rows_read) - before < 20);
    close_shop();
}

SUITE(domain_job, TEST(test_due_batches), TEST(test_the_rate_follows_the_admissions),
      TEST(test_the_flow_is_of_freed_places_alone), TEST(test_the_flow_of_waves_is_steady),
      TEST(test_it_is_told_what_keeps_people_waiting), TEST(test_the_first_batch_is_not_missed),
      TEST(test_a_large_batch_comes_in), TEST(test_another_interval_loses_no_batch),
      TEST(test_another_interval_keeps_an_unseen_batch), TEST(test_a_batch_is_not_lost_with_a_lock),
      TEST(test_batches_fall_on_their_grid), TEST(test_the_lowest_numbers_come_first),
      TEST(test_places_that_nobody_wants_lapse),
      TEST(test_the_cap_is_kept_and_each_freed_slot_filled),
      TEST(test_a_session_ends_at_its_moment_and_its_slot_goes_on), TEST(test_a_wait_ends_too),
      TEST(test_a_pause_of_the_job_is_made_up_for_in_part), TEST(test_states_admit_or_do_not),
      TEST(test_sold_out_comes_and_goes_by_itself), TEST(test_sold_out_follows_what_can_be_booked),
      TEST(test_holds_that_are_over_are_tidied), TEST(test_what_is_old_is_deleted),
      TEST(test_the_lease_is_one_holders_at_a_time), TEST(test_one_of_several_jobs_does_the_tick),
      TEST(test_jobs_that_meet_admit_a_batch_once), TEST(test_jobs_that_meet_keep_the_cap),
      TEST(test_a_session_that_is_locked_keeps_no_other_place),
      TEST(test_the_cap_is_counted_under_the_lock), TEST(test_who_has_lost_the_lease_admits_nobody),
      TEST(test_who_still_has_the_lease_goes_on),
      TEST(test_the_look_at_the_queues_reads_no_row_after_another));
