/*
 * Looks at the free seats of small halls, combined: one process of a host reads what its workers
 * ask for meanwhile, and claims the sessions of those who have just been let in, with a few
 * statements for all of them (domain/clerk.h). A hall that several look at is read once.
 *
 * What it tells was so after the request had come. A bearer who is not plainly inside is left to
 * the worker.
 */
#ifndef FRONTROW_DOMAIN_LOOKS_H
#define FRONTROW_DOMAIN_LOOKS_H

#include "base/config.h"
#include "base/desk.h"
#include "base/err.h"
#include "base/text.h"
#include <signal.h>

/* Larger halls are read by the workers. */
enum { LOOKS_SEATS_MAX = 500 };

struct looks_ask {
    struct uuid user;
    int64_t token_id, concert_id, schedule_id;
};
struct looks_answer {
    char letters[LOOKS_SEATS_MAX]; /* as in struct seats, the hall's capacity of them */
};

/* Makes the desk; once, in the master, before any fork. */
enum err looks_init(void) MUSTCHECK;

/* NULL before looks_init. */
struct desk *looks_desk(void);

/* The process's main loop, with its own connection, until *stop; returns its exit code. */
int looks_run(const struct config *cfg, const volatile sig_atomic_t *stop);

#endif
