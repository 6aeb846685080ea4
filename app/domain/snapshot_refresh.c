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

/* Ways in which a number ends before it is served. */
static const char *const endings[] = {"LEFT", "EXPIRED", "VOID"};
enum { ENDINGS = sizeof endings / sizeof *endings };

/* The numbers of one queue that nobody holds, as just read: the lowest of each ending, and of all
 * of them. */
struct gone {
    struct snapshot_gone numbers, early;
    int64_t read[ENDINGS * SNAPSHOT_MAX_GONE];
    int read_count;
    bool known; /* the slot has them */
};

static enum err read_number(const struct db_value *row, void *arg)
{
    struct gone *g = arg;
    if (g->read_count < ENDINGS * SNAPSHOT_MAX_GONE)
        g->read[g->read_count++] = db_int(&row[0]);
    return ERR_OK;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* One query for each ending, since together the server would read all there are, a million after a
 * long pause, to sort them. */
static enum err read_numbers(struct db *db, const struct snapshot_queue *q, struct gone *g)
{
    enum err e = ERR_OK;
    g->read_count = 0;
    for (int i = 0; e == ERR_OK && i < ENDINGS; i++)
        e = db_query(db, STMT_QUEUE_GONE, read_number, g, DB_P_INT(q->concert_id),
                     DB_P_STR(endings[i]), DB_P_INT(q->now_serving), DB_P_INT(SNAPSHOT_MAX_GONE));
    qsort(g->read, (size_t)g->read_count, sizeof *g->read, compare_numbers);
    g->numbers.count = g->read_count < SNAPSHOT_MAX_GONE ? g->read_count : SNAPSHOT_MAX_GONE;
    memcpy(g->numbers.numbers, g->read, (size_t)g->numbers.count * sizeof *g->read);
    return e;
}

static enum err read_early(const struct db_value *row, void *arg)
{
    struct snapshot_gone *g = arg;
    g->numbers[g->count++] = db_int(&row[0]);
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
    q->concert_id = db_int(&row[0]);
    q->state = queue_condition_read(&row[1]);
    q->prequeue = (int)db_int(&row[2]);
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
    q->opens_at = db_time(&row[19]);
    q->early_above = db_int(&row[20]);
    db_text(&row[21], q->seed_hash, sizeof q->seed_hash);
    db_text(&row[22], q->seed, sizeof q->seed);
    q->limit = (enum queue_limit)db_int(&row[23]);
    q->flow_per_second =
        db_int(&row[25]) > 0 ? (double)db_int(&row[24]) / 1e3 / (double)db_int(&row[25]) : -1;
    q->flow_at = db_time(&row[26]);
    if (q->last_batch < -1) { /* no tick has looked at its batches */
        q->last_batch = -1;
        return ERR_OK;
    }
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
 * Writes the numbers just read, and those above `floor` that were noted on this host while they
 * were being read: whoever has left stays so.
 */
static void write_gone(struct snapshot_gone *to, int64_t floor, struct snapshot_gone *read)
{
    for (int i = snapshot_gone_below(to, floor + 1); i < to->count; i++)
        snapshot_gone_add(read, to->numbers[i]);
    memcpy(to->numbers, read->numbers, (size_t)read->count * sizeof *read->numbers);
    to->count = read->count;
}

static void write_slot(const struct snapshot_queue *q, struct gone *g)
{
    struct snapshot_slot *s = snapshot_slot_find(q->concert_id);
    if (!s)
        s = snapshot_slot_new(q->concert_id);
    if (!s || !snapshot_slot_lock(s))
        return;
    s->seen_ms = clock_monotonic_ms();
    if (g->known && s->stale) { /* somebody died in it meanwhile: they are read the next time */
        snapshot_slot_unlock(s);
        return;
    }
    s->q = *q;
    if (!g->known) {
        write_gone(&s->gone, q->now_serving, &g->numbers);
        write_gone(&s->gone_early, q->prequeue == 1 ? q->early_above : INT64_MAX - 1, &g->early);
    }
    s->stale = false;
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
        snapshot_return_lease(db, s, id, false);
        if (!snapshot_lease_trylock(s))
            continue;
        if (s->lease.next >= s->lease.end && snapshot_slot_lock(s)) {
            atomic_store_explicit(&s->concert_id, SNAPSHOT_TAKEN_BACK, memory_order_release);
            s->stale = true;
            s->gone.count = s->gone_early.count = 0;
            s->lease = (struct snapshot_lease){.block = 1};
            snapshot_slot_unlock(s);
        }
        pthread_mutex_unlock(&s->lease_lock);
    }
}

/* Nobody waited at the last reading, and nobody has joined since: a concert that is sold out leaves
 * tens of thousands of ended numbers behind, for as long as their rows are kept. */
static bool is_still(const struct snapshot_queue *q)
{
    struct snapshot_slot *s = snapshot_slot_find(q->concert_id);
    if (!s || !snapshot_slot_lock(s))
        return false;
    const struct snapshot_queue *before = &s->q;
    bool still = !s->stale && before->waiting == 0 && q->waiting == 0 && before->prequeue == 0 &&
                 q->prequeue == 0 && before->now_serving == q->now_serving &&
                 before->last_ticket == q->last_ticket;
    snapshot_slot_unlock(s);
    return still;
}

static enum err find_gone(struct db *db, const struct snapshot_queue *q, struct gone *g)
{
    enum err e = ERR_OK;
    g->numbers.count = g->early.count = 0;
    g->known = is_still(q);
    if (g->known)
        return ERR_OK;
    if (q->waiting > 0 || q->last_ticket > q->now_serving)
        e = read_numbers(db, q, g);
    if (e == ERR_OK && q->prequeue == 1)
        e = db_query(db, STMT_QUEUE_GONE_EARLY, read_early, &g->early, DB_P_INT(q->concert_id),
                     DB_P_INT(q->early_above), DB_P_INT(SNAPSHOT_MAX_GONE));
    return e;
}

/* This process is alive, however long the database takes. */
static void beat(void)
{
    atomic_store(&snapshot_shared->heard_at_ms, clock_monotonic_ms());
}

static enum err refresh(struct db *db, struct reading *r, struct gone *g)
{
    int64_t before = clock_monotonic_ms();
    r->count = 0;
    enum err e = db_query(db, STMT_QUEUE_ALL, collect, r, DB_P_INT(SNAPSHOT_MAX_QUEUES));
    if (e != ERR_OK)
        return e;
    for (int i = 0; e == ERR_OK && i < r->count; i++) {
        beat();
        const struct snapshot_queue *q = &r->queues[i];
        struct snapshot_slot *s = snapshot_slot_find(q->concert_id);
        e = find_gone(db, q, g);
        if (e == ERR_OK)
            write_slot(q, g);
        if (s) /* numbers from before a pre-queue would be lower than those it draws */
            snapshot_return_lease(db, s, q->concert_id, q->prequeue == 1);
    }
    if (e == ERR_OK)
        take_back(db, before);
    return e;
}

/* Nobody may be there to read it: the counter then stays where it is. */
static void tell_news(void)
{
    uint64_t one = 1;
    if (write(snapshot_shared->news_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_warn("snapshot_news", "errno=%d", errno);
}

/*
 * Seconds for an answer. A connection of its own asks whether the database is there: a stalled one
 * is found within the first. The read on the other one may take longer when the database is slow
 * under its load, which is no reason to turn everybody away.
 */
enum { PATIENCE_TO_ANSWER = 1, PATIENCE_TO_READ = 2 };

struct refresher {
    struct db *ask, *read;
    struct reading reading;
    struct gone *gone;
    bool was_down;
};

/* Whether the database answers; its clock by the way, which so small a question tells best. */
static bool answers(struct db *db)
{
    int64_t now = 0, before = clock_monotonic_ms();
    if (db_now(db, &now) != ERR_OK)
        return false;
    atomic_store(&snapshot_shared->db_offset_ms, now - (before + clock_monotonic_ms()) / 2);
    atomic_store(&snapshot_shared->have_clock, true);
    beat();
    return true;
}

static void read_and_note(struct refresher *f)
{
    bool down = !answers(f->ask);
    enum err e = down ? ERR_DB_LOST : refresh(f->read, &f->reading, f->gone);
    if (e == ERR_OK) {
        atomic_store(&snapshot_shared->read_at_ms, clock_monotonic_ms());
        tell_news();
    } else if (!down) {
        log_warn("snapshot", "database=slow err=%s", err_name(e));
    }
    atomic_store(&snapshot_shared->down, down);
    beat();
    if (down != f->was_down)
        log_line(down ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO, "snapshot", "database=%s",
                 down ? "down" : "up");
    f->was_down = down;
}

/* Down, the database is tried several times a second, so that the host is back with it at once. */
int snapshot_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    struct refresher f = {
        .ask = db_new(cfg), .read = db_new(cfg), .gone = malloc(sizeof(struct gone))};
    struct pollfd wake = {.fd = snapshot_shared->wake_fd, .events = POLLIN};
    uint64_t pokes;
    int status = 1;
    if (!f.ask || !f.read || !f.gone)
        goto out;
    status = 0;
    db_set_patience(f.ask, PATIENCE_TO_ANSWER);
    db_set_patience(f.read, PATIENCE_TO_READ);
    while (!*stop) {
        read_and_note(&f);
        int wait = f.was_down && cfg->queue_snapshot_ms > 200 ? 200 : (int)cfg->queue_snapshot_ms;
        if (poll(&wake, 1, wait) > 0 && read(snapshot_shared->wake_fd, &pokes, sizeof pokes) < 0)
            log_debug("snapshot_wake", "errno=%d", errno);
    }
out:
    free(f.gone);
    free(f.reading.queues);
    db_free(f.ask);
    db_free(f.read);
    return status;
}
