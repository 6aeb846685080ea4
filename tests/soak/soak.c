/*
 * frontrow-soak: buyers against a running product while a nemesis breaks its parts, then the proof
 * that nothing was sold twice and nothing was lost. tests/soak/run starts the product and this.
 */
#include "base/clock.h"
#include "base/config.h"
#include "http/auth.h"
#include "soak/buyer.h"
#include "soak/final.h"
#include "soak/judge.h"
#include "soak/nemesis.h"
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP_MS = 5,
    TOKEN_SECONDS = 10 * 365 * 86400, /* clocks jump: the users' tokens outlive that */
    READY_MS = 60000,
    ASK_SECONDS = 60,
    BUY_SECONDS = 60,
    QUIET_MS = 7000, /* nothing that was begun before can still have effect */
    SHOWN = 20
};

static struct {
    uint64_t seed;
    int seconds, clients;
    unsigned faults;
    const char *state, *url, *folder, *disk, *clock;
    bool plan_only;
} options = {.seed = 1, .seconds = 60, .clients = 40, .faults = FAULT_ALL};

static struct config config;
static struct history history;
static struct sale sale;
static struct buyer *buyers;
static struct nemesis nemesis;
static char admin[WIRE_TOKEN];
static int failed;
static volatile sig_atomic_t told_to_stop; /* by this signal */

static const char usage[] =
    "Usage: frontrow-soak --state FOLDER --url URL --folder FOLDER [--seed N] [--seconds N]\n"
    "           [--clients N] [--faults LIST] [--disk FOLDER] [--clock FILE]\n"
    "       frontrow-soak --plan [--seed N] [--seconds N] [--faults LIST]\n"
    "       frontrow-soak --proxy CONTROL FROM TO\n"
    "See tests/soak/run --help. Faults:\n";

static void report(bool good, const char *what)
{
    printf("%s %s\n", good ? "ok    " : "not ok", what);
    failed += !good;
}

static void mint(const char *scope, const char *id, char out[WIRE_TOKEN])
{
    struct uuid user;
    char *token = NULL;

    if (!id || !uuid_from_text(id, strlen(id), &user))
        uuid_random(&user);
    if (auth_mint_user(&config, &user, scope, clock_wall_ms(), TOKEN_SECONDS, &token) != ERR_OK)
        abort();
    snprintf(out, WIRE_TOKEN, "%s", token);
    free(token);
}

/* --- The phases --- */

static void on_signal(int signo)
{
    told_to_stop = signo;
}

/* What is under way has an end before this has one, so that the product can be stopped: somebody
 * who stands still does not end, nor does a database whose disk is full. */
static void end_early(void)
{
    nemesis_stop(&nemesis);
    exit(128 + told_to_stop);
}

static void step(void)
{
    if (told_to_stop)
        end_early();
    wire_run(STEP_MS);
    for (int i = 0; i < options.clients; i++)
        buyer_step(&buyers[i]);
    fflush(stdout);
}

static void roam(struct nemesis *n)
{
    int64_t end = n->began_ms + (int64_t)options.seconds * 1000;

    buyer_world.began_ms = n->began_ms;
    buyer_world.phase = BUYER_ROAMS;
    while (clock_monotonic_ms() < end) {
        nemesis_step(n);
        step();
    }
    nemesis_stop(n);
}

static bool is_ready(void)
{
    struct wire_request r = {.method = "GET", .path = "/readyz", .root = true, .timeout_ms = 5000};

    return wire_ask(&r, NULL) == 200;
}

static bool wait_until_ready(void)
{
    int64_t end = clock_monotonic_ms() + READY_MS;

    while (!is_ready()) {
        if (clock_monotonic_ms() > end)
            return false;
        for (int i = 0; i < 20; i++)
            step();
    }
    return true;
}

static int left_to_do(void)
{
    int n = 0;

    for (int i = 0; i < options.clients; i++)
        n += !buyer_is_done(&buyers[i]);
    return n;
}

/* Goes on until all are through. False: somebody was not in time. */
static bool finish_phase(enum buyer_phase phase, int seconds)
{
    int64_t end = clock_monotonic_ms() + (int64_t)seconds * 1000;

    buyer_world.phase = phase;
    while (left_to_do() > 0 && clock_monotonic_ms() < end)
        step();
    return left_to_do() == 0;
}

static bool open_last_sale(void)
{
    int64_t end = clock_monotonic_ms() + READY_MS;

    while (!sale_open_last(&sale, admin, options.clients)) {
        if (clock_monotonic_ms() > end)
            return false;
        step();
    }
    return true;
}

static void settle(void)
{
    int64_t quiet = clock_monotonic_ms() + QUIET_MS;

    buyer_world.phase = BUYER_ASKS;
    report(wait_until_ready(), "/readyz answers 200 after the last fault");
    report(finish_phase(BUYER_ASKS, ASK_SECONDS), "what had no answer gets one when asked again");
    bool good = open_last_sale() && finish_phase(BUYER_BUYS, BUY_SECONDS);
    report(good, "every buyer completes one more purchase");
    buyer_world.phase = BUYER_RESTS;
    while (clock_monotonic_ms() < quiet)
        step();
}

/* --- Reports --- */

static void on_finding(void *arg, const char *kind, const char *text)
{
    int *shown = arg;

    if ((*shown)++ < SHOWN)
        printf("       %s: %s\n", kind, text);
}

static void judge(void)
{
    struct final_state f;
    int shown = 0;
    bool complete = final_read(&f, buyers, options.clients, &sale, admin);

    report(complete, "the final state can be read");
    if (complete) {
        size_t found = judge_all(&history, &f, on_finding, &shown);
        char line[160];

        snprintf(line, sizeof line,
                 "nothing sold twice, nothing lost: %zu operations, %zu findings", history.count,
                 found);
        report(found == 0, line);
    }
    final_free(&f);
}

static void print_operations(void)
{
    for (int k = 0; k < OP_KINDS; k++) {
        const uint64_t *told = buyer_world.told[k];

        printf("%-8s ok %6" PRIu64 "  refused %6" PRIu64 "  unknown %5" PRIu64 "\n",
               op_name((enum op_kind)k), told[OP_OK], told[OP_REFUSED], told[OP_UNKNOWN]);
    }
    printf("answers %" PRIu64 ", of them BUSY %" PRIu64 ", replayed %" PRIu64 "; no answer %" PRIu64
           ", dropped by the client %" PRIu64 ", given up %" PRIu64 "\n",
           buyer_world.answers, buyer_world.busy, buyer_world.replayed, buyer_world.none,
           buyer_world.dropped, buyer_world.doubts);
}

/* A run in which little happened proves little. */
static void judge_run(const struct nemesis *n)
{
    const struct buyer_world *w = &buyer_world;

    print_operations();
    report(nemesis_report(n), "every kind of fault in the plan came, and had an effect");
    report(w->told[OP_CHARGE][OP_OK] && w->told[OP_PAY][OP_OK] && w->told[OP_REFUND][OP_OK] &&
               w->told[OP_RELEASE][OP_OK] && w->told[OP_HOLD][OP_REFUSED],
           "buyers charged, paid, were refunded, gave back, and met at seats");
    if (w->broken)
        printf("       %" PRIu64 " such, the last: %s\n", w->broken, w->last_broken);
    report(w->broken == 0, "no answer 5xx but 503 BUSY");
}

/* --- The run --- */

static bool open_files(struct nemesis_place *place)
{
    static char control[512], shop[512], queue[512];
    char path[512], why[512];

    snprintf(path, sizeof path, "%s/frontrow.conf", options.state);
    if (config_load(path, &config, why, sizeof why) != ERR_OK) {
        fprintf(stderr, "frontrow-soak: %s\n", why);
        return false;
    }
    snprintf(path, sizeof path, "%s/history.jsonl", options.folder);
    history.file = fopen(path, "we");
    snprintf(control, sizeof control, "%s/control", options.folder);
    snprintf(shop, sizeof shop, "%s", config.server_listen);
    snprintf(queue, sizeof queue, "%s", config.server_listen_queue);
    *place = (struct nemesis_place){.state = options.state,
                                    .disk = options.disk,
                                    .clock = options.clock,
                                    .socket = {shop, queue},
                                    .admin = admin,
                                    .proxy = proxy_control_open(control)};
    if (!history.file || !place->proxy) {
        perror(options.folder);
        return false;
    }
    return true;
}

static void gather(void)
{
    buyers = calloc((size_t)options.clients, sizeof *buyers);
    if (!buyers)
        abort();
    for (int i = 0; i < options.clients; i++) {
        buyer_begin(&buyers[i], i, options.seed);
        mint("wallet:charge", buyers[i].id, buyers[i].token);
    }
}

static void run(const struct nemesis_place *place, const struct plan *plan, unsigned faults)
{
    struct sigaction action = {.sa_handler = on_signal};

    buyer_world.history = &history;
    buyer_world.sale = &sale;
    buyer_world.drops = true;
    gather();
    nemesis_begin(&nemesis, place, plan, faults);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    roam(&nemesis);
    settle();
    judge_run(&nemesis);
    judge();
    for (int i = 0; i < options.clients; i++)
        buyer_end(&buyers[i]);
    free(buyers);
}

static int soak(void)
{
    struct nemesis_place place;
    struct plan plan;
    unsigned faults;

    if (!open_files(&place))
        return 2;
    mint("admin", NULL, admin);
    wire_begin(options.url);
    faults = nemesis_allow(&place, options.faults);
    plan_draw(options.seed, options.seconds, options.faults, &plan);
    plan_print(&plan, stdout);
    if (sale_open(&sale, admin, options.seconds)) {
        place.concert = sale.concerts[0].concert;
        run(&place, &plan, faults);
    } else {
        report(false, "concerts can be made");
    }
    plan_free(&plan);
    sale_free(&sale);
    fclose(history.file);
    history_free(&history);
    wire_end();
    return failed ? 1 : 0;
}

static int print_plan(void)
{
    struct plan plan;

    plan_draw(options.seed, options.seconds, options.faults, &plan);
    plan_print(&plan, stdout);
    plan_free(&plan);
    return 0;
}

static void print_usage(FILE *to)
{
    fputs(usage, to);
    for (int f = 0; f < FAULT_COUNT; f++)
        fprintf(to, "  %-18s %s\n", fault_name((enum fault)f), fault_help((enum fault)f));
}

static bool read_number(const char *text, int64_t low, int64_t high, int64_t *out)
{
    return text_parse_int(text, strlen(text), out) && *out >= low && *out <= high;
}

/* False: an option is wrong, or the help was wanted. */
static bool read_option(int c)
{
    int64_t n = 0;

    switch (c) {
    case 's':
        options.state = optarg;
        return true;
    case 'u':
        options.url = optarg;
        return true;
    case 'f':
        options.folder = optarg;
        return true;
    case 'd':
        options.disk = optarg;
        return true;
    case 'c':
        options.clock = optarg;
        return true;
    case 'p':
        options.plan_only = true;
        return true;
    case 'e':
        if (!read_number(optarg, 0, INT64_MAX, &n))
            return false;
        options.seed = (uint64_t)n;
        return true;
    case 't':
        if (!read_number(optarg, 5, 86400, &n))
            return false;
        options.seconds = (int)n;
        return true;
    case 'n':
        if (!read_number(optarg, 1, 200, &n))
            return false;
        options.clients = (int)n;
        return true;
    case 'x':
        return plan_read_faults(optarg, &options.faults);
    default:
        return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"state", required_argument, NULL, 's'},   {"url", required_argument, NULL, 'u'},
        {"folder", required_argument, NULL, 'f'},  {"disk", required_argument, NULL, 'd'},
        {"clock", required_argument, NULL, 'c'},   {"seed", required_argument, NULL, 'e'},
        {"seconds", required_argument, NULL, 't'}, {"clients", required_argument, NULL, 'n'},
        {"faults", required_argument, NULL, 'x'},  {"plan", no_argument, NULL, 'p'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};

    if (argc == 5 && strcmp(argv[1], "--proxy") == 0)
        return proxy_run(argv[2], argv[3], argv[4]);
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        if (!read_option(c)) {
            print_usage(c == 'h' ? stdout : stderr);
            return c == 'h' ? 0 : 2;
        }
    }
    if (optind == argc && options.plan_only)
        return print_plan();
    if (optind < argc || !options.state || !options.url || !options.folder) {
        print_usage(stderr);
        return 2;
    }
    return soak();
}
