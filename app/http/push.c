/*
 * Push, see http/push.h.
 *
 * Woken by the refresher of the snapshot, and by itself once a second, the process looks at every
 * queue in a round. A document goes out when it says something new, and anyway every few seconds,
 * at a moment of chance, so that many queues do not go out all at once. nginx forgets the messages
 * when it is reloaded; that shows in that it closes the kept connection, and then everything goes
 * out again. The time since when a thing is known is called a life of nginx.
 *
 * While nginx is out of reach one document is tried now and then, and nothing else is done.
 */
#include "http/push.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/shared.h"
#include "base/text.h"
#include "domain/queue.h"
#include "domain/snapshot.h"
#include "http/publisher.h"
#include "http/queue_http.h"
#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROUND_MS = 1000,      /* a round without news from the refresher */
    REPEAT_MS = 5000,     /* a document that has not changed goes out again by then */
    FORGET_MS = 5000,     /* a queue not seen for so long has left the snapshot */
    FIRST_PAUSE_MS = 100, /* before the second try, doubled up to the last */
    LAST_PAUSE_MS = 2000,
    PATIENCE_MS = 1000, /* out of reach for so long is worth a line: a restart is quicker */
    HEARTBEAT_MS = 3000 /* a process not heard of for so long is not at work */
};

struct push_shared {
    _Atomic bool up;
    _Atomic int64_t heard_at_ms;
};

struct channel {
    int64_t concert_id;
    uint64_t digest; /* of the document that went out last */
    int64_t due_ms;  /* when it goes out again though it is the same */
    int64_t seen_ms; /* when the queue was last in the snapshot */
    unsigned life;   /* in which it went out */
};

struct push {
    const volatile sig_atomic_t *stop;
    struct publisher *publisher;
    struct channel channels[SNAPSHOT_MAX_QUEUES]; /* by concert_id */
    size_t count;
    struct text_buf text;
    unsigned life;    /* of nginx; raised when what was published may be forgotten */
    bool watched;     /* the kept connection has not shown its end yet */
    int64_t now_ms;   /* of the round */
    bool failed;      /* in this round: leave it */
    int64_t pause_ms; /* after the last failure; 0: there was none since a success */
    int64_t retry_ms;
    int64_t failing_since_ms;
    bool reported;
};

static struct push_shared *shared;

enum err push_init(void)
{
    shared = shared_alloc(sizeof *shared);
    return shared ? ERR_OK : ERR_INTERNAL;
}

bool push_is_up(void)
{
    return shared && atomic_load(&shared->up) &&
           clock_monotonic_ms() - atomic_load(&shared->heard_at_ms) < HEARTBEAT_MS;
}

static void note_success(struct push *p)
{
    metrics_push(true);
    atomic_store(&shared->up, true);
    atomic_store(&shared->heard_at_ms, clock_monotonic_ms());
    if (p->reported)
        log_info("push", "nginx=%s", "up");
    p->reported = false;
    p->pause_ms = 0;
    p->watched = true;
}

static void note_failure(struct push *p)
{
    int64_t now = clock_monotonic_ms();

    if (*p->stop)
        return;
    metrics_push(false);
    atomic_store(&shared->up, false);
    if (p->pause_ms == 0)
        p->failing_since_ms = now;
    if (!p->reported && now - p->failing_since_ms >= PATIENCE_MS) {
        log_error("push", "nginx=%s reason=%s", "down", log_value(publisher_reason(p->publisher)));
        p->reported = true;
    }
    p->failed = true;
    p->pause_ms = p->pause_ms == 0 ? FIRST_PAUSE_MS : p->pause_ms * 2;
    if (p->pause_ms > LAST_PAUSE_MS)
        p->pause_ms = LAST_PAUSE_MS;
    p->retry_ms = now + p->pause_ms;
}

/* The channel of a concert, a new one if there is none; NULL if there is no room until those that
 * have left are forgotten. */
static struct channel *find_channel(struct push *p, int64_t concert_id)
{
    size_t low = 0, high = p->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (p->channels[middle].concert_id < concert_id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < p->count && p->channels[low].concert_id == concert_id)
        return &p->channels[low];
    if (p->count == SNAPSHOT_MAX_QUEUES)
        return NULL;
    memmove(&p->channels[low + 1], &p->channels[low], (p->count - low) * sizeof *p->channels);
    p->count++;
    p->channels[low] = (struct channel){.concert_id = concert_id};
    return &p->channels[low];
}

static void render(struct push *p, const struct queue_public *q)
{
    text_buf_reset(&p->text);
    queue_http_render(q, &p->text);
}

/* Of the document without what differs each time it is read (FNV-1a). Two that are taken for the
 * same only wait until it goes out anyway. */
static uint64_t digest(struct push *p, struct queue_public *q)
{
    int64_t as_of = q->as_of;
    int poll_after = q->poll_after_seconds;
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    q->as_of = -1;
    q->poll_after_seconds = 0;
    render(p, q);
    q->as_of = as_of;
    q->poll_after_seconds = poll_after;
    for (size_t i = 0; i < p->text.len; i++)
        sum = (sum ^ (unsigned char)p->text.data[i]) * UINT64_C(0x100000001b3);
    return sum;
}

/* One that nginx does not take counts as published, so that it does not stand in the way of the
 * others; if nginx took none, a new life begins anyway when it does again. */
static void publish(struct push *p, struct channel *c, const struct queue_public *q)
{
    bool fresh = false;

    render(p, q);
    if (p->text.failed)
        return;
    if (publisher_put(p->publisher, c->concert_id, p->text.data, p->text.len, &fresh) == ERR_OK) {
        note_success(p);
        p->life += fresh;
    } else {
        note_failure(p);
    }
    c->life = p->life;
    c->due_ms = p->now_ms + REPEAT_MS / 2 + random() % (REPEAT_MS / 2);
}

static void visit(const struct snapshot_queue *q, void *arg)
{
    struct push *p = arg;
    struct channel *c = find_channel(p, q->concert_id);
    struct queue_public document;
    uint64_t sum;

    if (!c)
        return;
    c->seen_ms = p->now_ms;
    if (p->failed || *p->stop)
        return;
    queue_public_of(q, &document);
    sum = digest(p, &document);
    if (c->life == p->life && c->digest == sum && p->now_ms < c->due_ms)
        return;
    c->digest = sum;
    publish(p, c, &document);
}

/* Ends the channels of queues that have left the snapshot, and sends their listeners away. */
static void forget(struct push *p)
{
    size_t kept = 0;

    for (size_t i = 0; i < p->count; i++) {
        const struct channel *c = &p->channels[i];

        if (c->seen_ms + FORGET_MS < p->now_ms && !p->failed && !*p->stop) {
            if (publisher_delete(p->publisher, c->concert_id) == ERR_OK)
                continue;
            note_failure(p);
        }
        p->channels[kept++] = *c;
    }
    p->count = kept;
}

/* Whether nginx turned out to be another one on the way, so that some are due again. */
static bool make_round(struct push *p)
{
    unsigned life = p->life;

    p->now_ms = clock_monotonic_ms();
    p->failed = false;
    snapshot_each(visit, p);
    forget(p);
    return p->life != life && !p->failed;
}

/* Waits for news, for the end of the kept connection, or for its time. */
static void wait_for_news(struct push *p)
{
    struct pollfd fds[] = {
        {.fd = snapshot_news_fd(), .events = POLLIN},
        {.fd = p->watched ? publisher_fd(p->publisher) : -1, .events = POLLIN},
    };
    uint64_t news;

    if (poll(fds, 2, p->failed ? (int)p->pause_ms : ROUND_MS) <= 0)
        return;
    if (fds[0].revents && read(fds[0].fd, &news, sizeof news) < 0 && errno != EAGAIN)
        log_debug("push_news", "errno=%d", errno);
    if (fds[1].revents) {
        p->watched = false;
        p->life++;
    }
}

/* What is due again goes out at once, but no third time without a pause: nginx may close every
 * connection after its answer, as it does with too few of them left. */
int push_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    struct push *p = calloc(1, sizeof *p);
    bool again = false;

    if (!p)
        return 1;
    p->stop = stop;
    p->life = 1;
    p->publisher = publisher_new(cfg->server_push, stop);
    while (p->publisher && !*stop) {
        atomic_store(&shared->heard_at_ms, clock_monotonic_ms());
        again = clock_monotonic_ms() >= p->retry_ms && make_round(p) && !again;
        if (!again)
            wait_for_news(p);
    }
    atomic_store(&shared->up, false);
    publisher_free(p->publisher);
    text_buf_free(&p->text);
    free(p);
    return *stop ? 0 : 1;
}
