/* Connections byte by byte, see raw.h. */
#include "raw.h"

#include <arpa/inet.h>
#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MOST = 8 << 20 };

/* Closed when the test's memory is freed would be too late for so many: so a new one takes the
 * place of those that an earlier test left open. */
static int open_fds[RAW_MOST];
static size_t n_open;
static const void *owner;

/* Forgets the connections of the test before. */
static void begin(void)
{
    const void *test = CU_get_current_test();

    if (test == owner)
        return;
    owner = test;
    for (size_t i = 0; i < n_open; i++)
        if (open_fds[i] >= 0)
            close(open_fds[i]);
    n_open = 0;
}

static struct sockaddr_in address(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    const char *host = strncmp(api_url, "http://", 7) == 0 ? api_url + 7 : api_url;
    const char *colon = strchr(host, ':');

    NEED(colon && inet_pton(AF_INET, F("%.*s", (int)(colon - host), host), &at.sin_addr) == 1, "%s",
         api_url);
    at.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
    return at;
}

static int open_one(bool narrow)
{
    const struct sockaddr_in at = address();
    const int on = 1, segment = 536, room = 4096;

    begin();
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (narrow) {
        setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    }
    NEED(n_open < RAW_MOST && fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0,
         "connection %zu: %s", n_open, strerror(errno));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    open_fds[n_open++] = fd;
    return fd;
}

int raw_open(void)
{
    return open_one(false);
}

int raw_open_narrow(void)
{
    return open_one(true);
}

void raw_close(int fd, bool hard)
{
    const struct linger none = {.l_onoff = 1};

    if (hard)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
    for (size_t i = 0; i < n_open; i++)
        if (open_fds[i] == fd)
            open_fds[i] = -1;
}

bool raw_send(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

bool raw_is_over(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

/* Whether what has come is a whole answer. */
static bool is_whole(const char *text, size_t len)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\nContent-Length:");

    if (!end)
        return false;
    end += 4;
    if (length && length < end)
        return len - (size_t)(end - text) >= strtoul(length + 17, NULL, 10);
    return strncmp(text + 9, "204", 3) == 0;
}

/* Parts the text into head and body. */
static const struct api_res *make(const char *what, char *text)
{
    struct api_res *r = api_alloc(sizeof *r);
    char *body = strstr(text, "\r\n\r\n");

    *r = (struct api_res){.what = what, .head = text, .body = text + strlen(text)};
    if (!body || strncmp(text, "HTTP/1.", 7) != 0)
        return r;
    *body = '\0';
    r->body = body + 4;
    r->len = strlen(r->body);
    r->status = strtol(text + 9, NULL, 10);
    r->ended_ms = api_wall_ms();
    r->json = api_parse(what, r->body)->json;
    return r;
}

const struct api_res *raw_answer(int fd, const char *what, double seconds)
{
    char *text = api_alloc(ANSWER_MOST + 1);
    double end = api_now() + seconds;
    size_t len = 0;

    while (len < ANSWER_MOST && !is_whole(text, len)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        double left = end - api_now();

        if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) <= 0)
            break;
        ssize_t n = recv(fd, text + len, ANSWER_MOST - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    return make(what, text);
}

const struct api_res *raw_ask(const char *what, const char *bytes, size_t len)
{
    int fd = raw_open();

    raw_send(fd, bytes, len); /* it may be refused, and closed, before all of it is sent */
    const struct api_res *r = raw_answer(fd, what, 20);
    raw_close(fd, false);
    return r;
}
