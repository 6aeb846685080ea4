/*
 * bench-load: one load on a running product, over HTTP or straight on its database, and what it
 * cost. scripts/bench starts it.
 *
 * All requests are made, and their tokens signed, before the time begins.
 */
#include "base/log.h"
#include "bench/direct.h"
#include "bench/http.h"
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char usage[] =
    "Usage: bench-load --config FILE --work KIND [--rows FILE] [--seconds N] [--watch "
    "NAME=PID,...]\n"
    "           (--port N [--connections N] [--path PATH] [--host NAME] | --direct PROCESSES)\n"
    "\n"
    "Does work of one kind until the time is over or the rows are done, and prints one line of "
    "JSON:\n"
    "the rate, latencies, and the processor time that each request cost in each group of "
    "processes.\n"
    "Ends with 1 if anything fails.\n"
    "\n"
    "  --work KIND       get (of --path, without rows), poll, seats, join, hold, pay, buy (hold "
    "and\n"
    "                    pay) or charge\n"
    "  --rows FILE       user in hex (-: a fresh one), concert, token, ticket, schedule, number "
    "of\n"
    "                    the seat or reservation\n"
    "  --seconds N       1 to 600 (default 3)\n"
    "  --watch NAME=PIDS a group of processes to measure, again and again\n"
    "  --port N          nginx, on 127.0.0.1\n"
    "  --connections N   1 to 512 (default 32)\n"
    "  --path PATH, --host NAME  instead of the kind's own path, and of localhost\n"
    "  --direct N        no HTTP: so many processes, each with a connection to the database, call\n"
    "                    what the handler of such a request calls\n";

static struct {
    const char *config, *rows, *path, *host;
    enum work_kind kind;
    int seconds, port, connections, direct;
} options = {.kind = WORK_KINDS, .seconds = 3, .connections = 32};

static struct config config;
static struct gauge gauge;

/* Ends the program with a word about how to call it. */
static void misuse(const char *what)
{
    fprintf(stderr, "bench-load: %s\n%s", what, usage);
    exit(2);
}

static int number(const char *text, int most)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (end == text || *end || n < 1 || n > most)
        misuse("not a number, or out of bounds");
    return (int)n;
}

static void take_option(int c)
{
    switch (c) {
    case 'c':
        options.config = optarg;
        break;
    case 'w':
        if (!work_kind_parse(optarg, &options.kind))
            misuse("no such kind of work");
        break;
    case 'r':
        options.rows = optarg;
        break;
    case 's':
        options.seconds = number(optarg, 600);
        break;
    case 'g':
        if (!gauge_watch(&gauge, optarg))
            misuse("--watch needs NAME=PID,...");
        break;
    case 'p':
        options.port = number(optarg, 65535);
        break;
    case 'n':
        options.connections = number(optarg, 512);
        break;
    case 'a':
        options.path = optarg;
        break;
    case 'o':
        options.host = optarg;
        break;
    case 'd':
        options.direct = number(optarg, 256);
        break;
    case 'h':
        fputs(usage, stdout);
        exit(0);
    default:
        misuse("see below");
    }
}

static void take_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'}, {"work", required_argument, NULL, 'w'},
        {"rows", required_argument, NULL, 'r'},   {"seconds", required_argument, NULL, 's'},
        {"watch", required_argument, NULL, 'g'},  {"port", required_argument, NULL, 'p'},
        {"path", required_argument, NULL, 'a'},   {"connections", required_argument, NULL, 'n'},
        {"host", required_argument, NULL, 'o'},   {"direct", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1)
        take_option(c);
    if (optind < argc || !options.config || options.kind == WORK_KINDS)
        misuse("--config and --work are needed");
    if (!options.port == !options.direct)
        misuse("either --port or --direct is needed");
    if (options.kind == WORK_GET ? !options.path || !options.port : !options.rows)
        misuse("get needs --path, all others --rows");
}

static bool over_http(const struct work_row *rows, size_t count)
{
    bool buy = options.kind == WORK_BUY, good = true;
    size_t per_row = buy ? 2 : 1;
    struct work_request *requests = calloc(count * per_row, sizeof *requests);
    struct http_plan plan = {options.kind,    options.port, options.connections,
                             options.seconds, requests,     count * per_row};

    good = requests != NULL;
    for (size_t i = 0; good && i < count; i++) {
        struct work_row pay = rows[i];

        pay.number = 0;
        good = work_request(&config, buy ? WORK_HOLD : options.kind, &rows[i], options.path,
                            options.host, &requests[i * per_row]) &&
               (!buy || work_request(&config, WORK_PAY, &pay, NULL, options.host,
                                     &requests[i * per_row + 1]));
    }
    if (!good)
        fprintf(stderr, "bench-load: a request could not be made\n");
    good = good && http_load(&plan, &gauge);
    for (size_t i = 0; requests && i < count * per_row; i++)
        free(requests[i].text);
    free(requests);
    return good;
}

static bool load(void)
{
    static struct work_row nobody;
    struct work_row *rows = NULL;
    size_t count = 1;
    int64_t all = -1;
    bool good;

    if (options.rows && !work_read(options.rows, &rows, &count))
        return false;
    if (options.direct) {
        struct direct_plan plan = {&config,         options.kind, options.direct,
                                   options.seconds, rows,         count};

        good = direct_load(&plan, &gauge, &all);
    } else {
        good = over_http(rows ? rows : &nobody, count);
    }
    free(rows);
    if (good)
        gauge_print(&gauge, all < 0 ? (int64_t)gauge.count : all);
    gauge_free(&gauge);
    return good;
}

int main(int argc, char **argv)
{
    char why[512];

    take_options(argc, argv);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    log_set_level("warn");
    if (config_load(options.config, &config, why, sizeof why) != ERR_OK) {
        fprintf(stderr, "bench-load: %s\n", why);
        return 2;
    }
    config_keep_account(&config, CONFIG_WORKERS);
    return load() ? 0 : 1;
}
