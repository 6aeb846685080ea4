/*
 * Limits per user, see base/limit.h.
 *
 * An entry is one 64-bit word that is changed by compare-and-swap alone: the upper bits are a tag
 * of the user, the lower ones the theoretical arrival time (TAT): the moment at which the user's
 * allowance is whole again. A call moves it on by one interval and is refused if it would then be
 * more than ten seconds ahead. An entry whose time has come says no more than an empty one.
 *
 * A keyed hash chooses one cache line of entries and the tag, so that nobody can aim at another
 * user's entry. Two users with the same line and tag (38 bits) would share an allowance: with
 * 100,000 active at once there is one such pair in fifty cases.
 */
#include "base/limit.h"

#include "base/clock.h"
#include "base/shared.h"
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>

#define LINES     16384
#define WAYS      8
#define TICK_US   100 /* the unit of time in an entry */
#define WINDOW    (INT64_C(10000000) / TICK_US)
#define TIME_BITS 40 /* three years of ticks since the start */
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)

typedef _Atomic uint64_t entry;

struct table {
    uint64_t key[2];
    int64_t epoch_us;
    _Alignas(64) entry lines[LINES][WAYS];
};

static struct table *table;

enum err limit_init(void)
{
    struct table *t = shared_alloc(sizeof *t);

    if (!t || getrandom(t->key, sizeof t->key, 0) != (ssize_t)sizeof t->key)
        return ERR_INTERNAL;
    /* The clock of the entries starts late enough for 0 to mean long ago. */
    t->epoch_us = clock_monotonic_us() - WINDOW * TICK_US;
    table = t;
    return ERR_OK;
}

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_rounds(uint64_t v[4], int n)
{
    while (n-- > 0) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

/* SipHash-2-4 (Aumasson and Bernstein, 2012) of three words, without the block that tells apart
 * texts of different lengths. */
static uint64_t keyed_hash(const uint64_t key[2], const uint64_t words[3])
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};

    for (int i = 0; i < 3; i++) {
        v[3] ^= words[i];
        sip_rounds(v, 2);
        v[0] ^= words[i];
    }
    v[2] ^= 0xff;
    sip_rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The entry that bears `tag`, else the one of the line that matters least. */
static entry *find_entry(entry line[WAYS], uint64_t tag)
{
    entry *oldest = &line[0];
    uint64_t oldest_time = TIME_MASK;

    for (int i = 0; i < WAYS; i++) {
        uint64_t word = atomic_load_explicit(&line[i], memory_order_relaxed);

        if (word >> TIME_BITS == tag)
            return &line[i];
        if ((word & TIME_MASK) < oldest_time) {
            oldest_time = word & TIME_MASK;
            oldest = &line[i];
        }
    }
    return oldest;
}

/* Moves the entry on by `interval` from no earlier than `now`. Returns by how much too far that
 * would be; 0: it was done. */
static int64_t advance(entry *e, uint64_t tag, int64_t now, int64_t interval)
{
    uint64_t word = atomic_load_explicit(e, memory_order_relaxed);

    for (;;) {
        int64_t tat = word >> TIME_BITS == tag ? (int64_t)(word & TIME_MASK) : 0;
        int64_t next = (tat > now ? tat : now) + interval;

        if (next > now + WINDOW)
            return next - now - WINDOW;
        if (atomic_compare_exchange_weak_explicit(e, &word, tag << TIME_BITS | (uint64_t)next,
                                                  memory_order_relaxed, memory_order_relaxed))
            return 0;
    }
}

bool limit_take(enum limit_kind kind, const struct uuid *user, int64_t per_ten_seconds,
                int *retry_after_seconds)
{
    int64_t interval = WINDOW / (per_ten_seconds > 1 ? per_ten_seconds : 1);
    uint64_t words[3] = {0, 0, (uint64_t)kind};
    uint64_t hash, tag;
    int64_t now, excess;

    /* Without memory for a table nobody is limited. */
    if (!table && limit_init() != ERR_OK)
        return true;
    memcpy(words, user->b, sizeof user->b);
    hash = keyed_hash(table->key, words);
    tag = hash >> TIME_BITS;
    now = (clock_monotonic_us() - table->epoch_us) / TICK_US;
    excess = advance(find_entry(table->lines[hash % LINES], tag), tag, now, interval);
    if (excess == 0)
        return true;
    *retry_after_seconds = (int)((excess * TICK_US + 999999) / 1000000);
    return false;
}
