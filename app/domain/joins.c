/*
 * The desk in shared memory, see domain/joins.h and domain/joins_shared.h.
 *
 * A worker has a slot of it for its life, by a robust mutex that the kernel gives back when the
 * worker dies. What goes on in a slot is one word: the round, which the worker alone counts up, and
 * how far it is. Whoever gives up begins a new round first, so that an answer to the old one, or a
 * copy of a request that is being overwritten, is seen for what it is. The process holds a mutex of
 * its own for its life, and notes the time whenever it comes round.
 */
#include "domain/joins_shared.h"

#include "base/clock.h"
#include "base/shared.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Slots: one for each worker, and for those that are being replaced. */
enum { SLOTS = 1280 };
/* Users whose joins are remembered, as far as they do not fall on each other. */
enum { KNOWN_BITS = 18 };
/* A process that has not been heard of for so long stands still, or its database does. */
enum { HEARTBEAT_MS = 500, IDLE_MS = 100, LOOK_MS = 50 };

enum phase { FREE, ASKED, TAKEN, DONE };

struct slot {
    pthread_mutex_t owner;
    _Atomic uint32_t state; /* four times the round, and the phase */
    uint64_t arrived;
    struct uuid user;
    int64_t concert_id, ticket, token_id;
    enum joins_answer answer;
};

static struct desk {
    pthread_mutex_t clerk;
    _Atomic int64_t heard_ms;
    _Atomic uint32_t asleep;
    _Atomic uint64_t arrivals;
    _Atomic int used; /* slots from the first on that have ever had an owner */
    uint64_t key;
    struct slot slots[SLOTS];
    _Atomic uint64_t known[1 << KNOWN_BITS];
} * desk;

/* This worker's slot. */
static struct slot *mine;

enum err joins_init(void)
{
    struct desk *d = shared_alloc(sizeof *d);
    if (!d || getrandom(&d->key, sizeof d->key, 0) != (ssize_t)sizeof d->key)
        return ERR_INTERNAL;
    shared_mutex_init(&d->clerk);
    for (int i = 0; i < SLOTS; i++)
        shared_mutex_init(&d->slots[i].owner);
    desk = d;
    return ERR_OK;
}

/* Takes a mutex whose owner is dead, or which nobody has. */
static bool seize(pthread_mutex_t *m)
{
    return shared_mutex_lock(m, 0) != SHARED_BUSY;
}

static void sleep_on(_Atomic uint32_t *word, uint32_t value, long ms)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, &(struct timespec){.tv_nsec = ms * 1000000}, NULL,
            0);
}

static void wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* --- The workers' side --- */

static uint32_t word_of(uint32_t round, enum phase phase)
{
    return round << 2 | (uint32_t)phase;
}

static uint32_t round_of(const struct slot *s)
{
    return atomic_load(&s->state) >> 2;
}

/* Whatever was asked in the slot before, nobody waits for it any more. */
static void begin_round(struct slot *s)
{
    atomic_store(&s->state, word_of(round_of(s) + 1, FREE));
}

static void give_slot_back(void)
{
    begin_round(mine);
    pthread_mutex_unlock(&mine->owner);
}

/* The first slot that is free, so that those in use are together at the front. */
static bool have_slot(void)
{
    for (int i = 0; !mine && i < SLOTS; i++) {
        if (!seize(&desk->slots[i].owner))
            continue;
        mine = &desk->slots[i];
        begin_round(mine);
        int used = atomic_load(&desk->used);
        while (used <= i && !atomic_compare_exchange_weak(&desk->used, &used, i + 1))
            ;
        atexit(give_slot_back);
    }
    return mine != NULL;
}

bool joins_attended(void)
{
    if (!desk || clock_monotonic_ms() - atomic_load(&desk->heard_ms) >= HEARTBEAT_MS)
        return false;
    if (!seize(&desk->clerk))
        return true;
    pthread_mutex_unlock(&desk->clerk);
    return false;
}

static void put_request(struct slot *s, const struct uuid *user, int64_t concert_id)
{
    s->user = *user;
    s->concert_id = concert_id;
    s->arrived = atomic_fetch_add(&desk->arrivals, 1);
    atomic_store(&s->state, word_of(round_of(s), ASKED));
    if (atomic_exchange(&desk->asleep, 0) != 0)
        wake(&desk->asleep);
}

/* False if the process has died or stands still. */
static bool wait_for_answer(struct slot *s)
{
    for (;;) {
        uint32_t state = atomic_load(&s->state);
        if ((state & 3) == DONE)
            return true;
        if (!joins_attended())
            return false;
        sleep_on(&s->state, state, LOOK_MS);
    }
}

enum joins_answer joins_ask(const struct uuid *user, int64_t concert_id, int64_t *ticket,
                            int64_t *token_id)
{
    if (!joins_attended() || !have_slot())
        return JOINS_AWAY;
    put_request(mine, user, concert_id);
    enum joins_answer answer = JOINS_LOOK;
    if (wait_for_answer(mine)) {
        answer = mine->answer;
        *ticket = mine->ticket;
        *token_id = mine->token_id;
    }
    begin_round(mine);
    return answer;
}

/* --- The process's side --- */

/* Whoever had their joins at hand has died with them. */
static void answer_for_the_dead(void)
{
    int used = atomic_load(&desk->used);
    for (int i = 0; i < used; i++) {
        struct join j = {.slot = i, .round = round_of(&desk->slots[i])};
        joins_reply(&j, JOINS_LOOK);
    }
}

bool joins_open(void)
{
    if (!desk || !seize(&desk->clerk))
        return false;
    answer_for_the_dead();
    joins_beat();
    return true;
}

void joins_beat(void)
{
    atomic_store(&desk->heard_ms, clock_monotonic_ms());
}

static bool is_asked(const struct slot *s)
{
    return (atomic_load(&s->state) & 3) == ASKED;
}

int joins_asked(void)
{
    int n = 0, used = atomic_load(&desk->used);
    for (int i = 0; i < used; i++)
        n += is_asked(&desk->slots[i]);
    return n;
}

/* Whoever asks after the look finds the word set, and wakes. */
void joins_wait(void)
{
    atomic_store(&desk->asleep, 1);
    if (joins_asked() == 0)
        sleep_on(&desk->asleep, 1, IDLE_MS);
    atomic_store(&desk->asleep, 0);
}

static int by_arrival(const void *a, const void *b)
{
    uint64_t x = ((const struct join *)a)->arrived, y = ((const struct join *)b)->arrived;
    return (x > y) - (x < y);
}

/* Copies what is asked; false if it no longer is. */
static bool copy_request(const struct slot *s, struct join *j)
{
    uint32_t state = atomic_load(&s->state);
    if ((state & 3) != ASKED)
        return false;
    j->round = state >> 2;
    j->arrived = s->arrived;
    j->user = s->user;
    j->concert_id = s->concert_id;
    j->again = false;
    atomic_thread_fence(memory_order_acquire);
    return atomic_load(&s->state) == state;
}

int joins_take(struct join *joins, int max)
{
    static struct join asked[SLOTS];
    int n = 0, taken = 0, used = atomic_load(&desk->used);
    for (int i = 0; i < used; i++) {
        asked[n].slot = i;
        n += copy_request(&desk->slots[i], &asked[n]);
    }
    qsort(asked, (size_t)n, sizeof *asked, by_arrival);
    for (int i = 0; i < n && taken < max; i++) {
        uint32_t state = word_of(asked[i].round, ASKED);
        if (atomic_compare_exchange_strong(&desk->slots[asked[i].slot].state, &state,
                                           word_of(asked[i].round, TAKEN)))
            joins[taken++] = asked[i];
    }
    return taken;
}

/* What is written here of a round that is over, its worker's next round writes over; it is read
 * only when the phase says so. */
void joins_reply(const struct join *j, enum joins_answer answer)
{
    struct slot *s = &desk->slots[j->slot];
    uint32_t state = word_of(j->round, TAKEN);
    if (atomic_load(&s->state) != state)
        return;
    s->answer = answer;
    s->ticket = j->ticket;
    s->token_id = j->token_id;
    if (atomic_compare_exchange_strong(&s->state, &state, word_of(j->round, DONE)))
        wake(&s->state);
}

/* --- Who has joined lately --- */

/* The finishing steps of MurmurHash3, keyed. A collision costs a look at the rows. */
static uint64_t hash(const struct uuid *user, int64_t concert_id)
{
    uint64_t h = desk->key ^ (uint64_t)concert_id, words[2];
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
    if (!desk)
        return false;
    uint64_t h = hash(user, concert_id);
    return atomic_load_explicit(&desk->known[h >> (64 - KNOWN_BITS)], memory_order_relaxed) == h;
}

void joins_note(const struct uuid *user, int64_t concert_id)
{
    if (!desk)
        return;
    uint64_t h = hash(user, concert_id);
    atomic_store_explicit(&desk->known[h >> (64 - KNOWN_BITS)], h, memory_order_relaxed);
}
