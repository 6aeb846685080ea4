/* Shared memory, see base/shared.h. */
#include "base/shared.h"

#include "base/clock.h"
#include <errno.h>
#include <sys/mman.h>
#include <time.h>

void *shared_alloc(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void shared_mutex_init(pthread_mutex_t *m)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &attr);
    pthread_mutexattr_destroy(&attr);
}

enum shared_lock shared_mutex_lock(pthread_mutex_t *m, int64_t wait_ms)
{
    int e = pthread_mutex_trylock(m);

    if (e == EBUSY && wait_ms > 0) {
        int64_t end = clock_monotonic_ms() + wait_ms;
        const struct timespec until = {.tv_sec = (time_t)(end / 1000),
                                       .tv_nsec = (long)(end % 1000) * 1000000};

        e = pthread_mutex_clocklock(m, CLOCK_MONOTONIC, &until);
    }
    if (e == EOWNERDEAD) {
        pthread_mutex_consistent(m);
        return SHARED_ABANDONED;
    }
    return e == 0 ? SHARED_LOCKED : SHARED_BUSY;
}
