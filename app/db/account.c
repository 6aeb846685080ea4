/*
 * Accounts of the database, see db/account.h.
 *
 * Statements about accounts take no parameters, so whatever goes into one is looked at first: what
 * would need escaping is refused. A statement with a password is neither logged nor kept.
 */
#include "db/account.h"

#include "base/text.h"
#include <string.h>

bool account_word_is_plain(const char *word)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_$.:%/-";

    return word[0] && !word[strspn(word, allowed)];
}

static bool password_is_plain(const char *password)
{
    for (const char *c = password; *c; c++) {
        if (*c < ' ' || *c > '~' || strchr("'\"`\\", *c))
            return false;
    }
    return true;
}

static bool is_servers_own(const char *user)
{
    return strcmp(user, "root") == 0 || strncmp(user, "mysql", 5) == 0 ||
           strncmp(user, "mariadb", 7) == 0;
}

enum err account_init(struct account *out, const struct config *cfg, const char *user,
                      const char *password, const char *host, char *why, size_t why_len)
{
    *out = (struct account){.cfg = *cfg};
    config_keep_account(&out->cfg, CONFIG_WORKERS);
    if (!account_word_is_plain(user) || strlen(user) > ACCOUNT_USER_MAX || is_servers_own(user)) {
        snprintf(why, why_len,
                 "the account '%s' is not given rights: its name must be 1 to %d letters, digits, "
                 "dots, lines or dashes, and none of the server's own",
                 user, ACCOUNT_USER_MAX);
        return ERR_INTERNAL;
    }
    if (!account_word_is_plain(host) || strlen(host) > ACCOUNT_HOST_MAX) {
        snprintf(why, why_len, "'%s' cannot be the host of an account", host);
        return ERR_INTERNAL;
    }
    if (!password_is_plain(password)) {
        snprintf(why, why_len,
                 "the password of '%s' must be printable ASCII without quotes and backslashes",
                 user);
        return ERR_INTERNAL;
    }
    snprintf(out->name, sizeof out->name, "'%s'@'%s'", user, host);
    snprintf(out->plain, sizeof out->plain, "%s@%s", user, host);
    text_copy(out->cfg.database_user, CONFIG_STR_MAX, user, strlen(user));
    text_copy(out->cfg.database_password, CONFIG_STR_MAX, password, strlen(password));
    out->cfg.database_name[0] = '\0';
    return ERR_OK;
}

static enum err make(const struct account *a, struct db *admin, FILE *progress, char *why,
                     size_t why_len)
{
    char sql[ACCOUNT_NAME_MAX + CONFIG_STR_MAX + 64];
    const char *words;
    enum err e;

    if (!a->cfg.database_password[0]) {
        snprintf(why, why_len, "%s cannot log in, and there is no password to make it with",
                 a->plain);
        return ERR_INTERNAL;
    }
    snprintf(sql, sizeof sql, "CREATE USER IF NOT EXISTS %s IDENTIFIED BY '%s'", a->name,
             a->cfg.database_password);
    e = db_secret_command(admin, sql);
    explicit_bzero(sql, sizeof sql);
    if (e == ERR_OK) {
        fprintf(progress, "made %s, unless it was there\n", a->plain);
        return ERR_OK;
    }
    db_complaint(admin, &words);
    if (db_denied(admin))
        snprintf(why, why_len,
                 "%s cannot log in with the password of this configuration, and the account for "
                 "migrations may not make it (%s): give it CREATE USER, or make the account",
                 a->plain, words);
    else if (e != ERR_DB_LOST)
        snprintf(why, why_len, "%s could not be made: %s", a->plain, words);
    return e;
}

static enum err read_text(const struct db_value *row, void *arg)
{
    db_text(&row[0], arg, ACCOUNT_NAME_MAX);
    return ERR_OK;
}

/* Whom the server takes us for: it prefers the account with the most exact host. */
static enum err check_name(struct account *a, char *why, size_t why_len)
{
    char taken_for[ACCOUNT_NAME_MAX] = "";
    enum err e = db_query_one(a->db, STMT_GRANTS_SELF, read_text, taken_for);

    if (e != ERR_OK || strcmp(taken_for, a->plain) == 0)
        return e;
    snprintf(why, why_len,
             "who logs in as %s from here is %s to the server: name its host (--host)", a->plain,
             taken_for);
    return ERR_INTERNAL;
}

enum err account_open(struct account *a, struct db *admin, FILE *progress, char *why,
                      size_t why_len)
{
    enum err e;

    a->db = db_new(&a->cfg);
    if (!a->db)
        return ERR_INTERNAL;
    db_serve(a->db, STMT_OF_GRANTS);
    e = db_try_open(a->db);
    if (e != ERR_OK && db_denied(a->db)) {
        e = make(a, admin, progress, why, why_len);
        if (e != ERR_OK)
            return e;
        e = db_try_open(a->db);
        if (e != ERR_OK && db_denied(a->db)) {
            snprintf(why, why_len,
                     "%s is there, but it cannot log in from here with the password of this "
                     "configuration: change either",
                     a->plain);
            return ERR_INTERNAL;
        }
    }
    return e == ERR_OK ? check_name(a, why, why_len) : e;
}

void account_close(struct account *a)
{
    db_free(a->db);
    a->db = NULL;
    explicit_bzero(&a->cfg, sizeof a->cfg);
}
