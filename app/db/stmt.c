/* The statement table, see db/stmt.h. */
#include "db/stmt.h"

#include <string.h>

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

static bool is_shared_with_job(enum stmt id)
{
    switch (id) {
#define STMT_SHARED(name) case STMT_##name:
        STMT_JOB_SHARES(STMT_SHARED)
#undef STMT_SHARED
        return true;
    default:
        return false;
    }
}

/* Whose it is by its name alone. */
static enum stmt_user owner(enum stmt id)
{
    static const struct {
        const char *prefix;
        enum stmt_user who;
    } prefixes[] = {{"JOB_", STMT_OF_JOB},
                    {"DESK_", STMT_OF_CLERKS},
                    {"TOOL_", STMT_OF_TOOL},
                    {"VERIFY_", STMT_OF_VERIFY},
                    {"GRANTS_", STMT_OF_GRANTS}};

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(stmt_name(id), prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
            return prefixes[i].who;
    }
    return STMT_OF_WORKERS;
}

bool stmt_is_of(enum stmt id, enum stmt_user who)
{
    enum stmt_user mine = owner(id);

    if (who == STMT_OF_ALL || mine == who)
        return true;
    if (who == STMT_OF_JOB)
        return is_shared_with_job(id);
    return mine == STMT_OF_WORKERS &&
           (who == STMT_OF_TOOL || who == STMT_OF_VERIFY || who == STMT_OF_CLERKS);
}

int stmt_count_of(enum stmt_user who)
{
    int n = 0;

    for (int id = 0; id < STMT_COUNT; id++)
        n += stmt_is_of((enum stmt)id, who);
    return n;
}

int64_t stmt_count_at(int connections)
{
    return (int64_t)connections * stmt_count_of(STMT_OF_WORKERS) + stmt_count_of(STMT_OF_CLERKS) +
           stmt_count_of(STMT_OF_JOB) + stmt_count_of(STMT_OF_VERIFY);
}
