/* Payments: everything or nothing, once, and never after the hold's end. */
#include "base/clock.h"
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "domain/wallet.h"
#include "suite.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct app app;
static int64_t concert, schedule, ticket;

static void open_till(int64_t price)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, 10, price);
    ticket = 0;
}

/* Closes it; whatever happened, nothing may be broken. */
static void close_till(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static struct caller newcomer(int64_t balance)
{
    struct uuid user = scratch_user(app.db, balance);
    return scratch_inside(app.db, &user, concert, ++ticket, 600);
}

static int64_t hold(const struct caller *caller, int from, int count)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = count};
    struct reservation r;
    for (int i = 0; i < count; i++)
        req.seats[i] = from + i;
    enum err e = booking_hold(&app, caller, &req, NULL, &r);
    CU_ASSERT_EQUAL(e, ERR_OK);
    if (e != ERR_OK)
        return 0;
    reservation_clear(&r);
    return r.reservation_id;
}

static enum err pay(const struct caller *caller, int64_t id)
{
    struct payment p;
    app_problem_reset(&app);
    enum err e = payment_pay(&app, caller, id, NULL, &p);
    if (e == ERR_OK)
        reservation_clear(&p.reservation);
    return e;
}

static int64_t balance(const struct caller *caller)
{
    return scratch_int(app.db, "SELECT balance FROM wallet WHERE user_id = %s",
                       scratch_hex(&caller->user));
}

static bool has_status(int64_t reservation, const char *status)
{
    return scratch_int(app.db,
                       "SELECT COUNT(*) FROM reservation WHERE reservation_id = %lld "
                       "AND status = '%s'",
                       (long long)reservation, status) == 1;
}

static void move_hold_end(int64_t reservation, int milliseconds_from_now)
{
    scratch_sql(
        app.db,
        "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
        "JOIN (SELECT NOW(3) + INTERVAL %d MICROSECOND AS t) m "
        "SET r.hold_expires_at = m.t, t.hold_expires_at = m.t WHERE r.reservation_id = %lld",
        milliseconds_from_now * 1000, (long long)reservation);
}

static void test_a_payment_does_everything(void)
{
    open_till(1000);
    struct caller a = newcomer(5000);
    struct payment p;
    struct reservation r;
    int64_t other = hold(&a, 5, 1), id = hold(&a, 2, 2);
    CU_ASSERT_EQUAL_FATAL(payment_pay(&app, &a, id, NULL, &p), ERR_OK);
    CU_ASSERT(p.payment_id > 0);
    CU_ASSERT_EQUAL(p.reservation_id, id);
    CU_ASSERT_EQUAL(p.amount, 2000);
    CU_ASSERT_EQUAL(p.balance, 3000);
    CU_ASSERT_EQUAL(p.reservation.seat_count, 2);
    CU_ASSERT_EQUAL(p.reservation.seats[1].seat_number, 3);
    CU_ASSERT_EQUAL(balance(&a), 3000);
    CU_ASSERT(has_status(id, "CONFIRMED"));
    CU_ASSERT(has_status(other, "CANCELED"));
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT COUNT(*) FROM seat WHERE status = 'SOLD' AND "
                                "reservation_id = %lld",
                                (long long)id),
                    2);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD'"), 0);
    CU_ASSERT_EQUAL(
        scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = 'FINISHED'"), 1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM outbox"), 1);
    struct caller as_user = scratch_caller(&a.user);
    CU_ASSERT_EQUAL_FATAL(booking_get(&app, &as_user, id, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "CONFIRMED");
    CU_ASSERT_EQUAL(r.payment_id, p.payment_id);
    CU_ASSERT_EQUAL(r.paid_at, p.paid_at);
    CU_ASSERT_EQUAL(booking_release(&app, &as_user, id, NULL), ERR_ALREADY_PAID);
    reservation_clear(&r);
    reservation_clear(&p.reservation);
    close_till();
}

static void test_a_price_of_nothing_is_paid_the_same_way(void)
{
    open_till(0);
    struct caller a = newcomer(0);
    int64_t id = hold(&a, 1, 4);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_OK);
    CU_ASSERT(has_status(id, "CONFIRMED"));
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM wallet_entry WHERE amount = 0 "
                                        "AND type = 'PAYMENT'"),
                    1);
    close_till();
}

static void test_too_little_money_changes_nothing(void)
{
    open_till(1000);
    struct caller a = newcomer(3999);
    int64_t id = hold(&a, 1, 4);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_INSUFFICIENT_BALANCE);
    CU_ASSERT_EQUAL(app.problem.balance, 3999);
    CU_ASSERT_EQUAL(app.problem.amount, 4000);
    CU_ASSERT_EQUAL(balance(&a), 3999);
    CU_ASSERT(has_status(id, "PENDING"));
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD'"), 4);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = 'ACTIVE'"),
                    1);
    close_till();
}

static void test_the_reservation_is_judged_before_the_token(void)
{
    open_till(1000);
    struct caller a = newcomer(9000), b = newcomer(9000);
    int64_t id = hold(&a, 1, 1), back = hold(&b, 5, 1);
    CU_ASSERT_EQUAL(pay(&b, id), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(pay(&b, 0), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_OK);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_ALREADY_PAID); /* its token is finished */
    CU_ASSERT_EQUAL(booking_release(&app, &b, back, NULL), ERR_OK);
    scratch_sql(app.db, "DELETE FROM queue_token");
    CU_ASSERT_EQUAL(pay(&b, back), ERR_HOLD_EXPIRED);
    close_till();
}

static void test_the_token_must_be_of_the_concert_and_inside(void)
{
    open_till(1000);
    struct caller a = newcomer(9000);
    int64_t id = hold(&a, 1, 1);
    struct caller elsewhere = scratch_inside(app.db, &a.user, scratch_concert(app.db), 1, 600);
    CU_ASSERT_EQUAL(pay(&elsewhere, id), ERR_WRONG_CONCERT);
    scratch_sql(
        app.db,
        "UPDATE queue_token SET status = 'EXPIRED', ended_at = NOW(3) WHERE token_id = %lld",
        (long long)a.token_id);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT_EQUAL(balance(&a), 9000);
    /* A new token of the same concert pays what the old one held, once it is inside. */
    struct caller again = scratch_inside(app.db, &a.user, concert, ++ticket, 600);
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'WAITING', admitted_at = NULL, "
                "session_ends_at = NULL WHERE token_id = %lld",
                (long long)again.token_id);
    CU_ASSERT_EQUAL(pay(&again, id), ERR_NOT_ADMITTED);
    CU_ASSERT(app.problem.position >= 1);
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'ACTIVE', admitted_at = NOW(3), "
                "session_ends_at = NOW(3) + INTERVAL 9 SECOND WHERE token_id = %lld",
                (long long)again.token_id);
    CU_ASSERT_EQUAL(pay(&again, id), ERR_OK);
    close_till();
}

static void test_a_hold_is_payable_until_its_very_end(void)
{
    open_till(1000);
    struct caller a = newcomer(9000);
    int64_t id = hold(&a, 1, 1);
    int64_t end =
        scratch_int(app.db, "SELECT CAST(UNIX_TIMESTAMP(hold_expires_at) * 1000 AS SIGNED) "
                            "FROM reservation");
    scratch_set_clock(app.db, end);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_HOLD_EXPIRED);
    scratch_set_clock(app.db, end - 1);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_OK);
    close_till();
}

/* A hold that is over stays EXPIRED, however the visit ends. */
static void test_what_is_over_is_not_given_back_again(void)
{
    open_till(1000);
    struct caller a = newcomer(9000);
    struct reservation r;
    int64_t over = hold(&a, 1, 1), id = hold(&a, 2, 1);
    move_hold_end(over, -1000);
    CU_ASSERT_EQUAL(pay(&a, id), ERR_OK);
    struct caller as_user = scratch_caller(&a.user);
    CU_ASSERT_EQUAL_FATAL(booking_get(&app, &as_user, over, &r), ERR_OK);
    CU_ASSERT_STRING_EQUAL(r.status, "EXPIRED");
    reservation_clear(&r);
    close_till();
}

/* --- At the same time --- */

struct one {
    struct caller caller;
    int64_t reservation;
};

static enum err pay_it(struct app *own, int i, void *arg)
{
    struct one *one = arg;
    struct payment p;
    (void)i;
    enum err e = payment_pay(own, &one->caller, one->reservation, NULL, &p);
    if (e == ERR_OK)
        reservation_clear(&p.reservation);
    return e;
}

static void test_paid_many_times_at_once_is_paid_once(void)
{
    int paid_already = 0;
    open_till(1000);
    struct one one = {.caller = newcomer(9000)};
    one.reservation = hold(&one.caller, 1, 2);
    CU_ASSERT_EQUAL(scratch_at_once(16, pay_it, &one, ERR_OK, ERR_ALREADY_PAID, &paid_already), 1);
    CU_ASSERT_EQUAL(paid_already, 15);
    CU_ASSERT_EQUAL(balance(&one.caller), 7000);
    close_till();
}

static enum err pay_or_give_back(struct app *own, int i, void *arg)
{
    struct one *one = arg;
    enum err e =
        i == 0 ? pay_it(own, i, arg) : booking_release(own, &one->caller, one->reservation, NULL);
    return e == ERR_HOLD_EXPIRED || e == ERR_QUEUE_TOKEN_EXPIRED ? ERR_OK : e;
}

static void test_paying_and_giving_back_at_once_end_in_one_of_both(void)
{
    for (int round = 0; round < 5; round++) {
        open_till(1000);
        struct one one = {.caller = newcomer(9000)};
        one.reservation = hold(&one.caller, 1, 2);
        CU_ASSERT_EQUAL(scratch_at_once(2, pay_or_give_back, &one, ERR_OK, ERR_COUNT, NULL), 2);
        CU_ASSERT(has_status(one.reservation, "CONFIRMED") ||
                  has_status(one.reservation, "CANCELED"));
        close_till();
    }
}

/* A payment in a thread, on a connection of its own. */
struct paying {
    struct one one;
    enum err result;
    pthread_t thread;
};

static void *pay_in_thread(void *arg)
{
    struct paying *p = arg;
    struct app own = scratch_app();
    app_problem_reset(&own);
    p->result = pay_it(&own, 0, &p->one);
    scratch_app_close(&own);
    return NULL;
}

/* Starts it and waits until it waits for a lock with a statement like `waiting`. */
static void start_paying(struct paying *p, const char *waiting)
{
    CU_ASSERT_EQUAL_FATAL(pthread_create(&p->thread, NULL, pay_in_thread, p), 0);
    CU_ASSERT(scratch_wait_statement(app.db, waiting));
}

/*
 * A payment that begins in time and waits for a lock until the hold is over. With another hold to
 * be given back it goes the long way; without one, its first UPDATE waits for whatever is locked of
 * token, reservation and seats.
 */
static void pay_too_late(const char *before_user, const char *after_user, const char *waiting,
                         bool long_way)
{
    open_till(1000);
    struct db *holder = scratch_open();
    struct caller b = newcomer(9000);
    struct paying p = {.one = {.caller = newcomer(9000)}};
    p.one.reservation = hold(&p.one.caller, 1, 2);
    if (long_way)
        hold(&p.one.caller, 5, 1);
    move_hold_end(p.one.reservation, 700);
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "%s %s %s", before_user, scratch_hex(&p.one.caller.user), after_user);
    start_paying(&p, waiting);
    CU_ASSERT(scratch_wait(app.db, "(SELECT MIN(hold_expires_at) <= NOW(3) FROM reservation)"));
    scratch_sql(holder, "COMMIT");
    pthread_join(p.thread, NULL);
    CU_ASSERT_EQUAL(p.result, ERR_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(balance(&p.one.caller), 9000);
    int64_t second = hold(&b, 1, 2);
    CU_ASSERT_EQUAL(pay(&b, second), ERR_OK);
    CU_ASSERT_EQUAL(pay(&p.one.caller, p.one.reservation), ERR_HOLD_EXPIRED);
    db_free(holder);
    close_till();
}

#define AT_ONCE "UPDATE queue_token t FORCE%"

static void test_a_hold_that_ends_while_the_payment_waits_for_the_wallet(void)
{
    pay_too_late("UPDATE wallet SET balance = balance WHERE user_id =", "", "UPDATE wallet%",
                 false);
    pay_too_late("UPDATE wallet SET balance = balance WHERE user_id =", "", "UPDATE wallet%", true);
}

static void test_a_hold_that_ends_while_the_payment_waits_for_the_reservation(void)
{
    pay_too_late("SELECT 1 FROM reservation WHERE user_id =", "FOR UPDATE", AT_ONCE, false);
    pay_too_late("SELECT 1 FROM reservation WHERE user_id =", "FOR UPDATE",
                 "SELECT r.reservation_id%FOR UPDATE", true);
}

static void test_a_hold_that_ends_while_the_payment_waits_for_the_token(void)
{
    pay_too_late("SELECT 1 FROM queue_token WHERE user_id =", "FOR UPDATE", AT_ONCE, false);
    pay_too_late("SELECT 1 FROM queue_token WHERE user_id =", "FOR UPDATE",
                 "SELECT t.token_id%FOR UPDATE", true);
}

/* The job's hand is on the seats: it looks for holds that are over. */
static void test_a_hold_that_ends_while_the_payment_waits_for_a_seat(void)
{
    static const char seats_of[] =
        "SELECT t.seat_id FROM reservation r FORCE INDEX (reservation_user) "
        "STRAIGHT_JOIN seat t FORCE INDEX (seat_reservation) "
        "ON t.reservation_id = r.reservation_id WHERE r.user_id =";
    pay_too_late(seats_of, "LOCK IN SHARE MODE", AT_ONCE, false);
    pay_too_late(seats_of, "LOCK IN SHARE MODE", "UPDATE seat%", true);
}

/* Somebody takes the seat between the payment's beginning and its end. */
static void test_a_seat_taken_by_another_while_the_payment_waits(void)
{
    open_till(1000);
    struct db *holder = scratch_open();
    struct caller b = newcomer(9000);
    struct paying p = {.one = {.caller = newcomer(9000)}};
    p.one.reservation = hold(&p.one.caller, 1, 2);
    move_hold_end(p.one.reservation, 500);
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "SELECT 1 FROM reservation WHERE user_id = %s FOR UPDATE",
                scratch_hex(&p.one.caller.user));
    start_paying(&p, AT_ONCE);
    CU_ASSERT(scratch_wait(app.db, "(SELECT MIN(hold_expires_at) <= NOW(3) FROM reservation)"));
    int64_t second = hold(&b, 1, 2);
    CU_ASSERT_EQUAL(pay(&b, second), ERR_OK);
    scratch_sql(holder, "COMMIT");
    pthread_join(p.thread, NULL);
    CU_ASSERT_EQUAL(p.result, ERR_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(balance(&p.one.caller), 9000);
    CU_ASSERT(has_status(second, "CONFIRMED"));
    db_free(holder);
    close_till();
}

/* The other transaction has done more, so the payment is the one that is undone and run again. */
static void test_a_deadlock_is_run_again(void)
{
    open_till(1000);
    struct db *other = scratch_open();
    struct paying p = {.one = {.caller = newcomer(9000)}};
    p.one.reservation = hold(&p.one.caller, 1, 2);
    scratch_sql(other, "START TRANSACTION");
    for (int i = 0; i < 200; i++)
        scratch_sql(other, "INSERT INTO outbox (type, created_at) VALUES ('test', NOW(3))");
    scratch_sql(other, "UPDATE wallet SET balance = balance WHERE user_id = %s",
                scratch_hex(&p.one.caller.user));
    start_paying(&p, "UPDATE wallet%");
    scratch_sql(other, "SELECT 1 FROM seat WHERE reservation_id = %lld FOR UPDATE",
                (long long)p.one.reservation);
    scratch_sql(other, "ROLLBACK");
    pthread_join(p.thread, NULL);
    CU_ASSERT_EQUAL(p.result, ERR_OK);
    CU_ASSERT_EQUAL(balance(&p.one.caller), 7000);
    db_free(other);
    close_till();
}

/* --- What happens between the payment's look and its first lock --- */

/* Pays for two seats that somebody holds; `change` is what another transaction does meanwhile with
 * the rows of their token, reservation and seats, and is committed after the payment's look. */
static enum err pay_across(struct paying *p, const char *const *change)
{
    struct db *other = scratch_open();
    *p = (struct paying){.one = {.caller = newcomer(9000)}};
    p->one.reservation = hold(&p->one.caller, 1, 2);
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other, "SET @token = %lld, @reservation = %lld, @user = %s",
                (long long)p->one.caller.token_id, (long long)p->one.reservation,
                scratch_hex(&p->one.caller.user));
    for (; *change; change++)
        scratch_sql(other, "%s", *change);
    start_paying(p, AT_ONCE);
    scratch_sql(other, "COMMIT");
    pthread_join(p->thread, NULL);
    db_free(other);
    return p->result;
}

static void test_another_hold_in_between_is_given_back(void)
{
    static const char *const hold_one[] = {
        "UPDATE queue_token SET holds = holds + 1 WHERE token_id = @token",
        "INSERT INTO reservation (user_id, concert_id, schedule_id, status, seat_count, amount, "
        "created_at, hold_expires_at) SELECT user_id, concert_id, schedule_id, status, 1, 1000, "
        "created_at, hold_expires_at FROM reservation WHERE reservation_id = @reservation",
        "SET @other = LAST_INSERT_ID()",
        "UPDATE seat t JOIN reservation r ON r.reservation_id = @other SET t.status = 'HELD', "
        "t.reservation_id = @other, t.hold_expires_at = r.hold_expires_at WHERE t.seat_number = 9",
        "INSERT INTO reservation_seat (reservation_id, seat_id, price) "
        "SELECT reservation_id, seat_id, price FROM seat WHERE reservation_id = @other",
        NULL};
    struct paying p;
    open_till(1000);
    CU_ASSERT_EQUAL(pay_across(&p, hold_one), ERR_OK);
    CU_ASSERT(has_status(p.one.reservation, "CONFIRMED"));
    CU_ASSERT_EQUAL(
        scratch_int(app.db, "SELECT COUNT(*) FROM reservation WHERE status = 'CANCELED'"), 1);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM seat WHERE status = 'HELD'"), 0);
    CU_ASSERT_EQUAL(balance(&p.one.caller), 7000);
    close_till();
}

static void test_a_session_that_ends_in_between(void)
{
    static const char *const end[] = {
        "UPDATE queue_token SET status = 'EXPIRED', ended_at = NOW(3) WHERE token_id = @token",
        NULL};
    struct paying p;
    open_till(1000);
    CU_ASSERT_EQUAL(pay_across(&p, end), ERR_QUEUE_TOKEN_EXPIRED);
    CU_ASSERT(has_status(p.one.reservation, "PENDING"));
    CU_ASSERT_EQUAL(balance(&p.one.caller), 9000);
    close_till();
}

static void test_a_hold_given_back_in_between(void)
{
    static const char *const give_back[] = {
        "UPDATE reservation SET status = 'CANCELED', ended_at = NOW(3) "
        "WHERE reservation_id = @reservation",
        "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, hold_expires_at = NULL "
        "WHERE reservation_id = @reservation",
        NULL};
    struct paying p;
    open_till(1000);
    CU_ASSERT_EQUAL(pay_across(&p, give_back), ERR_HOLD_EXPIRED);
    CU_ASSERT(has_status(p.one.reservation, "CANCELED"));
    CU_ASSERT_EQUAL(balance(&p.one.caller), 9000);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM payment"), 0);
    close_till();
}

/* Extended in between: the hold is what it was, but for its end. */
static void test_a_hold_extended_in_between(void)
{
    static const char *const extend[] = {
        "UPDATE queue_token SET holds = holds + 1 WHERE token_id = @token",
        "UPDATE reservation SET hold_expires_at = hold_expires_at + INTERVAL 60 SECOND, "
        "extended_at = NOW(3) WHERE reservation_id = @reservation",
        "UPDATE seat SET hold_expires_at = hold_expires_at + INTERVAL 60 SECOND "
        "WHERE reservation_id = @reservation",
        NULL};
    struct paying p;
    open_till(1000);
    CU_ASSERT_EQUAL(pay_across(&p, extend), ERR_OK);
    CU_ASSERT(has_status(p.one.reservation, "CONFIRMED"));
    close_till();
}

/* The wallet is not what it was seen to be, but there is enough in it, whatever the entry before.
 */
static void test_a_charge_in_between(void)
{
    open_till(1000);
    struct db *holder = scratch_open();
    struct paying p = {.one = {.caller = newcomer(9000)}};
    struct caller owner = scratch_caller(&p.one.caller.user);
    struct wallet_charge charged;
    p.one.reservation = hold(&p.one.caller, 1, 2);
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "SELECT 1 FROM queue_token WHERE user_id = %s FOR UPDATE",
                scratch_hex(&owner.user));
    start_paying(&p, AT_ONCE);
    CU_ASSERT_EQUAL(wallet_charge(&app, &owner, &owner.user, 100, NULL, &charged), ERR_OK);
    scratch_sql(holder, "COMMIT");
    pthread_join(p.thread, NULL);
    CU_ASSERT_EQUAL(p.result, ERR_OK);
    CU_ASSERT_EQUAL(balance(&p.one.caller), 7100);
    db_free(holder);
    close_till();
}

/* Two payments of one user, with money for one of them: both have seen it. */
static void test_money_for_one_of_two_payments(void)
{
    open_till(1000);
    struct db *holder = scratch_open();
    struct caller a = newcomer(1500);
    int64_t first = concert, other = scratch_concert(app.db);
    struct paying p[2] = {{.one = {.caller = a, .reservation = hold(&a, 1, 1)}}};
    schedule = scratch_schedule(app.db, other, 10, 1000);
    p[1].one.caller = scratch_inside(app.db, &a.user, other, 1, 600);
    p[1].one.reservation = hold(&p[1].one.caller, 1, 1);
    CU_ASSERT_NOT_EQUAL(first, other);
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "SELECT 1 FROM wallet WHERE user_id = %s FOR UPDATE", scratch_hex(&a.user));
    start_paying(&p[0], "UPDATE wallet%");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&p[1].thread, NULL, pay_in_thread, &p[1]), 0);
    CU_ASSERT(scratch_wait(app.db, "(SELECT COUNT(*) FROM /*M! information_schema */ "
                                   "/*!80022 performance_schema */ .processlist "
                                   "WHERE db = DATABASE() AND info LIKE 'UPDATE wallet%%') = 2"));
    scratch_sql(holder, "COMMIT");
    pthread_join(p[0].thread, NULL);
    pthread_join(p[1].thread, NULL);
    CU_ASSERT((p[0].result == ERR_OK && p[1].result == ERR_INSUFFICIENT_BALANCE) ||
              (p[1].result == ERR_OK && p[0].result == ERR_INSUFFICIENT_BALANCE));
    CU_ASSERT_EQUAL(balance(&a), 500);
    db_free(holder);
    close_till();
}

/* A user whose wallet was never made has nothing, but is known. */
static void test_who_has_no_wallet_pays_nothing_with_nothing(void)
{
    open_till(0);
    struct caller a = newcomer(0);
    int64_t id = hold(&a, 1, 1);
    scratch_sql(app.db, "DELETE FROM wallet");
    CU_ASSERT_EQUAL(pay(&a, id), ERR_OK);
    close_till();
    open_till(1000);
    struct caller b = newcomer(0);
    id = hold(&b, 1, 1);
    scratch_sql(app.db, "DELETE FROM wallet");
    CU_ASSERT_EQUAL(pay(&b, id), ERR_INSUFFICIENT_BALANCE);
    CU_ASSERT_EQUAL(balance(&b), 0);
    close_till();
}

/* A balance that is too small is nothing that helps with a key which is in use. */
static void test_a_key_in_use_comes_before_what_was_seen(void)
{
    open_till(1000);
    struct caller a = newcomer(999);
    struct idem idem = scratch_used_key(app.db, &a.user);
    struct payment p;
    int64_t id = hold(&a, 1, 1);
    app_problem_reset(&app);
    CU_ASSERT_EQUAL(payment_pay(&app, &a, id, &idem, &p), ERR_IDEMPOTENCY_MISMATCH);
    CU_ASSERT(app.problem.balance < 0 && app.problem.amount < 0);
    text_buf_free(&idem.body);
    close_till();
}

SUITE(domain_payment, TEST(test_a_payment_does_everything),
      TEST(test_a_price_of_nothing_is_paid_the_same_way),
      TEST(test_too_little_money_changes_nothing),
      TEST(test_the_reservation_is_judged_before_the_token),
      TEST(test_the_token_must_be_of_the_concert_and_inside),
      TEST(test_a_hold_is_payable_until_its_very_end),
      TEST(test_what_is_over_is_not_given_back_again),
      TEST(test_paid_many_times_at_once_is_paid_once),
      TEST(test_paying_and_giving_back_at_once_end_in_one_of_both),
      TEST(test_a_hold_that_ends_while_the_payment_waits_for_the_wallet),
      TEST(test_a_hold_that_ends_while_the_payment_waits_for_the_reservation),
      TEST(test_a_hold_that_ends_while_the_payment_waits_for_the_token),
      TEST(test_a_hold_that_ends_while_the_payment_waits_for_a_seat),
      TEST(test_a_seat_taken_by_another_while_the_payment_waits),
      TEST(test_a_deadlock_is_run_again), TEST(test_another_hold_in_between_is_given_back),
      TEST(test_a_session_that_ends_in_between), TEST(test_a_hold_given_back_in_between),
      TEST(test_a_hold_extended_in_between), TEST(test_a_charge_in_between),
      TEST(test_money_for_one_of_two_payments),
      TEST(test_who_has_no_wallet_pays_nothing_with_nothing),
      TEST(test_a_key_in_use_comes_before_what_was_seen));
