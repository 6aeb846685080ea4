/* The chain of hashes: what is hashed, and entries from before there was one. */
#include "db/migrate.h"
#include "db_scratch.h"
#include "domain/verify.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The example of schema/005_ledger.sql, and a payment after it; made with sha256sum. */
#define USER    "0x01010101010101010101010101010101"
#define CHARGE  "8ff1eac5d36d73cfae8de7b619f418e92abe228d9afd17db8bbc9b29e1a7960a"
#define PAYMENT "436326a9ca673951bc9c68cb5a99baf96f6e0e217f71665edabee39aa06b570f"

static bool has_hash(struct db *db, int seq, const char *hash)
{
    return scratch_int(db,
                       "SELECT COUNT(*) FROM wallet_entry WHERE user_id = " USER " AND seq = %d "
                       "AND hash = UNHEX('%s')",
                       seq, hash) == 1;
}

static bool ends_with(struct db *db, int entries, const char *hash)
{
    return scratch_int(db,
                       "SELECT COUNT(*) FROM wallet w JOIN wallet_entry e ON e.user_id = w.user_id "
                       "AND e.seq = w.entries AND e.created_at = w.entry_at WHERE w.user_id = " USER
                       " AND w.entries = %d AND w.entry_hash = UNHEX('%s')",
                       entries, hash) == 1;
}

static void test_what_is_hashed_is_what_the_schema_says(void)
{
    struct app app = scratch_app();
    struct wallet_charge charged = {0};
    struct uuid user;
    int64_t balance = 0;
    memset(&user, 1, sizeof user);
    struct caller caller = scratch_caller(&user);
    scratch_wipe(app.db);
    scratch_set_clock(app.db, INT64_C(1777662000123));
    CU_ASSERT_EQUAL(wallet_charge(&app, &caller, &user, 500, NULL, &charged), ERR_OK);
    CU_ASSERT(has_hash(app.db, 1, CHARGE));
    CU_ASSERT(ends_with(app.db, 1, CHARGE));
    scratch_set_clock(app.db, INT64_C(1777662001000));
    scratch_lift_rules(app.db);
    CU_ASSERT_EQUAL(wallet_debit(&app, &user, 200, 7, &balance), ERR_OK);
    CU_ASSERT_EQUAL(balance, 300);
    CU_ASSERT(has_hash(app.db, 2, PAYMENT));
    CU_ASSERT(ends_with(app.db, 2, PAYMENT));
    CU_ASSERT_EQUAL(wallet_debit(&app, &user, 301, 8, &balance), ERR_INSUFFICIENT_BALANCE);
    CU_ASSERT(ends_with(app.db, 2, PAYMENT));
    scratch_wipe(app.db);
    scratch_enforce_rules(app.db);
    scratch_app_close(&app);
}

/* The same entries made of a wallet that has been seen; not if it is another by then. */
static void test_the_hash_is_the_same_wherever_it_is_made(void)
{
    struct app app = scratch_app();
    struct wallet_seen seen = {.now = INT64_C(1777662000123)};
    struct uuid user;
    int64_t balance = 0;
    memset(&user, 1, sizeof user);
    scratch_wipe(app.db);
    scratch_lift_rules(app.db);
    scratch_sql(app.db, "INSERT INTO wallet (user_id) VALUES (" USER ")");
    CU_ASSERT_EQUAL(wallet_move_seen(&app, &user, &seen, "CHARGE", 500, 0, &balance), ERR_OK);
    CU_ASSERT_EQUAL(balance, 500);
    CU_ASSERT(has_hash(app.db, 1, CHARGE));
    CU_ASSERT(ends_with(app.db, 1, CHARGE));
    CU_ASSERT_EQUAL(wallet_move_seen(&app, &user, &seen, "CHARGE", 500, 0, &balance), ERR_DB_RETRY);
    seen = (struct wallet_seen){.balance = 500, .entries = 1, .now = INT64_C(1777662001000)};
    for (size_t i = 0; i < sizeof seen.entry_hash; i++) {
        const char digits[] = {CHARGE[2 * i], CHARGE[2 * i + 1], '\0'};
        seen.entry_hash[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    CU_ASSERT_EQUAL(wallet_move_seen(&app, &user, &seen, "PAYMENT", -501, 7, &balance),
                    ERR_DB_RETRY);
    CU_ASSERT_EQUAL(wallet_move_seen(&app, &user, &seen, "PAYMENT", -200, 7, &balance), ERR_OK);
    CU_ASSERT_EQUAL(balance, 300);
    CU_ASSERT(has_hash(app.db, 2, PAYMENT));
    CU_ASSERT(ends_with(app.db, 2, PAYMENT));
    scratch_wipe(app.db);
    scratch_enforce_rules(app.db);
    scratch_app_close(&app);
}

/* --- A schema from before --- */

static struct config old;

static void run_migrations(struct db *db, int from, int to)
{
    for (const struct migration *m = migrations; m->name; m++)
        if (m->number >= from && m->number <= to)
            CU_ASSERT_EQUAL_FATAL(db_script(db, m->sql), ERR_OK);
}

/* Wallets with a few entries each, between those of the others. */
static void fill_old(struct db *db)
{
    scratch_sql(db, "SET FOREIGN_KEY_CHECKS = 0");
    run_migrations(db, 1, 1);
    /* MySQL looks again at what refers to others when it rebuilds a table. */
    scratch_sql(db, "REPLACE INTO user (user_id, created_at) VALUES (" USER ", NOW(3)), "
                    "(0x02020202020202020202020202020202, NOW(3)), "
                    "(0x03030303030303030303030303030303, NOW(3))");
    scratch_sql(db, "INSERT INTO wallet (user_id, balance) VALUES (" USER ", 300), "
                    "(0x02020202020202020202020202020202, 3), "
                    "(0x03030303030303030303030303030303, 0)");
    scratch_sql(db, "INSERT INTO wallet_entry (user_id, type, amount, balance_after, "
                    "reservation_id, created_at) VALUES "
                    "(0x02020202020202020202020202020202, 'CHARGE', 1, 1, NULL, NOW(3)), "
                    "(" USER ", 'CHARGE', 500, 500, NULL, '2026-05-01 19:00:00.123'), "
                    "(0x02020202020202020202020202020202, 'CHARGE', 1, 2, NULL, NOW(3)), "
                    "(" USER ", 'PAYMENT', -200, 300, 7, '2026-05-01 19:00:01'), "
                    "(0x02020202020202020202020202020202, 'CHARGE', 1, 3, NULL, NOW(3))");
    /* What the entries stand for. */
    scratch_sql(db, "REPLACE INTO concert (concert_id, title, time_zone, hold_seconds, "
                    "hold_extend_seconds, max_seats_per_user, created_at) "
                    "VALUES (1, 'A concert', 'Asia/Seoul', 300, 120, 4, NOW(3))");
    scratch_sql(db, "REPLACE INTO reservation (reservation_id, user_id, concert_id, schedule_id, "
                    "status, seat_count, amount, created_at, hold_expires_at, paid_at) "
                    "VALUES (7, " USER ", 1, 1, 'CONFIRMED', 1, 200, NOW(3), NOW(3), NOW(3))");
    scratch_sql(db, "REPLACE INTO reservation_seat VALUES (7, 1, 200)");
    scratch_sql(db, "REPLACE INTO schedule (schedule_id, concert_id, starts_at, local_date, "
                    "booking_opens_at, booking_closes_at, refund_closes_at, capacity, min_price, "
                    "max_price, created_at) SELECT 1, 1, NOW(3), DATE(NOW()), NOW(3), NOW(3), "
                    "NOW(3), 1, 200, 200, NOW(3)");
    scratch_sql(db, "REPLACE INTO seat (seat_id, schedule_id, seat_number, price, status, "
                    "reservation_id) VALUES (1, 1, 1, 200, 'SOLD', 7)");
    scratch_sql(db, "REPLACE INTO payment (payment_id, reservation_id, user_id, status, amount, "
                    "paid_at) VALUES (1, 7, " USER ", 'COMPLETED', 200, NOW(3))");
}

static struct db *open_old(void)
{
    struct db *db = scratch_open();
    scratch_sql(db, "DROP DATABASE IF EXISTS frontrow_old");
    scratch_sql(db, "CREATE DATABASE frontrow_old CHARACTER SET utf8mb4 "
                    "COLLATE utf8mb4_unicode_520_ci");
    db_free(db);
    old = *scratch_config();
    strcpy(old.database_name, "frontrow_old");
    db = db_new(&old);
    CU_ASSERT_FATAL(db && db_open(db) == ERR_OK);
    run_migrations(db, 1, 4);
    fill_old(db);
    return db;
}

static void close_old(struct db *db)
{
    scratch_sql(db, "DROP DATABASE frontrow_old");
    db_free(db);
}

static void expect_migrated(struct db *db)
{
    struct app app = {.cfg = &old, .db = db};
    CU_ASSERT(has_hash(db, 1, CHARGE));
    CU_ASSERT(has_hash(db, 2, PAYMENT));
    CU_ASSERT(ends_with(db, 2, PAYMENT));
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT COUNT(*) FROM wallet_entry WHERE entry_id = "
                                    "CASE seq WHEN 1 THEN 1 WHEN 2 THEN 3 ELSE 5 END "
                                    "AND user_id = 0x02020202020202020202020202020202"),
                    3);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT entries FROM wallet WHERE balance = 0"), 0);
    CU_ASSERT(scratch_is_sound(&app));
}

static void test_old_entries_are_chained(void)
{
    struct db *db = open_old();
    CU_ASSERT_EQUAL(migrate_run(&old, NULL), ERR_OK);
    expect_migrated(db);
    /* Who goes on from there goes on with the chain. */
    struct app app = {.cfg = &old, .db = db};
    struct wallet_charge charged = {0};
    struct uuid user;
    memset(&user, 1, sizeof user);
    struct caller caller = scratch_caller(&user);
    CU_ASSERT_EQUAL(wallet_charge(&app, &caller, &user, 9, NULL, &charged), ERR_OK);
    CU_ASSERT_EQUAL(charged.entry_id, 6);
    CU_ASSERT(scratch_is_sound(&app));
    /* And to migrate once more changes nothing. */
    scratch_sql(db, "DELETE FROM schema_migration");
    CU_ASSERT_EQUAL(migrate_run(&old, NULL), ERR_OK);
    CU_ASSERT(scratch_is_sound(&app));
    close_old(db);
}

/* After each statement that changes something, the run before has ended. */
static void test_a_migration_cut_short_is_finished(void)
{
    struct db *db = open_old();
    const char *sql = migrations[4].sql, *at = sql;
    int cuts = 0;
    CU_ASSERT_STRING_EQUAL_FATAL(migrations[4].name, "005_ledger");
    while ((at = strstr(at, "EXECUTE ")) != NULL) {
        at = strchr(at, ';') + 1;
        char *part = strndup(sql, (size_t)(at - sql));
        CU_ASSERT_EQUAL(db_script(db, part), ERR_OK);
        free(part);
        run_migrations(db, 5, 5);
        expect_migrated(db);
        scratch_sql(db, "DROP TABLE wallet_entry");
        scratch_sql(db, "DROP TABLE wallet");
        fill_old(db);
        cuts++;
    }
    CU_ASSERT_EQUAL(cuts, 7);
    close_old(db);
}

SUITE(domain_ledger, TEST(test_what_is_hashed_is_what_the_schema_says),
      TEST(test_the_hash_is_the_same_wherever_it_is_made), TEST(test_old_entries_are_chained),
      TEST(test_a_migration_cut_short_is_finished));
