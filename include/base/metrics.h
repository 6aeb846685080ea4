/*
 * Counters for the operator's monitoring, the same for all workers of a host.
 *
 * They live in memory that the master makes before it forks (metrics_init); a program without
 * workers counts for itself without it. Counting is a relaxed atomic addition and never fails.
 */
#ifndef FRONTROW_BASE_METRICS_H
#define FRONTROW_BASE_METRICS_H

#include "base/err.h"
#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many routes can be told apart. */
#define METRICS_ROUTES 64

/* The index of a request that no route took. */
#define METRICS_NO_ROUTE METRICS_ROUTES

/* Moves the counters to memory shared with what is forked from now on, all at zero. Called once,
 * by the master. ERR_INTERNAL without memory. */
enum err metrics_init(void) MUSTCHECK;

/* Counts one answer: the route's index (anything from METRICS_ROUTES on counts as no route), the
 * HTTP status, and how long it took in microseconds. */
void metrics_request(size_t route, int status, int64_t microseconds);

/* A statement that failed for a reason that the caller did not ask for. */
void metrics_db_error(void);
/* A transaction that is run again after a deadlock or a conflict. */
void metrics_db_retry(void);
/* A connection that was opened after one was lost. */
void metrics_db_reconnect(void);
/* A queue's state given to nginx for its listeners, or not taken by it. */
void metrics_push(bool taken);
/* A map of a schedule's seats given out: one that others share, or read for this request. */
void metrics_seat_map(bool shared);
/* A worker that died and was replaced. */
void metrics_worker_restart(void);

/*
 * Appends all counters in Prometheus' text format 0.0.4. `route_names` has `n` names, by index;
 * counts of an index without a name are left out. Routes that nobody called have no lines.
 */
void metrics_write(struct text_buf *out, const char *const route_names[], size_t n);

/* Appends the HELP and TYPE lines of a metric; `type` is "counter", "gauge" or "histogram". The
 * caller adds the lines with the values. For gauges that others put on the same page. */
void metrics_write_head(struct text_buf *out, const char *name, const char *type, const char *help);

/* Appends a whole metric that has one value and no labels. */
void metrics_write_value(struct text_buf *out, const char *name, const char *type, const char *help,
                         int64_t value);

#endif
