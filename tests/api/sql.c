/* Statements on the database of the product under test, see sql.h. */
#include "sql.h"
#include "api.h"
#include "db/db.h"

static int64_t ask(const char *sql, bool wants_value)
{
    int64_t value = 0;
    struct db *db = db_new(&api_migrations);
    NEED(db != NULL, "no memory");
    enum err e = db_command(db, sql, wants_value ? &value : NULL);
    db_free(db);
    NEED(e == ERR_OK, "%s: %s", err_name(e), sql);
    return value;
}

void sql_run(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *sql = api_vfmt(format, args);
    va_end(args);
    ask(sql, false);
}

int64_t sql_int(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *sql = api_vfmt(format, args);
    va_end(args);
    return ask(sql, true);
}
