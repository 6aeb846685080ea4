/* For tests that need several processes: the host's own programs and their visitors, as children
 * of the test. */
#ifndef FRONTROW_TESTS_FORKED_H
#define FRONTROW_TESTS_FORKED_H

#include "base/config.h"
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* The main loop of one of the host's processes. */
typedef int forked_run_fn(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Starts it; nothing but forked_end ends it. A failure is a failed assertion. */
pid_t forked_start(const struct config *cfg, forked_run_fn *run);

/* Kills the child, if there is one, and forgets it. */
void forked_end(pid_t *pid);

/* Waits until it is so; false if it never was. */
bool forked_comes(bool (*is)(void));

#endif
