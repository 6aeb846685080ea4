/* Mutexes in shared memory. */
#include "base/shared.h"

#include "base/clock.h"
#include "suite.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* A child that has the mutex; it says so by its exit or through the pipe. */
static pid_t holder(pthread_mutex_t *m, bool dies)
{
    int said[2];
    char c;
    pid_t pid;

    CU_ASSERT_EQUAL_FATAL(pipe(said), 0);
    pid = fork();
    if (pid == 0) {
        if (shared_mutex_lock(m, 0) != SHARED_LOCKED || dies)
            _exit(0);
        if (write(said[1], "", 1) == 1)
            pause();
        _exit(0);
    }
    if (dies)
        waitpid(pid, NULL, 0);
    else
        CU_ASSERT_EQUAL_FATAL(read(said[0], &c, 1), 1);
    close(said[0]);
    close(said[1]);
    return pid;
}

static void test_a_mutex_outlives_its_holder(void)
{
    pthread_mutex_t *m = shared_alloc(sizeof *m);

    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    if (!m)
        return;
    shared_mutex_init(m);
    holder(m, true);
    CU_ASSERT_EQUAL(shared_mutex_lock(m, 0), SHARED_ABANDONED);
    pthread_mutex_unlock(m);
    CU_ASSERT_EQUAL(shared_mutex_lock(m, 0), SHARED_LOCKED);
    pthread_mutex_unlock(m);
}

static void test_waiting_has_an_end(void)
{
    pthread_mutex_t *m = shared_alloc(sizeof *m);
    int64_t start = clock_monotonic_ms();
    pid_t pid;

    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    if (!m)
        return;
    shared_mutex_init(m);
    pid = holder(m, false);
    CU_ASSERT_EQUAL(shared_mutex_lock(m, 0), SHARED_BUSY);
    CU_ASSERT_EQUAL(shared_mutex_lock(m, 50), SHARED_BUSY);
    CU_ASSERT_TRUE(clock_monotonic_ms() >= start + 50);
    kill(pid, SIGKILL);
    CU_ASSERT_EQUAL(shared_mutex_lock(m, 5000), SHARED_ABANDONED);
    waitpid(pid, NULL, 0);
    pthread_mutex_unlock(m);
}

SUITE(base_shared, TEST(test_a_mutex_outlives_its_holder), TEST(test_waiting_has_an_end));
