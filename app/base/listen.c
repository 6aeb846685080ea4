/* Listening sockets, see base/listen.h. */
#include "base/listen.h"

#include "base/clock.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_MS = 100 };

/* Whether a server answers on the path; without one, errno says why. */
static bool somebody_answers(const struct sockaddr_un *path)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int saved;
    bool answers;

    if (fd < 0)
        return false;
    /* EAGAIN: it listens, and its backlog is full. */
    answers = connect(fd, (const struct sockaddr *)path, sizeof *path) == 0 || errno == EAGAIN;
    saved = errno;
    close(fd);
    errno = saved;
    return answers;
}

/* Removes a socket that nobody answers on. Zero, or an errno: EADDRINUSE if somebody does. */
static int remove_stale(const struct sockaddr_un *path)
{
    struct stat st;

    if (lstat(path->sun_path, &st) != 0)
        return errno == ENOENT ? 0 : errno;
    if (!S_ISSOCK(st.st_mode))
        return ENOTSOCK;
    if (somebody_answers(path))
        return EADDRINUSE;
    if (errno == ENOENT)
        return 0;
    if (errno != ECONNREFUSED)
        return errno;
    return unlink(path->sun_path) == 0 || errno == ENOENT ? 0 : errno;
}

/* Zero, or an errno. */
static int bind_unix(const char *address, struct listener *out)
{
    struct stat st;
    mode_t before;
    int error;

    out->path.sun_family = AF_UNIX;
    if (!text_copy(out->path.sun_path, sizeof out->path.sun_path, address, strlen(address)))
        return ENAMETOOLONG;
    error = remove_stale(&out->path);
    if (error)
        return error;
    out->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (out->fd < 0)
        return errno;
    before = umask(0117);
    error = bind(out->fd, (const struct sockaddr *)&out->path, sizeof out->path) ? errno : 0;
    umask(before);
    if (error == 0 && stat(out->path.sun_path, &st) != 0)
        error = errno;
    if (error == 0) {
        out->device = st.st_dev;
        out->inode = st.st_ino;
    }
    return error;
}

/* Cuts address:port, or [address]:port, in two. */
static bool split_address(const char *address, char *host, size_t cap, const char **port)
{
    const char *colon = strrchr(address, ':');
    size_t len;

    if (!colon)
        return false;
    *port = colon + 1;
    len = (size_t)(colon - address);
    if (len >= 2 && address[0] == '[' && address[len - 1] == ']')
        return text_copy(host, cap, address + 1, len - 2);
    return text_copy(host, cap, address, len);
}

/* Zero, or an errno. */
static int bind_tcp(const char *address, struct listener *out)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found;
    char host[256];
    const char *port;
    int on = 1;
    int error = 0;

    if (!split_address(address, host, sizeof host, &port) ||
        getaddrinfo(host, port, &hints, &found) != 0)
        return EADDRNOTAVAIL;
    out->fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (out->fd < 0 || setsockopt(out->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(out->fd, found->ai_addr, found->ai_addrlen) != 0)
        error = errno;
    freeaddrinfo(found);
    return error;
}

static int try_open(const char *address, int backlog, struct listener *out)
{
    int error;

    *out = (struct listener){.fd = -1};
    error = address[0] == '/' ? bind_unix(address, out) : bind_tcp(address, out);
    if (error == 0 && listen(out->fd, backlog) != 0)
        error = errno;
    if (error != 0)
        listen_close(out);
    return error;
}

enum err listen_open(const char *address, int backlog, int patience_ms, struct listener *out,
                     char *why, size_t why_len)
{
    int64_t until = clock_monotonic_ms() + patience_ms;
    int error = try_open(address, backlog, out);

    while (error == EADDRINUSE && clock_monotonic_ms() < until) {
        poll(NULL, 0, RETRY_MS);
        error = try_open(address, backlog, out);
    }
    if (error == 0)
        return ERR_OK;
    snprintf(why, why_len, "cannot listen on %s: %s", address,
             error == EADDRINUSE ? "another process answers there" : strerror(error));
    return ERR_INTERNAL;
}

void listen_close(struct listener *l)
{
    struct stat st;

    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    if (l->inode && stat(l->path.sun_path, &st) == 0 && st.st_dev == l->device &&
        st.st_ino == l->inode)
        unlink(l->path.sun_path);
    l->inode = 0;
}

bool listen_is_local(const char *address)
{
    char host[256];
    const char *port;
    struct in_addr v4;
    struct in6_addr v6;

    if (address[0] == '/')
        return true;
    if (!split_address(address, host, sizeof host, &port))
        return false;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, host, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
    return strcmp(host, "localhost") == 0;
}
