/* A load over HTTP. */
#ifndef FRONTROW_TESTS_BENCH_HTTP_H
#define FRONTROW_TESTS_BENCH_HTTP_H

#include "bench/gauge.h"
#include "bench/work.h"

/* Who is asked, and for how long at the most. */
struct http_plan {
    enum work_kind kind;
    int port; /* of 127.0.0.1 */
    int connections;
    int seconds;
    const struct work_request *requests; /* of WORK_BUY: each hold is followed by its payment */
    size_t count;
};

/*
 * Sends the requests over that many connections, one at a time on each, over and over where the
 * kind allows it, until the time is over or none is left. Every answer must have the kind's status:
 * with another one, or none within some seconds, it says so and returns false.
 */
bool http_load(const struct http_plan *plan, struct gauge *g);

#endif
