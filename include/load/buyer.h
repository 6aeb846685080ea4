/* One buyer, between the sources that let it act: crowd.c, buyer_ask.c and buyer_hear.c. */
#ifndef FRONTROW_LOAD_BUYER_H
#define FRONTROW_LOAD_BUYER_H

#include "load/crowd.h"

/* What a buyer asks next. */
enum step {
    STEP_JOIN,
    STEP_POLL,
    STEP_PUBLIC,
    STEP_DATES,
    STEP_SEATS,
    STEP_HOLD,
    STEP_PAY,
    STEP_RELEASE,
    STEP_LEAVE,
    STEP_LOOK, /* asks nothing yet: chooses a date when it is time */
    STEP_OVER
};

/* What a buyer is bound to do. */
enum fate { FATE_BUYS, FATE_LEAVES, FATE_GIVES_BACK, FATE_VANISHES_WAITING, FATE_VANISHES_HOLDING };

/* How often a request is sent again before its buyer gives up, and the longest wait before. */
enum { TRIES_MAX = 10, RETRY_SECONDS_MAX = 30 };

/* How often a buyer looks for seats before it has had enough. */
enum { LOOKS_MAX = 250 };

struct buyer {
    char *token;     /* the user's, then the queue's */
    uint32_t *seats; /* numbers seen free, to be tried one after the other; NULL: none yet */
    struct chance chance;
    int64_t ticket, reservation;
    uint32_t came_ms, inside_ms; /* after the opening */
    uint32_t date;
    uint16_t seat_count, seat_at;
    uint8_t step, fate, tries, looks, want;
    bool inside, asked; /* has been seen inside; has a request under way */
};

/* Writes the request of the step it is at. */
size_t buyer_write(struct crowd *c, struct buyer *b, uint32_t id, char *out, size_t size);

/* Goes on from an answer, or from none. */
void buyer_hear(struct crowd *c, struct buyer *b, uint32_t id, const struct client_result *result);

/* Chooses a date and goes to its seats, or to what can be done where none is left. */
void buyer_look(struct crowd *c, struct buyer *b, uint32_t id);

/* The public state, which the crowd's own watcher reads each second. */
size_t buyer_write_public(const struct crowd *c, char *out, size_t size);
void buyer_hear_public(struct crowd *c, const struct answer *a, int64_t *now_serving);

/* --- What crowd.c does for them --- */

/* Milliseconds since the opening. */
uint32_t crowd_now_ms(const struct crowd *c);
/* The figures of the second that it is. */
struct crowd_second *crowd_second(struct crowd *c);
/* Goes to a step: at once, after some seconds, or after some time of thinking. */
void crowd_go(struct crowd *c, struct buyer *b, uint32_t id, enum step step);
void crowd_go_after(struct crowd *c, struct buyer *b, uint32_t id, enum step step, double seconds);
void crowd_go_thinking(struct crowd *c, struct buyer *b, uint32_t id, enum step step);
/* It is over for one. */
void crowd_end(struct crowd *c, struct buyer *b, enum crowd_end end);

#endif
