/* Connections that are cut, and servers that are not there. */
#include "base/clock.h"
#include "db_scratch.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t connection_id(struct db *db)
{
    return scratch_int(db, "SELECT CONNECTION_ID()");
}

/* Cuts the connection of `victim` by its id from `killer`, and waits until it is gone. */
static void cut(struct db *killer, struct db *victim)
{
    int64_t id = connection_id(victim);
    int64_t deadline = clock_monotonic_ms() + 5000;
    scratch_sql(killer, "KILL %lld", (long long)id);
    while (scratch_int(killer,
                       "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %lld",
                       (long long)id) != 0 &&
           clock_monotonic_ms() < deadline)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void test_a_query_is_asked_again_on_a_new_connection(void)
{
    struct db *db = scratch_open(), *killer = scratch_open();
    int64_t now = 0;
    CU_ASSERT_EQUAL(db_now(db, &now), ERR_OK);
    cut(killer, db);
    CU_ASSERT_EQUAL(db_now(db, &now), ERR_OK);
    db_free(db);
    db_free(killer);
}

struct streaming {
    struct db *killer;
    int64_t connection;
    int rows;
};

static enum err kill_at_the_first(const struct db_value *row, void *arg)
{
    struct streaming *s = arg;
    (void)row;
    if (s->rows++ == 0)
        scratch_sql(s->killer, "KILL %lld", (long long)s->connection);
    return ERR_OK;
}

/* More than the socket holds: the server still writes when it is cut. */
static void test_rows_that_stop_coming_are_a_loss(void)
{
    struct db *db = scratch_open();
    struct streaming s = {.killer = scratch_open(), .connection = connection_id(db)};
    scratch_wipe(db);
    int64_t schedule = scratch_schedule(db, scratch_concert(db), 1000, 1000);
    for (int i = 1; i < 10; i++)
        scratch_sql(
            db,
            "INSERT INTO seat (schedule_id, seat_number, section, row_label, price, status) "
            "SELECT schedule_id, seat_number + %d, REPEAT('x', 200), '1', price, status "
            "FROM seat WHERE schedule_id = %lld AND seat_number <= 1000",
            1000 * i, (long long)schedule);
    CU_ASSERT_EQUAL(db_stream(db, STMT_SEATS_LAYOUT, kill_at_the_first, &s, DB_P_INT(schedule)),
                    ERR_DB_LOST);
    CU_ASSERT(s.rows > 0 && s.rows < 10000);
    scratch_wipe(db);
    db_free(db);
    db_free(s.killer);
}

static void test_a_change_is_not_made_again_on_a_new_connection(void)
{
    struct db *db = scratch_open(), *killer = scratch_open();
    struct uuid user = scratch_user(db, 0);
    int64_t affected = 0;
    cut(killer, db);
    CU_ASSERT_EQUAL(db_exec(db, STMT_USER_INSERT, &affected, DB_P_UUID(&user), DB_P_STR("Anyone")),
                    ERR_DB_LOST);
    CU_ASSERT_EQUAL(db_exec(db, STMT_USER_INSERT, &affected, DB_P_UUID(&user), DB_P_STR("Anyone")),
                    ERR_OK);
    CU_ASSERT_EQUAL(affected, 2);
    db_free(db);
    db_free(killer);
}

/* A row function that loses the connection by a query of its own. */
struct nested {
    struct db *db, *killer;
    int rows;
};

static enum err lose_and_go_on(const struct db_value *row, void *arg)
{
    struct nested *n = arg;
    int64_t now;
    (void)row;
    if (n->rows++ == 0)
        cut(n->killer, n->db);
    return db_now(n->db, &now);
}

static void test_a_row_function_may_lose_the_connection(void)
{
    struct nested n = {.db = scratch_open(), .killer = scratch_open()};
    scratch_sql(n.killer, "DELETE FROM audit");
    for (int i = 0; i < 3; i++)
        scratch_sql(
            n.killer,
            "INSERT INTO audit (at, actor, action, target) VALUES (NOW(3), 0x%032d, 't', 't')", i);
    CU_ASSERT_EQUAL(
        db_query(n.db, STMT_AUDIT_LIST, lose_and_go_on, &n, DB_P_INT(INT64_MAX), DB_P_INT(10)),
        ERR_DB_LOST);
    CU_ASSERT_EQUAL(n.rows, 1);
    n.rows = 1;
    CU_ASSERT_EQUAL(
        db_query(n.db, STMT_AUDIT_LIST, lose_and_go_on, &n, DB_P_INT(INT64_MAX), DB_P_INT(10)),
        ERR_OK);
    CU_ASSERT_EQUAL(n.rows, 4);
    scratch_sql(n.killer, "DELETE FROM audit");
    db_free(n.db);
    db_free(n.killer);
}

static void test_the_session_is_set_up_again_after_a_loss(void)
{
    struct db *db = scratch_open(), *killer = scratch_open();
    int64_t now;
    scratch_sql(db, "SET time_zone = '+05:00', innodb_lock_wait_timeout = 9");
    cut(killer, db);
    CU_ASSERT_EQUAL(db_now(db, &now), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT @@time_zone = '+00:00'"), 1);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT @@innodb_lock_wait_timeout"), 2);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT @@autocommit"), 1);
    db_free(db);
    db_free(killer);
}

static void test_a_server_that_is_not_there_is_told_at_once(void)
{
    struct config cfg = *scratch_config();
    char why[300] = "";
    int64_t start = clock_monotonic_ms(), now;
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    struct db *db = db_new(&cfg);
    for (int i = 0; i < 5; i++) {
        CU_ASSERT_EQUAL(db_open(db), ERR_DB_LOST);
        CU_ASSERT_EQUAL(db_now(db, &now), ERR_DB_LOST);
        CU_ASSERT_EQUAL(db_check_limits(&cfg, 1, why, sizeof why), ERR_DB_LOST);
    }
    /* Fifteen times: a second each, were it waited for. */
    CU_ASSERT(clock_monotonic_ms() - start < 10000);
    db_free(db);
}

static void test_a_wrong_password_is_told(void)
{
    struct config cfg = *scratch_config();
    strcpy(cfg.database_password, "not the password");
    struct db *db = db_new(&cfg);
    CU_ASSERT_NOT_EQUAL(db_open(db), ERR_OK);
    db_free(db);
}

static void test_an_answer_that_takes_too_long_counts_as_lost(void)
{
    struct db *db = db_new(scratch_config());
    int64_t start = clock_monotonic_ms();
    db_set_patience(db, 1);
    CU_ASSERT_EQUAL(db_open(db), ERR_OK);
    CU_ASSERT_EQUAL(db_command(db, "SELECT SLEEP(30)", NULL), ERR_DB_LOST);
    CU_ASSERT(clock_monotonic_ms() - start < 5000);
    CU_ASSERT_EQUAL(db_command(db, "SELECT 1", NULL), ERR_OK);
    db_free(db);
}

/* A table in memory is full as one on a full disk is. */
static void test_a_server_without_room_is_busy(void)
{
    struct db *db = scratch_open();
    enum err e = ERR_OK;
    scratch_sql(db, "SET max_heap_table_size = 16384");
    scratch_sql(db, "CREATE TEMPORARY TABLE small (filler CHAR(200)) ENGINE = MEMORY");
    for (int i = 0; i < 1000 && e == ERR_OK; i++)
        e = db_command(db, "INSERT INTO small VALUES ('')", NULL);
    CU_ASSERT_EQUAL(e, ERR_BUSY);
    CU_ASSERT_EQUAL(db_command(db, "SELECT 1", NULL), ERR_OK);
    db_free(db);
}

SUITE(db_connection, TEST(test_a_query_is_asked_again_on_a_new_connection),
      TEST(test_a_change_is_not_made_again_on_a_new_connection),
      TEST(test_a_row_function_may_lose_the_connection),
      TEST(test_rows_that_stop_coming_are_a_loss),
      TEST(test_the_session_is_set_up_again_after_a_loss),
      TEST(test_a_server_that_is_not_there_is_told_at_once), TEST(test_a_wrong_password_is_told),
      TEST(test_an_answer_that_takes_too_long_counts_as_lost),
      TEST(test_a_server_without_room_is_busy));
