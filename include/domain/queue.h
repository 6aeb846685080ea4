/*
 * The waiting room: joining, polling, leaving, being inside.
 *
 * Ticket numbers follow the order of arrival. A waiting visitor is answered from the host's
 * snapshot (domain/snapshot.h) without a query; everything about somebody who may be inside is
 * read from the database, whose clock decides what is over.
 */
#ifndef FRONTROW_DOMAIN_QUEUE_H
#define FRONTROW_DOMAIN_QUEUE_H

#include "domain/app.h"
#include "domain/idem.h"

enum queue_condition {
    QUEUE_OPEN,
    QUEUE_PAUSED,
    QUEUE_DRAINING,
    QUEUE_CLOSED,
    QUEUE_SOLD_OUT,
    QUEUE_PREQUEUE
};

struct db_value;

/* "OPEN", ...; static storage. */
const char *queue_condition_name(enum queue_condition c);
/* Those an operator can set (not SOLD_OUT and PREQUEUE); false for any other word. */
bool queue_condition_parse(const char *name, enum queue_condition *out);
/* A column with the state as everyone sees it, or as set; CLOSED for what is neither. */
enum queue_condition queue_condition_read(const struct db_value *column);

/* 32 bytes in hex and a zero. */
#define QUEUE_SEED_SIZE 65

/* The public document. */
struct queue_public {
    int64_t concert_id;
    enum queue_condition state;
    int64_t now_serving, last_ticket, waiting, active, admit_per_minute;
    int64_t opens_at;                        /* -1: null */
    char message_ko[4001], message_en[4001]; /* both "": null */
    /* of the latest lottery, 64 hex digits; "": there is none, and of the seed: not drawn yet */
    char seed_hash[QUEUE_SEED_SIZE], seed[QUEUE_SEED_SIZE];
    int poll_after_seconds;
    int64_t as_of;  /* the moment the state was read, by the database's clock */
    int64_t age_ms; /* since then */
};

/* ERR_CONCERT_NOT_FOUND. No query unless the concert is too new for the snapshot. */
enum err queue_public(struct app *app, int64_t concert_id, struct queue_public *out) MUSTCHECK;

/* A queue as read from the snapshot, or from its row where it is not there.
 * ERR_CONCERT_NOT_FOUND. */
struct snapshot_queue;
enum err queue_read(struct app *app, int64_t concert_id, struct snapshot_queue *q) MUSTCHECK;

/* The public document of a queue that has just been read. */
void queue_public_of(const struct snapshot_queue *q, struct queue_public *out);

/* EARLY: in a pre-queue, without a number. */
enum queue_status { QUEUE_EARLY, QUEUE_WAITING, QUEUE_ACTIVE };

struct queue_ticket {
    int64_t token_id; /* jti */
    struct uuid user_id;
    int64_t concert_id;
    int64_t ticket; /* 0: none yet */
    enum queue_status status;
    int64_t position;               /* 1: next; 0: inside; -1: none yet */
    int64_t estimated_wait_seconds; /* -1: unknown */
    int poll_after_seconds;
    int64_t session_expires_at; /* -1 while waiting */
    int64_t age_ms;             /* since the snapshot was read; -1: it is from the row */
    int64_t issued_at;          /* for the token's iat, ms */
    int64_t token_expires_at;   /* for the token's exp, ms: not before the row's end */
    bool created;               /* by this call: 201 */
    bool token_changed;         /* the bearer's token does not say what its row does */
};

/*
 * Joins, or finds the live ticket. ERR_CONCERT_NOT_FOUND, ERR_QUEUE_CLOSED, ERR_SOLD_OUT, ERR_BUSY.
 * The caller resolves a user named by a service first.
 */
enum err queue_join(struct app *app, const struct uuid *user_id, int64_t concert_id,
                    struct queue_ticket *out) MUSTCHECK;

/* The ticket of a queue token. ERR_QUEUE_TOKEN_EXPIRED. Polling claims an admitted session. A token
 * of a pre-queue whose number has been drawn sets token_changed: the bearer needs a new one. */
enum err queue_poll(struct app *app, const struct caller *caller,
                    struct queue_ticket *out) MUSTCHECK;

/* Leaves; pending holds of the concert are given back. ERR_QUEUE_TOKEN_EXPIRED. */
enum err queue_leave(struct app *app, const struct caller *caller, struct idem *idem) MUSTCHECK;

/*
 * Whether the bearer is inside, and claims the session. In this order: ERR_WRONG_CONCERT (if
 * concert_id is not 0 and not the token's), ERR_QUEUE_TOKEN_EXPIRED, ERR_NOT_ADMITTED (with
 * position and retry_after in app->problem).
 */
enum err queue_require_inside(struct app *app, const struct caller *caller,
                              int64_t concert_id) MUSTCHECK;

/* The same without NOT_ADMITTED: a genuine token that is waiting or inside. */
enum err queue_require_live(struct app *app, const struct caller *caller,
                            int64_t concert_id) MUSTCHECK;

/* What the token's row said at the moment `now`. */
struct queue_row {
    bool live;             /* waiting or inside, and not over */
    bool inside;           /* admitted and not over */
    bool claimed;          /* there is nothing left for queue_claim to do */
    bool first_end_passed; /* no new holds */
    int64_t now;
    int64_t asked; /* when it was asked for, by the monotonic clock */
    int64_t expires_at;
    int64_t first_end; /* -1: none */
    int64_t holds;     /* how often the session has held seats, where that was read */
    int64_t ticket;    /* 0: none yet */
};

/* Whether the database's clock may have come to `moment` since the row was read: NOW() is fixed
 * before a statement waits for a lock, so whoever has waited asks this. */
bool queue_row_may_be_past(const struct queue_row *row, int64_t moment);

/* Whether the bearer certainly waits, by the host's snapshot alone. False: it has to be asked. */
bool queue_surely_waits(const struct caller *caller);

/* Claims an admitted session for good, also after a transaction that called but failed: its own
 * claim went with it. Whether there was one to be claimed; what goes wrong here is logged. */
bool queue_claim(struct app *app, const struct caller *caller);

/* Locks the row and claims the session. A row that is gone gives live = false. */
enum err queue_lock(struct app *app, const struct caller *caller, struct queue_row *out) MUSTCHECK;

/* Whether the bearer of a locked row may hold seats, or hold them longer, at that moment. In this
 * order: ERR_WRONG_CONCERT (if concert_id is not 0 and not the token's), ERR_QUEUE_TOKEN_EXPIRED,
 * ERR_NOT_ADMITTED, and ERR_QUEUE_TOKEN_EXPIRED after the session's first end. */
enum err queue_may_hold(struct app *app, const struct caller *caller, int64_t concert_id,
                        const struct queue_row *row) MUSTCHECK;

/* Inside a transaction, the row locked: the session lasts at least until `until`. */
enum err queue_lengthen(struct app *app, int64_t token_id, int64_t until) MUSTCHECK;

/* Inside a transaction, the row locked: finished by payment. */
enum err queue_finish(struct app *app, int64_t token_id) MUSTCHECK;

/* Sets position and retry_after for ERR_NOT_ADMITTED, and returns it. */
enum err queue_not_admitted(struct app *app, const struct caller *caller) MUSTCHECK;

#endif
