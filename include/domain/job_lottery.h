/* The job's part in a pre-queue: it draws the lottery at the opening and gives the numbers. */
#ifndef FRONTROW_DOMAIN_JOB_LOTTERY_H
#define FRONTROW_DOMAIN_JOB_LOTTERY_H

#include "domain/app.h"
#include <stdint.h>

/* How a queue with people in a pre-queue stands after a step. */
struct job_lottery {
    int64_t
        without_number; /* people who have none yet; beyond some thousands not older than 10 s */
    int64_t given;      /* numbers, in this step */
    int64_t last_given; /* nobody above this number may be let in: lower ones are being given;
                           INT64_MAX: none are */
};

/*
 * One step of a queue that is in a pre-queue or has rows without a number: draws when the moment
 * has come, and gives numbers for a part of a second, from the lowest on, so that the first can be
 * let in while the others still get theirs. What a job that died has begun is gone on with.
 */
enum err job_lottery_step(struct app *app, int64_t concert_id, struct job_lottery *out) MUSTCHECK;

/* Whether this process is in the middle of giving numbers: another one would have to work out the
 * order again. */
bool job_lottery_runs(void);

/* Another process has the lease and goes on with it: what this one knows of the order is given up.
 */
void job_lottery_forget(void);

#endif
