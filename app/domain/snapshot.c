/*
 * The host's snapshot in shared memory and its leased ticket numbers; see domain/snapshot.h.
 *
 * Slots are found by open addressing over the concert's id. Only the refresher gives slots out,
 * and takes them back from concerts that are over; it changes a slot's id under the slot's locks,
 * and whoever has found a slot looks at the id again under the lock. What a slot holds is copied
 * under its mutex in one go. If a process dies inside, the next one to take the mutex learns so
 * (EOWNERDEAD) and marks the slot stale until the refresher has written it again.
 */
#include "domain/snapshot.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/shared.h"
#include "db/db.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* A lease is dropped when it is this old, so that numbers are off by as much at the most between
 * hosts. */
enum { LEASE_MS = 1000, LOCK_SECONDS = 2 };
/* A refresher that has not been heard of for so long says nothing about the database. */
enum { HEARTBEAT_MS = 3000 };

/* Not 0, at which a search for an id ends. */
enum { TAKEN_BACK = -1 };

struct lease {
    int64_t next, end; /* numbers next to end - 1 are ours */
    int64_t since_ms;  /* by the monotonic clock */
    int64_t block;     /* how many to ask for next time */
};

struct slot {
    _Atomic int64_t concert_id; /* 0: never used; TAKEN_BACK: free again */
    int64_t seen_ms;            /* when the refresher last wrote it, monotonic */
    pthread_mutex_t lock;
    bool stale;
    struct snapshot_queue q;
    int gone_count;
    int64_t gone[SNAPSHOT_MAX_GONE]; /* ascending, above q.now_serving */
    pthread_mutex_t lease_lock;
    struct lease lease;
    _Atomic int64_t drawn; /* the highest number taken on this host */
};

struct shared {
    int wake_fd;
    _Atomic int64_t db_offset_ms; /* the database's clock less the monotonic one */
    _Atomic bool have_clock;
    _Atomic int64_t read_at_ms; /* last successful read, monotonic; 0: never */
    _Atomic int64_t heard_at_ms;
    _Atomic bool down;
    struct slot slots[SNAPSHOT_MAX_QUEUES];
};

static struct shared *shared;

static void init_mutex(pthread_mutex_t *m)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(m, &attr);
    pthread_mutexattr_destroy(&attr);
}

enum err snapshot_init(void)
{
    struct shared *s = shared_alloc(sizeof *s);
    if (!s)
        return ERR_INTERNAL;
    s->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (s->wake_fd < 0)
        return ERR_INTERNAL;
    shared = s;
    return ERR_OK;
}

void snapshot_poke(void)
{
    uint64_t one = 1;
    if (shared && write(shared->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        log_warn("snapshot_poke", "errno=%d", errno);
}

/* --- Slots --- */

static size_t slot_hash(int64_t concert_id)
{
    return (size_t)((uint64_t)concert_id * UINT64_C(0x9e3779b97f4a7c15) >> 40) %
           SNAPSHOT_MAX_QUEUES;
}

/* The slot of a concert, or NULL. */
static struct slot *find_slot(int64_t concert_id)
{
    size_t at = slot_hash(concert_id);
    for (size_t i = 0; i < SNAPSHOT_MAX_QUEUES; i++, at = (at + 1) % SNAPSHOT_MAX_QUEUES) {
        struct slot *s = &shared->slots[at];
        int64_t id = atomic_load_explicit(&s->concert_id, memory_order_acquire);
        if (id == concert_id)
            return s;
        if (id == 0)
            return NULL;
    }
    return NULL;
}

/* For the refresher: a free slot on the way on which the concert's is looked for. NULL if all are
 * given out. */
static struct slot *new_slot(int64_t concert_id)
{
    size_t at = slot_hash(concert_id);
    for (size_t i = 0; i < SNAPSHOT_MAX_QUEUES; i++, at = (at + 1) % SNAPSHOT_MAX_QUEUES) {
        struct slot *s = &shared->slots[at];
        int64_t id = atomic_load_explicit(&s->concert_id, memory_order_relaxed);
        if (id > 0)
            continue;
        if (id == 0) {
            init_mutex(&s->lock);
            init_mutex(&s->lease_lock);
            s->stale = true;
            s->lease.block = 1;
        }
        atomic_store(&s->drawn, 0);
        return s;
    }
    return NULL;
}

static struct slot *get_slot(int64_t concert_id)
{
    return shared && concert_id > 0 ? find_slot(concert_id) : NULL;
}

static bool lock_any(struct slot *s)
{
    int e = pthread_mutex_lock(&s->lock);
    if (e == EOWNERDEAD) {
        pthread_mutex_consistent(&s->lock);
        s->stale = true;
        s->gone_count = 0;
        e = 0;
    }
    return e == 0;
}

static void unlock_slot(struct slot *s)
{
    pthread_mutex_unlock(&s->lock);
}

/* Locks a slot that was found, if it is still the concert's. */
static bool lock_slot(struct slot *s, int64_t concert_id)
{
    if (!lock_any(s))
        return false;
    if (atomic_load_explicit(&s->concert_id, memory_order_relaxed) == concert_id)
        return true;
    unlock_slot(s);
    return false;
}

bool snapshot_get(int64_t concert_id, struct snapshot_queue *out)
{
    struct slot *s = get_slot(concert_id);
    if (!s || !lock_slot(s, concert_id))
        return false;
    bool fresh = !s->stale;
    if (fresh)
        *out = s->q;
    unlock_slot(s);
    return fresh;
}

/* How many of the ascending numbers are below `ticket`. */
static int count_below(const int64_t *gone, int n, int64_t ticket)
{
    int low = 0;
    while (n > 0) {
        int half = n / 2;
        if (gone[low + half] < ticket) {
            low += half + 1;
            n -= half + 1;
        } else {
            n = half;
        }
    }
    return low;
}

bool snapshot_place(int64_t concert_id, int64_t ticket, struct snapshot_queue *out,
                    int64_t *gone_below, bool *is_gone)
{
    struct slot *s = get_slot(concert_id);
    if (!s || !lock_slot(s, concert_id))
        return false;
    bool fresh = !s->stale;
    if (fresh) {
        int below = count_below(s->gone, s->gone_count, ticket);
        memcpy(out, &s->q, offsetof(struct snapshot_queue, message_ko));
        out->as_of = s->q.as_of;
        out->message_ko[0] = out->message_en[0] = '\0';
        int64_t drawn = atomic_load_explicit(&s->drawn, memory_order_relaxed);
        if (drawn > out->last_ticket)
            out->last_ticket = drawn;
        *gone_below = below;
        /* Of numbers beyond a full list nothing is known. */
        *is_gone =
            below < s->gone_count ? s->gone[below] == ticket : s->gone_count == SNAPSHOT_MAX_GONE;
    }
    unlock_slot(s);
    return fresh;
}

void snapshot_mark_gone(int64_t concert_id, int64_t ticket)
{
    struct slot *s = get_slot(concert_id);
    if (!s || !lock_slot(s, concert_id))
        return;
    if (!s->stale && ticket > s->q.now_serving && s->gone_count < SNAPSHOT_MAX_GONE) {
        int at = count_below(s->gone, s->gone_count, ticket);
        if (at == s->gone_count || s->gone[at] != ticket) {
            memmove(&s->gone[at + 1], &s->gone[at], (size_t)(s->gone_count - at) * sizeof *s->gone);
            s->gone[at] = ticket;
            s->gone_count++;
        }
    }
    unlock_slot(s);
}

void snapshot_each(void (*fn)(const struct snapshot_queue *q, void *arg), void *arg)
{
    static struct snapshot_queue q;
    for (size_t i = 0; shared && i < SNAPSHOT_MAX_QUEUES; i++) {
        int64_t id = atomic_load_explicit(&shared->slots[i].concert_id, memory_order_acquire);
        if (id && snapshot_get(id, &q))
            fn(&q, arg);
    }
}

/* --- Clock and health --- */

int64_t snapshot_db_now(void)
{
    if (!shared || !atomic_load(&shared->have_clock))
        return clock_wall_ms();
    return clock_monotonic_ms() + atomic_load(&shared->db_offset_ms);
}

int64_t snapshot_age_ms(void)
{
    int64_t at = shared ? atomic_load(&shared->read_at_ms) : 0;
    return at ? clock_monotonic_ms() - at : -1;
}

bool snapshot_database_down(void)
{
    return shared && atomic_load(&shared->down) &&
           clock_monotonic_ms() - atomic_load(&shared->heard_at_ms) < HEARTBEAT_MS;
}

/* --- The refresher --- */

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
static void keep_marks(const struct slot *s, int64_t now_serving, struct gone_list *g)
{
    for (int i = count_below(s->gone, s->gone_count, now_serving + 1); i < s->gone_count; i++) {
        int at = count_below(g->tickets, g->count, s->gone[i]);
        if ((at < g->count && g->tickets[at] == s->gone[i]) || g->count == SNAPSHOT_MAX_GONE)
            continue;
        memmove(&g->tickets[at + 1], &g->tickets[at], (size_t)(g->count - at) * sizeof *g->tickets);
        g->tickets[at] = s->gone[i];
        g->count++;
    }
}

static void write_slot(const struct snapshot_queue *q, struct gone_list *g)
{
    struct slot *s = find_slot(q->concert_id);
    if (!s)
        s = new_slot(q->concert_id);
    if (!s || !lock_any(s))
        return;
    keep_marks(s, q->now_serving, g);
    s->q = *q;
    memcpy(s->gone, g->tickets, (size_t)g->count * sizeof *g->tickets);
    s->gone_count = g->count;
    s->stale = false;
    s->seen_ms = clock_monotonic_ms();
    atomic_store_explicit(&s->concert_id, q->concert_id, memory_order_release);
    unlock_slot(s);
}

/* Takes back the slots that were not written since `since_ms`. One whose numbers are being leased
 * is left for the next round; no lease outlasts it. */
static void take_back(int64_t since_ms)
{
    for (size_t i = 0; i < SNAPSHOT_MAX_QUEUES; i++) {
        struct slot *s = &shared->slots[i];
        int64_t id = atomic_load_explicit(&s->concert_id, memory_order_relaxed);
        if (id <= 0 || s->seen_ms >= since_ms || s->lease.next < s->lease.end ||
            pthread_mutex_trylock(&s->lease_lock) != 0)
            continue;
        if (lock_any(s)) {
            atomic_store_explicit(&s->concert_id, TAKEN_BACK, memory_order_release);
            s->stale = true;
            s->gone_count = 0;
            s->lease = (struct lease){.block = 1};
            unlock_slot(s);
        }
        pthread_mutex_unlock(&s->lease_lock);
    }
}

/* Numbers that the host leased and did not need go back, so that an idle queue has no gaps. */
static void return_lease(struct db *db, struct slot *s, int64_t concert_id)
{
    struct lease *l = &s->lease;
    int locked = pthread_mutex_trylock(&s->lease_lock);
    if (locked == EOWNERDEAD) {
        pthread_mutex_consistent(&s->lease_lock);
        *l = (struct lease){.block = 1};
    } else if (locked != 0) {
        return;
    }
    if (l->next < l->end && clock_monotonic_ms() - l->since_ms >= LEASE_MS) {
        if (db_exec(db, STMT_TICKET_RETURN, NULL, DB_P_INT(l->next), DB_P_INT(concert_id),
                    DB_P_INT(l->end)) != ERR_OK)
            log_warn("lease_return", "concert=%lld", (long long)concert_id);
        l->next = l->end = 0;
        l->block = 1;
    }
    pthread_mutex_unlock(&s->lease_lock);
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
        atomic_store(&shared->db_offset_ms, r->queues[0].as_of - middle);
        atomic_store(&shared->have_clock, true);
    }
    for (int i = 0; e == ERR_OK && i < r->count; i++) {
        const struct snapshot_queue *q = &r->queues[i];
        struct slot *s = find_slot(q->concert_id);
        g->count = 0;
        if (q->waiting > 0 || q->last_ticket > q->now_serving)
            e = db_query(db, STMT_QUEUE_GONE, read_gone, g, DB_P_INT(q->concert_id),
                         DB_P_INT(q->now_serving), DB_P_INT(SNAPSHOT_MAX_GONE));
        if (e == ERR_OK)
            write_slot(q, g);
        if (s)
            return_lease(db, s, q->concert_id);
    }
    if (e == ERR_OK)
        take_back(before);
    return e;
}

static void note(enum err e, bool *was_down)
{
    bool down = e != ERR_OK;
    int64_t now = clock_monotonic_ms();
    if (!down)
        atomic_store(&shared->read_at_ms, now);
    atomic_store(&shared->down, down);
    atomic_store(&shared->heard_at_ms, now);
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
    struct pollfd wake = {.fd = shared->wake_fd, .events = POLLIN};
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
        if (poll(&wake, 1, wait) > 0 && read(shared->wake_fd, &pokes, sizeof pokes) < 0)
            log_debug("snapshot_wake", "errno=%d", errno);
    }
out:
    free(g.tickets);
    free(r.queues);
    db_free(db);
    return status;
}

/* --- Ticket numbers --- */

/*
 * One statement takes a new block, and puts the rest of the old one back first if nobody else has
 * taken numbers meanwhile, so that one host leaves no gaps.
 */
static enum err lease_block(struct db *db, int64_t concert_id, int64_t block, struct lease *l)
{
    int64_t affected = 0;
    bool rest = l->next < l->end;
    enum err e = db_exec(db, STMT_TICKET_LEASE, &affected, DB_P_INT(rest ? l->end : -1),
                         DB_P_INT(rest ? l->next : -1), DB_P_INT(block), DB_P_INT(concert_id));
    if (e != ERR_OK)
        return e;
    if (affected != 1)
        return ERR_CONCERT_NOT_FOUND;
    l->next = db_insert_id(db);
    l->end = l->next + block;
    l->since_ms = clock_monotonic_ms();
    return ERR_OK;
}

/* Blocks grow while they are used up within their second, and shrink when they are not. */
static int64_t next_block(const struct config *cfg, const struct lease *l, bool used_up)
{
    int64_t block = used_up ? l->block * 2 : 1;
    return block > cfg->queue_ticket_block ? cfg->queue_ticket_block : block;
}

static enum err take_leased(struct db *db, const struct config *cfg, struct slot *s,
                            int64_t concert_id, int64_t *ticket)
{
    struct lease *l = &s->lease;
    bool fresh = clock_monotonic_ms() - l->since_ms < LEASE_MS;
    bool passed = l->next <= s->q.now_serving; /* a racy look is enough: it is a hint */
    if (l->next >= l->end || !fresh || passed) {
        int64_t block = next_block(cfg, l, fresh && l->next >= l->end && l->end > 0);
        if (passed)
            l->next = l->end = 0;
        enum err e = lease_block(db, concert_id, block, l);
        if (e != ERR_OK)
            return e;
        l->block = block;
    }
    *ticket = l->next++;
    atomic_store_explicit(&s->drawn, *ticket, memory_order_relaxed);
    return ERR_OK;
}

static enum err take_single(struct db *db, int64_t concert_id, int64_t *ticket)
{
    struct lease one = {0};
    enum err e = lease_block(db, concert_id, 1, &one);
    *ticket = one.next;
    return e;
}

/* Whoever died holding the lock may have taken a number without using it: these are not used
 * again. */
static bool lock_lease(struct slot *s)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOCK_SECONDS;
    int locked = pthread_mutex_timedlock(&s->lease_lock, &until);
    if (locked == EOWNERDEAD) {
        pthread_mutex_consistent(&s->lease_lock);
        s->lease = (struct lease){.block = 1};
        locked = 0;
    }
    return locked == 0;
}

enum err snapshot_take_ticket(struct db *db, const struct config *cfg, int64_t concert_id,
                              int64_t *ticket)
{
    struct slot *s = get_slot(concert_id);
    if (!s)
        return take_single(db, concert_id, ticket);
    if (!lock_lease(s))
        return ERR_BUSY;
    bool ours = atomic_load_explicit(&s->concert_id, memory_order_relaxed) == concert_id;
    enum err e = ours ? take_leased(db, cfg, s, concert_id, ticket) : ERR_OK;
    pthread_mutex_unlock(&s->lease_lock);
    return ours ? e : take_single(db, concert_id, ticket);
}
