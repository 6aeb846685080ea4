/*
 * Any Authorization header, and any header and payload under a good signature.
 *
 * The first byte of the input is the mode: bits 0 and 1 what the route accepts, bits 2 and 3 how
 * the rest becomes a token: 0 as it is, 1 signed with the user key, 2 with the queue key, 3 with
 * none of ours. A line end parts header and payload.
 */
#include "http/auth.h"
#include "unit/http_forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW        INT64_C(1767323045678)
#define USER_KEY   "user-secret-0123456789abcdef012345"
#define QUEUE_KEY  "queue-secret-0123456789abcdef01234"
#define FOREIGN    "foreign-secret-0123456789abcdef012"
#define LONG_INPUT 8192

static const struct config config = {
    .auth_user_secret = USER_KEY,
    .auth_user_kid = "u1",
    .auth_queue_secret = QUEUE_KEY,
    .auth_queue_kid = "q1",
    .auth_leeway_seconds = 5,
};

/* What must hold of anybody who is let in. */
static void check_caller(const struct caller *c, enum auth_accept accept, int key)
{
    if (key != 1 && key != 2)
        abort();
    if (c->kind != (key == 1 ? TOKEN_USER : TOKEN_QUEUE))
        abort();
    if (!(accept & (key == 1 ? AUTH_USER : AUTH_QUEUE)))
        abort();
    if (c->kind == TOKEN_USER && c->exp < NOW / 1000 - config.auth_leeway_seconds - 1)
        abort();
    if (c->kind == TOKEN_QUEUE && (c->concert_id < 1 || c->token_id < 1 || c->ticket < 0 ||
                                   c->may_charge || c->service || c->admin))
        abort();
}

static char *make_header(char *text, int key)
{
    static const char *const keys[] = {NULL, USER_KEY, QUEUE_KEY, FOREIGN};
    char *payload = strchr(text, '\n');
    char *token, *header;

    if (key == 0)
        return strdup(text);
    if (payload)
        *payload++ = '\0';
    token = forge_token(text, payload ? payload : "", keys[key]);
    header = malloc(strlen(token) + 8);
    sprintf(header, "Bearer %s", token);
    free(token);
    return header;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum auth_accept accept;
    struct caller caller;
    char *text, *header;
    int key;
    enum err e;

    if (size < 1 || size > LONG_INPUT)
        return 0;
    accept = (data[0] & 3) ? (enum auth_accept)(data[0] & 3) : AUTH_EITHER;
    key = data[0] >> 2 & 3;
    text = strndup((const char *)data + 1, size - 1);
    header = make_header(text, key);
    e = auth_check(&config, header, accept, NOW, &caller);
    if (e == ERR_OK)
        check_caller(&caller, accept, key);
    else if (caller.kind != TOKEN_NONE || (e != ERR_TOKEN_MISSING && e != ERR_TOKEN_INVALID))
        abort();
    free(header);
    free(text);
    return 0;
}
