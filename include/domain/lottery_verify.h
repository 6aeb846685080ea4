/*
 * Looking at a lottery from outside: what was published, the numbers that came of it, and whether
 * they follow from the seed. See domain/lottery.h for the rule.
 */
#ifndef FRONTROW_DOMAIN_LOTTERY_VERIFY_H
#define FRONTROW_DOMAIN_LOTTERY_VERIFY_H

#include "domain/app.h"
#include "domain/lottery.h"
#include <stdbool.h>
#include <stdio.h>

/* The latest lottery of a concert. */
struct lottery_info {
    int64_t concert_id;
    bool exists; /* all else is there only with it */
    bool drawn;  /* the seed and first_ticket are there only then */
    bool giving; /* drawn, and its numbers are still being given */
    unsigned char seed_hash[LOTTERY_SEED_BYTES], seed[LOTTERY_SEED_BYTES];
    int64_t made_at, opens_at, drawn_at; /* opens_at is the opening that was, once drawn; drawn_at
                                            -1 until then */
    int64_t entrants;                    /* so far, until it is drawn */
    int64_t first_ticket;                /* they have the numbers from here on */
    int64_t numbered;                    /* numbers given; who left in between got none */
    int64_t token_floor;                 /* entrants have higher token ids */
};

/* ERR_CONCERT_NOT_FOUND. */
enum err lottery_read(struct app *app, int64_t concert_id, struct lottery_info *out) MUSTCHECK;

/* One number of a drawn lottery. */
struct lottery_number {
    int64_t ticket, token_id; /* the token's jti */
    bool late;                /* came after the opening and before the draw: numbered behind the
                                 others in order of arrival, without a rank */
    unsigned char rank[LOTTERY_SEED_BYTES];
};

typedef enum err lottery_number_fn(const struct lottery_number *number, void *arg);

/* Calls fn for each number that somebody has or had, by number, the rank worked out anew, in
 * one consistent snapshot. Memory is needed for some thousands of them at a time, and for those
 * that are no part of the order. What fn returns other than ERR_OK ends it with that. ERR_BUSY if
 * the connection is lost on the way. */
enum err lottery_each(struct app *app, const struct lottery_info *lottery, lottery_number_fn *fn,
                      void *arg) MUSTCHECK;

/*
 * Checks a drawn lottery whose numbers are given: that the seed has the hash, and that the
 * numbers follow the order of the lottery. Says on `out` what was checked, and the first faults;
 * their number goes to *faults.
 */
enum err lottery_verify(struct app *app, const struct lottery_info *lottery, FILE *out,
                        int64_t *faults) MUSTCHECK;

#endif
