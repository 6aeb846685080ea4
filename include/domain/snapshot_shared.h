/* The snapshot's shared memory, for the domain's own sources: what it looks like and its slots. */
#ifndef FRONTROW_DOMAIN_SNAPSHOT_SHARED_H
#define FRONTROW_DOMAIN_SNAPSHOT_SHARED_H

#include "domain/snapshot.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A lease is dropped when it is this old, so that numbers are off by as much at the most between
 * hosts. */
enum { SNAPSHOT_LEASE_MS = 1000 };

/* Not 0, at which a search for an id ends. */
enum { SNAPSHOT_TAKEN_BACK = -1 };

struct snapshot_lease {
    int64_t next, end; /* numbers next to end - 1 are ours */
    int64_t since_ms;  /* by the monotonic clock */
    int64_t block;     /* how many to ask for next time */
};

/* Ascending numbers that nobody holds. */
struct snapshot_gone {
    int count;
    int64_t numbers[SNAPSHOT_MAX_GONE];
};

struct snapshot_slot {
    _Atomic int64_t concert_id; /* 0: never used; SNAPSHOT_TAKEN_BACK: free again */
    int64_t seen_ms;            /* when the refresher last wrote it, monotonic */
    pthread_mutex_t lock;
    bool stale;
    struct snapshot_queue q;
    struct snapshot_gone gone;       /* ticket numbers above q.now_serving */
    struct snapshot_gone gone_early; /* token ids above q.early_above, in a pre-queue */
    pthread_mutex_t lease_lock;
    struct snapshot_lease lease;
    _Atomic int64_t drawn; /* the highest number taken on this host */
};

struct snapshot_shared {
    int wake_fd;                  /* to the refresher: read now */
    int news_fd;                  /* from it: it has read */
    _Atomic int64_t db_offset_ms; /* the database's clock less the monotonic one */
    _Atomic bool have_clock;
    _Atomic int64_t read_at_ms; /* last successful read, monotonic; 0: never */
    _Atomic int64_t heard_at_ms;
    _Atomic bool down;
    struct snapshot_slot slots[SNAPSHOT_MAX_QUEUES];
};

/* NULL in a program without shared memory. */
extern struct snapshot_shared *snapshot_shared;

/* The slot of a concert, or NULL; snapshot_slot_get also where there is no shared memory. */
struct snapshot_slot *snapshot_slot_find(int64_t concert_id);
struct snapshot_slot *snapshot_slot_get(int64_t concert_id);

/* For the refresher: a free slot on the way on which the concert's is looked for. NULL if all are
 * given out. */
struct snapshot_slot *snapshot_slot_new(int64_t concert_id);

/* Locks a slot; with _of only if it is still the concert's. Whether the lock was taken. */
bool snapshot_slot_lock(struct snapshot_slot *s);
bool snapshot_slot_lock_of(struct snapshot_slot *s, int64_t concert_id);
void snapshot_slot_unlock(struct snapshot_slot *s);

/* How many of the numbers are below `number`. */
int snapshot_gone_below(const struct snapshot_gone *g, int64_t number);
/* Whether the number is among them, or may be: of numbers beyond a full list nothing is known. */
bool snapshot_gone_has(const struct snapshot_gone *g, int64_t number);
/* Adds a number unless it is there or the list is full. */
void snapshot_gone_add(struct snapshot_gone *g, int64_t number);

/* Takes the lease's lock if nobody alive has it; pthread_mutex_unlock gives it back. */
bool snapshot_lease_trylock(struct snapshot_slot *s);

/* Numbers that the host leased and did not need go back, so that an idle queue has no gaps: when
 * the lease is over, or at once. */
void snapshot_return_lease(struct db *db, struct snapshot_slot *s, int64_t concert_id,
                           bool at_once);

#endif
