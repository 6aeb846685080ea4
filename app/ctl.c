/*
 * frontrow: the operator's tool.
 *
 * Each command is a row of one table: its words, the options it takes, what it needs, and its
 * function. Results go to standard output, anything else to standard error. Exit status: 0 all is
 * well, 1 the command failed or found a fault, 2 it was not understood or the configuration is bad.
 */
#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "ctl_status.h"
#include "db/migrate.h"
#include "domain/app.h"
#include "domain/demo.h"
#include "domain/status.h"
#include "domain/verify.h"
#include "http/auth.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_TTL     "86400"
#define TOKEN_TTL_MAX 1000000000

enum { DONE = 0, FAILED = 1, MISUSED = 2 };

/* The options, in the order of their bits. */
enum { OPT_USER = 1, OPT_SCOPE = 2, OPT_TTL = 4, OPT_JSON = 8 };

/* What the command line said. */
struct ctl {
    const char *config;
    const char *user, *scope, *ttl;
    bool json, help;
    unsigned given; /* OPT_ bits */
    struct config cfg;
};

enum need { NEED_NOTHING, NEED_CONFIG, NEED_SCHEMA };

struct command {
    const char *name, *action; /* one or two words */
    unsigned options;          /* OPT_ bits that it takes */
    enum need need;
    int (*run)(struct ctl *ctl);
    const char *usage, *help;
};

static int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
static int complain(int status, const char *format, ...)
{
    va_list args;

    fputs("frontrow: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

/* Says why a command failed, by the error alone: the details are in the log lines before. */
static int complain_of(enum err e, const char *what)
{
    if (e == ERR_DB_LOST || e == ERR_BUSY)
        return complain(FAILED, "%s: the database is out of reach or too busy", what);
    return complain(FAILED, "%s failed: %s", what, err_name(e));
}

/* --- token --- */

/* Whether the scope is a list of words (RFC 6749, section 3.3); says so on words that mean nothing
 * here. */
static bool scope_valid(const char *scope)
{
    char words[CONFIG_STR_MAX];

    if (!text_copy(words, sizeof words, scope, strlen(scope)))
        return false;
    for (const char *p = words; *p; p++) {
        if (*p < ' ' || *p > '~' || *p == '"' || *p == '\\')
            return false;
    }
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        if (strcmp(word, "wallet:charge") != 0 && strcmp(word, "service") != 0 &&
            strcmp(word, "admin") != 0)
            complain(0, "note: the scope %s allows nothing", word);
    }
    return true;
}

static int run_token(struct ctl *ctl)
{
    struct uuid user;
    int64_t ttl;
    char *token;
    enum err e;

    if (!ctl->user)
        return complain(MISUSED, "token needs --user UUID");
    if (!uuid_from_text(ctl->user, strlen(ctl->user), &user))
        return complain(MISUSED, "--user must be a UUID");
    if (!text_parse_int(ctl->ttl, strlen(ctl->ttl), &ttl) || ttl < 1 || ttl > TOKEN_TTL_MAX)
        return complain(MISUSED, "--ttl must be a number of seconds from 1 to %d", TOKEN_TTL_MAX);
    if (ctl->scope && !scope_valid(ctl->scope))
        return complain(MISUSED, "--scope must be words with spaces between them");
    e = auth_mint_user(&ctl->cfg, &user, ctl->scope, clock_wall_ms(), ttl, &token);
    if (e != ERR_OK)
        return complain_of(e, "token");
    puts(token);
    free(token);
    return DONE;
}

/* --- migrate, verify, demo --- */

static int run_migrate(struct ctl *ctl)
{
    enum err e = migrate_run(&ctl->cfg, stdout);

    return e == ERR_OK ? DONE : complain_of(e, "migrate");
}

static int run_verify(struct ctl *ctl)
{
    struct app *app = app_new(&ctl->cfg);
    int64_t faults = 0;
    enum err e = app ? verify_run(app, stdout, &faults) : ERR_INTERNAL;

    app_free(app);
    if (e != ERR_OK)
        return complain_of(e, "verify");
    return faults == 0 ? DONE : FAILED;
}

static int run_demo_load(struct ctl *ctl)
{
    struct app *app = app_new(&ctl->cfg);
    enum err e = app ? demo_load(app, stdout) : ERR_INTERNAL;

    app_free(app);
    return e == ERR_OK ? DONE : complain_of(e, "demo load");
}

/* --- status --- */

static int run_status(struct ctl *ctl)
{
    struct app *app = app_new(&ctl->cfg);
    struct status s = {0};
    enum err e = app ? status_read(app, &s) : ERR_INTERNAL;
    int status = ctl_status_well(&s) ? DONE : FAILED;

    app_free(app);
    if (e != ERR_OK && s.health.database && s.health.schema)
        status = complain_of(e, "status");
    else if (!ctl->json)
        ctl_status_print(stdout, &s);
    else if (ctl_status_print_json(stdout, &s) != ERR_OK)
        status = complain(FAILED, "status: out of memory");
    free(s.concerts);
    return status;
}

/* --- config --- */

static int run_config_sample(struct ctl *ctl)
{
    (void)ctl;
    config_print(stdout, false);
    return DONE;
}

static int run_config_table(struct ctl *ctl)
{
    (void)ctl;
    config_print(stdout, true);
    return DONE;
}

/* Whoever gets here has a configuration that was loaded. */
static int run_config_check(struct ctl *ctl)
{
    printf("%s is good\n", ctl->config);
    return DONE;
}

/* --- The command line --- */

/* clang-format off */
static const struct command commands[] = {
    {"token", NULL, OPT_USER | OPT_SCOPE | OPT_TTL, NEED_CONFIG, run_token,
     "token --user UUID [--scope \"WORDS\"] [--ttl SECONDS]",
     "prints a user token; scopes are wallet:charge, service and admin, it lasts a day by default"},
    {"migrate", NULL, 0, NEED_CONFIG, run_migrate,
     "migrate", "brings the database's schema up to date"},
    {"verify", NULL, 0, NEED_SCHEMA, run_verify,
     "verify", "checks the invariants; 1 and the rows at fault if one is broken"},
    {"status", NULL, OPT_JSON, NEED_CONFIG, run_status,
     "status [--json]", "shows whether all is well, and the queues; 1 if it is not"},
    {"config", "sample", 0, NEED_NOTHING, run_config_sample,
     "config sample", "prints a configuration with every key, its default and its meaning"},
    {"config", "table", 0, NEED_NOTHING, run_config_table,
     "config table", "prints the same as a Markdown table"},
    {"config", "check", 0, NEED_CONFIG, run_config_check,
     "config check", "checks the configuration file"},
    {"demo", "load", 0, NEED_SCHEMA, run_demo_load,
     "demo load", "makes demo concerts if there is no concert yet"},
};
/* clang-format on */
#define N_COMMANDS (sizeof commands / sizeof *commands)

/* The general help, or one command's. */
static void print_help(const struct command *only)
{
    fputs("Usage: frontrow [--config FILE] COMMAND\n\n", stdout);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (!only || only == &commands[i])
            printf("  %s\n      %s\n", commands[i].usage, commands[i].help);
    }
    fputs("\n  --config FILE  the configuration (default " CONFIG_DEFAULT_PATH ")\n"
          "  --help         this text, or that of one command\n"
          "  --version      the version\n",
          stdout);
}

static const struct command *find_command(char **words, int n)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        const struct command *c = &commands[i];

        if (n == (c->action ? 2 : 1) && strcmp(words[0], c->name) == 0 &&
            (!c->action || strcmp(words[1], c->action) == 0))
            return c;
    }
    return NULL;
}

static void note_option(struct ctl *ctl, unsigned bit, const char **value)
{
    ctl->given |= bit;
    *value = optarg;
}

/* Reads the options. -1, or the exit status if there is no more to do. */
static int read_options(struct ctl *ctl, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"user", required_argument, NULL, 'u'},
        {"scope", required_argument, NULL, 's'},  {"ttl", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},         {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0}};
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'c':
            ctl->config = optarg;
            break;
        case 'u':
            note_option(ctl, OPT_USER, &ctl->user);
            break;
        case 's':
            note_option(ctl, OPT_SCOPE, &ctl->scope);
            break;
        case 't':
            note_option(ctl, OPT_TTL, &ctl->ttl);
            break;
        case 'j':
            ctl->given |= OPT_JSON;
            ctl->json = true;
            break;
        case 'h':
            ctl->help = true;
            break;
        case 'v':
            puts("frontrow " FRONTROW_VERSION);
            return DONE;
        default:
            return MISUSED;
        }
    }
    return -1;
}

/* Provides what the command needs, and runs it. */
static int run_command(const struct command *command, struct ctl *ctl)
{
    char why[512];
    enum err e;

    if (ctl->given & ~command->options)
        return complain(MISUSED, "usage: frontrow %s", command->usage);
    if (command->need != NEED_NOTHING) {
        if (config_load(ctl->config, &ctl->cfg, why, sizeof why) != ERR_OK)
            return complain(MISUSED, "%s%s", why,
                            strcmp(ctl->config, CONFIG_DEFAULT_PATH) == 0
                                ? " (--config FILE names another)"
                                : "");
        log_set_level(ctl->cfg.log_level);
    }
    if (command->need == NEED_SCHEMA) {
        e = migrate_check(&ctl->cfg, why, sizeof why);
        if (e != ERR_OK)
            return why[0] ? complain(FAILED, "%s", why) : complain_of(e, command->name);
    }
    return command->run(ctl);
}

int main(int argc, char **argv)
{
    static struct ctl ctl = {.config = CONFIG_DEFAULT_PATH, .ttl = TOKEN_TTL};
    const struct command *command;
    int status = read_options(&ctl, argc, argv);

    if (status >= 0)
        return status;
    command = optind < argc ? find_command(argv + optind, argc - optind) : NULL;
    if (ctl.help) {
        print_help(command);
        return DONE;
    }
    if (optind == argc)
        return complain(MISUSED, "a command is missing; see frontrow --help");
    if (!command)
        return complain(MISUSED, "there is no command %s; see frontrow --help", argv[optind]);
    status = run_command(command, &ctl);
    if (fflush(stdout) != 0 || ferror(stdout))
        return complain(FAILED, "cannot write: %s", strerror(errno));
    return status;
}
