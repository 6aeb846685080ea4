/* Two jobs at once: whoever lacks the lease stands by, and nobody is let in twice or too many. */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <string.h>
#include <unistd.h>

static void test_two_jobs_at_once(void)
{
    enum { N = 16, CAP = 4 };
    struct user u[N];
    int64_t ends[N] = {0};
    int inside = 0;
    int64_t concert = world_queue("'admitCount':3,'maxActive':4,'sessionSeconds':2,"
                                  "'claimSeconds':0");
    const char *logs[] = {F("/tmp/frontrow-cron-%d-a", (int)getpid()),
                          F("/tmp/frontrow-cron-%d-b", (int)getpid())};
    pid_t jobs[2];
    for (int i = 0; i < 2; i++)
        jobs[i] = proc_start("frontrow-cron", NULL, logs[i]);
    for (int i = 0; i < N; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
    for (double end = api_now() + 20; inside < N && api_now() < end; api_pause()) {
        for (int i = 0; i < N; i++) {
            const struct api_res *r = world_poll(&u[i]);
            if (strcmp(api_text(r, "status"), "ACTIVE") != 0)
                continue;
            int64_t session_end = TIME(r, "sessionExpiresAt");
            if (ends[i])
                CHECK_INT(session_end, ends[i]); /* let in twice? */
            inside += ends[i] == 0;
            ends[i] = session_end;
        }
    }
    for (int i = 0; i < 2; i++) {
        proc_stop(jobs[i]);
        unlink(logs[i]);
    }
    CHECK_INT(inside, N);
    for (int i = CAP; i < N; i++)
        CHECK(ends[i] - ends[i - CAP] >= 2000, "%d inside together for %lld ms", CAP + 1,
              2000 - (long long)(ends[i] - ends[i - CAP]));
    for (int i = 1; i < N; i++)
        CHECK(ends[i] >= ends[i - 1], "ticket %d was let in before %d", i, i - 1);
}

static void test_once_without_the_lease_says_so(void)
{
    static const char *const once[] = {"--once", NULL};
    const char *output;
    CHECK_INT(proc_run("frontrow-cron", once, &output), 0);
    CHECK(*output, "prints nothing");
    CHECK(strstr(output, "lease") != NULL, "%s", output);
}

static void test_verify_finds_nothing_broken(void)
{
    static const char *const verify[] = {"verify", NULL};
    const char *output;
    int status = proc_run("frontrow", verify, &output);
    CHECK(status == 0, "exit %d: %s", status, output);
}

SUITE_LAST(jobs, TEST(test_two_jobs_at_once), TEST(test_once_without_the_lease_says_so),
           TEST(test_verify_finds_nothing_broken));
