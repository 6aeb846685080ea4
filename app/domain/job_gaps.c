/* Ticket numbers that nobody holds, see domain/job_gaps.h. */
#include "domain/job_gaps.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"

/* Rows looked at and numbers recorded in one go. */
enum { LOOK_MAX = 20000, FILL_MAX = 500 };

struct gaps {
    struct db *db;
    int64_t concert_id;
    int64_t previous; /* the last number that was seen */
    int64_t tickets[FILL_MAX];
    int count;
};

/* A number is missing for good when one above it was inserted seconds ago: no join takes so long,
 * and one that does finds its number taken and draws another. */
static enum err look(const struct db_value *row, void *arg)
{
    struct gaps *g = arg;
    int64_t ticket = db_int(&row[0]);
    bool old = db_int(&row[1]) != 0;
    for (int64_t t = g->previous + 1; old && t < ticket && g->count < FILL_MAX; t++)
        g->tickets[g->count++] = t;
    g->previous = ticket;
    return ERR_OK;
}

static enum err fill(struct db *db, void *arg)
{
    static const struct uuid nobody;
    const struct gaps *g = arg;
    for (int i = 0; i < g->count; i++) {
        enum err e = db_exec(db, STMT_TOKEN_VOID, NULL, DB_P_INT(g->concert_id), DB_P_UUID(&nobody),
                             DB_P_INT(g->tickets[i]));
        if (e != ERR_OK && e != ERR_DB_DUPLICATE)
            return e;
    }
    return ERR_OK;
}

enum err job_fill_gaps(struct app *app, int64_t concert_id, int64_t now_serving)
{
    static struct gaps g;
    g = (struct gaps){.db = app->db, .concert_id = concert_id, .previous = now_serving};
    enum err e = db_query(app->db, STMT_JOB_NUMBERS, look, &g, DB_P_INT(concert_id),
                          DB_P_INT(now_serving), DB_P_INT(LOOK_MAX));
    if (e != ERR_OK || g.count == 0)
        return e;
    e = tx_run(app->db, fill, &g);
    if (e == ERR_OK)
        log_info("tickets_unused", "concert=%lld count=%d", (long long)concert_id, g.count);
    return e;
}

/* --- Counting --- */

/* From how many on a count is kept, for how many times its own duration, for how many queues. */
enum { KEPT_FROM = 10000, KEPT_TIMES = 20, KEPT_QUEUES = 64 };

static enum err read_count(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

enum err job_count_gone(struct app *app, int64_t concert_id, int64_t now_serving, int64_t *gone)
{
    static struct kept {
        int64_t concert_id, now_serving, gone, until_ms;
    } all[KEPT_QUEUES];
    struct kept *k = &all[concert_id % KEPT_QUEUES];
    int64_t start = clock_monotonic_ms();
    *gone = k->gone;
    if (k->concert_id == concert_id && k->gone >= KEPT_FROM && start < k->until_ms &&
        now_serving - k->now_serving < KEPT_FROM)
        return ERR_OK;
    enum err e = db_query_one(app->db, STMT_JOB_GONE, read_count, gone, DB_P_INT(concert_id),
                              DB_P_INT(now_serving));
    int64_t end = clock_monotonic_ms();
    *k = (struct kept){.concert_id = e == ERR_OK ? concert_id : 0,
                       .now_serving = now_serving,
                       .gone = *gone,
                       .until_ms = end + (end - start) * KEPT_TIMES};
    return e;
}
