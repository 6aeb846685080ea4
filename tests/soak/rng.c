/* SplitMix64 (Steele, Lea and Flood 2014), which any seed will do for; see rng.h. */
#include "soak/rng.h"

uint64_t rng_next(struct rng *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15U;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void rng_begin(struct rng *r, uint64_t seed, uint64_t stream)
{
    struct rng first = {.state = seed};
    uint64_t base = rng_next(&first);

    first.state = base ^ (stream * 0xd1342543de82ef95U);
    r->state = rng_next(&first);
}

int rng_below(struct rng *r, int n)
{
    return (int)(rng_next(r) % (uint64_t)n);
}

int rng_between(struct rng *r, int low, int high)
{
    return low + rng_below(r, high - low + 1);
}

bool rng_chance(struct rng *r, int percent)
{
    return rng_below(r, 100) < percent;
}
