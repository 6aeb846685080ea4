/*
 * The wallets of a clerk's batch (domain/clerk.h): locked by one statement, changed by another, and
 * their entries written by a third. For the domain's own sources.
 */
#ifndef FRONTROW_DOMAIN_WALLET_MANY_H
#define FRONTROW_DOMAIN_WALLET_MANY_H

#include "domain/clerk.h"
#include "domain/wallet.h"

/* What is to happen to one wallet, and what comes of it. */
struct wallet_move {
    struct uuid user_id;
    int64_t amount;          /* may be negative */
    int64_t reservation_id;  /* 0: none */
    struct wallet_seen seen; /* once locked; `now` is the moment of its entry */
    struct wallet_next next;
    int64_t entry_id; /* once written */
};

/*
 * Inside a transaction: locks the wallets of those who are not out yet, waiting for nobody. out[i]
 * is set for each whose wallet is not there or is locked by somebody else. No two may be of the
 * same user; `n` is at most CLERK_BATCH.
 */
enum err wallet_many_lock(struct clerk *c, struct wallet_move *moves, int n, bool *out) MUSTCHECK;

/* Makes out what the wallets will hold once an entry of this type has been added to what was seen.
 * out[i] is set for each that would leave its bounds. */
enum err wallet_many_prepare(const char *type, struct wallet_move *moves, int n,
                             bool *out) MUSTCHECK;

/* In the same transaction: changes the wallets of those who are still not out, which are locked,
 * and writes their entries. */
enum err wallet_many_write(struct clerk *c, const char *type, struct wallet_move *moves, int n,
                           const bool *out) MUSTCHECK;

#endif
