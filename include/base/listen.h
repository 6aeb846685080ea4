/* Listening sockets of a server: unix or TCP. */
#ifndef FRONTROW_BASE_LISTEN_H
#define FRONTROW_BASE_LISTEN_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

struct listener {
    int fd;
    struct sockaddr_un path; /* of a unix socket; empty for TCP */
    dev_t device;            /* which file the path was when it was made */
    ino_t inode;
};

/*
 * Listens on `address`: an absolute path, or address:port (IPv6 in brackets). The socket's file
 * gets mode 0660. What a server left behind that nobody answers on is replaced; where somebody
 * answers, it is tried again for `patience_ms`, since that may be workers of a killed master on
 * their way out. ERR_INTERNAL with the reason in `why`.
 */
enum err listen_open(const char *address, int backlog, int patience_ms, struct listener *out,
                     char *why, size_t why_len) MUSTCHECK;

/* Whether only this host can reach such an address: a unix socket, or a loopback one. */
bool listen_is_local(const char *address);

/* Closes it and removes its file, unless another one has taken the place. */
void listen_close(struct listener *l);

#endif
