/*
 * The pool of processes, see base/pool.h.
 *
 * Each slot is one place for a child. Its `pid` is the child that counts, its `leaving` one that
 * was told to end and is waited for. Signals come through a signalfd, so that everything happens
 * in one loop, at its own pace:
 *
 *   read signals -> bury the dead -> start what is due -> replace the next one -> kill the late
 *   -> wait for a signal or the next deadline
 *
 * A replacement is a generation: SIGHUP raises it, and slots of an older one are replaced while
 * nobody is leaving, which makes it one by one.
 */
#include "base/pool.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { YOUNG_MS = 10000, FIRST_PAUSE_MS = 100, LAST_PAUSE_MS = 5000, FORK_RETRY_MS = 1000 };

struct slot {
    size_t role;
    int index; /* among those of its role */
    unsigned generation;
    pid_t pid, leaving;
    int64_t started_ms;
    int64_t start_at_ms; /* when the next child may start */
    int64_t pause_ms;    /* before the last start; -1: none */
    int64_t kill_at_ms;  /* when patience with `leaving` ends */
    bool done;           /* a `once` that has returned 0 */
};

struct pool {
    const struct pool_plan *plan;
    struct slot *slots;
    size_t slot_count;
    unsigned generation;
    int signal_fd;
    sigset_t old_mask;
    pid_t self;
    bool stopping, fatal;
};

int64_t pool_pause(int64_t lived_ms, int64_t last_ms)
{
    if (lived_ms >= YOUNG_MS || last_ms < 0)
        return 0;
    if (last_ms < FIRST_PAUSE_MS)
        return FIRST_PAUSE_MS;
    return last_ms * 2 < LAST_PAUSE_MS ? last_ms * 2 : LAST_PAUSE_MS;
}

static const struct pool_role *role_of(const struct pool *p, const struct slot *s)
{
    return &p->plan->roles[s->role];
}

/* Whether the slot should have a child. */
static bool is_wanted(const struct pool *p, const struct slot *s)
{
    return !p->stopping && !s->done && s->index < role_of(p, s)->count;
}

/* Whether the slot may get a child now, as far as its own state goes. */
static bool is_startable(const struct pool *p, const struct slot *s)
{
    return is_wanted(p, s) && s->pid == 0 && !(s->leaving && role_of(p, s)->alone);
}

/* Makes a slot for each child that a role may have. */
static bool make_slots(struct pool *p)
{
    size_t have[POOL_ROLES] = {0};

    for (size_t i = 0; i < p->slot_count; i++)
        have[p->slots[i].role]++;
    for (size_t r = 0; r < p->plan->role_count; r++) {
        size_t want = (size_t)p->plan->roles[r].count;
        struct slot *grown;

        if (have[r] >= want)
            continue;
        grown = realloc(p->slots, (p->slot_count + want - have[r]) * sizeof *grown);
        if (!grown)
            return false;
        p->slots = grown;
        for (; have[r] < want; have[r]++)
            p->slots[p->slot_count++] =
                (struct slot){.role = r, .index = (int)have[r], .pause_ms = -1};
    }
    return true;
}

/* The child's side of a fork; never returns. */
static void become_child(struct pool *p, const struct pool_role *role)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* The master may have died before that took effect. */
    if (getppid() != p->self)
        _exit(0);
    prctl(PR_SET_NAME, role->process);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    close(p->signal_fd);
    sigprocmask(SIG_SETMASK, &p->old_mask, NULL);
    exit(role->run(p->plan->arg));
}

static bool start_child(struct pool *p, struct slot *s)
{
    const struct pool_role *role = role_of(p, s);
    pid_t pid;

    fflush(NULL);
    pid = fork();
    if (pid == 0)
        become_child(p, role);
    if (pid < 0) {
        log_error("fork_failed", "role=%s reason=%s", role->name, log_value(strerror(errno)));
        s->start_at_ms = clock_monotonic_ms() + FORK_RETRY_MS;
        return false;
    }
    s->pid = pid;
    s->generation = p->generation;
    s->started_ms = clock_monotonic_ms();
    log_debug("child_started", "role=%s child=%ld", role->name, (long)pid);
    return true;
}

/* Tells the slot's child to end; from now on it counts no more. */
static void dismiss(struct pool *p, struct slot *s, pid_t pid)
{
    s->leaving = pid;
    s->kill_at_ms = clock_monotonic_ms() + p->plan->grace_ms;
    kill(pid, SIGTERM);
}

/* Judges the end of a child that nobody had told to end. */
static void note_death(struct pool *p, struct slot *s, int status)
{
    const struct pool_role *role = role_of(p, s);
    int64_t now = clock_monotonic_ms();
    int64_t lived = now - s->started_ms;
    pid_t pid = s->pid;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    s->pid = 0;
    s->start_at_ms = now;
    if (p->stopping)
        return;
    if (code == 0 && (role->once || !role->alone)) {
        s->done = role->once;
        s->pause_ms = -1;
        log_debug("child_ended", "role=%s child=%ld lived_ms=%" PRId64, role->name, (long)pid,
                  lived);
        return;
    }
    if (code == POOL_FATAL) {
        p->fatal = true;
        return;
    }
    s->pause_ms = pool_pause(lived, s->pause_ms);
    s->start_at_ms = now + s->pause_ms;
    metrics_worker_restart();
    log_error("child_died",
              "role=%s child=%ld status=%d signal=%d lived_ms=%" PRId64 " again_in_ms=%" PRId64,
              role->name, (long)pid, code, WIFSIGNALED(status) ? WTERMSIG(status) : 0, lived,
              s->pause_ms);
}

static void bury_the_dead(struct pool *p)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        for (size_t i = 0; i < p->slot_count; i++) {
            struct slot *s = &p->slots[i];

            if (s->leaving == pid) {
                s->leaving = 0;
                log_debug("child_left", "role=%s child=%ld status=%d", role_of(p, s)->name,
                          (long)pid, status);
            } else if (s->pid == pid) {
                note_death(p, s, status);
            }
        }
    }
}

static void stop(struct pool *p)
{
    if (p->stopping)
        return;
    p->stopping = true;
    for (size_t i = 0; i < p->slot_count; i++) {
        struct slot *s = &p->slots[i];
        pid_t pid = s->pid;

        if (pid == 0)
            continue;
        if (s->leaving) {
            /* It is dismissed when its predecessor has gone; until then it may go by itself. */
            kill(pid, SIGTERM);
            continue;
        }
        s->pid = 0;
        dismiss(p, s, pid);
    }
}

static void reload(struct pool *p)
{
    if (p->stopping || !p->plan->reload || !p->plan->reload(p->plan->arg))
        return;
    if (!make_slots(p))
        log_error("reload", "reason=%s", "memory");
    p->generation++;
}

static void read_signals(struct pool *p)
{
    struct signalfd_siginfo info;

    while (read(p->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGHUP) {
            reload(p);
        } else if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
            log_info("stopping", "signal=%u", info.ssi_signo);
            stop(p);
        }
    }
}

static void start_what_is_due(struct pool *p)
{
    int64_t now = clock_monotonic_ms();

    for (size_t i = 0; i < p->slot_count; i++) {
        if (is_startable(p, &p->slots[i]) && p->slots[i].start_at_ms <= now)
            start_child(p, &p->slots[i]);
    }
}

/* While nobody is leaving, replaces or dismisses the next child that is out of date. */
static void replace_next(struct pool *p)
{
    struct slot *next = NULL;

    for (size_t i = 0; i < p->slot_count; i++) {
        struct slot *s = &p->slots[i];

        if (s->leaving)
            return;
        if (!next && s->pid && (s->generation != p->generation || !is_wanted(p, s)))
            next = s;
    }
    if (next) {
        pid_t old = next->pid;

        next->pid = 0;
        next->pause_ms = -1;
        next->start_at_ms = 0;
        if (is_wanted(p, next) && !role_of(p, next)->alone && !start_child(p, next))
            next->pid = old; /* no room for a new one: keep the old one until the next event */
        else
            dismiss(p, next, old);
    }
}

static void kill_the_late(struct pool *p)
{
    int64_t now = clock_monotonic_ms();

    for (size_t i = 0; i < p->slot_count; i++) {
        struct slot *s = &p->slots[i];

        if (s->leaving == 0 || s->kill_at_ms > now)
            continue;
        log_warn("child_killed", "role=%s child=%ld", role_of(p, s)->name, (long)s->leaving);
        kill(s->leaving, SIGKILL);
        s->kill_at_ms = now + p->plan->grace_ms;
    }
}

/* Milliseconds until something is to be done without a signal; -1: nothing is. */
static int next_deadline(const struct pool *p)
{
    int64_t now = clock_monotonic_ms();
    int64_t soonest = INT64_MAX;

    for (size_t i = 0; i < p->slot_count; i++) {
        const struct slot *s = &p->slots[i];

        if (s->leaving && s->kill_at_ms < soonest)
            soonest = s->kill_at_ms;
        if (is_startable(p, s) && s->start_at_ms < soonest)
            soonest = s->start_at_ms;
    }
    if (soonest == INT64_MAX)
        return -1;
    return soonest > now ? (int)(soonest - now) : 0;
}

static bool has_children(const struct pool *p)
{
    for (size_t i = 0; i < p->slot_count; i++) {
        if (p->slots[i].pid || p->slots[i].leaving)
            return true;
    }
    return false;
}

/* Blocks the signals and opens the descriptor that they are read from. */
static bool take_signals(struct pool *p)
{
    static const int taken[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t mask;

    sigemptyset(&mask);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        sigaddset(&mask, taken[i]);
        /* A signal that is ignored, as nohup leaves SIGHUP, would not arrive. */
        signal(taken[i], SIG_DFL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &mask, &p->old_mask);
    p->signal_fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
    return p->signal_fd >= 0;
}

static void loop(struct pool *p)
{
    do {
        struct pollfd wait = {.fd = p->signal_fd, .events = POLLIN};

        read_signals(p);
        bury_the_dead(p);
        if (p->fatal)
            stop(p);
        start_what_is_due(p);
        replace_next(p);
        kill_the_late(p);
        if (has_children(p) || !p->stopping)
            poll(&wait, 1, next_deadline(p));
    } while (has_children(p) || !p->stopping);
}

int pool_run(const struct pool_plan *plan)
{
    struct pool p = {.plan = plan, .self = getpid(), .signal_fd = -1};

    if (!take_signals(&p) || !make_slots(&p)) {
        log_error("pool", "reason=%s", log_value(strerror(errno)));
        free(p.slots);
        return 1;
    }
    loop(&p);
    close(p.signal_fd);
    sigprocmask(SIG_SETMASK, &p.old_mask, NULL);
    free(p.slots);
    return p.fatal ? 1 : 0;
}
