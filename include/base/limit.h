/*
 * Limits per user: so many calls of a kind in ten seconds, counted over all workers of a host.
 *
 * The whole allowance may be spent at once; after that it comes back evenly (the generic cell
 * rate algorithm, ITU-T I.371, annex A). The table is bounded: when more users are active than
 * it holds, the one who is nearest to a full allowance is forgotten, so a shortage of room is
 * always to the users' favour.
 */
#ifndef FRONTROW_BASE_LIMIT_H
#define FRONTROW_BASE_LIMIT_H

#include "base/err.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

/* Each kind has an allowance of its own. */
enum limit_kind { LIMIT_JOIN, LIMIT_POLL, LIMIT_CHARGE, LIMIT_HOLD, LIMIT_PAYMENT };

/* Makes the table in memory shared with what is forked from now on. Called once, by the master;
 * a program that does not call it gets a table of its own at first use. ERR_INTERNAL without
 * memory or randomness. */
enum err limit_init(void) MUSTCHECK;

/*
 * Takes one call of `user` from an allowance of `per_ten_seconds` (at least 1; above 100,000
 * there is no limit). False if nothing is left: then *retry_after_seconds, at least 1, says when
 * to come again.
 */
bool limit_take(enum limit_kind kind, const struct uuid *user, int64_t per_ten_seconds,
                int *retry_after_seconds);

#endif
