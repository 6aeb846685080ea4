/* Tickets to a show, see http/ticket.h. */
#include "http/ticket.h"

#include "base/ranges.h"
#include "domain/schedule.h"
#include "http/json_out.h"
#include "http/json_read.h"
#include "http/jws.h"

#include <json-c/json.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <string.h>

#define AUDIENCE "frontrow:ticket"
#define ALG      "ES256"

/* The two halves of a signature, 32 bytes each, and all of it in base64url. */
#define HALF          32
#define SIGNATURE     (2 * HALF)
#define SIGNATURE_LEN 86

/* Seconds of the year 9999. */
#define MOMENT_MAX (CLOCK_MAX_MS / 1000)

/* --- Signing --- */

static void put_header(const struct ticket_key *key, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_text(out, "alg", ALG);
    jout_text(out, "kid", key->kid);
    jout_object_end(out);
}

static void put_claims(const struct ticket *t, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_text(out, "aud", AUDIENCE);
    jout_int(out, "rid", t->reservation_id);
    jout_int(out, "sid", t->schedule_id);
    jout_int(out, "cid", t->concert_id);
    jout_int(out, "at", t->starts_at);
    jout_text(out, "seats", t->seats);
    jout_int(out, "iat", t->paid_at);
    jout_object_end(out);
}

/* OpenSSL's signature as the two numbers side by side that RFC 7518, section 3.4, asks for. */
static bool to_halves(const unsigned char *der, size_t len, unsigned char out[SIGNATURE])
{
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)len);
    bool done = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, HALF) == HALF &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + HALF, HALF) == HALF;

    ECDSA_SIG_free(pair);
    return done;
}

static bool sign(const struct ticket_key *key, const struct text_buf *text,
                 unsigned char out[SIGNATURE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char der[128];
    size_t len = sizeof der;
    bool done =
        context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->pkey) > 0 &&
        EVP_DigestSign(context, der, &len, (const unsigned char *)text->data, text->len) > 0 &&
        to_halves(der, len, out);

    EVP_MD_CTX_free(context);
    return done;
}

enum err ticket_sign(const struct ticket_keys *keys, const struct ticket *t, struct text_buf *out)
{
    struct text_buf json = {0}, text = {0};
    unsigned char signature[SIGNATURE];
    bool done;

    put_header(&keys->key[0], &json);
    if (!json.failed)
        text_buf_base64url(&text, (const unsigned char *)json.data, json.len);
    text_buf_reset(&json);
    put_claims(t, &json);
    text_buf_puts(&text, ".");
    if (!json.failed)
        text_buf_base64url(&text, (const unsigned char *)json.data, json.len);
    done = !json.failed && !text.failed && sign(&keys->key[0], &text, signature);
    if (done) {
        text_buf_puts(&text, ".");
        text_buf_base64url(&text, signature, sizeof signature);
        done = !text.failed;
    }
    if (done)
        text_buf_append(out, text.data, text.len);
    text_buf_free(&json);
    text_buf_free(&text);
    return done && !out->failed ? ERR_OK : ERR_INTERNAL;
}

/* --- Checking --- */

/* The way back from to_halves; the length, 0 if it fails. The caller frees *der with OPENSSL_free.
 */
static int from_halves(const unsigned char halves[SIGNATURE], unsigned char **der)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(halves, HALF, NULL), *s = BN_bin2bn(halves + HALF, HALF, NULL);
    int len = 0;

    if (pair && r && s && ECDSA_SIG_set0(pair, r, s)) {
        r = s = NULL;
        len = i2d_ECDSA_SIG(pair, der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(pair);
    return len > 0 ? len : 0;
}

static bool verify(const struct ticket_key *key, const char *text, size_t len,
                   struct jws_span signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char halves[SIGNATURE], *der = NULL;
    size_t halves_len;
    int der_len = 0;
    bool good;

    if (text_base64url_decode(signature.p, signature.len, halves, sizeof halves, &halves_len) &&
        halves_len == sizeof halves)
        der_len = from_halves(halves, &der);
    good = context && der_len > 0 &&
           EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->pkey) > 0 &&
           EVP_DigestVerify(context, der, (size_t)der_len, (const unsigned char *)text, len) == 1;
    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    return good;
}

/* A claim from `min` to `max`. */
static bool read_number(struct json_object *claims, const char *name, int64_t min, int64_t max,
                        int64_t *out)
{
    struct json_object *value;

    return json_object_object_get_ex(claims, name, &value) && json_read_int(value, out) &&
           *out >= min && *out <= max;
}

static bool read_claims(struct json_object *claims, struct ticket *out)
{
    struct jws_span aud = jws_member(claims, "aud"), seats = jws_member(claims, "seats");

    return aud.p && strcmp(aud.p, AUDIENCE) == 0 &&
           read_number(claims, "rid", 1, INT64_MAX, &out->reservation_id) &&
           read_number(claims, "sid", 1, INT64_MAX, &out->schedule_id) &&
           read_number(claims, "cid", 1, INT64_MAX, &out->concert_id) &&
           read_number(claims, "at", 0, MOMENT_MAX, &out->starts_at) &&
           read_number(claims, "iat", 0, MOMENT_MAX, &out->paid_at) && seats.p &&
           text_copy(out->seats, sizeof out->seats, seats.p, seats.len) &&
           ranges_count(out->seats, APP_MAX_SEATS, SCHEDULE_MAX_SEATS) > 0;
}

/* The key that the header asks for, if the header is one of ours otherwise. */
static enum ticket_fault choose_key(const struct ticket_keys *keys, struct jws_span segment,
                                    const struct ticket_key **key)
{
    struct json_object *header = jws_read(segment);
    struct jws_span kid = {NULL, 0};
    bool good = header && jws_header(header, ALG, &kid) && kid.p;

    *key = good ? ticket_keys_find(keys, kid.p, kid.len) : NULL;
    json_object_put(header);
    if (!good)
        return TICKET_MALFORMED;
    return *key ? TICKET_GENUINE : TICKET_UNKNOWN_KEY;
}

enum ticket_fault ticket_check(const struct ticket_keys *keys, const char *text, size_t len,
                               struct ticket *out)
{
    const struct ticket_key *key;
    struct jws_segments segments;
    struct json_object *claims;
    enum ticket_fault fault;
    bool good;

    if (len > JWS_MAX || !jws_split(text, len, SIGNATURE_LEN, &segments))
        return TICKET_MALFORMED;
    fault = choose_key(keys, segments.header, &key);
    if (fault != TICKET_GENUINE)
        return fault;
    if (!verify(key, text, (size_t)(segments.signature.p - 1 - text), segments.signature))
        return TICKET_FORGED;
    claims = jws_read(segments.payload);
    good = claims && read_claims(claims, out);
    json_object_put(claims);
    return good ? TICKET_GENUINE : TICKET_OTHER;
}
