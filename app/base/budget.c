/* Budgets of time, see base/budget.h. */
#include "base/budget.h"

static void refill(struct budget *b, int64_t now)
{
    int64_t most = b->cost * BUDGET_BURST;

    if (now > b->at)
        b->left += (now - b->at) * BUDGET_PERCENT / 100;
    if (b->left > most)
        b->left = most;
    b->at = now;
}

bool budget_take(struct budget *b, int64_t now, int64_t *reserved)
{
    *reserved = 0;
    if (b->cost == 0)
        return true;
    refill(b, now);
    if (b->left < b->cost)
        return false;
    *reserved = b->cost;
    b->left -= *reserved;
    return true;
}

/* The first one opens the budget with what a burst has left. A debt is no more than a burst. */
void budget_settle(struct budget *b, int64_t now, int64_t reserved, int64_t spent)
{
    if (spent < 1)
        spent = 1;
    if (b->cost == 0) {
        b->cost = spent;
        b->left = spent * (BUDGET_BURST - 1);
        b->at = now;
        return;
    }
    b->cost = (3 * b->cost + spent + 3) / 4;
    b->left += reserved - spent;
    if (b->left < -b->cost * BUDGET_BURST)
        b->left = -b->cost * BUDGET_BURST;
    refill(b, now);
}
