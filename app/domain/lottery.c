/* The pre-queue's lottery, see domain/lottery.h; job_lottery.c draws it. */
#include "domain/lottery.h"

#include "db/db.h"
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

enum err lottery_rank(const unsigned char seed[LOTTERY_SEED_BYTES], int64_t token_id,
                      unsigned char rank[LOTTERY_SEED_BYTES])
{
    char jti[24];
    int len = snprintf(jti, sizeof jti, "%" PRId64, token_id);
    return HMAC(EVP_sha256(), seed, LOTTERY_SEED_BYTES, (const unsigned char *)jti, (size_t)len,
                rank, NULL)
               ? ERR_OK
               : ERR_INTERNAL;
}

enum err lottery_hash(const unsigned char seed[LOTTERY_SEED_BYTES],
                      unsigned char hash[LOTTERY_SEED_BYTES])
{
    return EVP_Digest(seed, LOTTERY_SEED_BYTES, hash, NULL, EVP_sha256(), NULL) == 1 ? ERR_OK
                                                                                     : ERR_INTERNAL;
}

enum err lottery_begin(struct db *db, int64_t concert_id)
{
    unsigned char seed[LOTTERY_SEED_BYTES], hash[LOTTERY_SEED_BYTES];
    if (RAND_bytes(seed, sizeof seed) != 1)
        return ERR_INTERNAL;
    enum err e = lottery_hash(seed, hash);
    if (e == ERR_OK)
        e = db_exec(db, STMT_LOTTERY_INSERT, NULL, DB_P_INT(concert_id),
                    DB_P_BYTES(seed, sizeof seed), DB_P_BYTES(hash, sizeof hash));
    if (e == ERR_OK)
        e = db_exec(db, STMT_LOTTERY_ATTACH, NULL, DB_P_INT(db_insert_id(db)),
                    DB_P_INT(concert_id));
    return e;
}

enum err lottery_open_now(struct db *db, int64_t concert_id)
{
    return db_exec(db, STMT_LOTTERY_OPEN_NOW, NULL, DB_P_INT(concert_id));
}

enum err lottery_open_later(struct db *db, int64_t concert_id)
{
    return db_exec(db, STMT_LOTTERY_OPEN_LATER, NULL, DB_P_INT(concert_id));
}
