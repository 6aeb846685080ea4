/*
 * A budget of time for work that may be asked for more often than the host can afford: a share of
 * one core, saved up for a burst. What a piece of work costs is learned from those that were done.
 * Plain data without a lock of its own; one that is all zero knows no cost yet and lets the first
 * piece through.
 */
#ifndef FRONTROW_BASE_BUDGET_H
#define FRONTROW_BASE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

/* Of one core's time, and how many pieces may follow each other at once. */
#define BUDGET_PERCENT 15
#define BUDGET_BURST   10

/* All in microseconds; moments by the monotonic clock. */
struct budget {
    int64_t cost; /* of one piece, smoothed; 0: not known */
    int64_t left;
    int64_t at; /* when `left` was reckoned */
};

/* Whether there is enough for one more piece of work; if so that much is set aside, and
 * *reserved says how much. */
bool budget_take(struct budget *b, int64_t now, int64_t *reserved);

/* A piece of work has been done, and took so long; `reserved` of it had been set aside. */
void budget_settle(struct budget *b, int64_t now, int64_t reserved, int64_t spent);

#endif
