/* The part of a tick that lets people in. */
#ifndef FRONTROW_DOMAIN_JOB_ADMIT_H
#define FRONTROW_DOMAIN_JOB_ADMIT_H

#include "domain/app.h"
#include "domain/job_rate.h"
#include "domain/snapshot.h"

/* last_batch of a queue whose batches no tick has looked at since they began at t0. */
enum { JOB_UNSEEN = -2 };

/*
 * How many batches are due: those at t0 + k * interval (seconds) with k above last_batch whose time
 * lies after `since` (the last tick; -1: none yet) and not after `now`; of a longer pause those of
 * its last five seconds, but at least one. *newest is the k of the newest one. With last_batch
 * JOB_UNSEEN all since t0 were missed, whatever `since` is.
 */
int64_t job_batches_due(int64_t t0, int64_t interval_seconds, int64_t last_batch, int64_t since,
                        int64_t now, int64_t *newest);

/* One queue, and what came of it. */
struct job_admission {
    struct app *app;
    const char *holder; /* of the lease */
    int64_t concert_id;
    int64_t since, now; /* the moments of the last tick and of this one */
    bool sold_out;
    int64_t last_number; /* admit none above; INT64_MAX: no such limit */
    bool was_late;       /* inside: begun anew for that, which is done once */
    /* the result */
    int64_t admitted;
    bool due; /* a batch was */
    enum queue_limit limit;
    /* the queue as it was under its lock */
    int64_t now_serving, interval, rate_micros, rate_at;
    struct job_flow flow; /* with this batch in it */
    bool flow_is_new;
};

/* Whether the lease is still `holder`'s, by a statement that takes no lock. ERR_NO_ROW. */
enum err job_check_lease(struct db *db, const char *holder) MUSTCHECK;

/* How many are inside by their rows, those that are over and not tidied too. */
enum err job_count_active(struct db *db, int64_t concert_id, int64_t *active) MUSTCHECK;

/*
 * A tx_fn for a struct job_admission: admits the lowest numbers, up to the places of the due
 * batches, as far as the cap and the seats allow. ERR_NO_ROW: the lease has gone to another.
 */
enum err job_admit(struct db *db, void *arg) MUSTCHECK;

#endif
