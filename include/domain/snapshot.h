/*
 * The host's snapshot of every queue, in memory shared by all its workers, and the leased blocks of
 * ticket numbers.
 *
 * One process of the host reads the queues' state from the database (twice a second by default)
 * and writes it here; a worker answers who waits from it. Each slot has a robust process-shared
 * mutex, so that a worker that is killed inside does not stop the others.
 */
#ifndef FRONTROW_DOMAIN_SNAPSHOT_H
#define FRONTROW_DOMAIN_SNAPSHOT_H

#include "base/config.h"
#include "base/err.h"
#include "base/text.h"
#include "domain/concert.h"
#include "domain/queue.h"
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct db;
struct db_value;

/* Queues in the snapshot at the most: those with a show to come, or without any show and not
 * closed, or with people in them, or made within a day; the newest first. Others work too, but from
 * the database. */
#define SNAPSHOT_MAX_QUEUES 2048
/* Numbers above now serving, of one queue, known to be held by nobody; beyond these a position is
 * too high until they are passed. */
#define SNAPSHOT_MAX_GONE 32768

/* What kept people waiting at the last batch; the numbers are those of queue_state.limited_by. */
enum queue_limit {
    QUEUE_BY_BATCHES, /* nothing but the next batch: there was a place for all it could take */
    QUEUE_BY_CAP,
    QUEUE_BY_SEATS,  /* fewer were free than people who would have come in */
    QUEUE_BY_NO_SEAT /* none was free */
};

/* One queue as of a moment. */
struct snapshot_queue {
    int64_t concert_id;
    enum queue_condition state;
    int64_t now_serving, last_ticket, waiting, active;
    double rate_per_second; /* smoothed, of real admissions; negative: unknown */
    int64_t t0, last_batch;
    enum queue_limit limit;
    double flow_per_second; /* of admissions while a limit held; negative: unknown */
    int64_t flow_at;        /* its last one */
    int64_t opens_at;       /* -1: none was set */
    /* 1: joins get no number; 2: drawn, the numbers are being given. The tokens of this pre-queue
     * are above early_above. */
    int prequeue;
    int64_t early_above;
    int64_t admit_count, admit_interval_seconds, max_active, claim_seconds, token_lifetime_seconds;
    char message_ko[4001], message_en[4001];
    char seed_hash[QUEUE_SEED_SIZE], seed[QUEUE_SEED_SIZE]; /* see struct queue_public */
    int64_t as_of;
};

/* Makes the shared memory; once, in the master, before any fork. A program without a master (a
 * test, the operator's tool) has none, and everything reads from the database. */
enum err snapshot_init(void) MUSTCHECK;

/* The refresher's main loop, in a process of its own with its own connection, until *stop; returns
 * the process's exit code. */
int snapshot_run(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Asks the refresher of this host to read now (after an operator's change). Never blocks. */
void snapshot_poke(void);

/* The same for a concert that was just made, and waits until it is in the snapshot, but no longer
 * than a refresher takes that is at work. */
void snapshot_await(int64_t concert_id);

/* A descriptor that becomes readable when the refresher has read; reading its eight bytes makes it
 * wait for the next time. For one process of the host. -1 without a snapshot. */
int snapshot_news_fd(void);

/* A row function for the columns of STMT_QUEUE_COLUMNS: fills the struct snapshot_queue at `arg`.
 */
enum err snapshot_read_row(const struct db_value *row, void *arg);

/* Reads one queue. False if it is not there (or there is no snapshot). */
bool snapshot_get(int64_t concert_id, struct snapshot_queue *out);

/* The same without the messages and the lottery's. */
bool snapshot_get_numbers(int64_t concert_id, struct snapshot_queue *out);

/* Like snapshot_get without the messages, last_ticket not below what this host has drawn itself
 * since; and in *gone_below how many numbers between now serving
 * and `ticket` nobody holds, in *is_gone whether `ticket` itself is one of them, or may be:
 * the list of them is bounded. */
bool snapshot_place(int64_t concert_id, int64_t ticket, struct snapshot_queue *out,
                    int64_t *gone_below, bool *is_gone);

/* Like snapshot_place for a token without a number. False also unless the concert is in the
 * pre-queue which the token belongs to, and the token has not left it. */
bool snapshot_place_early(int64_t concert_id, int64_t token_id, struct snapshot_queue *out);

/* Notes on this host at once that `ticket` has left; without a number (0), that the token has. */
void snapshot_mark_gone(int64_t concert_id, int64_t ticket, int64_t token_id);

/* Calls fn for each queue in the snapshot; for metrics. */
void snapshot_each(void (*fn)(const struct snapshot_queue *q, void *arg), void *arg);

/* The database's clock as known on this host: its last reading carried on by the monotonic clock.
 * Before any reading: the host's wall clock. */
int64_t snapshot_db_now(void);

/* Milliseconds since the last successful read; -1: never, or no snapshot here. */
int64_t snapshot_age_ms(void);

/* Whether the refresher is alive: it reads the snapshot anew, or finds that the database is out of
 * reach. Not if it has not managed to for long, since then others may. */
bool snapshot_is_attended(const struct config *cfg);

/* Whether the refresher, alive, finds the database out of reach: fail fast. */
bool snapshot_database_down(void);

/*
 * The next ticket number of a queue, from the host's leased block or a new one (see
 * architecture: one short statement for each block). `db` is used for the lease, outside any
 * transaction. ERR_CONCERT_NOT_FOUND, ERR_BUSY.
 */
enum err snapshot_take_ticket(struct db *db, const struct config *cfg, int64_t concert_id,
                              int64_t *ticket) MUSTCHECK;

/* Takes back a number that was drawn and for certain not used: it is the next one again if it is
 * the last that was drawn, else it is recorded, so that positions leave it out. */
void snapshot_return_ticket(struct db *db, int64_t concert_id, int64_t ticket);

#endif
