/* A load over HTTP, see bench/http.h. Answers are read as far as is needed: the status, how long
 * they are, and a reservation's number. */
#include "bench/http.h"

#include "base/clock.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 65536, PATIENCE_MS = 10000, SHOWN = 400 };

/* The end of an answer without a length, which is sent in chunks (RFC 9112, section 7.1): JSON
 * holds no line break, so nothing else looks like it. */
static const char last_chunk[] = "\r\n0\r\n\r\n";
enum { LAST_CHUNK = sizeof last_chunk - 1 };

struct connection {
    int fd;
    const struct work_request *request; /* NULL: it has done its part */
    bool paying;                        /* the second half of WORK_BUY */
    bool closing;                       /* the server closes it after this answer */
    bool chunked;                       /* this answer has no length */
    int64_t start_us;
    size_t len, missing;   /* bytes of the answer here and still to come; missing 0: unknown */
    char answer[ROOM];     /* its beginning */
    char tail[LAST_CHUNK]; /* its last bytes */
};

struct load {
    const struct http_plan *plan;
    struct gauge *g;
    struct connection *connections;
    int epoll, busy;
    size_t next;
    int64_t end_us;
};

static bool say(const struct connection *c, const char *what)
{
    fprintf(stderr, "%s: %.*s\n", what, (int)(c->len < SHOWN ? c->len : SHOWN), c->answer);
    return false;
}

static bool dial(struct load *l, struct connection *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)l->plan->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    const int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) != 0) {
        perror("connect");
        return false;
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return true;
}

/* A request is smaller than what the kernel takes at once. */
static bool send_text(struct connection *c, const char *text, size_t len)
{
    c->len = 0;
    c->missing = 0;
    c->chunked = false;
    c->start_us = clock_monotonic_us();
    if (send(c->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len)
        return true;
    perror("send");
    return false;
}

/* The next request, if there is one and time for it. */
static bool begin(struct load *l, struct connection *c)
{
    size_t step = l->plan->kind == WORK_BUY ? 2 : 1;

    if (c->closing) {
        close(c->fd);
        c->fd = -1;
        c->closing = false;
        if (!dial(l, c))
            return false;
    }
    if (l->next == l->plan->count && !work_is_once(l->plan->kind))
        l->next = 0;
    c->request = NULL;
    if (l->next == l->plan->count || clock_monotonic_us() >= l->end_us) {
        l->busy--;
        return true;
    }
    c->request = &l->plan->requests[l->next];
    c->paying = false;
    l->next += step;
    return send_text(c, c->request->text, c->request->len);
}

/* What follows a name in a text, or NULL. nginx and Frontrow write them as here. */
static const char *value_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? at + strlen(name) : NULL;
}

/* Pays what the answer holds. */
static bool begin_payment(struct load *l, struct connection *c, const char *body)
{
    const struct work_request *pay = c->request + 1;
    char number[WORK_HOLE + 1];
    const char *id = value_after(body, "{\"reservationId\":");

    if (!id || *id < '1' || *id > '9')
        return say(c, "no reservation");
    if (c->closing) {
        close(c->fd);
        c->closing = false;
        if (!dial(l, c))
            return false;
    }
    snprintf(number, sizeof number, "%*lld", WORK_HOLE, strtoll(id, NULL, 10));
    memcpy(pay->text + pay->hole, number, WORK_HOLE);
    c->paying = true;
    return send_text(c, pay->text, pay->len);
}

/* A whole answer. For WORK_BUY the time is that of both. */
static bool take_answer(struct load *l, struct connection *c, const char *body)
{
    int64_t start = c->start_us;

    if (l->plan->kind == WORK_BUY && !c->paying) {
        if (!begin_payment(l, c, body))
            return false;
        c->start_us = start;
        return true;
    }
    if (!gauge_note(l->g, clock_monotonic_us() - start))
        return false;
    return begin(l, c);
}

static bool read_head(struct load *l, struct connection *c, const char *end)
{
    const char *length, *status;
    bool good;

    c->answer[end - c->answer] = '\0'; /* within the head alone */
    status = value_after(c->answer, "HTTP/1.1 ");
    length = value_after(c->answer, "\r\nContent-Length: ");
    c->closing = value_after(c->answer, "\r\nConnection: close") != NULL;
    c->chunked = !length && value_after(c->answer, "\r\nTransfer-Encoding: chunked");
    good =
        status && (length || c->chunked) && strtol(status, NULL, 10) == work_status(l->plan->kind);
    if (good)
        c->missing =
            c->chunked ? SIZE_MAX : (size_t)(end - c->answer) + 4 + strtoul(length, NULL, 10);
    c->answer[end - c->answer] = '\r';
    return good || say(c, "not the answer that was expected");
}

/* Keeps the last bytes of what has come. */
static void keep_tail(struct connection *c, const char *data, size_t n)
{
    size_t old = n < LAST_CHUNK ? LAST_CHUNK - n : 0;

    memmove(c->tail, c->tail + LAST_CHUNK - old, old);
    memcpy(c->tail + old, data + n - (LAST_CHUNK - old), LAST_CHUNK - old);
}

static bool is_whole(const struct connection *c)
{
    return c->chunked ? memcmp(c->tail, last_chunk, LAST_CHUNK) == 0 : c->len == c->missing;
}

static bool receive(struct load *l, struct connection *c)
{
    char rest[ROOM];
    bool fits = c->len < ROOM - 1;
    ssize_t n = fits ? recv(c->fd, c->answer + c->len, ROOM - 1 - c->len, MSG_DONTWAIT)
                     : recv(c->fd, rest, sizeof rest, MSG_DONTWAIT);
    const char *end;

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0 || !c->request)
        return say(c, "the connection was closed");
    keep_tail(c, fits ? c->answer + c->len : rest, (size_t)n);
    c->len += (size_t)n;
    if (fits)
        c->answer[c->len] = '\0';
    end = strstr(c->answer, "\r\n\r\n");
    if (c->missing == 0 && end && !read_head(l, c, end))
        return false;
    if (c->missing == 0)
        return c->len < ROOM - 1 || say(c, "a head without end");
    if (c->len > c->missing)
        return say(c, "more than one answer");
    return !is_whole(c) || take_answer(l, c, end + 4);
}

static bool turn(struct load *l)
{
    struct epoll_event events[64];
    int n = epoll_wait(l->epoll, events, 64, PATIENCE_MS);

    if (n == 0) {
        fprintf(stderr, "no answer for %d s\n", PATIENCE_MS / 1000);
        return false;
    }
    for (int i = 0; i < n; i++)
        if (!receive(l, events[i].data.ptr))
            return false;
    return n > 0 || errno == EINTR;
}

static bool run(struct load *l)
{
    bool good = true;

    for (int i = 0; good && i < l->plan->connections; i++)
        good = dial(l, &l->connections[i]);
    if (!good)
        return false;
    gauge_begin(l->g);
    l->end_us = l->g->start_us + (int64_t)l->plan->seconds * 1000000;
    l->busy = l->plan->connections;
    for (int i = 0; good && i < l->plan->connections; i++)
        good = begin(l, &l->connections[i]);
    while (good && l->busy > 0)
        good = turn(l);
    gauge_end(l->g);
    return good;
}

bool http_load(const struct http_plan *plan, struct gauge *g)
{
    struct load l = {.plan = plan, .g = g, .epoll = epoll_create1(EPOLL_CLOEXEC)};
    bool good;

    l.connections = calloc((size_t)plan->connections, sizeof *l.connections);
    good = l.connections && l.epoll >= 0 && run(&l);
    for (int i = 0; l.connections && i < plan->connections; i++)
        if (l.connections[i].fd > 0)
            close(l.connections[i].fd);
    free(l.connections);
    if (l.epoll >= 0)
        close(l.epoll);
    return good;
}
