/*
 * Random numbers that a seed decides. Each user of them has a stream of its own, so that what one
 * does never changes what another draws.
 */
#ifndef FRONTROW_TESTS_SOAK_RNG_H
#define FRONTROW_TESTS_SOAK_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

/* Begins the stream with that number of the seed. */
void rng_begin(struct rng *r, uint64_t seed, uint64_t stream);

uint64_t rng_next(struct rng *r);

/* From 0 to n - 1; n is at least 1. */
int rng_below(struct rng *r, int n);

/* From low to high, both included. */
int rng_between(struct rng *r, int low, int high);

/* True in so many of a hundred cases. */
bool rng_chance(struct rng *r, int percent);

#endif
