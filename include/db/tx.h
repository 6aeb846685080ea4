/*
 * The one door to transactions.
 */
#ifndef FRONTROW_DB_TX_H
#define FRONTROW_DB_TX_H

#include "base/err.h"
#include "db/db.h"

/* What is done in a transaction. It may be run again after a deadlock: it resets its outputs,
 * answers nobody, reads no clock but the database's, and never waits for anything else. */
typedef enum err tx_fn(struct db *db, void *arg);

/*
 * Runs fn between BEGIN and COMMIT; any result but ERR_OK rolls back and is returned.
 *
 * ERR_DB_RETRY, ERR_DB_LOCK_TIMEOUT, and a connection lost before COMMIT lead to another run, at
 * most a few with a random pause, then ERR_BUSY. A connection lost during COMMIT leaves its outcome
 * unknown: ERR_BUSY at once, and the client settles it with its Idempotency-Key.
 */
enum err tx_run(struct db *db, tx_fn *fn, void *arg) MUSTCHECK;

/*
 * The same for an fn that begins with the row of a key that it alone writes, and so finds out, run
 * again, whether its first run was committed: a connection lost during COMMIT leads to another run
 * as well.
 */
enum err tx_run_settling(struct db *db, tx_fn *fn, void *arg) MUSTCHECK;

/* Runs fn as a transaction once, whatever becomes of it. *unknown is set where the connection was
 * lost with the COMMIT; after any other error nothing of it is there. */
enum err tx_once(struct db *db, tx_fn *fn, void *arg, bool *unknown) MUSTCHECK;

/* Runs fn in a read-only transaction on one consistent snapshot (REPEATABLE READ). */
enum err tx_snapshot(struct db *db, tx_fn *fn, void *arg) MUSTCHECK;

#endif
