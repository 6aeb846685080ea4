/*
 * The lottery's draw, see domain/job_lottery.h and domain/lottery.h.
 *
 * The draw itself is one short transaction: under the lock of the queue's row, which an early join
 * shares, it counts those without a number and takes so many numbers from the counter. From then on
 * joins get numbers after these. The numbers are then written in small transactions, in the order
 * of the lottery, which any job can work out again from the seed and the rows that are left.
 * Whoever came after the opening and before the draw follows behind the lottery in order of
 * arrival.
 */
#include "domain/job_lottery.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include "domain/lottery.h"
#include <stdlib.h>

enum { GIVEN_AT_ONCE = 100, GIVEN_PER_TRANSACTION = 1000, STEP_MS = 700 };
/* More than so many are not counted at each tick. */
enum { COUNT_MAX = 10000, COUNT_AGE_MS = 10000 };

struct entrant {
    unsigned char late; /* behind all who were early */
    unsigned char rank[LOTTERY_SEED_BYTES];
    int64_t token_id;
};

/* The order that is being written, kept from tick to tick: of one lottery at a time. */
static struct order {
    int64_t lottery_id;
    struct entrant *v;
    size_t count, cap, next;
    int64_t base;            /* the numbers that had been given when it was read */
    struct lottery_mac *mac; /* while it is read */
} order;

struct draw {
    int64_t concert_id;
    int prequeue;
    bool due;
    int64_t opened_at, lottery_id, first, entrants, numbered;
    unsigned char seed[LOTTERY_SEED_BYTES];
    int64_t lifetime;
    int64_t given; /* numbers, in this step */
};

static enum err read_draw(const struct db_value *row, void *arg)
{
    struct draw *d = arg;
    d->prequeue = (int)db_int(&row[0]);
    d->opened_at = db_time(&row[1]);
    d->due = db_int(&row[2]) != 0;
    d->lottery_id = db_int(&row[3]);
    if (row[4].n != sizeof d->seed)
        return ERR_INTERNAL;
    memcpy(d->seed, row[4].s, sizeof d->seed);
    d->first = db_int(&row[5]);
    d->entrants = db_int(&row[6]);
    d->numbered = db_int(&row[7]);
    d->lifetime = db_int(&row[8]);
    return ERR_OK;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* --- The draw --- */

static enum err take_numbers(struct db *db, struct draw *d)
{
    enum err e =
        db_query_one(db, STMT_JOB_LOTTERY_COUNT, read_int, &d->entrants, DB_P_INT(d->concert_id));
    if (e == ERR_OK)
        e = db_exec(db, STMT_TICKET_LEASE, NULL, DB_P_INT(-1), DB_P_INT(-1), DB_P_INT(d->entrants),
                    DB_P_INT(d->concert_id));
    d->first = db_insert_id(db);
    return e;
}

static enum err draw(struct db *db, void *arg)
{
    struct draw *d = arg;
    enum err e = db_query_one(db, STMT_JOB_LOTTERY_LOCK, read_draw, d, DB_P_INT(d->concert_id));
    if (e != ERR_OK || d->prequeue != 1 || !d->due)
        return e;
    e = take_numbers(db, d);
    if (e == ERR_OK)
        e = db_exec(db, STMT_JOB_LOTTERY_DRAWN, NULL, DB_P_TIME(d->opened_at), DB_P_INT(d->first),
                    DB_P_INT(d->entrants), DB_P_INT(d->lottery_id));
    if (e == ERR_OK)
        e = db_exec(db, STMT_JOB_LOTTERY_BEGIN, NULL, DB_P_TIME(d->opened_at),
                    DB_P_INT(d->concert_id));
    d->prequeue = 2;
    d->numbered = 0;
    return e;
}

/* --- The order --- */

static int compare(const void *a, const void *b)
{
    const struct entrant *x = a, *y = b;
    if (x->late != y->late)
        return x->late < y->late ? -1 : 1;
    int c = x->late ? 0 : memcmp(x->rank, y->rank, sizeof x->rank);
    return c ? c : (x->token_id > y->token_id) - (x->token_id < y->token_id);
}

static enum err read_entrant(const struct db_value *row, void *arg)
{
    struct order *o = arg;
    if (o->count == o->cap) {
        size_t cap = o->cap ? o->cap * 2 : 1024;
        struct entrant *more = realloc(o->v, cap * sizeof *more);
        if (!more)
            return ERR_INTERNAL;
        o->v = more;
        o->cap = cap;
    }
    struct entrant *t = &o->v[o->count++];
    t->token_id = db_int(&row[0]);
    t->late = db_int(&row[1]) == 0;
    return lottery_rank(o->mac, t->token_id, t->rank);
}

void job_lottery_forget(void)
{
    free(order.v);
    order = (struct order){.v = NULL};
}

static enum err read_order(struct db *db, const struct draw *d)
{
    job_lottery_forget();
    order.mac = lottery_mac_new(d->seed);
    enum err e = order.mac ? db_query(db, STMT_JOB_LOTTERY_ENTRANTS, read_entrant, &order,
                                      DB_P_TIME(d->opened_at), DB_P_INT(d->concert_id))
                           : ERR_INTERNAL;
    lottery_mac_free(order.mac);
    order.mac = NULL;
    if (e != ERR_OK)
        job_lottery_forget();
    else if (order.count > 0)
        qsort(order.v, order.count, sizeof *order.v, compare);
    return e;
}

/* Those who still have no number, as they follow each other; read anew if another job has given
 * some of theirs meanwhile. */
static enum err find_order(struct db *db, const struct draw *d)
{
    if (order.lottery_id == d->lottery_id && order.base + (int64_t)order.next == d->numbered)
        return ERR_OK;
    enum err e = read_order(db, d);
    if (e != ERR_OK)
        return e;
    order.lottery_id = d->lottery_id;
    order.base = d->numbered;
    if (order.count > (size_t)(d->entrants - d->numbered)) /* more than were drawn: stragglers */
        order.count = (size_t)(d->entrants - d->numbered);
    log_info("lottery_order", "concert=%lld lottery=%lld numbers_to_give=%zu",
             (long long)d->concert_id, (long long)d->lottery_id, order.count);
    return ERR_OK;
}

/* --- The numbers --- */

/* The next numbers, from `ticket` on, for `n` tokens in their order. Who has left meanwhile leaves
 * the number unused. */
static enum err give(struct db *db, const struct draw *d, int64_t ticket, const struct entrant *t,
                     size_t n)
{
    struct db_value p[2 * GIVEN_AT_ONCE + 4];
    size_t k = 0;
    p[k++] = DB_P_INT(ticket);
    for (size_t i = 0; i < GIVEN_AT_ONCE; i++)
        p[k++] = DB_P_INT(i < n ? t[i].token_id : 0);
    p[k++] = DB_P_TIME(d->opened_at);
    p[k++] = DB_P_INT(d->lifetime);
    for (size_t i = 0; i < GIVEN_AT_ONCE; i++)
        p[k++] = DB_P_INT(i < n ? t[i].token_id : 0);
    p[k++] = DB_P_INT(d->concert_id);
    return db_exec_params(db, STMT_JOB_LOTTERY_GIVE, p, k, NULL);
}

/* The row's count of given numbers is raised by whoever gave them: two jobs that meet cannot both
 * go on from the same one. */
static enum err give_some(struct db *db, void *arg)
{
    struct draw *d = arg;
    size_t end = order.next + GIVEN_PER_TRANSACTION;
    int64_t moved = 0, numbered = d->numbered;
    if (end > order.count)
        end = order.count;
    enum err e = db_exec(db, STMT_JOB_LOTTERY_NUMBERED, &moved,
                         DB_P_INT(numbered + (int64_t)(end - order.next)), DB_P_INT(d->lottery_id),
                         DB_P_INT(numbered));
    if (e == ERR_OK && moved != 1)
        return ERR_BUSY;
    for (size_t i = order.next; e == ERR_OK && i < end; i += GIVEN_AT_ONCE) {
        size_t n = end - i < GIVEN_AT_ONCE ? end - i : GIVEN_AT_ONCE;
        e = give(db, d, d->first + numbered, &order.v[i], n);
        numbered += (int64_t)n;
    }
    return e;
}

static enum err finish(struct db *db, const struct draw *d)
{
    enum err e =
        db_exec(db, STMT_JOB_LOTTERY_END, NULL, DB_P_INT(d->concert_id), DB_P_INT(d->lottery_id));
    if (e == ERR_OK)
        log_info("lottery_done", "concert=%lld numbers=%lld", (long long)d->concert_id,
                 (long long)d->numbered);
    job_lottery_forget();
    return e;
}

/* One lottery after the other: the memory for a second one may not be there. */
static bool another_runs(const struct draw *d)
{
    return order.lottery_id != 0 && order.lottery_id != d->lottery_id;
}

static enum err give_numbers(struct db *db, struct draw *d)
{
    if (another_runs(d))
        return ERR_OK;
    int64_t until = clock_monotonic_ms() + STEP_MS;
    enum err e = find_order(db, d);
    while (e == ERR_OK && order.next < order.count && clock_monotonic_ms() < until) {
        size_t before = order.next;
        e = tx_run(db, give_some, d);
        if (e != ERR_OK)
            break;
        order.next = before + GIVEN_PER_TRANSACTION < order.count ? before + GIVEN_PER_TRANSACTION
                                                                  : order.count;
        d->numbered += (int64_t)(order.next - before);
        d->given += (int64_t)(order.next - before);
    }
    if (e != ERR_OK) {
        job_lottery_forget(); /* another job may have gone on with it */
        return e;
    }
    return order.next == order.count ? finish(db, d) : ERR_OK;
}

/* --- Those who were late for the draw --- */

/* On a cluster a join that another host has not seen yet can pass the draw: these follow, in order
 * of arrival. */
static enum err number_stragglers(struct db *db, void *arg)
{
    struct draw *d = arg;
    struct draw all = *d;
    all.opened_at = 0; /* nobody was early */
    enum err e = read_order(db, &all);
    size_t n = order.count < GIVEN_AT_ONCE ? order.count : GIVEN_AT_ONCE;
    if (e == ERR_OK && n > 0)
        e = db_exec(db, STMT_TICKET_LEASE, NULL, DB_P_INT(-1), DB_P_INT(-1), DB_P_INT((int64_t)n),
                    DB_P_INT(d->concert_id));
    if (e == ERR_OK && n > 0)
        e = give(db, d, db_insert_id(db), order.v, n);
    job_lottery_forget();
    return e;
}

/* --- A step --- */

/* Counting many takes a while: seldom, then. */
static enum err count_early(struct db *db, int64_t concert_id, int64_t *count)
{
    static struct {
        int64_t concert_id, count, at;
    } last;
    int64_t now = clock_monotonic_ms();
    if (last.concert_id == concert_id && last.count > COUNT_MAX && now - last.at < COUNT_AGE_MS) {
        *count = last.count;
        return ERR_OK;
    }
    enum err e = db_query_one(db, STMT_JOB_LOTTERY_COUNT, read_int, count, DB_P_INT(concert_id));
    last.concert_id = concert_id;
    last.count = *count;
    last.at = now;
    return e;
}

bool job_lottery_runs(void)
{
    return order.lottery_id != 0;
}

enum err job_lottery_step(struct app *app, int64_t concert_id, struct job_lottery *out)
{
    struct draw d = {.concert_id = concert_id};
    *out = (struct job_lottery){.last_given = INT64_MAX};
    enum err e = db_query_one(app->db, STMT_JOB_LOTTERY_GET, read_draw, &d, DB_P_INT(concert_id));
    if (e == ERR_OK && d.prequeue == 1 && d.due)
        e = tx_run(app->db, draw, &d);
    if (e == ERR_OK && d.prequeue == 2)
        e = give_numbers(app->db, &d);
    if (e == ERR_OK && d.prequeue == 0 && !another_runs(&d))
        e = tx_run(app->db, number_stragglers, &d);
    if (e != ERR_OK || d.prequeue == 0)
        return e;
    if (d.prequeue == 1)
        return count_early(app->db, concert_id, &out->without_number);
    out->given = d.given;
    out->without_number = d.entrants - d.numbered;
    if (out->without_number > 0)
        out->last_given = d.first + d.numbered - 1;
    return ERR_OK;
}
