/* Jobs that meet each other, visitors and locks. */
#include "base/shared.h"
#include "domain/booking.h"
#include "domain/job_queue.h"
#include "job_shop.h"
#include "suite.h"
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static enum err tick_at_once(struct app *own, int i, void *arg)
{
    struct job_report r;
    char holder[20];
    (void)arg;
    snprintf(holder, sizeof holder, "holder %d", i);
    scratch_set_clock(own->db, shop.base);
    enum err e = job_tick(own, holder, &r);
    return e != ERR_OK ? e : r.lease ? ERR_OK : ERR_BUSY;
}

static void test_one_of_several_jobs_does_the_tick(void)
{
    int without = 0;
    shop_open();
    shop_settings(5, 1, 0, 600, 0);
    shop_join(40);
    CU_ASSERT_EQUAL(scratch_at_once(8, tick_at_once, NULL, ERR_OK, ERR_BUSY, &without), 1);
    CU_ASSERT_EQUAL(without, 7);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 5);
    shop_close();
}

static void give_lease(const char *holder)
{
    scratch_sql(shop.app.db, "UPDATE job_lease SET holder = '%s'", holder);
}

/* As if each of them held the lease: a host that stood still in the middle of a tick. */
static enum err move_at_once(struct app *own, int i, void *arg)
{
    int64_t admitted = 0;
    (void)i;
    (void)arg;
    scratch_set_clock(own->db, shop.base);
    return job_queues(own, "the test", -1, shop.base, &admitted);
}

static void test_jobs_that_meet_admit_a_batch_once(void)
{
    shop_open();
    shop_settings(5, 1, 0, 600, 0);
    shop_join(80);
    give_lease("the test");
    CU_ASSERT_EQUAL(scratch_at_once(8, move_at_once, NULL, ERR_OK, ERR_COUNT, NULL), 8);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 5);
    CU_ASSERT_EQUAL(scratch_int(shop.app.db, "SELECT COUNT(*) FROM admission"), 1);
    shop_close();
}

static enum err move_on_at_once(struct app *own, int i, void *arg)
{
    int64_t admitted = 0;
    enum err e = ERR_OK;
    (void)arg;
    for (int k = 0; e == ERR_OK && k < 5; k++) {
        int64_t now = shop.base + (i + k) * INT64_C(1000);
        scratch_set_clock(own->db, now);
        e = job_queues(own, "the test", now - 1000, now, &admitted);
    }
    return e;
}

static void test_jobs_that_meet_keep_the_cap(void)
{
    shop_open();
    shop_settings(5, 1, 7, 600, 0);
    shop_join(80);
    give_lease("the test");
    CU_ASSERT_EQUAL(scratch_at_once(8, move_on_at_once, NULL, ERR_OK, ERR_COUNT, NULL), 8);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 7);
    shop_close();
}

static void test_a_session_that_is_locked_keeps_no_other_place(void)
{
    shop_open();
    shop_settings(3, 1, 3, 5, 0);
    shop_join(6);
    CU_ASSERT_EQUAL(shop_tick(0), 3);
    int64_t first = scratch_int(shop.app.db, "SELECT token_id FROM queue_token WHERE ticket = 1");
    struct db *visitor = scratch_open();
    scratch_sql(visitor, "START TRANSACTION");
    scratch_int(visitor, "SELECT ticket FROM queue_token WHERE token_id = %lld FOR UPDATE",
                (long long)first);
    CU_ASSERT_EQUAL(shop_tick(5000), 2);
    CU_ASSERT_EQUAL(shop.report.sessions_expired, 2);
    scratch_sql(visitor, "ROLLBACK");
    CU_ASSERT_EQUAL(shop_tick(6000), 1);
    db_free(visitor);
    shop_close();
}

/* Three holds that are over: one is somebody's at this moment, of one a seat, of one nothing. */
static void test_a_hold_that_is_locked_keeps_no_other_from_being_tidied(void)
{
    int64_t ids[3], end = 0;
    shop_open();
    int64_t schedule = scratch_schedule(shop.app.db, shop.concert, 10, 1000);
    for (int i = 0; i < 3; i++) {
        struct uuid user = scratch_user(shop.app.db, 0);
        struct caller c = scratch_inside(shop.app.db, &user, shop.concert, i + 1, 6000);
        struct hold_request req = {
            .schedule_id = schedule, .seat_count = 2, .seats = {2 * i + 1, 2 * i + 2}};
        struct reservation r;
        CU_ASSERT_EQUAL_FATAL(booking_hold(&shop.app, &c, &req, NULL, &r), ERR_OK);
        ids[i] = r.reservation_id;
        end = r.hold_expires_at;
        reservation_clear(&r);
    }
    struct db *visitor = scratch_open();
    scratch_sql(visitor, "START TRANSACTION");
    scratch_int(visitor, "SELECT 1 FROM reservation WHERE reservation_id = %lld FOR UPDATE",
                (long long)ids[0]);
    scratch_int(visitor, "SELECT 1 FROM seat WHERE reservation_id = %lld LIMIT 1 FOR UPDATE",
                (long long)ids[1]);
    shop_tick(end - shop.base);
    CU_ASSERT_EQUAL(shop.report.holds_expired, 1);
    CU_ASSERT_EQUAL(
        scratch_int(shop.app.db, "SELECT reservation_id FROM reservation WHERE status = 'EXPIRED'"),
        ids[2]);
    scratch_sql(visitor, "ROLLBACK");
    db_free(visitor);
    shop_tick(end - shop.base + 1000);
    CU_ASSERT_EQUAL(shop.report.holds_expired, 2);
    CU_ASSERT_EQUAL(
        scratch_int(shop.app.db, "SELECT COUNT(*) FROM seat WHERE status = 'AVAILABLE'"), 10);
    shop_close();
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
        scratch_set_clock(own.db, shop.base);
        h->outcome->e = job_tick(&own, "the slow one", &h->outcome->report);
        _exit(0);
    }
    CU_ASSERT(scratch_wait_statement(shop.app.db, "SELECT state, t0,%FOR UPDATE"));
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
    shop_open();
    shop_settings(5, 300, 0, 600, 0);
    shop_join(10);
    hold_up(&h);
    give_lease("another");
    let_go(&h);
    CU_ASSERT_EQUAL(h.outcome->e, ERR_OK);
    CU_ASSERT_FALSE(h.outcome->report.lease);
    CU_ASSERT_EQUAL(h.outcome->report.admitted, 0);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 0);
    CU_ASSERT_EQUAL(shop_state("last_ticket"), 0); /* nor does it publish */
    shop_close();
}

/* Whoever had the queue's row before has let people in. */
static void test_the_cap_is_counted_under_the_lock(void)
{
    struct held_up h;
    shop_open();
    shop_settings(5, 1, 3, 600, 0);
    shop_join(10);
    hold_up(&h);
    scratch_sql(h.holder, "UPDATE queue_token SET status = 'ACTIVE', admitted_at = NOW(3), "
                          "session_ends_at = expires_at WHERE ticket <= 2");
    scratch_sql(h.holder, "UPDATE queue_state SET now_serving = 2, last_ticket = 10");
    let_go(&h);
    CU_ASSERT_EQUAL(h.outcome->e, ERR_OK);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 3);
    shop_close();
}

static void test_who_still_has_the_lease_goes_on(void)
{
    struct held_up h;
    shop_open();
    shop_settings(5, 300, 0, 600, 0);
    shop_join(10);
    hold_up(&h);
    let_go(&h);
    CU_ASSERT_EQUAL(h.outcome->e, ERR_OK);
    CU_ASSERT(h.outcome->report.lease);
    CU_ASSERT_EQUAL(shop_tokens("ACTIVE"), 5);
    shop_close();
}

SUITE(domain_jobs_meet, TEST(test_one_of_several_jobs_does_the_tick),
      TEST(test_jobs_that_meet_admit_a_batch_once), TEST(test_jobs_that_meet_keep_the_cap),
      TEST(test_a_session_that_is_locked_keeps_no_other_place),
      TEST(test_a_hold_that_is_locked_keeps_no_other_from_being_tidied),
      TEST(test_who_has_lost_the_lease_admits_nobody), TEST(test_the_cap_is_counted_under_the_lock),
      TEST(test_who_still_has_the_lease_goes_on));
