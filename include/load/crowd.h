/*
 * The buyers of a rehearsal, up to a million of them: each arrives, joins the queue, watches it,
 * looks at the seats of a date, holds some and pays, or gives up on the way.
 *
 * A buyer is some eighty bytes and a token. One that waits has a timer, one with a request is in
 * the client's line, and nothing is done for any other.
 */
#ifndef FRONTROW_LOAD_CROWD_H
#define FRONTROW_LOAD_CROWD_H

#include "base/config.h"
#include "load/arrive.h"
#include "load/chance.h"
#include "load/client.h"
#include "load/dates.h"
#include "load/hist.h"
#include "load/tally.h"
#include "load/wheel.h"
#include <stdbool.h>
#include <stdint.h>

#define CROWD_BUYERS_MAX  1000000
#define CROWD_SEATS_MAX   20
#define CROWD_SECONDS_MAX 86400 /* that a buyer waits at the most, whatever the site says */

/* What buyers do. */
struct crowd_plan {
    uint32_t buyers;
    double over; /* seconds in which they arrive */
    enum arrive_profile profile;
    double think;        /* seconds between two steps once inside, in the mean */
    int abandon, vanish; /* percent who give up with a word, and without one */
    int seats;           /* each wants */
    int poll_least;      /* seconds between two looks at the queue, beside what the site says */
    bool best;           /* bestAvailable instead of seats by their numbers */
    bool map;            /* the compact map instead of the list */
    bool watch_public;   /* the public state instead of one's own place */
    bool keys;           /* an Idempotency-Key with each hold and payment */
    uint64_t seed;
    int64_t concert_id;
};

/* How it ended for a buyer. X(end, name in the report, meaning) */
#define CROWD_ENDS(X)                                                                              \
    X(BOUGHT, "bought", "paid for their seats")                                                    \
    X(SOLD_OUT, "soldOut", "found everything sold")                                                \
    X(LEFT, "left", "left the queue, with a word")                                                 \
    X(GAVE_BACK, "gaveBack", "gave their hold back")                                               \
    X(VANISHED, "vanished", "closed the page without a word")                                      \
    X(EXPIRED, "expired", "lost their place or their session")                                     \
    X(CLOSED, "closed", "found the queue closed")                                                  \
    X(REFUSED, "refused", "were refused for good")                                                 \
    X(FAILED, "failed", "gave up on errors")                                                       \
    X(CUT, "cut", "were cut short with the rehearsal")

enum crowd_end {
#define CROWD_ENUM(end, ...) END_##end,
    CROWD_ENDS(CROWD_ENUM)
#undef CROWD_ENUM
        END_COUNT
};
const char *crowd_end_name(enum crowd_end end);
const char *crowd_end_meaning(enum crowd_end end);

/* What happened in one second. */
struct crowd_second {
    uint32_t arrived, admitted, bought, seats, requests;
};

struct crowd_figures {
    uint32_t arrived, waiting, inside;
    uint32_t ends[END_COUNT];
    uint64_t seats;          /* bought */
    uint64_t tries_again;    /* requests sent again after 429, 503 or no answer */
    struct hist wait;        /* from arriving to being inside, ms */
    struct hist stay;        /* from being inside to having paid, ms */
    struct hist whole;       /* from arriving to having paid, ms */
    int64_t last_sale_us;    /* after the opening; -1: none */
    struct crowd_second *by; /* by second after the opening */
    uint32_t seconds, seconds_size;
    bool short_of_memory;
};

/* What its queue looks like, as the public state said last. */
struct crowd_state {
    bool known, sold_out, closed;
    int64_t waiting, active, admit_per_minute, poll_after;
};

struct buyer;

struct crowd {
    const struct crowd_plan *plan;
    const struct target *target;
    struct client *client;
    struct dates *dates;
    struct buyer *buyers;
    struct wheel wheel;
    int64_t opened_us;
    uint32_t next; /* who arrives next */
    int64_t next_us;
    uint32_t over; /* how many it is over for */
    bool stopping;
    int64_t dates_read_us; /* when the list of dates was read last; 0: never */
    bool dates_asked;
    struct crowd_state state;
    struct crowd_figures figures;
    struct tally tally;
};

/* Makes the buyers, without tokens. The plan, the target, the client and the dates must outlive
 * them. crowd_free() them also when it fails, with ERR_INTERNAL, for want of memory. */
enum err crowd_init(struct crowd *c, const struct crowd_plan *plan, const struct target *target,
                    struct client *client, struct dates *dates) MUSTCHECK;
void crowd_free(struct crowd *c);

/* Gives a buyer a user token, for so many seconds. */
enum err crowd_mint(struct crowd *c, const struct config *cfg, uint32_t buyer, int64_t now_ms,
                    int64_t ttl_seconds) MUSTCHECK;
/* The token that a buyer has. */
const char *crowd_token(const struct crowd *c, uint32_t buyer);

/* The sale is open since this moment of the monotonic clock: from here on the client is theirs. */
void crowd_open(struct crowd *c, int64_t opened_us);

/* Lets arrive who is due, and do what it is time for, and waits for answers a few milliseconds at
 * the most. False when it is over for all. */
bool crowd_run(struct crowd *c);

/* Nobody arrives any more and who waits goes; those inside go on. */
void crowd_stop(struct crowd *c);

/* Counts all who are still there as cut short. */
void crowd_cut(struct crowd *c);

/* Whole seconds since the opening. */
uint32_t crowd_seconds_now(const struct crowd *c);

/* How many seats were bought a second over the best stretch of so many seconds; buyers likewise. */
double crowd_best_rate(const struct crowd_figures *f, uint32_t stretch, bool seats);

#endif
