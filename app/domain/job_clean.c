/*
 * Deleting what is old, see domain/job_clean.h.
 *
 * After a large evening there are hundreds of thousands of rows to delete, and people join the next
 * queue meanwhile. A short transaction holds its locks for some milliseconds, and the time that a
 * tick may take for all of them is bounded, so that neither joins nor the next tick wait.
 */
#include "domain/job_clean.h"

#include "base/clock.h"
#include "db/db.h"

enum { CALLS_PER_LOOK = 10, PART_OF_A_TICK = 10 };

static enum err delete_tokens(struct app *app, const char *status, int64_t *affected)
{
    return db_exec(app->db, STMT_JOB_DELETE_TOKENS, affected, DB_P_STR(status),
                   DB_P_INT(app->cfg->queue_retention_days), DB_P_INT(JOB_CLEAN_ROWS));
}

static enum err delete_finished(struct app *app, int64_t *affected)
{
    return delete_tokens(app, "FINISHED", affected);
}

static enum err delete_left(struct app *app, int64_t *affected)
{
    return delete_tokens(app, "LEFT", affected);
}

static enum err delete_expired(struct app *app, int64_t *affected)
{
    return delete_tokens(app, "EXPIRED", affected);
}

static enum err delete_void(struct app *app, int64_t *affected)
{
    return delete_tokens(app, "VOID", affected);
}

static enum err delete_keys(struct app *app, int64_t *affected)
{
    return db_exec(app->db, STMT_JOB_DELETE_IDEM, affected, DB_P_INT(JOB_CLEAN_ROWS));
}

static enum err delete_admissions(struct app *app, int64_t *affected)
{
    return db_exec(app->db, STMT_JOB_DELETE_ADMISSIONS, affected,
                   DB_P_INT(app->cfg->queue_retention_days), DB_P_INT(JOB_CLEAN_ROWS));
}

static enum err delete_events(struct app *app, int64_t *affected)
{
    return db_exec(app->db, STMT_JOB_DELETE_OUTBOX, affected,
                   DB_P_INT(app->cfg->queue_retention_days), DB_P_INT(JOB_CLEAN_ROWS));
}

/* One batch of each kind; all of them take turns. */
typedef enum err delete_batch(struct app *app, int64_t *affected);
static delete_batch *const kinds[] = {delete_finished, delete_left, delete_expired,
                                      delete_void,     delete_keys, delete_admissions,
                                      delete_events};
enum { KINDS = sizeof kinds / sizeof *kinds, ALL_DONE = (1 << KINDS) - 1 };

enum err job_clean(struct app *app, int64_t *deleted)
{
    static unsigned calls, turn, done = ALL_DONE;
    if (done == ALL_DONE && calls++ % CALLS_PER_LOOK != 0)
        return ERR_OK;
    int64_t end = clock_monotonic_ms() + app->cfg->queue_tick_ms / PART_OF_A_TICK;
    enum err e = ERR_OK;
    done = 0;
    for (int batches = 0; e == ERR_OK && done != ALL_DONE && batches < JOB_CLEAN_BATCHES &&
                          clock_monotonic_ms() <= end;
         turn = (turn + 1) % KINDS) {
        int64_t affected = 0;
        if (done & 1U << turn)
            continue;
        e = kinds[turn](app, &affected);
        if (e == ERR_OK)
            *deleted += affected;
        if (e == ERR_OK && affected < JOB_CLEAN_ROWS)
            done |= 1U << turn;
        batches++;
    }
    return e == ERR_DB_RETRY || e == ERR_DB_LOCK_TIMEOUT ? ERR_OK : e;
}
