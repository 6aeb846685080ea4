/* See db_scratch.h. */
#include "db_scratch.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/migrate.h"
#include "domain/verify.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Much of the time the tests wait for locks and for the end of something: so several do at once. */
static const struct suite_hooks hooks = {.jobs = 3};

__attribute__((constructor)) static void enter_hooks(void)
{
    suite_set_hooks(&hooks);
}

static void give_up(const char *why)
{
    fprintf(stderr, "the tests need a scratch database: %s\n", why);
    exit(2);
}

static void load(const char *path, struct config *cfg)
{
    char why[300];
    if (config_load(path, cfg, why, sizeof why) != ERR_OK)
        give_up(why);
}

/* Copies the file, which holds secrets, with another name of the database in it; false also if
 * there is not one line with the name: the copy would be of the database that is others'. */
static bool copy_config(const char *from, const char *to, const char *name)
{
    char line[1000];
    int names = 0;
    mode_t before = umask(077);
    FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
    umask(before);
    while (out && fgets(line, sizeof line, in)) {
        bool is_name = strncmp(line, "name =", 6) == 0;
        names += is_name;
        if (is_name)
            fprintf(out, "name = %s\n", name);
        else
            fputs(line, out);
    }
    if (in)
        fclose(in);
    return out && fclose(out) == 0 && names == 1;
}

/* Makes a database next to the configuration's, which the copy at `to` names instead. */
static void make_own(const char *from, const char *to)
{
    struct config cfg;
    char name[64], sql[200];
    load(from, &cfg);
    snprintf(name, sizeof name, "%.40s_%d", cfg.database_name, suite_slot());
    snprintf(sql, sizeof sql,
             "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 "
             "COLLATE utf8mb4_unicode_520_ci",
             name);
    struct db *db = db_new(&cfg);
    if (!db || db_open(db) != ERR_OK || db_command(db, sql, NULL) != ERR_OK)
        give_up("it cannot be made");
    db_free(db);
    if (!copy_config(from, to, name))
        give_up("its configuration cannot be written, or has not one line `name = `");
}

const char *scratch_config_path(void)
{
    static char own[512];
    const char *path = getenv("FRONTROW_TEST_CONFIG");
    if (!path)
        give_up("FRONTROW_TEST_CONFIG names no configuration file");
    if (suite_slot() == 0)
        return path;
    if (!*own) {
        snprintf(own, sizeof own, "%s.%d", path, suite_slot());
        make_own(path, own);
    }
    return own;
}

const struct config *scratch_config(void)
{
    static struct config cfg;
    static bool loaded;
    if (loaded)
        return &cfg;
    load(scratch_config_path(), &cfg);
    log_set_level("error");
    loaded = true;
    return &cfg;
}

struct db *scratch_open(void)
{
    static bool migrated;
    const struct config *cfg = scratch_config();
    struct db *db = db_new(cfg);
    if (!migrated && migrate_run(cfg, NULL) != ERR_OK)
        give_up("it cannot be migrated");
    migrated = true;
    if (db) {
        db_serve(db, STMT_OF_ALL);
        db_set_patience(db, SCRATCH_PATIENCE_SECONDS);
    }
    if (!db || db_open(db) != ERR_OK)
        give_up("it is out of reach");
    return db;
}

struct app scratch_app(void)
{
    struct app app = {.cfg = scratch_config(), .db = scratch_open()};
    return app;
}

void scratch_app_close(struct app *app)
{
    db_free(app->db);
    app->db = NULL;
}

static void write_sql(char *sql, size_t cap, const char *format, va_list args)
{
    int n = vsnprintf(sql, cap, format, args);
    CU_ASSERT_FATAL(n > 0 && (size_t)n < cap);
}

void scratch_sql(struct db *db, const char *format, ...)
{
    char sql[4096];
    va_list args;
    va_start(args, format);
    write_sql(sql, sizeof sql, format, args);
    va_end(args);
    enum err e = db_command(db, sql, NULL);
    if (e != ERR_OK)
        fprintf(stderr, "%s: %s\n", err_name(e), sql);
    CU_ASSERT_EQUAL(e, ERR_OK);
}

int64_t scratch_int(struct db *db, const char *format, ...)
{
    char sql[4096];
    int64_t value = -999;
    va_list args;
    va_start(args, format);
    write_sql(sql, sizeof sql, format, args);
    va_end(args);
    enum err e = db_command(db, sql, &value);
    if (e != ERR_OK && e != ERR_NO_ROW)
        fprintf(stderr, "%s: %s\n", err_name(e), sql);
    CU_ASSERT(e == ERR_OK || e == ERR_NO_ROW);
    return value;
}

void scratch_set_clock(struct db *db, int64_t ms)
{
    if (ms)
        scratch_sql(db, "SET timestamp = %lld.%03lld", (long long)(ms / 1000),
                    (long long)(ms % 1000));
    else
        scratch_sql(db, "SET timestamp = DEFAULT");
}

void scratch_wipe(struct db *db)
{
    static const char *const tables[] = {"audit",        "outbox",        "idempotency",
                                         "wallet_entry", "payment",       "reservation_seat",
                                         "seat",         "reservation",   "wallet",
                                         "user",         "schedule",      "admission",
                                         "queue_token",  "queue_counter", "queue_state",
                                         "lottery",      "hall_edition",  "concert"};
    scratch_sql(db, "SET FOREIGN_KEY_CHECKS = 0");
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        scratch_sql(db, "DELETE FROM %s", tables[i]);
    scratch_sql(db, "SET FOREIGN_KEY_CHECKS = 1");
    scratch_sql(db,
                "UPDATE job_lease SET holder = '', expires_at = '2000-01-01', ticked_at = NULL");
}

const char *scratch_hex(const struct uuid *user)
{
    static char texts[4][35];
    static unsigned next;
    char *text = texts[next++ % 4];
    strcpy(text, "0x");
    for (size_t i = 0; i < sizeof user->b; i++)
        snprintf(text + 2 + 2 * i, 3, "%02x", user->b[i]);
    return text;
}

struct uuid scratch_user(struct db *db, int64_t balance)
{
    struct uuid user;
    uuid_random(&user);
    scratch_sql(db, "INSERT INTO user (user_id, created_at) VALUES (%s, NOW(3))",
                scratch_hex(&user));
    scratch_sql(db, "INSERT INTO wallet (user_id) VALUES (%s)", scratch_hex(&user));
    scratch_balance(db, &user, balance);
    return user;
}

void scratch_balance(struct db *db, const struct uuid *user, int64_t balance)
{
    struct config cfg = *scratch_config();
    struct app app = {.cfg = &cfg, .db = db};
    struct caller caller = scratch_caller(user);
    struct wallet_charge charged = {0};
    cfg.wallet_charge_max = WALLET_BALANCE_MAX;
    scratch_sql(db, "DELETE FROM wallet_entry WHERE user_id = %s", scratch_hex(user));
    scratch_sql(db,
                "UPDATE wallet SET balance = 0, entries = 0, entry_hash = DEFAULT, "
                "entry_at = NULL WHERE user_id = %s",
                scratch_hex(user));
    if (balance)
        CU_ASSERT_EQUAL(wallet_charge(&app, &caller, user, balance, NULL, &charged), ERR_OK);
}

int64_t scratch_concert(struct db *db)
{
    scratch_sql(db, "INSERT INTO concert (title, time_zone, hold_seconds, hold_extend_seconds, "
                    "max_seats_per_user, created_at) "
                    "VALUES ('A concert', 'Asia/Seoul', 300, 120, 4, NOW(3))");
    int64_t id = scratch_int(db, "SELECT LAST_INSERT_ID()");
    scratch_sql(db,
                "INSERT INTO queue_state (concert_id, state, admit_count, admit_interval_seconds, "
                "max_active, session_seconds, claim_seconds, token_lifetime_seconds, t0) "
                "VALUES (%lld, 'OPEN', 50, 1, 500, 600, 60, 86400, NOW(3))",
                (long long)id);
    scratch_sql(db, "INSERT INTO queue_counter (concert_id) VALUES (%lld)", (long long)id);
    return id;
}

int64_t scratch_schedule(struct db *db, int64_t concert_id, int capacity, int64_t price)
{
    scratch_sql(db,
                "INSERT INTO schedule (concert_id, starts_at, local_date, booking_opens_at, "
                "booking_closes_at, refund_closes_at, capacity, min_price, max_price, created_at) "
                "SELECT %lld, NOW(3) + INTERVAL 1 DAY, DATE(NOW(3) + INTERVAL 33 HOUR), "
                "NOW(3) - INTERVAL 1 HOUR, NOW(3) + INTERVAL 1 DAY, NOW(3) + INTERVAL 1 DAY, "
                "%d, %lld, %lld, NOW(3)",
                (long long)concert_id, capacity, (long long)price, (long long)price);
    int64_t id = scratch_int(db, "SELECT LAST_INSERT_ID()");
    scratch_sql(db,
                "INSERT INTO seat (schedule_id, seat_number, price, status) "
                "SELECT %lld, n.i, %lld, 'AVAILABLE' FROM (SELECT 1 + a.d + 10 * b.d + 100 * c.d "
                "AS i FROM digit a, digit b, digit c) n WHERE n.i <= %d ORDER BY n.i",
                (long long)id, (long long)price, capacity);
    return id;
}

struct caller scratch_inside(struct db *db, const struct uuid *user, int64_t concert_id,
                             int64_t ticket, int seconds)
{
    struct caller caller = {
        .kind = TOKEN_QUEUE, .user = *user, .concert_id = concert_id, .ticket = ticket};
    scratch_sql(db,
                "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
                "expires_at, admitted_at, claimed_at, session_ends_at) "
                "SELECT %lld, %s, %lld, 'ACTIVE', NOW(3), NOW(3) + INTERVAL %d SECOND, NOW(3), "
                "NOW(3), NOW(3) + INTERVAL %d SECOND",
                (long long)concert_id, scratch_hex(user), (long long)ticket, seconds, seconds);
    caller.token_id = scratch_int(db, "SELECT LAST_INSERT_ID()");
    caller.exp = scratch_int(db, "SELECT UNIX_TIMESTAMP(NOW()) + %d", seconds);
    scratch_sql(db,
                "UPDATE queue_state SET now_serving = GREATEST(now_serving, %lld) "
                "WHERE concert_id = %lld",
                (long long)ticket, (long long)concert_id);
    scratch_sql(db,
                "UPDATE queue_counter SET next_ticket = GREATEST(next_ticket, %lld) "
                "WHERE concert_id = %lld",
                (long long)ticket + 1, (long long)concert_id);
    return caller;
}

struct caller scratch_caller(const struct uuid *user)
{
    struct caller caller = {.kind = TOKEN_USER, .user = *user, .may_charge = true};
    return caller;
}

bool scratch_is_sound(struct app *app)
{
    char *said = NULL;
    size_t length = 0;
    int64_t faults = -1;
    FILE *out = open_memstream(&said, &length);
    CU_ASSERT_EQUAL(verify_run(app, out, NULL, &faults), ERR_OK);
    fclose(out);
    if (faults != 0)
        fprintf(stderr, "%s", said);
    free(said);
    return faults == 0;
}

/* A child: waits for the start, does its part, and ends with the result as its exit code. */
static void run_child(int start, scratch_fn *fn, int i, void *arg)
{
    struct app app = scratch_app();
    char c;
    app_problem_reset(&app);
    while (read(start, &c, 1) > 0)
        ;
    enum err e = fn(&app, i, arg);
    scratch_app_close(&app);
    _exit((int)e);
}

int scratch_at_once(int n, scratch_fn *fn, void *arg, enum err want, enum err others,
                    int *other_count)
{
    pid_t children[64];
    int start[2] = {-1, -1}, wanted = 0;
    CU_ASSERT_FATAL(n <= 64 && pipe(start) == 0);
    for (int i = 0; i < n; i++) {
        children[i] = fork();
        CU_ASSERT_FATAL(children[i] >= 0);
        if (children[i] == 0) {
            close(start[1]);
            run_child(start[0], fn, i, arg);
        }
    }
    close(start[0]);
    close(start[1]);
    for (int i = 0; i < n; i++) {
        int status = 0;
        waitpid(children[i], &status, 0);
        enum err e = WIFEXITED(status) ? (enum err)WEXITSTATUS(status) : ERR_COUNT;
        wanted += e == want;
        if (e == others && other_count)
            ++*other_count;
        else if (e != want)
            fprintf(stderr, "process %d: %s\n", i, e < ERR_COUNT ? err_name(e) : "died");
    }
    return wanted;
}

bool scratch_wait(struct db *db, const char *format, ...)
{
    char condition[2000];
    int64_t deadline = clock_monotonic_ms() + SCRATCH_PATIENCE_SECONDS * 1000LL;
    va_list args;
    va_start(args, format);
    write_sql(condition, sizeof condition, format, args);
    va_end(args);
    while (clock_monotonic_ms() < deadline) {
        if (scratch_int(db, "SELECT %s", condition) == 1)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
    }
    return false;
}

/* MySQL has two tables of processes; 9.7 cannot read the older one while a statement with a binary
 * value runs. */
bool scratch_wait_statement(struct db *db, const char *like)
{
    return scratch_wait(db,
                        "EXISTS (SELECT 1 FROM /*M! information_schema */ "
                        "/*!80022 performance_schema */ .processlist "
                        "WHERE id <> CONNECTION_ID() AND db = DATABASE() AND info LIKE '%s')",
                        like);
}

/* MariaDB has a variable of the session for all CHECKs; MySQL is told about each of them. */
static void enforce_rules(struct db *db, bool on)
{
    static const char *const checks[][2] = {
        {"seat", "seat_state"},
        {"wallet", "wallet_balance"},
        {"wallet", "wallet_entries"},
        {"wallet_entry", "wallet_entry_type"},
        {"wallet_entry", "wallet_entry_balance"},
        {"wallet_entry", "wallet_entry_seq"},
        {"reservation", "reservation_state"},
        {"reservation", "reservation_seats"},
        {"reservation", "reservation_paid"},
        {"payment", "payment_state"},
        {"queue_token", "queue_token_number"},
    };
    scratch_sql(db, "SET FOREIGN_KEY_CHECKS = %d /*M! , check_constraint_checks = %d */", on, on);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        scratch_sql(db, "ALTER TABLE %s /*!80016 ALTER CHECK %s %s ENFORCED */", checks[i][0],
                    checks[i][1], on ? "" : "NOT");
}

void scratch_lift_rules(struct db *db)
{
    enforce_rules(db, false);
}

void scratch_enforce_rules(struct db *db)
{
    enforce_rules(db, true);
}

struct idem scratch_used_key(struct db *db, const struct uuid *user)
{
    scratch_sql(db,
                "INSERT INTO idempotency (subject, idempotency_key, fingerprint, status, body, "
                "created_at) VALUES (%s, 'k', REPEAT('x', 32), 201, '', NOW(3))",
                scratch_hex(user));
    return (struct idem){.present = true, .subject = *user, .key = "k", .key_len = 1};
}
