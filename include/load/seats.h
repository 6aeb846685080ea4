/* Which seats a buyer goes for, of those that a list or a map shows free. */
#ifndef FRONTROW_LOAD_SEATS_H
#define FRONTROW_LOAD_SEATS_H

#include "load/chance.h"
#include "load/pick.h"
#include <stdint.h>

struct seats_seen {
    uint32_t available; /* so many are free */
    uint32_t chosen;    /* so many of them were put into the array */
};

/* Chooses up to `n` free seats at random, in an order at random, out of a list of seats, or out of
 * a compact map. False if it is none. */
bool seats_of_list(struct pick body, struct chance *chance, uint32_t *out, uint32_t n,
                   struct seats_seen *seen);
bool seats_of_map(struct pick body, struct chance *chance, uint32_t *out, uint32_t n,
                  struct seats_seen *seen);

#endif
