/* What the job deletes because it is old: queue rows, keys, admissions, events. */
#ifndef FRONTROW_DOMAIN_JOB_CLEAN_H
#define FRONTROW_DOMAIN_JOB_CLEAN_H

#include "domain/app.h"
#include <stdint.h>

/*
 * Deletes rows whose retention is over, in batches of JOB_CLEAN_ROWS that commit one by one, for a
 * tenth of a tick at the most; what is left goes at the next call. When nothing is, only every
 * tenth call looks again. Adds what was deleted to *deleted. ERR_DB_LOST and the like; a conflict
 * with somebody's transaction only ends the call early.
 */
enum err job_clean(struct app *app, int64_t *deleted) MUSTCHECK;

/* Rows of a batch, and batches of a call at the most. */
enum { JOB_CLEAN_ROWS = 200, JOB_CLEAN_BATCHES = 25 };

#endif
