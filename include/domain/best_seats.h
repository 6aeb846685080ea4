/*
 * Which of the free seats are the best n together. Pure: no database, no memory of its own.
 *
 * In this order of preference:
 *  - n adjacent seats in one row that leave no orphan, as near the front as there are;
 *  - n adjacent seats in one row, though they leave one;
 *  - n seats apart: as few orphans as can be, then in as few pieces, then as near the front (by the
 *    sum of their numbers).
 * The front is where the numbers begin. An orphan is a single free seat that the choice itself
 * leaves beside it, with no free neighbour; one that was there before is none.
 */
#ifndef FRONTROW_DOMAIN_BEST_SEATS_H
#define FRONTROW_DOMAIN_BEST_SEATS_H

#include "domain/app.h"
#include <stdbool.h>
#include <stdint.h>

struct best_seat {
    int64_t seat_id;
    int32_t number;
    bool joins; /* the one before it in the list is its neighbour in the same row */
};

enum best_result {
    BEST_FOUND,
    BEST_READ_ON, /* the list is not whole, and what comes after it may decide */
    BEST_TOO_FEW
};

/*
 * Chooses n (1 to APP_MAX_SEATS) of the free seats, given in the order of their numbers; the
 * indices of the chosen go to chosen[0..n-1], ascending. A list that is not whole is the first part
 * of one: what is found in it is what would be found in all of it. Not reentrant.
 */
enum best_result best_seats_choose(const struct best_seat *seats, int count, bool whole, int n,
                                   int *chosen);

/* Takes seat i out of the list, which somebody else has got. */
void best_seats_drop(struct best_seat *seats, int *count, int i);

#endif
