/*
 * The host's snapshot in shared memory, as everyone reads it; see domain/snapshot.h.
 *
 * Slots are found by open addressing over the concert's id. Only the refresher gives slots out,
 * and takes them back from concerts that are over; it changes a slot's id under the slot's locks,
 * and whoever has found a slot looks at the id again under the lock. What a slot holds is copied
 * under its mutex in one go. If a process dies inside, the next one to take the mutex learns so
 * (EOWNERDEAD) and marks the slot stale until the refresher has written it again.
 */
#include "domain/snapshot_shared.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/shared.h"
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A refresher that has not been heard of for so long says nothing about the database. */
enum { HEARTBEAT_MS = 3000 };
/* So long a database that answers may take until it has been read. */
enum { SLOW_MS = 10000 };

/* How long a new queue is waited for, and between two looks. */
enum { AWAIT_MS = 500, LOOK_MS = 2 };

struct snapshot_shared *snapshot_shared;

enum err snapshot_init(void)
{
    struct snapshot_shared *s = shared_alloc(sizeof *s);
    if (!s)
        return ERR_INTERNAL;
    s->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    s->news_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (s->wake_fd < 0 || s->news_fd < 0)
        return ERR_INTERNAL;
    snapshot_shared = s;
    return ERR_OK;
}

void snapshot_poke(void)
{
    uint64_t one = 1;
    if (snapshot_shared && write(snapshot_shared->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_warn("snapshot_poke", "errno=%d", errno);
}

void snapshot_await(int64_t concert_id)
{
    int64_t end = clock_monotonic_ms() + AWAIT_MS;
    snapshot_poke();
    while (snapshot_shared && !snapshot_slot_find(concert_id) && clock_monotonic_ms() < end)
        poll(NULL, 0, LOOK_MS);
}

int snapshot_news_fd(void)
{
    return snapshot_shared ? snapshot_shared->news_fd : -1;
}

/* --- Slots --- */

static size_t slot_hash(int64_t concert_id)
{
    return (size_t)((uint64_t)concert_id * UINT64_C(0x9e3779b97f4a7c15) >> 40) %
           SNAPSHOT_MAX_QUEUES;
}

struct snapshot_slot *snapshot_slot_find(int64_t concert_id)
{
    size_t at = slot_hash(concert_id);
    for (size_t i = 0; i < SNAPSHOT_MAX_QUEUES; i++, at = (at + 1) % SNAPSHOT_MAX_QUEUES) {
        struct snapshot_slot *s = &snapshot_shared->slots[at];
        int64_t id = atomic_load_explicit(&s->concert_id, memory_order_acquire);
        if (id == concert_id)
            return s;
        if (id == 0)
            return NULL;
    }
    return NULL;
}

struct snapshot_slot *snapshot_slot_new(int64_t concert_id)
{
    size_t at = slot_hash(concert_id);
    for (size_t i = 0; i < SNAPSHOT_MAX_QUEUES; i++, at = (at + 1) % SNAPSHOT_MAX_QUEUES) {
        struct snapshot_slot *s = &snapshot_shared->slots[at];
        int64_t id = atomic_load_explicit(&s->concert_id, memory_order_relaxed);
        if (id > 0)
            continue;
        if (id == 0) {
            shared_mutex_init(&s->lock);
            shared_mutex_init(&s->lease_lock);
            s->stale = true;
            s->lease.block = 1;
        }
        atomic_store(&s->drawn, 0);
        return s;
    }
    return NULL;
}

struct snapshot_slot *snapshot_slot_get(int64_t concert_id)
{
    return snapshot_shared && concert_id > 0 ? snapshot_slot_find(concert_id) : NULL;
}

bool snapshot_slot_lock(struct snapshot_slot *s)
{
    int e = pthread_mutex_lock(&s->lock);
    if (e == EOWNERDEAD) {
        pthread_mutex_consistent(&s->lock);
        s->stale = true;
        s->gone.count = s->gone_early.count = 0;
        e = 0;
    }
    return e == 0;
}

void snapshot_slot_unlock(struct snapshot_slot *s)
{
    pthread_mutex_unlock(&s->lock);
}

bool snapshot_slot_lock_of(struct snapshot_slot *s, int64_t concert_id)
{
    if (!snapshot_slot_lock(s))
        return false;
    if (atomic_load_explicit(&s->concert_id, memory_order_relaxed) == concert_id)
        return true;
    snapshot_slot_unlock(s);
    return false;
}

bool snapshot_get(int64_t concert_id, struct snapshot_queue *out)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s || !snapshot_slot_lock_of(s, concert_id))
        return false;
    bool fresh = !s->stale;
    if (fresh)
        *out = s->q;
    snapshot_slot_unlock(s);
    return fresh;
}

/* --- Numbers that nobody holds --- */

int snapshot_gone_below(const struct snapshot_gone *g, int64_t number)
{
    int low = 0, n = g->count;
    while (n > 0) {
        int half = n / 2;
        if (g->numbers[low + half] < number) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

bool snapshot_gone_has(const struct snapshot_gone *g, int64_t number)
{
    int at = snapshot_gone_below(g, number);
    return at < g->count ? g->numbers[at] == number : g->count == SNAPSHOT_MAX_GONE;
}

void snapshot_gone_add(struct snapshot_gone *g, int64_t number)
{
    int at = snapshot_gone_below(g, number);
    if (g->count == SNAPSHOT_MAX_GONE || (at < g->count && g->numbers[at] == number))
        return;
    memmove(&g->numbers[at + 1], &g->numbers[at], (size_t)(g->count - at) * sizeof *g->numbers);
    g->numbers[at] = number;
    g->count++;
}

/* --- Places --- */

/* What a place needs of the queue: all but the texts. */
static void copy_numbers(const struct snapshot_slot *s, struct snapshot_queue *out)
{
    memcpy(out, &s->q, offsetof(struct snapshot_queue, message_ko));
    out->as_of = s->q.as_of;
    out->message_ko[0] = out->message_en[0] = out->seed_hash[0] = out->seed[0] = '\0';
}

bool snapshot_get_numbers(int64_t concert_id, struct snapshot_queue *out)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s || !snapshot_slot_lock_of(s, concert_id))
        return false;
    bool fresh = !s->stale;
    if (fresh)
        copy_numbers(s, out);
    snapshot_slot_unlock(s);
    return fresh;
}

bool snapshot_place(int64_t concert_id, int64_t ticket, struct snapshot_queue *out,
                    int64_t *gone_below, bool *is_gone)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s || !snapshot_slot_lock_of(s, concert_id))
        return false;
    bool fresh = !s->stale;
    if (fresh) {
        copy_numbers(s, out);
        int64_t drawn = atomic_load_explicit(&s->drawn, memory_order_relaxed);
        if (drawn > out->last_ticket)
            out->last_ticket = drawn;
        *gone_below = snapshot_gone_below(&s->gone, ticket);
        *is_gone = snapshot_gone_has(&s->gone, ticket);
    }
    snapshot_slot_unlock(s);
    return fresh;
}

bool snapshot_place_early(int64_t concert_id, int64_t token_id, struct snapshot_queue *out)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s || !snapshot_slot_lock_of(s, concert_id))
        return false;
    bool waits = !s->stale && s->q.prequeue == 1 && token_id > s->q.early_above &&
                 !snapshot_gone_has(&s->gone_early, token_id);
    if (waits)
        copy_numbers(s, out);
    snapshot_slot_unlock(s);
    return waits;
}

void snapshot_mark_gone(int64_t concert_id, int64_t ticket, int64_t token_id)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s || !snapshot_slot_lock_of(s, concert_id))
        return;
    if (!s->stale && ticket > s->q.now_serving)
        snapshot_gone_add(&s->gone, ticket);
    if (!s->stale && ticket == 0)
        snapshot_gone_add(&s->gone_early, token_id);
    snapshot_slot_unlock(s);
}

void snapshot_each(void (*fn)(const struct snapshot_queue *q, void *arg), void *arg)
{
    static struct snapshot_queue q;
    for (size_t i = 0; snapshot_shared && i < SNAPSHOT_MAX_QUEUES; i++) {
        int64_t id =
            atomic_load_explicit(&snapshot_shared->slots[i].concert_id, memory_order_acquire);
        if (id && snapshot_get(id, &q))
            fn(&q, arg);
    }
}

/* --- Clock and health --- */

int64_t snapshot_db_now(void)
{
    if (!snapshot_shared || !atomic_load(&snapshot_shared->have_clock))
        return clock_wall_ms();
    return clock_monotonic_ms() + atomic_load(&snapshot_shared->db_offset_ms);
}

int64_t snapshot_age_ms(void)
{
    int64_t at = snapshot_shared ? atomic_load(&snapshot_shared->read_at_ms) : 0;
    return at ? clock_monotonic_ms() - at : -1;
}

bool snapshot_is_attended(const struct config *cfg)
{
    if (!snapshot_shared || clock_monotonic_ms() - atomic_load(&snapshot_shared->heard_at_ms) >=
                                HEARTBEAT_MS + cfg->queue_snapshot_ms)
        return false;
    return atomic_load(&snapshot_shared->down) || snapshot_age_ms() < SLOW_MS;
}

bool snapshot_database_down(void)
{
    return snapshot_shared && atomic_load(&snapshot_shared->down) &&
           clock_monotonic_ms() - atomic_load(&snapshot_shared->heard_at_ms) < HEARTBEAT_MS;
}
