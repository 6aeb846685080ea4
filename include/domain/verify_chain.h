/* The hash of a ledger's entry, as schema/005_ledger.sql describes it: to check them, and to make
 * those of payments. */
#ifndef FRONTROW_DOMAIN_VERIFY_CHAIN_H
#define FRONTROW_DOMAIN_VERIFY_CHAIN_H

#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

#define CHAIN_HASH_SIZE 32

/* What goes into the hash beside that of the entry before. */
struct chain_entry {
    struct uuid user;
    int64_t seq;
    char type[8];
    int64_t amount, balance_after;
    bool has_reservation;
    int64_t reservation_id;
    int64_t created_at; /* milliseconds since the epoch */
};

/* What hashing keeps from one entry to the next. NULL if memory is short; chain_free takes NULL. */
struct chain *chain_new(void);
void chain_free(struct chain *c);

/* The hash of an entry after one whose hash is `before` (zeros: none). False if the library fails.
 */
bool chain_hash(struct chain *c, const unsigned char before[CHAIN_HASH_SIZE],
                const struct chain_entry *entry, unsigned char out[CHAIN_HASH_SIZE]) MUSTCHECK;

#endif
