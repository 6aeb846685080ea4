/*
 * What a rehearsal does before and after the sale, as the operator that its admin token names:
 * makes a concert and its dates, fills the buyers' wallets, opens and closes the queue, reads the
 * site's own figures. One call after the other, or as many at once as the client has connections.
 */
#ifndef FRONTROW_LOAD_STAGE_H
#define FRONTROW_LOAD_STAGE_H

#include "base/config.h"
#include "base/text.h"
#include "load/client.h"
#include "load/crowd.h"
#include "load/dates.h"
#include "load/tally.h"
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#define STAGE_WHY_SIZE 512

struct stage {
    const struct target *target;
    struct client *client;
    char *token; /* the operator's */
    struct tally *tally;
    const volatile sig_atomic_t *stop; /* more than `spared`: make an end at once */
    int spared;
    char why[STAGE_WHY_SIZE]; /* of what failed last */
    struct text_buf body;     /* of the last single call */
    int status;
};

/* The concert that is made. Settings below 0 are left to the product's defaults. */
struct stage_concert {
    int64_t dates, seats, price; /* seats of each date */
    int64_t admit_count, admit_interval, max_active, session, claim, hold, seats_per_user;
    int64_t lasts_seconds; /* the first date begins some hours after so many */
};

/* What the site says about a concert's seats. */
struct stage_seats {
    int64_t available, held, sold, blocked, revenue;
};

/* Whom a concert is for: a rehearsal, visitors who try things out, anybody. Its host tells, whom
 * only a rehearsal and `frontrow demo load` name so (domain/demo.h), or an operator on purpose. */
enum stage_kind { STAGE_REHEARSAL, STAGE_DEMO, STAGE_OTHER };

/* The tally gets what the preparation asks. `now_ms` is the wall clock's. stage_free() it. */
enum err stage_init(struct stage *s, const struct config *cfg, const struct target *target,
                    struct client *client, struct tally *tally, int64_t now_ms) MUSTCHECK;
void stage_free(struct stage *s);

/* Each says in `why` what went wrong, and then returns false. Where it was made to end, requests
 * may be under way: the client is only to be freed then. */

/* Whether it is a Frontrow at all, by what anybody may ask of it: no token goes there before. */
bool stage_find_frontrow(struct stage *s);

/* Makes a paused concert, with a title and the host (DEMO_REHEARSAL_HOST) that say what it is. It
 * may be there, with its id told, although pausing it failed. */
bool stage_make_concert(struct stage *s, const struct stage_concert *c, int64_t now_ms,
                        int64_t *concert_id);
bool stage_make_dates(struct stage *s, const struct stage_concert *c, int64_t now_ms,
                      int64_t concert_id);

/* What a concert is there for, and the state of its queue. */
bool stage_read_concert(struct stage *s, int64_t concert_id, enum stage_kind *kind, char *state,
                        size_t state_size);

/* Sets the state of its queue. */
bool stage_set_state(struct stage *s, int64_t concert_id, const char *state);

/* Adds up its seats, and tells its dates to `dates` unless that is NULL. */
bool stage_read_seats(struct stage *s, int64_t concert_id, struct stage_seats *out,
                      struct dates *dates);

/* Charges the wallet of each buyer of the crowd, who all have their user tokens. */
bool stage_charge(struct stage *s, const struct crowd *crowd, int64_t amount);

#endif
