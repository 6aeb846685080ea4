/*
 * Tokens: checking and minting (RFC 7519, RFC 8725). HS256 only.
 *
 * libjwt 1.10 ignores exp, nbf and aud, takes `hs256` for HS256 and calls an unverified token good
 * when it has no key; so the header is read first, `kid` chooses the key, `alg` is compared byte
 * by byte, and times and audience are checked here. A token that libjwt has found genuine on this
 * host is not given to it again (http/seen.h).
 */
#ifndef FRONTROW_HTTP_AUTH_H
#define FRONTROW_HTTP_AUTH_H

#include "base/config.h"
#include "base/err.h"
#include "domain/app.h"
#include "domain/queue.h"
#include "http/jws.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest token that is looked at. */
#define AUTH_TOKEN_MAX JWS_MAX

/* Which kinds a route takes. */
enum auth_accept { AUTH_USER = 1, AUTH_QUEUE = 2, AUTH_EITHER = 3 };

/*
 * Checks the value of an Authorization header (NULL or empty, another scheme than Bearer, in any
 * case, or no token after it: ERR_TOKEN_MISSING) against the moment now_ms.
 *
 * A user token must be in time, with the configured leeway. A queue token that is genuine but past
 * its exp is accepted here: whether it is over is the database's word, and so with a jti that is
 * none of ours (token_id is then 0, which no row has). `aud` is the right one, as a
 * string or an array of it alone; `typ`, if present, is JWT in any case; `crit` is refused, since
 * no extension is understood; a kid that is not configured for that kind is refused, none means
 * the current key. ERR_TOKEN_INVALID; ERR_INTERNAL without memory. On failure *out is of no kind.
 */
enum err auth_check(const struct config *cfg, const char *authorization, enum auth_accept accept,
                    int64_t now_ms, struct caller *out) MUSTCHECK;

/* The same of a token alone, `len` bytes that need no zero after them. Never ERR_TOKEN_MISSING. */
enum err auth_check_token(const struct config *cfg, const char *token, size_t len,
                          enum auth_accept accept, int64_t now_ms, struct caller *out) MUSTCHECK;

/* Mints a user token; scope may be NULL or empty; a ttl that is not positive gives one that is
 * over. The caller frees *token with free(). ERR_INVALID_FIELD for a ttl beyond 10^12;
 * ERR_INTERNAL. */
enum err auth_mint_user(const struct config *cfg, const struct uuid *user, const char *scope,
                        int64_t now_ms, int64_t ttl_seconds, char **token) MUSTCHECK;

/* Mints the queue token of a ticket; without tkt when it has no number yet (0). iat is cut, exp
 * rounded up to the second. The caller frees *token with free(). ERR_INTERNAL. */
enum err auth_mint_queue(const struct config *cfg, const struct queue_ticket *ticket,
                         char **token) MUSTCHECK;

#endif
