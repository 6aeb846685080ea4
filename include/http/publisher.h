/*
 * Giving messages to the channels of this host's nginx (Nchan's publisher locations), over a unix
 * socket and one connection that is kept. The only place in the application that knows libcurl.
 */
#ifndef FRONTROW_HTTP_PUBLISHER_H
#define FRONTROW_HTTP_PUBLISHER_H

#include "base/err.h"
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct publisher;

/* For nginx at the socket `path`; a call under way gives up once *stop is set. Both are borrowed
 * for its life. NULL without memory. One for each process, made after its fork. */
struct publisher *publisher_new(const char *path, const volatile sig_atomic_t *stop);
void publisher_free(struct publisher *p);

/*
 * Makes `len` bytes of text the channel's message, which whoever listens gets. *fresh: it went over
 * a new connection, so this may be another nginx than before, which knows nothing of the past.
 * ERR_BUSY if nginx is out of reach or does not answer within a second, ERR_INTERNAL if it refuses;
 * publisher_reason then says more, until the next call.
 */
enum err publisher_put(struct publisher *p, int64_t channel, const char *text, size_t len,
                       bool *fresh) MUSTCHECK;

/* Removes the channel, and whoever listens to it. The same errors; that it is not there is none. */
enum err publisher_delete(struct publisher *p, int64_t channel) MUSTCHECK;

const char *publisher_reason(const struct publisher *p);

/* The kept connection, for poll: it becomes readable when nginx closes it. -1: none. */
int publisher_fd(const struct publisher *p);

#endif
