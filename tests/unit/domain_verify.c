/* The invariants: what is sound passes, and how it is told what is not. Each kind of fault is in
 * domain_verify_faults.c. */
#include "db_scratch.h"
#include "domain/verify.h"
#include "suite.h"
#include "verify_shop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_empty(void)
{
    verify_shop.app = scratch_app();
    scratch_wipe(verify_shop.app.db);
}

static void close_empty(void)
{
    scratch_wipe(verify_shop.app.db);
    scratch_app_close(&verify_shop.app);
}

static void expect_sound(void)
{
    int64_t faults = -1;
    char *said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    for (int i = 1; i <= 5; i++)
        CU_ASSERT(verify_shop_says(said, "ok %d ", i));
    CU_ASSERT_PTR_NULL(strstr(said, "FAULT"));
    free(said);
}

static void test_a_sound_shop_passes(void)
{
    verify_shop_open();
    expect_sound();
    verify_shop_close();
}

static void test_an_empty_database_passes(void)
{
    open_empty();
    expect_sound();
    close_empty();
}

/* The cap is about who was inside at the moment of each batch, with exact ends. */
static void test_the_cap_is_counted_at_each_batch(void)
{
    int64_t faults = -1;
    open_empty();
    struct db *db = verify_shop.app.db;
    int64_t concert = scratch_concert(db);
    scratch_sql(db, "UPDATE queue_state SET now_serving = 100 WHERE concert_id = %lld",
                (long long)concert);
    /* A batch each second, the session as long: ends and begins in the same millisecond. */
    for (int i = 0; i < 20; i++) {
        struct uuid user;
        uuid_random(&user);
        scratch_sql(
            db,
            "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
            "expires_at, admitted_at, session_ends_at, ended_at) SELECT %lld, %s, %d, "
            "'EXPIRED', t, t + INTERVAL 1 SECOND, t, t, t + INTERVAL 1 SECOND "
            "FROM (SELECT TIMESTAMP('2026-01-01 00:00:00.500') + INTERVAL %d SECOND AS t) x",
            (long long)concert, scratch_hex(&user), i + 1, i);
        scratch_sql(db,
                    "INSERT INTO admission (concert_id, admitted_at, admitted, active_before, "
                    "max_active, last_ticket) VALUES (%lld, TIMESTAMP('2026-01-01 00:00:00.500') + "
                    "INTERVAL %d SECOND, 1, 0, 1, %d)",
                    (long long)concert, i, i + 1);
    }
    char *said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    free(said);
    /* One of them stays a millisecond longer: there are two at the next batch. */
    scratch_sql(db, "UPDATE queue_token SET ended_at = ended_at + INTERVAL 1000 MICROSECOND "
                    "WHERE ticket = 7");
    said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 1);
    CU_ASSERT(verify_shop_says(said, "inside=2 cap=1"));
    free(said);
    /* Without a cap at that batch, nothing is wrong. */
    scratch_sql(db, "UPDATE admission SET max_active = 0");
    said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    free(said);
    close_empty();
}

/* More wallets than are held at a time, and seats than are in a range, with entries and without. */
static void test_many_rows_are_read_in_parts(void)
{
    int64_t faults = -1;
    open_empty();
    struct db *db = verify_shop.app.db;
    scratch_schedule(db, scratch_concert(db), 1000, 1000);
    for (int i = 0; i < 6; i++)
        scratch_schedule(db, scratch_concert(db), 999, 1000);
    scratch_sql(db, "INSERT INTO user (user_id, created_at) SELECT UNHEX(LEFT(SHA2(n.i, 256), "
                    "32)), NOW(3) FROM "
                    "(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d AS i "
                    "FROM digit a, digit b, digit c, digit d) n WHERE n.i < 2500");
    scratch_sql(db, "INSERT INTO wallet (user_id, balance, entries, entry_at, entry_hash) "
                    "SELECT user_id, 7, 1, '2026-05-01', UNHEX(SHA2(CONCAT(REPEAT('0', 64), '|', "
                    "LOWER(HEX(user_id)), '|1|CHARGE|7|7||2026-05-01 00:00:00.000000'), 256)) "
                    "FROM user WHERE user_id > 0x10000000000000000000000000000000");
    scratch_sql(db, "INSERT INTO wallet (user_id) SELECT user_id FROM user "
                    "WHERE user_id <= 0x10000000000000000000000000000000");
    scratch_sql(db, "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, "
                    "created_at, hash) SELECT user_id, 1, 'CHARGE', 7, 7, entry_at, entry_hash "
                    "FROM wallet WHERE entries = 1");
    expect_sound();
    /* One of each thousand is found. */
    scratch_sql(db, "UPDATE wallet SET balance = 8 WHERE user_id IN (SELECT x.user_id FROM "
                    "(SELECT user_id, ROW_NUMBER() OVER (ORDER BY user_id) AS n FROM user) x "
                    "WHERE x.n IN (1, 999, 1000, 1001, 2000, 2500))");
    scratch_sql(db, "DELETE FROM seat WHERE seat_id = %lld",
                (long long)scratch_int(db, "SELECT MAX(seat_id) FROM seat"));
    char *said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 7);
    CU_ASSERT(verify_shop_says(said, "broken in 6 rows"));
    free(said);
    close_empty();
}

static void test_every_row_at_fault_is_printed(void)
{
    int64_t faults = 0;
    int lines = 0;
    open_empty();
    scratch_lift_rules(verify_shop.app.db);
    scratch_sql(verify_shop.app.db,
                "INSERT INTO wallet (user_id, balance) SELECT UNHEX(LEFT(SHA2(a.d + 10 * b.d + "
                "100 * c.d, 256), 32)), 1 FROM digit a, digit b, digit c WHERE c.d < 2");
    char *said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 200);
    for (const char *at = said; (at = strstr(at, "  a balance that is not")); at++)
        lines++;
    CU_ASSERT_EQUAL(lines, 200);
    CU_ASSERT(verify_shop_says(said, "FAULT 2 "));
    CU_ASSERT(verify_shop_says(said, "broken in 200 rows"));
    free(said);
    scratch_wipe(verify_shop.app.db);
    scratch_enforce_rules(verify_shop.app.db);
    close_empty();
}

/* What the rows say must come from one moment, and no other statement's failure be taken for a
 * result. */
static void test_a_table_that_cannot_be_read_is_no_result(void)
{
    int64_t faults = 0;
    char *said = NULL;
    size_t length = 0;
    open_empty();
    scratch_sql(verify_shop.app.db, "ALTER TABLE wallet RENAME TO wallet_aside");
    FILE *out = open_memstream(&said, &length);
    CU_ASSERT_NOT_EQUAL(verify_run(&verify_shop.app, out, NULL, &faults), ERR_OK);
    fclose(out);
    CU_ASSERT_PTR_NULL(strstr(said, "ok 2"));
    free(said);
    scratch_sql(verify_shop.app.db, "ALTER TABLE wallet_aside RENAME TO wallet");
    close_empty();
}

static void test_a_database_out_of_reach_is_told(void)
{
    struct config cfg = *scratch_config();
    struct app app = {.cfg = &cfg};
    int64_t faults = 0;
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    CU_ASSERT_EQUAL(verify_run(&app, stdout, NULL, &faults), ERR_BUSY);
}

SUITE(domain_verify, TEST(test_a_sound_shop_passes), TEST(test_an_empty_database_passes),
      TEST(test_the_cap_is_counted_at_each_batch), TEST(test_many_rows_are_read_in_parts),
      TEST(test_every_row_at_fault_is_printed), TEST(test_a_table_that_cannot_be_read_is_no_result),
      TEST(test_a_database_out_of_reach_is_told));
