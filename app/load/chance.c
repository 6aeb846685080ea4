/* Chance that a seed decides, see load/chance.h. */
#include "load/chance.h"

#include <math.h>
#include <string.h>

#define STEP UINT64_C(0x9e3779b97f4a7c15)

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void chance_begin(struct chance *c, uint64_t seed, uint64_t stream)
{
    c->state = mix(mix(seed + STEP) + stream * STEP);
}

uint64_t chance_next(struct chance *c)
{
    c->state += STEP;
    return mix(c->state);
}

uint32_t chance_below(struct chance *c, uint32_t n)
{
    return (uint32_t)(((chance_next(c) >> 32) * n) >> 32);
}

double chance_share(struct chance *c)
{
    return (double)(chance_next(c) >> 11) * 0x1p-53;
}

double chance_time(struct chance *c, double mean)
{
    double time = -log(1.0 - chance_share(c)) * mean;

    return time < 5 * mean ? time : 5 * mean;
}

/* `mix` takes no two numbers to the same one; all of its 64 bits are in the UUID's last 74. */
struct uuid chance_user(uint64_t seed, uint64_t number)
{
    uint64_t own = mix(mix(seed + STEP) + number * STEP);
    struct uuid u;

    memcpy(u.b, "rehear", 6); /* 72656865-6172 */
    u.b[6] = (unsigned char)(0x80 | (own >> 60));
    u.b[7] = (unsigned char)(own >> 52);
    u.b[8] = (unsigned char)(0x80 | ((own >> 46) & 0x3f));
    for (int i = 9; i < 14; i++)
        u.b[i] = (unsigned char)(own >> (38 - 8 * (i - 9)));
    u.b[14] = (unsigned char)((own << 2) & 0xfc);
    u.b[15] = 0;
    return u;
}
