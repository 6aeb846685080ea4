/* Listening to a queue over plain sockets; see listener.h. */
#include "listener.h"

#include <CUnit/CUnit.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* All that a test may send to one listener. */
#define ROOM ((size_t)256 * 1024)

static int connect_to_product(void)
{
    char host[128], port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST}, *found;
    NEED(sscanf(api_url, "http://%127[^:/]:%7[0-9]", host, port) == 2, "%s", api_url);
    NEED(getaddrinfo(host, port, &hints, &found) == 0, "%s is no address", host);
    int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool connected = fd >= 0 && connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    freeaddrinfo(found);
    NEED(connected, "errno %d", errno);
    return fd;
}

struct listener *listener_open(int64_t concert, const char *lines)
{
    struct listener *l = api_alloc(sizeof *l);
    const char *request = F("GET /api/v1/queue/concerts/%lld/events HTTP/1.1\r\nHost: test\r\n"
                            "%s\r\n",
                            (long long)concert, lines);
    l->fd = connect_to_product();
    l->websocket = strstr(lines, "websocket") != NULL;
    l->data = api_alloc(ROOM);
    NEED(send(l->fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request),
         "errno %d", errno);
    return l;
}

void listener_close(struct listener *l)
{
    close(l->fd);
}

static void take(struct listener *l)
{
    ssize_t n = 0;
    while (!l->closed && l->len < ROOM - 1 &&
           (n = recv(l->fd, l->data + l->len, ROOM - 1 - l->len, MSG_DONTWAIT)) > 0)
        l->len += (size_t)n;
    if (n == 0 || (n < 0 && errno != EAGAIN))
        l->closed = true;
}

/* Where the body begins; NULL: not yet. */
static const char *body_of(const struct listener *l)
{
    const char *end = strstr(l->data, "\r\n\r\n");
    return end ? end + 4 : NULL;
}

long listener_status(struct listener *l)
{
    for (double end = api_now() + 5; !body_of(l) && !l->closed && api_now() < end; api_pause())
        take(l);
    return body_of(l) ? strtol(l->data + strlen("HTTP/1.1 "), NULL, 10) : 0;
}

/* The next whole event's data after *at, which moves on; NULL: there is none. */
static const char *next_event(const char **at)
{
    const char *data = strstr(*at, "\ndata: ");
    const char *end = data ? strstr(data + 1, "\n\n") : NULL;
    if (!end)
        return NULL;
    *at = end;
    data += strlen("\ndata: ");
    return F("%.*s", (int)(end - data), data);
}

/* The same of the next text frame, passing over others (RFC 6455, section 5.2; a server's frames
 * are not masked). */
static const char *next_frame(const struct listener *l, const char **at)
{
    for (;;) {
        const unsigned char *p = (const unsigned char *)*at;
        size_t have = (size_t)(l->data + l->len - *at), head = 2, len;
        if (have < head)
            return NULL;
        len = p[1] & 0x7f;
        if (len == 126) {
            head = 4;
            len = have < head ? have : (size_t)p[2] << 8 | p[3];
        }
        if (have < head + len)
            return NULL;
        *at += head + len;
        if (p[0] == 0x81)
            return F("%.*s", (int)len, (const char *)p + head);
    }
}

/* Goes through what has come so far; the last document's text, and how many there are. */
static const char *last_of(struct listener *l, int *count)
{
    const char *last = NULL;
    take(l);
    const char *at = body_of(l);
    *count = 0;
    while (at) {
        const char *text = l->websocket ? next_frame(l, &at) : next_event(&at);
        if (!text)
            break;
        last = text;
        ++*count;
    }
    return last;
}

const struct api_res *listener_latest(struct listener *l)
{
    int count;
    const char *text = last_of(l, &count);
    return text ? api_parse("an event", text) : NULL;
}

int listener_count(struct listener *l)
{
    int count;
    last_of(l, &count);
    return count;
}

bool listener_is_closed(struct listener *l)
{
    take(l);
    return l->closed;
}

struct listener *listener_pushed(int64_t concert, const char *lines)
{
    struct listener *l = NULL;
    for (double end = api_now() + 5; api_now() < end; api_pause()) {
        l = listener_open(concert, lines);
        long status = listener_status(l);
        UNTIL(2, listener_count(l) > 0 || listener_is_closed(l));
        if ((status == 200 || status == 101) && !strstr(l->data, "retry:"))
            return l;
        listener_close(l);
    }
    NEED(false, "no push for a new concert: %s", l ? l->data : "");
    return NULL;
}
