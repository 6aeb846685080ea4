/* The statement table, see db/stmt.h. */
#include "db/stmt.h"

static const struct {
    const char *name, *sql;
    int params, columns;
} statements[STMT_COUNT] = {
#define STMT_ROW(name, params, columns, sql) [STMT_##name] = {#name, sql, params, columns},
    STMT_LIST(STMT_ROW)
#undef STMT_ROW
};

const char *stmt_name(enum stmt id)
{
    return statements[id].name;
}

const char *stmt_sql(enum stmt id)
{
    return statements[id].sql;
}

int stmt_params(enum stmt id)
{
    return statements[id].params;
}

int stmt_columns(enum stmt id)
{
    return statements[id].columns;
}
