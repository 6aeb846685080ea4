/*
 * Parts that die or are told to begin anew under a running product. Each test waits at its end
 * until the product is whole again.
 */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHARGES "/users/me/balance/charges"

/* A job whose minute ended while the database was away begins again a little later. */
static pid_t running(const char *program)
{
    UNTIL(15, proc_find(program) > 0);
    pid_t pid = proc_find(program);
    NEED(pid > 0, "no %s of this state runs", program);
    return pid;
}

static bool is_ready(void)
{
    return api_send(&(struct api_req){.path = "/readyz", .root = true})->status == 200;
}

/* Whether neither the first nor the last of these is still at work. */
static bool are_gone(const struct proc_list *old, pid_t master)
{
    return !proc_is_child(old->pid[0], master) && !proc_is_child(old->pid[old->n - 1], master);
}

static void test_a_worker_is_killed(void)
{
    struct user u = world_user();
    pid_t master = running("frontrow-worker");
    struct proc_list old = proc_children(master);
    NEED(old.n >= 2, "%zu workers", old.n);
    world_charge(&u, 5);
    kill(old.pid[0], SIGKILL);
    kill(old.pid[old.n - 1], SIGKILL);
    UNTIL(5, are_gone(&old, master));
    for (int i = 0; i < 50; i++)
        if (!EXPECT(api_get(u.token, "/users/me/balance"), 200))
            break;
    UNTIL(10, proc_children(master).n >= old.n);
    CHECK_INT(running("frontrow-worker"), master);
    CHECK_INT(world_balance(&u), 5);
}

/* The full listing of a large hall takes a while to write: its worker dies meanwhile. A client may
 * get all of it, or know that it did not. */
static void test_an_answer_that_breaks_off_is_none(void)
{
    struct user u = world_user();
    pid_t master = running("frontrow-worker");
    int64_t concert = world_queue("'claimSeconds':0"),
            schedule = world_schedule(concert, 100000, 1);
    world_enter(&u, 1, concert);
    const char *path = F("/schedules/%lld/seats?status=all", (long long)schedule);
    EXPECT_NEED(api_get(u.queue, path), 200); /* the hall is known from now on */
    const struct api_res *whole = api_get(u.queue, path);
    EXPECT_NEED(whole, 200);
    size_t workers = proc_children(master).n;
    int broken = 0;
    for (int i = 0; i < 12 && broken == 0; i++) {
        struct proc_list mains = proc_children_named(master, "frontrow-main");
        pid_t killer = fork();
        if (killer == 0) {
            usleep((useconds_t)(whole->seconds * 1e6 * (4 + i % 4) / 12));
            for (size_t k = 0; k < mains.n; k++)
                kill(mains.pid[k], SIGKILL);
            _exit(0);
        }
        const struct api_res *r = api_get(u.queue, path);
        waitpid(killer, NULL, 0);
        CHECK(r->status == 0 || r->status == 503 || (r->status == 200 && r->len == whole->len),
              "%ld with %zu of %zu bytes", r->status, r->len, whole->len);
        broken += r->status == 0;
        UNTIL(10, proc_children(master).n >= workers && is_ready());
    }
    CHECK(broken > 0, "no answer broke off");
}

static bool is_busy_in_time(const struct api_res *r)
{
    return EXPECT_ERROR(r, 503, "BUSY") && r->seconds < 2.0;
}

static void test_the_database_is_killed(void)
{
    struct stage s = world_stage();
    struct user waiting = world_user();
    int64_t paused = world_paused("");
    const char *document = F("/queue/concerts/%lld", (long long)paused);
    world_join(&waiting, paused);
    world_charge(&s.u[0], 77);
    UNTIL(4, INT(api_get(NULL, document), "waiting") == 1);
    kill(running(proc_database()), SIGKILL);
    UNTIL(2, api_get(s.u[0].token, "/users/me/balance")->status != 200);
    CHECK(is_busy_in_time(api_get(s.u[0].token, "/users/me/balance")), "slow");
    CHECK(is_busy_in_time(world_hold(&s.u[0], s.schedule, "1")), "slow");
    EXPECT(api_get(NULL, document), 200);
    EXPECT(world_poll(&waiting), 200);
    EXPECT(api_send(&(struct api_req){.path = "/healthz", .root = true}), 200);
    UNTIL(40, api_get(s.u[0].token, "/users/me/balance")->status == 200);
    CHECK_INT(world_balance(&s.u[0]), 77);
    UNTIL(20, is_ready());
    UNTIL(5, world_hold(&s.u[0], s.schedule, "1")->status == 201);
}

static bool is_refused_at_once(const struct api_res *r)
{
    return r->status == 503 && r->seconds < 0.5;
}

/* Two seconds are promised; a busy machine is given a little more. */
static bool is_busy_soon(const struct api_res *r)
{
    return EXPECT_ERROR(r, 503, "BUSY") && r->seconds < 3.0;
}

/* Neither dead nor alive: nothing is waited for longer than needed to find that out. */
static void test_the_database_stands_still(void)
{
    struct user u = world_user();
    pid_t database = running(proc_database());
    const struct api_res *r;
    world_charge(&u, 5);
    kill(database, SIGSTOP);
    UNTIL(5, proc_is_stopped(database));
    CHECK(is_busy_soon(api_get(u.token, "/users/me/balance")), "slow");
    UNTIL(15, is_refused_at_once(api_get(u.token, "/users/me/balance")));
    r = api_send(&(struct api_req){.path = "/readyz", .root = true});
    kill(database, SIGCONT);
    EXPECT(r, 503);
    CHECK(r->seconds < 2, "%g s", r->seconds);
    CHECK_INT(api_header_int(r, "Retry-After"), 1);
    UNTIL(20, is_ready());
}

static void test_the_job_is_killed(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("");
    kill(running("frontrow-cron"), SIGKILL);
    world_join(&u, concert);
    UNTIL(15, world_is_active(&u));
    UNTIL(10, is_ready());
}

/* Sends n requests at once and counts those that do not get 200. */
static int lost(const char *token, int n)
{
    int bad = 0;
    struct api_req *reqs = api_alloc((size_t)n * sizeof *reqs);
    for (int i = 0; i < n; i++)
        reqs[i] = (struct api_req){.token = token, .path = "/users/me/balance"};
    const struct api_res **r = api_send_all(reqs, (size_t)n);
    for (int i = 0; i < n; i++)
        bad += !EXPECT(r[i], 200);
    return bad;
}

static void test_a_reload_loses_no_request(void)
{
    struct user u = world_user();
    pid_t master = running("frontrow-worker");
    struct proc_list old = proc_children(master);
    int bad = lost(u.token, 20);
    kill(master, SIGHUP);
    for (double end = api_now() + 4; api_now() < end && bad == 0;)
        bad += lost(u.token, 40);
    CHECK_INT(bad, 0);
    UNTIL(20, are_gone(&old, master));
    UNTIL(10, proc_children(master).n >= old.n);
    CHECK_INT(running("frontrow-worker"), master);
}

/* The configuration file as it stands. */
static const char *read_conf(const char *path)
{
    char *text = api_alloc(65537);
    FILE *f = fopen(path, "r");
    NEED(f != NULL, "cannot read %s", path);
    size_t len = fread(text, 1, 65536, f);
    fclose(f);
    CHECK(len > 0 && len < 65536, "%zu bytes", len);
    return text;
}

static void write_conf(const char *path, const char *text)
{
    const char *fresh = F("%s.test", path);
    FILE *f = fopen(fresh, "w");
    NEED(f != NULL, "cannot write %s", fresh);
    fchmod(fileno(f), 0600);
    fputs(text, f);
    fclose(f);
    CHECK(rename(fresh, path) == 0, "cannot replace %s", path);
}

static const struct api_res *charge(const struct user *u, int64_t amount)
{
    return api_post(u->token, CHARGES, J("{'amount':%lld}", (long long)amount));
}

/* A reload that raises the largest charge is also the way to reach a balance's limit. */
static void test_a_reload_takes_the_new_configuration(void)
{
    const int64_t most = INT64_C(1000000000000);
    struct user u = world_user();
    pid_t master = running("frontrow-worker");
    struct proc_list workers = proc_children(master);
    const char *path = F("%s/frontrow.conf", api_state), *old = read_conf(path);
    EXPECT_FIELD(charge(&u, most), 400, "INVALID_FIELD", "amount");
    write_conf(path, F("%s\n[wallet]\ncharge_max = %lld\n", old, (long long)most));
    kill(master, SIGHUP);
    UNTIL(20, charge(&u, most)->status == 201);
    CHECK_INT(world_balance(&u), most);
    EXPECT_ERROR(charge(&u, 1), 422, "BALANCE_LIMIT");
    CHECK_INT(world_balance(&u), most);
    write_conf(path, old);
    UNTIL(20, are_gone(&workers, master));
    workers = proc_children(master);
    kill(master, SIGHUP);
    UNTIL(20, are_gone(&workers, master));
    for (int i = 0; i < 20; i++)
        EXPECT(charge(&u, most), 400);
}

/* The master's memory is of one database: another takes a restart. */
static void test_a_reload_keeps_the_database(void)
{
    struct user u = world_user();
    pid_t master = running("frontrow-worker");
    struct proc_list workers = proc_children(master);
    const char *path = F("%s/frontrow.conf", api_state), *old = read_conf(path);
    const char *name = strstr(old, "\nname = frontrow\n");
    NEED(name != NULL, "the configuration names no database");
    write_conf(path, F("%.*s\nname = elsewhere\n%s", (int)(name - old), old,
                       name + strlen("\nname = frontrow\n")));
    kill(master, SIGHUP);
    UNTIL(20, are_gone(&workers, master));
    EXPECT(charge(&u, 1), 201);
    write_conf(path, old);
    workers = proc_children(master);
    kill(master, SIGHUP);
    UNTIL(20, are_gone(&workers, master));
    EXPECT(charge(&u, 1), 201);
}

SUITE_LAST(faults_light, TEST(test_a_worker_is_killed),
           TEST(test_an_answer_that_breaks_off_is_none), TEST(test_the_database_is_killed),
           TEST(test_the_database_stands_still), TEST(test_the_job_is_killed),
           TEST(test_a_reload_loses_no_request), TEST(test_a_reload_takes_the_new_configuration),
           TEST(test_a_reload_keeps_the_database));
