/*
 * What a poll asks the database, by the server's own counter of statements. The processes that ask
 * by themselves, the job and the snapshot's, stand still meanwhile, for less than the time after
 * which anyone would miss them; so what is counted is the polls' own.
 */
#include "proc.h"
#include "sql.h"
#include "suite.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Counting asks a few statements itself, and so does a job that just begins. */
enum { VISITORS = 8, POLLS = 400, AT_ONCE = 50, NOISE = 40 };

static bool is_snapshots(pid_t pid)
{
    char name[32] = "";
    FILE *f = fopen(F("/proc/%d/comm", (int)pid), "r");
    if (f && !fgets(name, sizeof name, f))
        name[0] = '\0';
    if (f)
        fclose(f);
    return strcmp(name, "frontrow-snap\n") == 0;
}

static pid_t find_snapshots(void)
{
    struct proc_list children = proc_children(proc_find("frontrow-worker"));
    for (size_t i = 0; i < children.n; i++)
        if (is_snapshots(children.pid[i]))
            return children.pid[i];
    return 0;
}

static int64_t questions(void)
{
    return sql_int("SELECT CAST(variable_value AS SIGNED) FROM "
                   "/*M! information_schema */ /*!80000 performance_schema */ "
                   ".global_status WHERE variable_name = 'Questions'");
}

/* POLLS polls, the visitors in turn; how many got no 200. */
static int poll_all(const struct user *u)
{
    struct api_req reqs[AT_ONCE];
    int bad = 0;
    for (size_t sent = 0; sent < POLLS; sent += AT_ONCE) {
        for (size_t i = 0; i < AT_ONCE; i++)
            reqs[i] = (struct api_req){.path = "/queue/tokens/me",
                                       .token = u[(sent + i) % VISITORS].queue};
        const struct api_res **r = api_send_all(reqs, AT_ONCE);
        for (size_t i = 0; i < AT_ONCE; i++)
            bad += r[i]->status != 200;
    }
    return bad;
}

/* How many statements the server was asked while the visitors polled (NULL: while nobody did). */
static int64_t asked_by(const struct user *u)
{
    pid_t job = proc_find("frontrow-cron"), snapshots = find_snapshots();
    NEED(job > 0 && snapshots > 0, "%d, %d", (int)job, (int)snapshots);
    kill(job, SIGSTOP);
    kill(snapshots, SIGSTOP);
    double start = api_now();
    while (!(proc_is_stopped(job) && proc_is_stopped(snapshots)) && api_now() < start + 1)
        api_pause();
    int64_t before = questions();
    int bad = u ? poll_all(u) : 0;
    int64_t asked = questions() - before;
    kill(snapshots, SIGCONT);
    kill(job, SIGCONT);
    CHECK_INT(bad, 0);
    return asked;
}

static void test_a_waiting_poll_asks_the_database_nothing(void)
{
    struct user u[VISITORS];
    int64_t concert = world_paused("");
    const char *document = F("/queue/concerts/%lld", (long long)concert);
    for (size_t i = 0; i < VISITORS; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
    UNTIL(5, INT(api_get(NULL, document), "waiting") == VISITORS);
    int64_t idle = asked_by(NULL), waiting = asked_by(u);
    CHECK(waiting <= idle + NOISE, "%lld statements, idle %lld", (long long)waiting,
          (long long)idle);
}

/* The row of whoever is inside is read, which shows that the counter counts. */
static void test_a_poll_from_inside_reads_its_row(void)
{
    struct user u[VISITORS];
    for (size_t i = 0; i < VISITORS; i++)
        u[i] = world_user();
    world_enter(u, VISITORS, world_queue("'claimSeconds':0"));
    int64_t asked = asked_by(u);
    CHECK(asked >= POLLS, "%lld statements", (long long)asked);
}

SUITE_LAST(poll_cost, TEST(test_a_waiting_poll_asks_the_database_nothing),
           TEST(test_a_poll_from_inside_reads_its_row));
