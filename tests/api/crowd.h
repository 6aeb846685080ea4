/*
 * Some hundred visitors of one queue: they join, ask, and their log says who was let in when.
 *
 * The end of a session tells the moment of its admission to the millisecond, so that what is judged
 * is what the product did and not when the test looked.
 */
#ifndef FRONTROW_TESTS_CROWD_H
#define FRONTROW_TESTS_CROWD_H

#include "world.h"
#include <sys/types.h>

struct visitor {
    struct user user;
    /* of the last answer while waiting; the estimate is -1 for null */
    int64_t position, estimate;
    int64_t asked_from, asked_to; /* sent and answered, wall clock */
    bool is_over;                 /* answered 410 once, or set by the test */
    int64_t admitted, ends;       /* wall clock, ms; 0: not seen inside yet */
    int64_t done;                 /* for the test: when it sent what ended its visit; 0: nothing */
};

struct crowd {
    int64_t concert, session_ms;
    size_t n;
    struct visitor *v; /* by ticket number; memory of the test */
};

/* n new users join at once, a hundred at a time. `session_seconds` is what the queue has. */
struct crowd crowd_join(int64_t concert, size_t n, int64_t session_seconds);

/* Asks for all of v[from] to v[to - 1] that are neither seen inside nor over, at once; how many of
 * them are inside now. */
size_t crowd_poll(struct crowd *c, size_t from, size_t to);

/* How many tickets have been called: those up to now serving. */
size_t crowd_called(const struct crowd *c);

/* Waits until all have been called, then asks once; all of them must be inside. */
void crowd_wait(struct crowd *c, double seconds);

/* Sends the n requests, a hundred at a time, on connections of their own. */
const struct api_res **crowd_send(const struct api_req *reqs, size_t n);

/* A POST as such a request. */
struct api_req crowd_post(const char *token, const char *path, const char *body);

/* Sends all of them until each has been answered with 201; nothing else but 503 is an answer. */
void crowd_insist(const struct api_req *reqs, size_t n);

/* Strikes all children of the workers' master that go by that name with a signal, again and again,
 * in the background, until crowd_end_strike. */
pid_t crowd_strike(const char *name, int number);
void crowd_end_strike(pid_t striker);
/* Whether there is one of that name. */
bool crowd_has_clerk(const char *name);

/* Lets frontrow verify look whether all that was sold and paid is in order. */
void crowd_verify(void);

/* The public document, which must be there. */
const struct api_res *crowd_state(int64_t concert);
/* Whether its state is this one. */
bool crowd_state_is(int64_t concert, const char *state);

#endif
