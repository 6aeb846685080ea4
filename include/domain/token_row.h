/* The row of a queue token and the place it gives, for the domain's own sources. */
#ifndef FRONTROW_DOMAIN_TOKEN_ROW_H
#define FRONTROW_DOMAIN_TOKEN_ROW_H

#include "db/db.h"
#include "domain/queue.h"
#include "domain/snapshot.h"

struct token_row {
    int64_t token_id, concert_id, ticket, created_at, expires_at, claimed_at, session_ends_at, now;
    struct uuid user_id;
    char status[9];
    int64_t lifetime; /* of TOKEN_LIVE alone, read by whoever asks for it */
};

/* Reads STMT_TOKEN_COLUMNS into the struct token_row at `arg`; a row function. */
enum err token_row_read(const struct db_value *row, void *arg);

/* What the row said at the moment it was read. Inside: admitted and not over. */
bool token_row_is(const struct token_row *t, const char *status);
bool token_row_over(const struct token_row *t);
bool token_row_inside(const struct token_row *t);
/* Whether the bearer's token is over with its row, or is not the row's. */
bool token_row_over_for(const struct caller *caller, const struct token_row *t);

/* What a row that was asked for at `asked` (by the monotonic clock) says about its bearer. */
void token_row_judge(const struct caller *caller, const struct token_row *t, int64_t asked,
                     struct queue_row *out);

/* Fills in what the row's owner is told: who, where, when to ask again. */
enum err token_row_place(struct app *app, const struct token_row *t,
                         struct queue_ticket *out) MUSTCHECK;

/* The same for parts of it: of a waiting number (out->concert_id and out->ticket are set), from the
 * snapshot or, without one, by counting; of somebody without a number; and each of a queue that has
 * been read. */
enum err token_row_place_waiting(struct app *app, struct queue_ticket *out) MUSTCHECK;
enum err token_row_place_unnumbered(struct app *app, struct queue_ticket *out) MUSTCHECK;
void token_row_place_at(const struct snapshot_queue *q, int64_t position, int64_t now,
                        struct queue_ticket *out);
void token_row_place_early(const struct snapshot_queue *q, int64_t now, struct queue_ticket *out);

#endif
