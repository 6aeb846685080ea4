/*
 * Tokens found genuine, see http/seen.h.
 *
 * A table of marks, each at the place that its own bits say, where the latest stands. The two words
 * are written one after the other: a mark of halves of two others is the mark of no token.
 */
#include "http/seen.h"

#include "base/shared.h"
#include <openssl/evp.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

/* Two to the power of this many marks of 16 bytes. */
#define PLACE_BITS 18

struct place {
    _Atomic uint64_t words[2];
};

static struct table {
    unsigned char key[32];
    struct place places[1 << PLACE_BITS];
} * table;

enum err seen_init(void)
{
    struct table *t = shared_alloc(sizeof *t);

    if (!t || getrandom(t->key, sizeof t->key, 0) != (ssize_t)sizeof t->key)
        return ERR_INTERNAL;
    table = t;
    return ERR_OK;
}

/* The secret ends with a zero, which it cannot hold itself. */
static bool digest(const char *secret, const char *token, size_t len, unsigned char out[32])
{
    static EVP_MD_CTX *context;
    static EVP_MD *sha256;

    if (!context)
        context = EVP_MD_CTX_new();
    if (!sha256)
        sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    return context && sha256 && EVP_DigestInit_ex(context, sha256, NULL) &&
           EVP_DigestUpdate(context, table->key, sizeof table->key) &&
           EVP_DigestUpdate(context, secret, strlen(secret) + 1) &&
           EVP_DigestUpdate(context, token, len) && EVP_DigestFinal_ex(context, out, NULL);
}

bool seen_mark(const char *secret, const char *token, size_t len, struct seen_mark *out)
{
    unsigned char sum[32];

    if (!table || !digest(secret, token, len, sum))
        return false;
    memcpy(out->words, sum, sizeof out->words);
    return true;
}

static struct place *place_of(const struct seen_mark *mark)
{
    return &table->places[mark->words[0] >> (64 - PLACE_BITS)];
}

bool seen_has(const struct seen_mark *mark)
{
    struct place *p = place_of(mark);

    return atomic_load_explicit(&p->words[0], memory_order_relaxed) == mark->words[0] &&
           atomic_load_explicit(&p->words[1], memory_order_relaxed) == mark->words[1];
}

void seen_note(const struct seen_mark *mark)
{
    struct place *p = place_of(mark);

    for (int i = 0; i < 2; i++)
        atomic_store_explicit(&p->words[i], mark->words[i], memory_order_relaxed);
}
