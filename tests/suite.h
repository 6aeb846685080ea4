/*
 * The main that all C test programs share: suites register themselves, main runs them.
 *
 *   #include "suite.h"
 *   static void test_adds(void) { CU_ASSERT_EQUAL(1 + 1, 2); }
 *   SUITE(arithmetic, TEST(test_adds), TEST(test_subtracts));
 *
 *   program [--list] [--jobs=N] [suite | suite/test]...
 *
 * Suites run in the order of their names, those of SUITE_LONG before and those of SUITE_LAST after
 * all others: a long one that is begun late would be waited for alone at the end. With --jobs, or
 * if the program's hooks say so, each runs in a process of its own, N of them at once and the last
 * ones alone; a test that is not over after two minutes fails there, and with it its suite. Who
 * is still in the process group of a suite when it has ended is killed, and the suite fails if it
 * had passed; who has a session of its own stays. The last line is "N passed, N failed", counting
 * tests; the exit status is 0 only if all of them passed.
 */
#ifndef FRONTROW_TESTS_SUITE_H
#define FRONTROW_TESTS_SUITE_H

#include <CUnit/CUnit.h>
#include <stdbool.h>

struct suite_test {
    const char *name;
    void (*run)(void);
};

/* When a suite runs, and whether beside others. */
enum suite_turn { SUITE_TURN_LONG, SUITE_TURN_ANY, SUITE_TURN_LAST };

/* One suite; SUITE makes it, with static storage. `tests` ends with a NULL name. */
struct suite {
    const char *name;
    const struct suite_test *tests;
    enum suite_turn turn;
    struct suite *next;
};

/* What a test program needs around its tests; any member may be left out. */
struct suite_hooks {
    bool (*start)(void);  /* in each process, before its first test; false is a failure */
    void (*before)(void); /* before each test */
    void (*after)(void);  /* after each test, also one that a fatal assertion ended */
    void (*stop)(void);   /* in each process, after its last test */
    int jobs;             /* how many suites at once without --jobs; 0: all in this process */
};

/* Adds a suite; called by SUITE's constructor. */
void suite_register(struct suite *s);

/* Sets the program's hooks (static storage); call it from a constructor, once per program. */
void suite_set_hooks(const struct suite_hooks *hooks);

/* Which of the suites that run at once this process runs, from 0: for what each needs for itself.
 */
int suite_slot(void);

/* clang-format off */
#define TEST(function) {#function, function}
/* clang-format on */

#define SUITE(name, ...)      SUITE_MAKE(name, SUITE_TURN_ANY, __VA_ARGS__)
#define SUITE_LONG(name, ...) SUITE_MAKE(name, SUITE_TURN_LONG, __VA_ARGS__)
#define SUITE_LAST(name, ...) SUITE_MAKE(name, SUITE_TURN_LAST, __VA_ARGS__)

#define SUITE_MAKE(name, turn, ...)                                                                \
    static const struct suite_test suite_tests_##name[] = {__VA_ARGS__, {NULL, NULL}};             \
    static struct suite suite_of_##name = {#name, suite_tests_##name, turn, NULL};                 \
    __attribute__((constructor)) static void suite_enter_##name(void)                              \
    {                                                                                              \
        suite_register(&suite_of_##name);                                                          \
    }                                                                                              \
    struct suite /* swallows the caller's semicolon */

#endif
