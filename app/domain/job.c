/*
 * The job's tick: admit, expire, tidy, publish, cancel, delete; see domain/job.h.
 *
 * Which batches a tick admits. Batches fall at t0 + k * interval; those whose time lies between the
 * last tick and this one are due. After a pause of the job (a host that died) only those of the
 * last five seconds are made up for, or the newest one if all are older, so that neither a cycle is
 * skipped nor a minute's worth let in at once; the others lapse. Two jobs that meet cannot admit a
 * batch twice: its number is raised by a conditional UPDATE in the transaction that admits. Nor
 * does one that stood still in the middle of a tick admit what has lapsed meanwhile: in that
 * transaction it looks whether the lease is still its own. If it stood still within, the database
 * ends the transaction (see the preamble in db.c), so that the others are held up for seconds only.
 *
 * Nobody but a tick admits, so counting who is inside and admitting up to the cap under the lock of
 * the queue's row keeps the cap, whatever else happens at the same time.
 */
#include "domain/job.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include "domain/job_cancel.h"
#include "domain/job_clean.h"
#include "domain/job_lottery.h"
#include "domain/job_queue.h"
#include "domain/snapshot.h"
#include <time.h>

enum { LOTTERY_GRACE_MS = 600000 };
enum { EXPIRE_CHUNK = 1000, EXPIRE_ROUNDS = 100 };
enum { HOLD_CHUNK = 500, HOLDS_PER_TRANSACTION = 20 };

/* --- The lease --- */

struct lease {
    char holder[101];
    int64_t expires_at, ticked_at, now;
};

static enum err read_lease(const struct db_value *row, void *arg)
{
    struct lease *l = arg;
    db_text(&row[0], l->holder, sizeof l->holder);
    l->expires_at = db_time(&row[1]);
    l->ticked_at = db_time(&row[2]);
    l->now = db_time(&row[3]);
    return ERR_OK;
}

static enum err take_lease(struct db *db, const char *holder, struct lease *l, bool *mine)
{
    int64_t affected = 0;
    enum err e = db_exec(db, STMT_JOB_LEASE_TAKE, &affected, DB_P_STR(holder), DB_P_STR(holder));
    if (e == ERR_OK)
        e = db_query_one(db, STMT_LEASE_GET, read_lease, l);
    *mine = affected == 1;
    return e;
}

enum err job_release(struct app *app, const char *holder)
{
    return db_exec(app->db, STMT_JOB_LEASE_RELEASE, NULL, DB_P_STR(holder));
}

/* --- Expiring --- */

struct ends {
    const char *status;
    int64_t ids[EXPIRE_CHUNK];
    int count;
    int64_t expired;
};

static enum err read_end(const struct db_value *row, void *arg)
{
    struct ends *o = arg;
    o->ids[o->count++] = db_int(&row[0]);
    return ERR_OK;
}

static enum err expire_unlocked(struct db *db, void *arg)
{
    struct ends *o = arg;
    o->count = 0;
    o->expired = 0;
    enum err e =
        db_query(db, STMT_JOB_ENDS, read_end, o, DB_P_STR(o->status), DB_P_INT(EXPIRE_CHUNK));
    for (int i = 0; e == ERR_OK && i < o->count; i++) {
        int64_t affected = 0;
        e = db_exec(db, STMT_TOKEN_RETIRE, &affected, DB_P_INT(o->ids[i]));
        o->expired += affected;
    }
    return e;
}

/* One by one, without those that visitors' transactions hold: one of these that hangs must not keep
 * everybody else's places. */
static enum err expire_others(struct db *db, const char *status, int64_t *count)
{
    static struct ends o;
    o.status = status;
    enum err e = tx_run(db, expire_unlocked, &o);
    if (e == ERR_OK)
        *count += o.expired;
    return e == ERR_BUSY ? ERR_OK : e;
}

static enum err expire(struct db *db, const char *status, int64_t *count)
{
    int64_t affected = EXPIRE_CHUNK;
    enum err e = ERR_OK;
    for (int i = 0; e == ERR_OK && affected == EXPIRE_CHUNK && i < EXPIRE_ROUNDS; i++) {
        e = db_exec(db, STMT_JOB_EXPIRE, &affected, DB_P_STR(status), DB_P_INT(EXPIRE_CHUNK));
        if (e == ERR_OK)
            *count += affected;
    }
    if (e == ERR_DB_LOCK_TIMEOUT)
        return expire_others(db, status, count);
    return e == ERR_DB_RETRY ? ERR_OK : e; /* what is left goes at the next tick */
}

struct tidy {
    int64_t ids[HOLD_CHUNK];
    int count, from;
    int64_t expired;
};

static enum err read_id(const struct db_value *row, void *arg)
{
    struct tidy *t = arg;
    t->ids[t->count++] = db_int(&row[0]);
    return ERR_OK;
}

/* A hold that is over, with those of its seats that a later buyer has not taken. */
struct over {
    bool locked;
    int64_t has, seats; /* how many it has, and how many of them are locked */
};

static enum err read_over(const struct db_value *row, void *arg)
{
    struct over *o = arg;
    o->locked = true;
    o->seats += !db_is_null(&row[0]);
    o->has = db_int(&row[1]);
    return ERR_OK;
}

/* The reservation first, then its seats, as everyone locks them. What visitors' transactions hold
 * is not waited for, because a tick that waits lets nobody in: it comes at a later one. */
static enum err tidy_one(struct db *db, int64_t id, int64_t *count)
{
    struct over o = {.locked = false};
    int64_t affected = 0;
    enum err e = db_query(db, STMT_JOB_HOLD_LOCK, read_over, &o, DB_P_INT(id));
    if (e != ERR_OK || !o.locked || o.seats != o.has)
        return e;
    e = db_exec(db, STMT_JOB_RESERVATION_EXPIRE, &affected, DB_P_INT(id));
    if (e == ERR_OK && affected == 1 && o.has > 0)
        e = db_exec(db, STMT_SEATS_RELEASE, NULL, DB_P_INT(id));
    *count += affected;
    return e;
}

static enum err tidy_some(struct db *db, void *arg)
{
    struct tidy *t = arg;
    enum err e = ERR_OK;
    t->expired = 0;
    for (int i = t->from; e == ERR_OK && i < t->count && i < t->from + HOLDS_PER_TRANSACTION; i++)
        e = tidy_one(db, t->ids[i], &t->expired);
    return e;
}

static enum err tidy_holds(struct db *db, int64_t *count)
{
    static struct tidy t;
    t = (struct tidy){.count = 0};
    enum err e = db_query(db, STMT_JOB_HOLDS, read_id, &t, DB_P_INT(HOLD_CHUNK));
    for (; e == ERR_OK && t.from < t.count; t.from += HOLDS_PER_TRANSACTION) {
        e = tx_run(db, tidy_some, &t);
        if (e == ERR_OK)
            *count += t.expired;
    }
    return e;
}

/* --- The tick --- */

static enum err do_tick(struct app *app, const char *holder, const struct lease *lease,
                        struct job_report *report)
{
    struct job_canceled canceled = {.count = 0};
    enum err e = expire(app->db, "ACTIVE", &report->sessions_expired);
    if (e == ERR_OK)
        e = expire(app->db, "WAITING", &report->waits_expired);
    if (e == ERR_OK)
        e = job_cancel_find(app, &canceled);
    if (e == ERR_OK)
        e = job_queues(app, holder, lease->ticked_at, lease->now, &report->admitted);
    if (e == ERR_NO_ROW) { /* another has taken over, and does the rest */
        report->lease = false;
        return ERR_OK;
    }
    if (e == ERR_OK)
        e = db_exec(app->db, STMT_JOB_LEASE_TICKED, NULL, DB_P_TIME(lease->now), DB_P_STR(holder));
    if (e == ERR_OK)
        e = tidy_holds(app->db, &report->holds_expired);
    if (e == ERR_OK)
        e = job_cancel(app, holder, lease->now, &canceled, &report->canceled);
    if (e == ERR_NO_ROW) {
        report->lease = false;
        return ERR_OK;
    }
    int64_t start = clock_monotonic_ms();
    if (e == ERR_OK)
        e = job_clean(app, &report->rows_deleted);
    report->clean_ms = clock_monotonic_ms() - start;
    return e;
}

/* With the job's statements alone, on whichever connection: tests have one that runs all. */
enum err job_tick(struct app *app, const char *holder, struct job_report *report)
{
    struct lease lease;
    enum stmt_user before = db_serve(app->db, STMT_OF_JOB);
    *report = (struct job_report){.lease = false};
    enum err e = take_lease(app->db, holder, &lease, &report->lease);
    if (e == ERR_OK && report->lease)
        e = do_tick(app, holder, &lease, report);
    if (e == ERR_OK && !report->lease)
        job_lottery_forget();
    db_serve(app->db, before);
    return e;
}

/* --- The loop --- */

/* Sleeps until the next point of the database clock's grid; a signal ends it. */
static void sleep_to_grid(struct app *app, int64_t offset_ms, const volatile sig_atomic_t *stop)
{
    int64_t tick = app->cfg->queue_tick_ms;
    int64_t now = clock_monotonic_ms() + offset_ms;
    int64_t wait = tick - now % tick;
    struct timespec ts = {.tv_sec = wait / 1000, .tv_nsec = wait % 1000 * 1000000};
    if (!*stop)
        nanosleep(&ts, NULL);
}

/* The database's clock less ours; the last known one while it is out of reach. */
static int64_t clock_offset(struct app *app, int64_t last)
{
    int64_t now = 0;
    return db_now(app->db, &now) == ERR_OK ? now - clock_monotonic_ms() : last;
}

/* The time of the deletion, which has what is left of the tick, is told apart. */
static void log_tick(enum err e, const struct job_report *r, int64_t ms)
{
    if (e != ERR_OK)
        log_warn("tick", "err=%s", err_name(e));
    else if (r->admitted || r->sessions_expired || r->waits_expired || r->holds_expired ||
             r->canceled.refunded || r->canceled.released || r->rows_deleted)
        log_info("tick",
                 "admitted=%lld sessions=%lld waits=%lld holds=%lld refunded=%lld released=%lld "
                 "deleted=%lld deleted_in=%lld ms=%lld",
                 (long long)r->admitted, (long long)r->sessions_expired,
                 (long long)r->waits_expired, (long long)r->holds_expired,
                 (long long)r->canceled.refunded, (long long)r->canceled.released,
                 (long long)r->rows_deleted, (long long)r->clean_ms, (long long)(ms - r->clean_ms));
}

/* A lottery whose numbers are being given is not left to another process, which would have to work
 * its order out again. */
static bool is_done(int64_t end, bool has_lease)
{
    int64_t now = clock_monotonic_ms();
    return now >= end && !(has_lease && job_lottery_runs() && now < end + LOTTERY_GRACE_MS);
}

int job_run(struct app *app, const char *holder, int seconds, const volatile sig_atomic_t *stop)
{
    int64_t end = clock_monotonic_ms() + seconds * 1000LL;
    int64_t offset = clock_offset(app, 0);
    bool had_lease = false;
    while (!*stop && !is_done(end, had_lease)) {
        struct job_report report;
        int64_t start = clock_monotonic_ms();
        enum err e = job_tick(app, holder, &report);
        if (e != ERR_OK || report.lease != had_lease)
            log_info("lease", "held=%s", report.lease ? "yes" : "no");
        had_lease = report.lease;
        log_tick(e, &report, clock_monotonic_ms() - start);
        offset = clock_offset(app, offset);
        sleep_to_grid(app, offset, stop);
    }
    if (had_lease && job_release(app, holder) != ERR_OK)
        log_warn("lease", "released=no");
    return 0;
}
