/*
 * Idempotency keys: the first answer of a request that moves money or seats, kept for 24 hours
 * and given again (after Stripe's idempotent requests and draft-ietf-httpapi-idempotency-key).
 *
 * The key's row is written in the same transaction as what it guards: it commits with it or not
 * at all, and a second request with the key waits on the row's lock for the first.
 */
#ifndef FRONTROW_DOMAIN_IDEM_H
#define FRONTROW_DOMAIN_IDEM_H

#include "base/err.h"
#include "base/text.h"
#include <stdbool.h>

struct db;

/* Renders the answer to what was just done (the caller knows its result) for keeping. */
typedef enum err idem_render_fn(void *arg, int *status, struct text_buf *body);

struct idem {
    bool present; /* whether the request carried a key; otherwise all of this does nothing */
    struct uuid subject;
    const char *key;
    size_t key_len;
    unsigned char fingerprint[32]; /* SHA-256 of method, path and body */
    idem_render_fn *render;
    void *render_arg;
    /* out, with ERR_REPLAY: the kept answer; free body with text_buf_free */
    int status;
    struct text_buf body;
};

/*
 * Runs fn, which begins with idem_begin and ends with idem_finish, as a transaction (db/tx.h).
 *
 * A COMMIT whose outcome is unknown, since the connection was lost with it, is settled by the key:
 * fn is run again, and finds the answer that was kept (ERR_REPLAY), waits for it, or begins anew.
 * Without a key it stays unknown: ERR_BUSY.
 */
enum err idem_run(struct db *db, const struct idem *idem, enum err (*fn)(struct db *db, void *arg),
                  void *arg) MUSTCHECK;

/*
 * First statement of the transaction. ERR_OK: go on. ERR_REPLAY: idem->status and body hold the
 * kept answer. ERR_IDEMPOTENCY_MISMATCH: the key was used for another request.
 * ERR_IDEMPOTENCY_IN_PROGRESS: the first one still runs after the lock wait of 2 s.
 * `idem` may be NULL: ERR_OK.
 */
enum err idem_begin(struct db *db, struct idem *idem) MUSTCHECK;

/* Renders the answer into idem->status and body, for reply_kept: of what has been done, and kept,
 * by another process. `idem` may be NULL. */
enum err idem_answer(struct idem *idem) MUSTCHECK;

/* Last statement of the transaction: renders and keeps the answer. */
enum err idem_finish(struct db *db, struct idem *idem) MUSTCHECK;

#endif
