/* Transactions: what is kept, what is undone, what is run again. */
#include "base/clock.h"
#include "db/tx.h"
#include "db_scratch.h"
#include "suite.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A charge of a user's wallet, and what else the test wants to happen within. */
struct step {
    struct uuid user;
    int runs;
    enum err say;            /* the function's result after the charge */
    struct db *killer;       /* cuts the connection in the first run */
    int64_t connection;      /* of the last run */
    pthread_barrier_t *meet; /* both have their first lock here, in the first run */
    struct uuid other;       /* charged after that */
};

static enum err charge(struct db *db, const struct uuid *user, int64_t amount)
{
    return db_exec(db, STMT_WALLET_MOVE, NULL, DB_P_INT(amount), DB_P_STR("CHARGE"),
                   DB_P_INT(amount), DB_P_STR(""), DB_P_UUID(user), DB_P_INT(amount),
                   DB_P_INT(INT64_C(1000000000000)));
}

static enum err run_step(struct db *db, void *arg)
{
    struct step *s = arg;
    char sql[60];
    enum err e = db_command(db, "SELECT CONNECTION_ID()", &s->connection);
    if (e == ERR_OK)
        e = charge(db, &s->user, 1);
    s->runs++;
    if (e == ERR_OK && s->killer && s->runs == 1) {
        snprintf(sql, sizeof sql, "KILL %lld", (long long)s->connection);
        CU_ASSERT_EQUAL(db_command(s->killer, sql, NULL), ERR_OK);
        e = charge(db, &s->user, 1);
    }
    if (e == ERR_OK && s->meet) {
        if (s->runs == 1)
            pthread_barrier_wait(s->meet);
        e = charge(db, &s->other, 1);
    }
    return e == ERR_OK ? s->say : e;
}

static int64_t balance(struct db *db, const struct uuid *user)
{
    return scratch_int(db, "SELECT balance FROM wallet WHERE user_id = %s", scratch_hex(user));
}

static void wipe_users(struct db *db)
{
    scratch_wipe(db);
    db_free(db);
}

static void test_success_is_kept(void)
{
    struct db *db = scratch_open();
    struct step s = {.user = scratch_user(db, 0)};
    CU_ASSERT_EQUAL(tx_run(db, run_step, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.runs, 1);
    CU_ASSERT_EQUAL(balance(db, &s.user), 1);
    wipe_users(db);
}

static void test_any_other_result_undoes_it_and_is_returned(void)
{
    static const enum err results[] = {ERR_SEAT_TAKEN, ERR_REPLAY, ERR_INTERNAL, ERR_DB_DUPLICATE};
    struct db *db = scratch_open();
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        struct step s = {.user = scratch_user(db, 0), .say = results[i]};
        CU_ASSERT_EQUAL(tx_run(db, run_step, &s), results[i]);
        CU_ASSERT_EQUAL(s.runs, 1);
        CU_ASSERT_EQUAL(balance(db, &s.user), 0);
    }
    wipe_users(db);
}

static void test_a_conflict_is_tried_a_few_times_then_busy(void)
{
    struct db *db = scratch_open();
    struct step s = {.user = scratch_user(db, 0), .say = ERR_DB_RETRY};
    CU_ASSERT_EQUAL(tx_run(db, run_step, &s), ERR_BUSY);
    CU_ASSERT(s.runs > 2 && s.runs < 20);
    CU_ASSERT_EQUAL(balance(db, &s.user), 0);
    wipe_users(db);
}

static void test_a_connection_lost_before_it_begins(void)
{
    struct db *db = scratch_open(), *killer = scratch_open();
    struct step s = {.user = scratch_user(db, 0)};
    scratch_sql(killer, "KILL %lld", (long long)scratch_int(db, "SELECT CONNECTION_ID()"));
    CU_ASSERT_EQUAL(tx_run(db, run_step, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.runs, 1);
    CU_ASSERT_EQUAL(balance(db, &s.user), 1);
    db_free(killer);
    wipe_users(db);
}

static void test_a_connection_lost_within_runs_it_again_whole(void)
{
    struct db *db = scratch_open();
    struct step s = {.user = scratch_user(db, 0), .killer = scratch_open()};
    CU_ASSERT_EQUAL(tx_run(db, run_step, &s), ERR_OK);
    CU_ASSERT_EQUAL(s.runs, 2);
    CU_ASSERT_EQUAL(balance(db, &s.user), 1);
    db_free(s.killer);
    wipe_users(db);
}

/* The statement after the loss must not open a connection of its own, outside the transaction. */
static enum err lose_and_ignore(struct db *db, void *arg)
{
    struct step *s = arg;
    char sql[60];
    if (s->runs++ > 0)
        return ERR_INTERNAL;
    enum err e = db_command(db, "SELECT CONNECTION_ID()", &s->connection);
    CU_ASSERT_EQUAL(e, ERR_OK);
    snprintf(sql, sizeof sql, "KILL %lld", (long long)s->connection);
    CU_ASSERT_EQUAL(db_command(s->killer, sql, NULL), ERR_OK);
    CU_ASSERT_EQUAL(charge(db, &s->user, 1), ERR_DB_LOST);
    CU_ASSERT_EQUAL(charge(db, &s->user, 1), ERR_DB_LOST);
    CU_ASSERT_EQUAL(db_query(db, STMT_NOW, NULL, NULL, DB_P_NULL), ERR_DB_LOST);
    return ERR_DB_LOST;
}

static void test_no_statement_escapes_from_a_lost_transaction(void)
{
    struct db *db = scratch_open();
    struct step s = {.user = scratch_user(db, 0), .killer = scratch_open()};
    CU_ASSERT_EQUAL(tx_run(db, lose_and_ignore, &s), ERR_INTERNAL);
    CU_ASSERT_EQUAL(balance(db, &s.user), 0);
    db_free(s.killer);
    wipe_users(db);
}

static void test_a_lock_that_is_not_given_is_busy_after_two_waits(void)
{
    struct db *db = scratch_open(), *holder = scratch_open();
    struct step s = {.user = scratch_user(db, 0)};
    int64_t start;
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "UPDATE wallet SET balance = 7 WHERE user_id = %s", scratch_hex(&s.user));
    start = clock_monotonic_ms();
    CU_ASSERT_EQUAL(tx_run(db, run_step, &s), ERR_BUSY);
    int64_t took = clock_monotonic_ms() - start;
    CU_ASSERT(took > 3000 && took < 6000);
    CU_ASSERT_EQUAL(s.runs, 2);
    scratch_sql(holder, "ROLLBACK");
    CU_ASSERT_EQUAL(balance(db, &s.user), 0);
    db_free(holder);
    wipe_users(db);
}

static void *run_in_thread(void *arg)
{
    struct step *s = arg;
    struct db *db = db_new(scratch_config());
    s->say = tx_run(db, run_step, s);
    db_free(db);
    return NULL;
}

static void test_a_deadlock_is_run_again(void)
{
    struct db *db = scratch_open();
    pthread_barrier_t meet;
    pthread_t thread;
    pthread_barrier_init(&meet, NULL, 2);
    struct step a = {.user = scratch_user(db, 0), .meet = &meet};
    struct step b = {.user = scratch_user(db, 0), .meet = &meet};
    a.other = b.user;
    b.other = a.user;
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, run_in_thread, &b), 0);
    CU_ASSERT_EQUAL(tx_run(db, run_step, &a), ERR_OK);
    pthread_join(thread, NULL);
    CU_ASSERT_EQUAL(b.say, ERR_OK);
    CU_ASSERT_EQUAL(a.runs + b.runs, 3); /* one of them twice */
    CU_ASSERT_EQUAL(balance(db, &a.user), 2);
    CU_ASSERT_EQUAL(balance(db, &b.user), 2);
    pthread_barrier_destroy(&meet);
    wipe_users(db);
}

/* Reads twice, while another connection commits in between. */
struct look {
    struct db *other, *killer;
    struct uuid user;
    int runs;
    int64_t first, second, connection;
};

static enum err look_twice(struct db *db, void *arg)
{
    struct look *l = arg;
    l->runs++;
    enum err e = db_command(db, "SELECT CONNECTION_ID()", &l->connection);
    if (e == ERR_OK && l->killer && l->runs == 1) {
        scratch_sql(l->killer, "KILL %lld", (long long)l->connection);
        return db_command(db, "SELECT 1", NULL);
    }
    CU_ASSERT_EQUAL(e, ERR_OK);
    l->first = balance(db, &l->user);
    scratch_sql(l->other, "UPDATE wallet SET balance = balance + 10 WHERE user_id = %s",
                scratch_hex(&l->user));
    l->second = balance(db, &l->user);
    return ERR_OK;
}

static void test_a_snapshot_sees_one_moment(void)
{
    struct db *db = scratch_open();
    struct look l = {.other = scratch_open(), .user = scratch_user(db, 0)};
    CU_ASSERT_EQUAL(tx_snapshot(db, look_twice, &l), ERR_OK);
    CU_ASSERT_EQUAL(l.first, 0);
    CU_ASSERT_EQUAL(l.second, 0);
    CU_ASSERT_EQUAL(balance(db, &l.user), 10);
    CU_ASSERT_EQUAL(tx_run(db, look_twice, &l), ERR_OK); /* READ COMMITTED again */
    CU_ASSERT_EQUAL(l.first, 10);
    CU_ASSERT_EQUAL(l.second, 20);
    db_free(l.other);
    wipe_users(db);
}

static void test_a_snapshot_on_a_new_connection_is_one_too(void)
{
    struct db *db = scratch_open();
    struct look l = {
        .other = scratch_open(), .killer = scratch_open(), .user = scratch_user(db, 0)};
    scratch_sql(l.killer, "KILL %lld", (long long)scratch_int(db, "SELECT CONNECTION_ID()"));
    CU_ASSERT_EQUAL(tx_snapshot(db, look_twice, &l), ERR_BUSY); /* lost twice */
    l.runs = 0;
    CU_ASSERT_EQUAL(tx_snapshot(db, look_twice, &l), ERR_OK);
    CU_ASSERT_EQUAL(l.runs, 2);
    CU_ASSERT_EQUAL(l.first, 0);
    CU_ASSERT_EQUAL(l.second, 0);
    db_free(l.killer);
    db_free(l.other);
    wipe_users(db);
}

static enum err write_in_snapshot(struct db *db, void *arg)
{
    return charge(db, arg, 1);
}

static void test_a_snapshot_cannot_write(void)
{
    struct db *db = scratch_open();
    struct uuid user = scratch_user(db, 0);
    CU_ASSERT_NOT_EQUAL(tx_snapshot(db, write_in_snapshot, &user), ERR_OK);
    CU_ASSERT_EQUAL(balance(db, &user), 0);
    wipe_users(db);
}

SUITE(db_tx, TEST(test_success_is_kept), TEST(test_any_other_result_undoes_it_and_is_returned),
      TEST(test_a_conflict_is_tried_a_few_times_then_busy),
      TEST(test_a_connection_lost_before_it_begins),
      TEST(test_a_connection_lost_within_runs_it_again_whole),
      TEST(test_no_statement_escapes_from_a_lost_transaction),
      TEST(test_a_lock_that_is_not_given_is_busy_after_two_waits),
      TEST(test_a_deadlock_is_run_again), TEST(test_a_snapshot_sees_one_moment),
      TEST(test_a_snapshot_on_a_new_connection_is_one_too), TEST(test_a_snapshot_cannot_write));
