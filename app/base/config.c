/*
 * The configuration file, see base/config.h.
 *
 * A line is empty, a comment, a [section], or `key = value`. A value ends at a `#` or `;` after a
 * space; in double quotes it is taken as it stands. The file is judged in two steps: each line by
 * its row of the table, then what must fit together.
 */
#include "base/config.h"

#include "base/clock.h"
#include "base/listen.h"
#include "base/log.h"
#include "base/text.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>

#define SECRET_MIN 32
#define KID_MAX    64
#define LINE_ROOM  1024

/* Longest name that a reason repeats. */
#define NAME_MAX_SHOWN 40

enum kind { KIND_STR, KIND_INT, KIND_BOOL };

struct row {
    const char *section, *key;
    enum kind kind;
    size_t offset;
    const char *fallback; /* the default, as it would stand in a file */
    int64_t min, max;
};

static const struct row rows[] = {
#define CONFIG_ROW(section, key, kind, member, fallback, min, max, help)                           \
    {#section, #key, KIND_##kind, offsetof(struct config, member), fallback, min, max},
    CONFIG_LIST(CONFIG_ROW)
#undef CONFIG_ROW
};
#define N_ROWS (sizeof rows / sizeof *rows)

/* What is being read, and where to say what is wrong with it. */
struct parse {
    const char *path;
    int line; /* 0: the file as a whole */
    struct config *out;
    const char *section; /* NULL before the first */
    bool seen[N_ROWS];
    char *why;
    size_t why_len;
};

/* Notes the reason; always false. */
static bool refuse(struct parse *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool refuse(struct parse *p, const char *format, ...)
{
    char reason[512];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    if (p->line > 0)
        snprintf(p->why, p->why_len, "%s:%d: %s", p->path, p->line, reason);
    else
        snprintf(p->why, p->why_len, "%s: %s", p->path, reason);
    return false;
}

static bool set_str(struct parse *p, const struct row *row, char *member, const char *value)
{
    size_t len = strlen(value);

    for (const char *c = value; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return refuse(p, "%s has a control character", row->key);
    }
    if (text_utf8_length(value, len) < 0)
        return refuse(p, "%s is not UTF-8", row->key);
    if (!text_copy(member, CONFIG_STR_MAX, value, len))
        return refuse(p, "%s is longer than %d bytes", row->key, CONFIG_STR_MAX - 1);
    return true;
}

/* Puts `value` into the row's member. */
static bool set_value(struct parse *p, const struct row *row, const char *value)
{
    char *member = (char *)p->out + row->offset;
    int64_t number;
    bool flag;

    switch (row->kind) {
    case KIND_STR:
        return set_str(p, row, member, value);
    case KIND_INT:
        if (!text_parse_int(value, strlen(value), &number) || number < row->min ||
            number > row->max)
            return refuse(p, "%s must be a number from %" PRId64 " to %" PRId64, row->key, row->min,
                          row->max);
        memcpy(member, &number, sizeof number);
        return true;
    case KIND_BOOL:
        flag = strcmp(value, "on") == 0;
        if (!flag && strcmp(value, "off") != 0)
            return refuse(p, "%s must be on or off", row->key);
        memcpy(member, &flag, sizeof flag);
        return true;
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static char *skip_blanks(char *s)
{
    while (is_blank(*s))
        s++;
    return s;
}

static void cut_blanks(const char *s, char *end)
{
    while (end > s && is_blank(end[-1]))
        end--;
    *end = '\0';
}

/* Whether nothing but a comment is left. */
static bool only_comment(char *s)
{
    s = skip_blanks(s);
    return *s == '\0' || *s == '#' || *s == ';';
}

/* Cuts the value at `s` out of its quotes, or off its comment; NULL if the quotes don't end. */
static char *cut_value(char *s)
{
    char *end = s;

    if (*s == '"') {
        end = strchr(s + 1, '"');
        if (!end || !only_comment(end + 1))
            return NULL;
        *end = '\0';
        return s + 1;
    }
    while (*end && !((*end == '#' || *end == ';') && (end == s || is_blank(end[-1]))))
        end++;
    cut_blanks(s, end);
    return s;
}

/* What a reason may repeat of a name that there is not: only what looks like one of ours, since it
 * may as well be the rest of a secret that was broken over two lines. */
static const char *repeatable(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    size_t len = strlen(name);

    return len > 0 && len <= NAME_MAX_SHOWN && strspn(name, letters) == len ? name : "of that name";
}

static bool take_section(struct parse *p, char *s)
{
    char *end = strchr(s, ']');

    if (!end || !only_comment(end + 1))
        return refuse(p, "a section is written as [name]");
    *end = '\0';
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].section, s + 1) == 0) {
            p->section = rows[i].section;
            return true;
        }
    }
    return refuse(p, "there is no section %s", repeatable(s + 1));
}

static bool take_key(struct parse *p, char *s)
{
    char *equals = strchr(s, '=');
    char *value;

    if (!equals)
        return refuse(p, "expected a [section] or key = value");
    if (!p->section)
        return refuse(p, "a key before the first [section]");
    cut_blanks(s, equals);
    value = cut_value(skip_blanks(equals + 1));
    if (!value)
        return refuse(p, "a value in quotes must end with the quote");
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].section, p->section) != 0 || strcmp(rows[i].key, s) != 0)
            continue;
        if (p->seen[i])
            return refuse(p, "%s is set twice", rows[i].key);
        p->seen[i] = true;
        return set_value(p, &rows[i], value);
    }
    return refuse(p, "there is no key %s in [%s]", repeatable(s), p->section);
}

static bool take_line(struct parse *p, char *line, size_t len)
{
    char *s;

    if (strlen(line) != len)
        return refuse(p, "the line has a zero byte");
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        line[--len] = '\0';
    s = skip_blanks(line);
    if (only_comment(s))
        return true;
    return *s == '[' ? take_section(p, s) : take_key(p, s);
}

/* The buffers hold secrets, and are wiped. The line's is made long enough for any that is taken, or
 * getline would leave parts of one behind as it looks for room. */
static bool take_file(struct parse *p, FILE *file)
{
    char held[4096];
    size_t cap = LINE_ROOM;
    char *line = malloc(cap);
    ssize_t len;
    bool ok = line && setvbuf(file, held, _IOFBF, sizeof held) == 0;

    if (!ok)
        refuse(p, "no memory");
    while (ok && (len = getline(&line, &cap, file)) >= 0) {
        p->line++;
        ok = take_line(p, line, (size_t)len);
    }
    p->line = 0;
    if (ok && ferror(file))
        ok = refuse(p, "%s", strerror(errno));
    if (line)
        explicit_bzero(line, cap);
    free(line);
    fclose(file);
    explicit_bzero(held, sizeof held);
    return ok;
}

static bool check_kid(struct parse *p, const char *name, const char *kid)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";

    if (!kid[0] || strlen(kid) > KID_MAX || kid[strspn(kid, allowed)])
        return refuse(p, "%s must be 1 to %d letters, digits, dots, lines or dashes", name,
                      KID_MAX);
    return true;
}

/* One of the two kinds of keys: `name` is "user" or "queue". */
static bool check_keys(struct parse *p, const char *name, const char *secret, const char *kid,
                       const char *previous, const char *previous_kid)
{
    char label[64];

    if (strlen(secret) < SECRET_MIN)
        return refuse(p, "%s_secret must have at least %d bytes", name, SECRET_MIN);
    snprintf(label, sizeof label, "%s_kid", name);
    if (!check_kid(p, label, kid))
        return false;
    if (!previous[0])
        return previous_kid[0] ? refuse(p, "%s_kid_previous without %s_secret_previous", name, name)
                               : true;
    if (strlen(previous) < SECRET_MIN)
        return refuse(p, "%s_secret_previous must have at least %d bytes", name, SECRET_MIN);
    snprintf(label, sizeof label, "%s_kid_previous", name);
    if (!check_kid(p, label, previous_kid))
        return false;
    if (strcmp(kid, previous_kid) == 0)
        return refuse(p, "%s_kid and %s_kid_previous must differ", name, name);
    return true;
}

/* Tickets may share the queue's secret, which is Frontrow's own; never the users', which others
 * have and could make tickets with. */
static bool check_ticket_secret(struct parse *p, const char *name, const char *secret)
{
    const struct config *c = p->out;

    if (secret[0] && strlen(secret) < SECRET_MIN)
        return refuse(p, "%s must have at least %d bytes", name, SECRET_MIN);
    if (secret[0] && (strcmp(secret, c->auth_user_secret) == 0 ||
                      strcmp(secret, c->auth_user_secret_previous) == 0))
        return refuse(p, "user tokens and tickets need different secrets");
    return true;
}

static bool check_tickets(struct parse *p)
{
    const struct config *c = p->out;
    const char *current = c->auth_ticket_secret[0] ? c->auth_ticket_secret : c->auth_queue_secret;

    if (!check_ticket_secret(p, "ticket_secret", c->auth_ticket_secret) ||
        !check_ticket_secret(p, "ticket_secret_previous", c->auth_ticket_secret_previous))
        return false;
    if (strcmp(current, c->auth_ticket_secret_previous) == 0)
        return refuse(p, "ticket_secret_previous is the secret that signs already");
    return true;
}

/* No user's key may open a queue token, nor the other way round. */
static bool check_auth(struct parse *p)
{
    const struct config *c = p->out;

    if (!check_keys(p, "user", c->auth_user_secret, c->auth_user_kid, c->auth_user_secret_previous,
                    c->auth_user_kid_previous) ||
        !check_keys(p, "queue", c->auth_queue_secret, c->auth_queue_kid,
                    c->auth_queue_secret_previous, c->auth_queue_kid_previous))
        return false;
    if (strcmp(c->auth_user_secret, c->auth_queue_secret) == 0 ||
        strcmp(c->auth_user_secret, c->auth_queue_secret_previous) == 0 ||
        strcmp(c->auth_queue_secret, c->auth_user_secret_previous) == 0)
        return refuse(p, "user tokens and queue tokens need different secrets");
    return check_tickets(p);
}

/* A unix socket's path that fits, or address:port. */
static bool check_listen(struct parse *p, const char *name, const char *address)
{
    const char *colon = strrchr(address, ':');
    int64_t port;

    if (address[0] == '/') {
        if (strlen(address) < sizeof((struct sockaddr_un *)NULL)->sun_path)
            return true;
        return refuse(p, "%s is too long for a unix socket's path", name);
    }
    if (!colon || colon == address || !text_parse_int(colon + 1, strlen(colon + 1), &port) ||
        port < 1 || port > 65535)
        return refuse(p, "%s must be an absolute path or address:port", name);
    return true;
}

static bool check_demo(struct parse *p)
{
    const struct config *c = p->out;
    const char *open = !listen_is_local(c->server_listen)         ? c->server_listen
                       : !listen_is_local(c->server_listen_queue) ? c->server_listen_queue
                                                                  : NULL;

    if (!c->server_demo || c->server_demo_public || !open)
        return true;
    return refuse(p,
                  "demo hands out user tokens to anyone, and others can reach %s: turn demo off, "
                  "or demo_public on",
                  log_value(open));
}

static bool check_server(struct parse *p)
{
    const struct config *c = p->out;

    if (!check_listen(p, "listen", c->server_listen) ||
        !check_listen(p, "listen_queue", c->server_listen_queue))
        return false;
    if (strcmp(c->server_listen, c->server_listen_queue) == 0)
        return refuse(p, "listen and listen_queue must differ");
    if (c->server_push[0] && c->server_push[0] != '/')
        return refuse(p, "push must be an absolute path or empty");
    if (c->server_push[0] && !check_listen(p, "push", c->server_push))
        return false;
    if (strcmp(c->server_push, c->server_listen) == 0 ||
        strcmp(c->server_push, c->server_listen_queue) == 0)
        return refuse(p, "push must differ from listen and listen_queue");
    if (strcmp(c->server_default_language, "en") != 0 &&
        strcmp(c->server_default_language, "ko") != 0)
        return refuse(p, "default_language must be en or ko");
    if (!clock_zone_valid(c->server_default_time_zone))
        return refuse(p, "default_time_zone %s is not in this host's time zone database (tzdata)",
                      log_value(c->server_default_time_zone));
    return check_demo(p);
}

/* A password belongs to an account. */
static bool check_database(struct parse *p)
{
    const struct config *c = p->out;

    if (!c->database_host[0] || !c->database_name[0] || !c->database_user[0])
        return refuse(p, "host, name and user of [database] must not be empty");
    if (c->database_job_password[0] && !c->database_job_user[0])
        return refuse(p, "job_password without job_user");
    if (c->database_migrate_password[0] && !c->database_migrate_user[0])
        return refuse(p, "migrate_password without migrate_user");
    return true;
}

/* Words that are ids. */
static bool check_ids(struct parse *p, const char *name, const char *list)
{
    int64_t id;

    for (size_t len; *list; list += len + strspn(list + len, CONFIG_LIST_SEPARATORS)) {
        len = strcspn(list, CONFIG_LIST_SEPARATORS);
        if (!text_parse_int(list, len, &id) || id < 1)
            return refuse(p, "%s must be ids with blanks or commas between them", name);
    }
    return true;
}

static bool check_all(struct parse *p)
{
    const struct config *c = p->out;

    if (!check_server(p) || !check_database(p) || !check_auth(p))
        return false;
    if (c->wallet_charge_min > c->wallet_charge_max)
        return refuse(p, "charge_min is greater than charge_max");
    if (!check_ids(p, "anonymous_concerts", c->gate_anonymous_concerts))
        return false;
    if (!log_level_valid(c->log_level))
        return refuse(p, "level must be error, warn, info or debug");
    return true;
}

static bool take_defaults(struct parse *p)
{
    memset(p->out, 0, sizeof *p->out);
    for (size_t i = 0; i < N_ROWS; i++) {
        if (!set_value(p, &rows[i], rows[i].fallback))
            return false;
    }
    return true;
}

enum err config_load(const char *path, struct config *out, char *why, size_t why_len)
{
    struct parse p = {.path = path, .out = out, .why = why, .why_len = why_len};
    FILE *file = fopen(path, "re");
    struct stat st;
    bool ok;

    why[0] = '\0';
    if (!file) {
        refuse(&p, "%s", strerror(errno));
        return ERR_INTERNAL;
    }
    if (fstat(fileno(file), &st) != 0)
        ok = refuse(&p, "%s", strerror(errno));
    else if (S_ISDIR(st.st_mode))
        ok = refuse(&p, "is a directory");
    else if (st.st_mode & S_IRWXO)
        ok = refuse(&p, "holds secrets and is open to everybody: chmod o= it");
    else
        ok = take_defaults(&p);
    if (!ok) {
        fclose(file);
        return ERR_INTERNAL;
    }
    return take_file(&p, file) && check_all(&p) ? ERR_OK : ERR_INTERNAL;
}

/* Many who ask at a time make large batches for the clerks, however few the cores; beyond that, as
 * many as can use a core while others wait for the database. With 120 and the other processes, a
 * database server's default limits of connections and prepared statements suffice. */
int config_default_workers(int cores)
{
    enum { PER_CORE = 60, ENOUGH = 120, PER_CORE_BEYOND = 8 };
    int few = PER_CORE * cores < ENOUGH ? PER_CORE * cores : ENOUGH;
    return PER_CORE_BEYOND * cores > few ? PER_CORE_BEYOND * cores : few;
}

void config_keep_account(struct config *cfg, enum config_account which)
{
    const char *user = which == CONFIG_JOB       ? cfg->database_job_user
                       : which == CONFIG_MIGRATE ? cfg->database_migrate_user
                                                 : "";
    const char *password =
        which == CONFIG_JOB ? cfg->database_job_password : cfg->database_migrate_password;

    if (user[0]) {
        explicit_bzero(cfg->database_password, sizeof cfg->database_password);
        memcpy(cfg->database_user, user, sizeof cfg->database_user);
        memcpy(cfg->database_password, password, sizeof cfg->database_password);
    }
    explicit_bzero(cfg->database_job_user, sizeof cfg->database_job_user);
    explicit_bzero(cfg->database_job_password, sizeof cfg->database_job_password);
    explicit_bzero(cfg->database_migrate_user, sizeof cfg->database_migrate_user);
    explicit_bzero(cfg->database_migrate_password, sizeof cfg->database_migrate_password);
}
