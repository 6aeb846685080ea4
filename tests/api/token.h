/*
 * Tokens for the tests: genuine ones, as the operator's own site mints them, and forged ones.
 * Strings belong to the running test.
 */
#ifndef FRONTROW_TESTS_TOKEN_H
#define FRONTROW_TESTS_TOKEN_H

#include <stddef.h>

struct api_res;

/* A user token that lives an hour. `scope` may be NULL. */
const char *token_user(const char *user_id, const char *scope);

/* Of a user of its own, with scope admin or service. */
const char *token_admin(void);
const char *token_service(void);

/*
 * Header and payload as they stand (JSON, or anything), signed with HMAC by `digest` ("SHA256",
 * "SHA384", "SHA512"; NULL: the third part is empty) and `key`.
 */
const char *token_forge(const char *header, const char *payload, const char *digest,
                        const char *key);

/* A genuine header with the given payload, signed with the user or the queue secret. */
const char *token_user_payload(const char *payload);
const char *token_queue_payload(const char *payload);

/* The header (0) or the payload (1) of a token, as if it were an answer's body. */
const struct api_res *token_part(const char *token, int part);

/* A random UUID in lower case. */
const char *token_uuid(void);

#endif
