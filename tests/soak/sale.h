/*
 * What is on sale: concerts small enough for their buyers to meet. All are made before the faults
 * begin, in waves: each stays on sale for a while, so that seats never run out for long.
 */
#ifndef FRONTROW_TESTS_SOAK_SALE_H
#define FRONTROW_TESTS_SOAK_SALE_H

#include "soak/wire.h"
#include <stddef.h>
#include <stdint.h>

enum { SALE_SHOWS = 2, SALE_WAVE_SECONDS = 15, SALE_WAVE_CONCERTS = 2 };

/* One concert with its shows. */
struct sale_concert {
    int64_t concert, max_active;
    int64_t schedule[SALE_SHOWS];
    int shows, capacity; /* seats of each show */
};

struct sale {
    struct sale_concert *concerts;
    size_t count, waves;
};

/* Makes the concerts for a run of so many seconds. False: the product refused. */
bool sale_open(struct sale *s, const char *admin, int seconds);

/* One more, without a cap, with a seat for each buyer. */
bool sale_open_last(struct sale *s, const char *admin, int buyers);

/* A concert of the wave that is on after so many ms, or of the one before it; `pick` is any number
 * and decides which. */
const struct sale_concert *sale_pick(const struct sale *s, int64_t elapsed_ms, unsigned pick);

const struct sale_concert *sale_last(const struct sale *s);

void sale_free(struct sale *s);

#endif
