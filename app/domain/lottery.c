/* The pre-queue's lottery, see domain/lottery.h; job_lottery.c draws it. */
#include "domain/lottery.h"

#include "db/db.h"
#include <inttypes.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <stdlib.h>

struct lottery_mac {
    EVP_MAC *mac;
    EVP_MAC_CTX *ctx;
};

struct lottery_mac *lottery_mac_new(const unsigned char seed[LOTTERY_SEED_BYTES])
{
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    struct lottery_mac *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    m->ctx = m->mac ? EVP_MAC_CTX_new(m->mac) : NULL;
    if (m->ctx && EVP_MAC_init(m->ctx, seed, LOTTERY_SEED_BYTES, params) == 1)
        return m;
    lottery_mac_free(m);
    return NULL;
}

void lottery_mac_free(struct lottery_mac *mac)
{
    if (!mac)
        return;
    EVP_MAC_CTX_free(mac->ctx);
    EVP_MAC_free(mac->mac);
    free(mac);
}

/* Without a key, EVP_MAC_init begins anew with the one that was set. */
enum err lottery_rank(struct lottery_mac *mac, int64_t token_id,
                      unsigned char rank[LOTTERY_SEED_BYTES])
{
    char jti[24];
    size_t done = 0;
    int len = snprintf(jti, sizeof jti, "%" PRId64, token_id);
    if (EVP_MAC_init(mac->ctx, NULL, 0, NULL) != 1 ||
        EVP_MAC_update(mac->ctx, (const unsigned char *)jti, (size_t)len) != 1 ||
        EVP_MAC_final(mac->ctx, rank, &done, LOTTERY_SEED_BYTES) != 1)
        return ERR_INTERNAL;
    return done == LOTTERY_SEED_BYTES ? ERR_OK : ERR_INTERNAL;
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
