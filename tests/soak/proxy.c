/*
 * The proxy; see proxy.h. One thread that polls: clients of this protocol send a command and wait
 * for its answer, so that whatever the server sends after a command is the answer to it.
 */
#include "soak/proxy.h"

#include "base/clock.h"
#include "base/text.h"
#include "soak/tap.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* poll() takes no more than a process may have open: often 1024, with two for each link. */
enum { MAX_LINKS = 400, PART = 65536, FOREVER = -1 };

const char *const cut_role_names[CUT_ROLE_COUNT] = {"main", "queue", "job", "other"};

/* What happens to the answer that comes next. */
enum fate { PASS, SWALLOW, PASS_PART };

struct link {
    int client, server; /* -1: closed; both: the place is free */
    enum cut_role role;
    struct tap tap;
    struct text_buf from_client; /* not yet a whole packet */
    struct text_buf to_server, to_client;
    enum fate fate;
    size_t part_left;
    int64_t held_until; /* 0, or when `held` goes to the server */
    struct text_buf held;
};

static struct proxy_control *control;
static struct link links[MAX_LINKS];
static volatile sig_atomic_t stop;

struct proxy_control *proxy_control_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *at = MAP_FAILED;

    if (fd >= 0 && ftruncate(fd, sizeof(struct proxy_control)) == 0)
        at = mmap(NULL, sizeof(struct proxy_control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return at == MAP_FAILED ? NULL : at;
}

void proxy_arm(struct proxy_control *c, enum cut cut, int at, int every, int most)
{
    struct proxy_arm *a = &c->arms[cut];

    a->at = at;
    a->every = every;
    a->left = most;
    a->on = true;
}

void proxy_disarm(struct proxy_control *c, enum cut cut)
{
    c->arms[cut].on = false;
}

uint64_t proxy_hits(const struct proxy_control *c, enum cut cut)
{
    uint64_t n = 0;

    for (int i = 0; i < CUT_ROLE_COUNT; i++)
        n += c->arms[cut].hits[i];
    return n;
}

/* --- Links --- */

static void forget(struct text_buf *b, size_t n)
{
    memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void end_link(struct link *l)
{
    close_fd(&l->client);
    close_fd(&l->server);
    text_buf_free(&l->from_client);
    text_buf_free(&l->to_server);
    text_buf_free(&l->to_client);
    text_buf_free(&l->held);
    *l = (struct link){.client = -1, .server = -1};
}

static bool is_free(const struct link *l)
{
    return l->client < 0 && l->server < 0;
}

static enum cut_role role_of(int client)
{
    static const char *const names[] = {"frontrow-main", "frontrow-queue", "frontrow-cron"};
    struct ucred who;
    socklen_t len = sizeof who;
    char path[64], name[32] = "";
    FILE *f;

    if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &who, &len) != 0)
        return CUT_ROLE_OTHER;
    snprintf(path, sizeof path, "/proc/%d/comm", (int)who.pid);
    f = fopen(path, "re");
    if (!f)
        return CUT_ROLE_OTHER;
    if (fgets(name, sizeof name, f))
        name[strcspn(name, "\n")] = '\0';
    fclose(f);
    for (int i = 0; i < CUT_ROLE_OTHER; i++)
        if (strcmp(name, names[i]) == 0)
            return (enum cut_role)i;
    return CUT_ROLE_OTHER;
}

static bool address_of(const char *path, struct sockaddr_un *at)
{
    *at = (struct sockaddr_un){.sun_family = AF_UNIX};
    return text_copy(at->sun_path, sizeof at->sun_path, path, strlen(path));
}

static int connect_to(const char *path)
{
    struct sockaddr_un at;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd >= 0 && (!address_of(path, &at) || connect(fd, (struct sockaddr *)&at, sizeof at) != 0))
        close_fd(&fd);
    return fd;
}

static void accept_one(int listener, const char *to)
{
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (client < 0)
        return;
    for (int i = 0; i < MAX_LINKS; i++) {
        struct link *l = &links[i];

        if (!is_free(l))
            continue;
        l->client = client;
        l->server = connect_to(to);
        l->role = role_of(client);
        control->connections++;
        if (l->server < 0)
            end_link(l);
        return;
    }
    close(client);
}

/* --- Cutting --- */

/* Whether this chance is taken; counts it. */
static bool strikes(enum cut cut, enum cut_role role)
{
    struct proxy_arm *a = &control->arms[cut];

    if (!a->on || a->left <= 0 || ++a->seen % a->every != 0)
        return false;
    a->left--;
    a->hits[role]++;
    return true;
}

/* The packet goes on, unless a cut comes before it. False: the link has ended. */
static bool pass_packet(struct link *l, const unsigned char *packet, size_t len)
{
    enum tap_kind kind = tap_see(&l->tap, packet, len);

    l->fate = PASS;
    if (kind == TAP_STATEMENT && l->tap.in_transaction &&
        l->tap.statements == control->arms[CUT_STATEMENT].at && strikes(CUT_STATEMENT, l->role)) {
        end_link(l);
        return false;
    }
    if (kind == TAP_STATEMENT && strikes(CUT_ANSWER, l->role)) {
        l->fate = PASS_PART;
        l->part_left = (size_t)control->arms[CUT_ANSWER].at;
    }
    if (kind == TAP_COMMIT) {
        control->commits++;
        if (strikes(CUT_BEFORE_COMMIT, l->role)) {
            end_link(l);
            return false;
        }
        if (strikes(CUT_LATE_COMMIT, l->role)) {
            text_buf_append(&l->held, (const char *)packet, len);
            l->held_until = clock_monotonic_ms() + control->arms[CUT_LATE_COMMIT].at;
            return true;
        }
        if (strikes(CUT_AFTER_COMMIT, l->role))
            l->fate = SWALLOW;
    }
    text_buf_append(&l->to_server, (const char *)packet, len);
    return true;
}

static void release_held(struct link *l)
{
    if (l->held_until == 0 || clock_monotonic_ms() < l->held_until)
        return;
    l->held_until = 0;
    text_buf_append(&l->to_server, l->held.data, l->held.len);
    text_buf_reset(&l->held);
    l->fate = l->client < 0 ? SWALLOW : PASS;
}

/* --- Moving bytes --- */

/* False: the other side is gone. */
static bool flush(int fd, struct text_buf *b)
{
    while (b->len > 0 && fd >= 0) {
        ssize_t n = send(fd, b->data, b->len, MSG_NOSIGNAL);

        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        forget(b, (size_t)n);
    }
    return true;
}

/* How many bytes; -1: the end. */
static ssize_t receive(int fd, char part[PART])
{
    ssize_t n = recv(fd, part, PART, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    return n > 0 ? n : -1;
}

static void from_client(struct link *l)
{
    static char part[PART];
    ssize_t n = receive(l->client, part);
    size_t at = 0;

    if (n < 0) {
        close_fd(&l->client);
        if (l->held_until == 0)
            end_link(l);
        return;
    }
    text_buf_append(&l->from_client, part, (size_t)n);
    for (;;) {
        const unsigned char *data = (const unsigned char *)l->from_client.data + at;
        size_t len = l->from_client.len > at ? tap_packet(data, l->from_client.len - at) : 0;

        if (len == 0)
            break;
        if (!pass_packet(l, data, len))
            return;
        at += len;
    }
    if (at > 0)
        forget(&l->from_client, at);
    if (!flush(l->server, &l->to_server))
        end_link(l);
}

static void from_server(struct link *l)
{
    static char part[PART];
    ssize_t n = receive(l->server, part);

    if (n > 0 && l->fate == PASS_PART) {
        size_t pass = (size_t)n < l->part_left ? (size_t)n : l->part_left;

        text_buf_append(&l->to_client, part, pass);
        l->part_left -= pass;
        flush(l->client, &l->to_client);
        if (l->part_left > 0)
            return;
        n = -1;
    }
    if (n < 0 || (n > 0 && l->fate == SWALLOW)) {
        end_link(l);
        return;
    }
    text_buf_append(&l->to_client, part, (size_t)n);
    if (!flush(l->client, &l->to_client))
        end_link(l);
}

static void serve(struct link *l, short client, short server)
{
    if (client & (POLLIN | POLLHUP | POLLERR))
        from_client(l);
    if (l->server >= 0 && server & (POLLIN | POLLHUP | POLLERR))
        from_server(l);
    if (l->client >= 0 && client & POLLOUT && !flush(l->client, &l->to_client))
        end_link(l);
    if (l->server >= 0 && server & POLLOUT && !flush(l->server, &l->to_server))
        end_link(l);
    if (!is_free(l))
        release_held(l);
    if (!is_free(l) && !flush(l->server, &l->to_server))
        end_link(l);
}

/* --- The process --- */

static short wanted(int fd, const struct text_buf *out)
{
    if (fd < 0)
        return 0;
    return out->len > 0 ? POLLIN | POLLOUT : POLLIN;
}

static int patience(void)
{
    int64_t soonest = INT64_MAX, now = clock_monotonic_ms();

    for (int i = 0; i < MAX_LINKS; i++)
        if (links[i].held_until && links[i].held_until < soonest)
            soonest = links[i].held_until;
    if (soonest == INT64_MAX)
        return FOREVER;
    return soonest > now ? (int)(soonest - now) : 0;
}

/* Until it is told to stop; false: it cannot go on. */
static bool loop(int listener, const char *to)
{
    static struct pollfd polled[2 * MAX_LINKS + 1];
    static const int last = 2 * MAX_LINKS;

    while (!stop) {
        for (size_t i = 0; i < MAX_LINKS; i++) {
            struct link *l = &links[i];

            polled[2 * i] =
                (struct pollfd){.fd = l->client, .events = wanted(l->client, &l->to_client)};
            polled[2 * i + 1] =
                (struct pollfd){.fd = l->server, .events = wanted(l->server, &l->to_server)};
        }
        polled[last] = (struct pollfd){.fd = listener, .events = POLLIN};
        if (poll(polled, (nfds_t)last + 1, patience()) < 0) {
            if (errno == EINTR)
                continue;
            perror("the proxy cannot go on");
            return false;
        }
        for (size_t i = 0; i < MAX_LINKS; i++)
            if (!is_free(&links[i]))
                serve(&links[i], polled[2 * i].revents, polled[2 * i + 1].revents);
        if (polled[last].revents)
            accept_one(listener, to);
    }
    return true;
}

static void on_term(int signo)
{
    (void)signo;
    stop = 1;
}

static int listen_at(const char *path)
{
    struct sockaddr_un at;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || !address_of(path, &at))
        return -1;
    unlink(path);
    return bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 256) == 0 ? fd : -1;
}

int proxy_run(const char *control_path, const char *from, const char *to)
{
    struct sigaction action = {.sa_handler = on_term};
    int listener = listen_at(from);

    control = proxy_control_open(control_path);
    if (!control || listener < 0) {
        perror("the proxy cannot start");
        return 1;
    }
    for (int i = 0; i < MAX_LINKS; i++)
        links[i] = (struct link){.client = -1, .server = -1};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    control->ready = true;
    bool good = loop(listener, to);
    close(listener);
    return good ? 0 : 1;
}
