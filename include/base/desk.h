/*
 * A desk between the workers of a host and one process, the clerk, that does for all of them what
 * is cheaper done together. A worker asks and waits; the clerk takes what is asked for meanwhile,
 * the earliest first, and answers each. Asks and answers are blocks of bytes, their sizes the
 * desk's.
 *
 * It is a shortcut that nothing depends on: whoever gets no answer from it does the work alone. A
 * clerk that is not there, or stands still, is not asked.
 */
#ifndef FRONTROW_BASE_DESK_H
#define FRONTROW_BASE_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct desk;

/* What becomes of an ask. */
enum desk_outcome {
    DESK_DONE,   /* it is done: the answer tells the rest */
    DESK_ALONE,  /* nothing has been done */
    DESK_UNKNOWN /* it may have been done, or may yet be */
};

/* A desk in memory shared by all that are forked from now on, for asks and answers of at most so
 * many bytes; once for each, in the master; it is never given back. Who has been taken care of
 * waits `patience_ms` for a clerk that stands still; for one that has died nobody waits. NULL
 * without memory. */
struct desk *desk_new(size_t ask_size, size_t answer_size, int patience_ms);

/* --- The workers' side. `desk` may be NULL there: nobody is. --- */

/* Whether the clerk is alive and gets on. */
bool desk_attended(struct desk *d);

/* Asks, and waits. `answer` is written with DESK_DONE alone. */
enum desk_outcome desk_ask(struct desk *d, const void *ask, void *answer);

/* --- The clerk's side --- */

/* An ask that has been taken. */
struct desk_ticket {
    int slot;
    uint32_t round;
    uint64_t arrived; /* the order of arrival */
};

/* Begins to serve: from here on this process counts as alive until it ends. Whoever was being
 * served by one that has died is told DESK_UNKNOWN. False if another one serves. */
bool desk_open(struct desk *d);
/* Says that it is not stuck. */
void desk_beat(struct desk *d);
/* Sleeps until somebody asks, a tenth of a second at the most. */
void desk_wait(struct desk *d);
/* How many asks nobody has taken yet. */
int desk_asked(struct desk *d);

/* Takes at most `max` asks, the earliest first: how many. The i-th goes to tickets[i] and to the
 * i-th block of the desk's ask size in `asks`. */
int desk_take(struct desk *d, struct desk_ticket *tickets, void *asks, int max);

/* Answers one, unless whoever asked has given up; `answer` is read with DESK_DONE alone. */
void desk_reply(struct desk *d, const struct desk_ticket *t, enum desk_outcome outcome,
                const void *answer);

#endif
