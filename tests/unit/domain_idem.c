/* Idempotency keys: the first answer again, and one effect. */
#include "base/clock.h"
#include "cut.h"
#include "db/tx.h"
#include "db_scratch.h"
#include "domain/idem.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct app app;

static void start(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
}

static void finish(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static enum err render(void *arg, int *status, struct text_buf *body)
{
    const struct wallet_charge *c = arg;
    *status = 201;
    text_buf_printf(body, "{\"entryId\":%lld}", (long long)c->entry_id);
    for (int i = 0; i < 40; i++)
        text_buf_puts(body, "          "); /* longer than the first buffer of a column */
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

/* One request: a charge with a key. */
struct request {
    struct uuid user;
    const char *key;
    unsigned char fingerprint;
    struct wallet_charge charge;
    struct idem idem;
};

static enum err send(struct app *own, struct request *r)
{
    struct caller caller = scratch_caller(&r->user);
    r->idem = (struct idem){.present = true,
                            .subject = r->user,
                            .key = r->key,
                            .key_len = strlen(r->key),
                            .render = render,
                            .render_arg = &r->charge};
    memset(r->idem.fingerprint, r->fingerprint, sizeof r->idem.fingerprint);
    return wallet_charge(own, &caller, &r->user, 10, &r->idem, &r->charge);
}

static void forget(struct request *r)
{
    text_buf_free(&r->idem.body);
}

static void test_the_first_answer_is_given_again(void)
{
    start();
    struct request first = {.user = scratch_user(app.db, 0), .key = "a-key", .fingerprint = 1};
    struct request again = first;
    CU_ASSERT_EQUAL(send(&app, &first), ERR_OK);
    CU_ASSERT_EQUAL(send(&app, &again), ERR_REPLAY);
    CU_ASSERT_EQUAL(again.idem.status, 201);
    CU_ASSERT_EQUAL(again.idem.body.len, first.idem.body.len);
    CU_ASSERT_STRING_EQUAL(again.idem.body.data, first.idem.body.data);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 10);
    forget(&first);
    forget(&again);
    finish();
}

static void test_a_key_is_one_users_and_one_requests(void)
{
    start();
    struct request first = {.user = scratch_user(app.db, 0), .key = "k", .fingerprint = 1};
    struct request other = first, stranger = first, upper = first;
    other.fingerprint = 2;
    stranger.user = scratch_user(app.db, 0);
    upper.key = "K";
    CU_ASSERT_EQUAL(send(&app, &first), ERR_OK);
    CU_ASSERT_EQUAL(send(&app, &other), ERR_IDEMPOTENCY_MISMATCH);
    CU_ASSERT_EQUAL(send(&app, &stranger), ERR_OK);
    CU_ASSERT_EQUAL(send(&app, &upper), ERR_OK);
    forget(&first);
    forget(&other);
    forget(&stranger);
    forget(&upper);
    finish();
}

static void test_a_refusal_is_not_kept(void)
{
    start();
    struct request r = {
        .user = scratch_user(app.db, WALLET_BALANCE_MAX), .key = "k", .fingerprint = 1};
    CU_ASSERT_EQUAL(send(&app, &r), ERR_BALANCE_LIMIT);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency"), 0);
    scratch_balance(app.db, &r.user, 5);
    forget(&r);
    CU_ASSERT_EQUAL(send(&app, &r), ERR_OK);
    CU_ASSERT_EQUAL(r.charge.balance, 15);
    forget(&r);
    finish();
}

static void test_a_key_is_new_again_after_a_day(void)
{
    start();
    struct request first = {.user = scratch_user(app.db, 0), .key = "k", .fingerprint = 1};
    struct request second = first;
    second.fingerprint = 2;
    CU_ASSERT_EQUAL(send(&app, &first), ERR_OK);
    forget(&first);
    scratch_sql(app.db, "UPDATE idempotency SET created_at = NOW(3) - INTERVAL 86399 SECOND");
    CU_ASSERT_EQUAL(send(&app, &first), ERR_REPLAY);
    scratch_sql(app.db, "UPDATE idempotency SET created_at = NOW(3) - INTERVAL 1 DAY");
    CU_ASSERT_EQUAL(send(&app, &second), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 20);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency"), 1);
    forget(&first);
    forget(&second);
    finish();
}

static enum err send_at_once(struct app *own, int i, void *arg)
{
    struct request r = *(struct request *)arg;
    (void)i;
    return send(own, &r);
}

static void test_many_at_once_have_one_effect(void)
{
    int replays = 0;
    start();
    struct request r = {.user = scratch_user(app.db, 0), .key = "k", .fingerprint = 1};
    CU_ASSERT_EQUAL(scratch_at_once(16, send_at_once, &r, ERR_OK, ERR_REPLAY, &replays), 1);
    CU_ASSERT_EQUAL(replays, 15);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 10);
    finish();
}

static void test_old_keys_at_once_have_one_effect(void)
{
    int replays = 0;
    start();
    struct request r = {.user = scratch_user(app.db, 0), .key = "k", .fingerprint = 1};
    CU_ASSERT_EQUAL(send(&app, &r), ERR_OK);
    forget(&r);
    scratch_sql(app.db, "UPDATE idempotency SET created_at = NOW(3) - INTERVAL 2 DAY");
    CU_ASSERT_EQUAL(scratch_at_once(8, send_at_once, &r, ERR_OK, ERR_REPLAY, &replays), 1);
    CU_ASSERT_EQUAL(replays, 7);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 20);
    finish();
}

static void test_one_that_still_runs_is_waited_for_two_seconds(void)
{
    start();
    struct db *holder = scratch_open();
    struct request r = {.user = scratch_user(app.db, 0), .key = "k", .fingerprint = 1};
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "INSERT INTO idempotency VALUES (%s, 'k', REPEAT(0x01, 32), 0, '', NOW(3))",
                scratch_hex(&r.user));
    int64_t before = clock_monotonic_ms();
    CU_ASSERT_EQUAL(send(&app, &r), ERR_IDEMPOTENCY_IN_PROGRESS);
    int64_t took = clock_monotonic_ms() - before;
    CU_ASSERT(took >= 1900 && took < 3500);
    scratch_sql(holder, "ROLLBACK");
    forget(&r);
    CU_ASSERT_EQUAL(send(&app, &r), ERR_OK);
    forget(&r);
    db_free(holder);
    finish();
}

static void test_without_a_key_nothing_is_kept(void)
{
    start();
    struct uuid user = scratch_user(app.db, 0);
    struct caller caller = scratch_caller(&user);
    struct idem none = {.present = false};
    struct wallet_charge c;
    CU_ASSERT_EQUAL(wallet_charge(&app, &caller, &user, 10, &none, &c), ERR_OK);
    CU_ASSERT_EQUAL(wallet_charge(&app, &caller, &user, 10, NULL, &c), ERR_OK);
    CU_ASSERT_EQUAL(c.balance, 20);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM idempotency"), 0);
    finish();
}

/* Sends over a connection that is cut at its COMMIT. */
static enum err send_cut(enum cut_when when, bool with_key, struct request *r)
{
    struct caller caller = scratch_caller(&r->user);
    struct cut cut;
    cut_start(&cut, when);
    struct app *own = app_new(&cut.cfg);
    CU_ASSERT_PTR_NOT_NULL_FATAL(own);
    enum err e =
        with_key ? send(own, r) : wallet_charge(own, &caller, &r->user, 10, NULL, &r->charge);
    app_free(own);
    cut_stop(&cut);
    return e;
}

static void test_an_answer_that_was_lost_is_found_again(void)
{
    start();
    struct request r = {.user = scratch_user(app.db, 5), .key = "k", .fingerprint = 1};
    struct request again = r;
    CU_ASSERT_EQUAL(send_cut(CUT_AFTER, true, &r), ERR_REPLAY);
    CU_ASSERT_EQUAL(r.idem.status, 201);
    CU_ASSERT_EQUAL(send(&app, &again), ERR_REPLAY);
    CU_ASSERT_STRING_EQUAL(again.idem.body.data, r.idem.body.data);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 15);
    forget(&r);
    forget(&again);
    finish();
}

static void test_a_commit_that_was_lost_is_said_again(void)
{
    start();
    struct request r = {.user = scratch_user(app.db, 5), .key = "k", .fingerprint = 1};
    struct request again = r;
    CU_ASSERT_EQUAL(send_cut(CUT_BEFORE, true, &r), ERR_OK);
    CU_ASSERT_EQUAL(r.charge.balance, 15);
    CU_ASSERT_EQUAL(send(&app, &again), ERR_REPLAY);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 15);
    forget(&r);
    forget(&again);
    finish();
}

static void test_without_a_key_nobody_knows(void)
{
    start();
    struct request r = {.user = scratch_user(app.db, 5)};
    CU_ASSERT_EQUAL(send_cut(CUT_AFTER, false, &r), ERR_BUSY);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 15);
    CU_ASSERT_EQUAL(send_cut(CUT_BEFORE, false, &r), ERR_BUSY);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 15);
    finish();
}

SUITE(domain_idem, TEST(test_the_first_answer_is_given_again),
      TEST(test_a_key_is_one_users_and_one_requests), TEST(test_a_refusal_is_not_kept),
      TEST(test_a_key_is_new_again_after_a_day), TEST(test_many_at_once_have_one_effect),
      TEST(test_old_keys_at_once_have_one_effect),
      TEST(test_one_that_still_runs_is_waited_for_two_seconds),
      TEST(test_without_a_key_nothing_is_kept), TEST(test_an_answer_that_was_lost_is_found_again),
      TEST(test_a_commit_that_was_lost_is_said_again), TEST(test_without_a_key_nobody_knows));
