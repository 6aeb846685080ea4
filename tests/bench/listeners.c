/*
 * A crowd that listens to one queue: opens many event streams from this host, and measures how soon
 * each has the state, and how soon a change has reached all of them. tests/bench/listeners runs it.
 *
 *   bench-listeners ADDRESS PORT CONCERT LISTENERS CHANGES COMMAND
 *
 * COMMAND is run by the shell for each change, with its number in $CHANGE; it must bring the text
 * "change-NUMBER." into the queue's document. All is bounded: 60 s for the crowd to gather, 15 s
 * for a change. After each line of figures the program waits for a line on its standard input, so
 * that whoever runs it can look at the product meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    MOST = 100000,
    AT_ONCE = 500, /* connections without an answer */
    TAIL = 32,     /* of what came, kept in case a marker comes in two parts */
    GATHER_SECONDS = 60,
    CHANGE_SECONDS = 15
};

struct listener {
    int fd;
    double asked, seen; /* when it asked, and when it saw what is looked for; 0: not yet */
    char tail[TAIL];
    size_t len;
};

struct crowd {
    struct sockaddr_in to;
    char request[256], marker[TAIL];
    struct listener *all;
    int n, opened, seen, lost;
    int epoll;
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
    fprintf(stderr, "bench-listeners: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long number(const char *text, long least, long most)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*end || end == text || n < least || n > most) {
        fprintf(stderr, "bench-listeners: %s is no number from %ld to %ld\n", text, least, most);
        exit(2);
    }
    return n;
}

static void open_next(struct crowd *c)
{
    struct listener *l = &c->all[c->opened];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (unsigned)c->opened};

    l->asked = now();
    l->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0 || connect(l->fd, (const struct sockaddr *)&c->to, sizeof c->to) != 0)
        die("connect");
    if (write(l->fd, c->request, strlen(c->request)) != (ssize_t)strlen(c->request))
        die("write");
    if (fcntl(l->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(c->epoll, EPOLL_CTL_ADD, l->fd, &event) != 0)
        die("epoll");
    c->opened++;
}

static void lose(struct crowd *c, struct listener *l)
{
    close(l->fd);
    l->fd = -1;
    c->lost++;
}

/* Reads what came, and looks for the marker in it. */
static void hear(struct crowd *c, struct listener *l)
{
    char data[TAIL + 16384 + 1];
    ssize_t n;

    while (l->fd >= 0 && (n = read(l->fd, data + l->len, 16384)) != -1) {
        size_t all = l->len + (size_t)n, kept = all < TAIL ? all : TAIL;

        if (n == 0) {
            lose(c, l);
            return;
        }
        memcpy(data, l->tail, l->len);
        data[all] = '\0';
        if (l->seen == 0 && strstr(data, c->marker)) {
            l->seen = now();
            c->seen++;
        }
        memcpy(l->tail, data + all - kept, kept);
        l->len = kept;
    }
    if (l->fd >= 0 && errno != EAGAIN)
        lose(c, l);
}

/* Goes on until all of them have seen the marker, opening those that are not open yet. */
static void gather(struct crowd *c, double until)
{
    struct epoll_event events[256];

    while (c->seen + c->lost < c->n && now() < until) {
        while (c->opened < c->n && c->opened - c->seen < AT_ONCE)
            open_next(c);
        int n = epoll_wait(c->epoll, events, 256, 100);
        for (int i = 0; i < n; i++)
            hear(c, &c->all[events[i].data.u32]);
    }
}

static void look_for(struct crowd *c, const char *marker)
{
    snprintf(c->marker, sizeof c->marker, "%s", marker);
    c->seen = 0;
    for (int i = 0; i < c->n; i++) {
        c->all[i].seen = 0;
        c->all[i].len = 0;
    }
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Prints how long it took them, from `since` or from when each had asked. */
static void report(const struct crowd *c, const char *what, double since)
{
    double *took = calloc((size_t)c->n + 1, sizeof *took);
    int n = 0;

    if (!took)
        die("memory");
    for (int i = 0; i < c->n; i++)
        if (c->all[i].seen > 0)
            took[n++] = 1000 * (c->all[i].seen - (since > 0 ? since : c->all[i].asked));
    qsort(took, (size_t)n, sizeof *took, compare);
    printf("%s: %d of %d, %d lost; first %.0f ms, median %.0f ms, 99%% %.0f ms, last %.0f ms\n",
           what, n, c->n, c->lost, n ? took[0] : 0, n ? took[n / 2] : 0,
           n ? took[(size_t)n * 99 / 100] : 0, n ? took[n - 1] : 0);
    fflush(stdout);
    free(took);
}

/* Meanwhile nothing is read: what comes waits in the sockets. */
static void wait_for_a_line(void)
{
    int c;

    while ((c = getchar()) != '\n' && c != EOF)
        ;
}

static void change(struct crowd *c, long number_of, const char *command)
{
    char text[TAIL];
    double since = now();

    snprintf(text, sizeof text, "%ld", number_of);
    setenv("CHANGE", text, 1);
    snprintf(text, sizeof text, "change-%ld.", number_of);
    look_for(c, text);
    if (system(command) != 0) { /* NOLINT(cert-env33-c): it is what the caller asks for */
        fprintf(stderr, "bench-listeners: the command failed\n");
        exit(1);
    }
    double made = now();
    gather(c, made + CHANGE_SECONDS);
    printf("(the change took %.0f ms) ", 1000 * (made - since));
    report(c, "change", made);
}

static void allow_files(long n)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < (rlim_t)n + 16) {
        fprintf(stderr, "bench-listeners: %ld files may be open here\n", (long)limit.rlim_cur);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static struct crowd c;

    if (argc != 7) {
        fputs("bench-listeners ADDRESS PORT CONCERT LISTENERS CHANGES COMMAND\n", stderr);
        return 2;
    }
    c.to.sin_family = AF_INET;
    c.to.sin_port = htons((uint16_t)number(argv[2], 1, 65535));
    if (inet_pton(AF_INET, argv[1], &c.to.sin_addr) != 1)
        return 2;
    snprintf(c.request, sizeof c.request,
             "GET /api/v1/queue/concerts/%ld/events HTTP/1.1\r\nHost: bench\r\n"
             "Accept: text/event-stream\r\n\r\n",
             number(argv[3], 1, 1000000000));
    c.n = (int)number(argv[4], 1, MOST);
    allow_files(c.n);
    c.all = calloc((size_t)c.n, sizeof *c.all);
    c.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!c.all || c.epoll < 0)
        die("start");
    double began = now();
    look_for(&c, "\ndata: {");
    gather(&c, began + GATHER_SECONDS);
    printf("(in %.1f s) ", now() - began);
    report(&c, "listen", 0);
    wait_for_a_line();
    for (long i = 1, changes = number(argv[5], 0, 100); i <= changes; i++) {
        change(&c, i, argv[6]);
        wait_for_a_line();
    }
    return c.lost > 0 || c.seen < c.n;
}
