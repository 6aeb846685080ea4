/* What operators have made, see domain/admin_list.h. */
#include "domain/admin_list.h"

#include "db/db.h"
#include "domain/cancel.h"
#include "domain/concert_row.h"
#include "domain/schedule_row.h"

/* Of STMT_CONCERT_PAGE: what follows the concert's own columns. */
enum { NEXT_STARTS_AT = 20 };

struct concerts {
    admin_concert_fn *fn;
    void *arg;
    struct concert concert; /* of the row at hand */
};

static enum err read_concert(const struct db_value *row, void *arg)
{
    struct concerts *l = arg;
    enum err e = concert_read(row, &l->concert);
    return e == ERR_OK ? l->fn(&l->concert, db_time(&row[NEXT_STARTS_AT]), l->arg) : e;
}

enum err admin_list_concerts(struct app *app, int64_t before, int limit, admin_concert_fn *fn,
                             void *arg)
{
    struct concerts l = {.fn = fn, .arg = arg};
    return db_query(app->db, STMT_CONCERT_PAGE, read_concert, &l,
                    DB_P_INT(before ? before : INT64_MAX), DB_P_INT(limit));
}

struct schedules {
    bool known;
    struct schedule *out;
    int count;
};

static enum err read_schedule(const struct db_value *row, void *arg)
{
    struct schedules *l = arg;
    l->known = true;
    return db_is_null(&row[0]) ? ERR_OK : schedule_read(row, &l->out[l->count++]);
}

enum err admin_list_schedules(struct app *app, int64_t concert_id, int64_t after_starts_at,
                              int64_t after_id, int limit, struct schedule *out, int *count)
{
    struct schedules l = {.out = out};
    enum err e = db_query(app->db, STMT_SCHEDULE_PAGE, read_schedule, &l,
                          DB_P_TIME(after_starts_at), DB_P_TIME(after_starts_at),
                          DB_P_INT(after_id), DB_P_INT(concert_id), DB_P_INT(limit));
    if (e == ERR_OK && !l.known)
        e = ERR_CONCERT_NOT_FOUND;
    for (int i = 0; e == ERR_OK && i < l.count; i++)
        e = cancel_progress(app, &out[i]);
    *count = l.count;
    return e;
}
