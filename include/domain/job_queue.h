/* The part of a tick that moves the queues. */
#ifndef FRONTROW_DOMAIN_JOB_QUEUE_H
#define FRONTROW_DOMAIN_JOB_QUEUE_H

#include "domain/app.h"

/*
 * How many batches are due: those at t0 + k * interval (seconds) with k above last_batch whose time
 * lies after `since` (the last tick; -1: none yet) and not after `now`; of a longer pause those of
 * its last five seconds, but at least one. *newest is the k of the newest one.
 */
int64_t job_batches_due(int64_t t0, int64_t interval_seconds, int64_t last_batch, int64_t since,
                        int64_t now, int64_t *newest);

/* The rate after `admitted` people in the `seconds` since it was last told, exponentially smoothed
 * over half a minute or two intervals; in millionths of a person per second, -1 for none yet. */
int64_t job_smooth_rate(int64_t rate_micros, int64_t admitted, double seconds,
                        int64_t interval_seconds);

/* Admits what is due in every queue and publishes their states, as `holder` of the lease, which it
 * renews while that takes long. `since` and `now` are the moments of the last tick and of this one;
 * *admitted counts people. ERR_NO_ROW: the lease has gone to another, who does what is left. */
enum err job_queues(struct app *app, const char *holder, int64_t since, int64_t now,
                    int64_t *admitted) MUSTCHECK;

#endif
