/* Admission and the published state of each queue, see domain/job_queue.h and job.c. */
#include "domain/job_queue.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include "domain/job_gaps.h"
#include "domain/job_lottery.h"
#include "domain/job_seats.h"
#include "domain/queue.h"
#include "domain/snapshot.h"
#include <math.h>
#include <stdlib.h>

/* How far back missed batches are made up for. */
enum { CATCH_UP_MS = 5000 };
/* Up to so many who wait are counted; beyond, the numbers tell. */
enum { COUNT_MAX = 10000 };
/* After so long without an update of the rate nobody had been waiting. */
enum { QUIET_SECONDS = 5 };
/* Between two renewals of the lease in a long tick. */
enum { RENEW_MS = 1000 };
/* Whoever is told so much later that they were let in has less time to claim. */
enum { LATE_MS = 1000 };

int64_t job_batches_due(int64_t t0, int64_t interval_seconds, int64_t last_batch, int64_t since,
                        int64_t now, int64_t *newest)
{
    int64_t step = interval_seconds * 1000;
    *newest = last_batch;
    if (now < t0)
        return 0;
    *newest = (now - t0) / step;
    int64_t past = since < t0 ? -1 : (since - t0) / step;
    if (past < last_batch)
        past = last_batch;
    int64_t due = *newest - past;
    if (due <= 1)
        return due > 0 ? due : 0;
    int64_t recent = now - CATCH_UP_MS < t0 ? -1 : (now - CATCH_UP_MS - t0) / step;
    if (recent > past)
        due = *newest - recent;
    return due < 1 ? 1 : due;
}

int64_t job_smooth_rate(int64_t rate_micros, int64_t admitted, double seconds,
                        int64_t interval_seconds)
{
    double window = interval_seconds > 15 ? 2.0 * (double)interval_seconds : 30.0;
    double real = (double)admitted * 1e6;
    if (rate_micros < 0)
        return admitted ? (int64_t)(real / (double)interval_seconds) : -1;
    if (seconds <= 0)
        return rate_micros;
    double weight = 1 - exp(-seconds / window);
    return (int64_t)((double)rate_micros + weight * (real / seconds - (double)rate_micros));
}

/* What a tick reads of every queue at once: as published, and as it is now. */
struct glance {
    int64_t concert_id, last_ticket, waiting, active; /* as published */
    bool sold_out;
    int64_t max_ticket, inside;
    bool someone_waits, admits;
    int64_t now_serving;
    int prequeue;
    bool someone_early;
};

struct glances {
    struct glance *v;
    int count, cap;
};

static enum err read_glance(const struct db_value *row, void *arg)
{
    struct glances *g = arg;
    if (g->count == g->cap) {
        int cap = g->cap ? g->cap * 2 : 64;
        struct glance *more = realloc(g->v, (size_t)cap * sizeof *more);
        if (!more)
            return ERR_INTERNAL;
        g->v = more;
        g->cap = cap;
    }
    g->v[g->count++] = (struct glance){
        .concert_id = db_int(&row[0]),
        .sold_out = db_int(&row[1]) != 0,
        .last_ticket = db_int(&row[2]),
        .waiting = db_int(&row[3]),
        .active = db_int(&row[4]),
        .max_ticket = db_int(&row[5]),
        .someone_waits = db_int(&row[6]) != 0,
        .inside = db_int(&row[7]),
        .admits = db_int(&row[8]) != 0,
        .now_serving = db_int(&row[9]),
        .prequeue = (int)db_int(&row[10]),
        .someone_early = db_int(&row[11]) != 0,
    };
    return ERR_OK;
}

/* A queue under its lock. */
struct locked {
    enum queue_condition state;
    bool sold_out;
    int64_t t0, last_batch, admit_count, interval, max_active, session, claim, now_serving;
    int64_t rate_micros, rate_at, now;
    int prequeue;
};

static enum err read_locked(const struct db_value *row, void *arg)
{
    struct locked *q = arg;
    q->state = queue_condition_read(&row[0]);
    q->sold_out = db_int(&row[1]) != 0;
    q->t0 = db_time(&row[2]);
    q->last_batch = db_int(&row[3]);
    q->admit_count = db_int(&row[4]);
    q->interval = db_int(&row[5]);
    q->max_active = db_int(&row[6]);
    q->session = db_int(&row[7]);
    q->claim = db_int(&row[8]);
    q->now_serving = db_int(&row[9]);
    q->rate_micros = db_is_null(&row[10]) ? -1 : db_int(&row[10]);
    q->rate_at = db_time(&row[11]);
    q->now = db_time(&row[12]);
    q->prequeue = (int)db_int(&row[13]);
    return ERR_OK;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

struct work {
    struct app *app;
    const char *holder;
    struct glance *glance;
    int64_t since, now;
    bool sold_out;
    bool was_late; /* it was begun anew for that, which is done once */
    struct job_lottery lottery;
    int64_t admitted; /* out */
    struct locked q;
};

/* --- The lease --- */

/*
 * Whether the lease is still ours: a process that stood still for a while does not know what time
 * it is. ERR_NO_ROW. Asked under the lock of what is about to be changed, so that whoever has taken
 * over comes after us there. It takes no lock itself: else whoever stood still would keep it.
 */
static enum err check_lease(struct db *db, const char *holder)
{
    return db_query_one(db, STMT_LEASE_MINE, NULL, NULL, DB_P_STR(holder));
}

/* --- Admission --- */

static enum err count_active(struct db *db, int64_t concert_id, int64_t *active)
{
    return db_query_one(db, STMT_JOB_ACTIVE, read_int, active, DB_P_INT(concert_id));
}

/* How many may come in now: the due batches' places, as far as the cap and the seats allow. */
static enum err places(struct db *db, const struct work *w, int64_t *n, int64_t *active,
                       int64_t *newest)
{
    const struct locked *q = &w->q;
    enum job_seats seats;
    /* Whoever is drawn was there when the queue opened, however long the draw took. */
    int64_t since = w->glance->prequeue != 0 && q->last_batch < 0 ? -1 : w->since;
    int64_t due = 0;
    *n = 0;
    *active = 0;
    if ((q->state == QUEUE_OPEN || q->state == QUEUE_DRAINING) && q->prequeue != 1 && !w->sold_out)
        due = job_batches_due(q->t0, q->interval, q->last_batch, since, w->now, newest);
    if (due == 0)
        return ERR_OK;
    *n = due * q->admit_count;
    enum err e = count_active(db, w->glance->concert_id, active);
    if (e == ERR_OK && q->max_active > 0 && *n > q->max_active - *active)
        *n = q->max_active > *active ? q->max_active - *active : 0;
    if (e == ERR_OK && *n > 0)
        e = job_seats_bound(db, w->glance->concert_id, *active, n, &seats);
    return e;
}

/* The moment of admission is read after the count: whoever was not counted any more had ended
 * before it. */
static enum err admit_lowest(struct db *db, struct work *w, int64_t n, int64_t active,
                             int64_t newest)
{
    const struct locked *q = &w->q;
    int64_t id = w->glance->concert_id, t = 0, last = 0, moved = 0;
    int64_t first_end = q->claim > 0 && q->claim < q->session ? q->claim : q->session;
    int64_t start = clock_monotonic_ms();
    enum err e = db_now(db, &t);
    if (e == ERR_OK)
        e = db_exec(db, STMT_JOB_ADMIT, &w->admitted, DB_P_TIME(t), DB_P_TIME(t),
                    DB_P_INT(q->session), DB_P_TIME(t), DB_P_INT(first_end), DB_P_INT(id),
                    DB_P_INT(w->lottery.last_given), DB_P_TIME(t), DB_P_INT(n));
    if (e != ERR_OK || w->admitted == 0)
        return e;
    e = db_query_one(db, STMT_JOB_LAST_ADMITTED, read_int, &last, DB_P_INT(id));
    if (e == ERR_OK)
        e = db_exec(db, STMT_JOB_BATCH_DONE, &moved, DB_P_INT(last), DB_P_INT(newest), DB_P_INT(id),
                    DB_P_INT(newest));
    if (e == ERR_OK && moved != 1)
        e = ERR_DB_RETRY;
    if (e == ERR_OK)
        e = db_exec(db, STMT_ADMISSION_INSERT, NULL, DB_P_INT(id), DB_P_TIME(t),
                    DB_P_INT(w->admitted), DB_P_INT(active), DB_P_INT(q->max_active),
                    DB_P_INT(last));
    /* Held up on the way: from now on, then. */
    if (e == ERR_OK && clock_monotonic_ms() - start > LATE_MS && !w->was_late) {
        w->was_late = true;
        return ERR_DB_RETRY;
    }
    return e;
}

static enum err admit(struct db *db, void *arg)
{
    struct work *w = arg;
    int64_t n = 0, active = 0, newest = 0;
    w->admitted = 0;
    enum err e =
        db_query_one(db, STMT_JOB_QUEUE_LOCK, read_locked, &w->q, DB_P_INT(w->glance->concert_id));
    if (e == ERR_OK)
        e = check_lease(db, w->holder);
    if (e == ERR_OK)
        e = places(db, w, &n, &active, &newest);
    return e == ERR_OK && n > 0 ? admit_lowest(db, w, n, active, newest) : e;
}

/* --- Publishing --- */

/* Counted exactly while it is cheap; a longer queue by its numbers less those that nobody holds. */
static enum err count_waiting(struct db *db, const struct work *w, int64_t now_serving,
                              int64_t *waiting)
{
    int64_t id = w->glance->concert_id, gone = 0;
    enum err e =
        db_query_one(db, STMT_JOB_WAITING, read_int, waiting, DB_P_INT(id), DB_P_INT(COUNT_MAX));
    if (e != ERR_OK || *waiting < COUNT_MAX)
        return e;
    e = db_query_one(db, STMT_JOB_GONE, read_int, &gone, DB_P_INT(id), DB_P_INT(now_serving));
    int64_t by_number = w->glance->max_ticket - now_serving - gone;
    if (by_number > *waiting)
        *waiting = by_number;
    return e;
}

/* After a quiet time the pause does not count: nobody wanted to come in. */
static int64_t new_rate(const struct work *w)
{
    const struct locked *q = &w->q;
    double seconds = q->rate_at < 0 ? 0 : (double)(w->now - q->rate_at) / 1000;
    if (seconds > QUIET_SECONDS)
        seconds = w->since < 0 ? 1 : (double)(w->now - w->since) / 1000;
    return job_smooth_rate(q->rate_micros, w->admitted, seconds, q->interval);
}

static enum err read_sold_out(struct db *db, int64_t concert_id, bool *out)
{
    int64_t sold_out = 0;
    enum err e = db_query_one(db, STMT_JOB_SOLD_OUT, read_int, &sold_out, DB_P_INT(concert_id),
                              DB_P_INT(concert_id), DB_P_INT(concert_id), DB_P_INT(concert_id));
    *out = sold_out != 0;
    return e;
}

/* What is to be published of a queue. */
struct news {
    int64_t concert_id, max_ticket, waiting, active, rate_micros;
    bool sold_out, rated;
};

/* Where all who wait were counted: whether their numbers account for all that were drawn. */
static enum err check_numbers(struct app *app, int64_t concert_id, int64_t waiting,
                              int64_t max_ticket, int64_t now_serving)
{
    int64_t gone = 0;
    if (waiting >= COUNT_MAX)
        return ERR_OK;
    enum err e = db_query_one(app->db, STMT_JOB_GONE, read_int, &gone, DB_P_INT(concert_id),
                              DB_P_INT(now_serving));
    if (e != ERR_OK || max_ticket - now_serving - gone <= waiting)
        return e;
    return job_fill_gaps(app, concert_id, now_serving);
}

static enum err find_news(struct work *w, struct news *n)
{
    struct db *db = w->app->db;
    const struct glance *g = w->glance;
    int64_t now_serving = w->q.now_serving, waiting = 0;
    enum err e = ERR_OK;
    *n = (struct news){.concert_id = g->concert_id,
                       .max_ticket = g->max_ticket,
                       .active = g->inside,
                       .sold_out = w->sold_out,
                       .waiting = w->lottery.without_number};
    if (!g->someone_waits)
        return ERR_OK;
    if (w->admitted > 0) {
        e = db_query_one(db, STMT_JOB_LAST_ADMITTED, read_int, &now_serving,
                         DB_P_INT(g->concert_id));
        if (e == ERR_OK)
            e = count_active(db, g->concert_id, &n->active);
        /* After the count, so that a last payment either is seen here or changes the count. */
        if (e == ERR_OK)
            e = read_sold_out(db, g->concert_id, &n->sold_out);
        if (now_serving < w->q.now_serving)
            now_serving = w->q.now_serving; /* the highest one has left already */
    }
    if (e == ERR_OK)
        e = count_waiting(db, w, now_serving, &waiting);
    if (e == ERR_OK) /* last, so that whoever was counted has a number up to it */
        e = db_query_one(db, STMT_JOB_MAX_TICKET, read_int, &n->max_ticket,
                         DB_P_INT(g->concert_id));
    n->rated = g->admits && !w->sold_out;
    if (n->rated)
        n->rate_micros = new_rate(w);
    /* Numbers that a lottery is still giving are not missing. */
    if (e == ERR_OK && w->lottery.last_given == INT64_MAX)
        e = check_numbers(w->app, g->concert_id, waiting, n->max_ticket, now_serving);
    n->waiting += waiting;
    return e;
}

/* --- All queues --- */

static bool quiet(const struct glance *g)
{
    return !g->someone_waits && !g->someone_early && g->prequeue == 0 && g->waiting == 0 &&
           g->active == g->inside && !g->sold_out && g->max_ticket <= g->last_ticket;
}

static bool is_new(const struct glance *g, const struct news *n)
{
    return n->rated || n->max_ticket > g->last_ticket || n->waiting != g->waiting ||
           n->active != g->active || n->sold_out != g->sold_out;
}

struct round {
    struct app *app;
    const char *holder;
    int64_t renewed_ms;
    struct glances queues;
    struct news *news;
    int news_count;
    int64_t since, now, admitted;
};

static enum err move_queue(struct round *r, struct glance *g)
{
    struct work w = {
        .app = r->app, .holder = r->holder, .glance = g, .since = r->since, .now = r->now};
    w.q.now_serving = g->now_serving;
    w.lottery.last_given = INT64_MAX;
    enum err e = read_sold_out(r->app->db, g->concert_id, &w.sold_out);
    if (e == ERR_OK && (g->prequeue != 0 || g->someone_early))
        e = job_lottery_step(r->app, g->concert_id, &w.lottery);
    if (w.lottery.given > 0) /* they wait from now on; whether they may come in is seen below */
        g->someone_waits = g->admits = true;
    if (e == ERR_OK && g->someone_waits && g->admits)
        e = tx_run(r->app->db, admit, &w);
    r->admitted += w.admitted;
    struct news *n = &r->news[r->news_count];
    if (e == ERR_OK)
        e = find_news(&w, n);
    if (e == ERR_OK && is_new(g, n))
        r->news_count++;
    return e;
}

/* All news in one transaction: one flush of the log for a thousand queues. */
static enum err publish(struct db *db, void *arg)
{
    const struct round *r = arg;
    enum err e = check_lease(db, r->holder);
    for (int i = 0; e == ERR_OK && i < r->news_count; i++) {
        const struct news *n = &r->news[i];
        e = db_exec(db, STMT_JOB_PUBLISH, NULL, DB_P_INT(n->max_ticket), DB_P_INT(n->waiting),
                    DB_P_INT(n->active), DB_P_INT(n->sold_out), DB_P_INT(n->concert_id));
        if (e == ERR_OK && n->rated)
            e = db_exec(db, STMT_JOB_RATE, NULL,
                        n->rate_micros < 0 ? DB_P_NULL : DB_P_INT(n->rate_micros),
                        DB_P_TIME(r->now), DB_P_INT(n->concert_id));
    }
    return e;
}

/* So that nobody else begins a tick while a long one goes on. */
static enum err renew_lease(struct round *r)
{
    int64_t affected = 0, now = clock_monotonic_ms();
    if (now - r->renewed_ms < RENEW_MS)
        return ERR_OK;
    r->renewed_ms = now;
    enum err e = db_exec(r->app->db, STMT_LEASE_RENEW, &affected, DB_P_STR(r->holder));
    return e == ERR_OK && affected != 1 ? ERR_NO_ROW : e;
}

/*
 * One queue's trouble (a conflict that did not end) does not hold up the others. Its batch is not
 * lost by it: the next round begins where this one did, and whoever has been served is not again.
 */
static enum err move_all(struct round *r)
{
    static int64_t undone_since = -1;
    enum err e = ERR_OK;
    if (undone_since >= 0 && undone_since < r->since)
        r->since = undone_since;
    undone_since = -1;
    for (int i = 0; e == ERR_OK && i < r->queues.count; i++) {
        struct glance *g = &r->queues.v[i];
        if (quiet(g))
            continue;
        e = renew_lease(r);
        if (e == ERR_OK)
            e = move_queue(r, g);
        if (e == ERR_BUSY || e == ERR_DB_RETRY || e == ERR_DB_LOCK_TIMEOUT) {
            log_warn("tick_queue", "concert=%lld err=%s", (long long)g->concert_id, err_name(e));
            undone_since = r->since;
            e = ERR_OK;
        }
    }
    return e == ERR_OK && r->news_count > 0 ? tx_run(r->app->db, publish, r) : e;
}

enum err job_queues(struct app *app, const char *holder, int64_t since, int64_t now,
                    int64_t *admitted)
{
    struct round r = {.app = app,
                      .holder = holder,
                      .renewed_ms = clock_monotonic_ms(),
                      .since = since,
                      .now = now};
    enum err e = db_query(app->db, STMT_JOB_QUEUES, read_glance, &r.queues);
    if (e == ERR_OK && r.queues.count > 0) {
        r.news = calloc((size_t)r.queues.count, sizeof *r.news);
        e = r.news ? move_all(&r) : ERR_INTERNAL;
    }
    *admitted += r.admitted;
    free(r.news);
    free(r.queues.v);
    return e;
}
