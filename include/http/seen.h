/*
 * Tokens that have been found genuine on this host, so that libjwt need not check them again at
 * each request: in memory shared by its workers, 128 bits of each.
 *
 * They are those of a SHA-256 over a random key, the secret that the token was checked with, and
 * every byte of the token: nobody outside can tell what is in there, or make another token that
 * looks like one in there, and a token is no longer known once its secret is no longer configured.
 * It says that the signature is good and nothing else: what the token claims is judged at each
 * request.
 */
#ifndef FRONTROW_HTTP_SEEN_H
#define FRONTROW_HTTP_SEEN_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes the shared memory; once, in the master, before any fork. Without it no token is known. */
enum err seen_init(void) MUSTCHECK;

struct seen_mark {
    uint64_t words[2];
};

/* The mark of a token, `len` bytes, and a secret. False: there is none. */
bool seen_mark(const char *secret, const char *token, size_t len, struct seen_mark *out);

/* Whether the token was noted. It may have been forgotten. */
bool seen_has(const struct seen_mark *mark);

/* Notes a token that is genuine. */
void seen_note(const struct seen_mark *mark);

#endif
