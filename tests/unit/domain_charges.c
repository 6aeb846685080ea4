/*
 * The charges of a host, combined: in several processes, one of which charges for the others. The
 * suite runs alone, since it counts the statements that the server is given, whoever gives them.
 */
#include "base/shared.h"
#include "db/tx.h"
#include "desk_crowd.h"
#include "domain/charges_desk.h"
#include "http/wallet_http.h"
#include "suite.h"
#include <stdio.h>

enum { VISITORS = 40, BEFORE = 1000 };

/* What a visitor wants and was told. */
static struct visit {
    struct uuid user;
    int64_t amount;
    char key[8]; /* "": none */
    unsigned char fingerprint;
    bool heard;
    enum err err;
    struct wallet_charge charged;
    char body[256];
} * visits;

static struct app app;

static void open_host(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    if (!charges_desk()) {
        CU_ASSERT_EQUAL_FATAL(charges_init(wallet_http_render_charged), ERR_OK);
        visits = shared_alloc(VISITORS * sizeof *visits);
    }
    CU_ASSERT_PTR_NOT_NULL_FATAL(visits);
    for (int i = 0; visits && i < VISITORS; i++)
        visits[i] = (struct visit){.amount = i + 1};
}

/* Once there is a clerk this process itself must ask for nothing: its visitors would inherit its
 * place at the desk. */
static void start(void)
{
    desk_crowd_start(charges_run, charges_desk());
}

/* So many users with a wallet. */
static void users(int n)
{
    for (int i = 0; i < n; i++)
        visits[i].user = scratch_user(app.db, BEFORE);
}

static void close_host(void)
{
    desk_crowd_end();
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void visit(struct app *own, int i)
{
    struct visit *v = &visits[i];
    struct caller caller = scratch_caller(&v->user);
    struct idem idem = {.present = v->key[0] != '\0',
                        .subject = v->user,
                        .key = v->key,
                        .key_len = strlen(v->key),
                        .fingerprint = {v->fingerprint},
                        .render = wallet_http_render_charged,
                        .render_arg = &v->charged};
    v->err = wallet_charge(own, &caller, &v->user, v->amount, &idem, &v->charged);
    if (idem.body.data)
        text_copy(v->body, sizeof v->body, idem.body.data, idem.body.len);
    text_buf_free(&idem.body);
    v->heard = true;
}

static int64_t balance(const struct uuid *user)
{
    return scratch_int(app.db, "SELECT balance FROM wallet WHERE user_id = %s", scratch_hex(user));
}

static int64_t entries(void)
{
    return scratch_int(app.db,
                       "SELECT COUNT(*) FROM wallet_entry WHERE type = 'CHARGE' AND seq > 1");
}

/* What the visitor was told is what the ledger says. */
static void expect_charged(int i, int64_t now)
{
    const struct visit *v = &visits[i];
    CU_ASSERT_EQUAL(v->err, ERR_OK);
    CU_ASSERT_EQUAL(v->charged.balance, now);
    CU_ASSERT(uuid_equal(&v->charged.user_id, &v->user));
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT balance_after FROM wallet_entry WHERE entry_id = %lld AND "
                                "user_id = %s AND type = 'CHARGE' AND amount = %lld AND "
                                "reservation_id IS NULL",
                                (long long)v->charged.entry_id, scratch_hex(&v->user),
                                (long long)v->amount),
                    now);
}

static void expect_inserts(int64_t before, int64_t n)
{
    if (before >= 0)
        CU_ASSERT_EQUAL(desk_crowd_inserts(&app) - before, n);
}

/* The first one's statements, wallets and entries of the four: alone it would be ten inserts and
 * updates. */
static void test_those_who_come_together_are_charged_together(void)
{
    open_host();
    users(5);
    start();
    int64_t before = desk_crowd_inserts(&app);
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, 5);
    desk_crowd_let_go();
    desk_crowd_gone(0, 5);
    expect_inserts(before, 4);
    for (int i = 0; i < 5; i++) {
        expect_charged(i, BEFORE + i + 1);
        CU_ASSERT_EQUAL(balance(&visits[i].user), BEFORE + i + 1);
    }
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(DISTINCT created_at) FROM wallet_entry "
                                        "WHERE seq = 2"),
                    2);
    close_host();
}

static void test_any_number_is_served(void)
{
    open_host();
    users(VISITORS);
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, VISITORS);
    desk_crowd_let_go();
    desk_crowd_gone(0, VISITORS);
    for (int i = 0; i < VISITORS; i++)
        expect_charged(i, BEFORE + i + 1);
    CU_ASSERT_EQUAL(entries(), VISITORS);
    close_host();
}

static void test_a_user_twice_at_once_is_charged_twice(void)
{
    open_host();
    users(5);
    visits[3].user = visits[4].user = visits[1].user;
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, 5);
    desk_crowd_let_go();
    desk_crowd_gone(0, 5);
    expect_charged(2, BEFORE + 3);
    for (int i = 1; i < 5; i++)
        expect_charged(i, visits[i].charged.balance);
    CU_ASSERT_EQUAL(balance(&visits[1].user), BEFORE + 2 + 4 + 5);
    CU_ASSERT_EQUAL(entries(), 5);
    close_host();
}

/* At the limit, without a wallet, unknown, being charged elsewhere: each as if alone. */
static void test_whoever_cannot_be_served_goes_alone(void)
{
    open_host();
    users(4);
    scratch_balance(app.db, &visits[1].user, WALLET_BALANCE_MAX);
    uuid_random(&visits[4].user);
    scratch_sql(app.db, "DELETE FROM wallet_entry WHERE user_id = %s",
                scratch_hex(&visits[3].user));
    scratch_sql(app.db, "DELETE FROM wallet WHERE user_id = %s", scratch_hex(&visits[3].user));
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, 5);
    desk_crowd_let_go();
    desk_crowd_gone(0, 5);
    expect_charged(0, BEFORE + 1);
    CU_ASSERT_EQUAL(visits[1].err, ERR_BALANCE_LIMIT);
    expect_charged(2, BEFORE + 3);
    expect_charged(3, 4);
    expect_charged(4, 5);
    CU_ASSERT_EQUAL(balance(&visits[1].user), WALLET_BALANCE_MAX);
    close_host();
}

/* Nobody waits for a wallet but its owner. */
static void test_a_wallet_that_is_locked_keeps_nobody_else_waiting(void)
{
    open_host();
    users(3);
    start();
    struct db *other = scratch_open();
    db_set_in_transaction(other, true);
    scratch_sql(other, "START TRANSACTION");
    scratch_sql(other, "SELECT balance FROM wallet WHERE user_id = %s FOR UPDATE",
                scratch_hex(&visits[1].user));
    desk_crowd_send(visit, 0, 3);
    desk_crowd_gone(0, 1);
    desk_crowd_gone(2, 3);
    CU_ASSERT_FALSE(visits[1].heard);
    scratch_sql(other, "COMMIT");
    db_set_in_transaction(other, false);
    db_free(other);
    desk_crowd_gone(1, 2);
    for (int i = 0; i < 3; i++)
        expect_charged(i, BEFORE + i + 1);
    close_host();
}

static void set_key(int i, const char *key, unsigned char fingerprint)
{
    snprintf(visits[i].key, sizeof visits[i].key, "%s", key);
    visits[i].fingerprint = fingerprint;
}

/* Whether both were told the same, one of them as a replay. */
static void expect_replay(int i, int k)
{
    CU_ASSERT(visits[i].err == ERR_OK || visits[k].err == ERR_OK);
    CU_ASSERT(visits[i].err == ERR_REPLAY || visits[k].err == ERR_REPLAY);
    CU_ASSERT(visits[i].body[0] == '{');
    CU_ASSERT_STRING_EQUAL(visits[i].body, visits[k].body);
}

static void test_a_key_charges_once(void)
{
    open_host();
    users(8);
    for (int i = 0; i < 6; i++)
        set_key(i, i < 2 ? "a" : i < 4 ? "b" : "c", (unsigned char)i);
    visits[3] = visits[2];           /* the same request twice at once */
    visits[5].user = visits[4].user; /* another one with the key */
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, 8);
    desk_crowd_let_go();
    desk_crowd_gone(0, 8);
    expect_charged(0, BEFORE + 1);
    expect_charged(1, BEFORE + 2);
    expect_replay(2, 3);
    expect_charged(4, BEFORE + 5);
    CU_ASSERT_EQUAL(visits[5].err, ERR_IDEMPOTENCY_MISMATCH);
    expect_charged(6, BEFORE + 7);
    CU_ASSERT_EQUAL(balance(&visits[2].user), BEFORE + 3);
    CU_ASSERT_EQUAL(balance(&visits[4].user), BEFORE + 5);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency WHERE status = 201 AND "
                                        "body LIKE '{\"userId\":%%'"),
                    4);
    desk_crowd_send(visit, 0, 1);
    desk_crowd_gone(0, 1);
    CU_ASSERT_EQUAL(visits[0].err, ERR_REPLAY);
    CU_ASSERT_EQUAL(balance(&visits[0].user), BEFORE + 1);
    close_host();
}

/* A refusal is no answer that is kept, and leaves no key. */
static void test_the_key_of_one_who_goes_alone_is_free(void)
{
    open_host();
    users(3);
    scratch_balance(app.db, &visits[1].user, WALLET_BALANCE_MAX);
    for (int i = 0; i < 3; i++)
        set_key(i, "k", 1);
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, 3);
    desk_crowd_let_go();
    desk_crowd_gone(0, 3);
    CU_ASSERT_EQUAL(visits[1].err, ERR_BALANCE_LIMIT);
    expect_charged(2, BEFORE + 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency"), 2);
    close_host();
}

/* With a key everybody is charged once. Without, who had been taken care of does not know, and who
 * had not is charged. */
static void test_when_the_clerk_dies_nothing_is_done_twice(void)
{
    open_host();
    users(4);
    set_key(0, "k", 1);
    set_key(1, "k", 1);
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_come(visit, 1, 4);
    desk_crowd_kill();
    desk_crowd_unlock();
    desk_crowd_gone(0, 4);
    for (int i = 0; i < 4; i++)
        expect_charged(i, BEFORE + i + 1);
    CU_ASSERT_EQUAL(entries(), 4);
    close_host();
}

static void test_without_a_key_nobody_knows_what_a_dead_clerk_did(void)
{
    open_host();
    users(2);
    start();
    desk_crowd_hold_up(&app, visit, &visits[0].user);
    desk_crowd_kill();
    desk_crowd_unlock();
    desk_crowd_gone(0, 1);
    CU_ASSERT_EQUAL(visits[0].err, ERR_BUSY);
    CU_ASSERT_EQUAL(balance(&visits[0].user), BEFORE);
    desk_crowd_end();
    start();
    desk_crowd_send(visit, 1, 2);
    desk_crowd_gone(1, 2);
    expect_charged(1, BEFORE + 2);
    close_host();
}

static void test_one_that_stands_still_is_not_waited_for(void)
{
    open_host();
    users(2);
    start();
    desk_crowd_stop();
    desk_crowd_send(visit, 0, 1);
    desk_crowd_gone(0, 1);
    expect_charged(0, BEFORE + 1);
    desk_crowd_go_on();
    desk_crowd_send(visit, 1, 2);
    desk_crowd_gone(1, 2);
    expect_charged(1, BEFORE + 2);
    CU_ASSERT_EQUAL(entries(), 2);
    close_host();
}

SUITE_LAST(domain_charges, TEST(test_those_who_come_together_are_charged_together),
           TEST(test_any_number_is_served), TEST(test_a_user_twice_at_once_is_charged_twice),
           TEST(test_whoever_cannot_be_served_goes_alone),
           TEST(test_a_wallet_that_is_locked_keeps_nobody_else_waiting),
           TEST(test_a_key_charges_once), TEST(test_the_key_of_one_who_goes_alone_is_free),
           TEST(test_when_the_clerk_dies_nothing_is_done_twice),
           TEST(test_without_a_key_nobody_knows_what_a_dead_clerk_did),
           TEST(test_one_that_stands_still_is_not_waited_for));
