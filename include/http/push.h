/*
 * Push: the public document of every queue of the host's snapshot, handed to the host's own nginx,
 * which gives it to everyone who listens. However many listen, a change costs one request.
 */
#ifndef FRONTROW_HTTP_PUSH_H
#define FRONTROW_HTTP_PUSH_H

#include "base/config.h"
#include "base/err.h"
#include <signal.h>
#include <stdbool.h>

/* Makes the memory that tells the workers whether there is push; in the master, before any fork.
 * ERR_INTERNAL without memory. */
enum err push_init(void) MUSTCHECK;

/* The main loop, in a process of its own, until *stop; returns the process's exit code. */
int push_run(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Whether nginx takes the documents at this time, so that a listener will get them. */
bool push_is_up(void);

#endif
