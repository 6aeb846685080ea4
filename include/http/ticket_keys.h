/*
 * The keys that sign tickets to a show: ES256, that is ECDSA on the curve P-256 with SHA-256 (RFC
 * 7518, section 3.4), so that whoever has the public half can check a ticket and not make one.
 *
 * The private key is no setting of its own but derived from a secret: HKDF-SHA256 (RFC 5869)
 * without salt and with the info "frontrow ticket ES256" gives 40 bytes, as a number c, and
 * d = c mod (n - 1) + 1, where n is the order of the curve's base point (FIPS 186-5, A.2.1: 64 bits
 * more than n has, so that no d is likelier than another).
 */
#ifndef FRONTROW_HTTP_TICKET_KEYS_H
#define FRONTROW_HTTP_TICKET_KEYS_H

#include "base/config.h"
#include "base/err.h"
#include "base/text.h"

/* Most keys of a set, and most bytes of its text. */
#define TICKET_KEYS_MAX      16
#define TICKET_KEYS_TEXT_MAX 65536

/* Room for a key's name, and for a coordinate of 32 bytes in base64url, each with a zero. */
#define TICKET_KID_SIZE        65
#define TICKET_COORDINATE_SIZE 44

struct evp_pkey_st; /* OpenSSL's EVP_PKEY */

struct ticket_key {
    struct evp_pkey_st *pkey;
    char kid[TICKET_KID_SIZE];
    char x[TICKET_COORDINATE_SIZE], y[TICKET_COORDINATE_SIZE];
};

/* Start with {.count = 0}; free with ticket_keys_clear. */
struct ticket_keys {
    struct ticket_key key[TICKET_KEYS_MAX];
    int count;
};

void ticket_keys_clear(struct ticket_keys *keys);

/*
 * The keys of the configuration, with their private halves, which ticket_keys_clear wipes: first
 * the one that signs, from ticket_secret or, where that is empty, from queue_secret; then the one
 * before it, if there is one. Some 50 microseconds each. A kid is the first 8 characters of the
 * key's thumbprint (RFC 7638). ERR_INTERNAL.
 */
enum err ticket_keys_derive(const struct config *cfg, struct ticket_keys *out) MUSTCHECK;

/* Reads a JWK Set (RFC 7517, section 5) of public keys. Of others than P-256's, and of those that
 * are not for signatures or have no kid, nothing is taken. ERR_INVALID_JSON if it is none, or has
 * none for us, or too many; ERR_INTERNAL without memory. */
enum err ticket_keys_read(const char *text, size_t len, struct ticket_keys *out) MUSTCHECK;

/* Appends the public halves as a JWK Set. */
void ticket_keys_put(const struct ticket_keys *keys, struct text_buf *out);

/* The key of that name, of `len` bytes; NULL if there is none. */
const struct ticket_key *ticket_keys_find(const struct ticket_keys *keys, const char *kid,
                                          size_t len);

#endif
