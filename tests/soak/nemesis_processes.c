/* What the nemesis does to processes: deaths, standing still, listen backlogs; see nemesis.h. */
#include "soak/nemesis_parts.h"
#include "soak/rng.h"
#include "soak/target.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const worker_names[] = {"frontrow-main", "frontrow-queue"};

/* --- Deaths --- */

/* libfaketime keeps two files for each process it is loaded into, which only an orderly end takes
 * away. */
static void forget_shared(pid_t pid)
{
    char path[64];

    snprintf(path, sizeof path, "/dev/shm/faketime_shm_%d", (int)pid);
    unlink(path);
    snprintf(path, sizeof path, "/dev/shm/sem.faketime_sem_%d", (int)pid);
    unlink(path);
}

void nemesis_kill(struct nemesis *n, enum fault f, pid_t pid)
{
    if (pid > 0 && kill(pid, SIGKILL) == 0) {
        forget_shared(pid);
        nemesis_effect(n, f, 1);
        nemesis_say(n, f, "killed process", pid);
    } else {
        nemesis_say(n, f, "not there now", pid);
    }
}

void nemesis_kill_workers(struct nemesis *n, const struct plan_item *item)
{
    struct target_list workers = target_children(target_find(n->place.state, TARGET_MASTER), NULL);
    struct rng r;

    rng_begin(&r, (uint64_t)item->how, 0);
    for (int i = 0; i < item->every && workers.count > 0; i++) {
        size_t k = (size_t)rng_below(&r, (int)workers.count);

        nemesis_kill(n, item->fault, workers.pid[k]);
        workers.pid[k] = workers.pid[--workers.count];
    }
}

void nemesis_kill_nginx(struct nemesis *n, const struct plan_item *item)
{
    pid_t master = target_find(n->place.state, TARGET_NGINX);
    struct target_list workers = target_children(master, NULL);

    if (item->how % 2 == 0 && workers.count > 0)
        nemesis_kill(n, item->fault, workers.pid[(size_t)item->how / 2 % workers.count]);
    else
        nemesis_kill(n, item->fault, master);
}

/* --- Standing still --- */

static size_t stop_all(const struct target_list *list, size_t count, pid_t *out, size_t from)
{
    size_t n = 0;

    for (size_t i = 0; i < count && n < NEMESIS_FROZEN; i++) {
        pid_t pid = list->pid[(from + i) % list->count];

        if (kill(pid, SIGSTOP) == 0)
            out[n++] = pid;
    }
    return n;
}

static void go_on(pid_t *pids, size_t *count)
{
    for (size_t i = 0; i < *count; i++)
        kill(pids[i], SIGCONT);
    *count = 0;
}

/* Up to half of the shop's workers: the others go on, and meet their locks. */
void nemesis_freeze(struct nemesis *n, const struct plan_item *item)
{
    struct target_list shop =
        target_children(target_find(n->place.state, TARGET_MASTER), worker_names[0]);
    size_t half = shop.count / 2;

    nemesis_thaw(n);
    if (half > 0)
        n->frozen_count = stop_all(&shop, 1 + (size_t)item->how % half, n->frozen,
                                   (size_t)item->how / 7 % shop.count);
    nemesis_effect(n, item->fault, n->frozen_count);
    nemesis_say(n, item->fault, "workers that stand still:", (int64_t)n->frozen_count);
}

void nemesis_thaw(struct nemesis *n)
{
    go_on(n->frozen, &n->frozen_count);
}

/* --- The listen backlog --- */

/* One more connection that nobody will serve: 1; 0: the backlog is full; -1: cannot tell. */
static int knock(const char *path, int *fd)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd >= 0 && connect(*fd, (struct sockaddr *)&at, sizeof at) == 0)
        return 1;
    int full = *fd >= 0 && errno == EAGAIN ? 0 : -1;
    if (*fd >= 0)
        close(*fd);
    return full;
}

void nemesis_fill_backlog(struct nemesis *n, const struct plan_item *item)
{
    int pool = item->how % 3 == 0, more = 1;
    struct target_list workers =
        target_children(target_find(n->place.state, TARGET_MASTER), worker_names[pool]);

    if (workers.count > 0)
        n->stalled_count = stop_all(&workers, workers.count, n->stalled, 0);
    while (n->socket_count < NEMESIS_SOCKETS &&
           (more = knock(n->place.socket[pool], &n->sockets[n->socket_count])) == 1)
        n->socket_count++;
    nemesis_effect(n, item->fault, more == 0);
    nemesis_say(n, item->fault, more == 0 ? "full with connections:" : "not full, connections:",
                (int64_t)n->socket_count);
}

void nemesis_empty_backlog(struct nemesis *n)
{
    while (n->socket_count > 0)
        close(n->sockets[--n->socket_count]);
    go_on(n->stalled, &n->stalled_count);
}
