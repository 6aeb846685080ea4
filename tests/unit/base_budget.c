/* Budgets of time. */
#include "base/budget.h"
#include "suite.h"

enum { COST = 15000, SECOND = 1000000 };

/* How many pieces may be done at once at that moment. */
static int burst(struct budget *b, int64_t now, int64_t cost)
{
    int64_t reserved;
    int n = 0;

    while (n < 1000 && budget_take(b, now, &reserved)) {
        n++;
        budget_settle(b, now, reserved, cost);
    }
    return n;
}

static void test_a_burst_and_then_a_share_of_a_core(void)
{
    struct budget b = {0};
    int64_t now = 5 * (int64_t)SECOND;

    CU_ASSERT_EQUAL(burst(&b, now, COST), BUDGET_BURST);
    CU_ASSERT_EQUAL(burst(&b, now, COST), 0);
    /* 15 % of a second is ten times 15 ms, which is a burst; of half a second, five */
    CU_ASSERT_EQUAL(burst(&b, now += SECOND / 2, COST), 5);
    CU_ASSERT_EQUAL(burst(&b, now += SECOND / 10, COST), 1);
    CU_ASSERT_EQUAL(burst(&b, now += 100 * (int64_t)SECOND, COST), BUDGET_BURST);
}

static void test_what_costs_more_is_done_less(void)
{
    struct budget b = {0};
    int64_t now = SECOND, reserved;
    int done = 0;

    burst(&b, now, COST);
    for (int i = 0; i < 100; i++, now += SECOND / 10)
        if (budget_take(&b, now, &reserved)) {
            done++;
            budget_settle(&b, now, reserved, (int64_t)10 * COST);
        }
    CU_ASSERT_TRUE(done >= 7 && done <= 11); /* of 150 ms each: one a second */
}

static void test_work_that_nobody_set_aside_for_is_paid_too(void)
{
    struct budget b = {0};
    int64_t now = SECOND, reserved;

    budget_settle(&b, now, 0, COST);
    for (int i = 0; i < 5; i++)
        budget_settle(&b, now, 0, COST);
    CU_ASSERT_EQUAL(burst(&b, now, COST), BUDGET_BURST - 6);
    /* a debt has an end */
    for (int i = 0; i < 1000; i++)
        budget_settle(&b, now, 0, COST);
    CU_ASSERT_FALSE(budget_take(&b, now += SECOND / 2, &reserved));
    CU_ASSERT_TRUE(budget_take(&b, now += SECOND, &reserved));
}

static void test_whoever_dies_has_spent_what_was_set_aside(void)
{
    struct budget b = {0};
    int64_t now = SECOND, reserved;
    int taken = 0;

    budget_settle(&b, now, 0, COST);
    while (taken < 1000 && budget_take(&b, now, &reserved))
        taken++;
    CU_ASSERT_EQUAL(taken, BUDGET_BURST - 1);
    CU_ASSERT_TRUE(budget_take(&b, now + SECOND, &reserved));
    CU_ASSERT_EQUAL(reserved, COST);
}

SUITE(base_budget, TEST(test_a_burst_and_then_a_share_of_a_core),
      TEST(test_what_costs_more_is_done_less),
      TEST(test_work_that_nobody_set_aside_for_is_paid_too),
      TEST(test_whoever_dies_has_spent_what_was_set_aside));
