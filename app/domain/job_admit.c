/*
 * Admission, see domain/job_admit.h and job.c.
 *
 * Only a tick admits, under the lock of the queue's row. Who goes away meanwhile makes room that
 * the next batch sees.
 */
#include "domain/job_admit.h"

#include "base/clock.h"
#include "db/tx.h"
#include "domain/job_seats.h"
#include "domain/queue.h"

/* How far back missed batches are made up for. */
enum { CATCH_UP_MS = 5000 };
/* Whoever is told so much later that they were let in has less time to claim. */
enum { LATE_MS = 1000 };
/* The most that a tick lets in, and a statement: a hundred thousand take some seconds, and a
 * statement must not outlast the patience with a server that may be dead. A batch that is slower
 * than so many a millisecond has been held up. */
enum { ADMIT_MOST = 100000, ADMIT_AT_ONCE = 5000, ADMIT_SLOWEST_PER_MS = 5 };

int64_t job_batches_due(int64_t t0, int64_t interval_seconds, int64_t last_batch, int64_t since,
                        int64_t now, int64_t *newest)
{
    int64_t step = interval_seconds * 1000;
    *newest = last_batch;
    if (now < t0)
        return 0;
    *newest = (now - t0) / step;
    int64_t past = since < t0 || last_batch == JOB_UNSEEN ? -1 : (since - t0) / step;
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

/* The settings of a queue under its lock, beside what the admission keeps. */
struct locked {
    struct job_admission *a;
    enum queue_condition state;
    int prequeue;
    int64_t t0, last_batch, admit_count, max_active, session, claim;
    bool was_held;
};

static enum err read_locked(const struct db_value *row, void *arg)
{
    struct locked *q = arg;
    struct job_admission *a = q->a;
    q->state = queue_condition_read(&row[0]);
    q->t0 = db_time(&row[1]);
    q->last_batch = db_int(&row[2]);
    q->admit_count = db_int(&row[3]);
    a->interval = db_int(&row[4]);
    q->max_active = db_int(&row[5]);
    q->session = db_int(&row[6]);
    q->claim = db_int(&row[7]);
    a->now_serving = db_int(&row[8]);
    a->rate_micros = db_is_null(&row[9]) ? -1 : db_int(&row[9]);
    a->rate_at = db_time(&row[10]);
    q->prequeue = (int)db_int(&row[11]);
    a->limit = (enum queue_limit)db_int(&row[12]);
    q->was_held = a->limit != QUEUE_BY_BATCHES;
    a->flow = (struct job_flow){db_int(&row[13]), db_int(&row[14]), db_time(&row[15])};
    return ERR_OK;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

enum err job_check_lease(struct db *db, const char *holder)
{
    return db_query_one(db, STMT_JOB_LEASE_MINE, NULL, NULL, DB_P_STR(holder));
}

enum err job_count_active(struct db *db, int64_t concert_id, int64_t *active)
{
    return db_query_one(db, STMT_JOB_ACTIVE, read_int, active, DB_P_INT(concert_id));
}

/* How many people the due batches let in. */
struct batch {
    int64_t n;      /* of what the settings promise, what the cap and the seats allow */
    int64_t active; /* those inside before */
    int64_t newest; /* k of the newest batch */
};

static enum err find_places(struct db *db, const struct locked *q, struct batch *b)
{
    struct job_admission *a = q->a;
    int64_t due = 0;
    *b = (struct batch){.n = 0};
    if ((q->state == QUEUE_OPEN || q->state == QUEUE_DRAINING) && q->prequeue != 1)
        due = job_batches_due(q->t0, a->interval, q->last_batch, a->since, a->now, &b->newest);
    a->due = due > 0;
    if (due == 0)
        return ERR_OK;
    b->n = due * q->admit_count < ADMIT_MOST ? due * q->admit_count : ADMIT_MOST;
    a->limit = QUEUE_BY_BATCHES;
    if (a->sold_out) {
        b->n = 0;
        return ERR_OK;
    }
    enum err e = job_count_active(db, a->concert_id, &b->active);
    if (e == ERR_OK && q->max_active > 0 && b->n > q->max_active - b->active) {
        b->n = q->max_active > b->active ? q->max_active - b->active : 0;
        a->limit = QUEUE_BY_CAP;
    }
    if (e == ERR_OK && b->n > 0)
        e = job_seats_bound(db, a->concert_id, b->active, &b->n, &a->limit);
    return e;
}

/* Up to `n` of the lowest numbers, a part of them at once; all come in at the moment `t`. */
static enum err admit_parts(struct db *db, const struct locked *q, int64_t n, int64_t t)
{
    struct job_admission *a = q->a;
    int64_t first_end = q->claim > 0 && q->claim < q->session ? q->claim : q->session;
    int64_t part = 0, some = 0;
    enum err e = ERR_OK;
    for (; e == ERR_OK && some == part && n > 0; n -= part) {
        part = n < ADMIT_AT_ONCE ? n : ADMIT_AT_ONCE;
        e = db_exec(db, STMT_JOB_ADMIT, &some, DB_P_TIME(t), DB_P_TIME(t), DB_P_INT(q->session),
                    DB_P_TIME(t), DB_P_INT(first_end), DB_P_INT(a->concert_id),
                    DB_P_INT(a->last_number), DB_P_TIME(t), DB_P_INT(part));
        if (e == ERR_OK)
            a->admitted += some;
    }
    return e;
}

/* The moment of admission is read after the count: whoever was not counted any more had ended
 * before it. */
static enum err admit_lowest(struct db *db, const struct locked *q, const struct batch *b,
                             int64_t *last)
{
    struct job_admission *a = q->a;
    int64_t id = a->concert_id, t = 0;
    enum err e = db_now(db, &t);
    if (e == ERR_OK)
        e = admit_parts(db, q, b->n, t);
    if (e != ERR_OK || a->admitted == 0)
        return e;
    e = db_query_one(db, STMT_JOB_LAST_ADMITTED, read_int, last, DB_P_INT(id));
    if (e == ERR_OK)
        e = db_exec(db, STMT_JOB_ADMISSION_INSERT, NULL, DB_P_INT(id), DB_P_TIME(t),
                    DB_P_INT(a->admitted), DB_P_INT(b->active), DB_P_INT(q->max_active),
                    DB_P_INT(*last));
    return e;
}

/* A batch that nobody came in with is noted only if it is the first to be looked at: others lapse
 * without a word. */
static enum err finish_batch(struct db *db, const struct locked *q, const struct batch *b,
                             int64_t last)
{
    int64_t moved = 0;
    if (q->a->admitted == 0 && q->last_batch != JOB_UNSEEN)
        return ERR_OK;
    enum err e = db_exec(db, STMT_JOB_BATCH_DONE, &moved, DB_P_INT(last), DB_P_INT(b->newest),
                         DB_P_INT(q->a->concert_id), DB_P_INT(b->newest));
    return e == ERR_OK && moved != 1 ? ERR_DB_RETRY : e;
}

enum err job_admit(struct db *db, void *arg)
{
    struct job_admission *a = arg;
    struct locked q = {.a = a};
    struct batch b;
    int64_t last = 0;
    a->admitted = 0;
    a->due = a->flow_is_new = false;
    enum err e = db_query_one(db, STMT_JOB_QUEUE_LOCK, read_locked, &q, DB_P_INT(a->concert_id));
    if (e == ERR_OK)
        e = job_check_lease(db, a->holder);
    if (e == ERR_OK)
        e = find_places(db, &q, &b);
    if (e != ERR_OK || !a->due)
        return e;
    int64_t start = clock_monotonic_ms();
    if (b.n > 0)
        e = admit_lowest(db, &q, &b, &last);
    if (e == ERR_OK)
        e = finish_batch(db, &q, &b, last);
    if (a->admitted < b.n) /* there was room for all who waited */
        a->limit = QUEUE_BY_BATCHES;
    int64_t at = a->flow.at;
    job_flow_note(&a->flow, q.was_held, a->limit != QUEUE_BY_BATCHES, a->admitted, a->now);
    a->flow_is_new = a->flow.at != at;
    /* Held up on the way: from now on, then. */
    int64_t late = LATE_MS + a->admitted / ADMIT_SLOWEST_PER_MS;
    if (e == ERR_OK && a->admitted > 0 && clock_monotonic_ms() - start > late && !a->was_late) {
        a->was_late = true;
        return ERR_DB_RETRY;
    }
    return e;
}
