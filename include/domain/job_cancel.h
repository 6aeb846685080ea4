/* The part of a tick that ends the reservations of canceled shows. */
#ifndef FRONTROW_DOMAIN_JOB_CANCEL_H
#define FRONTROW_DOMAIN_JOB_CANCEL_H

#include "domain/app.h"

struct job_cancellation {
    int64_t refunded, released; /* reservations: paid ones, and holds */
};

/*
 * Refunds and cancels what is left of the shows canceled before `now` (the tick's moment), in
 * batches of JOB_CANCEL_ROWS that commit one by one, as `holder` of the lease, for half a
 * tick at the most; the next call goes on. Adds to *out. ERR_NO_ROW: the lease has gone to another.
 * ERR_DB_LOST and the like; a conflict with somebody's transaction only ends the call early.
 */
enum err job_cancel(struct app *app, const char *holder, int64_t now,
                    struct job_cancellation *out) MUSTCHECK;

enum { JOB_CANCEL_ROWS = 20 };

#endif
