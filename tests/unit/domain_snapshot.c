/*
 * The host's snapshot and its ticket numbers, in several processes.
 *
 * The suite runs alone, since it counts the statements that the server is given, whoever gives
 * them.
 */
#include "base/clock.h"
#include "base/shared.h"
#include "db_scratch.h"
#include "domain/queue.h"
#include "domain/snapshot_shared.h"
#include "suite.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TAKERS = 8, TAKES = 150 };

static struct app app;
static int64_t concert;
static pid_t refresher;

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* The host's refresher, twenty times a second; with `socket` it looks for the database there. */
static void start_refresher(const char *socket)
{
    static volatile sig_atomic_t never;
    static struct config cfg;
    cfg = *scratch_config();
    cfg.queue_snapshot_ms = 50;
    if (socket)
        strcpy(cfg.database_socket, socket);
    refresher = fork();
    CU_ASSERT_FATAL(refresher >= 0);
    if (refresher == 0)
        _exit(snapshot_run(&cfg, &never));
}

static void stop_process(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void open_host(void)
{
    static bool made;
    struct snapshot_queue q;
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    if (!made)
        CU_ASSERT_EQUAL_FATAL(snapshot_init(), ERR_OK);
    made = true;
    start_refresher(NULL);
    int64_t deadline = clock_monotonic_ms() + 5000;
    while (!snapshot_get(concert, &q) && clock_monotonic_ms() < deadline)
        pause_ms(5);
}

static void close_host(void)
{
    stop_process(refresher);
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

/* Waits until the snapshot shows what the database has now. */
static void catch_up(void)
{
    struct snapshot_queue q = {0};
    int64_t now = 0, deadline = clock_monotonic_ms() + 5000;
    CU_ASSERT_EQUAL(db_now(app.db, &now), ERR_OK);
    snapshot_poke();
    while (q.as_of <= now && clock_monotonic_ms() < deadline) {
        pause_ms(5);
        if (!snapshot_get(concert, &q))
            q.as_of = 0;
    }
    CU_ASSERT(q.as_of > now);
}

static void test_the_snapshot_follows_the_database(void)
{
    struct snapshot_queue q;
    open_host();
    scratch_sql(app.db, "UPDATE queue_state SET state = 'PAUSED', now_serving = 5, "
                        "last_ticket = 9, waiting = 4, active = 2, message_ko = '안내'");
    catch_up();
    CU_ASSERT(snapshot_get(concert, &q));
    CU_ASSERT_EQUAL(q.concert_id, concert);
    CU_ASSERT_EQUAL(q.state, QUEUE_PAUSED);
    CU_ASSERT_EQUAL(q.now_serving, 5);
    CU_ASSERT_EQUAL(q.last_ticket, 9);
    CU_ASSERT_EQUAL(q.waiting, 4);
    CU_ASSERT_EQUAL(q.active, 2);
    CU_ASSERT_STRING_EQUAL(q.message_ko, "안내");
    CU_ASSERT(snapshot_age_ms() >= 0 && snapshot_age_ms() < 2000);
    CU_ASSERT_FALSE(snapshot_database_down());
    CU_ASSERT_FALSE(snapshot_get(concert + 1, &q));
    int64_t now = 0;
    CU_ASSERT_EQUAL(db_now(app.db, &now), ERR_OK);
    CU_ASSERT(llabs(snapshot_db_now() - now) < 100);
    scratch_sql(app.db, "UPDATE queue_state SET now_serving = 0, last_ticket = 0, waiting = 0, "
                        "active = 0");
    close_host();
}

/* A ticket number, and when the taking began and ended. */
struct take {
    int64_t ticket, began, ended;
};

static struct take *takes;

static enum err take_many(struct app *own, int i, void *arg)
{
    (void)arg;
    for (int k = 0; k < TAKES; k++) {
        struct take *t = &takes[i * TAKES + k];
        t->began = clock_monotonic_us();
        enum err e = snapshot_take_ticket(own->db, own->cfg, concert, &t->ticket);
        t->ended = clock_monotonic_us();
        if (e != ERR_OK)
            return e;
    }
    return ERR_OK;
}

static int by_ticket(const void *a, const void *b)
{
    int64_t x = ((const struct take *)a)->ticket, y = ((const struct take *)b)->ticket;
    return (x > y) - (x < y);
}

static void test_numbers_of_many_processes_are_unique_and_in_order(void)
{
    int n = TAKERS * TAKES, out_of_order = 0, gaps = 0;
    open_host();
    takes = shared_alloc(sizeof *takes * (size_t)n);
    CU_ASSERT_PTR_NOT_NULL_FATAL(takes);
    CU_ASSERT_EQUAL(scratch_at_once(TAKERS, take_many, NULL, ERR_OK, ERR_COUNT, NULL), TAKERS);
    qsort(takes, (size_t)n, sizeof *takes, by_ticket);
    /* Whoever was done before another began has the lower number. */
    int64_t latest_began = 0;
    for (int i = 0; i < n; i++) {
        gaps += takes[i].ticket != i + 1;
        out_of_order += takes[i].ended < latest_began;
        if (takes[i].began > latest_began)
            latest_began = takes[i].began;
    }
    CU_ASSERT_EQUAL(gaps, 0);
    CU_ASSERT_EQUAL(out_of_order, 0);
    close_host();
}

/* Another host draws from the counter, too. */
static void test_numbers_of_two_hosts_are_unique(void)
{
    int64_t ticket = 0;
    open_host();
    for (int i = 0; i < 40; i++) {
        CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &ticket), ERR_OK);
        scratch_sql(app.db,
                    "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                    "expires_at) VALUES (%lld, 0x%032x, %lld, 'WAITING', NOW(3), "
                    "NOW(3) + INTERVAL 1 DAY)",
                    (long long)concert, i + 1, (long long)ticket);
        if (i % 4 == 0)
            scratch_sql(app.db,
                        "UPDATE queue_counter SET next_ticket = next_ticket + 3 "
                        "WHERE concert_id = %lld",
                        (long long)concert);
    }
    CU_ASSERT_EQUAL(scratch_int(app.db, "SELECT COUNT(*) FROM queue_token"), 40);
    CU_ASSERT_EQUAL(scratch_int(app.db,
                                "SELECT MAX(next_ticket) > MAX(t.ticket) FROM queue_counter c "
                                "JOIN queue_token t ON t.concert_id = c.concert_id"),
                    1);
    close_host();
}

static void test_a_lease_that_is_not_used_goes_back(void)
{
    int64_t ticket = 0, last = 0;
    open_host();
    for (int i = 0; i < 30; i++)
        CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &last), ERR_OK);
    CU_ASSERT(scratch_wait(app.db,
                           "(SELECT next_ticket = %lld FROM queue_counter "
                           "WHERE concert_id = %lld)",
                           (long long)last + 1, (long long)concert));
    CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &ticket), ERR_OK);
    CU_ASSERT_EQUAL(ticket, last + 1);
    close_host();
}

static void test_positions_leave_out_who_has_left(void)
{
    struct queue_ticket t;
    struct caller last = {.kind = TOKEN_QUEUE};
    struct snapshot_queue q;
    int64_t gone = 0;
    bool is_gone = true;
    open_host();
    for (int i = 0; i < 10; i++) {
        struct uuid user;
        uuid_random(&user);
        CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_OK);
    }
    last = (struct caller){.kind = TOKEN_QUEUE,
                           .user = t.user_id,
                           .concert_id = concert,
                           .token_id = t.token_id,
                           .ticket = t.ticket,
                           .exp = t.token_expires_at / 1000};
    scratch_sql(app.db, "UPDATE queue_state SET last_ticket = 10, waiting = 10");
    scratch_sql(app.db, "UPDATE queue_token SET ended_at = NOW(3), status = "
                        "CASE ticket WHEN 2 THEN 'EXPIRED' ELSE 'LEFT' END WHERE ticket IN (2, 5)");
    catch_up();
    CU_ASSERT(snapshot_place(concert, 10, &q, &gone, &is_gone));
    CU_ASSERT_EQUAL(gone, 2);
    CU_ASSERT_FALSE(is_gone);
    CU_ASSERT(snapshot_place(concert, 5, &q, &gone, &is_gone));
    CU_ASSERT_EQUAL(gone, 1);
    CU_ASSERT(is_gone);
    snapshot_mark_gone(concert, 7, 0);
    snapshot_mark_gone(concert, 7, 0);
    CU_ASSERT_EQUAL(queue_poll(&app, &last, &t), ERR_OK);
    CU_ASSERT(t.position == 7 || t.position == 8); /* until the refresher looks again */
    scratch_sql(app.db, "UPDATE queue_state SET last_ticket = 0, waiting = 0");
    close_host();
}

/* How many statements the server has been given while the refresher read `n` times. */
static int64_t statements_of_readings(uint64_t n)
{
    static const char count[] = "SELECT CAST(variable_value AS SIGNED) FROM "
                                "/*M! information_schema */ /*!80000 performance_schema */ "
                                ".global_status WHERE variable_name = 'Questions'";
    uint64_t read_times = 0, more = 0;
    int64_t deadline = clock_monotonic_ms() + 5000;
    catch_up();
    CU_ASSERT(read(snapshot_news_fd(), &more, sizeof more) > 0);
    int64_t before = scratch_int(app.db, count);
    while (read_times < n && clock_monotonic_ms() < deadline) {
        pause_ms(5);
        if (read(snapshot_news_fd(), &more, sizeof more) > 0)
            read_times += more;
    }
    int64_t statements = scratch_int(app.db, count) - before;
    return read_times > 0 ? statements * (int64_t)n / (int64_t)read_times : -1;
}

/* What a sold-out concert leaves behind. */
static void test_a_queue_that_stands_still_is_read_once(void)
{
    struct snapshot_queue q;
    struct queue_ticket t;
    struct uuid user;
    int64_t gone = 0;
    bool is_gone;
    open_host();
    for (int i = 0; i < 5; i++) {
        uuid_random(&user);
        CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_OK);
    }
    scratch_sql(app.db, "UPDATE queue_state SET last_ticket = 5, waiting = 5");
    CU_ASSERT(statements_of_readings(10) > 35);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'EXPIRED', ended_at = NOW(3) "
                        "WHERE ticket < 5");
    scratch_sql(app.db, "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                        "WHERE ticket = 5");
    scratch_sql(app.db, "UPDATE queue_state SET waiting = 0");
    int64_t statements = statements_of_readings(10);
    CU_ASSERT(statements >= 10 && statements < 25);
    CU_ASSERT(snapshot_place(concert, 6, &q, &gone, &is_gone));
    CU_ASSERT_EQUAL(gone, 5);
    CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.position, 1);
    scratch_sql(app.db,
                "UPDATE queue_token SET status = 'LEFT', ended_at = NOW(3) "
                "WHERE ticket = %lld",
                (long long)t.ticket);
    scratch_sql(app.db, "UPDATE queue_state SET last_ticket = %lld", (long long)t.ticket);
    catch_up();
    CU_ASSERT(snapshot_place(concert, t.ticket + 1, &q, &gone, &is_gone));
    CU_ASSERT_EQUAL(gone, 6);
    scratch_sql(app.db, "UPDATE queue_state SET last_ticket = 0");
    close_host();
}

/* The database cannot even be reached from here, nor right after joining, when no tick has counted
 * the new numbers yet. */
static void test_a_waiting_visitor_costs_no_query(void)
{
    struct config cfg = *scratch_config();
    struct app cut_off = {.cfg = &cfg};
    struct queue_ticket t;
    struct uuid user;
    open_host();
    for (int i = 0; i < 3; i++) {
        uuid_random(&user);
        CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_OK);
    }
    struct caller caller = {.kind = TOKEN_QUEUE,
                            .user = user,
                            .concert_id = concert,
                            .token_id = t.token_id,
                            .ticket = t.ticket,
                            .exp = t.token_expires_at / 1000};
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    cut_off.db = db_new(&cfg);
    CU_ASSERT_EQUAL(queue_poll(&cut_off, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.position, 3);
    caller.ticket++; /* a number that nobody drew is for the database to judge */
    CU_ASSERT_NOT_EQUAL(queue_poll(&cut_off, &caller, &t), ERR_OK);
    caller.ticket--;
    scratch_sql(app.db, "UPDATE queue_state SET last_ticket = 3, waiting = 3");
    catch_up();
    CU_ASSERT_EQUAL(queue_poll(&cut_off, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.position, 3);
    struct queue_public p;
    CU_ASSERT_EQUAL(queue_public(&cut_off, concert, &p), ERR_OK);
    db_free(cut_off.db);
    close_host();
}

/* --- Processes that die --- */

/* A process that is in the middle of taking a number: its lease waits for the counter's row. */
static pid_t take_and_wait(struct db *holder)
{
    scratch_sql(holder, "START TRANSACTION");
    scratch_sql(holder, "UPDATE queue_counter SET next_ticket = next_ticket");
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        struct app own = scratch_app();
        int64_t ticket = 0;
        _exit((int)snapshot_take_ticket(own.db, own.cfg, concert, &ticket));
    }
    CU_ASSERT(scratch_wait_statement(app.db, "UPDATE queue_counter%"));
    return child;
}

static void test_others_go_on_when_one_dies_with_the_lease(void)
{
    int64_t ticket = 0;
    open_host();
    struct db *holder = scratch_open();
    pid_t child = take_and_wait(holder);
    stop_process(child);
    scratch_sql(holder, "ROLLBACK");
    int64_t start = clock_monotonic_ms();
    CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &ticket), ERR_OK);
    CU_ASSERT(ticket >= 1);
    CU_ASSERT(clock_monotonic_ms() - start < 1000);
    db_free(holder);
    close_host();
}

static bool is_there_within_seconds(bool wanted)
{
    struct snapshot_queue q;
    int64_t deadline = clock_monotonic_ms() + 5000;
    while (snapshot_get(concert, &q) != wanted && clock_monotonic_ms() < deadline)
        pause_ms(5);
    return snapshot_get(concert, &q) == wanted;
}

/* A concert that is over loses its place and gets one again, whoever died in it meanwhile. */
static void test_a_place_is_taken_back_and_given_again(void)
{
    int64_t ticket = 0;
    open_host();
    struct db *holder = scratch_open();
    stop_process(take_and_wait(holder));
    scratch_sql(holder, "ROLLBACK");
    scratch_sql(app.db, "UPDATE concert SET created_at = NOW(3) - INTERVAL 2 DAY");
    scratch_sql(app.db, "UPDATE queue_state SET state = 'CLOSED'");
    CU_ASSERT(is_there_within_seconds(false));
    scratch_sql(app.db, "UPDATE queue_state SET state = 'OPEN'"); /* a gate, then, without a show */
    CU_ASSERT(is_there_within_seconds(true));
    CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &ticket), ERR_OK);
    CU_ASSERT(ticket >= 1);
    db_free(holder);
    close_host();
}

/* What a process wrote that dies in the middle of the slot is not believed; the others read the
 * database until the refresher has written the slot again. */
static void test_others_go_on_when_one_dies_in_the_slot(void)
{
    struct snapshot_queue q;
    struct queue_public p;
    int status = 0;
    open_host();
    stop_process(refresher);
    pid_t child = fork();
    CU_ASSERT_FATAL(child >= 0);
    if (child == 0) {
        struct snapshot_slot *s = snapshot_slot_find(concert);
        if (s && snapshot_slot_lock(s))
            s->q.now_serving = s->q.waiting = 999;
        raise(SIGKILL);
    }
    waitpid(child, &status, 0);
    CU_ASSERT(WIFSIGNALED(status));
    CU_ASSERT_FALSE(snapshot_get(concert, &q));
    CU_ASSERT_EQUAL(queue_public(&app, concert, &p), ERR_OK);
    CU_ASSERT_EQUAL(p.now_serving, 0);
    snapshot_mark_gone(concert, 1, 0);
    CU_ASSERT_FALSE(snapshot_get(concert, &q));
    start_refresher(NULL);
    CU_ASSERT(is_there_within_seconds(true));
    CU_ASSERT(snapshot_get(concert, &q));
    CU_ASSERT_EQUAL(q.now_serving, 0);
    close_host();
}

/* A snapshot that nobody reads anew does not keep from a visitor that they have been let in;
 * without a database it still answers, and says how old it is. */
static void test_an_old_snapshot_is_not_believed(void)
{
    struct config cfg = *scratch_config();
    struct app cut_off = {.cfg = &cfg};
    struct queue_ticket t;
    struct uuid user;
    open_host();
    uuid_random(&user);
    CU_ASSERT_EQUAL(queue_join(&app, &user, concert, &t), ERR_OK);
    struct caller caller = {.kind = TOKEN_QUEUE,
                            .user = user,
                            .concert_id = concert,
                            .token_id = t.token_id,
                            .ticket = t.ticket,
                            .exp = t.token_expires_at / 1000};
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &t), ERR_OK);
    CU_ASSERT(t.age_ms >= 0 && t.age_ms < 2000);
    stop_process(refresher);
    scratch_sql(app.db, "UPDATE queue_token SET status = 'ACTIVE', admitted_at = NOW(3), "
                        "session_ends_at = expires_at");
    scratch_sql(app.db, "UPDATE queue_state SET now_serving = 1, last_ticket = 1");
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_WAITING);
    /* Its reader is alive, and has not got through to the database, which answers, for long. */
    atomic_store(&snapshot_shared->heard_at_ms, clock_monotonic_ms());
    atomic_fetch_sub(&snapshot_shared->read_at_ms, 20000);
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_ACTIVE);
    atomic_store(&snapshot_shared->down, true);
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_WAITING);
    atomic_store(&snapshot_shared->down, false);
    atomic_fetch_add(&snapshot_shared->read_at_ms, 20000);
    /* Nobody is heard of. */
    atomic_fetch_sub(&snapshot_shared->heard_at_ms, 10000);
    CU_ASSERT_EQUAL(queue_poll(&app, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_ACTIVE);
    CU_ASSERT_EQUAL(t.age_ms, -1);
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    cut_off.db = db_new(&cfg);
    CU_ASSERT_EQUAL(queue_poll(&cut_off, &caller, &t), ERR_OK);
    CU_ASSERT_EQUAL(t.status, QUEUE_WAITING);
    CU_ASSERT(t.age_ms >= 0);
    db_free(cut_off.db);
    start_refresher(NULL);
    close_host();
}

static void test_others_wait_for_the_lease_two_seconds(void)
{
    int64_t ticket = 0;
    open_host();
    struct db *holder = scratch_open();
    pid_t child = take_and_wait(holder);
    int64_t start = clock_monotonic_ms();
    enum err e = snapshot_take_ticket(app.db, app.cfg, concert, &ticket);
    CU_ASSERT(e == ERR_BUSY || e == ERR_DB_LOCK_TIMEOUT);
    CU_ASSERT(clock_monotonic_ms() - start < 5000);
    scratch_sql(holder, "ROLLBACK");
    waitpid(child, NULL, 0);
    CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &ticket), ERR_OK);
    db_free(holder);
    close_host();
}

/* Reads and writes the slot until it is killed. */
static _Noreturn void use_the_slot(int i)
{
    struct app own = scratch_app();
    struct snapshot_queue q;
    int64_t gone, ticket = 0;
    bool is_gone;
    for (int64_t k = i;; k++) {
        snapshot_place(concert, k % 1000, &q, &gone, &is_gone);
        snapshot_mark_gone(concert, k % 1000 + 1, 0);
        if (snapshot_take_ticket(own.db, own.cfg, concert, &ticket) != ERR_OK)
            _exit(1);
    }
}

static void test_others_go_on_when_some_are_killed_anywhere(void)
{
    struct snapshot_queue q;
    int64_t ticket = 0, before = 0;
    pid_t children[6];
    open_host();
    for (int i = 0; i < 6; i++) {
        children[i] = fork();
        CU_ASSERT_FATAL(children[i] >= 0);
        if (children[i] == 0)
            use_the_slot(i);
    }
    for (int i = 0; i < 60; i++) {
        int n = i % 6;
        pause_ms(10 + i % 7);
        stop_process(children[n]);
        int64_t start = clock_monotonic_ms();
        CU_ASSERT_EQUAL(snapshot_take_ticket(app.db, app.cfg, concert, &ticket), ERR_OK);
        CU_ASSERT(ticket > before);
        CU_ASSERT(clock_monotonic_ms() - start < 2000);
        before = ticket;
        children[n] = fork();
        CU_ASSERT_FATAL(children[n] >= 0);
        if (children[n] == 0)
            use_the_slot(n);
    }
    for (int i = 0; i < 6; i++)
        stop_process(children[i]);
    catch_up();
    CU_ASSERT(snapshot_get(concert, &q));
    close_host();
}

static void test_a_database_out_of_reach_is_known(void)
{
    int64_t deadline = clock_monotonic_ms() + 5000;
    open_host();
    stop_process(refresher);
    start_refresher("/nonexistent/frontrow-test.sock");
    while (!snapshot_database_down() && clock_monotonic_ms() < deadline)
        pause_ms(5);
    CU_ASSERT(snapshot_database_down());
    stop_process(refresher);
    start_refresher(NULL);
    while (snapshot_database_down() && clock_monotonic_ms() < deadline)
        pause_ms(5);
    CU_ASSERT_FALSE(snapshot_database_down());
    close_host();
}

SUITE_LAST(domain_snapshot, TEST(test_the_snapshot_follows_the_database),
           TEST(test_numbers_of_many_processes_are_unique_and_in_order),
           TEST(test_numbers_of_two_hosts_are_unique),
           TEST(test_a_lease_that_is_not_used_goes_back),
           TEST(test_positions_leave_out_who_has_left),
           TEST(test_a_queue_that_stands_still_is_read_once),
           TEST(test_a_waiting_visitor_costs_no_query),
           TEST(test_others_go_on_when_one_dies_with_the_lease),
           TEST(test_a_place_is_taken_back_and_given_again),
           TEST(test_others_go_on_when_one_dies_in_the_slot),
           TEST(test_an_old_snapshot_is_not_believed),
           TEST(test_others_wait_for_the_lease_two_seconds),
           TEST(test_others_go_on_when_some_are_killed_anywhere),
           TEST(test_a_database_out_of_reach_is_known));
