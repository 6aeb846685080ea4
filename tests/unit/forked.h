/*
 * For tests that need several processes: the host's own programs and their visitors, as children
 * of the test. Whatever becomes of the test, they end with it, also those that it has stopped, and
 * everything here ends in bounded time.
 */
#ifndef FRONTROW_TESTS_FORKED_H
#define FRONTROW_TESTS_FORKED_H

#include "base/config.h"
#include "base/desk.h"
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* So long a test in a process of its own may take. */
enum { FORKED_TEST_SECONDS = 60 };

/* As fork; the child is killed when its parent ends. A failure is a failed assertion. */
pid_t forked(void);

/* The main loop of one of the host's processes. */
typedef int forked_run_fn(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Starts it; nothing but forked_end, or the end of the test, ends it. A failure is a failed
 * assertion. */
pid_t forked_start(const struct config *cfg, forked_run_fn *run);

/* Starts a child that says for whoever serves the desk, and has been stopped or is kept waiting,
 * that it is not stuck. */
pid_t forked_beat(struct desk *desk);

/* Kills the child, if there is one, and forgets it. */
void forked_end(pid_t *pid);

/* Waits until the child has ended, forgets it, and says whether it ended well; kills one that does
 * not end. */
bool forked_gone(pid_t *pid);

/* Makes what the test needs, shared memory that changes what everything in its process does among
 * it, and runs the test. */
typedef bool forked_host_fn(bool (*test)(void));

/* Runs the test so in a process of its own; whether both are true and no assertion failed. What
 * failed is told on stderr. */
bool forked_test(forked_host_fn *at_a_host, bool (*test)(void));

/* Waits until it is so; false if it never was. */
bool forked_comes(bool (*is)(void));

#endif
