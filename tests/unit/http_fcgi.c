/*
 * The worker's loop, spoken to as nginx does: one FastCGI connection for each request. The worker
 * is a child on a socket of its own.
 */
#include "http/fcgi.h"

#include "base/log.h"
#include "suite.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BEGIN = 1, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6 };
enum { PATIENCE_MS = 5000 };

static char folder[] = "/tmp/frontrow-fcgi.XXXXXX";
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static pid_t worker;
static char answer[1 << 17];

static void start(int64_t max_requests)
{
    static struct config cfg;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sigset_t term;

    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/s", folder);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 16), 0);
    fflush(NULL);
    /* not before the child can tell what SIGTERM means */
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    worker = fork();
    if (worker == 0) {
        log_set_level("error");
        _exit(fcgi_serve(fd, &cfg, max_requests, NULL));
    }
    sigprocmask(SIG_UNBLOCK, &term, NULL);
    close(fd);
}

/* Waits for the worker to end by itself; its exit status, or -1. */
static int ended(void)
{
    int status = -1;
    pid_t pid = 0;

    for (int i = 0; i < PATIENCE_MS / 10 && pid == 0; i++) {
        pid = waitpid(worker, &status, WNOHANG);
        if (pid == 0)
            poll(NULL, 0, 10);
    }
    if (pid == 0) {
        kill(worker, SIGKILL);
        waitpid(worker, &status, 0);
    }
    unlink(address.sun_path);
    rmdir(folder);
    return pid == worker && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int stop(void)
{
    kill(worker, SIGTERM);
    return ended();
}

static int dial(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void put(int fd, int type, const void *data, size_t len)
{
    unsigned char head[8] = {1, (unsigned char)type,       0,
                             1, (unsigned char)(len >> 8), (unsigned char)len};

    CU_ASSERT_EQUAL(send(fd, head, sizeof head, MSG_NOSIGNAL), (ssize_t)sizeof head);
    if (len > 0)
        CU_ASSERT_EQUAL(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void put_begin(int fd, bool keep)
{
    const unsigned char begin[8] = {0, 1, keep};

    put(fd, BEGIN, begin, sizeof begin);
}

/* Pairs of "NAME=value" texts, ended by NULL; none longer than 127 bytes. */
static void put_params(int fd, const char *const *pairs)
{
    for (; *pairs; pairs++) {
        size_t name = strcspn(*pairs, "="), value = strlen(*pairs) - name - 1;
        char record[258] = {(char)name, (char)value};
        size_t n = 2;

        for (const char *c = *pairs; *c; c++)
            if (c != *pairs + name)
                record[n++] = *c;
        put(fd, PARAMS, record, n);
    }
    put(fd, PARAMS, NULL, 0);
}

static bool take(int fd, void *out, size_t len)
{
    return recv(fd, out, len, MSG_WAITALL) == (ssize_t)len;
}

/* Collects what the worker sends until its side ends; false without an END record. */
static bool collect_open(int fd)
{
    unsigned char head[8], rest[65535 + 255];
    size_t n = 0;
    bool ended_well = false;

    while (take(fd, head, sizeof head)) {
        size_t len = (size_t)head[4] << 8 | head[5];

        if (!take(fd, rest, len + head[6]))
            break;
        if (head[1] == STDOUT && n + len < sizeof answer) {
            memcpy(answer + n, rest, len);
            n += len;
        }
        ended_well |= head[1] == END;
    }
    answer[n] = '\0';
    return ended_well;
}

static bool collect(int fd)
{
    bool ended_well = collect_open(fd);

    close(fd);
    return ended_well;
}

static bool ask(const char *const *pairs, const char *body)
{
    int fd = dial();

    put_begin(fd, false);
    put_params(fd, pairs);
    if (body)
        put(fd, STDIN, body, strlen(body));
    put(fd, STDIN, NULL, 0);
    return collect(fd);
}

static bool healthy(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz", NULL};

    return ask(pairs, NULL) && strncmp(answer, "Status: 200 OK\r\n", 16) == 0;
}

static bool has(const char *text)
{
    return strstr(answer, text) != NULL;
}

static void test_answers_a_request(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz",
                                        "REQUEST_ID=abc-1", NULL};

    start(100);
    CU_ASSERT_TRUE(ask(pairs, NULL));
    CU_ASSERT_TRUE(has("Status: 200 OK\r\n"));
    CU_ASSERT_TRUE(has("Content-Type: application/json\r\n"));
    CU_ASSERT_TRUE(has("Content-Length: 27\r\n"));
    CU_ASSERT_TRUE(has("X-Request-Id: abc-1\r\n"));
    CU_ASSERT_TRUE(has("\r\n\r\n{\"status\":\"ok\",\"checks\":{}}"));
    CU_ASSERT_EQUAL(stop(), 0);
}

static void test_head_has_the_length_but_no_body(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=HEAD", "DOCUMENT_URI=/healthz", NULL};

    start(100);
    CU_ASSERT_TRUE(ask(pairs, NULL));
    CU_ASSERT_TRUE(has("Content-Length: 27\r\n"));
    CU_ASSERT_FALSE(has("status\":"));
    CU_ASSERT_EQUAL(stop(), 0);
}

static void test_an_id_that_could_break_a_line_is_replaced(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz",
                                        "REQUEST_ID=a b", NULL};

    start(100);
    CU_ASSERT_TRUE(ask(pairs, NULL));
    CU_ASSERT_TRUE(has("X-Request-Id: "));
    CU_ASSERT_FALSE(has("a b"));
    CU_ASSERT_EQUAL(stop(), 0);
}

static void test_a_single_header_that_comes_twice_is_refused(void)
{
    static const char *const tokens[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz",
                                         "HTTP_AUTHORIZATION=Bearer a",
                                         "HTTP_AUTHORIZATION=Bearer a", NULL};
    static const char *const keys[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz",
                                       "HTTP_IDEMPOTENCY_KEY=", "HTTP_IDEMPOTENCY_KEY=b", NULL};

    start(100);
    CU_ASSERT_TRUE(ask(tokens, NULL));
    CU_ASSERT_TRUE(has("\"BAD_REQUEST\""));
    CU_ASSERT_TRUE(ask(keys, NULL));
    CU_ASSERT_TRUE(has("\"BAD_REQUEST\""));
    CU_ASSERT_TRUE(healthy());
    CU_ASSERT_EQUAL(stop(), 0);
}

/* The route answers 401 once the body's length has been found to be right. */
static void expect_length(const char *announced, const char *code)
{
    const char *const pairs[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/api/v1/payments", announced,
                                 NULL};

    CU_ASSERT_TRUE(ask(pairs, "{\"a\":1}"));
    CU_ASSERT_TRUE(has(code));
}

static void test_a_body_that_is_cut_short_is_refused(void)
{
    start(100);
    expect_length("CONTENT_LENGTH=8", "\"BAD_REQUEST\"");
    expect_length("CONTENT_LENGTH=x", "\"BAD_REQUEST\"");
    expect_length("CONTENT_LENGTH=7", "\"TOKEN_MISSING\"");
    expect_length("CONTENT_LENGTH=", "\"TOKEN_MISSING\"");
    CU_ASSERT_EQUAL(stop(), 0);
}

static void test_odd_peers_do_not_stop_the_worker(void)
{
    static const char garbage[] = "GET / HTTP/1.0\r\n\r\n";
    int fd;

    start(100);
    close(dial());
    fd = dial();
    CU_ASSERT_EQUAL(send(fd, garbage, sizeof garbage, MSG_NOSIGNAL), (ssize_t)sizeof garbage);
    close(fd);
    fd = dial();
    put_begin(fd, false);
    close(fd);
    CU_ASSERT_TRUE(healthy());
    CU_ASSERT_EQUAL(stop(), 0);
}

static void test_nobody_keeps_a_worker(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz", NULL};
    int fd;

    start(100);
    fd = dial();
    put_begin(fd, true);
    put_params(fd, pairs);
    put(fd, STDIN, NULL, 0);
    CU_ASSERT_TRUE(collect(fd));
    CU_ASSERT_TRUE(healthy());
    CU_ASSERT_EQUAL(stop(), 0);
}

/* It has closed the connection, not only its own side, which would still take something. */
static void test_a_worker_waits_for_nobody_to_hang_up(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz", NULL};
    int fd;

    start(100);
    fd = dial();
    put_begin(fd, false);
    put_params(fd, pairs);
    put(fd, STDIN, NULL, 0);
    CU_ASSERT_TRUE(collect_open(fd));
    CU_ASSERT_EQUAL(send(fd, "", 1, MSG_NOSIGNAL), -1);
    CU_ASSERT_EQUAL(errno, EPIPE);
    close(fd);
    CU_ASSERT_EQUAL(stop(), 0);
}

/* Whoever is still sending can go on until it looks for the answer. */
static void test_a_body_that_is_too_large_may_be_sent_to_its_end(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/healthz",
                                        "CONTENT_TYPE=application/json", NULL};
    static const char part[30000];
    int fd;

    start(100);
    fd = dial();
    put_begin(fd, false);
    put_params(fd, pairs);
    for (int i = 0; i < 4; i++)
        put(fd, STDIN, part, sizeof part);
    CU_ASSERT_TRUE(collect_open(fd));
    CU_ASSERT_TRUE(has("Status: 405 "));
    put(fd, STDIN, NULL, 0);
    close(fd);
    CU_ASSERT_TRUE(healthy());
    CU_ASSERT_EQUAL(stop(), 0);
}

static void test_term_ends_an_idle_worker(void)
{
    start(100);
    CU_ASSERT_TRUE(healthy());
    CU_ASSERT_EQUAL(stop(), 0);
    start(100);
    CU_ASSERT_EQUAL(stop(), 0); /* perhaps before it waits for the first time */
}

static void test_term_lets_the_request_in_flight_finish(void)
{
    static const char *const pairs[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/healthz", NULL};
    int fd, alive;

    start(100);
    CU_ASSERT_TRUE(healthy());
    fd = dial();
    put_begin(fd, false);
    put_params(fd, pairs);
    poll(NULL, 0, 100); /* for the worker to take it; either way it must be answered */
    kill(worker, SIGTERM);
    poll(NULL, 0, 100);
    alive = waitpid(worker, NULL, WNOHANG) == 0;
    CU_ASSERT_TRUE(alive);
    put(fd, STDIN, NULL, 0);
    CU_ASSERT_TRUE(collect(fd));
    CU_ASSERT_TRUE(has("Status: 200 OK\r\n"));
    CU_ASSERT_EQUAL(ended(), 0);
}

static void test_a_worker_serves_its_time(void)
{
    start(3);
    for (int i = 0; i < 3; i++)
        CU_ASSERT_TRUE(healthy());
    CU_ASSERT_EQUAL(ended(), 0);
}

SUITE(http_fcgi, TEST(test_answers_a_request), TEST(test_head_has_the_length_but_no_body),
      TEST(test_an_id_that_could_break_a_line_is_replaced),
      TEST(test_a_single_header_that_comes_twice_is_refused),
      TEST(test_a_body_that_is_cut_short_is_refused), TEST(test_odd_peers_do_not_stop_the_worker),
      TEST(test_nobody_keeps_a_worker), TEST(test_a_worker_waits_for_nobody_to_hang_up),
      TEST(test_a_body_that_is_too_large_may_be_sent_to_its_end),
      TEST(test_term_ends_an_idle_worker), TEST(test_term_lets_the_request_in_flight_finish),
      TEST(test_a_worker_serves_its_time));
