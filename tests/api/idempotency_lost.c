/*
 * Answers that never arrived: the connection is cut once the charge is committed, the worker is
 * killed between its COMMIT and its answer, the next one is asked instead. Whoever asks again with
 * the key gets the answer, and nothing is done twice.
 */
#include "db/db.h"
#include "proc.h"
#include "raw.h"
#include "sql.h"
#include "suite.h"
#include "world.h"

#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHARGES "/users/me/balance/charges"

/* A charge of 5 with a key, as bytes and as a request. */
struct charge {
    struct user u;
    const char *key, *bytes;
    struct api_req again;
};

static struct charge make_charge(void)
{
    struct charge c = {.u = world_user(), .key = api_unique()};

    world_charge(&c.u, 100);
    c.bytes = F("POST /api/v1" CHARGES " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                "Content-Type: application/json\r\nIdempotency-Key: %s\r\n"
                "Content-Length: 12\r\n\r\n{\"amount\":5}",
                c.u.token, c.key);
    c.again = (struct api_req){.method = "POST", .path = CHARGES, .key = c.key};
    return c;
}

/* The same request once more: what was done is told, and was done once. */
static void expect_found_again(struct charge *c)
{
    c->again.token = c->u.token;
    c->again.body = "{\"amount\":5}";
    UNTIL(20, api_send(&c->again)->status == 201);
    const struct api_res *r = api_send(&c->again);
    EXPECT(r, 201);
    CHECK_INT(INT(r, "balance"), 105);
    CHECK_STR(api_header(r, "Idempotent-Replayed"), "true");
    CHECK_INT(world_balance(&c->u), 105);
    CHECK_INT((int64_t)LEN(api_get(c->u.token, "/users/me/balance/entries"), "entries"), 2);
}

static void test_the_connection_is_cut_after_the_commit(void)
{
    struct charge c = make_charge();
    int fd = raw_open();

    RAW_PUTS(fd, c.bytes);
    UNTIL(10, world_balance(&c.u) == 105);
    raw_close(fd, true);
    expect_found_again(&c);
}

/* The worker that answered, by the log's word; 0: not told yet. */
static pid_t worker_of(const struct api_res *r)
{
    const char *id = F(" req=%s ", api_header(r, "X-Request-Id"));
    FILE *log = fopen(F("%s/log/workers.log", api_state), "r");
    char line[4096];
    pid_t pid = 0;

    NEED(log != NULL, "no log");
    while (pid == 0 && fgets(line, sizeof line, log)) {
        const char *at = strstr(line, " pid=");
        if (at && strstr(line, id))
            pid = (pid_t)strtol(at + 5, NULL, 10);
    }
    fclose(log);
    return pid;
}

static void test_another_worker_is_asked(void)
{
    struct user u = world_user();
    struct api_req req = {.method = "POST", .path = CHARGES, .token = u.token, .key = api_unique()};

    req.body = "{\"amount\":5}";
    const struct api_res *first = api_send(&req);
    EXPECT_NEED(first, 201);
    UNTIL(5, worker_of(first) > 0);
    pid_t worker = worker_of(first);
    NEED(proc_is_child(worker, proc_find("frontrow-worker")), "%d is no worker", (int)worker);
    kill(worker, SIGKILL);
    UNTIL(5, !proc_is_child(worker, proc_find("frontrow-worker")));
    const struct api_res *again = api_send(&req);
    EXPECT(again, 201);
    CHECK_STR(again->body, first->body);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    UNTIL(5, worker_of(again) > 0);
    CHECK(worker_of(again) != worker, "%d has answered both", (int)worker);
    CHECK_INT(world_balance(&u), 5);
}

/* The administrator of the product's own database: the system account that runs it. */
static struct db *open_as_administrator(void)
{
    static struct config cfg;
    const struct passwd *me = getpwuid(geteuid());

    cfg = api_config;
    NEED(me && strlen(me->pw_name) < sizeof cfg.database_user, "who is this?");
    snprintf(cfg.database_user, sizeof cfg.database_user, "%s", me->pw_name);
    cfg.database_password[0] = '\0';
    struct db *db = db_new(&cfg);
    NEED(db != NULL, "no memory");
    return db;
}

/* Whether the charge has come as far as its COMMIT: its answer is kept, but not for others yet. */
static bool is_committing(struct db *db, const struct charge *c)
{
    int64_t n = 0;
    char sql[200];

    snprintf(sql, sizeof sql,
             "SELECT COUNT(*) FROM idempotency WHERE idempotency_key = '%s' AND status = 201",
             c->key);
    return db_command(db, sql, &n) == ERR_OK && n == 1;
}

static bool are_all_gone(const struct proc_list *old)
{
    for (size_t i = 0; i < old->n; i++)
        if (proc_is_child(old->pid[i], proc_find("frontrow-worker")))
            return false;
    return true;
}

static void kill_workers(void)
{
    struct proc_list old = proc_children_named(proc_find("frontrow-worker"), "frontrow-main");

    NEED(old.n > 0, "no workers");
    for (size_t i = 0; i < old.n; i++)
        kill(old.pid[i], SIGKILL);
    UNTIL(10, are_all_gone(&old));
}

/* COMMITs are held up for a moment, which only MariaDB can; then nobody is left to answer. */
static void test_the_worker_is_killed_in_its_commit(void)
{
    static const char *const stages[] = {"START", "FLUSH", "BLOCK_DDL", "BLOCK_COMMIT"};
    struct charge c = make_charge();
    struct db *db = open_as_administrator();
    int fd = raw_open();

    if (strcmp(proc_database(), "mariadbd") == 0) {
        for (size_t i = 0; i < COUNT(stages); i++)
            NEED(db_command(db, F("BACKUP STAGE %s", stages[i]), NULL) == ERR_OK, "%s", stages[i]);
        NEED(db_command(db, "SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED", NULL) ==
                 ERR_OK,
             "not granted");
    }
    RAW_PUTS(fd, c.bytes);
    UNTIL(5, is_committing(db, &c));
    kill_workers();
    db_free(db); /* and with it the stages */
    CHECK(raw_answer(fd, "the killed worker's", 10)->status != 201 ||
              strcmp(proc_database(), "mariadbd") != 0,
          "it has answered");
    expect_found_again(&c);
}

SUITE_LAST(idempotency_lost, TEST(test_the_connection_is_cut_after_the_commit),
           TEST(test_another_worker_is_asked), TEST(test_the_worker_is_killed_in_its_commit));
