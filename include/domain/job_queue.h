/* The part of a tick that moves the queues. */
#ifndef FRONTROW_DOMAIN_JOB_QUEUE_H
#define FRONTROW_DOMAIN_JOB_QUEUE_H

#include "domain/app.h"

/* Admits what is due in every queue and publishes their states, as `holder` of the lease, which it
 * renews while that takes long. `since` and `now` are the moments of the last tick and of this one;
 * *admitted counts people. ERR_NO_ROW: the lease has gone to another, who does what is left. */
enum err job_queues(struct app *app, const char *holder, int64_t since, int64_t now,
                    int64_t *admitted) MUSTCHECK;

#endif
