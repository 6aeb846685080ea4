/*
 * The connection, and the only source that knows <mysql.h>; see db/db.h.
 *
 * A statement is prepared at its first use on a connection and kept with its column buffers.
 * CLIENT_FOUND_ROWS is on: "affected" counts the rows that a WHERE matched, so that a payment of 0,
 * which changes no balance, still counts its row.
 *
 * MYSQL_OPT_RECONNECT is never used: a silent reconnect loses the session's settings, the prepared
 * statements and the transaction. Connections are opened again here, and only between transactions.
 */
#include "db/db.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include <errmsg.h>
#include <errno.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

/* MySQL's client calls it bool, MariaDB's my_bool. */
typedef __typeof__(*((MYSQL_BIND *)NULL)->is_null) null_flag;

enum { CONNECT_SECONDS = 1, PATIENCE_SECONDS = 4, FIRST_TEXT_BYTES = 256, IDLE_PING_MS = 5000 };
enum { FIRST_SERVER_ERROR = 1000 };

struct column {
    enum db_type type;
    int64_t i;
    MYSQL_TIME time;
    char *text;
    unsigned long text_cap, length;
    null_flag null;
};

struct prepared {
    MYSQL_STMT *stmt;
    struct column *columns;
    MYSQL_BIND *binds;
    struct db_value *row;
    unsigned column_count;
};

struct db {
    const struct config *cfg;
    MYSQL *mysql; /* NULL: closed */
    struct prepared prepared[STMT_COUNT];
    int64_t insert_id;
    int64_t last_used_ms;
    unsigned patience;
    enum stmt_user who;
    unsigned complaint; /* the server's last error number, and its words */
    char words[256];
    bool in_transaction;
    int64_t opened; /* how often */
    bool trying;    /* whether it is let in is the question */
    bool secret;    /* the statement that runs has a password in it */
};

struct db *db_new(const struct config *cfg)
{
    struct db *db = calloc(1, sizeof *db);
    if (db) {
        db->cfg = cfg;
        db->patience = PATIENCE_SECONDS;
    }
    return db;
}

void db_set_patience(struct db *db, unsigned seconds)
{
    db->patience = seconds;
}

enum stmt_user db_serve(struct db *db, enum stmt_user who)
{
    enum stmt_user before = db->who;
    db->who = who;
    return before;
}

unsigned db_complaint(const struct db *db, const char **words)
{
    if (words)
        *words = db->words;
    return db->complaint;
}

bool db_names_key(const struct db *db, const char *key)
{
    return db->complaint == ER_DUP_ENTRY && strstr(db->words, key);
}

int64_t db_connections(const struct db *db)
{
    return db->opened;
}

void db_set_in_transaction(struct db *db, bool in)
{
    db->in_transaction = in;
}

static void prepared_clear(struct prepared *p)
{
    if (p->stmt)
        mysql_stmt_close(p->stmt);
    for (unsigned i = 0; p->columns && i < p->column_count; i++)
        free(p->columns[i].text);
    free(p->columns);
    free(p->binds);
    free(p->row);
    *p = (struct prepared){0};
}

void db_close(struct db *db)
{
    for (int i = 0; i < STMT_COUNT; i++)
        prepared_clear(&db->prepared[i]);
    if (db->mysql)
        mysql_close(db->mysql);
    db->mysql = NULL;
}

void db_free(struct db *db)
{
    if (!db)
        return;
    db_close(db);
    free(db);
}

/* MySQL's error numbers become ours here and nowhere else. Numbers that only one of the servers
 * knows are written out: 4025 and 3819 are the CHECK errors of MariaDB and MySQL, 1021, 1077
 * and 1927 are MariaDB's full disk, shutdown and killed connection, 1969 and 3024 the statement
 * time limits of each. */
static enum err classify(unsigned number)
{
    switch (number) {
    case ER_LOCK_DEADLOCK:
    case 3101: /* MySQL: rolled back by its group at commit */
    case ER_CHECKREAD:
    case ER_ERROR_DURING_COMMIT:
    case ER_NEED_REPREPARE:
        return ERR_DB_RETRY;
    case ER_LOCK_WAIT_TIMEOUT:
    case ER_AUTOINC_READ_FAILED: /* the wait for the table's next number ran out */
    case 1969:
    case 3024:
        return ERR_DB_LOCK_TIMEOUT;
    case ER_DUP_ENTRY:
        return ERR_DB_DUPLICATE;
    case ER_ROW_IS_REFERENCED_2:
    case ER_NO_REFERENCED_ROW_2:
    case ER_BAD_NULL_ERROR:
    case ER_WARN_DATA_OUT_OF_RANGE:
    case ER_DATA_TOO_LONG:
    case 3819:
    case 4025:
        return ERR_DB_CONSTRAINT;
    case ER_CON_COUNT_ERROR:
    case ER_SERVER_SHUTDOWN:
    case ER_UNKNOWN_COM_ERROR:
    case ER_HOST_IS_BLOCKED:
    case ER_OPTION_PREVENTS_STATEMENT:
    case ER_UNKNOWN_STMT_HANDLER:
    case ER_QUERY_INTERRUPTED:
    case 1077:
    case 1927:
    case 3032: /* MySQL: offline mode */
    case 4031: /* MySQL: cut for being idle */
        return ERR_DB_LOST;
    case 1021: /* the disk is full: the server is short of something that it may have again soon */
    case ER_ERROR_ON_WRITE:
    case ER_GET_ERRNO: /* so does a temporary table say that the disk is full */
    case ER_OUTOFMEMORY:
    case ER_RECORD_FILE_FULL:
        return ERR_BUSY;
    default:
        if (number > 0 && number < FIRST_SERVER_ERROR) /* MySQL hands on what its files have said */
            return ERR_BUSY;
        return number >= CR_MIN_ERROR && number <= CR_MAX_ERROR ? ERR_DB_LOST : ERR_INTERNAL;
    }
}

/* Notes an error in the log and the counters. The server's text can quote values: it is logged for
 * errors of ours alone (a wrong statement), which name columns, not rows. */
static enum err failed(struct db *db, unsigned number, const char *text, const char *what)
{
    enum err e = classify(number);
    if (e == ERR_DB_DUPLICATE)
        return e; /* expected: the caller decides */
    metrics_db_error();
    if (e == ERR_INTERNAL)
        log_error("database_error", "errno=%u what=%s text=%s", number, what, log_value(text));
    else
        log_warn("database_error", "errno=%u what=%s", number, what);
    if (e == ERR_DB_LOST)
        db_close(db);
    return e;
}

/* Keeps what the server said, which is gone when the connection is closed. */
static void keep_complaint(struct db *db, unsigned number, const char *words)
{
    db->complaint = number;
    snprintf(db->words, sizeof db->words, "%s", words);
}

static enum err failed_connection(struct db *db, const char *what)
{
    keep_complaint(db, mysql_errno(db->mysql), db->secret ? "" : mysql_error(db->mysql));
    return failed(db, db->complaint, db->words, what);
}

/* Whether the server refused something for want of a right, or the account itself. */
bool db_denied(const struct db *db)
{
    switch (db->complaint) {
    case ER_DBACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
    case ER_SPECIFIC_ACCESS_DENIED_ERROR:
    case ER_CANT_CREATE_USER_WITH_GRANT:
        return true;
    default:
        return false;
    }
}

bool db_complains_of_no_grant(const struct db *db)
{
    return db->complaint == ER_NONEXISTING_GRANT || db->complaint == ER_NONEXISTING_TABLE_GRANT;
}

/* --- Giving up what waits for a dead server --- */

static bool (*watch_down)(void);
static volatile sig_atomic_t watch_fd = -1;

static int socket_of(MYSQL *mysql)
{
#ifdef MARIADB_BASE_VERSION
    return (int)mysql_get_socket(mysql);
#else
    return (int)mysql->net.fd;
#endif
}

/* The client library, which waits in poll(), then sees the end of the stream. */
static void on_watch(int signo)
{
    int saved = errno;
    (void)signo;
    if (watch_fd >= 0 && watch_down())
        shutdown((int)watch_fd, SHUT_RDWR);
    errno = saved;
}

void db_watch(bool (*down)(void))
{
    struct sigaction sa = {.sa_handler = on_watch, .sa_flags = SA_RESTART};
    sigemptyset(&sa.sa_mask);
    watch_down = down;
    sigaction(SIGALRM, &sa, NULL);
}

static void watch(struct db *db, bool on)
{
    static const struct itimerval off,
        ticking = {.it_value = {.tv_sec = 1}, .it_interval = {.tv_usec = 100000}};
    if (!watch_down)
        return;
    if (on)
        watch_fd = socket_of(db->mysql);
    setitimer(ITIMER_REAL, on ? &ticking : &off, NULL);
    if (!on)
        watch_fd = -1;
}

/*
 * The same on every connection, whatever the server's defaults; the isolation level is a statement
 * because the variable's name differs between the servers.
 *
 * A transaction of ours never pauses. One that does belongs to a process that stands still or to a
 * host that is gone, and holds its locks against everyone: the server ends it. MySQL can only be
 * told so for idle connections at large, which are opened again when they are needed.
 */
static const char *const preamble[] = {
    "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_520_ci",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 2, autocommit = 1, "
    "sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION,ONLY_FULL_GROUP_BY' "
    "/*M! , idle_transaction_timeout = 5 */ /*!80000 , wait_timeout = 10 */",
};

/* Who waits long may also be slow to read what comes, or pause in a transaction for want of
 * somebody who reads what it prints. */
static enum err be_patient(struct db *db)
{
    char limits[160];
    snprintf(limits, sizeof limits,
             "SET SESSION net_write_timeout = %u, wait_timeout = %u "
             "/*M! , idle_transaction_timeout = %u */",
             db->patience, db->patience, db->patience);
    return mysql_query(db->mysql, limits) ? failed_connection(db, "patience") : ERR_OK;
}

static enum err connect_now(struct db *db)
{
    const struct config *cfg = db->cfg;
    unsigned connect_seconds = CONNECT_SECONDS;
    bool local = strcmp(cfg->database_host, "localhost") == 0;
    if (watch_down && watch_down())
        return ERR_DB_LOST;
    db->mysql = mysql_init(NULL);
    if (!db->mysql)
        return ERR_INTERNAL;
    mysql_options(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    mysql_options(db->mysql, MYSQL_OPT_READ_TIMEOUT, &db->patience);
    mysql_options(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &db->patience);
    if (!mysql_real_connect(
            db->mysql, local ? NULL : cfg->database_host, cfg->database_user,
            cfg->database_password, cfg->database_name[0] ? cfg->database_name : NULL,
            (unsigned)cfg->database_port, local ? cfg->database_socket : NULL, CLIENT_FOUND_ROWS)) {
        keep_complaint(db, mysql_errno(db->mysql), mysql_error(db->mysql));
        if (!db->trying)
            log_error("database_connect", "errno=%u text=%s", db->complaint, log_value(db->words));
        metrics_db_error();
        db_close(db);
        return ERR_DB_LOST;
    }
    for (size_t i = 0; i < sizeof preamble / sizeof *preamble; i++)
        if (mysql_query(db->mysql, preamble[i]))
            return failed_connection(db, "preamble");
    if (db->patience > PATIENCE_SECONDS && be_patient(db) != ERR_OK)
        return ERR_DB_LOST;
    if (db->opened++ > 0)
        metrics_db_reconnect();
    return ERR_OK;
}

/* An idle connection may have been cut meanwhile: it is tried first, between transactions. */
enum err db_open(struct db *db)
{
    int64_t now = clock_monotonic_ms();
    if (db->mysql && !db->in_transaction && now - db->last_used_ms > IDLE_PING_MS) {
        watch(db, true);
        int failed = mysql_ping(db->mysql);
        watch(db, false);
        if (failed)
            db_close(db);
    }
    db->last_used_ms = now;
    if (db->mysql)
        return ERR_OK;
    return db->in_transaction ? ERR_DB_LOST : connect_now(db);
}

enum err db_try_open(struct db *db)
{
    db->trying = true;
    enum err e = db_open(db);
    db->trying = false;
    return e;
}

/* --- Preparing --- */

static enum db_type column_type(enum enum_field_types type)
{
    switch (type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
        return DB_INT;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
        return DB_TIME;
    default:
        return DB_BYTES;
    }
}

static bool column_setup(struct column *c, MYSQL_BIND *b, const MYSQL_FIELD *field)
{
    c->type = column_type(field->type);
    b->is_null = &c->null;
    b->length = &c->length;
    switch (c->type) {
    case DB_INT:
        b->buffer_type = MYSQL_TYPE_LONGLONG;
        b->buffer = &c->i;
        return true;
    case DB_TIME:
        b->buffer_type = MYSQL_TYPE_DATETIME;
        b->buffer = &c->time;
        return true;
    default:
        c->text = malloc(FIRST_TEXT_BYTES);
        c->text_cap = FIRST_TEXT_BYTES;
        b->buffer_type = MYSQL_TYPE_STRING;
        b->buffer = c->text;
        b->buffer_length = c->text_cap;
        return c->text != NULL;
    }
}

static enum err setup_columns(struct prepared *p, MYSQL_RES *meta)
{
    unsigned n = mysql_num_fields(meta);
    p->columns = calloc(n, sizeof *p->columns);
    p->binds = calloc(n, sizeof *p->binds);
    p->row = calloc(n, sizeof *p->row);
    if (!p->columns || !p->binds || !p->row)
        return ERR_INTERNAL;
    p->column_count = n;
    for (unsigned i = 0; i < n; i++)
        if (!column_setup(&p->columns[i], &p->binds[i], mysql_fetch_field_direct(meta, i)))
            return ERR_INTERNAL;
    return mysql_stmt_bind_result(p->stmt, p->binds) ? ERR_INTERNAL : ERR_OK;
}

/* MariaDB's client says of rows that stop coming one by one only that they do; why is then known to
 * the connection. */
static enum err failed_statement(struct db *db, enum stmt id)
{
    MYSQL_STMT *stmt = db->prepared[id].stmt;
    if (mysql_stmt_errno(stmt) == 0)
        return failed_connection(db, stmt_name(id));
    keep_complaint(db, mysql_stmt_errno(stmt), mysql_stmt_error(stmt));
    return failed(db, db->complaint, db->words, stmt_name(id));
}

static enum err prepare(struct db *db, enum stmt id)
{
    struct prepared *p = &db->prepared[id];
    const char *sql = stmt_sql(id);
    enum err e = ERR_OK;
    if (!stmt_is_of(id, db->who)) {
        log_error("statement_foreign", "statement=%s", stmt_name(id));
        return ERR_INTERNAL;
    }
    if (p->stmt)
        return ERR_OK;
    p->stmt = mysql_stmt_init(db->mysql);
    if (!p->stmt)
        return ERR_INTERNAL;
    watch(db, true);
    int failed = mysql_stmt_prepare(p->stmt, sql, strlen(sql));
    watch(db, false);
    if (failed) {
        e = failed_statement(db, id);
    } else {
        MYSQL_RES *meta = mysql_stmt_result_metadata(p->stmt);
        if (meta) {
            e = setup_columns(p, meta);
            mysql_free_result(meta);
        }
    }
    if (e != ERR_OK && db->mysql)
        prepared_clear(p);
    return e;
}

static bool has_its_shape(const struct db *db, enum stmt id)
{
    const struct prepared *p = &db->prepared[id];
    if (mysql_stmt_param_count(p->stmt) == (unsigned long)stmt_params(id) &&
        p->column_count == (unsigned)stmt_columns(id))
        return true;
    log_error("statement_shape", "statement=%s parameters=%lu columns=%u", stmt_name(id),
              mysql_stmt_param_count(p->stmt), p->column_count);
    return false;
}

/* All that the account may not do are gone through, so that the log has them together. */
enum err db_check_statements(struct db *db, char *why, size_t why_len)
{
    int denied = 0;
    enum err e = db_open(db);
    why[0] = '\0';
    for (int id = 0; e == ERR_OK && id < STMT_COUNT; id++) {
        if (!stmt_is_of((enum stmt)id, db->who))
            continue;
        e = prepare(db, (enum stmt)id);
        if (e == ERR_OK && !has_its_shape(db, (enum stmt)id))
            e = ERR_INTERNAL;
        else if (e == ERR_INTERNAL && db_denied(db)) {
            if (denied++ == 0)
                snprintf(why, why_len, "%s (statement %s)", db->words, stmt_name((enum stmt)id));
            e = ERR_OK;
        }
    }
    if (e == ERR_INTERNAL)
        snprintf(why, why_len, "a statement does not fit this database; the log says which");
    if (e != ERR_OK || denied == 0)
        return e;
    size_t n = strlen(why);
    snprintf(why + n, why_len - n, "; %d in all: `frontrow migrate --grants` gives the rights",
             denied);
    return ERR_INTERNAL;
}

/* --- Running --- */

/* What lies beyond the last moment that a column can hold, as a made-up cursor may, is that moment:
 * on its way to the server a year has 16 bits. */
static void time_to_mysql(int64_t any_ms, MYSQL_TIME *t)
{
    int64_t ms = any_ms < CLOCK_MAX_MS ? any_ms : CLOCK_MAX_MS;
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    *t = (MYSQL_TIME){.year = (unsigned)tm.tm_year + 1900,
                      .month = (unsigned)tm.tm_mon + 1,
                      .day = (unsigned)tm.tm_mday,
                      .hour = (unsigned)tm.tm_hour,
                      .minute = (unsigned)tm.tm_min,
                      .second = (unsigned)tm.tm_sec,
                      .second_part = (unsigned long)(ms % 1000) * 1000,
                      .time_type = MYSQL_TIMESTAMP_DATETIME};
}

static int64_t time_from_mysql(const MYSQL_TIME *t)
{
    struct tm tm = {.tm_year = (int)t->year - 1900,
                    .tm_mon = (int)t->month - 1,
                    .tm_mday = (int)t->day,
                    .tm_hour = (int)t->hour,
                    .tm_min = (int)t->minute,
                    .tm_sec = (int)t->second};
    return (int64_t)timegm(&tm) * 1000 + (int64_t)t->second_part / 1000;
}

/* The longest list of parameters: 64 rows of people who join, and a few more. */
enum { MAX_PARAMS = 304 };

static enum err bind_params(struct prepared *p, const struct db_value *params, size_t n)
{
    MYSQL_BIND binds[MAX_PARAMS];
    static MYSQL_TIME times[MAX_PARAMS]; /* must live until the statement has been executed */
    if (n > MAX_PARAMS || n != mysql_stmt_param_count(p->stmt))
        return ERR_INTERNAL;
    memset(binds, 0, n * sizeof *binds);
    for (size_t i = 0; i < n; i++) {
        switch (params[i].type) {
        case DB_NULL:
            binds[i].buffer_type = MYSQL_TYPE_NULL;
            break;
        case DB_INT:
            binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
            binds[i].buffer = (void *)&params[i].i;
            break;
        case DB_TIME:
            time_to_mysql(params[i].i, &times[i]);
            binds[i].buffer_type = MYSQL_TYPE_DATETIME;
            binds[i].buffer = &times[i];
            break;
        case DB_TEXT:
        case DB_BYTES:
            binds[i].buffer_type = params[i].type == DB_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
            binds[i].buffer = (void *)params[i].s;
            binds[i].buffer_length = params[i].n;
            break;
        }
    }
    return n && mysql_stmt_bind_param(p->stmt, binds) ? ERR_INTERNAL : ERR_OK;
}

static enum err run(struct db *db, enum stmt id, const struct db_value *params, size_t n)
{
    struct prepared *p = &db->prepared[id];
    enum err e = db_open(db);
    if (e != ERR_OK)
        return e;
    e = prepare(db, id);
    if (e != ERR_OK)
        return e;
    e = bind_params(p, params, n);
    if (e != ERR_OK) {
        log_error("statement_parameters", "statement=%s given=%zu", stmt_name(id), n);
        return e;
    }
    watch(db, true);
    int failed = mysql_stmt_execute(p->stmt);
    watch(db, false);
    return failed ? failed_statement(db, id) : ERR_OK;
}

enum err db_exec_params(struct db *db, enum stmt id, const struct db_value *params, size_t n,
                        int64_t *affected)
{
    enum err e = run(db, id, params, n);
    if (e != ERR_OK)
        return e;
    MYSQL_STMT *stmt = db->prepared[id].stmt;
    if (affected)
        *affected = (int64_t)mysql_stmt_affected_rows(stmt);
    db->insert_id = (int64_t)mysql_stmt_insert_id(stmt);
    return ERR_OK;
}

int64_t db_insert_id(const struct db *db)
{
    return db->insert_id;
}

/* A value longer than its buffer: the buffer grows, and this column is fetched again. The client
 * keeps a copy of the binds, so all of them are given to it anew before anything else is done. */
static enum err refetch(struct prepared *p, unsigned i)
{
    struct column *c = &p->columns[i];
    char *grown = realloc(c->text, c->length + 1);
    if (!grown)
        return ERR_INTERNAL;
    c->text = grown;
    c->text_cap = c->length + 1;
    p->binds[i].buffer = c->text;
    p->binds[i].buffer_length = c->text_cap;
    return mysql_stmt_fetch_column(p->stmt, &p->binds[i], i, 0) ? ERR_INTERNAL : ERR_OK;
}

/* The new buffers are told to the statement once the whole row has been read: telling it forgets
 * where in the row the columns are. */
static enum err read_row(struct prepared *p)
{
    bool grown = false;
    for (unsigned i = 0; i < p->column_count; i++) {
        struct column *c = &p->columns[i];
        struct db_value *v = &p->row[i];
        *v = (struct db_value){.type = c->null ? DB_NULL : c->type};
        if (c->null)
            continue;
        if (c->type == DB_INT) {
            v->i = c->i;
        } else if (c->type == DB_TIME) {
            v->i = time_from_mysql(&c->time);
        } else {
            if (c->length > c->text_cap) {
                enum err e = refetch(p, i);
                if (e != ERR_OK)
                    return e;
                grown = true;
            }
            v->s = c->text;
            v->n = c->length;
        }
    }
    return grown && mysql_stmt_bind_result(p->stmt, p->binds) ? ERR_INTERNAL : ERR_OK;
}

static enum err fetch_rows(struct db *db, enum stmt id, db_row_fn *fn, void *arg, int64_t *rows)
{
    struct prepared *p = &db->prepared[id];
    enum err e = ERR_OK;
    int fetched;
    while ((fetched = mysql_stmt_fetch(p->stmt)) == 0 || fetched == MYSQL_DATA_TRUNCATED) {
        ++*rows;
        e = read_row(p);
        if (e == ERR_OK && fn)
            e = fn(p->row, arg);
        if (e != ERR_OK)
            return e;
        if (!p->stmt) /* fn lost the connection with another statement, and has a new one */
            return ERR_DB_LOST;
    }
    return fetched == MYSQL_NO_DATA ? ERR_OK : failed_statement(db, id);
}

/* How the rows of a query come: all of them before the first is handed on, or one by one. */
enum delivery { STORED, STREAMED };

static enum err query(struct db *db, enum stmt id, enum delivery delivery, db_row_fn *fn, void *arg,
                      const struct db_value *params, size_t n, int64_t *rows)
{
    enum err e = db_open(db);
    if (e != ERR_OK)
        return e;
    e = run(db, id, params, n);
    /* A query outside a transaction can be asked again on a new connection. */
    if (e == ERR_DB_LOST && !db->in_transaction)
        e = run(db, id, params, n);
    if (e != ERR_OK)
        return e;
    MYSQL_STMT *stmt = db->prepared[id].stmt;
    if (delivery == STORED && mysql_stmt_store_result(stmt))
        return failed_statement(db, id);
    e = fetch_rows(db, id, fn, arg, rows);
    if (db->prepared[id].stmt)
        mysql_stmt_free_result(stmt);
    return e;
}

enum err db_query_params(struct db *db, enum stmt id, db_row_fn *fn, void *arg,
                         const struct db_value *params, size_t n)
{
    int64_t rows = 0;
    return query(db, id, STORED, fn, arg, params, n, &rows);
}

enum err db_stream_params(struct db *db, enum stmt id, db_row_fn *fn, void *arg,
                          const struct db_value *params, size_t n)
{
    int64_t rows = 0;
    return query(db, id, STREAMED, fn, arg, params, n, &rows);
}

enum err db_query_one_params(struct db *db, enum stmt id, db_row_fn *fn, void *arg,
                             const struct db_value *params, size_t n)
{
    int64_t rows = 0;
    enum err e = query(db, id, STORED, fn, arg, params, n, &rows);
    return e == ERR_OK && rows == 0 ? ERR_NO_ROW : e;
}

/* --- Values --- */

int64_t db_int(const struct db_value *v)
{
    return v->type == DB_INT ? v->i : 0;
}

int64_t db_time(const struct db_value *v)
{
    return v->type == DB_TIME ? v->i : -1;
}

void db_text(const struct db_value *v, char *out, size_t cap)
{
    if (v->type == DB_BYTES)
        text_copy(out, cap, v->s, v->n);
    else
        out[0] = '\0';
}

void db_uuid(const struct db_value *v, struct uuid *out)
{
    memset(out, 0, sizeof *out);
    if (v->type == DB_BYTES && v->n == sizeof out->b)
        memcpy(out->b, v->s, sizeof out->b);
}

bool db_is_null(const struct db_value *v)
{
    return v->type == DB_NULL;
}

static enum err read_time(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_time(&row[0]);
    return ERR_OK;
}

enum err db_now(struct db *db, int64_t *ms)
{
    return db_query_one(db, STMT_NOW, read_time, ms);
}

/* --- Text commands --- */

/* Reads and drops the results of what was sent; *value is the first one's first column. */
static enum err drain(struct db *db, const char *what, int64_t *value)
{
    bool have = false;
    int more;
    do {
        MYSQL_RES *res = mysql_store_result(db->mysql);
        if (res) {
            MYSQL_ROW row = mysql_fetch_row(res);
            if (value && !have && row && row[0]) {
                *value = strtoll(row[0], NULL, 10);
                have = true;
            }
            mysql_free_result(res);
        } else if (mysql_errno(db->mysql)) {
            return failed_connection(db, what);
        }
        more = mysql_next_result(db->mysql);
    } while (more == 0);
    if (more > 0)
        return failed_connection(db, what);
    return value && !have ? ERR_NO_ROW : ERR_OK;
}

enum err db_command(struct db *db, const char *sql, int64_t *value)
{
    enum err e = db_open(db);
    if (e != ERR_OK)
        return e;
    watch(db, true);
    int failed = mysql_query(db->mysql, sql);
    watch(db, false);
    if (failed)
        return failed_connection(db, "command");
    return drain(db, "command", value);
}

enum err db_secret_command(struct db *db, const char *sql)
{
    db->secret = true;
    enum err e = db_command(db, sql, NULL);
    db->secret = false;
    return e;
}

enum err db_script(struct db *db, const char *sql)
{
    enum err e = db_open(db);
    if (e != ERR_OK)
        return e;
    if (mysql_set_server_option(db->mysql, MYSQL_OPTION_MULTI_STATEMENTS_ON) ||
        mysql_query(db->mysql, sql))
        e = failed_connection(db, "script");
    else
        e = drain(db, "script", NULL);
    if (db->mysql)
        mysql_set_server_option(db->mysql, MYSQL_OPTION_MULTI_STATEMENTS_OFF);
    return e;
}

enum err db_check_limits(const struct config *cfg, int connections, char *why, size_t why_len)
{
    int64_t max_connections = 0, max_statements = 0;
    int64_t statements = stmt_count_at(connections);
    struct db *db = db_new(cfg);
    enum err e =
        db ? db_command(db, "SELECT @@GLOBAL.max_connections", &max_connections) : ERR_INTERNAL;
    if (e == ERR_OK)
        e = db_command(db, "SELECT @@GLOBAL.max_prepared_stmt_count", &max_statements);
    db_free(db);
    if (e != ERR_OK)
        return e;
    if (max_connections < connections) {
        snprintf(why, why_len, "max_connections is %lld, but %d are needed",
                 (long long)max_connections, connections);
        return ERR_INTERNAL;
    }
    if (max_statements < statements) {
        snprintf(why, why_len, "max_prepared_stmt_count is %lld, but %lld are needed",
                 (long long)max_statements, (long long)statements);
        return ERR_INTERNAL;
    }
    return ERR_OK;
}
