/* Memory that a master shares with the workers it forks. */
#ifndef FRONTROW_BASE_SHARED_H
#define FRONTROW_BASE_SHARED_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/*
 * `bytes` of zeroed memory that stays the same for this process and all it forks from now on.
 * Pages count only once they are written. It is never given back. NULL when there is none.
 */
void *shared_alloc(size_t bytes);

/* Makes a mutex in such memory, which outlives a process that dies while it has it. */
void shared_mutex_init(pthread_mutex_t *m);

enum shared_lock {
    SHARED_LOCKED,
    SHARED_ABANDONED, /* locked too, but who had it died: what it guards may be half done */
    SHARED_BUSY       /* not locked */
};

/* Locks it, waiting for at most `wait_ms` milliseconds; pthread_mutex_unlock gives it back. */
enum shared_lock shared_mutex_lock(pthread_mutex_t *m, int64_t wait_ms);

#endif
