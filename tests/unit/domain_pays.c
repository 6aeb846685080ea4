/*
 * The payments of a host, combined: in several processes, one of which pays for the others. The
 * suite runs alone, since it counts the statements that the server is given, whoever gives them.
 */
#include "base/shared.h"
#include "db/tx.h"
#include "desk_crowd.h"
#include "domain/pays_desk.h"
#include "http/payment_http.h"
#include "suite.h"
#include <stdio.h>

enum { VISITORS = 36, BEFORE = 10000, PRICE = 1000, SEATS = 100 };

/* What a visitor wants and was told. */
static struct visit {
    struct caller caller;
    int64_t reservation;
    int first, seats; /* their numbers */
    char key[8];      /* "": none */
    unsigned char fingerprint;
    enum err err;
    struct payment paid;
    struct reservation_seat seat[PAYS_SEATS]; /* of the answer, as far as there is room */
    int64_t told_balance;
    char body[2048];
} * visits;

static struct app app;
static int64_t concert, schedule;

static void open_host(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, PRICE);
    if (!pays_desk()) {
        CU_ASSERT_EQUAL_FATAL(pays_init(payment_http_render_paid), ERR_OK);
        visits = shared_alloc(VISITORS * sizeof *visits);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(visits);
    if (visits)
        memset((void *)visits, 0, VISITORS * sizeof *visits);
}

/* Once there is a clerk this process itself must ask for nothing: its visitors would inherit its
 * place at the desk. */
static void start(void)
{
    desk_crowd_start(pays_run, pays_desk());
}

static void close_host(void)
{
    desk_crowd_end();
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static int64_t hold(const struct caller *caller, int first, int count)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = count};
    struct reservation r = {0};
    for (int i = 0; i < count; i++)
        req.seats[i] = first + i;
    CU_ASSERT_EQUAL(booking_hold(&app, caller, &req, NULL, &r), ERR_OK);
    int64_t id = r.reservation_id;
    reservation_clear(&r);
    return id;
}

/* People inside with money and one hold each, of one seat and two by turns. */
static void insiders(int n)
{
    for (int i = 0, seat = 1; i < n; i++) {
        struct visit *v = &visits[i];
        struct uuid user = scratch_user(app.db, BEFORE);
        v->caller = scratch_inside(app.db, &user, concert, i + 1, 600);
        v->first = seat;
        v->seats = 1 + i % 2;
        v->reservation = hold(&v->caller, seat, v->seats);
        seat += v->seats;
    }
}

static void visit(struct app *own, int i)
{
    struct visit *v = &visits[i];
    struct idem idem = {.present = v->key[0] != '\0',
                        .subject = v->caller.user,
                        .key = v->key,
                        .key_len = strlen(v->key),
                        .fingerprint = {v->fingerprint},
                        .render = payment_http_render_paid,
                        .render_arg = &v->paid};
    v->err = payment_pay(own, &v->caller, v->reservation, &idem, &v->paid);
    v->told_balance = own->problem.balance;
    for (int k = 0; k < v->paid.reservation.seat_count && k < PAYS_SEATS; k++)
        v->seat[k] = v->paid.reservation.seats[k];
    if (idem.body.data)
        text_copy(v->body, sizeof v->body, idem.body.data, idem.body.len);
    text_buf_free(&idem.body);
}

static bool has_token(int i, const char *status)
{
    return scratch_int(app.db,
                       "SELECT COUNT(*) FROM queue_token WHERE token_id = %lld AND status = '%s'",
                       (long long)visits[i].caller.token_id, status) == 1;
}

static bool has_status(int64_t reservation, const char *status)
{
    return scratch_int(app.db,
                       "SELECT COUNT(*) FROM reservation WHERE reservation_id = %lld "
                       "AND status = '%s'",
                       (long long)reservation, status) == 1;
}

static int64_t balance(int i)
{
    return scratch_int(app.db, "SELECT balance FROM wallet WHERE user_id = %s",
                       scratch_hex(&visits[i].caller.user));
}

/* What the visitor was told is what all of the rows say. */
static void expect_paid(int i)
{
    const struct visit *v = &visits[i];
    const struct payment *p = &v->paid;
    int64_t amount = (int64_t)v->seats * PRICE;
    CU_ASSERT_EQUAL(v->err, ERR_OK);
    CU_ASSERT_EQUAL(p->reservation_id, v->reservation);
    CU_ASSERT_EQUAL(p->amount, amount);
    CU_ASSERT_EQUAL(p->balance, BEFORE - amount);
    CU_ASSERT_EQUAL(p->reservation.seat_count, v->seats);
    CU_ASSERT_EQUAL(balance(i), BEFORE - amount);
    CU_ASSERT(has_status(v->reservation, "CONFIRMED"));
    CU_ASSERT(has_token(i, "FINISHED"));
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT COUNT(*) FROM payment p JOIN reservation r "
                                "ON r.reservation_id = p.reservation_id AND r.paid_at = p.paid_at "
                                "JOIN wallet_entry e ON e.reservation_id = r.reservation_id "
                                "AND e.type = 'PAYMENT' AND e.amount = -p.amount "
                                "JOIN outbox o ON o.reservation_id = r.reservation_id "
                                "AND o.type = 'reservation.paid' AND o.concert_id = %lld "
                                "WHERE p.payment_id = %lld AND p.user_id = %s AND r.paid_at = "
                                "FROM_UNIXTIME(%lld / 1000)",
                                (long long)concert, (long long)p->payment_id,
                                scratch_hex(&v->caller.user), (long long)p->paid_at),
                    1);
    for (int k = 0; k < v->seats && k < PAYS_SEATS; k++) {
        CU_ASSERT_EQUAL(v->seat[k].seat_number, v->first + k);
        CU_ASSERT_EQUAL(v->seat[k].price, PRICE);
        CU_ASSERT_EQUAL(scratch_int(app.db,
                                    "SELECT seat_number FROM seat WHERE seat_id = %lld AND "
                                    "reservation_id = %lld AND status = 'SOLD'",
                                    (long long)v->seat[k].seat_id, (long long)v->reservation),
                        v->first + k);
    }
}

static void expect_not_paid(int i, enum err e)
{
    CU_ASSERT_EQUAL(visits[i].err, e);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM payment WHERE reservation_id = %lld",
                                (long long)visits[i].reservation),
                    0);
}

static void all_come(int n)
{
    desk_crowd_hold_up(&app, visit, &visits[0].caller.user);
    desk_crowd_come(visit, 1, n);
    desk_crowd_let_go();
    desk_crowd_gone(0, n);
}

/* Wallet, entry, payment and event of the first one and of the four: alone it would be fifteen. */
static void test_those_who_come_together_pay_together(void)
{
    open_host();
    insiders(5);
    start();
    int64_t before = desk_crowd_inserts(&app);
    all_come(5);
    if (before >= 0)
        CU_ASSERT_EQUAL(desk_crowd_inserts(&app) - before, 8);
    for (int i = 0; i < 5; i++)
        expect_paid(i);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(DISTINCT paid_at) FROM payment"), 2);
    close_host();
}

static void test_any_number_is_served(void)
{
    open_host();
    insiders(VISITORS);
    start();
    all_come(VISITORS);
    for (int i = 0; i < VISITORS; i++)
        expect_paid(i);
    close_host();
}

static void test_the_answer_is_the_same_as_alone(void)
{
    open_host();
    insiders(4);
    scratch_sql(app.db, "UPDATE seat SET section = 'Parkett \"Süd\"', row_label = 'C'");
    desk_crowd_send(visit, 3, 4);
    desk_crowd_gone(3, 4);
    start();
    all_come(3);
    const struct visit *alone = &visits[3], *together = &visits[1];
    expect_paid(1);
    expect_paid(3);
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_STRING_EQUAL(together->seat[k].section, alone->seat[k].section);
        CU_ASSERT_STRING_EQUAL(together->seat[k].row, alone->seat[k].row);
    }
    close_host();
}

/* A hold without one of its seats, for no reason that there could be. */
static void lose_seat(int seat_number)
{
    scratch_sql(app.db,
                "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, "
                "hold_expires_at = NULL WHERE schedule_id = %lld AND seat_number = %d",
                (long long)schedule, seat_number);
}

/* Such a hold is over, or the books would be wrong. */
static void forget_hold(int i)
{
    scratch_sql(app.db,
                "UPDATE reservation SET status = 'CANCELED', ended_at = NOW(3) "
                "WHERE reservation_id = %lld",
                (long long)visits[i].reservation);
    scratch_sql(app.db,
                "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, "
                "hold_expires_at = NULL WHERE reservation_id = %lld",
                (long long)visits[i].reservation);
}

static void test_a_price_of_nothing_is_paid_the_same_way(void)
{
    open_host();
    insiders(3);
    int64_t paid_schedule = schedule;
    schedule = scratch_schedule(app.db, concert, 5, 0);
    for (int i = 3; i < 5; i++) {
        struct uuid user = scratch_user(app.db, 0);
        visits[i].caller = scratch_inside(app.db, &user, concert, i + 1, 600);
        visits[i].reservation = hold(&visits[i].caller, 2 * i - 5, 2);
    }
    lose_seat(4); /* one of two */
    schedule = paid_schedule;
    start();
    all_come(5);
    expect_paid(1);
    expect_not_paid(4, ERR_HOLD_EXPIRED);
    forget_hold(4);
    CU_ASSERT_EQUAL(visits[3].err, ERR_OK);
    CU_ASSERT_EQUAL(visits[3].paid.amount, 0);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM wallet_entry WHERE amount = 0 "
                                        "AND type = 'PAYMENT'"),
                    1);
    close_host();
}

/* --- Whoever has something in the way goes alone, and the others do not notice. --- */

static void spoil(int i, const char *format)
{
    char sql[512];
    snprintf(sql, sizeof sql, "%s %lld", format, (long long)visits[i].caller.token_id);
    scratch_sql(app.db, "%s", sql);
}

static void test_a_token_that_does_not_admit(void)
{
    open_host();
    insiders(7);
    spoil(1, "UPDATE queue_token SET expires_at = NOW(3) WHERE token_id =");
    spoil(2, "UPDATE queue_token SET status = 'WAITING' WHERE token_id =");
    spoil(3, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) WHERE token_id =");
    spoil(4, "UPDATE queue_token SET claimed_at = NULL WHERE token_id =");
    visits[5].caller.token_id = visits[6].caller.token_id + 100;
    start();
    all_come(7);
    expect_paid(0);
    expect_not_paid(1, ERR_QUEUE_TOKEN_EXPIRED);
    expect_not_paid(2, ERR_NOT_ADMITTED);
    expect_not_paid(3, ERR_QUEUE_TOKEN_EXPIRED);
    expect_paid(4);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT COUNT(*) FROM queue_token WHERE token_id = %lld "
                                "AND claimed_at IS NOT NULL",
                                (long long)visits[4].caller.token_id),
                    1);
    expect_not_paid(5, ERR_QUEUE_TOKEN_EXPIRED);
    expect_paid(6);
    close_host();
}

static void move_hold_end(int i, int milliseconds_from_now)
{
    scratch_sql(
        app.db,
        "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
        "JOIN (SELECT NOW(3) + INTERVAL %d MICROSECOND AS t) m "
        "SET r.hold_expires_at = m.t, t.hold_expires_at = m.t WHERE r.reservation_id = %lld",
        milliseconds_from_now * 1000, (long long)visits[i].reservation);
}

static void test_a_reservation_that_is_not_to_be_paid(void)
{
    open_host();
    insiders(9);
    struct caller other = visits[7].caller;
    other.concert_id = scratch_concert(app.db);
    move_hold_end(1, -1);
    CU_ASSERT_EQUAL(booking_release(&app, &visits[2].caller, visits[2].reservation, NULL), ERR_OK);
    visits[3].reservation = visits[8].reservation; /* somebody else's */
    visits[4].reservation += 100;                  /* nobody's */
    visits[5].caller =
        scratch_inside(app.db, &visits[5].caller.user, other.concert_id, 1, 600); /* elsewhere */
    scratch_sql(app.db,
                "UPDATE reservation SET status = 'CONFIRMED', paid_at = NOW(3) "
                "WHERE reservation_id = %lld",
                (long long)visits[6].reservation);
    start();
    all_come(8);
    expect_paid(0);
    expect_not_paid(1, ERR_HOLD_EXPIRED);
    expect_not_paid(2, ERR_HOLD_EXPIRED);
    expect_not_paid(3, ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT(has_status(visits[8].reservation, "PENDING"));
    expect_not_paid(4, ERR_RESERVATION_NOT_FOUND);
    expect_not_paid(5, ERR_WRONG_CONCERT);
    expect_not_paid(6, ERR_ALREADY_PAID);
    expect_paid(7);
    scratch_sql(app.db,
                "UPDATE reservation SET status = 'PENDING', paid_at = NULL "
                "WHERE reservation_id = %lld",
                (long long)visits[6].reservation);
    close_host();
}

static void test_other_holds_are_given_back(void)
{
    open_host();
    insiders(3);
    int64_t other = hold(&visits[1].caller, 50, 1);
    int64_t elsewhere_concert = scratch_concert(app.db), here = schedule;
    struct caller elsewhere =
        scratch_inside(app.db, &visits[2].caller.user, elsewhere_concert, 1, 600);
    schedule = scratch_schedule(app.db, elsewhere_concert, 5, PRICE);
    int64_t kept = hold(&elsewhere, 1, 1);
    schedule = here;
    start();
    all_come(3);
    for (int i = 0; i < 3; i++)
        expect_paid(i);
    CU_ASSERT(has_status(other, "CANCELED"));
    CU_ASSERT(has_status(kept, "PENDING"));
    close_host();
}

static void test_too_little_money_and_no_wallet(void)
{
    open_host();
    insiders(4);
    scratch_balance(app.db, &visits[1].caller.user, 2 * PRICE - 1);
    scratch_sql(app.db, "DELETE FROM wallet_entry WHERE user_id = %s",
                scratch_hex(&visits[2].caller.user));
    scratch_sql(app.db, "DELETE FROM wallet WHERE user_id = %s",
                scratch_hex(&visits[2].caller.user));
    start();
    all_come(4);
    expect_paid(0);
    expect_not_paid(1, ERR_INSUFFICIENT_BALANCE);
    CU_ASSERT_EQUAL(visits[1].told_balance, 2 * PRICE - 1);
    expect_not_paid(2, ERR_INSUFFICIENT_BALANCE);
    CU_ASSERT(has_token(1, "ACTIVE") && has_status(visits[1].reservation, "PENDING"));
    expect_paid(3);
    close_host();
}

static void test_many_seats_are_paid_alone(void)
{
    open_host();
    scratch_sql(app.db, "UPDATE concert SET max_seats_per_user = 10");
    insiders(2);
    for (int i = 2; i < 4; i++) {
        struct uuid user = scratch_user(app.db, BEFORE);
        visits[i].caller = scratch_inside(app.db, &user, concert, i + 1, 600);
        visits[i].first = 10 * i;
        visits[i].seats = i + 2;
        visits[i].reservation = hold(&visits[i].caller, 10 * i, i + 2);
    }
    start();
    int64_t before = desk_crowd_inserts(&app);
    all_come(4);
    for (int i = 0; i < 4; i++)
        expect_paid(i);
    /* the first one's four, four tables of two rows, and the one of five seats with its five */
    if (before >= 0)
        CU_ASSERT_EQUAL(desk_crowd_inserts(&app) - before, 4 + 4 + 3);
    close_host();
}

/* The seats that a hold has lost, and prices that are not those of the hold: nothing is sold. */
static void test_seats_that_are_not_as_they_were_held(void)
{
    open_host();
    insiders(4);
    lose_seat(visits[1].first);
    scratch_sql(app.db, "UPDATE seat SET price = price + 1 WHERE seat_number = %d",
                visits[2].first);
    start();
    all_come(4);
    expect_paid(0);
    expect_not_paid(1, ERR_HOLD_EXPIRED);
    CU_ASSERT_EQUAL(visits[2].err, ERR_OK); /* the price is that of the hold */
    CU_ASSERT_EQUAL(balance(2), BEFORE - PRICE);
    CU_ASSERT_EQUAL(visits[2].seat[0].price, PRICE);
    expect_paid(3);
    scratch_sql(app.db, "UPDATE seat SET price = %d", PRICE);
    forget_hold(1);
    close_host();
}

/* --- Two of them want the same --- */

static void test_a_reservation_twice_at_once_is_paid_once(void)
{
    open_host();
    insiders(3);
    visits[2].caller = visits[1].caller;
    visits[2].reservation = visits[1].reservation;
    start();
    all_come(3);
    expect_paid(0);
    int winner = visits[1].err == ERR_OK ? 1 : 2;
    visits[winner].first = visits[1].first;
    visits[winner].seats = visits[1].seats;
    expect_paid(winner);
    CU_ASSERT_EQUAL(visits[3 - winner].err, ERR_ALREADY_PAID);
    close_host();
}

static void test_money_for_one_of_two_payments(void)
{
    open_host();
    insiders(3);
    int64_t second = scratch_concert(app.db), here = schedule;
    scratch_balance(app.db, &visits[1].caller.user, INT64_C(2) * PRICE);
    visits[2].caller = scratch_inside(app.db, &visits[1].caller.user, second, 1, 600);
    schedule = scratch_schedule(app.db, second, 5, INT64_C(2) * PRICE);
    visits[2].reservation = hold(&visits[2].caller, 1, 1);
    schedule = here;
    start();
    all_come(3);
    CU_ASSERT((visits[1].err == ERR_OK) != (visits[2].err == ERR_OK));
    CU_ASSERT((visits[1].err == ERR_INSUFFICIENT_BALANCE) !=
              (visits[2].err == ERR_INSUFFICIENT_BALANCE));
    CU_ASSERT_EQUAL(balance(1), 0);
    close_host();
}

/* Each kind of row, locked by somebody else: nobody but its owner waits. */
static void test_a_row_that_is_locked_keeps_nobody_else_waiting(void)
{
    open_host();
    insiders(6);
    struct db *other = scratch_open();
    db_set_in_transaction(other, true);
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other, "SELECT 1 FROM queue_token WHERE token_id = %lld FOR UPDATE",
                (long long)visits[0].caller.token_id);
    scratch_sql(other, "SELECT 1 FROM reservation WHERE reservation_id = %lld FOR UPDATE",
                (long long)visits[1].reservation);
    scratch_sql(other,
                "SELECT 1 FROM seat WHERE schedule_id = %lld AND seat_number = %d FOR UPDATE",
                (long long)schedule, visits[2].first);
    scratch_sql(other, "SELECT 1 FROM wallet WHERE user_id = %s FOR UPDATE",
                scratch_hex(&visits[3].caller.user));
    start();
    desk_crowd_send(visit, 0, 6);
    desk_crowd_gone(4, 6);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM payment"), 2);
    scratch_sql(other, "COMMIT");
    db_set_in_transaction(other, false);
    db_free(other);
    desk_crowd_gone(0, 4);
    for (int i = 0; i < 6; i++)
        expect_paid(i);
    close_host();
}

/* --- Time --- */

/* The hold ends while the clerk waits: nobody of the batch pays, and then all but that one do. */
static void test_a_hold_that_ends_in_the_meantime(void)
{
    open_host();
    insiders(4);
    start();
    move_hold_end(0, 1000);
    desk_crowd_hold_up(&app, visit, &visits[0].caller.user);
    desk_crowd_come(visit, 1, 4);
    CU_ASSERT(scratch_wait(app.db,
                           "(SELECT hold_expires_at FROM reservation WHERE reservation_id = %lld) "
                           "< NOW(3)",
                           (long long)visits[0].reservation));
    desk_crowd_let_go();
    desk_crowd_gone(0, 4);
    expect_not_paid(0, ERR_HOLD_EXPIRED);
    for (int i = 1; i < 4; i++)
        expect_paid(i);
    close_host();
}

static void test_a_session_that_ends_in_the_meantime(void)
{
    open_host();
    insiders(2);
    start();
    spoil(0, "UPDATE queue_token SET expires_at = NOW(3) + INTERVAL 1000000 MICROSECOND "
             "WHERE token_id =");
    desk_crowd_hold_up(&app, visit, &visits[0].caller.user);
    CU_ASSERT(scratch_wait(app.db,
                           "(SELECT expires_at FROM queue_token WHERE token_id = %lld) < NOW(3)",
                           (long long)visits[0].caller.token_id));
    desk_crowd_let_go();
    desk_crowd_gone(0, 1);
    expect_not_paid(0, ERR_QUEUE_TOKEN_EXPIRED);
    close_host();
}

/* --- Keys --- */

static void set_key(int i, const char *key, unsigned char fingerprint)
{
    snprintf(visits[i].key, sizeof visits[i].key, "%s", key);
    visits[i].fingerprint = fingerprint;
}

static void test_a_key_pays_once(void)
{
    open_host();
    insiders(6);
    for (int i = 0; i < 6; i++)
        set_key(i, "k", 1);
    for (int i = 2; i < 4; i++) {
        visits[i].caller = visits[1].caller;
        visits[i].reservation = visits[1].reservation;
    }
    set_key(3, "k", 2);
    scratch_balance(app.db, &visits[4].caller.user, 0);
    start();
    all_come(6);
    expect_paid(0);
    expect_paid(1);
    CU_ASSERT_EQUAL(visits[2].err, ERR_REPLAY);
    CU_ASSERT(visits[1].body[0] == '{');
    CU_ASSERT_STRING_EQUAL(visits[1].body, visits[2].body);
    CU_ASSERT_EQUAL(visits[3].err, ERR_IDEMPOTENCY_MISMATCH);
    expect_not_paid(4, ERR_INSUFFICIENT_BALANCE);
    expect_paid(5);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency WHERE status = 201 AND "
                                        "body LIKE '{\"paymentId\":%%'"),
                    3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency"), 3);
    desk_crowd_send(visit, 0, 1);
    desk_crowd_gone(0, 1);
    CU_ASSERT_EQUAL(visits[0].err, ERR_REPLAY);
    close_host();
}

/* --- The clerk --- */

static void test_when_the_clerk_dies_nothing_is_done_twice(void)
{
    open_host();
    insiders(5);
    set_key(0, "k", 1);
    set_key(1, "k", 1);
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].caller.user);
    desk_crowd_come(visit, 1, 4);
    desk_crowd_kill();
    desk_crowd_unlock();
    desk_crowd_gone(0, 4);
    for (int i = 0; i < 4; i++)
        expect_paid(i);
    desk_crowd_end();
    start();
    desk_crowd_send(visit, 4, 5);
    desk_crowd_gone(4, 5);
    expect_paid(4);
    close_host();
}

static void test_without_a_key_nobody_knows_what_a_dead_clerk_did(void)
{
    open_host();
    insiders(1);
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].caller.user);
    desk_crowd_kill();
    desk_crowd_unlock();
    desk_crowd_gone(0, 1);
    expect_not_paid(0, ERR_BUSY);
    CU_ASSERT_EQUAL(balance(0), BEFORE);
    CU_ASSERT(has_status(visits[0].reservation, "PENDING"));
    close_host();
}

static void test_one_that_stands_still_is_not_waited_for(void)
{
    open_host();
    insiders(2);
    start();
    desk_crowd_stop();
    desk_crowd_send(visit, 0, 1);
    desk_crowd_gone(0, 1);
    expect_paid(0);
    desk_crowd_go_on();
    desk_crowd_send(visit, 1, 2);
    desk_crowd_gone(1, 2);
    expect_paid(1);
    close_host();
}

SUITE_LAST(domain_pays, TEST(test_those_who_come_together_pay_together),
           TEST(test_any_number_is_served), TEST(test_the_answer_is_the_same_as_alone),
           TEST(test_a_price_of_nothing_is_paid_the_same_way),
           TEST(test_a_token_that_does_not_admit), TEST(test_a_reservation_that_is_not_to_be_paid),
           TEST(test_other_holds_are_given_back), TEST(test_too_little_money_and_no_wallet),
           TEST(test_many_seats_are_paid_alone), TEST(test_seats_that_are_not_as_they_were_held),
           TEST(test_a_reservation_twice_at_once_is_paid_once),
           TEST(test_money_for_one_of_two_payments),
           TEST(test_a_row_that_is_locked_keeps_nobody_else_waiting),
           TEST(test_a_hold_that_ends_in_the_meantime),
           TEST(test_a_session_that_ends_in_the_meantime), TEST(test_a_key_pays_once),
           TEST(test_when_the_clerk_dies_nothing_is_done_twice),
           TEST(test_without_a_key_nobody_knows_what_a_dead_clerk_did),
           TEST(test_one_that_stands_still_is_not_waited_for));
