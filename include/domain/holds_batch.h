/* Holds that are made in one transaction, for holds_run.c, holds_look.c and holds_write.c. */
#ifndef FRONTROW_DOMAIN_HOLDS_BATCH_H
#define FRONTROW_DOMAIN_HOLDS_BATCH_H

#include "domain/hold_terms.h"
#include "domain/holds_shared.h"
#include "domain/queue.h"

/* Seats of one statement, and of all holds, at the most. */
enum { HOLDS_CHUNK = CLERK_BATCH, HOLDS_ALL_SEATS = CLERK_BATCH * HOLDS_SEATS };

struct holds_one {
    const struct holds_ask *ask;
    int place;  /* in the batch as it was taken */
    bool out;   /* leaves the batch */
    bool begun; /* the row of its key has been inserted */
    struct queue_row row;
    struct hold_terms terms;
    bool known;  /* the user is */
    int64_t has; /* seats of the user's in the schedule */
    int locked;  /* seats */
    struct holds_answer answer;
};

struct holds_batch {
    struct clerk *clerk;
    struct holds_one holds[CLERK_BATCH]; /* those that are still in it */
    int count;
    int64_t asked; /* for the tokens, by the monotonic clock */
    int rows;
};

/* A seat and whose it is to be. */
struct holds_wish {
    int64_t seat_id;
    struct holds_one *hold;
    int i; /* in the ask */
};

/* Takes those off the batch that are marked as out. ERR_NO_ROW if nobody is left. */
enum err holds_close_ranks(struct holds_batch *b) MUSTCHECK;

/* All seats of the batch, in the order of the holds: how many. */
int holds_list_wishes(struct holds_batch *b, struct holds_wish *wishes);
/* Marks for at most HOLDS_CHUNK of them. */
void holds_mark_seats(const struct holds_wish *wishes, int n, struct db_value *marks);

/* Locks the tokens, looks at the rules, locks the seats: who is left may hold them. */
enum err holds_look(struct holds_batch *b) MUSTCHECK;

/* Writes all of it, and completes the answers. */
enum err holds_write(struct holds_batch *b) MUSTCHECK;

#endif
