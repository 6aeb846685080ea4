/* The job: what frontrow-cron does at each tick. */
#ifndef FRONTROW_DOMAIN_JOB_H
#define FRONTROW_DOMAIN_JOB_H

#include "domain/app.h"
#include "domain/job_cancel.h"
#include <signal.h>
#include <stdbool.h>

/* What one tick did. */
struct job_report {
    bool lease;       /* false: another holds it, nothing was done */
    int64_t admitted; /* people */
    int64_t sessions_expired, waits_expired, holds_expired;
    struct job_cancellation canceled;
    int64_t rows_deleted, clean_ms; /* and how long the deletion took */
};

/* Takes or renews the lease for `holder` (at most 100 characters; unique to the process) and does
 * one tick. With the lease elsewhere: ERR_OK, report->lease false. Errors: ERR_BUSY and the like;
 * what was done stays done. */
enum err job_tick(struct app *app, const char *holder, struct job_report *report) MUSTCHECK;

/* Gives the lease back, if `holder` has it. */
enum err job_release(struct app *app, const char *holder) MUSTCHECK;

/* The job's loop: a tick every queue.tick_milliseconds on the database clock's grid, until
 * `seconds` have passed or *stop. Holds on for the lease while another has it. */
int job_run(struct app *app, const char *holder, int seconds, const volatile sig_atomic_t *stop);

#endif
