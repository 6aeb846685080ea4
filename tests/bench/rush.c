/*
 * Buyers who come at a fixed rate, however late the answers are: an open loop, since a closed one
 * (wrk) slows down with the server and so never overloads it. tests/bench/overload runs it.
 *
 *   bench-rush PORT CONFIG CONCERT FIRST-SCHEDULE LAST-SCHEDULE PATIENCE PHASE...
 *
 * A PHASE is RATE:SECONDS, buyers a second and for how long. Each buyer joins the queue, polls once
 * a second until inside, looks at the seats of a random schedule, holds the best one, charges the
 * wallet and pays. Who gets 503 or 429 comes again after Retry-After, and gives up after PATIENCE
 * such answers in a row. Prints a line for each second and one for each phase.
 */
#include "bench/rush.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    WHEEL_US = 5000, /* a slot of the wheel of timers */
    WHEEL = 8192,
    MOST_CONNECTIONS = 30000,
    HEAD_MAX = 4096, /* of an answer: its head, and all of a short body */
    POLL_US = 1000000,
    LAG_MS = 30000, /* how long after a phase its buyers are waited for */
    BUCKETS = 4000, /* of latencies: 5 ms each */
    BUCKET_US = 5000
};

static const char *const step_names[] = {"join", "poll", "seats", "hold", "charge", "pay"};

struct connection {
    int fd;
    struct buyer *buyer; /* whose request is on the way; NULL: none */
    int64_t sent_us;
    struct connection *next;  /* among the idle */
    struct connection *older; /* among all */
    size_t len, need;         /* bytes seen; bytes that make the answer, once it is known */
    bool head_seen, chunked, closing;
    int status, retry_after;
    size_t kept;
    char head[HEAD_MAX + 1];
    char tail[5];
};

/* What is counted in a second or in a phase. */
struct tally {
    int64_t arrived, useful[STEPS], refused[STEPS], lost, other, silent, gone, bought;
    uint32_t useful_us[BUCKETS], refused_us[BUCKETS], inside_us[BUCKETS];
};

static struct sockaddr_in server;
static int patience;
static struct buyer *wheel[WHEEL], *free_buyers;
static int64_t wheel_at; /* the next slot, counted from the start */
static struct connection *idle, *connections;
static int epoll_fd, connection_count, in_flight, alive;
static struct tally second, phase;
static int64_t start_us;

static int64_t now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what)
{
    fprintf(stderr, "bench-rush: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* --- The wheel of timers --- */

static void wait_until(struct buyer *b, int64_t us)
{
    int64_t slot = (us - start_us) / WHEEL_US + 1;

    if (slot < wheel_at)
        slot = wheel_at;
    b->due_us = us;
    b->rounds = (int)((slot - wheel_at) / WHEEL);
    b->next = wheel[slot % WHEEL];
    wheel[slot % WHEEL] = b;
}

static void end_buyer(struct buyer *b)
{
    alive--;
    b->next = free_buyers;
    free_buyers = b;
}

/* --- Requests --- */

static void drop(struct connection *c)
{
    close(c->fd);
    free(c);
    connection_count--;
}

static struct connection *open_connection(void)
{
    struct connection *c = calloc(1, sizeof *c);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    const int on = 1;

    if (!c || connection_count >= MOST_CONNECTIONS) {
        free(c);
        return NULL;
    }
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&server, sizeof server) != 0 ||
        fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0 ||
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("a connection");
    connection_count++;
    c->older = connections;
    connections = c;
    return c;
}

static void send_request(struct buyer *b)
{
    struct connection *c = idle;
    char text[2048];
    int len;

    if (c)
        idle = c->next;
    else
        c = open_connection();
    if (!c) {
        second.silent++;
        end_buyer(b);
        return;
    }
    len = rush_request(b, text, sizeof text);
    c->buyer = b;
    c->len = c->need = c->kept = 0;
    c->head_seen = c->chunked = c->closing = false;
    c->sent_us = b->due_us;
    in_flight++;
    if (send(c->fd, text, (size_t)len, MSG_NOSIGNAL) != len)
        shutdown(c->fd, SHUT_RDWR); /* read will find its end */
}

/* --- Answers --- */

static int64_t number_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at ? strtoll(at + strlen(name), NULL, 10) : 0;
}

/* What a buyer does after a good answer; false: it was the last one. */
static bool go_on(struct buyer *b, const struct connection *c, int64_t now)
{
    const char *at, *end;

    switch (b->step) {
    case JOIN:
        at = strstr(c->head, "\"token\":\"");
        end = at ? strchr(at + 9, '"') : NULL;
        if (!end || end - at - 9 >= RUSH_TOKEN_SIZE)
            return false;
        memcpy(b->token, at + 9, (size_t)(end - at - 9));
        b->token[end - at - 9] = '\0';
        b->step = POLL;
        wait_until(b, now + POLL_US);
        return true;
    case POLL:
        if (!strstr(c->head, "\"status\":\"ACTIVE\"")) {
            wait_until(b, now + POLL_US);
            return true;
        }
        break;
    case HOLD:
        b->reservation = number_after(c->head, "\"reservationId\":");
        b->amount = number_after(c->head, "\"amount\":");
        break;
    case PAY:
        second.bought++;
        return false;
    case SEATS:
    case CHARGE:
    case STEPS:
        break;
    }
    b->step++;
    wait_until(b, now);
    return true;
}

static void count_us(uint32_t *buckets, int64_t us)
{
    buckets[us / BUCKET_US < BUCKETS ? us / BUCKET_US : BUCKETS - 1]++;
}

static void answered(struct connection *c)
{
    struct buyer *b = c->buyer;
    int64_t now = now_us(), us = now - c->sent_us;

    c->buyer = NULL;
    in_flight--;
    if (c->status == 503 || c->status == 429) {
        second.refused[b->step]++;
        count_us(second.refused_us, us);
        if (++b->refused < patience) {
            wait_until(b, now + c->retry_after * 1000000LL);
            return;
        }
        second.gone++;
    } else if (c->status >= 200 && c->status < 300) {
        second.useful[b->step]++;
        count_us(second.useful_us, us);
        if (b->step > POLL)
            count_us(second.inside_us, us);
        b->refused = 0;
        if (go_on(b, c, now))
            return;
    } else if (c->status == 410) {
        second.lost++;
    } else {
        second.other++;
        if (second.other == 1)
            fprintf(stderr, "%s: %.300s\n", step_names[b->step], c->head);
    }
    end_buyer(b);
}

/* No answer came, or half of one. */
static void broken(struct connection *c)
{
    if (c->buyer) {
        in_flight--;
        second.silent++;
        end_buyer(c->buyer);
        drop(c);
        return;
    }
    for (struct connection **p = &idle; *p; p = &(*p)->next) {
        if (*p == c) {
            *p = c->next;
            break;
        }
    }
    drop(c);
}

static const char *header(const struct connection *c, const char *name)
{
    const char *at = strcasestr(c->head, name);
    const char *end = strstr(c->head, "\r\n\r\n");

    return at && at < end ? at + strlen(name) : NULL;
}

/* Reads the head once all of it is there. */
static void look_at_head(struct connection *c)
{
    const char *end = strstr(c->head, "\r\n\r\n"), *value;

    if (!end)
        return;
    c->head_seen = true;
    c->status = (int)strtol(c->head + 9, NULL, 10);
    value = header(c, "\r\nContent-Length:");
    c->need = (size_t)(end + 4 - c->head) + (value ? strtoul(value, NULL, 10) : 0);
    c->chunked = header(c, "\r\nTransfer-Encoding: chunked") != NULL;
    c->closing = header(c, "\r\nConnection: close") != NULL;
    value = header(c, "\r\nRetry-After:");
    c->retry_after = value ? (int)strtol(value, NULL, 10) : 1;
}

static void take(struct connection *c, const char *data, size_t n)
{
    size_t fits = HEAD_MAX - c->kept < n ? HEAD_MAX - c->kept : n;
    size_t old = n >= 5 ? 0 : 5 - n;

    memcpy(c->head + c->kept, data, fits);
    c->kept += fits;
    c->head[c->kept] = '\0';
    memmove(c->tail, c->tail + 5 - old, old);
    memcpy(c->tail + old, data + n - (5 - old), 5 - old);
    c->len += n;
    if (!c->head_seen)
        look_at_head(c);
}

static void readable(struct connection *c)
{
    static char data[65536];
    ssize_t n = recv(c->fd, data, sizeof data, 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0 || !c->buyer) {
        broken(c);
        return;
    }
    take(c, data, (size_t)n);
    if (!c->head_seen || (c->chunked ? memcmp(c->tail, "0\r\n\r\n", 5) != 0 : c->len < c->need))
        return;
    answered(c);
    if (c->closing) {
        drop(c);
        return;
    }
    c->next = idle;
    idle = c;
}

/* --- Figures --- */

static double percentile_ms(const uint32_t *buckets, double part)
{
    int64_t all = 0, seen = 0;

    for (int i = 0; i < BUCKETS; i++)
        all += buckets[i];
    for (int i = 0; i < BUCKETS; i++) {
        seen += buckets[i];
        if (all > 0 && (double)seen >= part * (double)all)
            return (i + 1) * BUCKET_US / 1000.0;
    }
    return 0;
}

static int64_t sum(const int64_t *counts)
{
    int64_t all = 0;

    for (int i = 0; i < STEPS; i++)
        all += counts[i];
    return all;
}

static void print_tally(const char *what, double at, const struct tally *t, double seconds)
{
    printf("%s %.0f arrived=%.0f useful=%.0f refused=%.0f bought=%.0f p50=%.0f p99=%.0f "
           "inside_p99=%.0f refused_p50=%.0f refused_p99=%.0f lost=%" PRId64 " other=%" PRId64
           " silent=%" PRId64 " gave_up=%" PRId64 " alive=%d in_flight=%d refused_at=",
           what, at, (double)t->arrived / seconds, (double)sum(t->useful) / seconds,
           (double)sum(t->refused) / seconds, (double)t->bought / seconds,
           percentile_ms(t->useful_us, 0.5), percentile_ms(t->useful_us, 0.99),
           percentile_ms(t->inside_us, 0.99), percentile_ms(t->refused_us, 0.5),
           percentile_ms(t->refused_us, 0.99), t->lost, t->other, t->silent, t->gone, alive,
           in_flight);
    for (int i = 0; i < STEPS; i++)
        printf("%s%" PRId64, i ? "/" : "", t->refused[i]);
    puts("");
    fflush(stdout);
}

/* Adds the second to the phase and begins a new one. */
static void next_second(void)
{
    for (int i = 0; i < STEPS; i++) {
        phase.useful[i] += second.useful[i];
        phase.refused[i] += second.refused[i];
    }
    for (int i = 0; i < BUCKETS; i++) {
        phase.useful_us[i] += second.useful_us[i];
        phase.refused_us[i] += second.refused_us[i];
        phase.inside_us[i] += second.inside_us[i];
    }
    phase.arrived += second.arrived;
    phase.lost += second.lost;
    phase.other += second.other;
    phase.silent += second.silent;
    phase.gone += second.gone;
    phase.bought += second.bought;
    memset(&second, 0, sizeof second);
}

/* --- The course of it --- */

static void turn_wheel(int64_t now)
{
    int64_t until = (now - start_us) / WHEEL_US;

    for (; wheel_at <= until; wheel_at++) {
        struct buyer *b = wheel[wheel_at % WHEEL];

        wheel[wheel_at % WHEEL] = NULL;
        while (b) {
            struct buyer *next = b->next;

            if (b->rounds > 0) {
                b->rounds--;
                b->next = wheel[wheel_at % WHEEL];
                wheel[wheel_at % WHEEL] = b;
            } else {
                send_request(b);
            }
            b = next;
        }
    }
}

static void arrive(int64_t due)
{
    struct buyer *b = free_buyers;

    if (b)
        free_buyers = b->next;
    else
        b = malloc(sizeof *b);
    if (!b)
        die("memory");
    memset(b, 0, sizeof *b);
    rush_make_user(b);
    b->due_us = due;
    second.arrived++;
    alive++;
    send_request(b);
}

static void run_phase(double rate, double seconds)
{
    struct epoll_event events[256];
    int64_t begin = now_us(), arrived = 0, tick = begin + 1000000, now;

    memset(&phase, 0, sizeof phase);
    while ((now = now_us()) < begin + (int64_t)(seconds * 1e6)) {
        int n = epoll_wait(epoll_fd, events, 256, 1);

        for (int i = 0; i < n; i++)
            readable(events[i].data.ptr);
        now = now_us();
        for (; (double)arrived < rate * (double)(now - begin) / 1e6; arrived++)
            arrive(begin + (int64_t)((double)arrived * 1e6 / rate));
        turn_wheel(now);
        if (now >= tick) {
            print_tally("second", (double)(now - start_us) / 1e6, &second, 1);
            next_second();
            tick += 1000000;
        }
        if (rate <= 0 && alive == 0)
            break;
    }
    next_second();
    print_tally("phase", rate, &phase, (double)(now - begin) / 1e6);
}

int main(int argc, char **argv)
{
    const struct rlimit files = {MOST_CONNECTIONS + 100, MOST_CONNECTIONS + 100};
    struct rusage used;

    if (argc < 8) {
        fputs("bench-rush PORT CONFIG CONCERT FIRST LAST PATIENCE RATE:SECONDS...\n", stderr);
        return 2;
    }
    server = (struct sockaddr_in){.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    rush_prepare(argv[2], strtoll(argv[3], NULL, 10), strtoll(argv[4], NULL, 10),
                 strtoll(argv[5], NULL, 10));
    patience = (int)strtol(argv[6], NULL, 10);
    setrlimit(RLIMIT_NOFILE, &files);
    srandom((unsigned)getpid());
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    start_us = now_us();
    for (int i = 7; i < argc; i++) {
        char *x = strchr(argv[i], ':');

        run_phase(strtod(argv[i], NULL), x ? strtod(x + 1, NULL) : 1);
    }
    getrusage(RUSAGE_SELF, &used);
    printf("own_cpu_ms %ld\n", used.ru_utime.tv_sec * 1000 + used.ru_utime.tv_usec / 1000 +
                                   used.ru_stime.tv_sec * 1000 + used.ru_stime.tv_usec / 1000);
    return 0;
}
