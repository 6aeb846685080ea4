/*
 * What the push process asks of an nginx that is the test's own: it counts the requests and closes
 * each connection.
 */
#include "base/clock.h"
#include "base/shared.h"
#include "domain/snapshot_shared.h"
#include "http/push.h"
#include "suite.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { QUEUES = 3, WATCH_MS = 1500 };

static _Atomic int *requests;
static char folder[] = "/tmp/frontrow-push-XXXXXX";
static struct config cfg;

static int open_server(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(cfg.server_push, sizeof cfg.server_push, "%s/push", folder);
    strcpy(address.sun_path, cfg.server_push);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 16), 0);
    return fd;
}

static void serve(int fd)
{
    static const char answer[] =
        "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    char text[4096];

    for (;;) {
        int client = accept(fd, NULL, NULL);

        if (read(client, text, sizeof text) > 0) {
            atomic_fetch_add(requests, 1);
            send(client, answer, sizeof answer - 1, MSG_NOSIGNAL);
        }
        close(client);
    }
}

/* Makes the queues that there are to be told of, and tells. */
static void publish(void)
{
    static volatile sig_atomic_t never;

    if (snapshot_init() != ERR_OK || push_init() != ERR_OK)
        _exit(1);
    for (int64_t id = 1; id <= QUEUES; id++) {
        struct snapshot_slot *s = snapshot_slot_new(id);

        s->q = (struct snapshot_queue){.concert_id = id, .opens_at = -1};
        s->seen_ms = clock_monotonic_ms();
        s->stale = false;
        atomic_store(&s->concert_id, id);
    }
    _exit(push_run(&cfg, &never));
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* That a connection is new makes everything go out again, once and not without end. */
static void test_closed_connections_are_no_flood(void)
{
    int fd = open_server();
    pid_t server, pusher;

    requests = shared_alloc(sizeof *requests);
    CU_ASSERT_PTR_NOT_NULL_FATAL(requests);
    server = fork();
    if (server == 0)
        serve(fd);
    pusher = fork();
    if (pusher == 0)
        publish();
    nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = (WATCH_MS - 1000) * 1000000L}, NULL);
    end(pusher);
    end(server);
    CU_ASSERT(atomic_load(requests) >= QUEUES);
    CU_ASSERT(atomic_load(requests) <= QUEUES * 2 * (WATCH_MS / 1000 + 2));
    close(fd);
    unlink(cfg.server_push);
    rmdir(folder);
}

SUITE(http_push, TEST(test_closed_connections_are_no_flood));
