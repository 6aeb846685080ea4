/*
 * The shared main of the test programs; see suite.h.
 *
 * CUnit keeps the tests and the assertions; the printing is our own, because CUnit's basic mode
 * says neither how long a test took nor, in one place, which suite a failed one belongs to.
 */
#include "suite.h"

#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct suite *suites; /* sorted: the ordinary by name, then the last ones by name */
static const struct suite_hooks *hooks;
static const struct suite_hooks no_hooks;
static double started; /* when the running test began */

static bool comes_before(const struct suite *a, const struct suite *b)
{
    if (a->last != b->last)
        return b->last;
    return strcmp(a->name, b->name) < 0;
}

void suite_register(struct suite *s)
{
    struct suite **at = &suites;
    while (*at && comes_before(*at, s))
        at = &(*at)->next;
    s->next = *at;
    *at = s;
}

void suite_set_hooks(const struct suite_hooks *h)
{
    hooks = h;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Whether the filters (none: everything) select the test; each is a suite or suite/test. */
static bool is_selected(const struct suite *s, const struct suite_test *t, char **filters, int n)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", s->name, t->name);
    for (int i = 0; i < n; i++)
        if (strcmp(filters[i], s->name) == 0 || strcmp(filters[i], full) == 0)
            return true;
    return n == 0;
}

static void list_tests(void)
{
    for (const struct suite *s = suites; s; s = s->next)
        for (const struct suite_test *t = s->tests; t->name; t++)
            printf("%s/%s\n", s->name, t->name);
}

/* Puts the selected tests into CUnit's registry; how many, or -1 if it refused one. */
static int enter_tests(char **filters, int n)
{
    int entered = 0;
    for (const struct suite *s = suites; s; s = s->next) {
        CU_pSuite to = NULL;
        for (const struct suite_test *t = s->tests; t->name; t++) {
            if (!is_selected(s, t, filters, n))
                continue;
            if (!to)
                to = CU_add_suite_with_setup_and_teardown(s->name, NULL, NULL, hooks->before,
                                                          hooks->after);
            if (!to || !CU_add_test(to, t->name, t->run))
                return -1;
            entered++;
        }
    }
    return entered;
}

static void on_test_start(CU_pTest test, CU_pSuite suite)
{
    (void)test;
    (void)suite;
    started = seconds_now();
}

static void on_test_complete(CU_pTest test, CU_pSuite suite, CU_pFailureRecord failure)
{
    printf("%s %s/%s (%.2f s)\n", failure ? "FAIL" : "ok  ", suite->pName, test->pName,
           seconds_now() - started);
    for (const CU_FailureRecord *f = failure; f && f->pTest == test; f = f->pNext)
        printf("     %s:%u: %s\n", f->strFileName ? f->strFileName : "?", f->uiLineNumber,
               f->strCondition ? f->strCondition : "failed");
    fflush(stdout);
}

/* Runs what was entered and prints the count; true if all passed. */
static bool run_tests(int entered)
{
    CU_set_test_start_handler(on_test_start);
    CU_set_test_complete_handler(on_test_complete);
    if (CU_run_all_tests() != CUE_SUCCESS)
        fprintf(stderr, "CUnit: %s\n", CU_get_error_msg());
    unsigned run = CU_get_number_of_tests_run(), failed = CU_get_number_of_tests_failed();
    printf("%u passed, %u failed\n", run - failed, failed);
    return failed == 0 && run == (unsigned)entered;
}

int main(int argc, char **argv)
{
    if (!hooks)
        hooks = &no_hooks;
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        list_tests();
        return 0;
    }
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 2;
    int entered = enter_tests(argv + 1, argc - 1);
    bool passed = false;
    if (entered <= 0)
        fprintf(stderr, "%s: %s\n", argv[0],
                entered ? CU_get_error_msg() : "no test of such a name (see --list)");
    else if (!hooks->start || hooks->start())
        passed = run_tests(entered);
    else
        fprintf(stderr, "%s: cannot start\n", argv[0]);
    if (hooks->stop)
        hooks->stop();
    CU_cleanup_registry();
    return passed ? 0 : 1;
}
