/*
 * The HTTP client of a rehearsal: a bounded pool of kept connections to one address, which serves
 * whoever has a request due, in the order in which they asked.
 *
 * One process, epoll, sockets that never block. Who asks is a number; what it asks is written when
 * a connection is free, into the connection's buffer, and what it was answered is read where it
 * came in, so that a waiting request costs 16 bytes and none costs an allocation.
 *
 * There are lanes, each with its own line and a share of the connections: each buyer has a browser
 * of its own, so those who crowd in front of the queue keep nobody waiting who is inside.
 */
#ifndef FRONTROW_LOAD_CLIENT_H
#define FRONTROW_LOAD_CLIENT_H

#include "base/err.h"
#include "load/answer.h"
#include "load/hist.h"
#include "load/target.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_REQUEST_MAX     8192
#define CLIENT_CONNECTIONS_MAX 10000
#define CLIENT_TIMEOUT_SECONDS 40

/* For the waiting room, for the shop, and for what nginx answers itself. */
enum client_lane { LANE_QUEUE, LANE_SHOP, LANE_PUBLIC, LANE_COUNT };

/* What became of a request. */
struct client_result {
    const struct answer *answer; /* NULL: none came */
    int error;                   /* then why, an errno */
    int64_t us;                  /* from its sending to the whole of its answer */
};

/* Who uses the client. Both are called from within client_run alone. */
struct client_user {
    /* Writes the request of `id`; its length, or 0 if there is nothing to ask any more. */
    size_t (*write)(void *arg, uint32_t id, char *out, size_t size);
    /* What came of it. It may ask again. */
    void (*done)(void *arg, uint32_t id, const struct client_result *result);
    void *arg;
};

struct client;

/* Connects to nothing yet. The target must outlive it. NULL without memory or descriptors. */
struct client *client_new(const struct target *target, int connections);
void client_free(struct client *c);

/* Whose requests these are from now on. While one is under way: not to be called. */
void client_use(struct client *c, const struct client_user *user);

/* Asks for `id`, which must have no request under way. ERR_INTERNAL without memory. */
enum err client_ask(struct client *c, uint32_t id, enum client_lane lane) MUSTCHECK;
/* The same before all others in that lane: for who has just had an answer and goes on at once, as a
 * browser does on the connection that it has. */
enum err client_ask_next(struct client *c, uint32_t id, enum client_lane lane) MUSTCHECK;

/* Sends what can be sent, waits at most so long for something to happen, and hands out what came.
 */
void client_run(struct client *c, int wait_ms);

/* How many requests are under way, and how many wait for a connection. */
size_t client_busy(const struct client *c);
size_t client_waiting(const struct client *c);

/* How long requests waited for a connection, in microseconds, and how many connections were
 * opened. */
struct hist *client_lag(struct client *c);
uint64_t client_opened(const struct client *c);

#endif
