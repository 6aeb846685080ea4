/* The same work without HTTP: the domain's functions, called by processes with a connection each.
 */
#ifndef FRONTROW_TESTS_BENCH_DIRECT_H
#define FRONTROW_TESTS_BENCH_DIRECT_H

#include "bench/gauge.h"
#include "bench/work.h"

struct direct_plan {
    const struct config *cfg;
    enum work_kind kind; /* join, hold, pay, buy or charge */
    int processes;
    int seconds;
    const struct work_row *rows; /* each is done once */
    size_t count;
};

/*
 * Does the rows' work with so many processes, until the time is over or none is left. Each has
 * done one row before the time begins, so that its connection is open and its statements prepared;
 * *all counts these, too. False, having said why, if one fails.
 */
bool direct_load(const struct direct_plan *plan, struct gauge *g, int64_t *all);

#endif
