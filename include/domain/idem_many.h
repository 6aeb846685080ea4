/*
 * The idempotency keys of a clerk's batch (domain/clerk.h): what domain/idem.h does for one
 * request, inside the transaction of many.
 */
#ifndef FRONTROW_DOMAIN_IDEM_MANY_H
#define FRONTROW_DOMAIN_IDEM_MANY_H

#include "domain/clerk.h"
#include "domain/idem.h"

/* A key as it travels with an ask. */
struct idem_key {
    bool present;
    struct uuid subject;
    unsigned char fingerprint[32];
    uint16_t len;
    char key[255];
};

/* `idem` may be NULL: no key. */
void idem_key_of(const struct idem *idem, struct idem_key *out);

/*
 * Inserts the rows of those keys that are new, waiting for whoever is inserting the same one.
 * out[i] is set for each that is there already, or is an earlier one's of this batch: they have to
 * go alone. Those without a key stay. `n` is at most CLERK_BATCH.
 */
enum err idem_many_begin(struct clerk *c, const struct idem_key *const *keys, int n,
                         bool *out) MUSTCHECK;

/* The keys of asks that lie one after the other in memory. */
struct idem_asks {
    const struct idem_key *keys[CLERK_BATCH];
    bool begun[CLERK_BATCH]; /* their rows have been inserted */
    int count;
};

/* The same for the keys of `n` asks, of which `first` is the first one's and `apart` the bytes from
 * each to the next. */
enum err idem_asks_begin(struct clerk *c, struct idem_asks *asks, const struct idem_key *first,
                         size_t apart, int n, bool *out) MUSTCHECK;

/* Takes the rows back of all that have been begun and are `out` of the batch. */
enum err idem_asks_drop(struct clerk *c, const struct idem_asks *asks, const bool *out) MUSTCHECK;

/* Takes the row back of one that has been begun and does not stay in the batch. */
enum err idem_many_drop(struct clerk *c, const struct idem_key *key) MUSTCHECK;

/* Keeps the answers of those that have been begun and stay, each rendered from args[i]. */
enum err idem_many_finish(struct clerk *c, const struct idem_key *const *keys,
                          idem_render_fn *render, void *const *args, int n) MUSTCHECK;

#endif
