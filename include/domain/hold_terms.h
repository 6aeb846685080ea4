/* On which terms seats of a schedule can be held, for the domain's own sources. */
#ifndef FRONTROW_DOMAIN_HOLD_TERMS_H
#define FRONTROW_DOMAIN_HOLD_TERMS_H

#include "base/err.h"
#include "db/db.h"

struct hold_terms {
    int64_t schedule_id;
    int64_t concert_id, starts_at, opens_at, closes_at, canceled_at, hold_seconds, max_seats;
};

/* Reads STMT_TERMS_COLUMNS into the struct hold_terms at `arg`, but for the schedule_id; a row
 * function. */
enum err hold_terms_read(const struct db_value *row, void *arg);

/* Whether the show can be booked at that moment: ERR_BOOKING_CLOSED, ERR_BOOKING_NOT_OPEN. */
enum err hold_terms_check(const struct hold_terms *t, int64_t now) MUSTCHECK;

#endif
