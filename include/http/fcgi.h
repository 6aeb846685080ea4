/* The worker's loop: requests over FastCGI, one connection at a time. */
#ifndef FRONTROW_HTTP_FCGI_H
#define FRONTROW_HTTP_FCGI_H

#include "base/busy.h"
#include "base/config.h"
#include <stdint.h>

/*
 * Serves connections of `listen_fd` until SIGTERM or about `max_requests` requests, finishing the
 * one in flight. How long they wait is told to `busy`, if there is one. Takes over the process's
 * signals, and its scheduling unless somebody has chosen that; `listen_fd` is of no use
 * afterwards. 0; or 1 if it cannot work (logged).
 */
int fcgi_serve(int listen_fd, const struct config *cfg, int64_t max_requests, struct busy *busy);

#endif
