/*
 * Clients that are slow on purpose. Many more of them than there are workers send a request byte by
 * byte, stop in the middle of it, or do not read their answer; while they are there everybody else
 * is answered as ever, which could not be if each of them held a worker.
 */
#include "proc.h"
#include "raw.h"
#include "suite.h"
#include "world.h"

#include <string.h>
#include <sys/resource.h>

/* How many of a kind there are, and what a fault of ours would need them to be more than. */
enum { SLOW = 150, READERS = 150, OTHERS = 40, HALL = 6000 };

static void allow_files(void)
{
    struct rlimit limit;

    NEED(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= 2048, "few files");
    limit.rlim_cur = 2048;
    NEED(setrlimit(RLIMIT_NOFILE, &limit) == 0, "few files");
}

static void need_fewer_workers_than(size_t clients)
{
    pid_t master = proc_find("frontrow-worker");

    NEED(master > 0, "no master");
    NEED(proc_children(master).n < clients, "%zu workers", proc_children(master).n);
}

/* Everybody else: the shop's workers and the waiting room's, many at once. */
static void expect_all_served(const struct user *inside, int64_t schedule)
{
    struct api_req reqs[OTHERS];
    const char *const paths[] = {"/users/me/balance", "/queue/tokens/me", "/concerts?limit=1",
                                 F("/schedules/%lld/seats", (long long)schedule)};

    for (size_t i = 0; i < OTHERS; i++) {
        size_t kind = i % COUNT(paths);
        reqs[i] = (struct api_req){.path = paths[kind],
                                   .token = kind == 0 ? inside->token : inside->queue};
    }
    const struct api_res **r = api_send_all(reqs, OTHERS);
    for (size_t i = 0; i < OTHERS; i++)
        EXPECT(r[i], 200);
    struct user u = world_user();
    world_charge(&u, 1);
    world_try_join(&u, world_paused(""));
}

/* Opens so many connections and sends each the same beginning of a request. */
static void begin(int fds[SLOW], const char *text)
{
    for (size_t i = 0; i < SLOW; i++) {
        fds[i] = raw_open();
        CHECK(RAW_PUTS(fds[i], text), "connection %zu", i);
    }
}

static size_t count_over(const int fds[SLOW])
{
    size_t n = 0;

    for (size_t i = 0; i < SLOW; i++)
        n += raw_is_over(fds[i]);
    return n;
}

/* One more byte from each. */
static void drip(const int fds[SLOW], const char *byte)
{
    for (size_t i = 0; i < SLOW; i++)
        raw_send(fds[i], byte, 1);
}

static void test_unfinished_requests_hold_no_worker(void)
{
    struct stage s = world_stage();
    int headers[SLOW], bodies[SLOW], chunks[SLOW];
    const char *head = F("POST /api/v1/users/me/balance/charges HTTP/1.1\r\nHost: x\r\n"
                         "Authorization: Bearer %s\r\nContent-Type: application/json\r\n",
                         s.u[0].token);

    allow_files();
    need_fewer_workers_than(SLOW);
    begin(headers, "POST /api/v1/queue/tokens HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    begin(bodies, F("%sContent-Length: 100\r\n\r\n{\"amount\"", head));
    begin(chunks, F("%sTransfer-Encoding: chunked\r\n\r\nc\r\n{\"amo", head));
    for (int i = 0; i < 3; i++) {
        drip(headers, "a");
        drip(bodies, " ");
        expect_all_served(&s.u[1], s.schedule);
    }
    CHECK_INT((int64_t)(count_over(headers) + count_over(bodies) + count_over(chunks)), 0);
    UNTIL(20, count_over(headers) == SLOW); /* a whole header has to come within its time */
    UNTIL(20, count_over(bodies) == SLOW && count_over(chunks) == SLOW);
    CHECK_INT(world_balance(&s.u[0]), 0);
}

static void test_unread_answers_hold_no_worker(void)
{
    struct user u = world_user();
    int64_t concert = world_concert(NULL), hall = world_schedule(concert, HALL, 1);
    int64_t small = world_schedule(concert, 10, 1);
    int fds[READERS];

    world_enter(&u, 1, concert);
    allow_files();
    need_fewer_workers_than(READERS);
    for (size_t i = 0; i < READERS; i++) {
        fds[i] = raw_open_narrow();
        /* of version 1.0, whose answers come in one piece and end with the connection */
        RAW_PUTS(fds[i], F("GET /api/v1/schedules/%lld/seats HTTP/1.0\r\nHost: x\r\n"
                           "Authorization: Bearer %s\r\n\r\n",
                           (long long)hall, u.queue));
    }
    for (size_t i = 0; i < READERS; i++)
        UNTIL(30, raw_is_over(fds[i])); /* its first bytes are there */
    for (int i = 0; i < 3; i++)
        expect_all_served(&u, small);
    for (size_t i = 0; i < READERS; i += READERS - 1) { /* whoever reads at last gets all of it */
        const struct api_res *r = raw_answer(fds[i], "the seats", 30);
        CHECK_INT(r->status, 200);
        CHECK_INT((int64_t)LEN(r, "seats"), HALL);
    }
}

SUITE(slow_clients, TEST(test_unfinished_requests_hold_no_worker),
      TEST(test_unread_answers_hold_no_worker));
