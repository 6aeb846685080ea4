/* Where a rehearsal plays, see load/target.h. */
#include "load/target.h"

#include "base/text.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

static bool complain(char *why, size_t size, const char *what)
{
    snprintf(why, size, "%s", what);
    return false;
}

/* The host and the port of `authority`, which is host, host:port, [address] or [address]:port. */
static bool split(struct target *t, const char *authority, size_t len)
{
    const char *end = authority + len, *colon, *close;
    int64_t port = t->tls ? 443 : 80;
    size_t name_len;

    if (len > 0 && *authority == '[') {
        close = memchr(authority, ']', len);
        if (!close || (close + 1 < end && close[1] != ':'))
            return false;
        colon = close + 1 < end ? close + 1 : NULL;
        name_len = (size_t)(close - authority - 1);
        authority++;
    } else {
        colon = memchr(authority, ':', len);
        name_len = colon ? (size_t)(colon - authority) : len;
    }
    if (colon &&
        (!text_parse_int(colon + 1, (size_t)(end - colon - 1), &port) || port < 1 || port > 65535))
        return false;
    snprintf(t->port, sizeof t->port, "%d", (int)port);
    return name_len > 0 && text_copy(t->name, sizeof t->name, authority, name_len);
}

bool target_parse(const char *url, struct target *out, char *why, size_t why_size)
{
    const char *at, *slash;
    size_t len;

    memset(out, 0, sizeof *out);
    out->tls = strncmp(url, "https://", 8) == 0;
    if (!out->tls && strncmp(url, "http://", 7) != 0)
        return complain(why, why_size, "it must begin with http:// or https://");
    at = url + (out->tls ? 8 : 7);
    if (strpbrk(at, " \t\r\n?#@\"<>"))
        return complain(why, why_size, "it must be a host, a port and a path, and nothing else");
    slash = strchr(at, '/');
    len = slash ? (size_t)(slash - at) : strlen(at);
    if (!text_copy(out->host, sizeof out->host, at, len) || !split(out, at, len))
        return complain(why, why_size, "its host or its port is none");
    if (slash && !text_copy(out->path, sizeof out->path, slash, strlen(slash)))
        return complain(why, why_size, "its path is too long");
    for (len = strlen(out->path); len > 0 && out->path[len - 1] == '/'; len--)
        out->path[len - 1] = '\0';
    return true;
}

bool target_resolve(struct target *t, char *why, size_t why_size)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found;
    int status = getaddrinfo(t->name, t->port, &hints, &found);

    if (status != 0) {
        snprintf(why, why_size, "%s: %s", t->name, gai_strerror(status));
        return false;
    }
    memcpy(&t->address, found->ai_addr, found->ai_addrlen);
    t->address_len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

bool target_is_loopback(const struct target *t)
{
    const struct sockaddr_in *v4 = (const void *)&t->address;
    const struct sockaddr_in6 *v6 = (const void *)&t->address;

    if (t->address.ss_family == AF_INET)
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    return t->address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}
