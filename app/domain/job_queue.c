/* Admission and the published state of each queue, see domain/job_queue.h and job.c. */
#include "domain/job_queue.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include "domain/job_admit.h"
#include "domain/job_gaps.h"
#include "domain/job_lottery.h"
#include "domain/job_rate.h"
#include <stdlib.h>

/* Up to so many who wait are counted; beyond, the numbers tell. */
enum { COUNT_MAX = 10000 };
/* After so long without an update of the rate nobody had been waiting. */
enum { QUIET_SECONDS = 5 };
/* Between two renewals of the lease in a long tick. */
enum { RENEW_MS = 1000 };
/* Queues that have a tick's part coming. */
enum { OWED_MAX = 32 };
/* What a tick reads of every queue at once: as published, and as it is now. */
struct glance {
    int64_t concert_id, last_ticket, waiting, active; /* as published */
    bool sold_out;
    int64_t max_ticket, inside;
    bool someone_waits, admits;
    int64_t now_serving;
    int prequeue;
    bool someone_early;
    enum queue_limit limit; /* as published */
    bool unseen;            /* no tick has looked at its batches */
    bool changing;          /* a show is canceled or changed, after which it may be sold out */
    bool closed;
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
        .limit = (enum queue_limit)db_int(&row[12]),
        .unseen = db_int(&row[13]) == JOB_UNSEEN,
        .changing = db_int(&row[14]) != 0,
        .closed = db_int(&row[15]) != 0,
    };
    return ERR_OK;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* One queue in a tick. */
struct work {
    struct app *app;
    struct glance *glance;
    struct job_lottery lottery;
    struct job_admission a;
};

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
    e = job_count_gone(w->app, id, now_serving, &gone);
    int64_t by_number = w->glance->max_ticket - now_serving - gone;
    if (by_number > *waiting)
        *waiting = by_number;
    return e;
}

/* After a quiet time the pause does not count: nobody wanted to come in. */
static int64_t new_rate(const struct work *w)
{
    const struct job_admission *a = &w->a;
    double seconds = a->rate_at < 0 ? 0 : (double)(a->now - a->rate_at) / 1000;
    if (seconds > QUIET_SECONDS)
        seconds = a->since < 0 ? 1 : (double)(a->now - a->since) / 1000;
    return job_smooth_rate(a->rate_micros, a->admitted, seconds, a->interval);
}

static enum err read_sold_out(struct db *db, int64_t concert_id, bool *out)
{
    int64_t sold_out = 0;
    enum err e = db_query_one(db, STMT_JOB_SOLD_OUT, read_int, &sold_out, DB_P_INT(concert_id),
                              DB_P_INT(concert_id), DB_P_INT(concert_id), DB_P_INT(concert_id),
                              DB_P_INT(concert_id), DB_P_INT(concert_id));
    *out = sold_out != 0;
    return e;
}

/* What is to be published of a queue. */
struct news {
    int64_t concert_id, max_ticket, waiting, active, rate_micros;
    bool sold_out, rated, flowed;
    enum queue_limit limit;
    struct job_flow flow;
};

/* Where all who wait were counted: whether their numbers account for all that were drawn. */
static enum err check_numbers(struct app *app, int64_t concert_id, int64_t waiting,
                              int64_t max_ticket, int64_t now_serving)
{
    int64_t gone = 0;
    if (waiting >= COUNT_MAX)
        return ERR_OK;
    enum err e = job_count_gone(app, concert_id, now_serving, &gone);
    if (e != ERR_OK || max_ticket - now_serving - gone <= waiting)
        return e;
    return job_fill_gaps(app, concert_id, now_serving);
}

static enum err find_news(struct work *w, struct news *n)
{
    struct db *db = w->app->db;
    const struct glance *g = w->glance;
    int64_t now_serving = w->a.now_serving, waiting = 0;
    enum err e = ERR_OK;
    *n = (struct news){.concert_id = g->concert_id,
                       .max_ticket = g->max_ticket,
                       .active = g->inside,
                       .sold_out = w->a.sold_out,
                       .waiting = w->lottery.without_number};
    if (!g->someone_waits)
        return ERR_OK;
    if (w->a.admitted > 0) {
        e = db_query_one(db, STMT_JOB_LAST_ADMITTED, read_int, &now_serving,
                         DB_P_INT(g->concert_id));
        if (e == ERR_OK)
            e = job_count_active(db, g->concert_id, &n->active);
        /* After the count, so that a last payment either is seen here or changes the count. */
        if (e == ERR_OK)
            e = read_sold_out(db, g->concert_id, &n->sold_out);
        if (now_serving < w->a.now_serving)
            now_serving = w->a.now_serving; /* the highest one has left already */
    }
    if (e == ERR_OK)
        e = count_waiting(db, w, now_serving, &waiting);
    if (e == ERR_OK) /* last, so that whoever was counted has a number up to it */
        e = db_query_one(db, STMT_JOB_MAX_TICKET, read_int, &n->max_ticket,
                         DB_P_INT(g->concert_id));
    n->rated = g->admits && !w->a.sold_out;
    if (n->rated) {
        n->rate_micros = new_rate(w);
        n->limit = w->a.limit;
        n->flowed = w->a.flow_is_new;
        n->flow = w->a.flow;
    }
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
           g->active == g->inside && (!g->sold_out || g->closed) &&
           g->max_ticket <= g->last_ticket && g->limit == QUEUE_BY_BATCHES && !g->unseen &&
           !g->changing;
}

static bool is_new(const struct glance *g, const struct news *n)
{
    return n->rated || n->limit != g->limit || n->max_ticket > g->last_ticket ||
           n->waiting != g->waiting || n->active != g->active || n->sold_out != g->sold_out;
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

/*
 * A queue that came to grief in a tick (a conflict that did not end) takes its batches in the next
 * one: of a cycle one would be missed for long. Known to this process alone, and some at a time.
 */
static struct owed {
    int64_t concert_id; /* 0: free */
    int64_t since;      /* the last tick that it had its part in */
} owed[OWED_MAX];

static struct owed *find_owed(int64_t concert_id)
{
    for (int i = 0; i < OWED_MAX; i++)
        if (owed[i].concert_id == concert_id)
            return &owed[i];
    return NULL;
}

static int64_t owed_since(int64_t concert_id, int64_t since)
{
    const struct owed *o = find_owed(concert_id);
    return o ? o->since : since;
}

static void note_owed(int64_t concert_id, int64_t since, bool well)
{
    struct owed *o = find_owed(concert_id);
    if (well && o)
        o->concert_id = 0;
    if (!well && !o && (o = find_owed(0)))
        *o = (struct owed){concert_id, since};
}

/* In a closed queue whether it is sold out changes what is shown only when it is opened again; but
 * then it has to be right, so it is asked again when somebody inside has gone or a show goes or is
 * changed. */
static bool may_change(const struct glance *g)
{
    return !g->closed || g->changing || g->active != g->inside;
}

static enum err move_queue(struct round *r, struct glance *g)
{
    struct work w = {.app = r->app, .glance = g, .lottery = {.last_given = INT64_MAX}};
    w.a = (struct job_admission){.app = r->app,
                                 .holder = r->holder,
                                 .concert_id = g->concert_id,
                                 .since = owed_since(g->concert_id, r->since),
                                 .now = r->now,
                                 .now_serving = g->now_serving};
    enum err e = ERR_OK;
    w.a.sold_out = g->sold_out;
    if (may_change(g))
        e = read_sold_out(r->app->db, g->concert_id, &w.a.sold_out);
    if (e == ERR_OK && (g->prequeue != 0 || g->someone_early))
        e = job_lottery_step(r->app, g->concert_id, &w.lottery);
    w.a.last_number = w.lottery.last_given;
    if (w.lottery.given > 0) /* they wait from now on; whether they may come in is seen below */
        g->someone_waits = g->admits = true;
    /* A lottery's first batch waits for its first numbers, however long the draw takes. */
    bool unseen = g->unseen && g->prequeue == 0;
    if (e == ERR_OK && (g->someone_waits || unseen) && g->admits)
        e = tx_run(r->app->db, job_admit, &w.a);
    if (e != ERR_OK)
        return e;
    r->admitted += w.a.admitted;
    struct news *n = &r->news[r->news_count];
    e = find_news(&w, n);
    if (e == ERR_OK && is_new(g, n))
        r->news_count++;
    return e;
}

/* All news in one transaction: one flush of the log for a thousand queues. */
static enum err publish(struct db *db, void *arg)
{
    const struct round *r = arg;
    enum err e = job_check_lease(db, r->holder);
    for (int i = 0; e == ERR_OK && i < r->news_count; i++) {
        const struct news *n = &r->news[i];
        e = db_exec(db, STMT_JOB_PUBLISH, NULL, DB_P_INT(n->max_ticket), DB_P_INT(n->waiting),
                    DB_P_INT(n->active), DB_P_INT(n->sold_out), DB_P_INT(n->limit),
                    DB_P_INT(n->concert_id));
        if (e == ERR_OK && n->rated)
            e = db_exec(db, STMT_JOB_RATE, NULL,
                        n->rate_micros < 0 ? DB_P_NULL : DB_P_INT(n->rate_micros),
                        DB_P_TIME(r->now), DB_P_INT(n->concert_id));
        if (e == ERR_OK && n->flowed)
            e = db_exec(db, STMT_JOB_FLOW, NULL, DB_P_INT(n->flow.people), DB_P_INT(n->flow.ms),
                        DB_P_OPT_TIME(n->flow.at), DB_P_INT(n->concert_id));
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
    enum err e = db_exec(r->app->db, STMT_JOB_LEASE_RENEW, &affected, DB_P_STR(r->holder));
    return e == ERR_OK && affected != 1 ? ERR_NO_ROW : e;
}

/* One queue's trouble (a conflict that did not end, a fault) does not hold up the others; a lost
 * lease or database is everyone's. */
static enum err move_all(struct round *r)
{
    enum err e = ERR_OK;
    for (int i = 0; e == ERR_OK && i < r->queues.count; i++) {
        struct glance *g = &r->queues.v[i];
        if (quiet(g))
            continue;
        e = renew_lease(r);
        if (e == ERR_OK)
            e = move_queue(r, g);
        note_owed(g->concert_id, r->since, e == ERR_OK);
        if (e != ERR_OK && e != ERR_NO_ROW && e != ERR_DB_LOST) {
            log_warn("tick_queue", "concert=%lld err=%s", (long long)g->concert_id, err_name(e));
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
