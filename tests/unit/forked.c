/* Children of a test, see forked.h. */
#include "forked.h"

#include "base/clock.h"
#include "db_scratch.h"
#include "suite.h"
#include <poll.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t forked(void)
{
    pid_t parent = getpid(), pid = fork();
    CU_ASSERT_FATAL(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
    }
    return pid;
}

pid_t forked_start(const struct config *cfg, forked_run_fn *run)
{
    static volatile sig_atomic_t never;
    pid_t pid = forked();
    if (pid == 0)
        _exit(run(cfg, &never));
    return pid;
}

pid_t forked_beat(struct desk *desk)
{
    pid_t pid = forked();
    if (pid != 0)
        return pid;
    for (;;) {
        desk_beat(desk);
        poll(NULL, 0, 50);
    }
}

void forked_end(pid_t *pid)
{
    if (*pid > 0) {
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

/* Waits until it ends, at most so long; false if it did not. */
static bool ends_within(pid_t pid, int seconds, int *status)
{
    int64_t deadline = clock_monotonic_ms() + (int64_t)seconds * 1000;
    pid_t gone = 0;
    while ((gone = waitpid(pid, status, WNOHANG)) == 0 && clock_monotonic_ms() < deadline)
        poll(NULL, 0, 2);
    return gone == pid;
}

bool forked_gone(pid_t *pid)
{
    int status = 1;
    if (*pid > 0 && ends_within(*pid, SCRATCH_PATIENCE_SECONDS, &status))
        *pid = 0;
    forked_end(pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The assertions of the child's, which the test's own process knows nothing of. */
static bool all_held(unsigned before)
{
    const CU_FailureRecord *f = CU_get_failure_list();
    for (unsigned i = 0; f; f = f->pNext, i++)
        if (i >= before)
            fprintf(stderr, "%s:%u: %s\n", f->strFileName, f->uiLineNumber, f->strCondition);
    return CU_get_number_of_failure_records() == before;
}

bool forked_test(forked_host_fn *at_a_host, bool (*test)(void))
{
    int status = 1;
    fflush(NULL);
    pid_t pid = forked();
    if (pid == 0) {
        unsigned before = CU_get_number_of_failure_records();
        bool good = at_a_host(test);
        good = all_held(before) && good;
        _exit(good ? 0 : 1);
    }
    if (!ends_within(pid, FORKED_TEST_SECONDS, &status)) {
        fprintf(stderr, "not over after %d s, killed\n", FORKED_TEST_SECONDS);
        forked_end(&pid);
        return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool forked_comes(bool (*is)(void))
{
    int64_t deadline = clock_monotonic_ms() + (int64_t)SCRATCH_PATIENCE_SECONDS * 1000;
    while (!is() && clock_monotonic_ms() < deadline)
        poll(NULL, 0, 2);
    return is();
}
