/*
 * The refresher: one process of each host that reads the queues' state into the shared memory; see
 * domain/snapshot.h.
 */
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "domain/snapshot_shared.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

struct gone_list {
    int64_t *tickets;
    int count;
};

static enum err read_gone(const struct db_value *row, void *arg)
{
    struct gone_list *g = arg;
    g->tickets[g->count++] = db_int(&row[0]);
    return ERR_OK;
}

/* All queues as just read, kept until their gone numbers have been read too. */
struct reading {
    struct snapshot_queue *queues;
    int count, cap;
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

enum err snapshot_read_row(const struct db_value *row, void *arg)
{
    struct snapshot_queue *q = arg;
    char state[9];
    db_text(&row[1], state, sizeof state);
    q->concert_id = db_int(&row[0]);
    if (!queue_condition_parse(state, &q->state))
        q->state = QUEUE_CLOSED;
    if (db_int(&row[2]) && q->state != QUEUE_CLOSED)
        q->state = QUEUE_SOLD_OUT;
    q->now_serving = db_int(&row[3]);
    q->last_ticket = db_int(&row[4]);
    q->waiting = db_int(&row[5]);
    q->active = db_int(&row[6]);
    q->rate_per_second = db_is_null(&row[7]) ? -1 : (double)db_int(&row[7]) / 1e6;
    q->t0 = db_time(&row[8]);
    q->last_batch = db_int(&row[9]);
    q->admit_count = db_int(&row[10]);
    q->admit_interval_seconds = db_int(&row[11]);
    q->max_active = db_int(&row[12]);
    q->token_lifetime_seconds = db_int(&row[13]);
    db_text(&row[14], q->message_ko, sizeof q->message_ko);
    db_text(&row[15], q->message_en, sizeof q->message_en);
    q->as_of = db_time(&row[17]);
    q->claim_seconds = db_int(&row[18]);
    /* Batches of an idle queue lapse without a word: the last tick tells which are past. */
    int64_t ticked = db_time(&row[16]);
    if (ticked >= q->t0 && q->admit_interval_seconds > 0) {
        int64_t past = floor_div(ticked - q->t0, q->admit_interval_seconds * 1000);
        if (past > q->last_batch)
            q->last_batch = past;
    }
    return ERR_OK;
}

static enum err collect(const struct db_value *row, void *arg)
{
    struct reading *r = arg;
    if (r->count == r->cap) {
        int cap = r->cap ? r->cap * 2 : 16;
        struct snapshot_queue *more = realloc(r->queues, (size_t)cap * sizeof *more);
        if (!more)
            return ERR_INTERNAL;
        r->queues = more;
        r->cap = cap;
    }
    return snapshot_read_row(row, &r->queues[r->count++]);
}

/*
 * Adds to the numbers just read those that were noted on this host while they were being read:
 * whoever has left stays so.
 */
static void keep_marks(const struct snapshot_slot *s, int64_t now_serving, struct gone_list *g)
{
    for (int i = snapshot_count_below(s->gone, s->gone_count, now_serving + 1); i < s->gone_count;
         i++) {
        int at = snapshot_count_below(g->tickets, g->count, s->gone[i]);
        if ((at < g->count && g->tickets[at] == s->gone[i]) || g->count == SNAPSHOT_MAX_GONE)
            continue;
        memmove(&g->tickets[at + 1], &g->tickets[at], (size_t)(g->count - at) * sizeof *g->tickets);
        g->tickets[at] = s->gone[i];
        g->count++;
    }
}

static void write_slot(const struct snapshot_queue *q, struct gone_list *g)
{
    struct snapshot_slot *s = snapshot_slot_find(q->concert_id);
    if (!s)
        s = snapshot_slot_new(q->concert_id);
    if (!s || !snapshot_slot_lock(s))
        return;
    keep_marks(s, q->now_serving, g);
    s->q = *q;
    memcpy(s->gone, g->tickets, (size_t)g->count * sizeof *g->tickets);
    s->gone_count = g->count;
    s->stale = false;
    s->seen_ms = clock_monotonic_ms();
    atomic_store_explicit(&s->concert_id, q->concert_id, memory_order_release);
    snapshot_slot_unlock(s);
}

/* Takes back the slots that were not written since `since_ms`. One whose numbers are being leased,
 * or are not all given back yet, is left for the next round. */
static void take_back(struct db *db, int64_t since_ms)
{
    for (size_t i = 0; i < SNAPSHOT_MAX_QUEUES; i++) {
        struct snapshot_slot *s = &snapshot_shared->slots[i];
        int64_t id = atomic_load_explicit(&s->concert_id, memory_order_relaxed);
        if (id <= 0 || s->seen_ms >= since_ms)
            continue;
        snapshot_return_lease(db, s, id);
        if (!snapshot_lease_trylock(s))
            continue;
        if (s->lease.next >= s->lease.end && snapshot_slot_lock(s)) {
            atomic_store_explicit(&s->concert_id, SNAPSHOT_TAKEN_BACK, memory_order_release);
            s->stale = true;
            s->gone_count = 0;
            s->lease = (struct snapshot_lease){.block = 1};
            snapshot_slot_unlock(s);
        }
        pthread_mutex_unlock(&s->lease_lock);
    }
}

static enum err refresh(struct db *db, struct reading *r, struct gone_list *g)
{
    int64_t before = clock_monotonic_ms();
    r->count = 0;
    enum err e = db_query(db, STMT_QUEUE_ALL, collect, r, DB_P_INT(SNAPSHOT_MAX_QUEUES));
    if (e != ERR_OK)
        return e;
    if (r->count > 0) {
        int64_t middle = (before + clock_monotonic_ms()) / 2;
        atomic_store(&snapshot_shared->db_offset_ms, r->queues[0].as_of - middle);
        atomic_store(&snapshot_shared->have_clock, true);
    }
    for (int i = 0; e == ERR_OK && i < r->count; i++) {
        const struct snapshot_queue *q = &r->queues[i];
        struct snapshot_slot *s = snapshot_slot_find(q->concert_id);
        g->count = 0;
        if (q->waiting > 0 || q->last_ticket > q->now_serving)
            e = db_query(db, STMT_QUEUE_GONE, read_gone, g, DB_P_INT(q->concert_id),
                         DB_P_INT(q->now_serving), DB_P_INT(SNAPSHOT_MAX_GONE));
        if (e == ERR_OK)
            write_slot(q, g);
        if (s)
            snapshot_return_lease(db, s, q->concert_id);
    }
    if (e == ERR_OK)
        take_back(db, before);
    return e;
}

static void note(enum err e, bool *was_down)
{
    bool down = e != ERR_OK;
    int64_t now = clock_monotonic_ms();
    if (!down)
        atomic_store(&snapshot_shared->read_at_ms, now);
    atomic_store(&snapshot_shared->down, down);
    atomic_store(&snapshot_shared->heard_at_ms, now);
    if (down != *was_down)
        log_line(down ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "snapshot", "database=%s",
                 down ? "down" : "up");
    *was_down = down;
}

/* Down, the database is tried several times a second, so that the host is back with it at once. */
int snapshot_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    struct db *db = db_new(cfg);
    struct reading r = {0};
    struct gone_list g = {.tickets = malloc(SNAPSHOT_MAX_GONE * sizeof(int64_t))};
    struct pollfd wake = {.fd = snapshot_shared->wake_fd, .events = POLLIN};
    bool was_down = false;
    uint64_t pokes;
    int status = 1;
    if (!db || !g.tickets)
        goto out;
    status = 0;
    db_set_patience(db, 1); /* a stalled database is found within a second */
    while (!*stop) {
        note(refresh(db, &r, &g), &was_down);
        int wait = was_down && cfg->queue_snapshot_ms > 200 ? 200 : (int)cfg->queue_snapshot_ms;
        if (poll(&wake, 1, wait) > 0 && read(snapshot_shared->wake_fd, &pokes, sizeof pokes) < 0)
            log_debug("snapshot_wake", "errno=%d", errno);
    }
out:
    free(g.tickets);
    free(r.queues);
    db_free(db);
    return status;
}
