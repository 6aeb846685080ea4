/* What the tests of the job stand on: a shop with one queue, and ticks by a clock that they move.
 */
#ifndef FRONTROW_TESTS_JOB_SHOP_H
#define FRONTROW_TESTS_JOB_SHOP_H

#include "db_scratch.h"
#include "domain/job.h"
#include <stdint.h>

struct job_shop {
    struct app app;
    int64_t concert;
    int64_t base; /* when the queue opened, ms */
    int64_t next_ticket;
    struct job_report report; /* of the last tick */
};
extern struct job_shop shop;

/* An empty shop with one concert whose queue opened at shop.base; the clock stands there. */
void shop_open(void);
/* Checks the invariants, and leaves nothing. */
void shop_close(void);

void shop_settings(int count, int interval, int cap, int session, int claim);

/* Lets `n` people join, at the moment that the clock shows. */
void shop_join(int n);

/* One tick at shop.base + `ms`; how many it admitted. */
int64_t shop_tick(int64_t ms);

/* How many rows have a status; a column of the queue's state, as an integer. */
int64_t shop_tokens(const char *status);
int64_t shop_state(const char *column);

#endif
