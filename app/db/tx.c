/* BEGIN, COMMIT and ROLLBACK are said here and nowhere else; see db/tx.h. */
#include "db/tx.h"

#include "base/metrics.h"
#include <stdlib.h>
#include <time.h>

/* A deadlock is worth several tries; whoever waited two seconds for a lock tries once more. */
enum { MAX_DEADLOCKS = 8, MAX_LOCK_TIMEOUTS = 1, MAX_LOST = 1 };

/* A random pause that grows with the tries, so that two who met do not meet again. */
static void pause_before(int tries)
{
    long us = 500L + random() % (2000L * tries);
    nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

static enum err once(struct db *db, const char *begin, tx_fn *fn, void *arg, bool *unknown)
{
    enum err e = db_command(db, begin, NULL);
    if (e != ERR_OK)
        return e;
    db_set_in_transaction(db, true);
    e = fn(db, arg);
    if (e == ERR_OK) {
        e = db_command(db, "COMMIT", NULL);
        *unknown = e == ERR_DB_LOST;
    } else if (e != ERR_DB_LOST && db_command(db, "ROLLBACK", NULL) != ERR_OK) {
        db_close(db); /* the server rolls back what a closed connection left */
    }
    db_set_in_transaction(db, false);
    return e;
}

static enum err run(struct db *db, const char *begin, tx_fn *fn, void *arg)
{
    int deadlocks = 0, timeouts = 0, lost = 0;
    for (;;) {
        bool unknown = false;
        enum err e = once(db, begin, fn, arg, &unknown);
        if (unknown)
            return ERR_BUSY;
        if (e == ERR_DB_RETRY ? ++deadlocks > MAX_DEADLOCKS
            : e == ERR_DB_LOCK_TIMEOUT ? ++timeouts > MAX_LOCK_TIMEOUTS
            : e == ERR_DB_LOST ? ++lost > MAX_LOST
                               : true)
            return e == ERR_DB_RETRY || e == ERR_DB_LOCK_TIMEOUT || e == ERR_DB_LOST ? ERR_BUSY : e;
        metrics_db_retry();
        if (e != ERR_DB_LOST)
            pause_before(deadlocks + timeouts);
    }
}

enum err tx_run(struct db *db, tx_fn *fn, void *arg)
{
    return run(db, "START TRANSACTION", fn, arg);
}

enum err tx_snapshot(struct db *db, tx_fn *fn, void *arg)
{
    enum err e = db_command(db, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", NULL);
    if (e != ERR_OK)
        return e;
    return run(db, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", fn, arg);
}
