/* Canceling a show: its reservations end in batches, whoever dies or holds a lock meanwhile. */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/cancel.h"
#include "domain/job.h"
#include "domain/job_cancel.h"
#include "domain/job_queue.h"
#include "domain/payment.h"
#include "domain/wallet.h"
#include "suite.h"
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEATS = 400, PRICE = 1000 };

static struct app app;
static struct config config;
static int64_t concert, schedule, ticket, now;
static struct job_cancellation sum; /* what calls of job_cancel did */

static void open_shop(void)
{
    app = scratch_app();
    config = *app.cfg;
    app.cfg = &config;
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, PRICE);
    scratch_sql(app.db, "UPDATE job_lease SET holder = 'the test'");
    ticket = 0;
    sum = (struct job_cancellation){0};
}

/* Ticks that do not do it all at once. */
static void shorten_ticks(void)
{
    config.queue_tick_ms = 100;
}

static void close_shop(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

struct buyer {
    struct caller inside;
    int64_t reservation;
};

/* Somebody with `money` who holds the seat with the number of their ticket. */
static struct buyer holder_of(int64_t show, int64_t money)
{
    struct uuid user = scratch_user(app.db, money);
    struct buyer b = {.inside = scratch_inside(app.db, &user, concert, ++ticket, 600)};
    struct hold_request req = {.schedule_id = show, .seats = {ticket}, .seat_count = 1};
    struct reservation r = {0};
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &b.inside, &req, NULL, &r), ERR_OK);
    b.reservation = r.reservation_id;
    reservation_clear(&r);
    return b;
}

static enum err pay(const struct buyer *b)
{
    struct payment p;
    enum err e = payment_pay(&app, &b->inside, b->reservation, NULL, &p);
    if (e == ERR_OK)
        reservation_clear(&p.reservation);
    return e;
}

static struct buyer buyer_of(int64_t show, int64_t money)
{
    struct buyer b = holder_of(show, money);
    CU_ASSERT_EQUAL_FATAL(pay(&b), ERR_OK);
    return b;
}

/* Several processes share the work, which is most of these tests' time. */
struct crowd {
    int paid, all; /* so many pay of all, who are the next */
};
enum { FILLERS = 8 };

static enum err fill_some(struct app *own, int i, void *arg)
{
    const struct crowd *crowd = arg;
    int64_t first = ticket;
    app = *own;
    for (int k = i; k < crowd->all; k += FILLERS) {
        ticket = first + k;
        if (k < crowd->paid)
            buyer_of(schedule, PRICE);
        else
            holder_of(schedule, PRICE);
    }
    return ERR_OK;
}

static void fill(int paid, int held)
{
    struct crowd crowd = {paid, paid + held};
    int done = scratch_at_once(FILLERS, fill_some, &crowd, ERR_OK, ERR_COUNT, NULL);
    CU_ASSERT_EQUAL(done, FILLERS);
    ticket += crowd.all;
}

static void render(const struct schedule *s, struct text_buf *out)
{
    text_buf_printf(out, "{\"canceled\":%d}", s->canceled_at >= 0);
}

static struct schedule cancel(int64_t show)
{
    struct schedule s = {0};
    struct caller staff = scratch_caller(&(struct uuid){{1}});
    CU_ASSERT_EQUAL(cancel_schedule(&app, &staff, show, render, NULL, &s), ERR_OK);
    return s;
}

static struct schedule progress(int64_t show)
{
    struct schedule s = {0};
    CU_ASSERT_EQUAL(schedule_get(&app, show, &s), ERR_OK);
    CU_ASSERT_EQUAL(cancel_progress(&app, &s), ERR_OK);
    return s;
}

/* One tick's part. */
static enum err part(struct app *own, int64_t at, struct job_cancellation *done)
{
    struct job_canceled shows;
    enum err e = job_cancel_find(own, &shows);
    return e == ERR_OK ? job_cancel(own, "the test", at, &shows, done) : e;
}

/* The same, `ms` from now; adds to sum. */
static enum err work(int64_t ms)
{
    CU_ASSERT_EQUAL(db_now(app.db, &now), ERR_OK);
    return part(&app, now + ms, &sum);
}

static int64_t count(const char *condition)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM %s", condition);
}

static bool is_canceling(void)
{
    return count("schedule WHERE canceling = 1") > 0;
}

/* As many calls as it takes, on a machine that may be slow. */
static void work_all(int64_t ms)
{
    for (int calls = 0; is_canceling() && calls < 1000; calls++)
        CU_ASSERT_EQUAL(work(ms), ERR_OK);
}

/* The same until `n` reservations have ended, and then some. */
static void work_on(int64_t n)
{
    for (int calls = 0; sum.refunded + sum.released < n && calls < 1000; calls++)
        CU_ASSERT_EQUAL(work(1000), ERR_OK);
    for (int calls = 0; calls < 5; calls++)
        CU_ASSERT_EQUAL(work(1000), ERR_OK);
}

static void expect_all_over(int paid, int held)
{
    struct schedule s = progress(schedule);
    CU_ASSERT_EQUAL(s.cancel_total, paid + held);
    CU_ASSERT_EQUAL(s.cancel_done, s.cancel_total);
    CU_ASSERT_EQUAL(count("reservation WHERE status = 'REFUNDED'"), paid);
    CU_ASSERT_EQUAL(count("reservation WHERE status = 'CANCELED'"), held);
    CU_ASSERT_EQUAL(count("payment WHERE status = 'REFUNDED'"), paid);
    CU_ASSERT_EQUAL(count("seat WHERE status <> 'AVAILABLE'"), 0);
    CU_ASSERT_EQUAL(
        scratch_int(app.db, "SELECT CAST(COALESCE(SUM(balance), 0) AS SIGNED) FROM wallet"),
        (int64_t)(paid + held) * PRICE);
    CU_ASSERT_EQUAL(count("wallet_entry WHERE type = 'REFUND'"), paid);
    CU_ASSERT_EQUAL(count("outbox WHERE type = 'reservation.refunded'"), paid);
}

static void test_a_show_is_canceled_once(void)
{
    open_shop();
    fill(2, 1);
    struct buyer late = holder_of(schedule, 0);
    scratch_sql(app.db,
                "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
                "SET r.hold_expires_at = NOW(3), t.hold_expires_at = NOW(3) "
                "WHERE r.reservation_id = %lld",
                (long long)late.reservation);
    struct schedule s = cancel(schedule);
    CU_ASSERT(s.canceled_at > 0);
    CU_ASSERT_EQUAL(s.cancel_total, 3);
    CU_ASSERT_EQUAL(s.cancel_done, 0);
    struct schedule again = cancel(schedule);
    CU_ASSERT_EQUAL(again.canceled_at, s.canceled_at);
    CU_ASSERT_EQUAL(again.cancel_total, 3);
    CU_ASSERT_EQUAL(count("audit WHERE action = 'schedule.cancel' "
                          "AND before_json = '{\"canceled\":0}' "
                          "AND after_json = '{\"canceled\":1}'"),
                    1);
    CU_ASSERT_EQUAL(count("audit"), 1);
    struct caller staff = scratch_caller(&(struct uuid){{1}});
    CU_ASSERT_EQUAL(cancel_schedule(&app, &staff, 0, render, NULL, &s), ERR_SCHEDULE_NOT_FOUND);
    close_shop();
}

static void test_all_reservations_end_in_batches(void)
{
    enum { PAID = 60, HELD = 40 };
    open_shop();
    shorten_ticks();
    fill(PAID, HELD);
    CU_ASSERT_EQUAL(cancel(schedule).cancel_total, PAID + HELD);
    for (int calls = 0; sum.released == 0 && calls < 1000; calls++)
        CU_ASSERT_EQUAL(work(1000), ERR_OK);
    CU_ASSERT_EQUAL(progress(schedule).cancel_done, sum.refunded + sum.released);
    work_all(1000);
    CU_ASSERT_EQUAL(sum.refunded, PAID);
    CU_ASSERT_EQUAL(sum.released, HELD);
    expect_all_over(PAID, HELD);
    close_shop();
}

static void test_a_tick_tells_what_it_did(void)
{
    struct job_report r;
    open_shop();
    fill(3, 2);
    cancel(schedule);
    for (int i = 0; is_canceling() && i < 100; i++) {
        CU_ASSERT_EQUAL(job_tick(&app, "the test", &r), ERR_OK);
        sum.refunded += r.canceled.refunded;
        sum.released += r.canceled.released;
    }
    CU_ASSERT_EQUAL(sum.refunded, 3);
    CU_ASSERT_EQUAL(sum.released, 2);
    expect_all_over(3, 2);
    close_shop();
}

static void test_an_empty_show_is_done_at_once(void)
{
    open_shop();
    CU_ASSERT_EQUAL(cancel(schedule).cancel_total, 0);
    work_all(1000);
    expect_all_over(0, 0);
    close_shop();
}

/* It is canceled while the tick is at work, by a statement that was begun before the tick. */
static void test_the_queue_is_looked_at_before_the_end(void)
{
    struct job_canceled shows;
    int64_t admitted = 0;
    open_shop();
    int64_t other = scratch_schedule(app.db, concert, 1, PRICE);
    struct uuid user = scratch_user(app.db, PRICE);
    struct caller inside = scratch_inside(app.db, &user, concert, ++ticket, 600);
    struct hold_request req = {.schedule_id = other, .seats = {1}, .seat_count = 1};
    struct reservation r;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &inside, &req, NULL, &r), ERR_OK);
    struct buyer b = {inside, r.reservation_id};
    reservation_clear(&r);
    CU_ASSERT_EQUAL(pay(&b), ERR_OK);
    CU_ASSERT_EQUAL(db_now(app.db, &now), ERR_OK);
    CU_ASSERT_EQUAL(job_queues(&app, "the test", now, now, &admitted), ERR_OK);
    CU_ASSERT_EQUAL(job_cancel_find(&app, &shows), ERR_OK);
    CU_ASSERT_EQUAL(job_queues(&app, "the test", now, now, &admitted), ERR_OK);
    scratch_set_clock(app.db, now - 1);
    cancel(schedule);
    CU_ASSERT_EQUAL(job_cancel(&app, "the test", now, &shows, &sum), ERR_OK);
    CU_ASSERT(is_canceling());
    CU_ASSERT_EQUAL(job_cancel_find(&app, &shows), ERR_OK);
    CU_ASSERT_EQUAL(job_queues(&app, "the test", now, now, &admitted), ERR_OK);
    CU_ASSERT_EQUAL(job_cancel(&app, "the test", now, &shows, &sum), ERR_OK);
    CU_ASSERT(!is_canceling());
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT sold_out FROM queue_state"), 1);
    close_shop();
}

static void test_a_hold_that_is_paid_before_its_turn_is_refunded(void)
{
    open_shop();
    struct buyer b = holder_of(schedule, PRICE);
    cancel(schedule);
    CU_ASSERT_EQUAL(pay(&b), ERR_OK);
    work_all(1000);
    expect_all_over(1, 0);
    close_shop();
}

static void test_no_more_holds(void)
{
    struct hold_request req = {.schedule_id = schedule, .seats = {9}, .seat_count = 1};
    struct reservation r;
    open_shop();
    struct buyer b = holder_of(schedule, 0);
    req.schedule_id = schedule;
    cancel(schedule);
    CU_ASSERT_EQUAL(booking_hold(&app, &b.inside, &req, NULL, &r), ERR_BOOKING_CLOSED);
    work_all(1000);
    CU_ASSERT_EQUAL(booking_hold(&app, &b.inside, &req, NULL, &r), ERR_BOOKING_CLOSED);
    close_shop();
}

static void test_without_the_lease_nothing_is_done(void)
{
    open_shop();
    fill(1, 1);
    cancel(schedule);
    scratch_sql(app.db, "UPDATE job_lease SET holder = 'another'");
    CU_ASSERT_EQUAL(work(1000), ERR_NO_ROW);
    CU_ASSERT_EQUAL(progress(schedule).cancel_done, 0);
    CU_ASSERT_EQUAL(count("reservation WHERE status IN ('CONFIRMED', 'PENDING')"), 2);
    close_shop();
}

/* --- What is in the way --- */

/* What visitors' transactions hold is left out, and not waited for: the others are done. */
static void test_what_others_hold_comes_later(void)
{
    static const char *const locked[] = {
        "reservation", "reservation", "seat",
        "wallet w JOIN reservation r ON r.user_id = w.user_id AND r.status = 'CONFIRMED'"};
    enum { LOCKED = sizeof locked / sizeof *locked, PAID = 25, HELD = 5 };
    int64_t ids[LOCKED];
    open_shop();
    for (int i = 0; i < LOCKED; i++)
        ids[i] = (i == 0 ? holder_of(schedule, PRICE) : buyer_of(schedule, PRICE)).reservation;
    fill(PAID - LOCKED + 1, HELD - 1);
    struct db *visitor = scratch_open();
    scratch_sql(visitor, "START TRANSACTION");
    for (int i = 0; i < LOCKED; i++)
        scratch_int(visitor, "SELECT 1 FROM %s WHERE reservation_id = %lld FOR UPDATE", locked[i],
                    (long long)ids[i]);
    cancel(schedule);
    work_on(PAID + HELD - LOCKED);
    CU_ASSERT_EQUAL(sum.refunded + sum.released, PAID + HELD - LOCKED);
    CU_ASSERT(is_canceling());
    scratch_sql(visitor, "ROLLBACK");
    db_free(visitor);
    work_all(1000);
    expect_all_over(PAID, HELD);
    close_shop();
}

/* A wallet that is full stops no other, and is tried again only after a while. */
static void test_a_full_wallet_stops_no_other(void)
{
    struct wallet_charge charged;
    open_shop();
    int64_t other_show = scratch_schedule(app.db, concert, SEATS, PRICE);
    fill(2, 0);
    struct buyer rich = buyer_of(schedule, WALLET_BALANCE_MAX);
    fill(3, 0);
    CU_ASSERT_EQUAL(wallet_charge(&app, &rich.inside, &rich.inside.user, PRICE, NULL, &charged),
                    ERR_OK);
    cancel(schedule);
    work_on(5);
    CU_ASSERT_EQUAL(sum.refunded, 5);
    CU_ASSERT(is_canceling());
    CU_ASSERT_EQUAL(progress(schedule).cancel_done, 5);
    /* Room is made by buying something else. */
    rich.inside = scratch_inside(app.db, &rich.inside.user, concert, ++ticket, 600);
    struct hold_request req = {.schedule_id = other_show, .seats = {1}, .seat_count = 1};
    struct reservation r = {0};
    CU_ASSERT_EQUAL(booking_hold(&app, &rich.inside, &req, NULL, &r), ERR_OK);
    reservation_clear(&r);
    rich.reservation = r.reservation_id;
    CU_ASSERT_EQUAL(pay(&rich), ERR_OK);
    CU_ASSERT_EQUAL(work(1000), ERR_OK);
    CU_ASSERT_EQUAL(sum.refunded, 5);
    work_all(30000);
    CU_ASSERT_EQUAL(sum.refunded, 6);
    CU_ASSERT(!is_canceling());
    CU_ASSERT_EQUAL(progress(schedule).cancel_done, 6);
    CU_ASSERT_EQUAL(count("reservation WHERE status = 'CONFIRMED'"), 1);
    close_shop();
}

static void test_two_shows(void)
{
    open_shop();
    int64_t first = schedule, second = scratch_schedule(app.db, concert, SEATS, PRICE);
    fill(25, 5);
    schedule = second;
    fill(25, 5);
    cancel(first);
    cancel(second);
    work_all(1000);
    CU_ASSERT_EQUAL(sum.refunded, 50);
    CU_ASSERT_EQUAL(sum.released, 10);
    CU_ASSERT_EQUAL(progress(first).cancel_done, 30);
    CU_ASSERT_EQUAL(progress(second).cancel_done, 30);
    close_shop();
}

/* --- Crashes --- */

static void test_a_connection_that_is_cut_between_batches(void)
{
    enum { PAID = 80, HELD = 20 };
    open_shop();
    shorten_ticks();
    fill(PAID, HELD);
    cancel(schedule);
    struct db *killer = scratch_open();
    CU_ASSERT_EQUAL(work(1000), ERR_OK);
    CU_ASSERT(is_canceling());
    for (int i = 0; i < 3; i++) {
        scratch_sql(killer, "KILL %lld", (long long)scratch_int(app.db, "SELECT CONNECTION_ID()"));
        enum err e = part(&app, now + 1000, &sum);
        CU_ASSERT(e == ERR_OK || e == ERR_DB_LOST);
    }
    db_free(killer);
    work_all(1000);
    expect_all_over(PAID, HELD);
    close_shop();
}

/* Another process, which does nothing else until it is killed. */
static pid_t start_job(void)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct app own = scratch_app();
    struct job_cancellation done = {0};
    own.cfg = &config;
    for (;;) {
        int64_t at = 0;
        if (db_now(own.db, &at) != ERR_OK || part(&own, at + 1000, &done) != ERR_OK)
            _exit(1);
    }
}

static void test_a_job_that_is_killed_is_gone_on_with(void)
{
    enum { PAID = 160, HELD = 40 };
    open_shop();
    shorten_ticks();
    fill(PAID, HELD);
    cancel(schedule);
    int64_t before = 0;
    for (int i = 0; i < 3; i++) {
        pid_t pid = start_job();
        CU_ASSERT(scratch_wait(app.db,
                               "(SELECT COUNT(*) FROM reservation "
                               "WHERE status IN ('REFUNDED', 'CANCELED')) > %lld",
                               (long long)before));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        CU_ASSERT(scratch_is_sound(&app));
        before = count("reservation WHERE status IN ('REFUNDED', 'CANCELED')");
    }
    work_all(1000);
    expect_all_over(PAID, HELD);
    close_shop();
}

SUITE(domain_cancel, TEST(test_a_show_is_canceled_once), TEST(test_all_reservations_end_in_batches),
      TEST(test_a_tick_tells_what_it_did), TEST(test_an_empty_show_is_done_at_once),
      TEST(test_the_queue_is_looked_at_before_the_end),
      TEST(test_a_hold_that_is_paid_before_its_turn_is_refunded), TEST(test_no_more_holds),
      TEST(test_without_the_lease_nothing_is_done), TEST(test_what_others_hold_comes_later),
      TEST(test_a_full_wallet_stops_no_other), TEST(test_two_shows),
      TEST(test_a_connection_that_is_cut_between_batches),
      TEST(test_a_job_that_is_killed_is_gone_on_with));
