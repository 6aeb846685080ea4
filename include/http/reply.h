/*
 * Answers: errors as application/problem+json (RFC 9457), and answers that are kept under an
 * Idempotency-Key. The only place where an error becomes an HTTP status.
 */
#ifndef FRONTROW_HTTP_REPLY_H
#define FRONTROW_HTTP_REPLY_H

#include "base/err.h"
#include "domain/idem.h"
#include "http/request.h"

/*
 * Replaces whatever the answer holds by the error, with what app->problem has to add. What is not
 * for clients becomes BUSY or INTERNAL; the latter is logged.
 */
void reply_error(const struct request *req, struct response *res, enum err e);

/*
 * The answer of a handler whose domain function took &req->idem and returned `e`. ERR_OK: the
 * answer that was kept in the transaction, or, without a key, the one that `render` gives now.
 * ERR_REPLAY: the kept one, marked as such. Anything else is returned.
 */
enum err reply_kept(struct request *req, struct response *res, enum err e, idem_render_fn *render,
                    void *arg) MUSTCHECK;

#endif
