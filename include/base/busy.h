/*
 * Whether the workers of a pool keep up with what arrives, told to nginx by files that it looks
 * for: refusing a request costs nginx a small part of what it would cost a worker.
 *
 * A request waits in the backlog of the pool's socket until a worker takes it. When requests have
 * waited for BUSY_MS, the file SOCKET.busy is made beside the socket, and removed when they wait
 * for half of that or none waits; SOCKET.full likewise with FULL_MS. What is refused while which of
 * the two is there, nginx's site decides. So a short burst is always taken, and the wait is bounded
 * whatever the host can do in a second, without a number that somebody has to choose.
 *
 * When a request came nginx says by its clock. That clock need not agree with this host's, nor keep
 * going evenly: what it differs by is read anew whenever a worker finds nobody waiting.
 */
#ifndef FRONTROW_BASE_BUSY_H
#define FRONTROW_BASE_BUSY_H

#include <stdbool.h>
#include <stdint.h>

#define BUSY_MS 1000
#define FULL_MS 3000

struct busy;

/*
 * One for the pool that listens on `address`, in memory shared with what is forked from now on;
 * never given back. Removes what a killed one has left. A TCP address has no place for the files:
 * nothing is told then. NULL without memory.
 */
struct busy *busy_new(const char *address);

/* A worker begins: it makes the files agree with what is known, in case its predecessor died while
 * it changed them. */
void busy_begin(struct busy *b);

/* The pool ends: removes the files. */
void busy_end(struct busy *b);

/* Before a worker takes a connection from `listen_fd`: looks whether one waits. False: none does.
 */
bool busy_anyone_waiting(struct busy *b, int listen_fd);

/*
 * It has taken one, of a request that nginx has passed on at `arrived`: seconds since the epoch
 * with milliseconds, "1700000000.123"; NULL or anything else: not known. `waited`: what
 * busy_anyone_waiting said before.
 */
void busy_taken(struct busy *b, const char *arrived, bool waited);

#endif
