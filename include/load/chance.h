/*
 * Chance that a seed decides: numbers of a stream (SplitMix64: Steele, Lea and Flood, "Fast
 * splittable pseudorandom number generators", 2014), and the users of a rehearsal.
 */
#ifndef FRONTROW_LOAD_CHANCE_H
#define FRONTROW_LOAD_CHANCE_H

#include "base/text.h"
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* Begins the stream with that number of the seed; streams do not follow each other. */
void chance_begin(struct chance *c, uint64_t seed, uint64_t stream);

uint64_t chance_next(struct chance *c);

/* From 0 to n - 1; n is at least 1. */
uint32_t chance_below(struct chance *c, uint32_t n);

/* From 0 to below 1. */
double chance_share(struct chance *c);

/* A time around `mean`, as those between independent events are: exponential, at most five times
 * the mean. */
double chance_time(struct chance *c, double mean);

/* The user with that number of the seed: always the same, another for each number, all with the
 * same first eight characters and four, so that what rehearsals leave can be told apart (a UUID of
 * version 8, RFC 9562, section 5.8). */
#define CHANCE_USER_PREFIX "72656865-6172-8"
struct uuid chance_user(uint64_t seed, uint64_t number);

#endif
