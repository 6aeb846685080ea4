/*
 * The HTTP client, see load/client.h.
 *
 * Connections are opened when a request is due and none is free, up to the bound, and the one used
 * last is used next, so that no more are open than are needed. Each is registered for what comes in
 * once and for all; only one whose request does not fit into the socket at once asks for more. What
 * is read goes through one buffer that all share.
 */
#include "load/client.h"

#include "base/clock.h"
#include "load/tls.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define READ_SIZE  65536
#define EVENTS_MAX 256

enum conn_state { CLOSED, CONNECTING, SHAKING, FREE, SENDING, ASKED };

struct conn {
    int fd;
    tls_conn *tls;   /* NULL: plain */
    uint32_t events; /* that epoll tells of */
    enum conn_state state;
    enum client_lane lane;
    uint32_t id; /* whose request it has, unless it is closed or free */
    size_t len, sent;
    int64_t since; /* when the request was begun, us */
    struct answer answer;
    char out[CLIENT_REQUEST_MAX];
};

struct due {
    uint32_t id;
    int64_t since;
};

/* Who waits for a connection, in a ring whose size is a power of two; and how many have one. */
struct line {
    struct due *ring;
    size_t size, at, due, busy, most;
};

struct client {
    const struct target *target;
    struct tls *tls; /* NULL: the target speaks plain HTTP */
    struct client_user user;
    int epoll, connections;
    struct conn *conns;
    int *free, free_count; /* conns to be used: those that are open lie on top */
    struct line lines[LANE_COUNT];
    int64_t checked; /* when old requests were looked for, us */
    uint64_t opened;
    struct hist lag;
    char in[READ_SIZE];
};

/* --- Who waits --- */

/* Percent of the connections that a lane may have at once. */
static const int shares[LANE_COUNT] = {[LANE_QUEUE] = 45, [LANE_SHOP] = 45, [LANE_PUBLIC] = 10};

/* So few that no share of them would do. */
#define FEW_CONNECTIONS 10

static enum err grow(struct line *line)
{
    size_t size = line->size ? line->size * 2 : 1024;
    struct due *ring = malloc(size * sizeof *ring);

    if (!ring)
        return ERR_INTERNAL;
    for (size_t i = 0; i < line->due; i++)
        ring[i] = line->ring[(line->at + i) & (line->size - 1)];
    free(line->ring);
    line->ring = ring;
    line->size = size;
    line->at = 0;
    return ERR_OK;
}

enum err client_ask(struct client *c, uint32_t id, enum client_lane lane)
{
    struct line *line = &c->lines[lane];

    if (line->due == line->size && grow(line) != ERR_OK)
        return ERR_INTERNAL;
    line->ring[(line->at + line->due++) & (line->size - 1)] =
        (struct due){id, clock_monotonic_us()};
    return ERR_OK;
}

enum err client_ask_next(struct client *c, uint32_t id, enum client_lane lane)
{
    struct line *line = &c->lines[lane];

    if (line->due == line->size && grow(line) != ERR_OK)
        return ERR_INTERNAL;
    line->at = (line->at - 1) & (line->size - 1);
    line->ring[line->at] = (struct due){id, clock_monotonic_us()};
    line->due++;
    return ERR_OK;
}

/* --- Connections --- */

static void shut(struct conn *n)
{
    tls_close(n->tls);
    n->tls = NULL;
    if (n->fd >= 0)
        close(n->fd);
    n->fd = -1;
    n->events = 0;
    n->state = CLOSED;
}

/* Has epoll tell of what comes in, and of room to write if that is waited for. */
static bool watch(struct client *c, struct conn *n, bool write)
{
    uint32_t events = EPOLLIN | EPOLLRDHUP | (write ? EPOLLOUT : 0);
    struct epoll_event event = {.events = events, .data.ptr = n};
    int op = n->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (n->events == events)
        return true;
    n->events = events;
    return epoll_ctl(c->epoll, op, n->fd, &event) == 0;
}

static bool open_socket(struct client *c, struct conn *n)
{
    const struct target *t = c->target;
    int one = 1;

    n->fd = socket(t->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (n->fd < 0)
        return false;
    setsockopt(n->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    c->opened++;
    n->state = CONNECTING;
    if (connect(n->fd, (const struct sockaddr *)&t->address, t->address_len) != 0 &&
        errno != EINPROGRESS)
        return false;
    return watch(c, n, true);
}

/* An open one goes to where the next is taken, a closed one below all open ones. */
static void set_free(struct client *c, struct conn *n)
{
    int own = (int)(n - c->conns), i = c->free_count++;

    if (n->state == CLOSED) {
        for (; i > 0 && c->conns[c->free[i - 1]].state != CLOSED; i--)
            c->free[i] = c->free[i - 1];
    }
    c->free[i] = own;
}

/* The request of a connection is over. */
static void finish(struct client *c, struct conn *n, const struct answer *answer, int error)
{
    struct client_result result = {answer, error, clock_monotonic_us() - n->since};

    if (answer && answer->keep)
        n->state = FREE;
    else
        shut(n);
    c->lines[n->lane].busy--;
    set_free(c, n);
    c->user.done(c->user.arg, n->id, &result);
    answer_begin(&n->answer); /* a large one's memory is given back */
}

static void send_rest(struct client *c, struct conn *n)
{
    bool write = true;
    const char *data = n->out + n->sent;
    ssize_t sent = n->tls ? tls_send(n->tls, data, n->len - n->sent, &write)
                          : send(n->fd, data, n->len - n->sent, MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN) {
        finish(c, n, NULL, errno);
        return;
    }
    n->sent += sent > 0 ? (size_t)sent : 0;
    n->state = n->sent < n->len ? SENDING : ASKED;
    if (!watch(c, n, n->state == SENDING && write))
        finish(c, n, NULL, errno);
}

static void shake(struct client *c, struct conn *n)
{
    bool write = false;

    n->state = SHAKING;
    if (tls_shake(n->tls, &write) == 0)
        send_rest(c, n);
    else if (errno != EAGAIN || !watch(c, n, write))
        finish(c, n, NULL, errno);
}

/* The socket is connected, or never will be. */
static void go_on_connected(struct client *c, struct conn *n)
{
    socklen_t size = sizeof(int);
    int error = 0;

    getsockopt(n->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (!error && c->tls) {
        n->tls = tls_open(c->tls, n->fd, c->target->name);
        error = n->tls ? 0 : ENOMEM;
    }
    if (error)
        finish(c, n, NULL, error);
    else if (n->tls)
        shake(c, n);
    else
        send_rest(c, n);
}

/* Begins the request of who waits longest in a lane, on the connection that is to be used next. */
static void start(struct client *c, enum client_lane lane)
{
    struct line *line = &c->lines[lane];
    struct due due = line->ring[line->at];
    struct conn *n = &c->conns[c->free[c->free_count - 1]];
    int64_t now = clock_monotonic_us();

    line->at = (line->at + 1) & (line->size - 1);
    line->due--;
    n->len = c->user.write(c->user.arg, due.id, n->out, sizeof n->out);
    if (n->len == 0)
        return;
    hist_add(&c->lag, now - due.since);
    c->free_count--;
    line->busy++;
    n->lane = lane;
    n->id = due.id;
    n->sent = 0;
    n->since = now;
    if (n->state == CLOSED && !open_socket(c, n))
        finish(c, n, NULL, errno);
    else if (n->state != CONNECTING)
        send_rest(c, n);
}

static void pump(struct client *c)
{
    for (int lane = 0; lane < LANE_COUNT; lane++) {
        struct line *line = &c->lines[lane];

        while (line->due > 0 && line->busy < line->most && c->free_count > 0)
            start(c, (enum client_lane)lane);
    }
}

/* --- What happens --- */

static void drop_free(struct client *c, struct conn *n)
{
    int own = (int)(n - c->conns), i = 0;

    while (c->free[i] != own)
        i++;
    memmove(c->free + i, c->free + i + 1, (size_t)(--c->free_count - i) * sizeof *c->free);
    shut(n);
    set_free(c, n);
}

/* Reads once. Whether there may be more. */
static bool read_some(struct client *c, struct conn *n)
{
    bool write = false;
    ssize_t len = n->tls ? tls_recv(n->tls, c->in, sizeof c->in, &write)
                         : recv(n->fd, c->in, sizeof c->in, 0);
    enum err e;

    if (len < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n->state == FREE) {
        drop_free(c, n);
        return false;
    }
    if (len < 0) {
        finish(c, n, NULL, errno);
        return false;
    }
    e = len > 0 ? answer_read(&n->answer, c->in, (size_t)len) : answer_end(&n->answer);
    if (e != ERR_OK) {
        finish(c, n, NULL, len > 0 ? EPROTO : ECONNRESET);
        return false;
    }
    if (n->answer.whole)
        finish(c, n, &n->answer, 0);
    return n->state == ASKED && n->tls && tls_has_more(n->tls);
}

static void handle(struct client *c, const struct epoll_event *event)
{
    struct conn *n = event->data.ptr;

    if (n->state == CONNECTING)
        go_on_connected(c, n);
    else if (n->state == SHAKING)
        shake(c, n);
    else if (n->state == SENDING && (event->events & EPOLLOUT))
        send_rest(c, n);
    else if (n->state != CLOSED)
        while (read_some(c, n))
            ;
}

/* A server that says nothing keeps nobody for ever. */
static void drop_old(struct client *c)
{
    int64_t now = clock_monotonic_us(), limit = (int64_t)CLIENT_TIMEOUT_SECONDS * 1000000;

    if (now - c->checked < 1000000)
        return;
    c->checked = now;
    for (int i = 0; i < c->connections; i++) {
        struct conn *n = &c->conns[i];

        if (n->state != CLOSED && n->state != FREE && now - n->since > limit)
            finish(c, n, NULL, ETIMEDOUT);
    }
}

void client_run(struct client *c, int wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n;

    pump(c);
    n = epoll_wait(c->epoll, events, EVENTS_MAX, wait_ms);
    for (int i = 0; i < n; i++) {
        handle(c, &events[i]);
        pump(c);
    }
    drop_old(c);
}

/* --- Of the whole --- */

struct client *client_new(const struct target *target, int connections)
{
    struct client *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->target = target;
    c->connections = connections;
    c->epoll = epoll_create1(EPOLL_CLOEXEC);
    c->tls = target->tls ? tls_new() : NULL;
    c->conns = calloc((size_t)connections, sizeof *c->conns);
    c->free = calloc((size_t)connections, sizeof *c->free);
    if (c->epoll < 0 || !c->conns || !c->free || (target->tls && !c->tls)) {
        client_free(c);
        return NULL;
    }
    for (int i = 0; i < LANE_COUNT; i++)
        c->lines[i].most =
            (size_t)(connections < FEW_CONNECTIONS ? connections : connections * shares[i] / 100);
    for (int i = 0; i < connections; i++) {
        c->conns[i].fd = -1;
        answer_begin(&c->conns[i].answer);
        c->free[c->free_count++] = i;
    }
    return c;
}

void client_free(struct client *c)
{
    if (!c)
        return;
    for (int i = 0; c->conns && i < c->connections; i++) {
        if (c->conns[i].state != CLOSED)
            shut(&c->conns[i]);
        answer_free(&c->conns[i].answer);
    }
    if (c->epoll >= 0)
        close(c->epoll);
    free(c->conns);
    for (int i = 0; i < LANE_COUNT; i++)
        free(c->lines[i].ring);
    tls_free(c->tls);
    free(c->free);
    free(c);
}

void client_use(struct client *c, const struct client_user *user)
{
    c->user = *user;
}

size_t client_busy(const struct client *c)
{
    size_t n = 0;

    for (int i = 0; i < LANE_COUNT; i++)
        n += c->lines[i].busy;
    return n;
}

size_t client_waiting(const struct client *c)
{
    size_t n = 0;

    for (int i = 0; i < LANE_COUNT; i++)
        n += c->lines[i].due;
    return n;
}

struct hist *client_lag(struct client *c)
{
    return &c->lag;
}

uint64_t client_opened(const struct client *c)
{
    return c->opened;
}
