/* Allowances per user. */
#include "base/clock.h"
#include "base/limit.h"
#include "suite.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many of `tries` calls are let through. */
static int taken(enum limit_kind kind, const struct uuid *user, int64_t per_ten, int tries)
{
    int n = 0, retry;

    for (int i = 0; i < tries; i++)
        n += limit_take(kind, user, per_ten, &retry);
    return n;
}

static void test_the_whole_allowance_may_be_spent_at_once(void)
{
    static const int64_t allowances[] = {1, 3, 60, 200, 300, 400};

    for (size_t i = 0; i < sizeof allowances / sizeof *allowances; i++) {
        int64_t n = allowances[i];
        struct uuid user;

        uuid_random(&user);
        CU_ASSERT_EQUAL(taken(LIMIT_JOIN, &user, n, (int)n), n);
        /* Some of it may come back meanwhile. */
        CU_ASSERT(taken(LIMIT_JOIN, &user, n, (int)n) <= n / 10 + 1);
    }
}

static void test_says_when_to_come_again(void)
{
    struct uuid user;
    int retry = 0;

    uuid_random(&user);
    CU_ASSERT_TRUE(limit_take(LIMIT_HOLD, &user, 1, &retry));
    CU_ASSERT_FALSE(limit_take(LIMIT_HOLD, &user, 1, &retry));
    CU_ASSERT(retry == 10);
    uuid_random(&user);
    taken(LIMIT_HOLD, &user, 100, 100);
    CU_ASSERT_FALSE(limit_take(LIMIT_HOLD, &user, 100, &retry));
    CU_ASSERT_EQUAL(retry, 1);
}

static void test_the_allowance_comes_back_evenly(void)
{
    int64_t until = clock_monotonic_ms() + 5000;
    struct uuid user;
    int retry;

    /* 20 calls in a second: one is there again each 50 ms. */
    uuid_random(&user);
    CU_ASSERT_EQUAL(taken(LIMIT_POLL, &user, 200, 200), 200);
    CU_ASSERT(taken(LIMIT_POLL, &user, 200, 3) < 3);
    while (!limit_take(LIMIT_POLL, &user, 200, &retry) && clock_monotonic_ms() < until)
        poll(NULL, 0, 5);
    CU_ASSERT(clock_monotonic_ms() < until);
    CU_ASSERT(taken(LIMIT_POLL, &user, 200, 3) < 3);
}

static void test_kinds_and_users_are_apart(void)
{
    struct uuid user, other;

    uuid_random(&user);
    uuid_random(&other);
    CU_ASSERT_EQUAL(taken(LIMIT_JOIN, &user, 5, 10), 5);
    CU_ASSERT_EQUAL(taken(LIMIT_PAYMENT, &user, 5, 10), 5);
    CU_ASSERT_EQUAL(taken(LIMIT_JOIN, &other, 5, 10), 5);
    CU_ASSERT_EQUAL(taken(LIMIT_JOIN, &user, 5, 10), 0);
}

static void test_a_greater_allowance_holds_at_once(void)
{
    struct uuid user;

    uuid_random(&user);
    CU_ASSERT_EQUAL(taken(LIMIT_CHARGE, &user, 10, 20), 10);
    CU_ASSERT_EQUAL(taken(LIMIT_CHARGE, &user, 1000000, 5000), 5000);
}

static void test_many_users_never_limit_each_other(void)
{
    int refused = 0, retry;
    struct uuid user;

    for (int i = 0; i < 300000; i++) {
        uuid_random(&user);
        refused += !limit_take(LIMIT_POLL, &user, 1, &retry);
    }
    /* More users than entries: the hash may pair a few, no more. */
    CU_ASSERT(refused <= 20);
}

static void test_a_crowd_does_not_free_a_heavy_user(void)
{
    struct uuid heavy, user;
    int retry, let_through = 0;

    CU_ASSERT_EQUAL_FATAL(limit_init(), ERR_OK);
    uuid_random(&heavy);
    taken(LIMIT_POLL, &heavy, 10, 10);
    for (int i = 0; i < 20000; i++) {
        uuid_random(&user);
        (void)!limit_take(LIMIT_POLL, &user, 300, &retry);
        if (i % 100 == 0)
            let_through += limit_take(LIMIT_POLL, &heavy, 10, &retry);
    }
    CU_ASSERT(let_through <= 2);
}

static void test_workers_share_the_allowance(void)
{
    struct uuid user;
    int status, sum = 0;

    CU_ASSERT_EQUAL_FATAL(limit_init(), ERR_OK);
    uuid_random(&user);
    for (int i = 0; i < 4; i++) {
        if (fork() == 0)
            _exit(taken(LIMIT_CHARGE, &user, 100, 1000));
    }
    while (wait(&status) > 0)
        sum += WEXITSTATUS(status);
    CU_ASSERT(sum >= 100 && sum <= 120);
}

SUITE(base_limit, TEST(test_the_whole_allowance_may_be_spent_at_once),
      TEST(test_says_when_to_come_again), TEST(test_the_allowance_comes_back_evenly),
      TEST(test_kinds_and_users_are_apart), TEST(test_a_greater_allowance_holds_at_once),
      TEST(test_many_users_never_limit_each_other), TEST(test_a_crowd_does_not_free_a_heavy_user),
      TEST(test_workers_share_the_allowance));
