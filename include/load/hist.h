/*
 * A histogram of times in bounded memory, from which percentiles are read.
 *
 * Log-linear, as HdrHistogram's (Gil Tene, https://hdrhistogram.github.io/HdrHistogram/): each
 * doubling of the value is cut into 128 equal parts, so that what is read back is off by less than
 * 1%, from a microsecond to a day, in 30 KB.
 */
#ifndef FRONTROW_LOAD_HIST_H
#define FRONTROW_LOAD_HIST_H

#include <stdint.h>

#define HIST_PART_BITS  7
#define HIST_VALUE_BITS 37 /* greater values count as the greatest: 38 hours of microseconds */
#define HIST_CELLS      ((HIST_VALUE_BITS - HIST_PART_BITS + 1) << HIST_PART_BITS)

/* Starts as {0}. */
struct hist {
    uint64_t cells[HIST_CELLS];
    uint64_t count, sum; /* the sum of the values as they were given */
    int64_t max;         /* exact */
};

/* Counts a value; one below 0 counts as 0. */
void hist_add(struct hist *h, int64_t value);

/* The least value that at least `share` (0 to 1) of all are not above, read back from its cell: up
 * to 1% too high, never above the greatest. 0 when there are none. */
int64_t hist_at(const struct hist *h, double share);

/* The mean; 0 when there are none. */
int64_t hist_mean(const struct hist *h);

#endif
