/* The HTTP client of a rehearsal, against a small server in a process of its own. */
#include "base/clock.h"
#include "load/client.h"
#include "suite.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct target target;
static pid_t server;

/* Answers what was asked for with its own path; /close closes after that, /drop instead of it, and
 * /stuck is never answered. */
static void serve_connection(int fd)
{
    char in[4096], out[512], path[100];
    ssize_t len;

    while ((len = recv(fd, in, sizeof in - 1, 0)) > 0) {
        in[len] = '\0';
        if (sscanf(in, "GET %99s", path) != 1 || strcmp(path, "/drop") == 0)
            break;
        if (strcmp(path, "/stuck") == 0)
            continue;
        snprintf(out, sizeof out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n%s",
                 strlen(path), strcmp(path, "/close") == 0 ? "Connection: close\r\n" : "", path);
        if (send(fd, out, strlen(out), MSG_NOSIGNAL) < 0 || strcmp(path, "/close") == 0)
            break;
    }
    close(fd);
}

static void serve(int listener)
{
    int fd;

    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        if (fork() == 0) {
            alarm(60);
            serve_connection(fd);
            _exit(0);
        }
        close(fd);
    }
    _exit(0);
}

/* Starts the server on a free port, and sets the target. */
static void start_server(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    CU_ASSERT_FATAL(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 &&
                    listen(listener, 16) == 0 &&
                    getsockname(listener, (struct sockaddr *)&a, &len) == 0);
    memset(&target, 0, sizeof target);
    memcpy(&target.address, &a, sizeof a);
    target.address_len = sizeof a;
    server = fork();
    CU_ASSERT_FATAL(server >= 0);
    if (server == 0) {
        signal(SIGCHLD, SIG_IGN);
        alarm(60);
        serve(listener);
    }
    close(listener);
}

static void stop_server(void)
{
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

/* What was asked and what came, by id; `heard` has the ids in the order of their answers. */
static const char *paths[1000];
static char bodies[1000][100];
static int errors[1000], heard[1000], heard_count;

static size_t write_path(void *arg, uint32_t id, char *out, size_t size)
{
    (void)arg;
    if (!paths[id])
        return 0;
    return (size_t)snprintf(out, size, "GET %s HTTP/1.1\r\nHost: test\r\n\r\n", paths[id]);
}

static void hear(void *arg, uint32_t id, const struct client_result *r)
{
    (void)arg;
    errors[id] = r->error;
    bodies[id][0] = '\0';
    if (r->answer)
        snprintf(bodies[id], sizeof bodies[id], "%.*s", (int)r->answer->len, r->answer->body);
    heard[heard_count++] = (int)id;
}

static struct client *new_client(int connections)
{
    static const struct client_user user = {write_path, hear, NULL};
    struct client *c = client_new(&target, connections);

    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    client_use(c, &user);
    memset(paths, 0, sizeof paths);
    heard_count = 0;
    return c;
}

/* Runs until so many answers came. */
static void run_until(struct client *c, int count)
{
    int64_t end = clock_monotonic_ms() + 20000;

    while (heard_count < count && clock_monotonic_ms() < end)
        client_run(c, 50);
    CU_ASSERT_EQUAL(heard_count, count);
}

static void ask(struct client *c, uint32_t id, const char *path, enum client_lane lane)
{
    paths[id] = path;
    CU_ASSERT_EQUAL(client_ask(c, id, lane), ERR_OK);
}

static void test_one_connection_serves_all_in_order(void)
{
    struct client *c;

    start_server();
    c = new_client(1);
    for (uint32_t i = 0; i < 500; i++)
        ask(c, i, i % 2 ? "/odd" : "/even", LANE_QUEUE);
    paths[3] = NULL; /* wants nothing any more */
    paths[4] = "/close";
    CU_ASSERT_EQUAL(client_ask_next(c, 500, LANE_QUEUE), ERR_OK);
    paths[500] = "/first";
    run_until(c, 500);
    CU_ASSERT_EQUAL(heard[0], 500);
    for (int i = 1, id = 0; i < 500; i++, id++) {
        id += id == 3;
        if (heard[i] != id || strcmp(bodies[id], paths[id]) != 0)
            CU_FAIL_FATAL("another answer was due");
    }
    CU_ASSERT_EQUAL(client_busy(c) + client_waiting(c), 0);
    CU_ASSERT_EQUAL(client_opened(c), 2);
    CU_ASSERT_EQUAL(client_lag(c)->count, 500);
    client_free(c);
    stop_server();
}

static void test_lanes_do_not_keep_each_other_waiting(void)
{
    struct client *c;

    start_server();
    c = new_client(20);
    for (uint32_t i = 0; i < 900; i++)
        ask(c, i, "/stuck", LANE_QUEUE);
    ask(c, 900, "/pay", LANE_SHOP);
    ask(c, 901, "/public", LANE_PUBLIC);
    run_until(c, 2);
    CU_ASSERT_STRING_EQUAL(bodies[900], "/pay");
    CU_ASSERT_STRING_EQUAL(bodies[901], "/public");
    CU_ASSERT_EQUAL(client_busy(c), 9);
    CU_ASSERT_EQUAL(client_waiting(c), 891);
    client_free(c);
    stop_server();
}

static void test_what_is_not_answered_says_why(void)
{
    struct client *c;

    start_server();
    c = new_client(2);
    ask(c, 0, "/drop", LANE_SHOP);
    ask(c, 1, "/good", LANE_SHOP);
    run_until(c, 2);
    CU_ASSERT_EQUAL(errors[0], ECONNRESET);
    CU_ASSERT_EQUAL(errors[1], 0);
    CU_ASSERT_STRING_EQUAL(bodies[1], "/good");
    stop_server();
    heard_count = 0;
    ask(c, 2, "/good", LANE_SHOP); /* maybe on a connection that is gone */
    run_until(c, 1);
    CU_ASSERT(errors[2] == ECONNREFUSED || errors[2] == ECONNRESET || errors[2] == EPIPE ||
              errors[2] == 0);
    client_free(c);
}

SUITE(load_client, TEST(test_one_connection_serves_all_in_order),
      TEST(test_lanes_do_not_keep_each_other_waiting), TEST(test_what_is_not_answered_says_why));
