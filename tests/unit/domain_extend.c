/* Longer holds: once, within the session's first end, and nothing that never ends. */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "suite.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SESSION = 600, HOLD = 300, EXTEND = 120 };
#define SECOND INT64_C(1000)

static struct app app;
static int64_t concert, schedule, ticket;

static void open_box_office(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, 10, 1000);
    ticket = 0;
}

/* Seats that were taken again in a future that has not come have two owners by the real clock: a
 * test that does this, or worse, says so. */
static void close_box_office(bool unsound)
{
    CU_ASSERT(unsound || scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static struct caller newcomer(void)
{
    struct uuid user = scratch_user(app.db, 100000);
    return scratch_inside(app.db, &user, concert, ++ticket, SESSION);
}

static enum err hold(const struct caller *caller, int seat, int64_t *id)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = 1, .seats = {seat}};
    struct reservation r;
    enum err e = booking_hold(&app, caller, &req, NULL, &r);
    if (e != ERR_OK)
        return e;
    if (id)
        *id = r.reservation_id;
    reservation_clear(&r);
    return ERR_OK;
}

static enum err extend(const struct caller *caller, int64_t id)
{
    struct reservation r;
    app_problem_reset(&app);
    enum err e = booking_extend(&app, caller, id, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static int64_t now(void)
{
    int64_t ms = 0;
    CU_ASSERT_EQUAL(db_now(app.db, &ms), ERR_OK);
    return ms;
}

static int64_t moment(const char *column, const char *where)
{
    return scratch_int(app.db, "SELECT CAST(ROUND(UNIX_TIMESTAMP(%s) * 1000) AS SIGNED) FROM %s",
                       column, where);
}

static int64_t session_end(void)
{
    return moment("MAX(expires_at)", "queue_token");
}

static void test_an_extension_moves_the_end_of_all_that_is_held(void)
{
    open_box_office();
    struct caller a = newcomer();
    struct hold_request req = {.schedule_id = schedule, .seat_count = 3, .seats = {2, 9, 4}};
    struct reservation held, r;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &a, &req, NULL, &held), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(booking_extend(&app, &a, held.reservation_id, NULL, &r), ERR_OK);
    CU_ASSERT_EQUAL(r.reservation_id, held.reservation_id);
    CU_ASSERT_STRING_EQUAL(r.status, "PENDING");
    CU_ASSERT_EQUAL(r.hold_expires_at, held.hold_expires_at + EXTEND * SECOND);
    CU_ASSERT_EQUAL(r.created_at, held.created_at);
    CU_ASSERT_EQUAL(r.starts_at, held.starts_at);
    CU_ASSERT_EQUAL(r.amount, 3000);
    CU_ASSERT_EQUAL(r.seat_count, 3);
    CU_ASSERT_EQUAL(r.seats[2].seat_number, 9);
    CU_ASSERT_EQUAL(r.payment_id, 0);
    CU_ASSERT_EQUAL(r.paid_at, -1);
    CU_ASSERT_EQUAL(moment("hold_expires_at", "reservation"), r.hold_expires_at);
    CU_ASSERT_EQUAL(moment("MIN(hold_expires_at)", "seat WHERE status = 'HELD'"),
                    r.hold_expires_at);
    CU_ASSERT(moment("extended_at", "reservation") >= held.created_at);
    reservation_clear(&held);
    reservation_clear(&r);
    close_box_office(false);
}

static void test_the_seats_are_held_until_the_new_end(void)
{
    open_box_office();
    struct caller a = newcomer(), b = newcomer();
    int64_t id = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &id), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(extend(&a, id), ERR_OK);
    int64_t end = moment("hold_expires_at", "reservation");
    scratch_set_clock(app.db, end - 1);
    CU_ASSERT_EQUAL(hold(&b, 1, NULL), ERR_SEAT_TAKEN);
    scratch_set_clock(app.db, end);
    CU_ASSERT_EQUAL(hold(&b, 1, NULL), ERR_OK);
    close_box_office(true);
}

static void test_an_extended_hold_is_paid_at_its_new_end(void)
{
    open_box_office();
    struct caller a = newcomer();
    struct payment p;
    int64_t id = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &id), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(extend(&a, id), ERR_OK);
    scratch_set_clock(app.db, moment("hold_expires_at", "reservation") - 1);
    CU_ASSERT_EQUAL_FATAL(payment_pay(&app, &a, id, NULL, &p), ERR_OK);
    reservation_clear(&p.reservation);
    CU_ASSERT_EQUAL(extend(&a, id), ERR_QUEUE_TOKEN_EXPIRED);
    scratch_set_clock(app.db, 0);
    struct caller again = scratch_inside(app.db, &a.user, concert, ++ticket, SESSION);
    CU_ASSERT_EQUAL(extend(&again, id), ERR_NOT_EXTENDABLE);
    close_box_office(false);
}

static void test_it_lengthens_the_session_as_a_hold_does(void)
{
    open_box_office();
    struct caller a = newcomer();
    int64_t start = now(), early = 0, late = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &early), ERR_OK);
    int64_t first_end = session_end();
    CU_ASSERT_EQUAL(extend(&a, early), ERR_OK);
    CU_ASSERT_EQUAL(session_end(), first_end); /* which is later than the hold's */
    scratch_set_clock(app.db, start + (SESSION - 10) * SECOND);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 2, &late), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(extend(&a, late), ERR_OK);
    CU_ASSERT_EQUAL(session_end(), start + (SESSION - 10 + HOLD + EXTEND) * SECOND);
    close_box_office(false);
}

static void test_once_and_only_a_hold_that_can_be(void)
{
    open_box_office();
    struct caller a = newcomer(), b = newcomer();
    int64_t id = 0, back = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &id), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 2, &back), ERR_OK);
    CU_ASSERT_EQUAL(extend(&b, id), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(extend(&a, 0), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(extend(&a, back + 1000), ERR_RESERVATION_NOT_FOUND);
    scratch_sql(app.db, "UPDATE concert SET hold_extend_seconds = 0");
    CU_ASSERT_EQUAL(extend(&a, id), ERR_NOT_EXTENDABLE);
    scratch_sql(app.db, "UPDATE concert SET hold_extend_seconds = 1");
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    CU_ASSERT_EQUAL(extend(&a, id), ERR_NOT_EXTENDABLE);
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NULL");
    CU_ASSERT_EQUAL(extend(&a, id), ERR_OK);
    CU_ASSERT_EQUAL(extend(&a, id), ERR_NOT_EXTENDABLE);
    CU_ASSERT_EQUAL(booking_release(&app, &a, back, NULL), ERR_OK);
    CU_ASSERT_EQUAL(extend(&a, back), ERR_HOLD_EXPIRED);
    close_box_office(false);
}

static void test_over_at_the_very_moment(void)
{
    open_box_office();
    struct caller a = newcomer();
    int64_t first = 0, second = 0, third = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &first), ERR_OK);
    int64_t end = moment("hold_expires_at", "reservation");
    scratch_set_clock(app.db, end - 1);
    CU_ASSERT_EQUAL(extend(&a, first), ERR_OK);
    scratch_set_clock(app.db, 0);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 2, &second), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 3, &third), ERR_OK);
    end = moment("MAX(hold_expires_at)", "seat WHERE seat_number = 2");
    scratch_set_clock(app.db, end);
    CU_ASSERT_EQUAL(extend(&a, second), ERR_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(extend(&a, first), ERR_NOT_EXTENDABLE); /* 409 before 410 */
    close_box_office(false);
}

static void test_not_after_the_sessions_first_end(void)
{
    open_box_office();
    struct caller a = newcomer();
    int64_t start = now(), id = 0, first_end = session_end();
    scratch_set_clock(app.db, start + (SESSION - 10) * SECOND);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &id), ERR_OK);
    scratch_set_clock(app.db, first_end);
    CU_ASSERT_EQUAL(extend(&a, id), ERR_QUEUE_TOKEN_EXPIRED);
    scratch_set_clock(app.db, first_end - 1);
    CU_ASSERT_EQUAL(extend(&a, id), ERR_OK);
    close_box_office(false);
}

static void test_the_token_comes_before_the_reservation(void)
{
    open_box_office();
    struct caller a = newcomer(), b = newcomer();
    int64_t id = 0, other = scratch_concert(app.db);
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &id), ERR_OK);
    struct caller elsewhere = scratch_inside(app.db, &a.user, other, 1, SESSION);
    CU_ASSERT_EQUAL(extend(&elsewhere, id), ERR_WRONG_CONCERT);
    CU_ASSERT_EQUAL(extend(&elsewhere, id + 1), ERR_RESERVATION_NOT_FOUND);
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'WAITING', admitted_at = NULL, "
                "session_ends_at = NULL WHERE token_id = %lld",
                (long long)b.token_id);
    CU_ASSERT_EQUAL(extend(&b, id), ERR_NOT_ADMITTED);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3)");
    CU_ASSERT_EQUAL(extend(&b, id), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(extend(&elsewhere, id), ERR_WRONG_CONCERT);
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

/* One step of somebody who wants to stay inside; `held` is some reservation of theirs. */
static void cling(const struct caller *a, int64_t *held)
{
    enum err e = ERR_OK;
    switch (random() % 3) {
    case 0:
        e = hold(a, 1 + (int)(random() % 10), held);
        CU_ASSERT(e == ERR_OK || e == ERR_SEAT_TAKEN || e == ERR_SEAT_LIMIT ||
                  e == ERR_QUEUE_TOKEN_EXPIRED);
        break;
    case 1:
        e = extend(a, *held);
        CU_ASSERT(e == ERR_OK || e == ERR_NOT_EXTENDABLE || e == ERR_HOLD_EXPIRED ||
                  e == ERR_RESERVATION_NOT_FOUND || e == ERR_QUEUE_TOKEN_EXPIRED);
        break;
    default:
        e = booking_release(&app, a, *held, NULL);
        CU_ASSERT(e == ERR_OK || e == ERR_RESERVATION_NOT_FOUND || e == ERR_QUEUE_TOKEN_EXPIRED);
    }
}

/* Whatever is held, extended and given back, in whatever order: in the end the session is over. */
static void test_no_chain_of_holds_keeps_a_session_alive(void)
{
    open_box_office();
    srandom(7);
    for (int round = 0; round < 2; round++) {
        struct caller a = newcomer();
        int64_t at = now(), first_end = session_end(), latest = first_end, held[4] = {0};
        while (at < session_end() && at < first_end + (HOLD + EXTEND) * SECOND * 10) {
            scratch_set_clock(app.db, at);
            cling(&a, &held[random() % 4]);
            latest = session_end() > latest ? session_end() : latest;
            at += 1 + random() % 30000;
        }
        CU_ASSERT(latest > first_end); /* they did all they could */
        CU_ASSERT(latest <= first_end + (HOLD + EXTEND) * SECOND);
        int64_t id = 0;
        scratch_set_clock(app.db, latest);
        CU_ASSERT_EQUAL(hold(&a, 1, &id), ERR_QUEUE_TOKEN_EXPIRED);
        scratch_sql(app.db, "DELETE FROM queue_token");
    }
    close_box_office(true);
}

/* --- At the same time --- */

struct one {
    struct caller caller;
    int64_t id;
    enum err result;
};

static enum err extend_it(struct app *own, int i, void *arg)
{
    const struct one *one = arg;
    struct reservation r;
    (void)i;
    enum err e = booking_extend(own, &one->caller, one->id, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e;
}

static void test_many_at_once_extend_once(void)
{
    int refused = 0;
    open_box_office();
    struct one one = {.caller = newcomer()};
    CU_ASSERT_EQUAL_FATAL(hold(&one.caller, 1, &one.id), ERR_OK);
    int64_t end = moment("hold_expires_at", "reservation");
    CU_ASSERT_EQUAL(scratch_at_once(12, extend_it, &one, ERR_OK, ERR_NOT_EXTENDABLE, &refused), 1);
    CU_ASSERT_EQUAL(refused, 11);
    CU_ASSERT_EQUAL(moment("hold_expires_at", "reservation"), end + EXTEND * SECOND);
    close_box_office(false);
}

static void *extend_in_thread(void *arg)
{
    struct one *one = arg;
    struct app own = scratch_app();
    app_problem_reset(&own);
    one->result = extend_it(&own, 0, one);
    scratch_app_close(&own);
    return NULL;
}

/* An extension that begins in time and waits for a lock until the hold is over. */
static void test_a_hold_that_ends_while_its_extension_waits(void)
{
    pthread_t thread;
    open_box_office();
    struct db *holder = scratch_open();
    struct one one = {.caller = newcomer()};
    struct caller b = newcomer();
    CU_ASSERT_EQUAL_FATAL(hold(&one.caller, 1, &one.id), ERR_OK);
    scratch_sql(app.db, "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
                        "JOIN (SELECT NOW(3) + INTERVAL 600000 MICROSECOND AS t) m "
                        "SET r.hold_expires_at = m.t, t.hold_expires_at = m.t");
    int64_t end = moment("hold_expires_at", "reservation");
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "UPDATE seat SET price = price WHERE seat_number = 1");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, extend_in_thread, &one), 0);
    CU_ASSERT(scratch_wait_statement(app.db, "UPDATE seat%SET hold_expires_at%"));
    CU_ASSERT(scratch_wait(app.db, "EXISTS (SELECT 1 FROM reservation "
                                   "WHERE hold_expires_at <= NOW(3))"));
    scratch_sql(holder, "ROLLBACK");
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(one.result, ERR_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(moment("hold_expires_at", "reservation"), end);
    CU_ASSERT_EQUAL(moment("hold_expires_at", "seat WHERE seat_number = 1"), end);
    CU_ASSERT_EQUAL(hold(&b, 1, NULL), ERR_OK);
    db_free(holder);
    close_box_office(false);
}

/* The books disagree: nothing is done, rather than something wrong. */
static void test_a_seat_that_is_missing_stops_it(void)
{
    open_box_office();
    struct caller a = newcomer();
    int64_t id = 0;
    CU_ASSERT_EQUAL_FATAL(hold(&a, 1, &id), ERR_OK);
    scratch_sql(app.db, "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, "
                        "hold_expires_at = NULL WHERE seat_number = 1");
    CU_ASSERT_EQUAL(extend(&a, id), ERR_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(moment("extended_at", "reservation"), -999);
    close_box_office(true);
}

/* Whether an extension or a rival's hold has the seat, one of them has it, and never both. */
static enum err extend_or_take(struct app *own, int i, void *arg)
{
    const struct one *one = &((const struct one *)arg)[i];
    struct hold_request req = {.schedule_id = schedule, .seat_count = 1, .seats = {1}};
    struct reservation r;
    enum err e = i == 0 ? booking_extend(own, &one->caller, one->id, NULL, &r)
                        : booking_hold(own, &one->caller, &req, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r);
    return e == ERR_SEAT_TAKEN ? ERR_HOLD_EXPIRED : e;
}

static void test_an_extension_at_the_end_or_the_next_buyer(void)
{
    open_box_office();
    scratch_sql(app.db, "UPDATE concert SET hold_seconds = 1");
    for (int round = 0; round < 4; round++) {
        struct one ones[4];
        int lost = 0;
        for (int i = 0; i < 4; i++)
            ones[i] = (struct one){.caller = newcomer()};
        CU_ASSERT_EQUAL_FATAL(hold(&ones[0].caller, 1, &ones[0].id), ERR_OK);
        scratch_sql(app.db,
                    "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
                    "JOIN (SELECT NOW(3) + INTERVAL %d MICROSECOND AS t) m "
                    "SET r.hold_expires_at = m.t, t.hold_expires_at = m.t "
                    "WHERE r.reservation_id = %lld",
                    (round + 1) * 10000, (long long)ones[0].id);
        int won = scratch_at_once(4, extend_or_take, ones, ERR_OK, ERR_HOLD_EXPIRED, &lost);
        CU_ASSERT(won <= 1);
        CU_ASSERT_EQUAL(won + lost, 4);
        CU_ASSERT_EQUAL(scratch_int(app.db,
                                    "SELECT COUNT(*) FROM reservation WHERE status = 'PENDING' "
                                    "AND hold_expires_at > NOW(3)"),
                        won);
        scratch_sql(app.db, "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, "
                            "hold_expires_at = NULL");
        scratch_sql(app.db, "UPDATE reservation SET status = 'CANCELED', ended_at = NOW(3)");
    }
    close_box_office(false);
}

SUITE(domain_extend, TEST(test_an_extension_moves_the_end_of_all_that_is_held),
      TEST(test_the_seats_are_held_until_the_new_end),
      TEST(test_an_extended_hold_is_paid_at_its_new_end),
      TEST(test_it_lengthens_the_session_as_a_hold_does),
      TEST(test_once_and_only_a_hold_that_can_be), TEST(test_over_at_the_very_moment),
      TEST(test_not_after_the_sessions_first_end),
      TEST(test_the_token_comes_before_the_reservation),
      TEST(test_no_chain_of_holds_keeps_a_session_alive), TEST(test_many_at_once_extend_once),
      TEST(test_a_hold_that_ends_while_its_extension_waits),
      TEST(test_a_seat_that_is_missing_stops_it),
      TEST(test_an_extension_at_the_end_or_the_next_buyer));
