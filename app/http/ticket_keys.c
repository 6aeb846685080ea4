/* The keys of tickets, see http/ticket_keys.h. */
#include "http/ticket_keys.h"

#include "http/json_out.h"
#include "http/json_read.h"
#include "http/jws.h"

#include <json-c/json.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <string.h>

#define INFO "frontrow ticket ES256"

#define COORDINATE 32
#define POINT      (1 + 2 * COORDINATE) /* uncompressed, as of SEC 1, section 2.3.3 */
#define EXTRA      40
#define KID_LENGTH 8

void ticket_keys_clear(struct ticket_keys *keys)
{
    for (int i = 0; i < keys->count; i++)
        EVP_PKEY_free(keys->key[i].pkey);
    keys->count = 0;
}

/* --- Making a key --- */

/* HKDF-SHA256. */
static bool expand(const char *secret, unsigned char out[EXTRA])
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
    char digest[] = "SHA256", info[] = INFO;
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, strlen(secret)),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, sizeof info - 1),
        OSSL_PARAM_construct_end()};
    bool done = context && EVP_KDF_derive(context, out, EXTRA, params) > 0;

    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done;
}

/* The private key of a secret, and its point. The caller clears and frees *d. */
static bool derive(const EC_GROUP *group, const char *secret, BIGNUM *d, unsigned char point[POINT])
{
    unsigned char extra[EXTRA];
    BN_CTX *scratch = BN_CTX_secure_new();
    BIGNUM *less = BN_dup(EC_GROUP_get0_order(group)); /* n - 1 */
    EC_POINT *q = EC_POINT_new(group);
    bool done = scratch && less && q && expand(secret, extra);

    if (done) {
        BN_set_flags(d, BN_FLG_CONSTTIME);
        done = BN_sub_word(less, 1) && BN_bin2bn(extra, EXTRA, d) &&
               BN_nnmod(d, d, less, scratch) && BN_add_word(d, 1) &&
               EC_POINT_mul(group, q, d, NULL, NULL, scratch) &&
               EC_POINT_point2oct(group, q, POINT_CONVERSION_UNCOMPRESSED, point, POINT, scratch) ==
                   POINT;
    }
    explicit_bzero(extra, sizeof extra);
    EC_POINT_free(q);
    BN_free(less);
    BN_CTX_free(scratch);
    return done;
}

/* The key of a point and, unless d is NULL, its private half; NULL if it is not on the curve. */
static EVP_PKEY *build(const unsigned char point[POINT], const BIGNUM *d)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY *pkey = NULL;

    if (context && builder &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, POINT) &&
        (!d || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, d)))
        params = OSSL_PARAM_BLD_to_param(builder);
    if (params && EVP_PKEY_fromdata_init(context) > 0 &&
        EVP_PKEY_fromdata(context, &pkey, d ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params) <= 0)
        pkey = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return pkey;
}

static bool encode(const unsigned char *data, size_t len, char *out, size_t cap)
{
    struct text_buf text = {0};
    bool done;

    text_buf_base64url(&text, data, len);
    done = !text.failed && text_copy(out, cap, text.data, text.len);
    text_buf_free(&text);
    return done;
}

/* The members that RFC 7638 asks for, in its order and without blanks, hashed. */
static bool name_key(struct ticket_key *key)
{
    struct text_buf text = {0};
    unsigned char hash[32];
    char thumbprint[TICKET_COORDINATE_SIZE];
    bool done;

    text_buf_printf(&text, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", key->x,
                    key->y);
    done = !text.failed && EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL) &&
           encode(hash, sizeof hash, thumbprint, sizeof thumbprint);
    if (done)
        text_copy(key->kid, sizeof key->kid, thumbprint, KID_LENGTH);
    text_buf_free(&text);
    return done;
}

static enum err add_derived(const EC_GROUP *group, const char *secret, struct ticket_keys *keys)
{
    struct ticket_key *key = &keys->key[keys->count];
    unsigned char point[POINT];
    BIGNUM *d = BN_secure_new();
    bool done = d && derive(group, secret, d, point) &&
                encode(point + 1, COORDINATE, key->x, sizeof key->x) &&
                encode(point + 1 + COORDINATE, COORDINATE, key->y, sizeof key->y) && name_key(key);

    key->pkey = done ? build(point, d) : NULL;
    BN_clear_free(d);
    if (!key->pkey)
        return ERR_INTERNAL;
    keys->count++;
    return ERR_OK;
}

enum err ticket_keys_derive(const struct config *cfg, struct ticket_keys *out)
{
    bool own = cfg->auth_ticket_secret[0];
    const char *current = own ? cfg->auth_ticket_secret : cfg->auth_queue_secret;
    const char *previous = own || cfg->auth_ticket_secret_previous[0]
                               ? cfg->auth_ticket_secret_previous
                               : cfg->auth_queue_secret_previous;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    enum err e = ERR_INTERNAL;

    out->count = 0;
    if (group)
        e = add_derived(group, current, out);
    if (e == ERR_OK && previous[0])
        e = add_derived(group, previous, out);
    EC_GROUP_free(group);
    if (e != ERR_OK)
        ticket_keys_clear(out);
    return e;
}

/* --- Reading and writing a set --- */

static bool says(struct json_object *jwk, const char *name, const char *value)
{
    struct jws_span text = jws_member(jwk, name);

    return text.p && strcmp(text.p, value) == 0;
}

static bool read_coordinate(struct json_object *jwk, const char *name, unsigned char *bytes,
                            char text[TICKET_COORDINATE_SIZE])
{
    struct jws_span said = jws_member(jwk, name);
    size_t len;

    return said.p && text_base64url_decode(said.p, said.len, bytes, COORDINATE, &len) &&
           len == COORDINATE && text_copy(text, TICKET_COORDINATE_SIZE, said.p, said.len);
}

/* Reads one member of a set; false if it is nothing for us. */
static bool read_key(struct json_object *jwk, struct ticket_key *key)
{
    unsigned char point[POINT] = {POINT_CONVERSION_UNCOMPRESSED};
    struct jws_span kid;

    if (!json_object_is_type(jwk, json_type_object) || !says(jwk, "kty", "EC") ||
        !says(jwk, "crv", "P-256") || (jws_has(jwk, "use") && !says(jwk, "use", "sig")) ||
        (jws_has(jwk, "alg") && !says(jwk, "alg", "ES256")))
        return false;
    kid = jws_member(jwk, "kid");
    if (!kid.p || kid.len == 0 || !text_copy(key->kid, sizeof key->kid, kid.p, kid.len) ||
        !read_coordinate(jwk, "x", point + 1, key->x) ||
        !read_coordinate(jwk, "y", point + 1 + COORDINATE, key->y))
        return false;
    key->pkey = build(point, NULL);
    return key->pkey != NULL;
}

enum err ticket_keys_read(const char *text, size_t len, struct ticket_keys *out)
{
    struct json_object *root, *list = NULL;
    size_t count;

    out->count = 0;
    root = len <= TICKET_KEYS_TEXT_MAX ? json_read_object(text, len) : NULL;
    json_object_object_get_ex(root, "keys", &list);
    count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    if (count > TICKET_KEYS_MAX)
        count = 0;
    for (size_t i = 0; i < count; i++)
        if (read_key(json_object_array_get_idx(list, i), &out->key[out->count]))
            out->count++;
    json_object_put(root);
    return out->count > 0 ? ERR_OK : ERR_INVALID_JSON;
}

void ticket_keys_put(const struct ticket_keys *keys, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_array_begin(out, "keys");
    for (const struct ticket_key *key = keys->key; key < keys->key + keys->count; key++) {
        jout_object_begin(out, NULL);
        jout_text(out, "kty", "EC");
        jout_text(out, "crv", "P-256");
        jout_text(out, "use", "sig");
        jout_text(out, "alg", "ES256");
        jout_text(out, "kid", key->kid);
        jout_text(out, "x", key->x);
        jout_text(out, "y", key->y);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_object_end(out);
}

const struct ticket_key *ticket_keys_find(const struct ticket_keys *keys, const char *kid,
                                          size_t len)
{
    for (const struct ticket_key *key = keys->key; key < keys->key + keys->count; key++)
        if (strlen(key->kid) == len && memcmp(key->kid, kid, len) == 0)
            return key;
    return NULL;
}
