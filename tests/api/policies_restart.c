/* Workers that are replaced and a job that begins anew while a crowd is let in. */
#include "crowd.h"
#include "proc.h"
#include "suite.h"

#include <signal.h>
#include <string.h>

enum { CAP = 60, N = 300 };

/* The one that is asked to stop is followed by another. */
static void restart(const char *program, int sign)
{
    pid_t pid = 0;
    UNTIL(15, (pid = proc_find(program)) > 0);
    NEED(pid > 0, "no %s of this state runs", program);
    kill(pid, sign);
}

static void leave(struct crowd *c, size_t from, size_t to)
{
    struct api_req *reqs = api_alloc((to - from + 1) * sizeof *reqs);
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        NEED(c->v[i].admitted > 0, "ticket %zu was called and is not inside", i);
        c->v[i].done = api_wall_ms();
        reqs[n++] = (struct api_req){
            .method = "DELETE", .path = "/queue/tokens/me", .token = c->v[i].user.queue};
    }
    const struct api_res **r = crowd_send(reqs, n);
    for (size_t i = 0; i < n; i++)
        EXPECT(r[i], 204);
}

static void check_log(const struct crowd *c)
{
    for (size_t i = 0; i < c->n; i++) {
        int64_t t = c->v[i].admitted;
        size_t inside = 0;
        for (size_t k = 0; k <= i; k++)
            inside += c->v[k].admitted <= t && c->v[k].done > t;
        CHECK(inside <= CAP, "%zu are inside with ticket %zu", inside, i);
        CHECK(i == 0 || t >= c->v[i - 1].admitted, "ticket %zu came in before the one ahead", i);
        CHECK(i == 0 || c->v[i].user.ticket > c->v[i - 1].user.ticket, "a ticket was drawn twice");
    }
}

static void test_a_crowd_comes_in_through_restarts(void)
{
    int64_t concert = world_paused("'maxActive':60,'claimSeconds':0");
    struct crowd c = crowd_join(concert, N, 600);
    size_t seen = 0;
    int restarts = 0;
    world_set_state(concert, "OPEN");
    for (double end = api_now() + 60; seen < N && api_now() < end; api_pause()) {
        size_t called = crowd_called(&c);
        CHECK_INT((int64_t)crowd_poll(&c, seen, called), (int64_t)(called - seen));
        leave(&c, seen, called);
        seen = called;
        if (restarts == 0 && seen >= N / 4) {
            restart("frontrow-worker", SIGHUP);
            restarts++;
        } else if (restarts == 1 && seen >= N / 2) {
            restart("frontrow-cron", SIGTERM);
            restarts++;
        }
    }
    CHECK_INT((int64_t)seen, N);
    check_log(&c);
}

SUITE_LAST(policies_restart, TEST(test_a_crowd_comes_in_through_restarts));
