/*
 * frontrow: the operator's tool.
 *
 * Each command is a row of one table: its words, the options it takes, what it needs, and its
 * function. Results go to standard output, anything else to standard error. Exit status: 0 all is
 * well, 1 the command failed or found a fault, 2 it was not understood or the configuration is bad.
 */
#include "ctl.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/config_print.h"
#include "base/log.h"
#include "base/text.h"
#include "base/version.h"
#include "ctl_lottery.h"
#include "ctl_queue.h"
#include "ctl_rehearse.h"
#include "ctl_status.h"
#include "ctl_ticket.h"
#include "db/db.h"
#include "db/grants.h"
#include "db/migrate.h"
#include "domain/app.h"
#include "domain/demo.h"
#include "domain/status.h"
#include "domain/verify.h"
#include "http/auth.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_TTL     "86400"
#define TOKEN_TTL_MAX 1000000000

/* What a command needs beside its options: the configuration, a word more such as a concert's
 * number, the credentials of all accounts and not the workers' alone. */
enum { CONFIG = 1, OPERAND = 2, ACCOUNTS = 4 };

struct command {
    const char *name, *action; /* one or two words */
    unsigned traits;           /* CONFIG, OPERAND and ACCOUNTS */
    uint64_t options;          /* the set of those that it takes */
    int (*run)(struct ctl *ctl);
    const char *usage, *help;
    void (*more)(FILE *to); /* further lines of help; NULL: none */
};

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
            ctl_complain(0, "note: the scope %s allows nothing", word);
    }
    return true;
}

static int run_token(struct ctl *ctl)
{
    const char *scope = ctl->value[CTL_SCOPE];
    const char *lifetime = ctl->value[CTL_TTL] ? ctl->value[CTL_TTL] : TOKEN_TTL;
    struct uuid user;
    int64_t ttl;
    char *token;
    enum err e;

    if (!ctl->value[CTL_USER])
        return ctl_complain(CTL_MISUSED, "token needs --user UUID");
    if (!uuid_from_text(ctl->value[CTL_USER], strlen(ctl->value[CTL_USER]), &user))
        return ctl_complain(CTL_MISUSED, "--user must be a UUID");
    if (!text_parse_int(lifetime, strlen(lifetime), &ttl) || ttl < 1 || ttl > TOKEN_TTL_MAX)
        return ctl_complain(CTL_MISUSED, "--ttl must be a number of seconds from 1 to %d",
                            TOKEN_TTL_MAX);
    if (scope && !scope_valid(scope))
        return ctl_complain(CTL_MISUSED, "--scope must be words with spaces between them");
    e = auth_mint_user(&ctl->cfg, &user, scope, clock_wall_ms(), ttl, &token);
    if (e != ERR_OK)
        return ctl_complain_of(e, "token");
    puts(token);
    free(token);
    return CTL_DONE;
}

/* --- migrate, verify, demo --- */

/* Whoever connects through the server's own socket is its localhost. */
static int give_grants(const struct ctl *ctl)
{
    bool local = strcmp(ctl->cfg.database_host, "localhost") == 0;
    const char *host = ctl->value[CTL_HOST] ? ctl->value[CTL_HOST] : local ? "localhost" : "%";
    char why[1024];
    enum err e = grants_run(&ctl->cfg, host, stdout, why, sizeof why);

    if (e != ERR_OK && why[0])
        return ctl_complain(CTL_FAILED, "migrate --grants: %s", why);
    return e == ERR_OK ? CTL_DONE : ctl_complain_of(e, "migrate --grants");
}

static int run_migrate(struct ctl *ctl)
{
    struct config cfg = ctl->cfg;
    enum err e;

    if (ctl->value[CTL_HOST] && !ctl->value[CTL_GRANTS])
        return ctl_complain(CTL_MISUSED, "--host goes with --grants");
    config_keep_account(&cfg, CONFIG_MIGRATE);
    e = migrate_run(&cfg, stdout);
    explicit_bzero(&cfg, sizeof cfg);
    if (e != ERR_OK)
        return ctl_complain_of(e, "migrate");
    return ctl->value[CTL_GRANTS] ? give_grants(ctl) : CTL_DONE;
}

static int run_verify(struct ctl *ctl)
{
    struct app *app = ctl_app(ctl, "verify");
    int64_t faults = 0;
    enum err e;

    if (!app)
        return CTL_UNKNOWN;
    e = verify_run(app, stdout, stderr, &faults);
    app_free(app);
    if (e != ERR_OK) {
        fflush(stdout);
        ctl_complain_of(e, "verify");
        return CTL_UNKNOWN;
    }
    return faults == 0 ? CTL_DONE : CTL_FAILED;
}

static int run_demo_load(struct ctl *ctl)
{
    struct app *app = ctl_app(ctl, "demo load");
    enum err e;

    if (!app)
        return CTL_FAILED;
    e = demo_load(app, stdout);

    app_free(app);
    return e == ERR_OK ? CTL_DONE : ctl_complain_of(e, "demo load");
}

/* --- status --- */

static int run_status(struct ctl *ctl)
{
    struct app *app = app_new(&ctl->cfg);
    struct status s = {0};
    enum err e = ERR_INTERNAL;

    if (app) {
        db_serve(app->db, STMT_OF_TOOL);
        e = status_read(app, &s);
    }
    int status = ctl_status_well(&s) ? CTL_DONE : CTL_FAILED;

    app_free(app);
    if (e != ERR_OK && s.health.database && s.health.schema)
        status = ctl_complain_of(e, "status");
    else if (!ctl->value[CTL_JSON])
        ctl_status_print(stdout, &s);
    else if (ctl_status_print_json(stdout, &s) != ERR_OK)
        status = ctl_complain(CTL_FAILED, "status: out of memory");
    free(s.concerts);
    return status;
}

/* --- config --- */

static int run_config_sample(struct ctl *ctl)
{
    (void)ctl;
    config_print(stdout, false);
    return CTL_DONE;
}

static int run_config_table(struct ctl *ctl)
{
    (void)ctl;
    config_print(stdout, true);
    return CTL_DONE;
}

/* Whoever gets here has a configuration that was loaded. */
static int run_config_check(struct ctl *ctl)
{
    printf("%s is good\n", ctl->config);
    return CTL_DONE;
}

/* --- The command line --- */

/* clang-format off */
static const struct command commands[] = {
    {"token", NULL, CONFIG, CTL_BIT(USER) | CTL_BIT(SCOPE) | CTL_BIT(TTL), run_token,
     "token --user UUID [--scope \"WORDS\"] [--ttl SECONDS]",
     "prints a user token; scopes are wallet:charge, service and admin, it lasts a day by default",
     NULL},
    {"status", NULL, CONFIG, CTL_BIT(JSON), run_status,
     "status [--json]", "shows whether all is well, and the queues; 1 if it is not", NULL},
    {"queue", "list", CONFIG, CTL_BIT(JSON), ctl_queue_list,
     "queue list [--json]", "lists the queues with people in them or a show to come", NULL},
    {"queue", "show", CONFIG | OPERAND, CTL_BIT(JSON), ctl_queue_show,
     "queue show CONCERT [--json]", "shows a queue's state, numbers, settings and message", NULL},
    {"queue", "pause", CONFIG | OPERAND, 0, ctl_queue_pause,
     "queue pause CONCERT", "PAUSED: people may join, nobody is admitted", NULL},
    {"queue", "resume", CONFIG | OPERAND, 0, ctl_queue_resume,
     "queue resume CONCERT", "OPEN: people may join and are admitted", NULL},
    {"queue", "open", CONFIG | OPERAND, 0, ctl_queue_resume,
     "queue open CONCERT", "the same as queue resume", NULL},
    {"queue", "drain", CONFIG | OPERAND, 0, ctl_queue_drain,
     "queue drain CONCERT", "DRAINING: nobody may join, who waits is admitted", NULL},
    {"queue", "close", CONFIG | OPERAND, 0, ctl_queue_close,
     "queue close CONCERT", "CLOSED: nobody may join or is admitted; those inside finish", NULL},
    {"queue", "set", CONFIG | OPERAND, CTL_QUEUE_SETTINGS, ctl_queue_set,
     "queue set CONCERT --SETTING VALUE...", "changes settings while the queue runs:",
     ctl_queue_set_help},
    {"queue", "message", CONFIG | OPERAND, CTL_BIT(KO) | CTL_BIT(EN) | CTL_BIT(CLEAR),
     ctl_queue_message, "queue message CONCERT [--ko TEXT] [--en TEXT] [--clear]",
     "sets what everybody in the queue is told, in one language or in both; --clear: nothing",
     NULL},
    {"lottery", "show", CONFIG | OPERAND, CTL_BIT(JSON), ctl_lottery_show,
     "lottery show CONCERT [--json]",
     "shows the hash of the latest pre-queue's seed, and what was drawn", NULL},
    {"lottery", "list", CONFIG | OPERAND, 0, ctl_lottery_list,
     "lottery list CONCERT", "prints the order as CSV, to be published: ticket, jti, hmac", NULL},
    {"lottery", "verify", CONFIG | OPERAND, 0, ctl_lottery_verify,
     "lottery verify CONCERT",
     "recomputes the order from the seed; 1 and the rows at fault if it is another", NULL},
    {"ticket", "check", OPERAND, CTL_TICKET_CHECK, ctl_ticket_check,
     "ticket check TICKET [--jwks FILE] [--schedule SCHEDULE] [--online]",
     "checks a ticket to a show, or with - for TICKET those on the lines of the input, and says what\n"
     "      they are for; 1 if one is not genuine, is for another show than SCHEDULE, or comes twice.\n"
     "      Needs nothing but the keys: the configuration's, or those of FILE as ticket keys prints\n"
     "      them. --online: asks the database too whether the reservation still counts",
     NULL},
    {"ticket", "show", CONFIG | OPERAND, CTL_BIT(SVG), ctl_ticket_show,
     "ticket show RESERVATION [--svg]",
     "prints the ticket of a confirmed reservation; --svg: as a picture with its QR code", NULL},
    {"ticket", "keys", CONFIG, 0, ctl_ticket_keys,
     "ticket keys", "prints the public keys that tickets are checked with (JWKS)", NULL},
    {"verify", NULL, CONFIG, 0, run_verify,
     "verify", "checks the invariants; 1 and the rows at fault if one is broken, 3 if it cannot be told",
     NULL},
    {"migrate", NULL, CONFIG | ACCOUNTS, CTL_BIT(GRANTS) | CTL_BIT(HOST), run_migrate,
     "migrate [--grants [--host HOST]]",
     "brings the database's schema up to date; safe to run twice and from two hosts. --grants:\n"
     "      makes the accounts of the workers and of the job if they are missing, and gives them just\n"
     "      the rights that they need; HOST is the host part of their names (default localhost, or %\n"
     "      where the database is another host)",
     NULL},
    {"config", "sample", 0, 0, run_config_sample,
     "config sample", "prints a configuration with every key, its default and its meaning", NULL},
    {"config", "table", 0, 0, run_config_table,
     "config table", "prints the same as a Markdown table", NULL},
    {"config", "check", CONFIG, 0, run_config_check,
     "config check", "checks the configuration file", NULL},
    {"demo", "load", CONFIG, 0, run_demo_load,
     "demo load", "makes demo concerts if there is no concert yet", NULL},
    {"rehearse", NULL, CONFIG, CTL_REHEARSE, ctl_rehearse,
     "rehearse [--OPTION VALUE]...",
     "plays a sale with virtual buyers against the running site, and reports:", ctl_rehearse_help},
};
/* clang-format on */
#define N_COMMANDS (sizeof commands / sizeof *commands)

/* Whether the words, n of them, begin with those of the command; with `some`, whether they are the
 * beginning of them. */
static bool matches(const struct command *c, char **words, int n, bool some)
{
    if (n < 1 || strcmp(words[0], c->name) != 0)
        return false;
    return !c->action || (n > 1 ? strcmp(words[1], c->action) == 0 : some);
}

/* The general help, or that of the commands that the words may mean. */
static void print_help(char **words, int n)
{
    bool all = true;

    for (size_t i = 0; i < N_COMMANDS; i++)
        all = all && !matches(&commands[i], words, n, true);
    fputs("Usage: frontrow [--config FILE] COMMAND\n\n", stdout);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (!all && !matches(&commands[i], words, n, true))
            continue;
        printf("  %s\n      %s\n", commands[i].usage, commands[i].help);
        if (commands[i].more)
            commands[i].more(stdout);
    }
    fputs("\n  --config FILE  the configuration (default " CONFIG_DEFAULT_PATH ")\n"
          "  --help         this text, or that of one command\n"
          "  --version      the version\n",
          stdout);
    if (all || strcmp(words[0], "queue") == 0)
        fputs("\nWhat changes a queue is recorded like a change through the API, with the nil\n"
              "UUID for its actor, and takes effect within one tick of the job.\n",
              stdout);
}

static const struct command *find_command(char **words, int n)
{
    for (size_t i = 0; i < N_COMMANDS; i++) {
        if (matches(&commands[i], words, n, false))
            return &commands[i];
    }
    return NULL;
}

/* Whether there are as many words and only such options as the command takes; keeps the operand. */
static bool fits(const struct command *c, struct ctl *ctl, char **words, int n)
{
    int own = c->action ? 2 : 1;
    bool operand = (c->traits & OPERAND) != 0;

    if (n != own + operand || (ctl_given(ctl) & ~c->options))
        return false;
    ctl->operand = operand ? words[own] : NULL;
    return true;
}

/* Provides what the command needs, and runs it. */
static int run_command(const struct command *command, struct ctl *ctl)
{
    if ((command->traits & CONFIG) && !ctl_load(ctl, command->traits & ACCOUNTS))
        return CTL_MISUSED;
    return command->run(ctl);
}

static int no_such_command(char **words, int n)
{
    bool part = false;

    for (size_t i = 0; i < N_COMMANDS; i++)
        part = part || matches(&commands[i], words, 1, true);
    if (part && n == 1)
        return ctl_complain(CTL_MISUSED, "%s what? see frontrow %s --help", words[0], words[0]);
    return ctl_complain(CTL_MISUSED, "there is no command %s%s%s; see frontrow --help", words[0],
                        part ? " " : "", part ? words[1] : "");
}

int main(int argc, char **argv)
{
    static struct ctl ctl = {.config = CONFIG_DEFAULT_PATH};
    const struct command *command;
    char **words;
    int n, status;

    if (!ctl_read_options(&ctl, argc, argv))
        return CTL_MISUSED;
    words = argv + optind;
    n = argc - optind;
    command = find_command(words, n);
    if (ctl.version) {
        puts("frontrow " FRONTROW_VERSION);
        status = CTL_DONE;
    } else if (ctl.help) {
        print_help(words, n);
        status = CTL_DONE;
    } else if (n == 0) {
        return ctl_complain(CTL_MISUSED, "a command is missing; see frontrow --help");
    } else if (!command) {
        return no_such_command(words, n);
    } else if (!fits(command, &ctl, words, n)) {
        return ctl_complain(CTL_MISUSED, "usage: frontrow %s", command->usage);
    } else {
        status = run_command(command, &ctl);
    }
    if (fflush(stdout) != 0 || ferror(stdout))
        return ctl_complain(CTL_FAILED, "cannot write: %s", strerror(errno));
    return status;
}
