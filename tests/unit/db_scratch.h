/*
 * What the tests of the database and the domain share: a scratch database and things to put in it.
 *
 * FRONTROW_TEST_CONFIG names a configuration file whose database belongs to the tests: they
 * migrate it, fill it and empty it. So do suites that run beside others with databases and
 * configurations of their own, which they make next to it: NAME_1 and FILE.1, NAME_2 and FILE.2.
 * None of these is removed at the end: that is for whoever made the server and the folder. Each
 * test makes the concerts and users it needs.
 */
#ifndef FRONTROW_TESTS_DB_SCRATCH_H
#define FRONTROW_TESTS_DB_SCRATCH_H

#include "base/config.h"
#include "db/db.h"
#include "domain/app.h"
#include "domain/idem.h"
#include <stdbool.h>

/* The configuration of this process's database; ends the program with a message if there is none.
 */
const struct config *scratch_config(void);
/* Its file, for programs. */
const char *scratch_config_path(void);

/* A connection of its own to the migrated database; free it with db_free. Never NULL: ends the
 * program with a message if the database is out of reach. */
struct db *scratch_open(void);

/* An app with a connection of its own, for domain functions; scratch_app_close frees it. */
struct app scratch_app(void);
void scratch_app_close(struct app *app);

/* Runs one statement given as a printf format; a failure is a failed assertion. */
void scratch_sql(struct db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first column of the first row, an integer; -999 if there is no row (or NULL). */
int64_t scratch_int(struct db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lets this connection's clock stand at `ms` (0: run again). It is lost with the connection. */
void scratch_set_clock(struct db *db, int64_t ms);

/* Deletes every row but those that the schema itself put there. */
void scratch_wipe(struct db *db);

/* A literal for the user's id, 0x...; static storage for a few at a time. */
const char *scratch_hex(const struct uuid *user);

/* A user with a wallet that holds `balance`, charged at once if it is not 0. */
struct uuid scratch_user(struct db *db, int64_t balance);

/* Makes a wallet anew that holds `balance`, as if by its first charge. */
void scratch_balance(struct db *db, const struct uuid *user, int64_t balance);

/* A concert with the default settings, its queue OPEN since now. */
int64_t scratch_concert(struct db *db);

/* A schedule a day from now, to be booked since an hour ago, with `capacity` seats at `price`. */
int64_t scratch_schedule(struct db *db, int64_t concert_id, int capacity, int64_t price);

/* Somebody inside: an ACTIVE token with the ticket number given, the session as long as `seconds`;
 * now serving follows. Returns the queue token's bearer. */
struct caller scratch_inside(struct db *db, const struct uuid *user, int64_t concert_id,
                             int64_t ticket, int seconds);

/* The caller of a user token of theirs. */
struct caller scratch_caller(const struct uuid *user);

/* Whether every invariant holds; what does not is told on stderr. */
bool scratch_is_sound(struct app *app);

/* What one of several processes does; `i` counts from 0. */
typedef enum err scratch_fn(struct app *app, int i, void *arg);

/* Lets `n` (at most 64) processes, each with an app of its own, call fn at the same moment; how
 * many of them ended with `want`. Those that ended with `others` are counted into *other_count
 * (unless it is NULL); any other result is told on stderr. */
int scratch_at_once(int n, scratch_fn *fn, void *arg, enum err want, enum err others,
                    int *other_count);

/* Seconds to wait for something, at the most, before a test gives up on it. */
enum { SCRATCH_PATIENCE_SECONDS = 20 };

/* Waits until the SQL condition is true on `db`; false if it never was. */
bool scratch_wait(struct db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Waits until another connection runs a statement that is LIKE `like`; false if none ever did. */
bool scratch_wait_statement(struct db *db, const char *like);

/* Lets this connection write what foreign keys refuse, and those CHECKs that stand in the way of
 * the tests of verify. scratch_enforce_rules ends it, once the tables are sound again. */
void scratch_lift_rules(struct db *db);
void scratch_enforce_rules(struct db *db);

/* A key of the user's that another request has had its answer for; idem.body is the caller's. */
struct idem scratch_used_key(struct db *db, const struct uuid *user);

#endif
