/*
 * The host's memory of its halls, see domain/hall_cache.h.
 *
 * Blocks follow each other in a ring; a new one overwrites the oldest. Places are counted from the
 * beginning of all time, so that whether a block is still there is told by its place alone. An
 * index of sets of four entries finds them. Blocks are copied under one lock; if somebody died with
 * it, everything is forgotten.
 */
#include "domain/hall_cache.h"

#include "base/shared.h"
#include <string.h>

enum { RING_BYTES = 16 << 20, SETS = 1024, WAYS = 4, READERS = 64 };
enum { LOCK_MS = 1000, AWAIT_MS = 1000 };

struct entry {
    int64_t schedule_id; /* 0: none */
    uint64_t at;
    uint32_t len;
    char mostly;
};

struct memory {
    pthread_mutex_t lock;
    pthread_mutex_t readers[READERS]; /* by schedule: who reads a hall */
    uint64_t end;                     /* of the last block */
    struct entry index[SETS][WAYS];
    char ring[RING_BYTES];
};

static struct memory *memory;

enum err hall_cache_init(void)
{
    struct memory *m = shared_alloc(sizeof *m);
    if (!m)
        return ERR_INTERNAL;
    shared_mutex_init(&m->lock);
    for (int i = 0; i < READERS; i++)
        shared_mutex_init(&m->readers[i]);
    memory = m;
    return ERR_OK;
}

static size_t hash_of(int64_t schedule_id)
{
    return (size_t)((uint64_t)schedule_id * UINT64_C(0x9e3779b97f4a7c15) >> 40);
}

static bool lock(void)
{
    if (!memory)
        return false;
    enum shared_lock got = shared_mutex_lock(&memory->lock, LOCK_MS);
    if (got == SHARED_ABANDONED)
        memset(memory->index, 0, sizeof memory->index);
    return got != SHARED_BUSY;
}

static void unlock(void)
{
    pthread_mutex_unlock(&memory->lock);
}

static bool is_there(const struct entry *e)
{
    return memory->end - e->at <= RING_BYTES;
}

static struct entry *find(int64_t schedule_id)
{
    struct entry *set = memory->index[hash_of(schedule_id) % SETS];
    for (int i = 0; i < WAYS; i++)
        if (set[i].schedule_id == schedule_id)
            return is_there(&set[i]) ? &set[i] : NULL;
    return NULL;
}

/* The entry for a new block: its old one, or a free one, or the one with the oldest block. */
static struct entry *choose(int64_t schedule_id)
{
    struct entry *set = memory->index[hash_of(schedule_id) % SETS];
    struct entry *oldest = &set[0];
    for (int i = 0; i < WAYS; i++) {
        if (set[i].schedule_id == schedule_id)
            return &set[i];
        if (!set[i].schedule_id || (oldest->schedule_id && set[i].at < oldest->at))
            oldest = &set[i];
    }
    return oldest;
}

bool hall_cache_get(int64_t schedule_id, struct text_buf *out)
{
    if (!lock())
        return false;
    const struct entry *e = find(schedule_id);
    if (e)
        text_buf_append(out, memory->ring + e->at % RING_BYTES, e->len);
    unlock();
    return e && !out->failed;
}

/* A block lies in one piece: what is left of the ring before its end may be passed over. */
void hall_cache_put(int64_t schedule_id, const struct text_buf *block)
{
    if (block->len == 0 || block->len > HALL_CACHE_BLOCK_MAX || !lock())
        return;
    uint64_t at = memory->end;
    if (at % RING_BYTES + block->len > RING_BYTES)
        at += RING_BYTES - at % RING_BYTES;
    struct entry *e = choose(schedule_id);
    e->schedule_id = 0;
    memory->end = at + (block->len + 7) / 8 * 8;
    memcpy(memory->ring + at % RING_BYTES, block->data, block->len);
    *e = (struct entry){schedule_id, at, (uint32_t)block->len, 'A'};
    unlock();
}

void hall_cache_forget(int64_t schedule_id)
{
    if (!lock())
        return;
    struct entry *e = find(schedule_id);
    if (e)
        e->schedule_id = 0;
    unlock();
}

char hall_cache_mostly(int64_t schedule_id)
{
    if (!lock())
        return 'A';
    const struct entry *e = find(schedule_id);
    char letter = e ? e->mostly : 'A';
    unlock();
    return letter;
}

void hall_cache_note_mostly(int64_t schedule_id, char letter)
{
    if (!lock())
        return;
    struct entry *e = find(schedule_id);
    if (e)
        e->mostly = letter;
    unlock();
}

void hall_cache_begin(int64_t schedule_id, bool *alone)
{
    *alone = memory && shared_mutex_lock(&memory->readers[hash_of(schedule_id) % READERS],
                                         AWAIT_MS) != SHARED_BUSY;
}

void hall_cache_end(int64_t schedule_id, bool alone)
{
    if (alone)
        pthread_mutex_unlock(&memory->readers[hash_of(schedule_id) % READERS]);
}
