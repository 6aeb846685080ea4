/*
 * The desk of the joins, and who has joined lately; see domain/joins.h.
 */
#include "domain/joins.h"

#include "base/shared.h"
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

/* Users whose joins are remembered, as far as they do not fall on each other. */
enum { KNOWN_BITS = 18 };
/* Whoever has been taken care of may look for the row at any time: there is no need to wait. */
enum { PATIENCE_MS = 500 };

static struct desk *desk;

static struct memory {
    uint64_t key;
    _Atomic uint64_t known[1 << KNOWN_BITS];
} * memory;

enum err joins_init(void)
{
    struct memory *m = shared_alloc(sizeof *m);
    if (!m || getrandom(&m->key, sizeof m->key, 0) != (ssize_t)sizeof m->key)
        return ERR_INTERNAL;
    memory = m;
    desk = desk_new(sizeof(struct joins_ask), sizeof(struct joins_answer), PATIENCE_MS);
    return desk ? ERR_OK : ERR_INTERNAL;
}

struct desk *joins_desk(void)
{
    return desk;
}

/* The finishing steps of MurmurHash3, keyed. A collision costs a look at the rows. */
static uint64_t hash(const struct uuid *user, int64_t concert_id)
{
    uint64_t h = memory->key ^ (uint64_t)concert_id, words[2];
    memcpy(words, user->b, sizeof words);
    for (int i = 0; i < 2; i++) {
        h ^= words[i];
        h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
        h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
        h ^= h >> 33;
    }
    return h ? h : 1;
}

bool joins_known(const struct uuid *user, int64_t concert_id)
{
    if (!memory)
        return false;
    uint64_t h = hash(user, concert_id);
    return atomic_load_explicit(&memory->known[h >> (64 - KNOWN_BITS)], memory_order_relaxed) == h;
}

void joins_note(const struct uuid *user, int64_t concert_id)
{
    if (!memory)
        return;
    uint64_t h = hash(user, concert_id);
    atomic_store_explicit(&memory->known[h >> (64 - KNOWN_BITS)], h, memory_order_relaxed);
}
