/*
 * What a worker keeps after large requests: as much as after small ones. The contract's bound is
 * 6 MiB of private memory for each worker; tests/bench/memory has it after a million requests.
 */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

enum { SEATS = 25000, AT_ONCE = 36, MOST_KIB = 2560 };

/* A sanitizer's own memory is no worker's. */
#if defined(__SANITIZE_ADDRESS__)
#define MEASURABLE false
#else
#define MEASURABLE true
#endif

/* The private memory of a process in KiB; 0 if it has gone. */
static long private_kib(pid_t pid)
{
    char line[128];
    long sum = 0;
    FILE *f = fopen(F("/proc/%d/smaps_rollup", (int)pid), "r");

    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "Private_Clean:", 14) == 0 || strncmp(line, "Private_Dirty:", 14) == 0)
            sum += strtol(line + 14, NULL, 10);
    if (f)
        fclose(f);
    return sum;
}

static void check_workers(const char *name)
{
    struct proc_list workers = proc_children_named(proc_find("frontrow-worker"), name);

    NEED(workers.n > 0, "%s", name);
    for (size_t i = 0; MEASURABLE && i < workers.n; i++) {
        long kib = private_kib(workers.pid[i]);

        CHECK(kib < MOST_KIB, "%s %d keeps %ld KiB", name, (int)workers.pid[i], kib);
    }
}

/* The same request from many at once, so that each worker of the pool gets some. */
static void ask(struct api_req req, long status)
{
    struct api_req reqs[AT_ONCE];

    for (size_t i = 0; i < AT_ONCE; i++)
        reqs[i] = req;
    const struct api_res **r = api_send_all(reqs, AT_ONCE);

    for (size_t i = 0; i < AT_ONCE; i++)
        CHECK(r[i]->status == status, "%s: %ld", r[i]->what, r[i]->status);
}

static void test_a_worker_keeps_nothing_large(void)
{
    int64_t concert = world_queue("'admitCount':1000");
    int64_t schedule = world_schedule(concert, SEATS, 1000);
    const char *large = api_filled("{'amount':", ' ', 64 * 1024 - 2);
    struct user u = world_user();

    world_enter(&u, 1, concert);
    /* HEAD: made as for GET, and not read here. */
    ask((struct api_req){.method = "HEAD",
                         .path = F("/schedules/%lld/seats?status=all", (long long)schedule),
                         .token = u.queue},
        200);
    ask((struct api_req){.method = "POST",
                         .path = "/users/me/balance/charges",
                         .token = u.token,
                         .body = J("%s1}", large)},
        201);
    check_workers("frontrow-main");
    ask((struct api_req){.path = "/queue/tokens/me", .token = u.queue}, 200);
    ask((struct api_req){.method = "POST",
                         .path = "/queue/tokens",
                         .token = u.token,
                         .body = J("{'concertId':%s%lld}", api_filled("", ' ', 65000),
                                   (long long)concert)},
        200);
    check_workers("frontrow-queue");
}

SUITE(memory, TEST(test_a_worker_keeps_nothing_large));
