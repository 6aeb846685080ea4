/* The tests' own session of the product's database; see session.h. */
#include "session.h"
#include "api/api.h"

#include <CUnit/CUnit.h>
#include <db/db.h>

static struct db *asking, *holding;

/* A connection that was lost is opened again. */
static struct db *open_once(struct db **db)
{
    if (!*db)
        *db = api_checked(db_new(&api_config));
    return *db;
}

int64_t session_int(const char *format, ...)
{
    int64_t value = -1;
    va_list args;
    va_start(args, format);
    enum err e = db_command(open_once(&asking), api_vfmt(format, args), &value);
    va_end(args);
    return e == ERR_OK ? value : -1;
}

bool session_sees(const char *like)
{
    return session_int("SELECT EXISTS (SELECT 1 FROM /*M! information_schema */ "
                       "/*!80022 performance_schema */ .processlist "
                       "WHERE id <> CONNECTION_ID() AND info LIKE '%s')",
                       like) == 1;
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
    open_once(&holding);
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
