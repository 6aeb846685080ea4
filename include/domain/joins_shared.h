/* The desk between the workers and the process that joins for them, for the domain's own sources;
 * see domain/joins.h. */
#ifndef FRONTROW_DOMAIN_JOINS_SHARED_H
#define FRONTROW_DOMAIN_JOINS_SHARED_H

#include "domain/joins.h"

/* Joins in one statement at the most. */
enum { JOINS_BATCH = 64 };

/* A join that has been taken from the desk. */
struct join {
    int slot;
    uint32_t round;
    uint64_t arrived; /* the order of arrival */
    struct uuid user;
    int64_t concert_id, lifetime_seconds, ticket, token_id;
    bool again; /* the same user's, in the same queue, as one before it */
};

/* For the one process. Begins its service: from here on it counts as alive until it ends. Who was
 * being served by one that has died is told to look. False if another one does. */
bool joins_open(void);
/* Says that it is not stuck. */
void joins_beat(void);
/* Sleeps until somebody asks, a tenth of a second at the most. */
void joins_wait(void);
/* How many joins nobody has taken yet. */
int joins_asked(void);
/* Takes joins that are asked for, the earliest first: how many. */
int joins_take(struct join *joins, int max);
/* Answers one, unless whoever asked has given up. */
void joins_reply(const struct join *j, enum joins_answer answer);

#endif
