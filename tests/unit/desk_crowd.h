/*
 * For tests of what a host does together (domain/clerk.h): a clerk, and visitors who ask it, in
 * processes of their own.
 *
 * To have several asks at hand at the same time, the first one's transaction is kept waiting by a
 * lock on that user's row, which foreign keys read; meanwhile somebody else says that the clerk is
 * not stuck, or the others would help themselves.
 */
#ifndef FRONTROW_TESTS_DESK_CROWD_H
#define FRONTROW_TESTS_DESK_CROWD_H

#include "base/desk.h"
#include "db_scratch.h"
#include <signal.h>

/* A clerk's program. */
typedef int desk_crowd_run_fn(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Starts the clerk of a desk and waits until it is there; ends it. */
void desk_crowd_start(desk_crowd_run_fn *run, struct desk *of);
void desk_crowd_kill(void);
/* Stops it for a while, and lets it go on. */
void desk_crowd_stop(void);
void desk_crowd_go_on(void);

/* Ends the clerk and every visitor who is still there. */
void desk_crowd_end(void);

/* What a visitor does, with an app of its own; what it gets to know goes to shared memory. */
typedef void desk_crowd_fn(struct app *app, int i);

/* Lets the visitors from..to-1 come, each when all before them have asked. */
void desk_crowd_come(desk_crowd_fn *fn, int from, int to);
/* The same, without looking whether they ask. */
void desk_crowd_send(desk_crowd_fn *fn, int from, int to);
/* Waits until all of these have gone. */
void desk_crowd_gone(int from, int to);
/* Ends one of them. */
void desk_crowd_kill_visitor(int i);

/* Lets visitor 0 come, and keeps the clerk waiting for that user's row until desk_crowd_let_go. */
void desk_crowd_hold_up(struct app *app, desk_crowd_fn *fn, const struct uuid *user);
void desk_crowd_let_go(void);
/* The first half of letting go: the row is free, but the clerk still seems to get on. */
void desk_crowd_unlock(void);

/* How often the server was asked to insert, or -1 where it does not count. */
int64_t desk_crowd_inserts(struct app *app);

#endif
