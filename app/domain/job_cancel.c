/*
 * Ending the reservations of canceled shows, see domain/job_cancel.h.
 *
 * What is left to do is in the rows: a schedule has `canceling` until it has no reservation that is
 * PENDING or CONFIRMED, so that whoever takes over after a crash goes on where it stopped. What
 * this process remembers only saves looking again at what is done.
 *
 * A pass goes through the holds and then through what was paid, in the order of the reservations. A
 * hold may still be paid until its turn comes; what was paid for it is then refunded. Nothing here
 * waits for a visitor's transaction, because a tick that waits lets nobody in: a reservation is
 * locked with its seats and its wallet by one statement that leaves out what others hold (it is not
 * among the locks that others may wait for in another order, since it never waits), and what was
 * left out comes in the next pass, a tick later.
 *
 * One that cannot be refunded, because the wallet is full, stops no other, is told in the log and
 * tried again after a while.
 */
#include "domain/job_cancel.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include "domain/job_admit.h"
#include "domain/refund.h"
#include "domain/reservation_row.h"

/* Of a tick, but no longer than the lease lasts without being renewed, by far. */
enum { PART_OF_A_TICK = 2, WORK_MS_MAX = 1000 };
/* Until a show is looked at again that has reservations which could not be refunded. */
enum { REST_MS = 10000, RESTS_MAX = 32 };

static const char *const phases[] = {"PENDING", "CONFIRMED"};
enum { PHASES = sizeof phases / sizeof *phases };

/* Where this process is. */
static struct {
    int64_t schedule_id;
    int phase;
    int64_t after; /* the last reservation that was looked at */
    int failed;    /* in this pass */
} place;

static struct rest {
    int64_t schedule_id, until;
} rests[RESTS_MAX];

struct batch {
    struct app *app;
    const char *holder;
    int64_t ids[JOB_CANCEL_ROWS];
    int count;
    int from, to; /* of the transaction */
    struct job_cancellation done;
};

static enum err read_id(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    b->ids[b->count++] = db_int(&row[0]);
    return ERR_OK;
}

/* --- One reservation --- */

struct locked {
    struct reservation r;
    int seats; /* of them locked */
};

/* A row for each seat. */
static enum err read_locked(const struct db_value *row, void *arg)
{
    struct locked *l = arg;
    l->seats++;
    return reservation_read(row, &l->r);
}

static enum err release(struct db *db, int64_t id, int64_t *count)
{
    int64_t affected = 0;
    enum err e = db_exec(db, STMT_RESERVATION_END, &affected, DB_P_STR("CANCELED"), DB_P_INT(id));
    if (e == ERR_OK && affected == 1)
        e = db_exec(db, STMT_SEATS_RELEASE, NULL, DB_P_INT(id));
    *count += affected;
    return e;
}

/* Nothing, if somebody else is at it. A hold that is over is not among these: it is tidied. */
static enum err end_one(struct batch *b, int64_t id)
{
    struct locked l = {.seats = 0};
    struct db *db = b->app->db;
    int64_t balance;
    enum err e = db_query(db, STMT_JOB_CANCEL_LOCK, read_locked, &l, DB_P_INT(id));
    if (e != ERR_OK || l.seats == 0 || l.seats != l.r.seat_count)
        return e;
    if (strcmp(l.r.status, "PENDING") == 0)
        return release(db, id, &b->done.released);
    if (strcmp(l.r.status, "CONFIRMED") != 0)
        return ERR_OK;
    e = refund_locked(b->app, &l.r, -1, &balance);
    b->done.refunded += e == ERR_OK;
    return e;
}

/* --- A batch --- */

static enum err end_some(struct db *db, void *arg)
{
    struct batch *b = arg;
    b->done = (struct job_cancellation){0};
    enum err e = job_check_lease(db, b->holder);
    for (int i = b->from; e == ERR_OK && i < b->to; i++)
        e = end_one(b, b->ids[i]);
    return e;
}

static enum err run(struct batch *b, int from, int to, struct job_cancellation *out)
{
    b->from = from;
    b->to = to;
    enum err e = tx_run(b->app->db, end_some, b);
    if (e == ERR_OK) {
        out->refunded += b->done.refunded;
        out->released += b->done.released;
    }
    return e;
}

static bool is_its_own(enum err e)
{
    return e != ERR_OK && e != ERR_NO_ROW && e != ERR_BUSY && e != ERR_DB_LOST;
}

/* What fails together is done one by one, so that one reservation's trouble is its own. */
static enum err run_batch(struct batch *b, struct job_cancellation *out)
{
    enum err e = run(b, 0, b->count, out);
    if (!is_its_own(e))
        return e;
    e = ERR_OK;
    for (int i = 0; e == ERR_OK && i < b->count; i++) {
        e = run(b, i, i + 1, out);
        if (!is_its_own(e))
            continue;
        log_warn("cancel_failed", "schedule=%lld reservation=%lld err=%s",
                 (long long)place.schedule_id, (long long)b->ids[i], err_name(e));
        place.failed++;
        e = ERR_OK;
    }
    return e;
}

/* --- A show --- */

static struct rest *find_rest(int64_t schedule_id)
{
    for (int i = 0; i < RESTS_MAX; i++)
        if (rests[i].schedule_id == schedule_id)
            return &rests[i];
    return NULL;
}

static bool rests_now(int64_t schedule_id, int64_t now)
{
    const struct rest *r = find_rest(schedule_id);
    return r && now >= r->until - REST_MS && now < r->until;
}

/* The next pass is for what was left out in this one. */
static void end_pass(int64_t now, bool all_done)
{
    struct rest *r = find_rest(place.schedule_id);
    if (!r)
        r = find_rest(0);
    if (r && place.failed > 0 && !all_done)
        *r = (struct rest){place.schedule_id, now + REST_MS};
    else if (r && r->schedule_id == place.schedule_id)
        *r = (struct rest){0};
    place.phase = 0;
    place.after = 0;
    place.failed = 0;
}

static enum err finish(struct app *app, int64_t now)
{
    int64_t affected = 0;
    enum err e =
        db_query_one(app->db, STMT_JOB_CANCEL_LEFT, NULL, NULL, DB_P_INT(place.schedule_id));
    bool all_done = e == ERR_NO_ROW;
    if (e != ERR_OK && !all_done)
        return e;
    if (all_done)
        e = db_exec(app->db, STMT_JOB_CANCEL_DONE, &affected, DB_P_INT(place.schedule_id));
    if (e == ERR_OK && affected == 1)
        log_info("schedule_canceled", "schedule=%lld", (long long)place.schedule_id);
    end_pass(now, all_done);
    return e;
}

/* Goes on with the pass through one show; *ended: up to its end. */
static enum err go_on(struct batch *b, int64_t now, int64_t end, struct job_cancellation *out,
                      bool *ended)
{
    enum err e = ERR_OK;
    *ended = false;
    while (e == ERR_OK && clock_monotonic_ms() < end) {
        b->count = 0;
        e = db_query(b->app->db, STMT_JOB_CANCEL_LIST, read_id, b, DB_P_INT(place.schedule_id),
                     DB_P_STR(phases[place.phase]), DB_P_INT(place.after),
                     DB_P_INT(JOB_CANCEL_ROWS));
        if (e == ERR_OK && b->count > 0)
            e = run_batch(b, out);
        if (e != ERR_OK)
            break;
        if (b->count > 0) {
            place.after = b->ids[b->count - 1];
        } else if (place.phase + 1 < PHASES) {
            place.phase++;
            place.after = 0;
        } else {
            *ended = true;
            return finish(b->app, now);
        }
    }
    return e;
}

/* --- All shows --- */

static enum err read_show(const struct db_value *row, void *arg)
{
    struct job_canceled *shows = arg;
    shows->ids[shows->count++] = db_int(&row[0]);
    return ERR_OK;
}

/* From the one that this process was at on, so that all have their turn. */
enum err job_cancel_find(struct app *app, struct job_canceled *out)
{
    out->count = 0;
    return db_query(app->db, STMT_JOB_CANCELED, read_show, out, DB_P_INT(place.schedule_id),
                    DB_P_INT(JOB_CANCEL_SHOWS));
}

static int64_t work_ms(const struct config *cfg)
{
    int64_t ms = cfg->queue_tick_ms / PART_OF_A_TICK;
    return ms < WORK_MS_MAX ? ms : WORK_MS_MAX;
}

enum err job_cancel(struct app *app, const char *holder, int64_t now,
                    const struct job_canceled *shows, struct job_cancellation *out)
{
    struct batch b = {.app = app, .holder = holder};
    int64_t end = clock_monotonic_ms() + work_ms(app->cfg);
    bool ended = true;
    enum err e = ERR_OK;
    for (int i = 0; e == ERR_OK && ended && i < shows->count; i++) {
        if (rests_now(shows->ids[i], now))
            continue;
        if (place.schedule_id != shows->ids[i]) {
            place.schedule_id = shows->ids[i];
            place.phase = 0;
            place.after = 0;
            place.failed = 0;
        }
        e = go_on(&b, now, end, out, &ended);
    }
    return e == ERR_BUSY || e == ERR_DB_RETRY || e == ERR_DB_LOCK_TIMEOUT ? ERR_OK : e;
}
