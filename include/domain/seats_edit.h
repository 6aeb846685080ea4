/* Prices and blocked seats of a show, changed by its operator while it is on sale. */
#ifndef FRONTROW_DOMAIN_SEATS_EDIT_H
#define FRONTROW_DOMAIN_SEATS_EDIT_H

#include "domain/app.h"
#include "domain/seats.h"

/* Changes in one call at the most. */
#define SEATS_EDIT_CHANGES 100

/* What becomes of the seats with the numbers from first to last. */
struct seats_change {
    int64_t first, last;
    int64_t price; /* -1: as it is */
    int blocked;   /* 0: for sale, 1: not; -1: as it is */
};

/* How the seats of a show stand; a hold that is over does not count. */
struct seats_figures {
    int64_t schedule_id, capacity;
    int64_t available, held, sold, blocked;
    int64_t revenue;
};

/* Seats next to each other as they were. */
struct seats_before {
    int32_t first, last;
    int64_t price;
    bool blocked;
};

/* What the audit log is told: the changes as they were asked for, how many seats they changed, and
 * how these were before, as far as there is room. */
enum { SEATS_EDIT_BEFORE = 200 };
struct seats_record {
    const struct seats_change *changes;
    int change_count;
    int64_t changed;
    struct seats_before before[SEATS_EDIT_BEFORE];
    int before_count;
    bool more; /* there was no room for all */
};
typedef void seats_record_fn(const struct seats_record *r, struct text_buf *out);

/*
 * Makes all the changes or none, one after the other where they overlap, in one transaction with
 * its entry in the audit log, whose texts `before` and `after` make. `changes` has at most
 * SEATS_EDIT_CHANGES of them, each with 1 <= first <= last. Errors, in this order:
 * SCHEDULE_NOT_FOUND, SEAT_NOT_FOUND (a number above the capacity), BOOKING_CLOSED (a canceled
 * show), SEAT_TAKEN with the first seat_numbers of those that are held or sold and would change.
 */
enum err seats_edit(struct app *app, const struct caller *caller, int64_t schedule_id,
                    const struct seats_change *changes, int count, seats_record_fn *before,
                    seats_record_fn *after, struct seats_figures *out) MUSTCHECK;

/* The seats as the operator sees them, to be freed with seats_free. ERR_SCHEDULE_NOT_FOUND. */
enum err seats_look(struct app *app, int64_t schedule_id, struct seats *out) MUSTCHECK;

#endif
