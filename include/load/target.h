/* The site that a rehearsal plays on: what a base URL says, and whether it is this host. */
#ifndef FRONTROW_LOAD_TARGET_H
#define FRONTROW_LOAD_TARGET_H

#include "base/err.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#define TARGET_TEXT_MAX 256

struct target {
    char host[TARGET_TEXT_MAX]; /* the value of the Host header */
    char name[TARGET_TEXT_MAX]; /* of the host alone */
    char port[6];
    char path[TARGET_TEXT_MAX]; /* before /api/v1: "", or "/shop" */
    bool tls;
    struct sockaddr_storage address;
    socklen_t address_len;
};

/* Takes `http://host[:port][/path]`, or the same with https. False, with the reason in `why`, if it
 * is none. */
bool target_parse(const char *url, struct target *out, char *why, size_t why_size);

/* Finds its address. False, with the reason in `why`, if there is none. */
bool target_resolve(struct target *t, char *why, size_t why_size);

/* Whether the address is of the loopback network, 127.0.0.0/8 or ::1: this host and no other. */
bool target_is_loopback(const struct target *t);

#endif
