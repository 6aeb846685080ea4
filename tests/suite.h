/*
 * The main that all C test programs share: suites register themselves, main runs them.
 *
 *   #include "suite.h"
 *   static void test_adds(void) { CU_ASSERT_EQUAL(1 + 1, 2); }
 *   SUITE(arithmetic, TEST(test_adds), TEST(test_subtracts));
 *
 *   program [--list] [--jobs=N] [suite | suite/test]...
 *
 * Suites run in the order of their names, those of SUITE_LAST after all others. With --jobs, or if
 * the program's hooks say so, each runs in a process of its own, N of them at once and the last
 * ones alone. The last line is "N passed, N failed", counting tests; the exit status is 0 only if
 * all of them passed.
 */
#ifndef FRONTROW_TESTS_SUITE_H
#define FRONTROW_TESTS_SUITE_H

#include <CUnit/CUnit.h>
#include <stdbool.h>

struct suite_test {
    const char *name;
    void (*run)(void);
};

/* One suite; SUITE makes it, with static storage. `tests` ends with a NULL name. */
struct suite {
    const char *name;
    const struct suite_test *tests;
    bool last;
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

/* clang-format off */
#define TEST(function) {#function, function}
/* clang-format on */

#define SUITE(name, ...)      SUITE_MAKE(name, false, __VA_ARGS__)
#define SUITE_LAST(name, ...) SUITE_MAKE(name, true, __VA_ARGS__)

#define SUITE_MAKE(name, last, ...)                                                                \
    static const struct suite_test suite_tests_##name[] = {__VA_ARGS__, {NULL, NULL}};             \
    static struct suite suite_of_##name = {#name, suite_tests_##name, last, NULL};                 \
    __attribute__((constructor)) static void suite_enter_##name(void)                              \
    {                                                                                              \
        suite_register(&suite_of_##name);                                                          \
    }                                                                                              \
    struct suite /* swallows the caller's semicolon */

#endif
