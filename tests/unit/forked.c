/* Children of a test, see forked.h. */
#include "forked.h"

#include "base/clock.h"
#include "db_scratch.h"
#include "suite.h"
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t forked_start(const struct config *cfg, forked_run_fn *run)
{
    static volatile sig_atomic_t never;
    pid_t pid = fork();
    CU_ASSERT_FATAL(pid >= 0);
    if (pid == 0)
        _exit(run(cfg, &never));
    return pid;
}

void forked_end(pid_t *pid)
{
    if (*pid > 0) {
        kill(*pid, SIGKILL);
        waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

bool forked_comes(bool (*is)(void))
{
    int64_t deadline = clock_monotonic_ms() + (int64_t)SCRATCH_PATIENCE_SECONDS * 1000;
    while (!is() && clock_monotonic_ms() < deadline)
        poll(NULL, 0, 2);
    return is();
}
