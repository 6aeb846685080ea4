/* The part of a tick that ends the reservations of canceled shows. */
#ifndef FRONTROW_DOMAIN_JOB_CANCEL_H
#define FRONTROW_DOMAIN_JOB_CANCEL_H

#include "domain/app.h"

struct job_cancellation {
    int64_t refunded, released; /* reservations: paid ones, and holds */
};

enum { JOB_CANCEL_ROWS = 20, JOB_CANCEL_SHOWS = 32 };

struct job_canceled {
    int64_t ids[JOB_CANCEL_SHOWS]; /* schedules */
    int count;
};

/*
 * The canceled shows that this tick may work on, from the one on that this process was at. To be
 * asked before the tick looks at the queues: a queue is looked at while a show of its concert is
 * being canceled, for it may then be sold out, and must have been before that ends. No clock tells,
 * since a moment that lies before the tick's may be committed after the look.
 */
enum err job_cancel_find(struct app *app, struct job_canceled *out) MUSTCHECK;

/*
 * Refunds and cancels what is left of these shows, in batches of JOB_CANCEL_ROWS that commit one by
 * one, as `holder` of the lease, for half a tick at the most; the next tick goes on. `now` is the
 * tick's moment. Adds to *out. ERR_NO_ROW: the lease has gone to another. ERR_DB_LOST and the like;
 * a conflict with somebody's transaction only ends the call early.
 */
enum err job_cancel(struct app *app, const char *holder, int64_t now,
                    const struct job_canceled *shows, struct job_cancellation *out) MUSTCHECK;

#endif
