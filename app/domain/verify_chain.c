/*
 * The hash of an entry, see domain/verify_chain.h. Ten million of them are made in one run: the
 * digest is looked up once, and the text put together without printf().
 */
#include "domain/verify_chain.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct chain {
    EVP_MD_CTX *digest;
    int64_t day;       /* of the last entry, in days since the epoch */
    char day_text[16]; /* the same as text */
};

struct chain *chain_new(void)
{
    struct chain *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->day = INT64_MIN;
    c->digest = EVP_MD_CTX_new();
    if (!c->digest || !EVP_DigestInit_ex(c->digest, EVP_sha256(), NULL)) {
        chain_free(c);
        return NULL;
    }
    return c;
}

void chain_free(struct chain *c)
{
    if (!c)
        return;
    EVP_MD_CTX_free(c->digest);
    free(c);
}

static char *put_hex(char *at, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    *at++ = '|';
    return at;
}

/* At least `width` digits. */
static char *put_digits(char *at, uint64_t n, int width)
{
    char digits[20];
    int count = 0;
    while (n || count < width) {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    }
    while (count)
        *at++ = digits[--count];
    return at;
}

static char *put_int(char *at, int64_t n)
{
    if (n < 0)
        *at++ = '-';
    at = put_digits(at, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, 1);
    *at++ = '|';
    return at;
}

static char *put_time(struct chain *c, char *at, int64_t ms)
{
    enum { DAY_MS = 86400000 };
    int64_t day = ms / DAY_MS, rest = ms % DAY_MS;
    if (rest < 0) {
        day--;
        rest += DAY_MS;
    }
    if (day != c->day) {
        time_t seconds = (time_t)(day * (DAY_MS / 1000));
        struct tm tm = {0};
        gmtime_r(&seconds, &tm);
        strftime(c->day_text, sizeof c->day_text, "%Y-%m-%d ", &tm);
        c->day = day;
    }
    at = stpcpy(at, c->day_text);
    at = put_digits(at, (uint64_t)rest / 3600000, 2);
    *at++ = ':';
    at = put_digits(at, (uint64_t)rest / 60000 % 60, 2);
    *at++ = ':';
    at = put_digits(at, (uint64_t)rest / 1000 % 60, 2);
    *at++ = '.';
    return put_digits(at, (uint64_t)rest % 1000 * 1000, 6);
}

bool chain_hash(struct chain *c, const unsigned char before[CHAIN_HASH_SIZE],
                const struct chain_entry *entry, unsigned char out[CHAIN_HASH_SIZE])
{
    char text[320], *at = text;
    at = put_hex(at, before, CHAIN_HASH_SIZE);
    at = put_hex(at, entry->user.b, sizeof entry->user.b);
    at = put_int(at, entry->seq);
    at = stpcpy(at, entry->type);
    *at++ = '|';
    at = put_int(at, entry->amount);
    at = put_int(at, entry->balance_after);
    if (entry->has_reservation)
        at = put_int(at, entry->reservation_id);
    else
        *at++ = '|';
    at = put_time(c, at, entry->created_at);
    return EVP_DigestInit_ex(c->digest, NULL, NULL) &&
           EVP_DigestUpdate(c->digest, text, (size_t)(at - text)) &&
           EVP_DigestFinal_ex(c->digest, out, NULL);
}
