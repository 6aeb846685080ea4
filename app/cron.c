/*
 * frontrow-cron: the job, run from crontab each minute.
 *
 * It works in ticks until the minute is over, and two seconds more: the next minute's process is
 * there by then and takes the lease over without a pause. --once does one round and says what it
 * did.
 */
#include "base/config.h"
#include "base/log.h"
#include "base/version.h"
#include "db/db.h"
#include "db/migrate.h"
#include "domain/app.h"
#include "domain/job.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DONE = 0, FAILED = 1, MISUSED = 2 };
enum { MINUTE = 60, HANDOVER_SECONDS = 2 };

static volatile sig_atomic_t stop;

static const char usage[] =
    "usage: frontrow-cron [--config FILE] [--once]\n"
    "\n"
    "Admits from the queues, expires sessions and holds, publishes the queues' states, refunds\n"
    "canceled shows and deletes old rows, once a second until the minute is over. Run it from\n"
    "crontab each minute:\n"
    "\n"
    "  * * * * * frontrow-cron\n"
    "\n"
    "On several hosts one at a time works; the others stand by.\n"
    "\n"
    "  --config FILE  the configuration (default " CONFIG_DEFAULT_PATH ")\n"
    "  --once         do one round, say what was done, and end\n"
    "  --help         show this\n"
    "  --version      show the version\n";

static void on_signal(int signo)
{
    (void)signo;
    stop = 1;
}

/* Without SA_RESTART, so that a pause between ticks ends at once. */
static void catch_signals(void)
{
    struct sigaction sa = {.sa_handler = on_signal};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGTERM, &sa, NULL);
    sigaction(SIGINT, &sa, NULL);
    sa.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &sa, NULL);
}

/* Host, process and a random word: never that of a process which had this number before. */
static void name_holder(char *out, size_t cap)
{
    char host[65] = "";
    struct uuid word;
    gethostname(host, sizeof host - 1);
    for (char *c = host; *c; c++)
        if (*c < '!' || *c > '~')
            *c = '_';
    uuid_random(&word);
    snprintf(out, cap, "%s:%ld:%02x%02x%02x%02x", host, (long)getpid(), word.b[0], word.b[1],
             word.b[2], word.b[3]);
}

static int once(struct app *app, const char *holder)
{
    struct job_report r;
    enum err e = job_tick(app, holder, &r);
    if (e != ERR_OK) {
        fprintf(stderr, "frontrow-cron: the round failed: %s\n", err_name(e));
        return FAILED;
    }
    if (!r.lease) {
        puts("another process holds the lease: nothing done");
        return DONE;
    }
    printf("admitted %lld, sessions expired %lld, waits expired %lld, holds expired %lld, "
           "reservations refunded %lld, holds canceled %lld, rows deleted %lld\n",
           (long long)r.admitted, (long long)r.sessions_expired, (long long)r.waits_expired,
           (long long)r.holds_expired, (long long)r.canceled.refunded,
           (long long)r.canceled.released, (long long)r.rows_deleted);
    return job_release(app, holder) == ERR_OK ? DONE : FAILED;
}

static int run(const struct config *cfg, bool one_round)
{
    char why[512], holder[101];
    struct app *app = app_new(cfg);
    enum err e = app ? migrate_check(cfg, why, sizeof why) : ERR_INTERNAL;
    if (!app)
        return FAILED;
    db_serve(app->db, STMT_OF_JOB);
    if (e == ERR_OK)
        e = db_check_statements(app->db, why, sizeof why);
    if (e != ERR_OK) {
        fprintf(stderr, "frontrow-cron: %s\n",
                e == ERR_DB_LOST ? "the database is out of reach" : why);
        app_free(app);
        return FAILED;
    }
    name_holder(holder, sizeof holder);
    int left = MINUTE - (int)(time(NULL) % MINUTE);
    int status =
        one_round ? once(app, holder) : job_run(app, holder, left + HANDOVER_SECONDS, &stop);
    app_free(app);
    return status;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                            {"once", no_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"version", no_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    static struct config cfg;
    const char *path = CONFIG_DEFAULT_PATH;
    char why[512];
    bool one_round = false;
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        switch (c) {
        case 'c':
            path = optarg;
            break;
        case 'o':
            one_round = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return DONE;
        case 'v':
            puts("frontrow-cron " FRONTROW_VERSION);
            return DONE;
        default:
            fputs(usage, stderr);
            return MISUSED;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "frontrow-cron: unexpected argument: %s\n%s", argv[optind], usage);
        return MISUSED;
    }
    if (config_load(path, &cfg, why, sizeof why) != ERR_OK) {
        fprintf(stderr, "frontrow-cron: %s\n", why);
        return MISUSED;
    }
    config_keep_account(&cfg, CONFIG_JOB);
    log_set_level(cfg.log_level);
    catch_signals();
    return run(&cfg, one_round);
}
