/* What a rehearsal counts: requests, times and refusals of each route. */
#ifndef FRONTROW_LOAD_TALLY_H
#define FRONTROW_LOAD_TALLY_H

#include "load/client.h"
#include "load/hist.h"
#include <stdint.h>

/* X(route, what it is called) */
#define TALLY_ROUTES(X)                                                                            \
    X(JOIN, "POST /queue/tokens")                                                                  \
    X(POLL, "GET /queue/tokens/me")                                                                \
    X(PUBLIC, "GET /queue/concerts/{id}")                                                          \
    X(DATES, "GET /concerts/{id}/schedules")                                                       \
    X(SEATS, "GET /schedules/{id}/seats")                                                          \
    X(MAP, "GET /schedules/{id}/seats?format=compact")                                             \
    X(HOLD, "POST /reservations")                                                                  \
    X(PAY, "POST /payments")                                                                       \
    X(RELEASE, "DELETE /reservations/{id}")                                                        \
    X(LEAVE, "DELETE /queue/tokens/me")                                                            \
    X(CHARGE, "POST /users/{id}/balance/charges")                                                  \
    X(MAKE, "POST /admin/concerts/{id}/schedules")

enum tally_route {
#define TALLY_ENUM(route, ...) ROUTE_##route,
    TALLY_ROUTES(TALLY_ENUM)
#undef TALLY_ENUM
        ROUTE_COUNT
};

/* Kinds of refusal of a route that are told apart; what is beyond goes to the last one. */
#define TALLY_KINDS 16

/* One way in which requests of a route failed: an answer by its status and code, or none by its
 * errno (status 0). */
struct tally_kind {
    int status, error;
    char code[32];
    uint64_t count;
};

struct tally_row {
    struct hist times;                            /* of answers, in microseconds */
    uint64_t requests, good, busy, refused, lost; /* 2xx; 429 and 503; other answers; none */
    uint64_t bytes;                               /* of bodies */
    struct tally_kind kinds[TALLY_KINDS];
    int kind_count;
};

struct tally {
    struct tally_row rows[ROUTE_COUNT];
};

const char *tally_name(enum tally_route route);

/* Counts what became of a request. */
void tally_add(struct tally *t, enum tally_route route, const struct client_result *result);

/* Sums over all routes. */
uint64_t tally_requests(const struct tally *t);
uint64_t tally_busy(const struct tally *t);
/* Answers of 500 and above but 503, and requests without an answer. */
uint64_t tally_failures(const struct tally *t);

#endif
