/*
 * What the clerks of a host have in common: processes that do together what its workers ask for
 * meanwhile (base/desk.h), as the rows of a few statements in one transaction.
 *
 * A clerk does only what plainly succeeds. Whatever is not as it should be, or is being changed by
 * somebody else, is left to the worker, which does it alone and finds out what is in the way: so
 * each rule's errors are told in one place.
 */
#ifndef FRONTROW_DOMAIN_CLERK_H
#define FRONTROW_DOMAIN_CLERK_H

#include "base/desk.h"
#include "db/tx.h"
#include "domain/app.h"
#include <signal.h>

/* Asks in one transaction at the most, and bytes of one. */
enum { CLERK_BATCH = 32, CLERK_ASK_MAX = 640 };

/* So long those wait who must know what became of their ask: longer than a statement of the clerk's
 * can wait for a lock. Who gives up after it was taken, and has no key, does not know. */
enum { CLERK_PATIENCE_MS = 5000 };

struct clerk {
    struct app *app;
    struct desk *desk;
    int64_t connection; /* the one for which the next is known */
    bool ids_in_a_row;  /* of the rows of one statement */
    int64_t taken_ms;   /* when the batch at hand was taken, by the monotonic clock */
};

/* Does what is asked for, and answers each by desk_reply. `asks` are blocks of the desk's ask
 * size. */
typedef void clerk_serve_fn(struct clerk *c, const struct desk_ticket *tickets, const void *asks,
                            int count);

/* The process's main loop, with its own connection, until *stop; returns its exit code. */
int clerk_run(const struct config *cfg, struct desk *desk, size_t ask_size, clerk_serve_fn *serve,
              const volatile sig_atomic_t *stop);

/* The parts of that, for a clerk with a loop of its own: begins to serve, with an app that
 * app_free takes back (false without memory); and finds out about the ids of this connection. */
bool clerk_open(struct clerk *c, const struct config *cfg, struct desk *desk,
                const volatile sig_atomic_t *stop);
enum err clerk_check_ids(struct clerk *c) MUSTCHECK;

/* Answers all of them alike, but not with DESK_DONE. */
void clerk_reply_all(struct clerk *c, const struct desk_ticket *tickets, int count,
                     enum desk_outcome outcome);

/* Runs fn as a transaction, once; not if it took so long that those who wait may soon give up, and
 * be told that nobody knows. DESK_DONE: committed. DESK_ALONE: nothing of it is there.
 * DESK_UNKNOWN: the connection was lost with its COMMIT. */
enum desk_outcome clerk_transact(struct clerk *c, tx_fn *fn, void *arg);

/* Statements of so many rows, as DESK_ROWS in db/stmt.h makes them: few rows, as are usual, are one
 * statement. */
enum { CLERK_SIZES = 12 };
#define CLERK_STMTS(name)                                                                          \
    {                                                                                              \
        STMT_##name##_32, STMT_##name##_24, STMT_##name##_16, STMT_##name##_12, STMT_##name##_8,   \
            STMT_##name##_7, STMT_##name##_6, STMT_##name##_5, STMT_##name##_4, STMT_##name##_3,   \
            STMT_##name##_2, STMT_##name##_1                                                       \
    }

/* Inserts `rows` rows (any number) of `per_row` parameters each, by as few of the statements as
 * possible. `ids` (may be NULL) receives the AUTO_INCREMENT value of each row. ERR_INTERNAL unless
 * as many have been inserted. */
enum err clerk_insert(struct clerk *c, const enum stmt sizes[CLERK_SIZES],
                      const struct db_value *params, int per_row, int rows, int64_t *ids) MUSTCHECK;

/* The same for statements that end with ON DUPLICATE KEY UPDATE: `changed` (may be NULL) receives
 * the sum of their counts, 1 for a row that is inserted and 2 for one that is changed. */
enum err clerk_write(struct clerk *c, const enum stmt sizes[CLERK_SIZES],
                     const struct db_value *params, int per_row, int rows,
                     int64_t *changed) MUSTCHECK;

/* Fills the marks of an IN list of CLERK_BATCH places: the last value fills what is left over.
 * `count` is at least 1. */
void clerk_marks(struct db_value *marks, const int64_t *values, int count);
void clerk_uuid_marks(struct db_value *marks, const struct uuid *values, int count);

#endif
