/*
 * The seats of one hold, for domain/hold.c: found, found to be free, chosen and taken, in this
 * order, inside its transaction. Seats that the request names are looked at without a lock (most
 * losers of a race go away there), then taken by one conditional UPDATE whose rows are counted.
 * Where the best are wanted they are chosen from what is free and locked before the rest is
 * written; nobody waits there for seats that another is taking, as long as there are others.
 */
#ifndef FRONTROW_DOMAIN_HOLD_SEATS_H
#define FRONTROW_DOMAIN_HOLD_SEATS_H

#include "domain/booking.h"
#include "domain/schedule_row.h"

struct hold_seats {
    struct app *app;
    const struct hold_request *req;
    bool patient; /* waits for seats that others are taking; kept from one run to the next */
    int64_t schedule_id;
    struct seat_row seats[APP_MAX_SEATS]; /* in the order of their ids */
    int count;
    int64_t amount; /* the sum of their prices */
};

/* Forgets what was found; then hold_seats_add adds a seat, read from STMT_SEAT_COLUMNS: for who has
 * them from elsewhere. ERR_INTERNAL if they are too many. */
void hold_seats_begin(struct hold_seats *s, int64_t schedule_id);
enum err hold_seats_add(struct hold_seats *s, const struct db_value *row) MUSTCHECK;

/* Looks for them in a schedule. ERR_SEAT_NOT_FOUND (with seat_numbers). */
enum err hold_seats_find(struct hold_seats *s, int64_t schedule_id) MUSTCHECK;

/* ERR_SEAT_TAKEN unless all of them are free, or as many as are wanted; with the seat_numbers of
 * those that were named and are not. */
enum err hold_seats_free(struct hold_seats *s) MUSTCHECK;

/* Settles which they are: from here on seats, count and amount stand. ERR_DB_RETRY if others have
 * taken too many meanwhile. */
enum err hold_seats_choose(struct hold_seats *s) MUSTCHECK;

/* Takes them for a reservation until a moment. ERR_SEAT_TAKEN, ERR_DB_RETRY. */
enum err hold_seats_take(struct hold_seats *s, int64_t reservation_id, int64_t until) MUSTCHECK;

/* For hold_seats.c and hold_best.c: room for the marks of an IN list in a statement whose name ends
 * in _4 or _100; the last value fills what is left over. Returns the number of marks. */
enum { HOLD_SEATS_FEW = 4 };
int hold_seats_marks(struct db_value *params, const int64_t *values, int count);

/* For hold_seats.c: the three steps where the best are wanted. */
enum err hold_best_find(struct hold_seats *s) MUSTCHECK;
enum err hold_best_free(const struct hold_seats *s) MUSTCHECK;
enum err hold_best_choose(struct hold_seats *s) MUSTCHECK;

/* A row function for a struct hold_seats: one more seat. */
enum err hold_seats_read(const struct db_value *row, void *arg);

#endif
