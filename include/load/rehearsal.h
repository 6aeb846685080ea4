/* A rehearsal from the first call to the last: what was asked for, and what came of it. */
#ifndef FRONTROW_LOAD_REHEARSAL_H
#define FRONTROW_LOAD_REHEARSAL_H

#include "base/config.h"
#include "load/cpu.h"
#include "load/crowd.h"
#include "load/stage.h"
#include <stdbool.h>
#include <stdint.h>

struct rehearsal_plan {
    const char *url;
    struct crowd_plan crowd;
    struct stage_concert concert; /* to be made, unless concert_id is one */
    int64_t concert_id;           /* 0: make one */
    int64_t charge;               /* each buyer's wallet beforehand; 0: none */
    int64_t duration;             /* seconds after the opening, at the most */
    int connections;
    bool any_concert, other_host; /* what is refused otherwise */
    bool quiet;                   /* no progress */
};

/* How it ended. */
enum rehearsal_end {
    REHEARSAL_PLAYED,
    REHEARSAL_FAILED,  /* it could not be played; `why` says it */
    REHEARSAL_REFUSED, /* for want of a word from the operator; `why` says which */
    REHEARSAL_STOPPED, /* by a signal; there is something to report if `opened`, else `why` */
};

struct rehearsal {
    const struct rehearsal_plan *plan;
    const struct config *cfg;
    struct target target;
    struct client *client;
    struct stage stage;
    struct dates dates;
    struct crowd_plan crowd_plan; /* with the concert's id */
    struct crowd crowd;
    struct tally prepared; /* what the preparation asked */
    int64_t concert_id;
    bool made, managed; /* the concert is this rehearsal's; its queue is opened and closed */
    bool opened, out_of_time, interrupted;
    bool closed; /* its queue was closed at the end */
    int64_t opened_wall_ms;
    double mint_seconds, prepare_seconds, charge_seconds;
    struct stage_seats before, after;
    bool after_known;
    /* Until everything was sold, or else until the end: what follows would only dilute it. */
    struct cpu_reading began, ended;
    struct cpu_share share;
    bool measured;
    uint64_t requests[ROUTE_COUNT], spent_us[ROUTE_COUNT];
    double seconds;  /* all of it */
    struct hist lag; /* how long requests waited for a connection, us */
    uint64_t connections;
    char why[STAGE_WHY_SIZE];
};

/* Plays it. SIGINT and SIGTERM stop it: once, and those inside go on for a few seconds; twice, and
 * all are cut short. *r is large: not for the stack. rehearsal_free() it, however it ended. */
enum rehearsal_end rehearsal_run(struct rehearsal *r, const struct rehearsal_plan *plan,
                                 const struct config *cfg);
void rehearsal_free(struct rehearsal *r);

/* After it: seconds from the opening until every seat that was free was bought; below 0 if it did
 * not come to that. */
double rehearsal_sold_out_after(const struct rehearsal *r);

/* Whether the site's own figures are what the buyers were told, as far as that can be known: what
 * was asked and never answered may be either way, and somebody else's concert has other buyers. */
bool rehearsal_adds_up(const struct rehearsal *r);

/* What became of the concert that was made or managed, as words that follow its name; "" if there
 * is none. */
void rehearsal_tell_concert(const struct rehearsal *r, char *out, size_t size);

/* Whether its buyers were turned away, and nobody could buy: no sale was played. */
bool rehearsal_sold_nothing(const struct rehearsal *r);

#endif
