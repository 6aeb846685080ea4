/* Deaths at random moments; see reaper.h. */
#include "reaper.h"
#include "api/api.h"
#include "api/proc.h"

#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t reaper;

static void pause_about(int ms)
{
    long us = (ms / 2 + random() % (ms + 1)) * 1000;
    nanosleep(&(struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000}, NULL);
}

void reaper_begin(void (*strike)(void), int pause_ms)
{
    reaper = fork();
    NEED(reaper >= 0, "cannot fork");
    if (reaper > 0)
        return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    srandom((unsigned)getpid());
    for (;;) {
        pause_about(pause_ms);
        strike();
        api_free_owned();
    }
}

void reaper_end(void)
{
    kill(reaper, SIGKILL);
    waitpid(reaper, NULL, 0);
}

void reaper_kill(const char *program)
{
    pid_t pid = proc_find(program);
    if (pid > 0)
        kill(pid, SIGKILL);
}

void reaper_kill_worker(const char *name)
{
    pid_t master = proc_find("frontrow-worker");
    if (master <= 0)
        return;
    struct proc_list workers = name ? proc_children_named(master, name) : proc_children(master);
    if (workers.n > 0)
        kill(workers.pid[(size_t)random() % workers.n], SIGKILL);
}
