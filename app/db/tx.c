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

/* What is said to begin: `isolation` (or NULL) holds for the one transaction after it, so both go
 * to the same connection, at each run. */
struct beginning {
    const char *isolation, *start;
};

static enum err begin(struct db *db, const struct beginning *b)
{
    enum err e = db_open(db);
    if (e != ERR_OK)
        return ERR_BUSY; /* nobody is there: unlike a connection that was cut, not tried again */
    if (b->isolation)
        e = db_command(db, b->isolation, NULL);
    if (e != ERR_OK)
        return e;
    db_set_in_transaction(db, true);
    e = db_command(db, b->start, NULL);
    if (e != ERR_OK)
        db_set_in_transaction(db, false);
    return e;
}

static enum err once(struct db *db, const struct beginning *b, tx_fn *fn, void *arg, bool *unknown)
{
    enum err e = begin(db, b);
    if (e != ERR_OK)
        return e;
    e = fn(db, arg);
    if (e == ERR_OK) {
        e = db_command(db, "COMMIT", NULL);
        *unknown = e == ERR_DB_LOST;
        if (e != ERR_OK)
            db_close(db); /* else the next START TRANSACTION could commit what is left */
    } else if (e != ERR_DB_LOST && db_command(db, "ROLLBACK", NULL) != ERR_OK) {
        db_close(db); /* the server rolls back what a closed connection left */
    }
    db_set_in_transaction(db, false);
    return e;
}

/* `settles`: a run after a COMMIT of unknown outcome finds out what became of it. */
static enum err run(struct db *db, const struct beginning *b, bool settles, tx_fn *fn, void *arg)
{
    int deadlocks = 0, timeouts = 0, lost = 0;
    for (;;) {
        bool unknown = false;
        enum err e = once(db, b, fn, arg, &unknown);
        if (unknown && !settles)
            return ERR_BUSY;
        if (e == ERR_DB_RETRY          ? ++deadlocks > MAX_DEADLOCKS
            : e == ERR_DB_LOCK_TIMEOUT ? ++timeouts > MAX_LOCK_TIMEOUTS
            : e == ERR_DB_LOST         ? ++lost > MAX_LOST
                                       : true)
            return e == ERR_DB_RETRY || e == ERR_DB_LOCK_TIMEOUT || e == ERR_DB_LOST ? ERR_BUSY : e;
        metrics_db_retry();
        if (e != ERR_DB_LOST)
            pause_before(deadlocks + timeouts);
    }
}

static const struct beginning plain = {NULL, "START TRANSACTION"};

enum err tx_run(struct db *db, tx_fn *fn, void *arg)
{
    return run(db, &plain, false, fn, arg);
}

enum err tx_once(struct db *db, tx_fn *fn, void *arg, bool *unknown)
{
    *unknown = false;
    return once(db, &plain, fn, arg, unknown);
}

enum err tx_run_settling(struct db *db, tx_fn *fn, void *arg)
{
    return run(db, &plain, true, fn, arg);
}

enum err tx_snapshot(struct db *db, tx_fn *fn, void *arg)
{
    static const struct beginning snapshot = {
        "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"};
    return run(db, &snapshot, false, fn, arg);
}
