/* The waiting room as the database tells it, without a snapshot. */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/concert.h"
#include "domain/job.h"
#include "domain/queue.h"
#include "domain/queue_place.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct app app;
static int64_t concert;

static void open_room(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
}

static void close_room(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static struct caller bearer(const struct queue_ticket *t)
{
    struct caller c = {.kind = TOKEN_QUEUE,
                       .user = t->user_id,
                       .concert_id = t->concert_id,
                       .token_id = t->token_id,
                       .ticket = t->ticket,
                       .exp = t->token_expires_at / 1000};
    return c;
}

static struct caller join(struct queue_ticket *t)
{
    struct uuid user;
    uuid_random(&user);
    CU_ASSERT_EQUAL(queue_join(&app, &user, concert, t), ERR_OK);
    return bearer(t);
}

static void admit(void)
{
    struct job_report r;
    CU_ASSERT_EQUAL(job_tick(&app, "the test", &r), ERR_OK);
    CU_ASSERT(r.lease);
}

static int64_t now(void)
{
    int64_t ms = 0;
    CU_ASSERT_EQUAL(db_now(app.db, &ms), ERR_OK);
    return ms;
}

static void test_numbers_follow_the_order_of_arrival(void)
{
    struct queue_ticket t, again;
    open_room();
    for (int i = 1; i <= 5; i++) {
        join(&t);
        CU_ASSERT(t.created);
        CU_ASSERT_EQUAL(t.ticket, i);
        CU_ASSERT_EQUAL(t.position, i);
        CU_ASSERT_EQUAL(t.status, QUEUE_WAITING);
        CU_ASSERT_EQUAL(t.session_expires_at, -1);
        CU_ASSERT(t.poll_after_seconds >= 1);
    }
    CU_ASSERT_EQUAL(queue_join(&app, &t.user_id, concert, &again), ERR_OK);
    CU_ASSERT_FALSE(again.created);
    CU_ASSERT_EQUAL(again.token_id, t.token_id);
    CU_ASSERT_EQUAL(again.ticket, 5);
    CU_ASSERT_EQUAL(again.position, 5);
    CU_ASSERT(again.token_expires_at >= now() + INT64_C(86000000));
    CU_ASSERT_EQUAL(queue_join(&app, &t.user_id, concert + 1000, &again), ERR_CONCERT_NOT_FOUND);
    close_room();
}

static void test_states_let_people_join_or_not(void)
{
    static const struct {
        const char *name;
        enum err err;
    } states[] = {{"OPEN", ERR_OK},
                  {"PAUSED", ERR_OK},
                  {"DRAINING", ERR_QUEUE_CLOSED},
                  {"CLOSED", ERR_QUEUE_CLOSED}};
    struct queue_ticket t, mine;
    open_room();
    join(&mine);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct uuid user;
        uuid_random(&user);
        scratch_sql(app.db, "UPDATE queue_state SET state = '%s'", states[i].name);
        CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), states[i].err);
        CU_ASSERT_EQUAL(queue_join(&app, &mine.user_id, concert, &t), ERR_OK);
        CU_ASSERT_EQUAL(t.ticket, mine.ticket);
    }
    scratch_sql(app.db, "UPDATE queue_state SET state = 'OPEN', sold_out = 1");
    struct uuid user;
    uuid_random(&user);
    CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_SOLD_OUT);
    close_room();
}

static void test_polling_shows_the_way_in_and_claims_the_session(void)
{
    struct queue_ticket a, b, t;
    open_room();
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 1");
    struct caller first = join(&a), second = join(&b);
    CU_ASSERT_EQUAL(queue_poll(&app, &second, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_WAITING);
    CU_ASSERT_EQUAL(t.position, 2);
    CU_ASSERT_EQUAL(queue_require_inside(&app, &first, concert), ERR_NOT_ADMITTED);
    CU_ASSERT_EQUAL(app.problem.position, 1);
    CU_ASSERT(app.problem.retry_after >= 1);
    admit();
    int64_t claim_end =
        scratch_int(app.db, "SELECT CAST(UNIX_TIMESTAMP(expires_at) * 1000 AS SIGNED) "
                            "FROM queue_token WHERE status = 'ACTIVE'");
    CU_ASSERT_EQUAL(queue_poll(&app, &first, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_ACTIVE);
    CU_ASSERT_EQUAL(t.position, 0);
    CU_ASSERT_EQUAL(t.estimated_wait_seconds, 0);
    CU_ASSERT_EQUAL(t.session_expires_at, claim_end + 540000); /* 600 s, not the claim's 60 */
    CU_ASSERT_EQUAL(queue_poll(&app, &second, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.position, 1);
    CU_ASSERT_EQUAL(queue_require_inside(&app, &first, concert), ERR_OK);
    CU_ASSERT_EQUAL(queue_require_inside(&app, &first, concert + 1), ERR_WRONG_CONCERT);
    CU_ASSERT_EQUAL(queue_require_live(&app, &second, concert), ERR_OK);
    close_room();
}

static void test_a_session_ends_exactly_without_the_job(void)
{
    struct queue_ticket a, t;
    open_room();
    struct caller c = join(&a);
    admit();
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_OK);
    scratch_set_clock(app.db, t.session_expires_at - 1);
    CU_ASSERT_EQUAL(queue_require_inside(&app, &c, concert), ERR_OK);
    scratch_set_clock(app.db, t.session_expires_at);
    CU_ASSERT_EQUAL(queue_require_inside(&app, &c, concert), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_QUEUE_TOKEN_EXPIRED);
    /* Joining again gives a new number at the end. */
    CU_ASSERT_EQUAL(queue_join(&app, &c.user, concert, &t), ERR_OK);
    CU_ASSERT(t.created);
    CU_ASSERT_EQUAL(t.ticket, 2);
    CU_ASSERT_NOT_EQUAL(t.token_id, a.token_id);
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_QUEUE_TOKEN_EXPIRED);
    close_room();
}

static void test_an_unclaimed_session_is_lost_at_the_end_of_its_claim(void)
{
    struct queue_ticket a, b, t;
    open_room();
    struct caller c = join(&a), d = join(&b);
    admit();
    int64_t end =
        scratch_int(app.db, "SELECT CAST(UNIX_TIMESTAMP(MIN(expires_at)) * 1000 AS SIGNED) "
                            "FROM queue_token");
    scratch_set_clock(app.db, end - 1);
    CU_ASSERT_EQUAL(queue_require_inside(&app, &c, concert), ERR_OK);
    scratch_set_clock(app.db, end);
    CU_ASSERT_EQUAL(queue_poll(&app, &d, &t), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_OK);
    close_room();
}

static void test_a_wait_ends_with_its_token(void)
{
    struct queue_ticket a, t;
    open_room();
    scratch_sql(app.db, "UPDATE queue_state SET state = 'PAUSED', token_lifetime_seconds = 10");
    struct caller c = join(&a);
    int64_t end = scratch_int(app.db, "SELECT CAST(UNIX_TIMESTAMP(expires_at) * 1000 AS SIGNED) "
                                      "FROM queue_token");
    CU_ASSERT(a.token_expires_at >= end);
    scratch_set_clock(app.db, end - 1);
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_OK);
    scratch_set_clock(app.db, end);
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_QUEUE_TOKEN_EXPIRED);
    close_room();
}

static void test_a_token_whose_row_is_gone_or_anothers_is_over(void)
{
    struct queue_ticket a, b, t;
    open_room();
    struct caller c = join(&a), d = join(&b);
    d.token_id = c.token_id;
    CU_ASSERT_EQUAL(queue_poll(&app, &d, &t), ERR_QUEUE_TOKEN_EXPIRED);
    scratch_sql(app.db, "DELETE FROM queue_token");
    CU_ASSERT_EQUAL(queue_poll(&app, &c, &t), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(queue_leave(&app, &c, NULL), ERR_QUEUE_TOKEN_EXPIRED);
    close_room();
}

static void test_leaving_frees_the_place_and_the_holds(void)
{
    struct queue_ticket a, b, t;
    struct reservation r;
    open_room();
    int64_t schedule = scratch_schedule(app.db, concert, 5, 1000);
    struct hold_request req = {.schedule_id = schedule, .seat_count = 2, .seats = {1, 2}};
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 1");
    struct caller first = join(&a), second = join(&b);
    admit();
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &first, &req, NULL, &r), ERR_OK);
    reservation_clear(&r);
    CU_ASSERT_EQUAL(queue_leave(&app, &first, NULL), ERR_OK);
    CU_ASSERT_EQUAL(queue_leave(&app, &first, NULL), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'AVAILABLE'"), 5);
    CU_ASSERT_EQUAL(
        scratch_int(app.db, "SELECT COUNT(*) FROM reservation WHERE status = 'CANCELED'"), 1);
    CU_ASSERT(scratch_wait(app.db, "(SELECT NOW(3) > admitted_at + INTERVAL 1 SECOND "
                                   "FROM queue_token WHERE ticket = 1)"));
    admit();
    CU_ASSERT_EQUAL(queue_poll(&app, &second, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_ACTIVE);
    close_room();
}

static void test_positions_count_who_is_really_there(void)
{
    struct queue_ticket t;
    struct caller c[6];
    open_room();
    for (int i = 0; i < 6; i++)
        c[i] = join(&t);
    CU_ASSERT_EQUAL(queue_leave(&app, &c[1], NULL), ERR_OK);
    CU_ASSERT_EQUAL(queue_leave(&app, &c[3], NULL), ERR_OK);
    CU_ASSERT_EQUAL(queue_poll(&app, &c[5], &t), ERR_OK);
    CU_ASSERT_EQUAL(t.ticket, 6);
    CU_ASSERT_EQUAL(t.position, 4);
    CU_ASSERT_EQUAL(queue_poll(&app, &c[0], &t), ERR_OK);
    CU_ASSERT_EQUAL(t.position, 1);
    close_room();
}

static void test_the_public_state(void)
{
    struct queue_ticket t;
    struct queue_public p;
    open_room();
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 2, message_ko = '잠시만요', "
                        "message_en = 'One moment'");
    for (int i = 0; i < 5; i++)
        join(&t);
    admit();
    CU_ASSERT_EQUAL(queue_public(&app, concert, &p), ERR_OK);
    CU_ASSERT_EQUAL(p.concert_id, concert);
    CU_ASSERT_EQUAL(p.state, QUEUE_OPEN);
    CU_ASSERT_EQUAL(p.now_serving, 2);
    CU_ASSERT_EQUAL(p.last_ticket, 5);
    CU_ASSERT_EQUAL(p.waiting, 3);
    CU_ASSERT_EQUAL(p.active, 2);
    CU_ASSERT_STRING_EQUAL(p.message_ko, "잠시만요");
    CU_ASSERT_STRING_EQUAL(p.message_en, "One moment");
    CU_ASSERT(p.as_of > 0 && p.as_of <= now());
    CU_ASSERT_EQUAL(queue_public(&app, concert + 1, &p), ERR_CONCERT_NOT_FOUND);
    close_room();
}

static void test_the_estimate_of_a_cycle_is_the_moment_of_its_batch(void)
{
    struct snapshot_queue q = {.state = QUEUE_OPEN,
                               .t0 = 1000000,
                               .last_batch = 4, /* at 2,200,000 */
                               .admit_count = 50,
                               .admit_interval_seconds = 300,
                               .rate_per_second = -1};
    CU_ASSERT_EQUAL(queue_estimate(&q, 0, 2300000), 0);
    CU_ASSERT_EQUAL(queue_estimate(&q, 1, 2300000), 200);
    CU_ASSERT_EQUAL(queue_estimate(&q, 50, 2300000), 200);
    CU_ASSERT_EQUAL(queue_estimate(&q, 51, 2300000), 500);
    CU_ASSERT_EQUAL(queue_estimate(&q, 101, 2300001), 800);
    CU_ASSERT_EQUAL(queue_estimate(&q, 1, 2500000), 1);
    q.state = QUEUE_PAUSED;
    CU_ASSERT_EQUAL(queue_estimate(&q, 1, 2300000), -1);
    q.state = QUEUE_DRAINING;
    CU_ASSERT_EQUAL(queue_estimate(&q, 1, 2300000), 200);
}

/* Ten inside at the most, of whom four are missing; batches of three each second. */
static void test_the_estimate_behind_a_cap(void)
{
    struct snapshot_queue q = {.state = QUEUE_OPEN,
                               .t0 = 1000000,
                               .last_batch = 100, /* at 1,100,000 */
                               .admit_count = 3,
                               .admit_interval_seconds = 1,
                               .max_active = 10,
                               .active = 6,
                               .rate_per_second = 3,
                               .flow_per_second = -1,
                               .flow_at = -1};
    const int64_t now = 1100000;
    CU_ASSERT_EQUAL(queue_estimate(&q, 3, now), 1);
    CU_ASSERT_EQUAL(queue_estimate(&q, 4, now), 2);
    CU_ASSERT_EQUAL(queue_estimate(&q, 5, now), -1); /* nobody is known to go */
    q.flow_per_second = 0.5;
    q.flow_at = now;
    CU_ASSERT_EQUAL(queue_estimate(&q, 4, now), 2);
    CU_ASSERT_EQUAL(queue_estimate(&q, 5, now), 2);
    CU_ASSERT_EQUAL(queue_estimate(&q, 24, now), 40);
    q.flow_per_second = 100; /* a batch takes three all the same */
    CU_ASSERT_EQUAL(queue_estimate(&q, 24, now), 8);
    q.active = 10;
    q.flow_per_second = 0.5;
    CU_ASSERT_EQUAL(queue_estimate(&q, 24, now), 48);
    /* In 100 s nobody has gone: not more than ten will in the next hundred. */
    q.flow_at = now - 100000;
    CU_ASSERT_EQUAL(queue_estimate(&q, 20, now), 200);
    q.limit = QUEUE_BY_CAP;
    q.admit_interval_seconds = 60; /* it falls on a batch: t0 + 22 minutes is the next */
    q.last_batch = 1;
    q.flow_at = now;
    CU_ASSERT_EQUAL(queue_estimate(&q, 1, now), 20);
    CU_ASSERT_EQUAL(queue_estimate(&q, 3, now), 20);
    CU_ASSERT_EQUAL(queue_estimate(&q, 15, now), 260); /* five batches of three */
    q.flow_per_second = 0.01;
    CU_ASSERT_EQUAL(queue_estimate(&q, 3, now), 320);
    q.flow_per_second = 0.001;
    CU_ASSERT_EQUAL(queue_estimate(&q, 3, now), -1);
}

static void test_the_estimate_when_seats_run_out(void)
{
    struct snapshot_queue q = {.state = QUEUE_OPEN,
                               .t0 = 1000000,
                               .last_batch = 100,
                               .admit_count = 50,
                               .admit_interval_seconds = 1,
                               .active = 6,
                               .flow_per_second = 0.25,
                               .flow_at = 1100000};
    CU_ASSERT_EQUAL(queue_estimate(&q, 5, 1100000), 1);
    q.limit = QUEUE_BY_SEATS;
    CU_ASSERT_EQUAL(queue_estimate(&q, 5, 1100000), 20);
    q.flow_per_second = -1;
    CU_ASSERT_EQUAL(queue_estimate(&q, 5, 1100000), -1);
    q.flow_per_second = 0.25;
    q.limit = QUEUE_BY_NO_SEAT;
    CU_ASSERT_EQUAL(queue_estimate(&q, 5, 1100000), -1);
}

static void test_how_soon_to_ask_again(void)
{
    for (int i = 0; i < 100; i++) {
        int after = queue_poll_after(1000, 100, 0);
        CU_ASSERT(after >= 19 && after <= 30);
        CU_ASSERT_EQUAL(queue_poll_after(0, 0, 0), 1);
        CU_ASSERT_EQUAL(queue_poll_after(100000, 99999, 60), 30);
        CU_ASSERT_EQUAL(queue_poll_after(100000, 99999, 10), 5);
        CU_ASSERT_EQUAL(queue_poll_after(100000, 99999, 1), 1);
    }
}

static void test_the_public_is_asked_to_wait_longer_in_a_crowd(void)
{
    CU_ASSERT_EQUAL(queue_poll_after_public(0, 60), 2);
    CU_ASSERT_EQUAL(queue_poll_after_public(5000, 60), 2);
    CU_ASSERT_EQUAL(queue_poll_after_public(25000, 60), 10);
    CU_ASSERT_EQUAL(queue_poll_after_public(1000000, 60), 30);
    CU_ASSERT_EQUAL(queue_poll_after_public(1000000, 0), 30);
    CU_ASSERT_EQUAL(queue_poll_after_public(1000000, 10), 5);
    CU_ASSERT_EQUAL(queue_poll_after_public(0, 2), 1);
}

/* --- At the same time --- */

static enum err join_as(struct app *own, int i, void *arg)
{
    struct queue_ticket t;
    (void)i;
    enum err e = queue_join(own, arg, concert, &t);
    return e != ERR_OK ? e : t.created ? ERR_OK : ERR_REPLAY;
}

static void test_one_user_many_times_at_once_has_one_ticket(void)
{
    struct uuid user;
    int found = 0;
    open_room();
    uuid_random(&user);
    CU_ASSERT_EQUAL(scratch_at_once(16, join_as, &user, ERR_OK, ERR_REPLAY, &found), 1);
    CU_ASSERT_EQUAL(found, 15);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE live = 1"), 1);
    close_room();
}

static enum err join_many(struct app *own, int i, void *arg)
{
    struct queue_ticket t;
    enum err e = ERR_OK;
    int64_t before = 0;
    (void)i;
    (void)arg;
    for (int k = 0; e == ERR_OK && k < 20; k++) {
        struct uuid user;
        uuid_random(&user);
        e = queue_join(own, &user, concert, &t);
        if (e == ERR_OK && t.ticket <= before)
            return ERR_INTERNAL;
        before = t.ticket;
    }
    return e;
}

static void test_many_users_at_once_have_numbers_without_a_gap(void)
{
    open_room();
    CU_ASSERT_EQUAL(scratch_at_once(12, join_many, NULL, ERR_OK, ERR_COUNT, NULL), 12);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token"), 240);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT MAX(ticket) FROM queue_token"), 240);
    close_room();
}

SUITE(domain_queue, TEST(test_numbers_follow_the_order_of_arrival),
      TEST(test_states_let_people_join_or_not),
      TEST(test_polling_shows_the_way_in_and_claims_the_session),
      TEST(test_a_session_ends_exactly_without_the_job),
      TEST(test_an_unclaimed_session_is_lost_at_the_end_of_its_claim),
      TEST(test_a_wait_ends_with_its_token),
      TEST(test_a_token_whose_row_is_gone_or_anothers_is_over),
      TEST(test_leaving_frees_the_place_and_the_holds),
      TEST(test_positions_count_who_is_really_there), TEST(test_the_public_state),
      TEST(test_the_estimate_of_a_cycle_is_the_moment_of_its_batch),
      TEST(test_the_estimate_behind_a_cap), TEST(test_the_estimate_when_seats_run_out),
      TEST(test_how_soon_to_ask_again), TEST(test_the_public_is_asked_to_wait_longer_in_a_crowd),
      TEST(test_one_user_many_times_at_once_has_one_ticket),
      TEST(test_many_users_at_once_have_numbers_without_a_gap));
