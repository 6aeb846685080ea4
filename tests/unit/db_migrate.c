/* Migrations: once, again, cut short, and by several at once. */
#include "base/clock.h"
#include "db/migrate.h"
#include "db_scratch.h"
#include "suite.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void test_it_can_be_run_again(void)
{
    char why[300] = "";
    char *said = NULL;
    size_t length = 0;
    db_free(scratch_open());
    FILE *progress = open_memstream(&said, &length);
    CU_ASSERT_EQUAL(migrate_run(scratch_config(), progress), ERR_OK);
    fclose(progress);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, "up to date"));
    CU_ASSERT_EQUAL(migrate_check(scratch_config(), why, sizeof why), ERR_OK);
    free(said);
}

/* As a run that died before it could note that it was done. */
static void test_one_cut_short_is_finished_by_the_next(void)
{
    char why[300] = "";
    struct db *db = scratch_open();
    struct uuid user = scratch_user(db, 12);
    scratch_sql(db, "DELETE FROM schema_migration");
    scratch_sql(db, "DROP TABLE audit");
    scratch_sql(db, "DELETE FROM digit WHERE d = 3");
    CU_ASSERT_EQUAL(migrate_check(scratch_config(), why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "frontrow migrate"));
    CU_ASSERT_EQUAL(migrate_run(scratch_config(), NULL), ERR_OK);
    CU_ASSERT_EQUAL(migrate_check(scratch_config(), why, sizeof why), ERR_OK);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT COUNT(*) FROM audit"), 0);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT COUNT(*) FROM digit"), 10);
    CU_ASSERT_EQUAL(
        scratch_int(db, "SELECT balance FROM wallet WHERE user_id = %s", scratch_hex(&user)), 12);
    db_free(db);
}

static void test_a_newer_schema_is_refused(void)
{
    char why[300] = "";
    struct db *db = scratch_open();
    int newer = migrate_known() + 1;
    scratch_sql(db, "INSERT INTO schema_migration VALUES (%d, 'later', NOW(3))", newer);
    CU_ASSERT_EQUAL(migrate_check(scratch_config(), why, sizeof why), ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(why, "newer"));
    CU_ASSERT_EQUAL(migrate_run(scratch_config(), NULL), ERR_INTERNAL);
    scratch_sql(db, "DELETE FROM schema_migration WHERE number = %d", newer);
    db_free(db);
}

static void test_several_processes_at_once_take_turns(void)
{
    struct db *db = scratch_open();
    int well = 0;
    pid_t children[6];
    scratch_sql(db, "DELETE FROM schema_migration");
    for (size_t i = 0; i < sizeof children / sizeof *children; i++) {
        children[i] = fork();
        CU_ASSERT_FATAL(children[i] >= 0);
        if (children[i] == 0)
            _exit(migrate_run(scratch_config(), NULL) == ERR_OK ? 0 : 1);
    }
    for (size_t i = 0; i < sizeof children / sizeof *children; i++) {
        int status = 0;
        waitpid(children[i], &status, 0);
        well += WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    CU_ASSERT_EQUAL(well, 6);
    CU_ASSERT_EQUAL(scratch_int(db, "SELECT COUNT(*) FROM schema_migration"), migrate_known());
    db_free(db);
}

static void *migrate_in_thread(void *arg)
{
    *(enum err *)arg = migrate_run(scratch_config(), NULL);
    return NULL;
}

/* Another host's migration may take longer than any lock is waited for. */
static void test_a_long_turn_is_waited_for(void)
{
    struct db *holder = scratch_open();
    enum err e = ERR_COUNT;
    pthread_t thread;
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "UPDATE schema_lock SET id = id WHERE id = 1");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, migrate_in_thread, &e), 0);
    nanosleep(&(struct timespec){.tv_sec = 5}, NULL); /* beyond the lock wait of 2 s */
    CU_ASSERT_EQUAL(e, ERR_COUNT);
    scratch_sql(holder, "COMMIT");
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(e, ERR_OK);
    db_free(holder);
}

/* A table may take longer to rebuild than a transaction may pause: five seconds on MariaDB, ten on
 * MySQL. Here a migration waits for a table instead. */
static void test_a_turn_is_kept_through_a_long_statement(void)
{
    struct db *holder = scratch_open(), *other = scratch_open();
    enum err e = ERR_COUNT;
    pthread_t thread;
    int64_t seconds = scratch_int(holder, "SELECT 7 /*!80000 + 5 */");
    scratch_sql(holder, "DELETE FROM schema_migration");
    scratch_sql(holder, "LOCK TABLES digit READ");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, migrate_in_thread, &e), 0);
    for (int64_t i = 0; i < seconds; i++) {
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        scratch_sql(holder, "DO 0");
    }
    CU_ASSERT_EQUAL(e, ERR_COUNT);
    CU_ASSERT_EQUAL(db_command(other, "UPDATE schema_lock SET id = id WHERE id = 1", NULL),
                    ERR_DB_LOCK_TIMEOUT);
    scratch_sql(holder, "UNLOCK TABLES");
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(e, ERR_OK);
    db_free(holder);
    db_free(other);
}

static void test_a_server_out_of_reach_is_told(void)
{
    struct config cfg = *scratch_config();
    char why[300] = "x";
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    CU_ASSERT_EQUAL(migrate_run(&cfg, NULL), ERR_DB_LOST);
    CU_ASSERT_EQUAL(migrate_check(&cfg, why, sizeof why), ERR_DB_LOST);
}

SUITE(db_migrate, TEST(test_it_can_be_run_again), TEST(test_one_cut_short_is_finished_by_the_next),
      TEST(test_a_newer_schema_is_refused), TEST(test_several_processes_at_once_take_turns),
      TEST(test_a_long_turn_is_waited_for), TEST(test_a_turn_is_kept_through_a_long_statement),
      TEST(test_a_server_out_of_reach_is_told));
