/* What the clerks have in common, see domain/clerk.h. */
#include "domain/clerk.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include <poll.h>

/* Whoever is just finding out that nobody serves holds the clerk's mutex for a moment. */
enum { OPEN_AGAIN_MS = 10 };
/* Nothing is committed for those who were taken so long ago: well below the desks' patience. */
enum { TOO_LATE_MS = 3000 };

static enum err read_step(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

enum err clerk_check_ids(struct clerk *c)
{
    int64_t step = 0;
    enum err e = db_open(c->app->db);
    if (e != ERR_OK || c->connection == db_connections(c->app->db))
        return e;
    e = db_query_one(c->app->db, STMT_ID_STEP, read_step, &step);
    c->ids_in_a_row = e == ERR_OK && step == 1;
    c->connection = e == ERR_OK ? db_connections(c->app->db) : -1;
    return e;
}

bool clerk_open(struct clerk *c, const struct config *cfg, struct desk *desk,
                const volatile sig_atomic_t *stop)
{
    *c = (struct clerk){.app = app_new(cfg), .desk = desk, .connection = -1};
    if (!c->app)
        return false;
    db_serve(c->app->db, STMT_OF_CLERKS);
    while (!*stop && !desk_open(desk))
        poll(NULL, 0, OPEN_AGAIN_MS);
    return true;
}

void clerk_reply_all(struct clerk *c, const struct desk_ticket *tickets, int count,
                     enum desk_outcome outcome)
{
    for (int i = 0; i < count; i++)
        desk_reply(c->desk, &tickets[i], outcome, NULL);
}

int clerk_run(const struct config *cfg, struct desk *desk, size_t ask_size, clerk_serve_fn *serve,
              const volatile sig_atomic_t *stop)
{
    static _Alignas(max_align_t) unsigned char asks[CLERK_BATCH * CLERK_ASK_MAX];
    struct desk_ticket tickets[CLERK_BATCH];
    struct clerk c;
    if (ask_size > CLERK_ASK_MAX || !clerk_open(&c, cfg, desk, stop))
        return 1;
    while (!*stop) {
        int n = desk_take(desk, tickets, asks, CLERK_BATCH);
        c.taken_ms = clock_monotonic_ms();
        if (n == 0) {
            desk_wait(desk);
        } else if (clerk_check_ids(&c) == ERR_OK) {
            app_problem_reset(c.app);
            serve(&c, tickets, asks, n);
        } else {
            clerk_reply_all(&c, tickets, n, DESK_ALONE);
        }
        desk_beat(desk);
    }
    app_free(c.app);
    return 0;
}

struct timely {
    const struct clerk *clerk;
    tx_fn *fn;
    void *arg;
};

static enum err run_timely(struct db *db, void *arg)
{
    const struct timely *t = arg;
    enum err e = t->fn(db, t->arg);
    return e == ERR_OK && clock_monotonic_ms() - t->clerk->taken_ms > TOO_LATE_MS ? ERR_DB_RETRY
                                                                                  : e;
}

/* ERR_NO_ROW: nobody was left. What the database said has been logged where it was said. */
enum desk_outcome clerk_transact(struct clerk *c, tx_fn *fn, void *arg)
{
    struct timely t = {c, fn, arg};
    bool unknown = false;
    enum err e = tx_once(c->app->db, run_timely, &t, &unknown);
    if (e == ERR_OK)
        return DESK_DONE;
    if (e != ERR_NO_ROW) {
        metrics_db_retry();
        log_info("batch_failed", "err=%s", err_name(e));
    }
    return unknown ? DESK_UNKNOWN : DESK_ALONE;
}

/* `ids` only where those of a statement's rows are known. */
static enum err write_rows(struct clerk *c, const enum stmt sizes[CLERK_SIZES],
                           const struct db_value *params, int per_row, int rows, int64_t *ids,
                           int64_t *changed)
{
    static const int rows_of[CLERK_SIZES] = {32, 24, 16, 12, 8, 7, 6, 5, 4, 3, 2, 1};
    int which = 0;
    *changed = 0;
    while (rows > 0) {
        while (rows_of[which] > rows || (rows_of[which] > 1 && ids && !c->ids_in_a_row))
            which++;
        int64_t affected = 0;
        int size = rows_of[which];
        size_t n = (size_t)size * (size_t)per_row;
        enum err e = db_exec_params(c->app->db, sizes[which], params, n, &affected);
        if (e != ERR_OK)
            return e;
        for (int i = 0; ids && i < size; i++)
            *ids++ = db_insert_id(c->app->db) + i;
        *changed += affected;
        params += n;
        rows -= size;
    }
    return ERR_OK;
}

enum err clerk_insert(struct clerk *c, const enum stmt sizes[CLERK_SIZES],
                      const struct db_value *params, int per_row, int rows, int64_t *ids)
{
    int64_t inserted = 0;
    enum err e = write_rows(c, sizes, params, per_row, rows, ids, &inserted);
    return e == ERR_OK && inserted != rows ? ERR_INTERNAL : e;
}

enum err clerk_write(struct clerk *c, const enum stmt sizes[CLERK_SIZES],
                     const struct db_value *params, int per_row, int rows, int64_t *changed)
{
    int64_t count = 0;
    enum err e = write_rows(c, sizes, params, per_row, rows, NULL, &count);
    if (changed)
        *changed = count;
    return e;
}

void clerk_marks(struct db_value *marks, const int64_t *values, int count)
{
    for (int i = 0; i < CLERK_BATCH; i++)
        marks[i] = DB_P_INT(values[i < count ? i : count - 1]);
}

void clerk_uuid_marks(struct db_value *marks, const struct uuid *values, int count)
{
    for (int i = 0; i < CLERK_BATCH; i++)
        marks[i] = DB_P_UUID(&values[i < count ? i : count - 1]);
}
