/*
 * The rights of each account, and how they are given; see db/grants.h.
 *
 * What an account may do is read from information_schema, where it sees its own rights. Then what
 * is missing is given, what is too much is taken, and all is read again until nothing is left to
 * do: a right in a whole table takes those in its columns with it when it goes. Rights are given
 * before others are taken, so that nobody who works meanwhile is without one. Rights outside of the
 * database go all at once, with everything else: nobody who had these has needed the table's.
 */
#include "db/grants.h"

#include "base/text.h"
#include "db/account.h"
#include "db/db.h"
#include <stdlib.h>
#include <string.h>

enum { S = GRANTS_SELECT, I = GRANTS_INSERT, U = GRANTS_UPDATE, D = GRANTS_DELETE };
enum { ROUNDS = 4, MAX_RIGHTS = 8192, NAME_MAX_BYTES = 200, WORD_MAX = 64 };

/*
 * A statement that needs a right which is not here is told when a worker or the job starts. MySQL
 * lets a SELECT ... FOR UPDATE through only where the account may change each of its tables.
 */
const struct grants_row grants_table[] = {
    {"admission", NULL, S, S | I | D},
    {"audit", NULL, S | I, 0},
    {"concert", NULL, S | I | U, 0},
    {"digit", NULL, S, 0},
    {"hall_edition", NULL, S | I | U, S},
    {"idempotency", NULL, S | I | U | D, D},
    /* the job finds old answers, and reads none */
    {"idempotency", "subject,idempotency_key,created_at", 0, S},
    {"job_lease", NULL, S, S | U},
    {"lottery", NULL, S | I | U, S | U},
    {"outbox", NULL, I, S | I | D},
    {"payment", NULL, S | I, S},
    {"payment", "status", U, U},
    {"queue_counter", NULL, S | I | U, S | U},
    {"queue_state", NULL, S | I | U, S | U},
    {"queue_token", NULL, S | I | U, S | I | U | D},
    {"reservation", NULL, S | I | U, S | U},
    {"reservation_seat", NULL, S | I, 0},
    {"schedule", NULL, S | I | U, S | U},
    {"schema_lock", NULL, 0, 0},
    {"schema_migration", NULL, S, S},
    {"seat", NULL, S | I | U, S | U},
    {"user", NULL, S | I | U, 0},
    {"wallet", NULL, S | I | U, S | U},
    {"wallet_entry", NULL, S | I, S | I},
    {NULL, NULL, 0, 0},
};

static const struct {
    unsigned bit;
    const char *word;
} words[] = {{S, "SELECT"}, {I, "INSERT"}, {U, "UPDATE"}, {D, "DELETE"}};
#define N_WORDS (sizeof words / sizeof *words)

/* One right that an account has: in all databases (no schema), in one (no table), in a table (no
 * column), in a column. */
struct right {
    char schema[NAME_MAX_BYTES], table[NAME_MAX_BYTES], column[NAME_MAX_BYTES];
    char word[WORD_MAX];
    bool grantable;
};

/* An account, whose rights are being set right. */
struct work {
    struct account account;
    bool workers, job;    /* whose account it is */
    const char *database; /* its name */
    struct db *admin;
    FILE *progress;
    struct right *rights;
    size_t count, room;
    int changes;
    char *why;
    size_t why_len;
};

/* --- Reading --- */

static enum err read_right(const struct db_value *row, void *arg)
{
    struct work *w = arg;
    char grantable[4];

    if (w->count == w->room) {
        size_t room = w->room ? 2 * w->room : 256;
        struct right *grown =
            room <= MAX_RIGHTS ? realloc(w->rights, room * sizeof *w->rights) : NULL;

        if (!grown)
            return ERR_INTERNAL;
        w->rights = grown;
        w->room = room;
    }
    struct right *r = &w->rights[w->count++];
    db_text(&row[0], r->schema, sizeof r->schema);
    db_text(&row[1], r->table, sizeof r->table);
    db_text(&row[2], r->column, sizeof r->column);
    db_text(&row[3], r->word, sizeof r->word);
    db_text(&row[4], grantable, sizeof grantable);
    r->grantable = strcmp(grantable, "YES") == 0;
    return ERR_OK;
}

static enum err read_rights(struct work *w)
{
    const char *name = w->account.name;

    w->count = 0;
    return db_query(w->account.db, STMT_GRANTS_RIGHTS, read_right, w, DB_P_STR(name),
                    DB_P_STR(name), DB_P_STR(name), DB_P_STR(name));
}

static enum err read_count(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* A role is somebody else's rights: who gave it has to take it. */
static enum err check_roles(struct work *w)
{
    int64_t roles = 0;
    enum err e = db_query_one(w->account.db, STMT_GRANTS_ROLES, read_count, &roles);

    if (e != ERR_OK || roles == 0)
        return e;
    snprintf(w->why, w->why_len, "%s has a role: revoke it as the server's administrator",
             w->account.plain);
    return ERR_INTERNAL;
}

/* --- What should be --- */

/* Whether one name is among those of a list with commas between them; NULL is the whole table. */
static bool lists(const char *columns, const char *name)
{
    size_t len = strlen(name);

    if (!columns || !len)
        return !columns && !len;
    for (const char *c = columns; c; c = strchr(c, ',')) {
        c += *c == ',';
        if (strncmp(c, name, len) == 0 && (c[len] == ',' || !c[len]))
            return true;
    }
    return false;
}

/* The rights of the account that a row gives. */
static unsigned given(const struct work *w, const struct grants_row *row)
{
    return (w->workers ? row->workers : 0) | (w->job ? row->job : 0);
}

static unsigned wanted(const struct work *w, const char *table, const char *column)
{
    unsigned set = 0;

    for (const struct grants_row *row = grants_table; row->table; row++) {
        if (strcmp(row->table, table) == 0 && lists(row->columns, column))
            set |= given(w, row);
    }
    return set;
}

static bool is_wanted(const struct work *w, const struct right *r)
{
    unsigned set = wanted(w, r->table, r->column);

    for (size_t i = 0; i < N_WORDS; i++) {
        if (strcmp(r->word, words[i].word) == 0)
            return set & words[i].bit;
    }
    return strcmp(r->word, "USAGE") == 0;
}

/* --- Changing --- */

static enum err refused(struct work *w, enum err e)
{
    const char *said;

    db_complaint(w->admin, &said);
    if (e == ERR_DB_LOST)
        return e;
    snprintf(w->why, w->why_len, "%s%s", said,
             db_denied(w->admin)
                 ? "; the account for migrations needs ALL PRIVILEGES on the database WITH GRANT "
                   "OPTION, and CREATE USER to take rights elsewhere"
                 : "");
    return e;
}

/* What is to be taken may have been taken by another run meanwhile. */
static enum err change(struct work *w, const char *sql, const char *told)
{
    enum err e = db_command(w->admin, sql, NULL);

    if (e != ERR_OK && !db_complains_of_no_grant(w->admin))
        return refused(w, e);
    w->changes++;
    fprintf(w->progress, "%s %s\n", w->account.plain, told);
    return ERR_OK;
}

static bool has(const struct work *w, const char *table, const char *column, const char *word)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct right *r = &w->rights[i];

        if (strcmp(r->schema, w->database) == 0 && strcmp(r->table, table) == 0 &&
            strcmp(r->column, column) == 0 && strcmp(r->word, word) == 0)
            return true;
    }
    return false;
}

/* Whether the account has a right of a row, in the table or in all of the row's columns. */
static bool has_all(const struct work *w, const struct grants_row *row, const char *word)
{
    char column[NAME_MAX_BYTES];

    if (!row->columns)
        return has(w, row->table, "", word);
    for (const char *c = row->columns; c; c = strchr(c, ',')) {
        c += *c == ',';
        text_copy(column, sizeof column, c, strcspn(c, ","));
        if (!has(w, row->table, column, word))
            return false;
    }
    return true;
}

/* Gives what a row of the table says and the account has not. */
static enum err give(struct work *w, const struct grants_row *row)
{
    char list[512] = "", sql[1024], told[1024];
    size_t n = 0;

    for (size_t i = 0; i < N_WORDS; i++) {
        if (!(given(w, row) & words[i].bit) || has_all(w, row, words[i].word) ||
            (row->columns && (wanted(w, row->table, "") & words[i].bit)))
            continue;
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", words[i].word);
        if (row->columns)
            n += (size_t)snprintf(list + n, sizeof list - n, " (%s)", row->columns);
    }
    if (!n)
        return ERR_OK;
    snprintf(sql, sizeof sql, "GRANT %s ON `%s`.`%s` TO %s", list, w->database, row->table,
             w->account.name);
    snprintf(told, sizeof told, "may %s on %s", list, row->table);
    return change(w, sql, told);
}

/* A name between backticks. Tables and columns of others may have any. */
static void quote(const char *name, char out[2 * NAME_MAX_BYTES + 3])
{
    *out++ = '`';
    for (; *name; *out++ = *name++) {
        if (*name == '`')
            *out++ = '`';
    }
    memcpy(out, "`", 2);
}

/* Takes a right, in the columns, table or database that it is in. */
static enum err take(struct work *w, const struct right *r, const char *word, const char *column)
{
    char name[2 * NAME_MAX_BYTES + 3], table[sizeof name] = "*", columns[sizeof name + 4] = "";
    char sql[2048], told[1024];

    if (r->table[0])
        quote(r->table, table);
    if (column[0]) {
        quote(column, name);
        snprintf(columns, sizeof columns, " (%s)", name);
    }
    snprintf(sql, sizeof sql, "REVOKE %s%s ON `%s`.%s FROM %s", word, columns, r->schema, table,
             w->account.name);
    snprintf(told, sizeof told, "may no longer %s%s on %s.%s", word, columns, r->schema,
             r->table[0] ? r->table : "*");
    return change(w, sql, told);
}

/* Whether it is the first that has been read of those that are in the same table and can be handed
 * on: that they can is one right. */
static bool is_first_grantable(const struct work *w, const struct right *r)
{
    for (const struct right *o = w->rights; r->grantable && o < r; o++) {
        if (o->grantable && strcmp(o->table, r->table) == 0)
            return false;
    }
    return r->grantable;
}

static enum err take_surplus(struct work *w, const struct right *r)
{
    enum err e = ERR_OK;

    if (is_first_grantable(w, r))
        e = take(w, r, "GRANT OPTION", "");
    if (e == ERR_OK && !(r->table[0] && is_wanted(w, r)) && strcmp(r->word, "USAGE") != 0)
        e = take(w, r, r->word, r->column);
    return e;
}

/* Whether a right is one outside of the database; a pattern that may match it as well is. */
static bool is_elsewhere(const struct work *w, const struct right *r)
{
    return strcmp(r->schema, w->database) != 0;
}

static enum err take_all(struct work *w)
{
    char sql[256];

    snprintf(sql, sizeof sql, "REVOKE ALL PRIVILEGES, GRANT OPTION FROM %s", w->account.name);
    return change(w, sql, "has lost all rights, since some were outside of the database");
}

/* One round: whether anything was done is in w->changes. */
static enum err correct(struct work *w)
{
    enum err e = read_rights(w);

    w->changes = 0;
    for (size_t i = 0; e == ERR_OK && i < w->count; i++) {
        if (is_elsewhere(w, &w->rights[i]))
            return take_all(w);
    }
    for (const struct grants_row *row = grants_table; e == ERR_OK && row->table; row++)
        e = give(w, row);
    for (size_t i = 0; e == ERR_OK && i < w->count; i++)
        e = take_surplus(w, &w->rights[i]);
    return e;
}

static enum err settle(struct work *w)
{
    enum err e = account_open(&w->account, w->admin, w->progress, w->why, w->why_len);

    if (e == ERR_OK)
        e = check_roles(w);
    for (int round = 0; e == ERR_OK && round < ROUNDS; round++) {
        e = correct(w);
        if (e == ERR_OK && w->changes == 0) {
            fprintf(w->progress, "%s has its rights and no other\n", w->account.plain);
            return ERR_OK;
        }
    }
    if (e == ERR_OK)
        snprintf(w->why, w->why_len, "%s still has other rights than it should", w->account.plain);
    return e == ERR_OK ? ERR_INTERNAL : e;
}

/* Sets one account right, from beginning to end. */
static enum err grant(struct work *w, const struct config *cfg, const char *user,
                      const char *password, const char *host)
{
    enum err e = account_init(&w->account, cfg, user, password, host, w->why, w->why_len);

    if (e == ERR_OK)
        e = settle(w);
    account_close(&w->account);
    free(w->rights);
    return e;
}

static enum err check_names(const struct config *cfg, char *why, size_t why_len)
{
    const char *migrate = cfg->database_migrate_user;

    if (!migrate[0] || strcmp(migrate, cfg->database_user) == 0 ||
        strcmp(migrate, cfg->database_job_user) == 0)
        snprintf(why, why_len,
                 "--grants needs a migrate_user in [database], other than user and job_user");
    else if (!account_word_is_plain(cfg->database_name) || strchr(cfg->database_name, '%'))
        snprintf(why, why_len, "a database's name must be letters, digits, lines or dashes");
    else
        return ERR_OK;
    return ERR_INTERNAL;
}

enum err grants_run(const struct config *cfg, const char *host, FILE *progress, char *why,
                    size_t why_len)
{
    bool one =
        !cfg->database_job_user[0] || strcmp(cfg->database_job_user, cfg->database_user) == 0;
    struct config own = *cfg;
    struct db *admin = NULL;
    enum err e;

    why[0] = '\0';
    e = check_names(cfg, why, why_len);
    config_keep_account(&own, CONFIG_MIGRATE);
    if (e == ERR_OK && !(admin = db_new(&own)))
        e = ERR_INTERNAL;
    struct work workers = {.database = cfg->database_name,
                           .admin = admin,
                           .progress = progress,
                           .why = why,
                           .why_len = why_len};
    struct work job = workers;
    workers.workers = true;
    workers.job = one;
    job.job = true;
    if (e == ERR_OK)
        e = grant(&workers, cfg, cfg->database_user, cfg->database_password, host);
    if (e == ERR_OK && !one)
        e = grant(&job, cfg, cfg->database_job_user, cfg->database_job_password, host);
    db_free(admin);
    explicit_bzero(&own, sizeof own);
    return e;
}
