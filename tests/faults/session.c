/* The tests' own session of the product's database; see session.h. */
#include "session.h"
#include "api/api.h"

#include <CUnit/CUnit.h>
#include <db/db.h>

static struct db *asking, *holding, *seeing[2];
static struct config accounts[2];

/* A connection that was lost is opened again. */
static struct db *open_once(struct db **db, const struct config *account)
{
    if (!*db)
        *db = api_checked(db_new(account));
    return *db;
}

static int64_t ask(struct db *db, const char *sql)
{
    int64_t value = -1;
    return db_command(db, sql, &value) == ERR_OK ? value : -1;
}

int64_t session_int(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *sql = api_vfmt(format, args);
    va_end(args);
    return ask(open_once(&asking, &api_migrations), sql);
}

/* An account is shown its own connections alone. */
bool session_sees(const char *like)
{
    static const enum config_account whose[] = {CONFIG_WORKERS, CONFIG_JOB};
    const char *sql = F("SELECT EXISTS (SELECT 1 FROM /*M! information_schema */ "
                        "/*!80022 performance_schema */ .processlist "
                        "WHERE id <> CONNECTION_ID() AND info LIKE '%s')",
                        like);
    for (int i = 0; i < 2; i++) {
        accounts[i] = api_config;
        config_keep_account(&accounts[i], whose[i]);
        if (ask(open_once(&seeing[i], &accounts[i]), sql) == 1)
            return true;
    }
    return false;
}

static void hold(const char *sql, int64_t *value)
{
    enum err e = db_command(holding, sql, value);
    NEED(e == ERR_OK || e == ERR_NO_ROW, "%s: %s", sql, err_name(e));
}

void session_hold(const char *format, ...)
{
    int64_t ignored;
    va_list args;
    open_once(&holding, &api_migrations);
    hold("SET SESSION wait_timeout = 3600 /*M! , idle_transaction_timeout = 0 */", NULL);
    hold("START TRANSACTION", NULL);
    va_start(args, format);
    hold(F("%s FOR UPDATE", api_vfmt(format, args)), &ignored);
    va_end(args);
}

/* By closing it, whatever has become of it. */
void session_release(void)
{
    if (holding)
        db_close(holding);
}
