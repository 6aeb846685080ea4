/*
 * The database: one connection of one process, opened at first use and again after it was lost.
 *
 * Values go in and come out typed; every statement is prepared, see db/stmt.h. Moments are
 * milliseconds since the epoch and stand for DATETIME(3) columns in UTC.
 *
 * Errors of db_exec and db_query: ERR_DB_LOST (out of reach, cut or timed out), ERR_DB_RETRY
 * (deadlock or conflict: the transaction is gone, run it again), ERR_DB_LOCK_TIMEOUT,
 * ERR_DB_DUPLICATE, ERR_DB_CONSTRAINT, ERR_INTERNAL (logged).
 */
#ifndef FRONTROW_DB_DB_H
#define FRONTROW_DB_DB_H

#include "base/config.h"
#include "base/err.h"
#include "base/text.h"
#include "db/stmt.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct db;

/* A connection that is not open yet; `cfg` must outlive it. NULL if memory is short. */
struct db *db_new(const struct config *cfg);
/* Closes and frees it; NULL is allowed. */
void db_free(struct db *db);

/* Opens the connection unless it is open. ERR_DB_LOST if it cannot be had within a second. */
enum err db_open(struct db *db) MUSTCHECK;
/* The same where a refusal is no wonder: it is not logged. */
enum err db_try_open(struct db *db) MUSTCHECK;
/* Closes it; the next use opens it again. */
void db_close(struct db *db);

/* How long an answer may take, in seconds (default 4; takes effect with the next opening). With
 * more than that, the server lets the connection pause as long, too. */
void db_set_patience(struct db *db, unsigned seconds);

/*
 * Asks `down`, while a statement has taken longer than a second and from then on ten times a
 * second, whether the database is known to be out of reach, and gives the statement up with
 * ERR_DB_LOST if so; nor is a connection opened then. A lock may well be waited for that long, so
 * time alone decides nothing. Once for each process, NULL to end it; uses SIGALRM. `down` is called
 * in a signal handler.
 */
void db_watch(bool (*down)(void));

/* Whose statements this connection runs from now on; a new one runs the workers'. Another's is
 * ERR_INTERNAL (logged). Returns whose they were before. */
enum stmt_user db_serve(struct db *db, enum stmt_user who);

/* Prepares every statement that this connection may run and compares its parameters and columns.
 * ERR_INTERNAL with the reason in `why` if one does not fit, or the account lacks a right that one
 * needs (all of those are logged). */
enum err db_check_statements(struct db *db, char *why, size_t why_len) MUSTCHECK;

/* What the server said when something failed last on this connection: its error number (0: nothing
 * has failed), and its words in *words (may be NULL), which can quote values and belong to db. For
 * those who tell an operator. */
unsigned db_complaint(const struct db *db, const char **words);

/* Whether that was a duplicate in the unique key of that name. */
bool db_names_key(const struct db *db, const char *key);

/* How often it has been connected: another number is another connection. */
int64_t db_connections(const struct db *db);

/* Whether that was for want of a right, or because the account was not let in; or because a right
 * to be revoked is not there. */
bool db_denied(const struct db *db);
bool db_complains_of_no_grant(const struct db *db);

/* Whether the server's max_connections and max_prepared_stmt_count suffice for `connections` more
 * connections of ours. ERR_INTERNAL with the reason in `why` if not. */
enum err db_check_limits(const struct config *cfg, int connections, char *why,
                         size_t why_len) MUSTCHECK;

/* DB_TEXT is characters in UTF-8, DB_BYTES is binary; in rows both are DB_BYTES. */
enum db_type { DB_NULL, DB_INT, DB_TIME, DB_TEXT, DB_BYTES };

/* A parameter, or a column of a row. `i` holds integers and moments, `s` and `n` bytes. */
struct db_value {
    enum db_type type;
    int64_t i;
    const char *s;
    size_t n;
};

#define DB_P_NULL        ((struct db_value){.type = DB_NULL})
#define DB_P_INT(v)      ((struct db_value){.type = DB_INT, .i = (v)})
#define DB_P_TIME(v)     ((struct db_value){.type = DB_TIME, .i = (v)})
#define DB_P_BYTES(p, l) ((struct db_value){.type = DB_BYTES, .s = (const char *)(p), .n = (l)})
#define DB_P_STR(p)      ((struct db_value){.type = DB_TEXT, .s = (p), .n = strlen(p)})
#define DB_P_UUID(u)     DB_P_BYTES((u)->b, 16)
/* An optional string: NULL for the empty one. */
#define DB_P_OPT(p) ((p)[0] ? DB_P_STR(p) : DB_P_NULL)
/* An optional moment: NULL for a negative one. */
#define DB_P_OPT_TIME(v) ((v) >= 0 ? DB_P_TIME(v) : DB_P_NULL)

/*
 * Runs a statement that returns no rows. `affected` (may be NULL) receives the rows it changed
 * (for ON DUPLICATE KEY UPDATE: 1 for an insert, 2 for an update). Use the macro, which counts the
 * parameters; the number must be the statement's.
 */
enum err db_exec_params(struct db *db, enum stmt id, const struct db_value *params, size_t n,
                        int64_t *affected) MUSTCHECK;
#define db_exec(db, id, affected, ...)                                                             \
    db_exec_params(db, id, (const struct db_value[]){__VA_ARGS__},                                 \
                   sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value),       \
                   affected)

/* The AUTO_INCREMENT value, or the value given to LAST_INSERT_ID(), of the last db_exec. */
int64_t db_insert_id(const struct db *db);

/* Called with each row, an array of the statement's columns that is valid during the call. Any
 * result but ERR_OK ends the query with that result. It must not use the same statement. */
typedef enum err db_row_fn(const struct db_value *row, void *arg);

/* Runs a query and hands every row to `fn`. No rows: ERR_OK. */
enum err db_query_params(struct db *db, enum stmt id, db_row_fn *fn, void *arg,
                         const struct db_value *params, size_t n) MUSTCHECK;
#define db_query(db, id, fn, arg, ...)                                                             \
    db_query_params(db, id, fn, arg, (const struct db_value[]){__VA_ARGS__},                       \
                    sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))

/* Like db_query for any number of rows: each is handed to `fn` as it comes and none is kept, so
 * that the memory needed does not grow with them. Meanwhile nothing else may use the connection. */
enum err db_stream_params(struct db *db, enum stmt id, db_row_fn *fn, void *arg,
                          const struct db_value *params, size_t n) MUSTCHECK;
#define db_stream(db, id, fn, arg, ...)                                                            \
    db_stream_params(db, id, fn, arg, (const struct db_value[]){__VA_ARGS__},                      \
                     sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))

/* Like db_query for at most one row; ERR_NO_ROW if there is none. `fn` may be NULL. */
enum err db_query_one_params(struct db *db, enum stmt id, db_row_fn *fn, void *arg,
                             const struct db_value *params, size_t n) MUSTCHECK;
#define db_query_one(db, id, fn, arg, ...)                                                         \
    db_query_one_params(db, id, fn, arg, (const struct db_value[]){__VA_ARGS__},                   \
                        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))

/* Column readers. The int ones give 0 for NULL; moments give -1; texts give "". */
int64_t db_int(const struct db_value *v);
int64_t db_time(const struct db_value *v);
void db_text(const struct db_value *v, char *out, size_t cap);
void db_uuid(const struct db_value *v, struct uuid *out);
bool db_is_null(const struct db_value *v);

/* The database's clock. */
enum err db_now(struct db *db, int64_t *ms) MUSTCHECK;

/* For db/tx.c, db/migrate.c and db/grants.c alone: statements without parameters, as text; several,
 * divided by semicolons, where `many`. Rows are read and dropped, but for the first column of the
 * first row, an integer, which goes to *value unless that is NULL (ERR_NO_ROW if there is none). */
enum err db_command(struct db *db, const char *sql, int64_t *value) MUSTCHECK;
enum err db_script(struct db *db, const char *sql) MUSTCHECK;

/* For db/account.c alone: a statement with a password in it. What the server says of it, which can
 * quote it, is neither logged nor kept but for the number. */
enum err db_secret_command(struct db *db, const char *sql) MUSTCHECK;

/* For db/tx.c alone: while set, a lost connection is not opened again by a statement. */
void db_set_in_transaction(struct db *db, bool in);

#endif
