/*
 * Migrations; see db/migrate.h.
 *
 * DDL commits by itself, so a migration cannot be one transaction: each of its statements can be
 * run again instead. Runs on several hosts take turns by the lock of a row, held on a second
 * connection, which ends with the process that holds it.
 */
#include "db/migrate.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include <time.h>

/* A migration may rebuild large tables; another host's may have to be waited for as long. */
enum { MIGRATE_PATIENCE_SECONDS = 3600 };

static const char base_tables[] =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    " number INT NOT NULL PRIMARY KEY,"
    " name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
    " applied_at DATETIME(3) NOT NULL) ENGINE=InnoDB;"
    "CREATE TABLE IF NOT EXISTS schema_lock (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;"
    "INSERT IGNORE INTO schema_lock (id) VALUES (1)";

int migrate_known(void)
{
    int n = 0;
    while (migrations[n].name)
        n++;
    return n;
}

static enum err applied(struct db *db, int64_t *number)
{
    int64_t tables = 0;
    enum err e = db_command(db,
                            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = "
                            "DATABASE() AND table_name = 'schema_migration'",
                            &tables);
    *number = 0;
    if (e != ERR_OK || tables == 0)
        return e;
    return db_command(db, "SELECT COALESCE(MAX(number), 0) FROM schema_migration", number);
}

/* The connection with the lock has nothing to say while a table is rebuilt: the servers' limits for
 * those that pause, see db.c, would end it and the turn with it. */
static enum err may_pause(struct db *lock)
{
    char limits[128];
    snprintf(limits, sizeof limits,
             "SET SESSION wait_timeout = %d /*M! , idle_transaction_timeout = %d */",
             MIGRATE_PATIENCE_SECONDS, MIGRATE_PATIENCE_SECONDS);
    return db_command(lock, limits, NULL);
}

/* Making the row waits for whoever has locked it, as locking it does. */
static enum err take_turn(struct db *lock)
{
    int64_t deadline = clock_monotonic_ms() + MIGRATE_PATIENCE_SECONDS * 1000LL;
    enum err e;
    do {
        e = db_script(lock, base_tables);
        if (e == ERR_OK)
            e = may_pause(lock);
        if (e == ERR_OK)
            e = db_command(lock, "START TRANSACTION", NULL);
        if (e == ERR_OK)
            e = db_command(lock, "UPDATE schema_lock SET id = id WHERE id = 1", NULL);
    } while ((e == ERR_DB_LOCK_TIMEOUT || e == ERR_DB_RETRY) && clock_monotonic_ms() < deadline);
    return e;
}

static enum err apply_one(struct db *db, const struct migration *m, FILE *progress)
{
    char done[256];
    int64_t start = clock_monotonic_ms();
    enum err e = db_script(db, m->sql);
    if (e != ERR_OK)
        return e;
    snprintf(done, sizeof done,
             "INSERT INTO schema_migration (number, name, applied_at) VALUES (%d, '%s', NOW(3))",
             m->number, m->name);
    e = db_command(db, done, NULL);
    if (e == ERR_OK && progress)
        fprintf(progress, "applied %s in %lld ms\n", m->name,
                (long long)(clock_monotonic_ms() - start));
    return e;
}

static enum err apply_missing(struct db *db, FILE *progress)
{
    int64_t at = 0;
    enum err e = applied(db, &at);
    if (e != ERR_OK)
        return e;
    if (at > migrate_known()) {
        log_error("schema_newer", "schema=%lld known=%d", (long long)at, migrate_known());
        return ERR_INTERNAL;
    }
    if (at == migrate_known() && progress)
        fprintf(progress, "the schema is up to date at %lld\n", (long long)at);
    for (const struct migration *m = migrations + at; e == ERR_OK && m->name; m++)
        e = apply_one(db, m, progress);
    return e;
}

static void tell_denied(const struct db *db)
{
    const char *words;
    db_complaint(db, &words);
    if (db_denied(db))
        log_error("migrate_denied", "text=%s needs=%s", log_value(words),
                  "\"a [database] migrate_user that may do all in the database\"");
}

enum err migrate_run(const struct config *cfg, FILE *progress)
{
    struct db *db = db_new(cfg), *lock = db_new(cfg);
    enum err e = ERR_INTERNAL;
    if (!db || !lock)
        goto out;
    db_set_patience(db, MIGRATE_PATIENCE_SECONDS);
    e = take_turn(lock);
    if (e == ERR_OK)
        e = apply_missing(db, progress);
    tell_denied(db);
    tell_denied(lock);
out:
    db_free(lock); /* and with it the turn */
    db_free(db);
    return e;
}

/* Whether an account that sees no table of the schema may not see it. */
static bool may_not_look(struct db *db)
{
    return db_command(db, "SELECT 1 FROM schema_migration LIMIT 0", NULL) != ERR_OK &&
           db_denied(db);
}

enum err migrate_check(const struct config *cfg, char *why, size_t why_len)
{
    int64_t at = 0;
    struct db *db = db_new(cfg);
    enum err e = db ? applied(db, &at) : ERR_INTERNAL;
    bool denied = e == ERR_OK && at == 0 && may_not_look(db);
    db_free(db);
    if (why_len)
        why[0] = '\0';
    if (e != ERR_OK)
        return e;
    if (at == migrate_known())
        return ERR_OK;
    if (denied) {
        snprintf(why, why_len,
                 "the account %s may not read the schema: run `frontrow migrate --grants`",
                 cfg->database_user);
        return ERR_INTERNAL;
    }
    snprintf(why, why_len, "the schema is at %lld, this program needs %d: %s", (long long)at,
             migrate_known(),
             at < migrate_known() ? "run `frontrow migrate`" : "install the newer program");
    return ERR_INTERNAL;
}
