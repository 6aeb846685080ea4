/*
 * One buyer: asks one thing at a time, writes down what was asked and answered, and asks again with
 * the same key until there is an answer that settles it, or gives up.
 */
#ifndef FRONTROW_TESTS_SOAK_BUYER_H
#define FRONTROW_TESTS_SOAK_BUYER_H

#include "base/text.h"
#include "soak/history.h"
#include "soak/rng.h"
#include "soak/sale.h"
#include "soak/wire.h"

enum { BUYER_HOLDS = 8, BUYER_BOUGHT = 16, BUYER_KEPT = 8 };

enum buyer_phase {
    BUYER_ROAMS, /* does this and that */
    BUYER_ASKS,  /* asks again most of what had no answer */
    BUYER_BUYS,  /* one more purchase, from the beginning to the end */
    BUYER_RESTS
};

enum buyer_place { PLACE_NONE, PLACE_WAITING, PLACE_INSIDE };

struct buyer_hold {
    int64_t reservation, expires_at;
    bool extended;
};

/* An answer to be asked for again. */
struct buyer_kept {
    struct wire_request request;
    long status;
    struct text_buf body;
};

/* What had no answer when the buyer gave up. */
struct buyer_doubt {
    struct op *op;
    struct wire_request request;
};

struct buyer {
    int index;
    struct rng rng;
    char id[UUID_TEXT_SIZE], token[WIRE_TOKEN];
    struct wire_slot *slot;
    int64_t wake_ms; /* when to do the next thing, by the monotonic clock */

    struct op *op; /* under way, or NULL */
    struct wire_request request;
    bool dropped; /* this attempt is to lose its answer */
    int echo;     /* of OP_ECHO: which kept answer */

    enum buyer_place place;
    const struct sale_concert *concert;
    char queue[WIRE_TOKEN];
    int64_t ticket;
    struct buyer_hold holds[BUYER_HOLDS];
    int hold_count;
    int64_t pays_next; /* a reservation whose last moment was waited for, or 0 */
    int64_t bought[BUYER_BOUGHT];
    int bought_count;
    char *letters; /* of the show seen last */
    int64_t letters_of;
    bool needs_money;

    struct buyer_kept kept[BUYER_KEPT];
    int kept_count, kept_next;
    struct buyer_doubt *doubts;
    size_t doubt_count;
    int charges, keys;
    bool satisfied; /* BUYER_BUYS is through */
};

/* What all buyers share. */
struct buyer_world {
    struct history *history;
    struct sale *sale;
    enum buyer_phase phase;
    int64_t began_ms;   /* of the run, by the monotonic clock */
    bool drops;         /* buyers close connections before the answer */
    bool best, extends; /* the product can do these */
    /* Counts for the report. */
    uint64_t answers, none, busy, broken, dropped, replayed, echoes, doubts;
    uint64_t told[OP_KINDS][3]; /* by kind and outcome */
    char last_broken[400];
};

extern struct buyer_world buyer_world;

void buyer_begin(struct buyer *b, int index, uint64_t seed);
void buyer_end(struct buyer *b);

/* Does the next thing if its time has come. */
void buyer_step(struct buyer *b);

/* Whether nothing of the phase is left to do. */
bool buyer_is_done(const struct buyer *b);

/* --- Between the sources of the buyer --- */

/* Begins an operation; its parameters are already in `op` and `request`. */
void buyer_do(struct buyer *b, const struct op *op);

/* Asks again what had no answer. */
void buyer_ask_again(struct buyer *b, struct buyer_doubt doubt);

/* Chooses and begins the next operation (buyer_mind.c). */
void buyer_choose(struct buyer *b);

/* Takes what a settled operation changes for the buyer, and completes its record from the answer
 * (buyer_take.c). */
void buyer_take(struct buyer *b, struct op *op, json_object *json);

/* The place in the queue is over or given up. */
void buyer_go_out(struct buyer *b);

/* Forgets a hold, or something bought. */
void buyer_drop_hold(struct buyer *b, int64_t reservation);
void buyer_drop_bought(struct buyer *b, int64_t reservation);

#endif
