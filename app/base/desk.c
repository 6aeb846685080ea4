/*
 * The desk in shared memory, see base/desk.h.
 *
 * A worker has a slot of it for its life, by a robust mutex that the kernel gives back when the
 * worker dies. What goes on in a slot is one word: the round, which the worker alone counts up, and
 * how far it is. Whoever gives up begins a new round first, so that an answer to the old one, or a
 * copy of an ask that is being overwritten, is seen for what it is. The clerk holds a mutex of its
 * own for its life, and notes the time whenever it comes round.
 */
#include "base/desk.h"

#include "base/clock.h"
#include "base/shared.h"
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Slots: one for each worker, and for those that are being replaced. */
enum { SLOTS = 1280, LINE_BYTES = 64 };
/* A clerk that has not been heard of for so long stands still, or its database does. */
enum { HEARTBEAT_MS = 500, IDLE_MS = 100, LOOK_MS = 50 };

enum phase { FREE, ASKED, TAKEN, DONE };

struct slot {
    pthread_mutex_t owner;
    _Atomic uint32_t state; /* four times the round, and the phase */
    enum desk_outcome outcome;
    uint64_t arrived;
    unsigned char bytes[]; /* the ask, then the answer */
};

struct shared {
    pthread_mutex_t clerk;
    _Atomic int64_t heard_ms;
    _Atomic uint32_t asleep;
    _Atomic uint64_t arrivals;
    _Atomic int used; /* slots from the first on that have ever had an owner */
};

/* Each process's own view of it. */
struct desk {
    struct shared *shared;
    unsigned char *slots;
    size_t ask_size, answer_size, answer_at, stride;
    int64_t patience_ms;
    struct slot *mine;
    struct desk *next; /* of those where this process has a slot */
};

static struct desk *seated;

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

static struct slot *slot_at(const struct desk *d, int i)
{
    return (struct slot *)(void *)(d->slots + (size_t)i * d->stride);
}

struct desk *desk_new(size_t ask_size, size_t answer_size, int patience_ms)
{
    struct desk *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->ask_size = ask_size;
    d->answer_size = answer_size;
    d->answer_at = round_up(ask_size, _Alignof(max_align_t));
    d->stride = round_up(sizeof(struct slot) + d->answer_at + answer_size, LINE_BYTES);
    d->patience_ms = patience_ms;
    size_t head = round_up(sizeof *d->shared, LINE_BYTES);
    unsigned char *memory = shared_alloc(head + SLOTS * d->stride);
    if (!memory) {
        free(d);
        return NULL;
    }
    d->shared = (struct shared *)(void *)memory;
    d->slots = memory + head;
    shared_mutex_init(&d->shared->clerk);
    for (int i = 0; i < SLOTS; i++)
        shared_mutex_init(&slot_at(d, i)->owner);
    return d;
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

static uint32_t word_of(uint32_t round, enum phase phase)
{
    return round << 2 | (uint32_t)phase;
}

static enum phase phase_of(uint32_t state)
{
    return (enum phase)(state & 3);
}

static uint32_t round_of(const struct slot *s)
{
    return atomic_load(&s->state) >> 2;
}

/* --- The workers' side --- */

/* Whatever was asked in the slot before, nobody waits for it any more. */
static void begin_round(struct slot *s)
{
    atomic_store(&s->state, word_of(round_of(s) + 1, FREE));
}

static void give_slots_back(void)
{
    for (struct desk *d = seated; d; d = d->next) {
        begin_round(d->mine);
        pthread_mutex_unlock(&d->mine->owner);
    }
}

static void sit_down(struct desk *d, int i)
{
    d->mine = slot_at(d, i);
    begin_round(d->mine);
    int used = atomic_load(&d->shared->used);
    while (used <= i && !atomic_compare_exchange_weak(&d->shared->used, &used, i + 1))
        ;
    if (!seated)
        atexit(give_slots_back);
    d->next = seated;
    seated = d;
}

/* The first slot that is free, so that those in use are together at the front. */
static bool have_slot(struct desk *d)
{
    for (int i = 0; !d->mine && i < SLOTS; i++)
        if (seize(&slot_at(d, i)->owner))
            sit_down(d, i);
    return d->mine != NULL;
}

static int64_t silence_ms(const struct desk *d)
{
    return clock_monotonic_ms() - atomic_load(&d->shared->heard_ms);
}

static bool is_dead(struct desk *d)
{
    if (!seize(&d->shared->clerk))
        return false;
    pthread_mutex_unlock(&d->shared->clerk);
    return true;
}

bool desk_attended(struct desk *d)
{
    return d && silence_ms(d) < HEARTBEAT_MS && !is_dead(d);
}

static void put_ask(struct desk *d, struct slot *s, const void *ask)
{
    memcpy(s->bytes, ask, d->ask_size);
    s->arrived = atomic_fetch_add(&d->shared->arrivals, 1);
    atomic_store(&s->state, word_of(round_of(s), ASKED));
    if (atomic_exchange(&d->shared->asleep, 0) != 0)
        wake(&d->shared->asleep);
}

/* An ask that nobody has taken can be taken back; of one that was, nobody knows what becomes. */
static enum desk_outcome wait_for_answer(struct desk *d, struct slot *s)
{
    for (;;) {
        uint32_t state = atomic_load(&s->state);
        enum phase phase = phase_of(state);
        if (phase == DONE)
            return s->outcome;
        if (phase == ASKED && !desk_attended(d)) {
            if (atomic_compare_exchange_strong(&s->state, &state, word_of(state >> 2, FREE)))
                return DESK_ALONE;
            continue;
        }
        if (phase == TAKEN && (silence_ms(d) >= d->patience_ms || is_dead(d)))
            return DESK_UNKNOWN;
        sleep_on(&s->state, state, LOOK_MS);
    }
}

enum desk_outcome desk_ask(struct desk *d, const void *ask, void *answer)
{
    if (!desk_attended(d) || !have_slot(d))
        return DESK_ALONE;
    put_ask(d, d->mine, ask);
    enum desk_outcome outcome = wait_for_answer(d, d->mine);
    if (outcome == DESK_DONE)
        memcpy(answer, d->mine->bytes + d->answer_at, d->answer_size);
    begin_round(d->mine);
    return outcome;
}

/* --- The clerk's side --- */

/* Whoever had been taken care of by one that has died. */
static void answer_for_the_dead(struct desk *d)
{
    int used = atomic_load(&d->shared->used);
    for (int i = 0; i < used; i++) {
        struct desk_ticket t = {.slot = i, .round = round_of(slot_at(d, i))};
        desk_reply(d, &t, DESK_UNKNOWN, NULL);
    }
}

bool desk_open(struct desk *d)
{
    if (!d || !seize(&d->shared->clerk))
        return false;
    answer_for_the_dead(d);
    desk_beat(d);
    return true;
}

void desk_beat(struct desk *d)
{
    atomic_store(&d->shared->heard_ms, clock_monotonic_ms());
}

int desk_asked(struct desk *d)
{
    int n = 0, used = atomic_load(&d->shared->used);
    for (int i = 0; i < used; i++)
        n += phase_of(atomic_load(&slot_at(d, i)->state)) == ASKED;
    return n;
}

/* Whoever asks after the look finds the word set, and wakes. */
void desk_wait(struct desk *d)
{
    atomic_store(&d->shared->asleep, 1);
    if (desk_asked(d) == 0)
        sleep_on(&d->shared->asleep, 1, IDLE_MS);
    atomic_store(&d->shared->asleep, 0);
}

static int by_arrival(const void *a, const void *b)
{
    const struct desk_ticket *x = a, *y = b;
    return (x->arrived > y->arrived) - (x->arrived < y->arrived);
}

/* Those that are asked at this moment, by arrival. */
static int list_asked(const struct desk *d, struct desk_ticket *asked)
{
    int n = 0, used = atomic_load(&d->shared->used);
    for (int i = 0; i < used; i++) {
        const struct slot *s = slot_at(d, i);
        uint32_t state = atomic_load(&s->state);
        if (phase_of(state) == ASKED)
            asked[n++] = (struct desk_ticket){i, state >> 2, s->arrived};
    }
    qsort(asked, (size_t)n, sizeof *asked, by_arrival);
    return n;
}

/* Copies the ask, and takes it; not if whoever asked has given up meanwhile. */
static bool take(struct desk *d, const struct desk_ticket *t, void *ask)
{
    struct slot *s = slot_at(d, t->slot);
    uint32_t state = word_of(t->round, ASKED);
    if (atomic_load(&s->state) != state)
        return false;
    memcpy(ask, s->bytes, d->ask_size);
    return atomic_compare_exchange_strong(&s->state, &state, word_of(t->round, TAKEN));
}

int desk_take(struct desk *d, struct desk_ticket *tickets, void *asks, int max)
{
    static struct desk_ticket asked[SLOTS];
    int n = list_asked(d, asked), taken = 0;
    for (int i = 0; i < n && taken < max; i++) {
        if (take(d, &asked[i], (unsigned char *)asks + (size_t)taken * d->ask_size))
            tickets[taken++] = asked[i];
    }
    return taken;
}

/* What is written here of a round that is over, its worker's next round writes over; it is read
 * only when the phase says so. */
void desk_reply(struct desk *d, const struct desk_ticket *t, enum desk_outcome outcome,
                const void *answer)
{
    struct slot *s = slot_at(d, t->slot);
    uint32_t state = word_of(t->round, TAKEN);
    if (atomic_load(&s->state) != state)
        return;
    s->outcome = outcome;
    if (outcome == DESK_DONE)
        memcpy(s->bytes + d->answer_at, answer, d->answer_size);
    if (atomic_compare_exchange_strong(&s->state, &state, word_of(t->round, DONE)))
        wake(&s->state);
}
