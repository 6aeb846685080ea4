/*
 * The job, caught in the middle of admitting: a lock of the tests' own keeps its tick there. Then
 * it dies, or it stands still and wakes up when others have gone on.
 */
#include "api/proc.h"
#include "api/world.h"
#include "session.h"
#include "suite.h"

#include <signal.h>
#include <string.h>

enum { PEOPLE = 9, CAP = 4 };

static const char admitting[] = "UPDATE queue_token FORCE INDEX (queue_token_status)%";

static int64_t inside(int64_t concert)
{
    return session_int("SELECT COUNT(*) FROM queue_token WHERE concert_id = %lld "
                       "AND status = 'ACTIVE'",
                       (long long)concert);
}

static int64_t admitted(int64_t concert)
{
    return session_int("SELECT COALESCE(SUM(admitted), 0) FROM admission WHERE concert_id = %lld",
                       (long long)concert);
}

/* A queue whose first batch is being admitted, with everybody counted, by the job returned. */
static pid_t catch_job(int64_t *concert, struct user *u, const char *settings)
{
    *concert = world_paused(settings);
    for (int i = 0; i < PEOPLE; i++) {
        u[i] = world_user();
        world_join(&u[i], *concert);
    }
    UNTIL(10, proc_find("frontrow-cron") > 0);
    session_hold("SELECT token_id FROM queue_token WHERE concert_id = %lld AND ticket = %lld",
                 (long long)*concert, (long long)u[0].ticket);
    world_set_state(*concert, "OPEN");
    UNTIL(10, session_sees(admitting));
    return proc_find("frontrow-cron");
}

/* The lowest `n` are inside, and nobody else ever was. */
static void check_first(int64_t concert, const struct user *u, int n)
{
    CHECK_INT(inside(concert), n);
    CHECK_INT(admitted(concert), n);
    for (int i = 0; i < n; i++)
        UNTIL(5, world_is_active(&u[i])); /* the snapshot follows */
    for (int i = n; i < PEOPLE; i++)
        CHECK(!world_is_active(&u[i]), "ticket %lld", (long long)u[i].ticket);
}

static void test_the_job_dies_while_it_admits(void)
{
    struct user u[PEOPLE];
    int64_t concert;
    pid_t job = catch_job(&concert, u, "'admitCount':20,'maxActive':4,'claimSeconds':0");
    kill(job, SIGKILL);
    UNTIL(5, proc_find("frontrow-cron") != job);
    CHECK_INT(inside(concert), 0);
    session_release();
    UNTIL(15, inside(concert) == CAP);
    check_first(concert, u, CAP);
}

static bool is_done_by_another(int64_t concert)
{
    static const char *const once[] = {"--once", NULL};
    const char *output;
    CHECK_INT(proc_run("frontrow-cron", once, &output), 0);
    CHECK(inside(concert) <= CAP, "%lld are inside", (long long)inside(concert));
    return inside(concert) > 0;
}

/*
 * It has admitted, but not committed. Whoever takes the lease over goes on within seconds; when it
 * wakes up, it does not admit the batch once more. The next batch is a day away.
 */
static void test_a_job_wakes_up_when_others_have_gone_on(void)
{
    struct user u[PEOPLE];
    int64_t concert;
    pid_t job = catch_job(&concert, u,
                          "'admitCount':4,'admitIntervalSeconds':86400,'maxActive':0,"
                          "'claimSeconds':0");
    kill(job, SIGSTOP);
    UNTIL(5, proc_is_stopped(job));
    session_release();
    UNTIL(15, is_done_by_another(concert));
    check_first(concert, u, CAP);
    kill(job, SIGCONT);
    UNTIL(5, !proc_is_stopped(job));
    int64_t later = session_int("SELECT CAST(UNIX_TIMESTAMP(ticked_at) AS SIGNED) + 2 "
                                "FROM job_lease");
    UNTIL(15, session_int("SELECT UNIX_TIMESTAMP(ticked_at) > %lld FROM job_lease",
                          (long long)later) == 1);
    check_first(concert, u, CAP);
}

SUITE_LAST(late_job, TEST(test_the_job_dies_while_it_admits),
           TEST(test_a_job_wakes_up_when_others_have_gone_on));
