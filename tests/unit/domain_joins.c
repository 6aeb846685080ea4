/*
 * The joins of a host, combined: in several processes, one of which joins for the others.
 *
 * To have several joins at hand at the same time, the first one's insert is kept waiting by a lock
 * on the concert's row, which its foreign key reads; meanwhile somebody else says that the process
 * is not stuck, or the others would help themselves. The suite runs alone, since it counts the
 * statements that the server is given, whoever gives them.
 */
#include "base/shared.h"
#include "db/tx.h"
#include "db_scratch.h"
#include "domain/joins.h"
#include "domain/queue.h"
#include "domain/snapshot_shared.h"
#include "forked.h"
#include "suite.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { VISITORS = 16 };

/* What a visitor, in a process of its own, was told. */
struct visit {
    struct uuid user;
    int64_t concert;
    pid_t pid;
    enum err err;
    struct queue_ticket ticket;
};

static struct app app;
static int64_t concert;
static pid_t refresher, clerk, beater;
static struct visit *visits;
static struct db *locker;

/* The snapshot is read often, so that nobody waits for it. */
static pid_t start_process(forked_run_fn *run)
{
    static struct config cfg;
    cfg = *scratch_config();
    cfg.queue_snapshot_ms = 50;
    return forked_start(&cfg, run);
}

static bool is_read(void)
{
    struct snapshot_queue q;
    return snapshot_get(concert, &q);
}

static bool is_open(void)
{
    return desk_attended(joins_desk());
}

static void open_host(void)
{
    static bool made;
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    if (!made) {
        CU_ASSERT_EQUAL_FATAL(snapshot_init(), ERR_OK);
        CU_ASSERT_EQUAL_FATAL(joins_init(), ERR_OK);
        visits = shared_alloc(VISITORS * sizeof *visits);
        CU_ASSERT_PTR_NOT_NULL_FATAL(visits);
    }
    made = true;
    if (!visits)
        return;
    memset((void *)visits, 0, VISITORS * sizeof *visits);
    for (int i = 0; i < VISITORS; i++) {
        uuid_random(&visits[i].user);
        visits[i].concert = concert;
    }
    locker = scratch_open();
    refresher = start_process(snapshot_run);
    clerk = start_process(joins_run);
    CU_ASSERT(forked_comes(is_read) && forked_comes(is_open));
}

static void close_host(void)
{
    forked_end(&beater);
    forked_end(&clerk);
    forked_end(&refresher);
    for (int i = 0; i < VISITORS; i++)
        forked_end(&visits[i].pid);
    db_free(locker);
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

static void visit(int i)
{
    pid_t pid = forked();
    if (pid == 0) {
        struct app own = scratch_app();
        visits[i].err = queue_join(&own, &visits[i].user, visits[i].concert, &visits[i].ticket);
        _exit(0);
    }
    visits[i].pid = pid;
}

static int expected;

static bool are_asked(void)
{
    return desk_asked(joins_desk()) == expected;
}

/* One visitor after the other, each when the one before has asked. */
static void visit_in_turn(int from, int to)
{
    bool all = true;
    for (int i = from; all && i < to; i++) {
        expected = i - from + 1;
        visit(i);
        all = forked_comes(are_asked);
    }
    CU_ASSERT(all);
}

static void answered(int from, int to)
{
    bool well = true;
    for (int i = from; well && i < to; i++)
        well = forked_gone(&visits[i].pid);
    CU_ASSERT(well);
}

/* What the visitor was told is what the row says. */
static void expect_ticket(int i, int64_t ticket, bool created)
{
    const struct queue_ticket *t = &visits[i].ticket;
    CU_ASSERT_EQUAL(visits[i].err, ERR_OK);
    CU_ASSERT_EQUAL(t->ticket, ticket);
    CU_ASSERT_EQUAL(t->position, ticket);
    CU_ASSERT_EQUAL(t->created, created);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT ticket FROM queue_token WHERE token_id = %lld AND "
                                "user_id = %s AND concert_id = %lld AND status = 'WAITING' AND "
                                "expires_at = created_at + INTERVAL 86400 SECOND",
                                (long long)t->token_id, scratch_hex(&visits[i].user),
                                (long long)visits[i].concert),
                    ticket);
}

static int64_t inserts(void)
{
    return scratch_int(app.db, "SELECT CAST(SUM(variable_value) AS SIGNED) FROM "
                               "/*M! information_schema */ /*!80000 performance_schema */ "
                               ".global_status "
                               "WHERE variable_name IN ('Com_insert', 'Com_insert_select')");
}

/* MySQL does not count what was prepared. */
static void expect_inserts(int64_t before, int64_t n)
{
    if (scratch_int(app.db, "SELECT VERSION() LIKE '%%MariaDB%%'") == 1)
        CU_ASSERT_EQUAL(inserts() - before, n);
}

static int64_t voids(void)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE status = 'VOID'");
}

static bool is_taken(void)
{
    return desk_asked(joins_desk()) == 0;
}

/* Keeps the first visitor's insert waiting. */
static void hold_up(void)
{
    db_set_in_transaction(locker, true);
    scratch_sql(locker, "START TRANSACTION");
    scratch_sql(locker, "UPDATE concert SET title = 'locked' WHERE concert_id = %lld",
                (long long)concert);
    visit(0);
    CU_ASSERT(scratch_wait_statement(app.db, "INSERT INTO queue_token%%"));
    CU_ASSERT(forked_comes(is_taken));
    beater = forked_beat(joins_desk());
}

static void unlock(void)
{
    scratch_sql(locker, "COMMIT");
    db_set_in_transaction(locker, false);
}

static void let_go(void)
{
    unlock();
    forked_end(&beater);
}

static void test_those_who_come_together_are_one_statement(void)
{
    open_host();
    int64_t before = inserts();
    hold_up();
    visit_in_turn(1, 5);
    let_go();
    answered(0, 5);
    expect_inserts(before, 2);
    for (int i = 0; i < 5; i++)
        expect_ticket(i, i + 1, true);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(DISTINCT created_at) FROM queue_token "
                                        "WHERE ticket BETWEEN 2 AND 5"),
                    1);
    close_host();
}

static void test_any_number_is_served_in_order(void)
{
    open_host();
    hold_up();
    visit_in_turn(1, 14);
    let_go();
    answered(0, 14);
    for (int i = 0; i < 14; i++)
        expect_ticket(i, i + 1, true);
    close_host();
}

static int64_t other;

static bool is_other_read(void)
{
    struct snapshot_queue q;
    return snapshot_get(other, &q);
}

/* Three statements: the first one's, and one for each queue. */
static void test_each_queue_has_its_own_numbers(void)
{
    open_host();
    other = scratch_concert(app.db);
    snapshot_poke();
    CU_ASSERT(forked_comes(is_other_read));
    int64_t before = inserts();
    hold_up();
    visits[1].concert = visits[3].concert = other;
    visits[4].user = visits[3].user;
    visit_in_turn(1, 5);
    let_go();
    answered(0, 5);
    expect_inserts(before, 3);
    expect_ticket(0, 1, true);
    expect_ticket(1, 1, true);
    expect_ticket(2, 2, true);
    expect_ticket(3, 2, true);
    expect_ticket(4, 3, true);
    close_host();
}

static void test_the_same_visitor_twice_at_once_has_one_number(void)
{
    open_host();
    hold_up();
    visits[2].user = visits[1].user;
    visits[4].user = visits[1].user;
    visit_in_turn(1, 6);
    let_go();
    answered(0, 6);
    int created = 0;
    for (int i = 1; i < 5; i++) {
        if (i == 3)
            continue;
        created += visits[i].ticket.created;
        expect_ticket(i, 2, visits[i].ticket.created);
    }
    CU_ASSERT_EQUAL(created, 1);
    expect_ticket(3, 3, true);
    expect_ticket(5, 4, true);
    CU_ASSERT_EQUAL(voids(), 0);
    close_host();
}

/* Another host has let them join, of which nothing is known here. */
static void test_who_has_a_row_already_keeps_it(void)
{
    open_host();
    scratch_sql(app.db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at) SELECT %lld, %s, 1, 'WAITING', t.now, t.now + INTERVAL 1 DAY "
                "FROM (SELECT NOW(3) AS now) t",
                (long long)concert, scratch_hex(&visits[2].user));
    scratch_sql(app.db, "UPDATE queue_counter SET next_ticket = 2");
    hold_up();
    visit_in_turn(1, 5);
    let_go();
    answered(0, 5);
    expect_ticket(0, 2, true);
    expect_ticket(2, 1, false);
    int64_t sum = 0;
    for (int i = 1; i < 5; i++)
        if (i != 2) {
            expect_ticket(i, visits[i].ticket.ticket, true);
            sum += visits[i].ticket.ticket;
        }
    CU_ASSERT_EQUAL(sum, 3 + 4 + 5);
    CU_ASSERT_EQUAL(voids(), 0);
    close_host();
}

static void test_a_number_that_is_taken_is_passed_over(void)
{
    open_host();
    scratch_sql(app.db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at, ended_at) VALUES (%lld, REPEAT('x', 16), 2, 'LEFT', NOW(3), NOW(3), "
                "NOW(3))",
                (long long)concert);
    for (int i = 0; i < 2; i++) {
        visit(i);
        answered(i, i + 1);
        CU_ASSERT_EQUAL(visits[i].err, ERR_OK);
        CU_ASSERT(visits[i].ticket.created);
    }
    CU_ASSERT_EQUAL(visits[0].ticket.ticket, 1);
    CU_ASSERT(visits[1].ticket.ticket > 2);
    close_host();
}

/* Although somebody goes on to say that it is not stuck. */
static void test_when_the_process_dies_everybody_joins_alone(void)
{
    open_host();
    hold_up();
    visit_in_turn(1, 6);
    forked_end(&clerk);
    unlock();
    answered(0, 6);
    forked_end(&beater);
    for (int i = 0; i < 6; i++) {
        CU_ASSERT_EQUAL(visits[i].err, ERR_OK);
        expect_ticket(i, visits[i].ticket.ticket, visits[i].ticket.created);
    }
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE live = 1"), 6);
    clerk = start_process(joins_run);
    CU_ASSERT(forked_comes(is_open));
    int64_t before = inserts();
    visit(6);
    answered(6, 7);
    CU_ASSERT_EQUAL(visits[6].err, ERR_OK);
    expect_inserts(before, 1);
    close_host();
}

/* The one that takes over does not know what the dead one had at hand. */
static void test_whose_join_died_with_the_process_looks_for_it(void)
{
    open_host();
    hold_up();
    forked_end(&clerk);
    clerk = start_process(joins_run);
    CU_ASSERT(scratch_wait_statement(app.db, "INSERT INTO queue_token%%SELECT%%"));
    let_go();
    answered(0, 1);
    expect_ticket(0, visits[0].ticket.ticket, visits[0].ticket.created);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token WHERE live = 1"), 1);
    close_host();
}

static bool is_away(void)
{
    return !desk_attended(joins_desk());
}

static void test_without_the_process_a_join_is_one_insert(void)
{
    open_host();
    forked_end(&clerk);
    CU_ASSERT(forked_comes(is_away));
    int64_t before = inserts();
    visit(0);
    answered(0, 1);
    expect_ticket(0, 1, true);
    expect_inserts(before, 1);
    visit(0);
    answered(0, 1);
    expect_ticket(0, 1, false);
    expect_inserts(before, 1);
    close_host();
}

static void test_one_that_stands_still_is_not_waited_for(void)
{
    open_host();
    kill(clerk, SIGSTOP);
    visit(0);
    answered(0, 1);
    expect_ticket(0, 1, true);
    kill(clerk, SIGCONT);
    CU_ASSERT(forked_comes(is_open));
    CU_ASSERT(forked_comes(is_taken));
    visit(1);
    answered(1, 2);
    expect_ticket(1, 2, true);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token"), 2);
    close_host();
}

/* A visitor who is gone when the answer comes: the slot is somebody else's then. */
static void test_a_visitor_who_dies_takes_nobodys_answer(void)
{
    open_host();
    hold_up();
    visit_in_turn(1, 2);
    forked_end(&visits[1].pid);
    visit(2);
    expected = 1;
    CU_ASSERT(forked_comes(are_asked));
    let_go();
    answered(0, 1);
    answered(2, 3);
    expect_ticket(0, 1, true);
    expect_ticket(2, visits[2].ticket.ticket, true);
    close_host();
}

/* As after an operator's change, before the snapshot shows it. */
static void test_a_change_of_the_state_counts_at_once(void)
{
    struct snapshot_queue q;
    open_host();
    visit(0);
    answered(0, 1);
    kill(refresher, SIGSTOP);
    scratch_sql(app.db, "UPDATE queue_state SET state = 'CLOSED'");
    visit(1);
    answered(1, 2);
    CU_ASSERT_EQUAL(visits[1].err, ERR_QUEUE_CLOSED);
    visit(0);
    answered(0, 1);
    expect_ticket(0, 1, false);
    CU_ASSERT(snapshot_get(concert, &q) && q.state == QUEUE_OPEN);
    scratch_sql(app.db, "UPDATE queue_state SET state = 'PAUSED'");
    visit(2);
    answered(2, 3);
    expect_ticket(2, 2, true);
    scratch_sql(app.db, "UPDATE queue_state SET token_lifetime_seconds = 100");
    visit(3);
    answered(3, 4);
    CU_ASSERT_EQUAL(visits[3].ticket.ticket, 3);
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT TIMESTAMPDIFF(SECOND, created_at, expires_at) "
                                        "FROM queue_token WHERE ticket = 3"),
                    100);
    CU_ASSERT_EQUAL(voids(), 0);
    kill(refresher, SIGCONT);
    scratch_sql(app.db, "UPDATE queue_state SET state = 'OPEN', token_lifetime_seconds = 86400");
    close_host();
}

SUITE_LAST(domain_joins, TEST(test_those_who_come_together_are_one_statement),
           TEST(test_any_number_is_served_in_order), TEST(test_each_queue_has_its_own_numbers),
           TEST(test_the_same_visitor_twice_at_once_has_one_number),
           TEST(test_who_has_a_row_already_keeps_it),
           TEST(test_a_number_that_is_taken_is_passed_over),
           TEST(test_when_the_process_dies_everybody_joins_alone),
           TEST(test_whose_join_died_with_the_process_looks_for_it),
           TEST(test_without_the_process_a_join_is_one_insert),
           TEST(test_one_that_stands_still_is_not_waited_for),
           TEST(test_a_visitor_who_dies_takes_nobodys_answer),
           TEST(test_a_change_of_the_state_counts_at_once));
