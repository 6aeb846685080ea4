/* Tokens with any header and any payload, signed with any key: what an attacker can send. */
#ifndef FRONTROW_TESTS_UNIT_HTTP_FORGE_H
#define FRONTROW_TESTS_UNIT_HTTP_FORGE_H

#include <stddef.h>

/* base64url without padding (RFC 4648, section 5). The caller frees it. */
char *forge_base64url(const void *data, size_t len);

/* header.payload.signature, HMAC-SHA256 whatever the header says. The caller frees it. */
char *forge_token(const char *header, const char *payload, const char *secret);

/* The same with segments that are already encoded, of any length. */
char *forge_sign(const char *header64, const char *payload64, const char *secret);

struct evp_pkey_st;

/* header.payload.signature, ES256 with this key whatever the header says. The caller frees it. */
char *forge_es256(const char *header, const char *payload, struct evp_pkey_st *pkey);

#endif
