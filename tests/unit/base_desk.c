/* The desk between workers and a clerk: processes that ask, and this one that serves them. */
#include "base/desk.h"

#include "base/clock.h"
#include "base/shared.h"
#include "suite.h"
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 6, PATIENCE_MS = 700, DEADLINE_MS = 20000, MANY = 2000 };

/* What a worker, in a process of its own, was told. */
struct told {
    _Atomic bool done;
    enum desk_outcome outcome;
    int64_t answer;
};

static struct desk *desk;
static struct told *told;
static pid_t workers[WORKERS], other_clerk;

static bool comes(bool (*is)(void))
{
    int64_t end = clock_monotonic_ms() + DEADLINE_MS;
    while (!is() && clock_monotonic_ms() < end)
        poll(NULL, 0, 1);
    return is();
}

static void begin(void)
{
    desk = desk_new(sizeof(int64_t), sizeof(int64_t), PATIENCE_MS);
    told = shared_alloc(WORKERS * sizeof *told);
    CU_ASSERT_FATAL(desk != NULL && told != NULL);
}

static void ask(int i, int64_t value)
{
    workers[i] = fork();
    CU_ASSERT_FATAL(workers[i] >= 0);
    if (workers[i] != 0)
        return;
    told[i].answer = -1;
    told[i].outcome = desk_ask(desk, &value, &told[i].answer);
    atomic_store(&told[i].done, true);
    _exit(0);
}

static int wanted;

static bool are_asked(void)
{
    return desk_asked(desk) == wanted;
}

static bool all_told(void)
{
    for (int i = 0; i < WORKERS; i++)
        if (workers[i] && !atomic_load(&told[i].done))
            return false;
    return true;
}

static void end(void)
{
    CU_ASSERT(comes(all_told));
    for (int i = 0; i < WORKERS; i++) {
        if (workers[i]) {
            kill(workers[i], SIGKILL);
            waitpid(workers[i], NULL, 0);
        }
        workers[i] = 0;
    }
}

static void ask_in_turn(int n)
{
    for (wanted = 1; wanted <= n; wanted++) {
        ask(wanted - 1, 100 + wanted);
        desk_beat(desk);
        CU_ASSERT(comes(are_asked));
    }
}

static void test_nobody_serves(void)
{
    int64_t value = 1, answer = 0;
    begin();
    CU_ASSERT_FALSE(desk_attended(NULL));
    CU_ASSERT_FALSE(desk_attended(desk));
    CU_ASSERT_EQUAL(desk_ask(desk, &value, &answer), DESK_ALONE);
    CU_ASSERT_EQUAL(desk_ask(NULL, &value, &answer), DESK_ALONE);
}

static void test_asks_are_served_in_their_order(void)
{
    struct desk_ticket tickets[WORKERS];
    int64_t asks[WORKERS];
    begin();
    CU_ASSERT(desk_open(desk));
    ask_in_turn(4);
    CU_ASSERT_EQUAL_FATAL(desk_take(desk, tickets, asks, 3), 3);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(asks[i], 101 + i);
        int64_t answer = asks[i] * 10;
        desk_reply(desk, &tickets[i], i == 1 ? DESK_ALONE : DESK_DONE, &answer);
    }
    CU_ASSERT_EQUAL_FATAL(desk_take(desk, tickets, asks, 3), 1);
    desk_reply(desk, &tickets[0], DESK_UNKNOWN, NULL);
    end();
    CU_ASSERT(told[0].outcome == DESK_DONE && told[0].answer == 1010);
    CU_ASSERT(told[1].outcome == DESK_ALONE && told[1].answer == -1);
    CU_ASSERT(told[2].outcome == DESK_DONE && told[2].answer == 1030);
    CU_ASSERT(told[3].outcome == DESK_UNKNOWN && told[3].answer == -1);
}

/* One that was not taken is as if it had never been asked; of one that was nobody can tell. */
static void test_a_clerk_that_stands_still_is_left(void)
{
    struct desk_ticket ticket;
    int64_t value;
    begin();
    CU_ASSERT(desk_open(desk));
    ask_in_turn(2);
    CU_ASSERT_EQUAL_FATAL(desk_take(desk, &ticket, &value, 1), 1);
    end();
    CU_ASSERT_EQUAL(told[0].outcome, DESK_UNKNOWN);
    CU_ASSERT_EQUAL(told[1].outcome, DESK_ALONE);
    CU_ASSERT_EQUAL(desk_asked(desk), 0);
}

static void test_an_answer_that_comes_too_late_reaches_nobody(void)
{
    struct desk_ticket ticket;
    int64_t value, answer = 7;
    begin();
    CU_ASSERT(desk_open(desk));
    ask_in_turn(1);
    CU_ASSERT_EQUAL_FATAL(desk_take(desk, &ticket, &value, 1), 1);
    end();
    memset((void *)told, 0, WORKERS * sizeof *told);
    desk_beat(desk);
    ask_in_turn(1); /* the slot is taken by the next */
    desk_reply(desk, &ticket, DESK_DONE, &answer);
    CU_ASSERT_EQUAL_FATAL(desk_take(desk, &ticket, &value, 1), 1);
    answer = 8;
    desk_reply(desk, &ticket, DESK_DONE, &answer);
    end();
    CU_ASSERT_EQUAL(told[0].answer, 8);
}

static bool is_attended(void)
{
    return desk_attended(desk);
}

/* A clerk that takes one ask, and does not answer. */
static void begin_other_clerk(void)
{
    other_clerk = fork();
    CU_ASSERT_FATAL(other_clerk >= 0);
    if (other_clerk == 0) {
        struct desk_ticket ticket;
        int64_t value;
        if (!desk_open(desk))
            _exit(1);
        for (;;) {
            desk_take(desk, &ticket, &value, 1);
            desk_beat(desk);
            poll(NULL, 0, 5);
        }
    }
    CU_ASSERT(comes(is_attended));
}

static bool none_asked(void)
{
    return desk_asked(desk) == 0;
}

static void test_a_clerk_that_dies(void)
{
    begin();
    begin_other_clerk();
    CU_ASSERT_FALSE(desk_open(desk));
    wanted = 1;
    ask(0, 1);
    CU_ASSERT(comes(none_asked));
    kill(other_clerk, SIGKILL);
    waitpid(other_clerk, NULL, 0);
    CU_ASSERT_FALSE(desk_attended(desk));
    end();
    CU_ASSERT(told[0].outcome == DESK_UNKNOWN || told[0].outcome == DESK_ALONE);
    CU_ASSERT(desk_open(desk));
}

/* Each adds up what it gets back. */
static void ask_many(int i)
{
    workers[i] = fork();
    CU_ASSERT_FATAL(workers[i] >= 0);
    if (workers[i] != 0)
        return;
    int64_t right = 0;
    for (int64_t k = 0; k < MANY; k++) {
        int64_t value = k * WORKERS + i, answer = 0;
        enum desk_outcome outcome = desk_ask(desk, &value, &answer);
        right += outcome == DESK_DONE ? answer == value * 3 : outcome == DESK_ALONE;
    }
    told[i].answer = right;
    atomic_store(&told[i].done, true);
    _exit(0);
}

static void test_everybody_gets_the_own_answer(void)
{
    struct desk_ticket tickets[WORKERS];
    int64_t asks[WORKERS], end_ms = clock_monotonic_ms() + DEADLINE_MS;
    begin();
    CU_ASSERT(desk_open(desk));
    for (int i = 0; i < WORKERS; i++)
        ask_many(i);
    while (!all_told() && clock_monotonic_ms() < end_ms) {
        int n = desk_take(desk, tickets, asks, WORKERS);
        for (int i = 0; i < n; i++) {
            int64_t answer = asks[i] * 3;
            desk_reply(desk, &tickets[i], DESK_DONE, &answer);
        }
        if (n == 0)
            desk_wait(desk);
        desk_beat(desk);
    }
    end();
    for (int i = 0; i < WORKERS; i++)
        CU_ASSERT_EQUAL(told[i].answer, MANY);
}

SUITE(base_desk, TEST(test_nobody_serves), TEST(test_asks_are_served_in_their_order),
      TEST(test_a_clerk_that_stands_still_is_left),
      TEST(test_an_answer_that_comes_too_late_reaches_nobody), TEST(test_a_clerk_that_dies),
      TEST(test_everybody_gets_the_own_answer));
