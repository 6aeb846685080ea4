/* The wallet and its ledger. */
#include "db_scratch.h"
#include "domain/user.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct app app;

static void open_bank(void)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
}

static void close_bank(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static enum err charge(struct app *own, const struct uuid *user, int64_t amount,
                       struct wallet_charge *out)
{
    struct caller caller = scratch_caller(user);
    return wallet_charge(own, &caller, user, amount, NULL, out);
}

static void test_a_charge_and_its_entry(void)
{
    struct wallet_charge c;
    struct wallet_entry entries[5];
    int64_t balance = -1;
    int count = 0;
    open_bank();
    struct uuid user = scratch_user(app.db, 0);
    CU_ASSERT_EQUAL(charge(&app, &user, 700, &c), ERR_OK);
    CU_ASSERT_EQUAL(c.balance, 700);
    int64_t first = c.entry_id;
    CU_ASSERT_EQUAL(charge(&app, &user, 300, &c), ERR_OK);
    CU_ASSERT_EQUAL(c.balance, 1000);
    CU_ASSERT(uuid_equal(&c.user_id, &user));
    CU_ASSERT_EQUAL(wallet_balance(&app, &user, &balance), ERR_OK);
    CU_ASSERT_EQUAL(balance, 1000);
    CU_ASSERT_EQUAL(wallet_entries(&app, &user, 0, 5, entries, &count), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_EQUAL(entries[0].entry_id, c.entry_id);
    CU_ASSERT_EQUAL(entries[0].amount, 300);
    CU_ASSERT_EQUAL(entries[0].balance_after, 1000);
    CU_ASSERT_STRING_EQUAL(entries[0].type, "CHARGE");
    CU_ASSERT_EQUAL(entries[0].reservation_id, 0);
    CU_ASSERT_EQUAL(entries[0].seq, 2);
    CU_ASSERT_EQUAL(wallet_entries(&app, &user, 2, 5, entries, &count), ERR_OK);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_EQUAL(entries[0].entry_id, first);
    close_bank();
}

static void test_amounts_out_of_bounds_are_refused(void)
{
    static const int64_t bad[] = {0, -1, INT64_MIN, 10000001, INT64_MAX};
    struct wallet_charge c;
    open_bank();
    struct uuid user = scratch_user(app.db, 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(charge(&app, &user, bad[i], &c), ERR_INVALID_FIELD);
        CU_ASSERT_STRING_EQUAL(app.problem.field, "amount");
    }
    CU_ASSERT_EQUAL(charge(&app, &user, 1, &c), ERR_OK);
    CU_ASSERT_EQUAL(charge(&app, &user, 10000000, &c), ERR_OK);
    close_bank();
}

static void test_the_balance_has_a_limit(void)
{
    struct wallet_charge c;
    open_bank();
    struct uuid user = scratch_user(app.db, WALLET_BALANCE_MAX - 10);
    CU_ASSERT_EQUAL(charge(&app, &user, 11, &c), ERR_BALANCE_LIMIT);
    CU_ASSERT_EQUAL(charge(&app, &user, 10, &c), ERR_OK);
    CU_ASSERT_EQUAL(c.balance, WALLET_BALANCE_MAX);
    CU_ASSERT_EQUAL(charge(&app, &user, 1, &c), ERR_BALANCE_LIMIT);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM wallet_entry"), 2);
    close_bank();
}

static void test_an_own_user_is_made_known_another_must_be(void)
{
    struct wallet_charge c;
    struct uuid user, other;
    int64_t balance;
    open_bank();
    uuid_random(&user);
    uuid_random(&other);
    CU_ASSERT_EQUAL(wallet_balance(&app, &user, &balance), ERR_USER_NOT_FOUND);
    CU_ASSERT_EQUAL(charge(&app, &user, 5, &c), ERR_OK);
    CU_ASSERT_EQUAL(c.balance, 5);
    struct caller service = scratch_caller(&user);
    service.service = true;
    CU_ASSERT_EQUAL(wallet_charge(&app, &service, &other, 5, NULL, &c), ERR_USER_NOT_FOUND);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM user"), 1);
    int64_t concert = scratch_concert(app.db);
    scratch_inside(app.db, &other, concert, 1, 60); /* known by having joined a queue */
    CU_ASSERT_EQUAL(wallet_charge(&app, &service, &other, 5, NULL, &c), ERR_OK);
    close_bank();
}

static enum err charge_ten_times(struct app *own, int i, void *arg)
{
    struct wallet_charge c;
    enum err e = ERR_OK;
    (void)i;
    for (int k = 0; e == ERR_OK && k < 10; k++)
        e = charge(own, arg, 7, &c);
    return e;
}

static void test_charges_at_once_all_succeed(void)
{
    open_bank();
    struct uuid user = scratch_user(app.db, 0);
    CU_ASSERT_EQUAL(scratch_at_once(20, charge_ten_times, &user, ERR_OK, ERR_COUNT, NULL), 20);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 1400);
    close_bank();
}

static void test_first_charges_of_a_new_user_at_once_all_succeed(void)
{
    struct uuid user;
    open_bank();
    uuid_random(&user);
    CU_ASSERT_EQUAL(scratch_at_once(12, charge_ten_times, &user, ERR_OK, ERR_COUNT, NULL), 12);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT balance FROM wallet"), 840);
    close_bank();
}

static void test_users_have_names_or_none(void)
{
    struct user u;
    struct uuid id;
    bool created = false;
    open_bank();
    uuid_random(&id);
    CU_ASSERT_EQUAL(user_require(&app, &id), ERR_USER_NOT_FOUND);
    CU_ASSERT_EQUAL(user_create(&app, &id, "", &u, &created), ERR_OK);
    CU_ASSERT(created);
    CU_ASSERT_STRING_EQUAL(u.name, "");
    CU_ASSERT_EQUAL(user_create(&app, &id, "한지민", &u, &created), ERR_OK);
    CU_ASSERT_FALSE(created);
    CU_ASSERT_STRING_EQUAL(u.name, "한지민");
    CU_ASSERT_EQUAL(user_create(&app, &id, "", &u, &created), ERR_OK);
    CU_ASSERT_STRING_EQUAL(u.name, "한지민");
    CU_ASSERT_EQUAL(user_require(&app, &id), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM wallet"), 1);
    close_bank();
}

SUITE(domain_wallet, TEST(test_a_charge_and_its_entry),
      TEST(test_amounts_out_of_bounds_are_refused), TEST(test_the_balance_has_a_limit),
      TEST(test_an_own_user_is_made_known_another_must_be), TEST(test_charges_at_once_all_succeed),
      TEST(test_first_charges_of_a_new_user_at_once_all_succeed),
      TEST(test_users_have_names_or_none));
