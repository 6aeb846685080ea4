/*
 * Any Authorization header, and any header and payload under a good signature.
 *
 * Each input is tried as it is, and as the header and the payload (parted by a line end) of tokens
 * signed with the user key, with the queue key and with none of ours; each of these wherever user
 * tokens, queue tokens or either are expected.
 */
#include "fuzz.h"
#include "http/auth.h"
#include "unit/http_forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW       INT64_C(1767323045678)
#define USER_KEY  "user-secret-0123456789abcdef012345"
#define QUEUE_KEY "queue-secret-0123456789abcdef01234"
#define FOREIGN   "foreign-secret-0123456789abcdef012"

static const struct config config = {
    .auth_user_secret = USER_KEY,
    .auth_user_kid = "u1",
    .auth_queue_secret = QUEUE_KEY,
    .auth_queue_kid = "q1",
    .auth_leeway_seconds = 5,
};

enum signer { SIGNER_NONE, SIGNER_USER, SIGNER_QUEUE, SIGNER_FOREIGN, SIGNERS };

/* What must hold of anybody who is let in. */
static void check_caller(const struct caller *c, enum auth_accept accept, enum signer signer)
{
    bool user = signer == SIGNER_USER;

    if (signer != SIGNER_USER && signer != SIGNER_QUEUE)
        abort();
    if (c->kind != (user ? TOKEN_USER : TOKEN_QUEUE) || !(accept & (user ? AUTH_USER : AUTH_QUEUE)))
        abort();
    if (user && c->exp < NOW / 1000 - config.auth_leeway_seconds - 1)
        abort();
    if (!user && (c->concert_id < 1 || c->token_id < 0 || c->ticket < 0))
        abort();
    if (!user && (c->may_charge || c->service || c->admin))
        abort();
}

/* The Authorization header; the caller frees it. */
static char *make_header(const char *text, enum signer signer)
{
    static const char *const keys[] = {NULL, USER_KEY, QUEUE_KEY, FOREIGN};
    size_t header_len = strcspn(text, "\n");
    char *token_header, *token, *header;

    if (signer == SIGNER_NONE)
        return strdup(text);
    token_header = strndup(text, header_len);
    token = forge_token(token_header, text + header_len + (text[header_len] == '\n'), keys[signer]);
    header = malloc(strlen(token) + 8);
    sprintf(header, "Bearer %s", token);
    free(token_header);
    free(token);
    return header;
}

static void check_header(const char *header, enum auth_accept accept, enum signer signer)
{
    struct caller caller;
    enum err e = auth_check(&config, header, accept, NOW, &caller);

    if (e == ERR_OK)
        check_caller(&caller, accept, signer);
    else if (caller.kind != TOKEN_NONE || (e != ERR_TOKEN_MISSING && e != ERR_TOKEN_INVALID))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    for (enum signer signer = SIGNER_NONE; signer < SIGNERS; signer++) {
        char *header = make_header(text, signer);

        check_header(header, AUTH_USER, signer);
        check_header(header, AUTH_QUEUE, signer);
        check_header(header, AUTH_EITHER, signer);
        free(header);
    }
    free(text);
    return 0;
}
