/*
 * Bad requests, one a row, over every route: what is asked by whom, and exactly how it is refused.
 *
 * In paths, bodies and headers {C} stands for a concert, {S} for its schedule of ten seats at 1000,
 * {R} for the buyer's held reservation (seat 1), {P} for a paid one of somebody else (seat 2), {U}
 * and {V} for the ids of these two; ' stands for " in bodies. Nothing that is asked may change any
 * of these, which is looked at in the end.
 */
#ifndef FRONTROW_TESTS_BAD_INPUT_H
#define FRONTROW_TESTS_BAD_INPUT_H

#include <stddef.h>

enum who {
    NOBODY,
    BUYER,   /* a user token */
    INSIDE,  /* the buyer's queue token */
    WAITING, /* a queue token of {C} whose turn has not come */
    GONE,    /* a queue token of {C} that a payment has finished: the other's */
    OTHER,   /* that other's user token */
    PLACE,   /* the buyer's queue token in the cookie of {C}, sent by Frontrow's own page */
    SERVICE,
    ADMIN,
    WHO_COUNT
};

struct bad_row {
    const char *line; /* "METHOD /path", below /api/v1 unless it begins with two slashes */
    enum who who;
    const char *body; /* NULL: none */
    int status;
    const char *code, *field; /* field NULL: not looked at */
    const char *header;       /* one more, or a Content-Type in the place of JSON's */
};

/* The tables, each ended by a row without a line. */
extern const struct bad_row bad_queue[], bad_booking[], bad_wallet[], bad_admin[], bad_anyone[];

#endif
