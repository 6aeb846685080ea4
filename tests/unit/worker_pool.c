/*
 * The pool of processes, run with children of the test's own.
 *
 * A master runs in a process forked by the test; its children leave their traces in shared
 * memory. Waiting is always for a state, with a deadline.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/pool.h"
#include "base/shared.h"
#include "suite.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 10000, TRACES = 256 };

/* What the children leave behind. */
struct traces {
    _Atomic int started;
    _Atomic int pids[TRACES], noted;
    _Atomic int once_pid;
    _Atomic int alive, most_alive, least_alive;
    _Atomic int handled_term;
    _Atomic int count; /* of the role, as reload sets it */
};

static struct traces *traces;
static volatile sig_atomic_t told;

static void on_term(int number)
{
    (void)number;
    told = 1;
}

static void catch_term(void)
{
    struct sigaction action = {.sa_handler = on_term};

    sigaction(SIGTERM, &action, NULL);
}

static void note_start(void)
{
    int alive = atomic_fetch_add(&traces->alive, 1) + 1;

    if (alive > atomic_load(&traces->most_alive))
        atomic_store(&traces->most_alive, alive);
    atomic_store(&traces->pids[atomic_fetch_add(&traces->noted, 1) % TRACES], getpid());
    atomic_fetch_add(&traces->started, 1);
}

/* A child that does as it is told. */
static int obey(void *arg)
{
    (void)arg;
    catch_term();
    note_start();
    while (!told)
        poll(NULL, 0, 20);
    atomic_fetch_sub(&traces->alive, 1);
    atomic_fetch_add(&traces->handled_term, 1);
    return 0;
}

static int ignore_term(void *arg)
{
    (void)arg;
    signal(SIGTERM, SIG_IGN);
    note_start();
    while (poll(NULL, 0, 1000) <= 0)
        ;
    return 0;
}

static int die(void *arg)
{
    (void)arg;
    note_start();
    return 3;
}

static int end_well(void *arg)
{
    (void)arg;
    note_start();
    poll(NULL, 0, 5);
    return 0;
}

static int work_once(void *arg)
{
    (void)arg;
    atomic_store(&traces->once_pid, getpid());
    note_start();
    return 0;
}

static int give_up(void *arg)
{
    (void)arg;
    note_start();
    return POOL_FATAL;
}

static struct pool_plan plan;

static bool reload(void *arg)
{
    (void)arg;
    if (atomic_load(&traces->count) < 0)
        return false;
    if (atomic_load(&traces->count) > 0)
        plan.roles[0].count = atomic_load(&traces->count);
    return true;
}

static struct pool_role role(const char *name, int count, int (*run)(void *))
{
    return (struct pool_role){.name = name, .process = "pool-test", .count = count, .run = run};
}

/* Forks a master of the plan. */
static pid_t start_master(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        log_set_level("error");
        /* What these tests provoke need not be seen. */
        if (!freopen("/dev/null", "w", stderr))
            _exit(99);
        _exit(pool_run(&plan));
    }
    return pid;
}

static pid_t start_with(struct pool_role first, int grace_ms)
{
    traces = shared_alloc(sizeof *traces);
    plan = (struct pool_plan){.role_count = 1, .grace_ms = grace_ms, .reload = reload};
    plan.roles[0] = first;
    return start_master();
}

static bool wait_for(_Atomic int *value, int at_least)
{
    int64_t until = clock_monotonic_ms() + DEADLINE_MS;

    while (atomic_load(value) < at_least && clock_monotonic_ms() < until)
        poll(NULL, 0, 5);
    return atomic_load(value) >= at_least;
}

static bool wait_gone(pid_t pid)
{
    int64_t until = clock_monotonic_ms() + DEADLINE_MS;

    while (kill(pid, 0) == 0 && clock_monotonic_ms() < until)
        poll(NULL, 0, 5);
    return kill(pid, 0) != 0;
}

/* The master's exit status; -1 if it had to be killed. */
static int wait_exit(pid_t pid)
{
    int64_t until = clock_monotonic_ms() + DEADLINE_MS;
    int status = 0;
    pid_t got;

    while ((got = waitpid(pid, &status, WNOHANG)) == 0 && clock_monotonic_ms() < until)
        poll(NULL, 0, 5);
    if (got == 0) {
        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int stop_master(pid_t pid)
{
    kill(pid, SIGTERM);
    return wait_exit(pid);
}

static void test_starts_them_all_and_stops_them_all(void)
{
    pid_t master = start_with(role("obey", 5, obey), 5000);

    CU_ASSERT_TRUE(wait_for(&traces->started, 5));
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT_EQUAL(atomic_load(&traces->started), 5);
    CU_ASSERT_EQUAL(atomic_load(&traces->handled_term), 5);
}

static void test_interrupt_stops_too(void)
{
    pid_t master = start_with(role("obey", 2, obey), 5000);

    CU_ASSERT_TRUE(wait_for(&traces->started, 2));
    kill(master, SIGINT);
    CU_ASSERT_EQUAL(wait_exit(master), 0);
    CU_ASSERT_EQUAL(atomic_load(&traces->handled_term), 2);
}

static void test_replaces_a_child_that_dies_at_once(void)
{
    pid_t master = start_with(role("obey", 3, obey), 5000);
    int64_t before;

    CU_ASSERT_TRUE(wait_for(&traces->started, 3));
    before = clock_monotonic_ms();
    kill(atomic_load(&traces->pids[1]), SIGKILL);
    CU_ASSERT_TRUE(wait_for(&traces->started, 4));
    /* Other suites may keep it; the longest pause is 5 s. */
    CU_ASSERT(clock_monotonic_ms() - before < 4000);
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT_EQUAL(atomic_load(&traces->handled_term), 3);
}

static void test_waits_longer_each_time_one_dies_young(void)
{
    pid_t master = start_with(role("die", 1, die), 1000);
    int64_t before = clock_monotonic_ms();

    /* At once, after 0, 100, 200 and 400 ms. */
    CU_ASSERT_TRUE(wait_for(&traces->started, 5));
    CU_ASSERT(clock_monotonic_ms() - before >= 690);
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT(atomic_load(&traces->started) <= 6);
}

static void test_the_pause_grows_to_a_bound_and_is_forgotten(void)
{
    int64_t pause = -1;

    CU_ASSERT_EQUAL(pause = pool_pause(5, pause), 0);
    CU_ASSERT_EQUAL(pause = pool_pause(5, pause), 100);
    CU_ASSERT_EQUAL(pause = pool_pause(5, pause), 200);
    for (int i = 0; i < 20; i++)
        pause = pool_pause(5, pause);
    CU_ASSERT_EQUAL(pause, 5000);
    CU_ASSERT_EQUAL(pool_pause(60000, pause), 0);
}

static void test_a_child_that_ends_as_it_should_is_replaced_without_a_pause(void)
{
    pid_t master = start_with(role("end_well", 1, end_well), 1000);

    /* With pauses thirty starts would take two minutes, far beyond what is waited for here. */
    CU_ASSERT_TRUE(wait_for(&traces->started, 30));
    CU_ASSERT_EQUAL(stop_master(master), 0);
}

static void test_a_child_that_does_its_work_once_is_not_replaced(void)
{
    struct pool_role once = role("work_once", 1, work_once);
    pid_t master;

    once.once = true;
    traces = shared_alloc(sizeof *traces);
    plan = (struct pool_plan){.role_count = 2, .grace_ms = 1000, .reload = reload};
    plan.roles[0] = role("obey", 1, obey);
    plan.roles[1] = once;
    master = start_master();
    CU_ASSERT_TRUE(wait_for(&traces->started, 2));
    CU_ASSERT_TRUE(wait_gone(atomic_load(&traces->once_pid)));
    /* A replacement of everything leaves it alone as well. */
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for(&traces->handled_term, 1));
    CU_ASSERT_TRUE(wait_for(&traces->started, 3));
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT_EQUAL(atomic_load(&traces->started), 3);
}

static void test_hangup_replaces_one_by_one(void)
{
    pid_t master = start_with(role("obey", 4, obey), 5000);

    CU_ASSERT_TRUE(wait_for(&traces->started, 4));
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for(&traces->handled_term, 4));
    CU_ASSERT_TRUE(wait_for(&traces->started, 8));
    CU_ASSERT_EQUAL(atomic_load(&traces->started), 8);
    /* Each new one beside its predecessor, never two at a time. */
    CU_ASSERT(atomic_load(&traces->most_alive) <= 5);
    CU_ASSERT_EQUAL(stop_master(master), 0);
}

static void test_a_child_that_must_be_alone_ends_first(void)
{
    struct pool_role alone = role("obey", 1, obey);
    pid_t master;

    alone.alone = true;
    master = start_with(alone, 5000);
    CU_ASSERT_TRUE(wait_for(&traces->started, 1));
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for(&traces->started, 2));
    CU_ASSERT_EQUAL(atomic_load(&traces->most_alive), 1);
    CU_ASSERT_EQUAL(stop_master(master), 0);
}

static void test_hangup_can_change_their_number(void)
{
    pid_t master = start_with(role("obey", 2, obey), 5000);

    CU_ASSERT_TRUE(wait_for(&traces->started, 2));
    atomic_store(&traces->count, 5);
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for(&traces->handled_term, 2));
    CU_ASSERT_TRUE(wait_for(&traces->started, 7));
    atomic_store(&traces->count, 1);
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for(&traces->handled_term, 7));
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT_EQUAL(atomic_load(&traces->started), 8);
    CU_ASSERT_EQUAL(atomic_load(&traces->handled_term), 8);
}

static void test_a_reload_that_fails_leaves_them_alone(void)
{
    pid_t master = start_with(role("obey", 2, obey), 5000);

    CU_ASSERT_TRUE(wait_for(&traces->started, 2));
    atomic_store(&traces->count, -1);
    kill(master, SIGHUP);
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT_EQUAL(atomic_load(&traces->started), 2);
}

static void test_one_that_will_not_end_is_killed(void)
{
    pid_t master = start_with(role("ignore", 2, ignore_term), 200);
    int64_t before;

    CU_ASSERT_TRUE(wait_for(&traces->started, 2));
    before = clock_monotonic_ms();
    CU_ASSERT_EQUAL(stop_master(master), 0);
    CU_ASSERT(clock_monotonic_ms() - before >= 190);
    CU_ASSERT(clock_monotonic_ms() - before < 3000);
}

static void test_stops_in_the_middle_of_a_replacement(void)
{
    pid_t master = start_with(role("ignore", 3, ignore_term), 300);

    CU_ASSERT_TRUE(wait_for(&traces->started, 3));
    kill(master, SIGHUP);
    CU_ASSERT_TRUE(wait_for(&traces->started, 4));
    CU_ASSERT_EQUAL(stop_master(master), 0);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_TRUE(wait_gone(atomic_load(&traces->pids[i])));
}

static void test_children_end_with_a_master_that_is_killed(void)
{
    pid_t master = start_with(role("obey", 3, obey), 5000);

    CU_ASSERT_TRUE(wait_for(&traces->started, 3));
    kill(master, SIGKILL);
    CU_ASSERT_EQUAL(wait_exit(master), -1);
    CU_ASSERT_TRUE(wait_for(&traces->handled_term, 3));
}

static void test_a_fatal_fault_ends_the_pool(void)
{
    pid_t master;

    traces = shared_alloc(sizeof *traces);
    plan = (struct pool_plan){.role_count = 2, .grace_ms = 5000};
    plan.roles[0] = role("obey", 2, obey);
    plan.roles[1] = role("give_up", 1, give_up);
    master = start_master();
    CU_ASSERT_EQUAL(wait_exit(master), 1);
    CU_ASSERT_EQUAL(atomic_load(&traces->started) - 1, atomic_load(&traces->handled_term));
}

SUITE(worker_pool, TEST(test_starts_them_all_and_stops_them_all), TEST(test_interrupt_stops_too),
      TEST(test_replaces_a_child_that_dies_at_once),
      TEST(test_waits_longer_each_time_one_dies_young),
      TEST(test_the_pause_grows_to_a_bound_and_is_forgotten),
      TEST(test_a_child_that_ends_as_it_should_is_replaced_without_a_pause),
      TEST(test_a_child_that_does_its_work_once_is_not_replaced),
      TEST(test_hangup_replaces_one_by_one), TEST(test_a_child_that_must_be_alone_ends_first),
      TEST(test_hangup_can_change_their_number), TEST(test_a_reload_that_fails_leaves_them_alone),
      TEST(test_one_that_will_not_end_is_killed), TEST(test_stops_in_the_middle_of_a_replacement),
      TEST(test_children_end_with_a_master_that_is_killed), TEST(test_a_fatal_fault_ends_the_pool));
