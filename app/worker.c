/*
 * frontrow-worker: the master of the FastCGI workers.
 *
 * It opens two sockets, one for the waiting room and one for everything else, and keeps a pool
 * alive: workers for each socket, one process that refreshes the host's snapshot of the queues,
 * one that hands it to nginx for those who listen, and clerks, which do for the workers what is
 * cheaper done together (domain/clerk.h). It never serves a request and holds no database
 * connection itself.
 *
 * A schema that this program does not know is refused at start. While the database is out of
 * reach that cannot be told: the workers are started all the same, to answer 503, and one more
 * process waits for the database; if the schema turns out to be wrong, everything stops.
 */
#include "base/busy.h"
#include "base/config.h"
#include "base/limit.h"
#include "base/listen.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/pool.h"
#include "base/version.h"
#include "db/db.h"
#include "db/migrate.h"
#include "domain/charges.h"
#include "domain/hall_cache.h"
#include "domain/holds.h"
#include "domain/joins.h"
#include "domain/looks.h"
#include "domain/pays.h"
#include "domain/seat_map.h"
#include "domain/snapshot.h"
#include "http/fcgi.h"
#include "http/payment_http.h"
#include "http/push.h"
#include "http/reservation_http.h"
#include "http/seen.h"
#include "http/wallet_http.h"
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    GRACE_MS = 10000,
    SOCKET_PATIENCE_MS = 3000,
    CHECK_EVERY_MS = 1000,
    OTHER_CONNECTIONS = 9 /* the snapshot's two, the five clerks', the job's, a worker's while it
                             is replaced */
};

/* Memory that is free goes back to the system from these sizes on. Left alone, libc raises them to
 * twice the largest block that was ever freed: a worker would keep what one large list took. */
enum { HEAP_MAP_BYTES = 512 * 1024, HEAP_TRIM_BYTES = 1024 * 1024 };

enum role {
    ROLE_MAIN,
    ROLE_QUEUE,
    ROLE_SNAPSHOT,
    ROLE_JOINS,
    ROLE_LOOKS,
    ROLE_HOLDS,
    ROLE_PAYS,
    ROLE_CHARGES,
    ROLE_PUSH,
    ROLE_CHECK
};

struct master {
    const char *path;
    struct config cfg;
    struct listener main, queue;
    struct busy *main_busy, *queue_busy;
    struct pool_plan plan;
};

static volatile sig_atomic_t stop;

static void on_term(int number)
{
    (void)number;
    stop = 1;
}

/* For children whose loop looks at `stop`: the signal cuts what they wait for. */
static void stop_on_term(void)
{
    struct sigaction action = {.sa_handler = on_term};

    sigaction(SIGTERM, &action, NULL);
}

/* The number of requests a worker serves: a tenth more or less, so that not all end at once. */
static int64_t spread(int64_t requests)
{
    uint32_t random = 0;
    int64_t tenth = requests / 10;

    if (tenth == 0 || getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        return requests;
    return requests - tenth + (int64_t)(random % (uint64_t)(2 * tenth + 1));
}

/* Each worker draws numbers of its own: those who met in a deadlock must not pause alike. */
static void seed_random(void)
{
    unsigned seed;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        srandom(seed);
}

static int serve(struct master *m, struct listener *mine, struct busy *busy, struct listener *other)
{
    seed_random();
    close(other->fd);
    return fcgi_serve(mine->fd, &m->cfg, spread(m->cfg.server_max_requests), busy);
}

static int run_main(void *arg)
{
    struct master *m = arg;

    return serve(m, &m->main, m->main_busy, &m->queue);
}

static int run_queue(void *arg)
{
    struct master *m = arg;

    return serve(m, &m->queue, m->queue_busy, &m->main);
}

/* A process that serves the workers, without a socket of its own. */
static int run_clerk(struct master *m,
                     int (*run)(const struct config *cfg, const volatile sig_atomic_t *stop))
{
    stop_on_term();
    close(m->main.fd);
    close(m->queue.fd);
    return run(&m->cfg, &stop);
}

static int run_snapshot(void *arg)
{
    return run_clerk(arg, snapshot_run);
}

static int run_joins(void *arg)
{
    return run_clerk(arg, joins_run);
}

static int run_looks(void *arg)
{
    return run_clerk(arg, looks_run);
}

static int run_holds(void *arg)
{
    return run_clerk(arg, holds_run);
}

static int run_pays(void *arg)
{
    return run_clerk(arg, pays_run);
}

static int run_charges(void *arg)
{
    return run_clerk(arg, charges_run);
}

static int run_push(void *arg)
{
    struct master *m = arg;

    stop_on_term();
    seed_random();
    close(m->main.fd);
    close(m->queue.fd);
    return push_run(&m->cfg, &stop);
}

/* Prepares every statement once, so that one that does not fit this server shows here. */
static enum err check_statements(const struct config *cfg, char *why, size_t why_len)
{
    struct db *db = db_new(cfg);
    enum err e = ERR_INTERNAL;

    if (db) {
        db_serve(db, STMT_OF_CLERKS); /* and with theirs all of the workers' */
        e = db_check_statements(db, why, why_len);
    }
    db_free(db);
    return e;
}

/* Whether the database is one to work with. ERR_DB_LOST if it cannot be told; ERR_INTERNAL with
 * the reason in `why` if it is not. */
static enum err check_database(const struct config *cfg, const struct pool_plan *plan, char *why,
                               size_t why_len)
{
    int connections = plan->roles[ROLE_MAIN].count + plan->roles[ROLE_QUEUE].count;
    enum err e;

    why[0] = '\0';
    e = migrate_check(cfg, why, why_len);
    if (e == ERR_OK)
        e = db_check_limits(cfg, connections + OTHER_CONNECTIONS, why, why_len);
    if (e == ERR_OK)
        e = check_statements(cfg, why, why_len);
    return e == ERR_OK || why[0] ? e : ERR_DB_LOST;
}

/* Waits for a database that was out of reach at the start, and judges it then. */
static int run_check(void *arg)
{
    struct master *m = arg;
    char why[512];

    stop_on_term();
    while (!stop) {
        enum err e = check_database(&m->cfg, &m->plan, why, sizeof why);

        if (e == ERR_OK) {
            log_info("database_ready", "name=%s", log_value(m->cfg.database_name));
            return 0;
        }
        if (e != ERR_DB_LOST) {
            log_error("database_refused", "reason=%s", log_value(why));
            return POOL_FATAL;
        }
        poll(NULL, 0, CHECK_EVERY_MS);
    }
    return 0;
}

static int count_cores(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/* An eighth of the workers serves the waiting room, which seldom waits for the database; both
 * sockets have one at the least. */
static void count_children(struct pool_plan *plan, const struct config *cfg)
{
    int all =
        cfg->server_workers ? (int)cfg->server_workers : config_default_workers(count_cores());
    int queue = all / 8 > 1 ? all / 8 : 1;

    plan->roles[ROLE_QUEUE].count = queue;
    plan->roles[ROLE_MAIN].count = all > queue ? all - queue : 1;
    plan->roles[ROLE_PUSH].count = cfg->server_push[0] != '\0';
}

/* Keeps what is fixed for the life of the master. What its memory holds is of one database: another
 * has other rows under the same ids. */
static void keep_fixed(struct config *fresh, const struct config *old)
{
    if (strcmp(fresh->server_listen, old->server_listen) == 0 &&
        strcmp(fresh->server_listen_queue, old->server_listen_queue) == 0 &&
        strcmp(fresh->database_name, old->database_name) == 0)
        return;
    log_warn("reload_partial", "reason=%s",
             log_value("the listen addresses and the database's name change with a restart only"));
    memcpy(fresh->database_name, old->database_name, sizeof fresh->database_name);
    memcpy(fresh->server_listen, old->server_listen, sizeof fresh->server_listen);
    memcpy(fresh->server_listen_queue, old->server_listen_queue, sizeof fresh->server_listen_queue);
}

static bool reload(void *arg)
{
    struct master *m = arg;
    struct config fresh;
    struct pool_plan plan = m->plan;
    char why[512];

    if (config_load(m->path, &fresh, why, sizeof why) != ERR_OK) {
        log_error("reload_refused", "reason=%s", log_value(why));
        return false;
    }
    config_keep_account(&fresh, CONFIG_WORKERS);
    keep_fixed(&fresh, &m->cfg);
    count_children(&plan, &fresh);
    if (check_database(&fresh, &plan, why, sizeof why) == ERR_INTERNAL) {
        log_error("reload_refused", "reason=%s", log_value(why));
        return false;
    }
    m->cfg = fresh;
    m->plan = plan;
    log_set_level(m->cfg.log_level);
    log_info("reloaded", "workers=%d queue_workers=%d", plan.roles[ROLE_MAIN].count,
             plan.roles[ROLE_QUEUE].count);
    return true;
}

static void make_plan(struct master *m)
{
    static const struct pool_role roles[] = {
        [ROLE_MAIN] = {.name = "main", .process = "frontrow-main", .run = run_main},
        [ROLE_QUEUE] = {.name = "queue", .process = "frontrow-queue", .run = run_queue},
        [ROLE_SNAPSHOT] = {.name = "snapshot",
                           .process = "frontrow-snap",
                           .count = 1,
                           .alone = true,
                           .run = run_snapshot},
        [ROLE_JOINS] = {.name = "joins",
                        .process = "frontrow-joins",
                        .count = 1,
                        .alone = true,
                        .run = run_joins},
        [ROLE_LOOKS] = {.name = "looks",
                        .process = "frontrow-looks",
                        .count = 1,
                        .alone = true,
                        .run = run_looks},
        [ROLE_HOLDS] = {.name = "holds",
                        .process = "frontrow-holds",
                        .count = 1,
                        .alone = true,
                        .run = run_holds},
        [ROLE_PAYS] = {.name = "pays",
                       .process = "frontrow-pays",
                       .count = 1,
                       .alone = true,
                       .run = run_pays},
        [ROLE_CHARGES] = {.name = "charges",
                          .process = "frontrow-charge",
                          .count = 1,
                          .alone = true,
                          .run = run_charges},
        [ROLE_PUSH] = {.name = "push", .process = "frontrow-push", .alone = true, .run = run_push},
        [ROLE_CHECK] = {
            .name = "check", .process = "frontrow-check", .once = true, .run = run_check}};

    m->plan = (struct pool_plan){.role_count = sizeof roles / sizeof *roles,
                                 .arg = m,
                                 .grace_ms = GRACE_MS,
                                 .reload = reload};
    memcpy(m->plan.roles, roles, sizeof roles);
    count_children(&m->plan, &m->cfg);
}

static enum err open_sockets(struct master *m)
{
    int backlog = (int)m->cfg.server_backlog;
    char why[512];

    if (listen_open(m->cfg.server_listen, backlog, SOCKET_PATIENCE_MS, &m->main, why, sizeof why) ==
        ERR_OK) {
        if (listen_open(m->cfg.server_listen_queue, backlog, SOCKET_PATIENCE_MS, &m->queue, why,
                        sizeof why) == ERR_OK)
            return ERR_OK;
        listen_close(&m->main);
    }
    log_error("listen", "reason=%s", log_value(why));
    return ERR_INTERNAL;
}

/* The memory that all children share. */
static enum err share_memory(struct master *m)
{
    enum err e = metrics_init();

    if (e == ERR_OK)
        e = limit_init();
    if (e == ERR_OK)
        e = snapshot_init();
    if (e == ERR_OK)
        e = hall_cache_init();
    if (e == ERR_OK)
        e = seat_map_init();
    if (e == ERR_OK)
        e = joins_init();
    if (e == ERR_OK)
        e = looks_init();
    if (e == ERR_OK)
        e = holds_init(reservation_http_render_held);
    if (e == ERR_OK)
        e = pays_init(payment_http_render_paid);
    if (e == ERR_OK)
        e = charges_init(wallet_http_render_charged);
    if (e == ERR_OK)
        e = seen_init();
    if (e == ERR_OK)
        e = push_init();
    m->main_busy = busy_new(m->cfg.server_listen);
    m->queue_busy = busy_new(m->cfg.server_listen_queue);
    if (!m->main_busy || !m->queue_busy)
        e = ERR_INTERNAL;
    if (e != ERR_OK)
        log_error("shared_memory", "error=%s", err_name(e));
    return e;
}

/* Looks at the database before anything else starts. False: it is the wrong one. */
static bool greet_database(struct master *m)
{
    char why[512];
    enum err e = check_database(&m->cfg, &m->plan, why, sizeof why);

    if (e == ERR_DB_LOST) {
        log_warn("database_unreachable", "name=%s", log_value(m->cfg.database_name));
        m->plan.roles[ROLE_CHECK].count = 1;
    } else if (e != ERR_OK) {
        log_error("database_refused", "reason=%s", log_value(why));
        return false;
    }
    return true;
}

static int run(struct master *m)
{
    int status;

    log_set_level(m->cfg.log_level);
    make_plan(m);
    if (!greet_database(m) || share_memory(m) != ERR_OK || open_sockets(m) != ERR_OK)
        return 1;
    log_info("start", "version=%s listen=%s listen_queue=%s workers=%d queue_workers=%d",
             FRONTROW_VERSION, log_value(m->cfg.server_listen),
             log_value(m->cfg.server_listen_queue), m->plan.roles[ROLE_MAIN].count,
             m->plan.roles[ROLE_QUEUE].count);
    status = pool_run(&m->plan);
    busy_end(m->main_busy);
    busy_end(m->queue_busy);
    listen_close(&m->main);
    listen_close(&m->queue);
    log_info("stopped", "status=%d", status);
    return status;
}

static const char usage[] =
    "Usage: frontrow-worker [--config FILE]\n"
    "Serves Frontrow's API as FastCGI, in the foreground; logs go to standard error.\n"
    "\n"
    "  --config FILE  the configuration (default " CONFIG_DEFAULT_PATH ")\n"
    "  --help         this text\n"
    "  --version      the version\n"
    "\n"
    "SIGTERM: finish the requests in flight and stop. SIGHUP: read the configuration again\n"
    "and replace the workers one by one.\n";

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    static struct master m = {.path = CONFIG_DEFAULT_PATH};
    char why[512];
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            m.path = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        case 'v':
            puts("frontrow-worker " FRONTROW_VERSION);
            return 0;
        default:
            fputs("Try frontrow-worker --help.\n", stderr);
            return 2;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "frontrow-worker: unexpected argument %s\n", argv[optind]);
        return 2;
    }
    if (config_load(m.path, &m.cfg, why, sizeof why) != ERR_OK) {
        fprintf(stderr, "frontrow-worker: %s\n", why);
        return 2;
    }
    config_keep_account(&m.cfg, CONFIG_WORKERS);
    mallopt(M_MMAP_THRESHOLD, HEAP_MAP_BYTES);
    mallopt(M_TRIM_THRESHOLD, HEAP_TRIM_BYTES);
    return run(&m);
}
