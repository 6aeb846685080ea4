/*
 * The joins of one host, combined: one process of it inserts what its workers ask for meanwhile as
 * the rows of one statement, in the order in which they asked, and answers each after the commit.
 *
 * A worker that gets no row from it, because it is not there, stands still, or could not insert all
 * of its batch, does the join by itself; a user has one live row in a queue, so that what became of
 * an attempt shows in the rows.
 */
#ifndef FRONTROW_DOMAIN_JOINS_H
#define FRONTROW_DOMAIN_JOINS_H

#include "base/config.h"
#include "base/desk.h"
#include "base/err.h"
#include "base/text.h"
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes the shared memory; once, in the master, before any fork. */
enum err joins_init(void) MUSTCHECK;

/* The process's main loop, with its own connection, until *stop; returns its exit code. */
int joins_run(const struct config *cfg, const volatile sig_atomic_t *stop);

/* What is asked at their desk (base/desk.h), and answered where the row is committed. DESK_UNKNOWN:
 * there may be a row, of this attempt or of another one. */
struct joins_ask {
    struct uuid user;
    int64_t concert_id;
};
struct joins_answer {
    int64_t ticket, token_id;
};

/* NULL before joins_init. */
struct desk *joins_desk(void);

/* Whether the user has joined that queue on this host lately: a hint, which can be wrong both ways
 * but seldom is, that it is better to look first. */
bool joins_known(const struct uuid *user, int64_t concert_id);
void joins_note(const struct uuid *user, int64_t concert_id);

#endif
