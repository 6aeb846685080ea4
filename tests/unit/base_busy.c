/* Whether a pool keeps up, and how nginx is told. */
#include "base/busy.h"
#include "base/clock.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[64], socket_path[80];
static int64_t ahead_ms; /* of nginx's clock */

static struct busy *fresh(void)
{
    strcpy(folder, "/tmp/frontrow-busy.XXXXXX");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    snprintf(socket_path, sizeof socket_path, "%s/main.sock", folder);
    ahead_ms = 0;
    return busy_new(socket_path);
}

static bool has_file(const char *suffix)
{
    char path[sizeof socket_path + 8];

    snprintf(path, sizeof path, "%s%s", socket_path, suffix);
    return access(path, F_OK) == 0;
}

/* Which files there are: 0 none, 1 .busy, 2 .full too. */
static int told(void)
{
    return has_file(".full") ? 2 : has_file(".busy");
}

static void clean(struct busy *b)
{
    busy_end(b);
    CU_ASSERT_EQUAL(told(), 0);
    unlink(socket_path);
    rmdir(folder);
}

/* A request is taken that came so long ago. */
static void take(struct busy *b, int64_t ago_ms, bool waited)
{
    int64_t at = clock_wall_ms() + ahead_ms - ago_ms;
    char text[32];

    snprintf(text, sizeof text, "%" PRId64 ".%03" PRId64, at / 1000, at % 1000);
    busy_taken(b, text, waited);
}

static void test_tells_how_long_requests_wait(void)
{
    struct busy *b = fresh();

    take(b, 0, false);
    take(b, BUSY_MS - 100, true);
    CU_ASSERT_EQUAL(told(), 0);
    take(b, BUSY_MS + 100, true);
    CU_ASSERT_EQUAL(told(), 1);
    take(b, FULL_MS + 100, true);
    CU_ASSERT_EQUAL(told(), 2);
    take(b, FULL_MS / 2 + 100, true);
    CU_ASSERT_EQUAL(told(), 2);
    take(b, FULL_MS / 2 - 100, true);
    CU_ASSERT_EQUAL(told(), 1);
    take(b, BUSY_MS / 2 - 100, true);
    CU_ASSERT_EQUAL(told(), 0);
    clean(b);
}

static void test_is_idle_at_once_when_nobody_waits(void)
{
    struct busy *b = fresh();
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int listening = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(at.sun_path, socket_path);
    CU_ASSERT_EQUAL_FATAL(bind(listening, (struct sockaddr *)&at, sizeof at), 0);
    CU_ASSERT_EQUAL_FATAL(listen(listening, 5), 0);
    take(b, 0, false);
    take(b, FULL_MS + 100, true);
    CU_ASSERT_EQUAL_FATAL(connect(client, (struct sockaddr *)&at, sizeof at), 0);
    CU_ASSERT_TRUE(busy_anyone_waiting(b, listening));
    CU_ASSERT_EQUAL(told(), 2);
    close(accept(listening, NULL, NULL));
    CU_ASSERT_FALSE(busy_anyone_waiting(b, listening));
    CU_ASSERT_EQUAL(told(), 0);
    close(client);
    close(listening);
    clean(b);
}

/* nginx may be on another host, or its clock may be set anew. */
static void test_the_clocks_need_not_agree(void)
{
    static const int64_t differences[] = {3600000, -3600000};
    struct busy *b = fresh();

    for (size_t i = 0; i < sizeof differences / sizeof *differences; i++) {
        ahead_ms = differences[i];
        for (int n = 0; n < 200; n++)
            take(b, 0, false);
        take(b, 200, true);
        CU_ASSERT_EQUAL(told(), 0);
        take(b, BUSY_MS + 200, true);
        CU_ASSERT_EQUAL(told(), 1);
        take(b, 0, true);
        CU_ASSERT_EQUAL(told(), 0);
    }
    clean(b);
}

/* Before anybody was seen who did not wait, nothing is known about the clocks. */
static void test_says_nothing_that_it_does_not_know(void)
{
    static const char *const nonsense[] = {"",      ".",       "1",      "x.123",
                                           "1.12",  "1.1234",  "-1.000", "1.-12",
                                           "1.12x", "1e3.000", "1.0.0",  "999999999999999999.000",
                                           " 1.000"};
    struct busy *b = fresh();

    take(b, FULL_MS + 100, true);
    CU_ASSERT_EQUAL(told(), 0);
    take(b, 0, false);
    busy_taken(b, NULL, true);
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
        busy_taken(b, nonsense[i], true);
    CU_ASSERT_EQUAL(told(), 0);
    clean(b);
}

static void test_removes_what_a_dead_one_left(void)
{
    struct busy *b = fresh();

    take(b, 0, false);
    take(b, FULL_MS + 100, true);
    CU_ASSERT_EQUAL(told(), 2);
    b = busy_new(socket_path);
    CU_ASSERT_EQUAL(told(), 0);
    clean(b);
    b = busy_new("127.0.0.1:9000");
    take(b, 0, false);
    take(b, FULL_MS + 100, true);
    CU_ASSERT_EQUAL(access("127.0.0.1:9000.busy", F_OK), -1);
}

SUITE(base_busy, TEST(test_tells_how_long_requests_wait),
      TEST(test_is_idle_at_once_when_nobody_waits), TEST(test_the_clocks_need_not_agree),
      TEST(test_says_nothing_that_it_does_not_know), TEST(test_removes_what_a_dead_one_left));
