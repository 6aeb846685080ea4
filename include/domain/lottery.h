/*
 * The pre-queue's lottery: an order of those who came early that nobody can choose and everybody
 * can check.
 *
 * When a pre-queue begins, a random seed of 32 bytes is made and its SHA-256 published. At the
 * opening the job orders the tokens by HMAC-SHA256 (RFC 2104; key: the seed's bytes, text: the
 * token's jti), ascending, numbers them, and publishes the seed.
 */
#ifndef FRONTROW_DOMAIN_LOTTERY_H
#define FRONTROW_DOMAIN_LOTTERY_H

#include "base/err.h"
#include <stdint.h>

struct db;

#define LOTTERY_SEED_BYTES 32

/* The HMAC with one seed as its key, set up once: that takes longer than a rank. */
struct lottery_mac;

/* NULL if it cannot be had. lottery_mac_free() frees it; NULL is allowed there. */
struct lottery_mac *lottery_mac_new(const unsigned char seed[LOTTERY_SEED_BYTES]);
void lottery_mac_free(struct lottery_mac *mac);

/* Where the token stands: lower comes first. `token_id` is its jti. ERR_INTERNAL. */
enum err lottery_rank(struct lottery_mac *mac, int64_t token_id,
                      unsigned char rank[LOTTERY_SEED_BYTES]) MUSTCHECK;

/* SHA-256 of the seed. ERR_INTERNAL. */
enum err lottery_hash(const unsigned char seed[LOTTERY_SEED_BYTES],
                      unsigned char hash[LOTTERY_SEED_BYTES]) MUSTCHECK;

/* Inside a transaction that holds the queue's row: begins a pre-queue with a new seed. */
enum err lottery_begin(struct db *db, int64_t concert_id) MUSTCHECK;

/* Inside such a transaction, in a pre-queue: its opening is at the present moment, or (again) when
 * the queue's opens_at says. */
enum err lottery_open_now(struct db *db, int64_t concert_id) MUSTCHECK;
enum err lottery_open_later(struct db *db, int64_t concert_id) MUSTCHECK;

#endif
