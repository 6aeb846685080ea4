/*
 * Parts that are killed at random moments under a crowd of visitors: nobody loses the place, the
 * number or the seat, nobody is inside beyond the cap, and everyone is let in in the end.
 */
#include "api/proc.h"
#include "api/world.h"
#include "crowd.h"
#include "reaper.h"
#include "session.h"
#include "suite.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static bool is_ready(void)
{
    return api_send(&(struct api_req){.path = "/readyz", .root = true})->status == 200;
}

/* The lease of a job that died is in the way for four seconds, and a part that dies often begins
 * again a little later. */
enum { JOB_PATIENCE = CROWD_PATIENCE + 10 };

/* A crowd, and deaths for so long; then all must come right by itself. */
static void survive(size_t each, double patience, void (*strike)(void), int pause_ms,
                    double seconds)
{
    crowd_gather(each, patience);
    reaper_begin(strike, pause_ms);
    crowd_go_on(seconds);
    reaper_end();
    crowd_finish(30);
    UNTIL(30, is_ready());
}

/* Those that read the snapshot and that do for all what they ask for are alone: they are chosen
 * more often. */
static void kill_any_worker(void)
{
    static const char *const alone[10] = {
        "frontrow-snap", [2] = "frontrow-pays", [4] = "frontrow-holds", [6] = "frontrow-joins",
        [8] = "frontrow-charge"};
    static size_t deaths;
    reaper_kill_worker(alone[deaths++ % 10]);
}

static void test_workers_die(void)
{
    survive(26, CROWD_PATIENCE, kill_any_worker, 60, 3);
}

static void kill_master_or_nginx(void)
{
    static bool nginx;
    reaper_kill(nginx ? "nginx" : "frontrow-worker");
    nginx = !nginx;
}

static void test_the_master_and_nginx_die(void)
{
    survive(26, CROWD_PATIENCE, kill_master_or_nginx, 700, 3);
}

static void kill_database(void)
{
    reaper_kill(proc_database());
}

static void test_the_database_dies(void)
{
    survive(26, JOB_PATIENCE, kill_database, 1500, 3);
}

/* The process that has the lease, by the name that it has given itself: host:process:word. */
static pid_t leading_job(void)
{
    return (pid_t)session_int("SELECT SUBSTRING_INDEX(SUBSTRING_INDEX(holder, ':', 2), ':', -1) "
                              "FROM job_lease WHERE expires_at > NOW(3)");
}

static bool another_leads(pid_t pid)
{
    pid_t now = leading_job();
    return now > 0 && now != pid;
}

/* While a tick is going on, or soon after: they begin with each second of the database's clock. */
static void wait_for_a_tick(void)
{
    int64_t now = session_int("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)");
    int64_t next = api_wall_ms() + 1000 - now % 1000 + api_wall_ms() % 16;
    while (api_wall_ms() < next && crowd_step())
        ;
}

/*
 * Several jobs stand by, each second the one that works is killed, and its lease ends at once, as
 * if its four seconds had passed.
 */
static void test_jobs_die_in_the_middle_of_ticks(void)
{
    enum { JOBS = 7 };
    pid_t jobs[JOBS];
    const char *log = F("/tmp/frontrow-faults-%d", (int)getpid());
    crowd_gather(26, JOB_PATIENCE);
    for (int i = 0; i < JOBS; i++)
        jobs[i] = proc_start("frontrow-cron", NULL, log);
    for (int i = 0; i < JOBS - 1; i++) {
        UNTIL(10, leading_job() > 0);
        pid_t leader = leading_job();
        wait_for_a_tick();
        if (leader != leading_job())
            continue;
        kill(leader, SIGKILL);
        session_int("UPDATE job_lease SET expires_at = NOW(3)");
        UNTIL(10, (crowd_step(), another_leads(leader)));
    }
    crowd_finish(30);
    for (int i = 0; i < JOBS; i++) {
        kill(jobs[i], SIGKILL);
        proc_wait(jobs[i], 5);
    }
    unlink(log);
    UNTIL(30, is_ready());
}

SUITE_LAST(deaths, TEST(test_workers_die), TEST(test_the_master_and_nginx_die),
           TEST(test_the_database_dies), TEST(test_jobs_die_in_the_middle_of_ticks));
