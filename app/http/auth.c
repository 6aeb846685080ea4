/*
 * Tokens, see http/auth.h.
 *
 * A token is read before it is believed: its header says which key, its claim `aud` which kind it
 * wants to be, and so which keys may have signed it at all; user tokens are never tried with a
 * queue key nor the other way about. The claims are taken from our own strict reading of the very
 * bytes that libjwt then verifies, since its getters turn a wrong type into 0 and its parser lets
 * duplicate names through. Nothing of them is used before the signature has been found good.
 */
#include "http/auth.h"

#include "http/json_read.h"
#include "http/jws.h"
#include "http/seen.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <jwt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AUDIENCE_USER  "frontrow:user"
#define AUDIENCE_QUEUE "frontrow:queue"

/* An HMAC-SHA256 of 32 bytes in base64url. */
#define SIGNATURE_LEN 43

/* Seconds that still fit when made milliseconds; a claim beyond counts as this far away. */
#define FAR_SECONDS INT64_C(1000000000000)

/* What a header says, if it is one that we take. */
struct header {
    bool has_kid;
    char kid[CONFIG_STR_MAX];
};

/* A configured key; secret "" is none. */
struct key {
    const char *secret, *kid;
};

/* The current one and the one before it. */
struct keys {
    struct key current, previous;
};

static struct keys keys_of(const struct config *cfg, enum token_kind kind)
{
    if (kind == TOKEN_USER)
        return (struct keys){{cfg->auth_user_secret, cfg->auth_user_kid},
                             {cfg->auth_user_secret_previous, cfg->auth_user_kid_previous}};
    return (struct keys){{cfg->auth_queue_secret, cfg->auth_queue_kid},
                         {cfg->auth_queue_secret_previous, cfg->auth_queue_kid_previous}};
}

/* The secret that a header asks for; NULL if there is none. */
static const char *choose_secret(const struct keys *keys, const struct header *header)
{
    const struct key *key = &keys->current;

    if (header->has_kid && strcmp(header->kid, key->kid) != 0) {
        key = &keys->previous;
        if (strcmp(header->kid, key->kid) != 0)
            return NULL;
    }
    return *key->secret ? key->secret : NULL;
}

/* HS256 alone. */
static bool read_header(struct json_object *object, struct header *out)
{
    struct jws_span kid;

    if (!jws_header(object, "HS256", &kid))
        return false;
    out->has_kid = kid.p != NULL;
    out->kid[0] = '\0';
    return !out->has_kid || text_copy(out->kid, sizeof out->kid, kid.p, kid.len);
}

/*
 * The same, from the segment. Nearly all tokens of a kind have the same header, so the last good
 * one of each kind is kept; what is kept is what the text says, so no configuration makes it
 * stale. (A worker is one thread.)
 */
static bool header_of(struct jws_span segment, enum token_kind kind, struct header *out)
{
    static struct {
        char text[512];
        size_t len;
        struct header header;
    } kept[TOKEN_QUEUE + 1];
    struct json_object *object;
    bool good;

    if (segment.len == kept[kind].len && memcmp(segment.p, kept[kind].text, segment.len) == 0) {
        *out = kept[kind].header;
        return true;
    }
    object = jws_read(segment);
    good = object && read_header(object, out);
    json_object_put(object);
    if (good && segment.len <= sizeof kept[kind].text) {
        memcpy(kept[kind].text, segment.p, segment.len);
        kept[kind].len = segment.len;
        kept[kind].header = *out;
    }
    return good;
}

/* The kind whose audience, and no other, the claims name: as a string or as an array of one (RFC
 * 7519, section 4.1.3). */
static enum token_kind kind_of(struct json_object *claims)
{
    struct json_object *aud;
    struct jws_span name;

    json_object_object_get_ex(claims, "aud", &aud);
    if (json_object_is_type(aud, json_type_array) && json_object_array_length(aud) == 1)
        aud = json_object_array_get_idx(aud, 0);
    name = jws_string(aud);
    if (!name.p)
        return TOKEN_NONE;
    if (strcmp(name.p, AUDIENCE_USER) == 0)
        return TOKEN_USER;
    return strcmp(name.p, AUDIENCE_QUEUE) == 0 ? TOKEN_QUEUE : TOKEN_NONE;
}

/* A NumericDate (RFC 7519, section 2: a fraction is allowed), in ms. */
static bool date_member(struct json_object *claims, const char *name, int64_t *ms)
{
    struct json_object *value;
    double seconds;

    if (!json_object_object_get_ex(claims, name, &value) ||
        !(json_object_is_type(value, json_type_int) ||
          json_object_is_type(value, json_type_double)))
        return false;
    seconds = json_object_get_double(value);
    if (seconds > (double)FAR_SECONDS)
        seconds = (double)FAR_SECONDS;
    if (seconds < (double)-FAR_SECONDS)
        seconds = (double)-FAR_SECONDS;
    *ms = (int64_t)(seconds * 1000);
    return true;
}

/* Whether the token may be used yet, `leeway` ms before that too. */
static bool begun(struct json_object *claims, int64_t now_ms, int64_t leeway)
{
    int64_t nbf;

    if (!jws_has(claims, "nbf"))
        return true;
    return date_member(claims, "nbf", &nbf) && nbf <= now_ms + leeway;
}

static bool is_word(const char *word, size_t len, const char *name)
{
    return len == strlen(name) && memcmp(word, name, len) == 0;
}

/* RFC 8693, section 4.2: words between spaces. Words we do not know are other people's. */
static bool read_scope(struct json_object *claims, struct caller *out)
{
    struct jws_span scope = jws_member(claims, "scope");

    if (!scope.p)
        return !jws_has(claims, "scope");
    for (const char *word = scope.p; *word; word += *word == ' ') {
        size_t len = strcspn(word, " ");

        out->may_charge = out->may_charge || is_word(word, len, "wallet:charge");
        out->service = out->service || is_word(word, len, "service");
        out->admin = out->admin || is_word(word, len, "admin");
        word += len;
    }
    out->service = out->service || out->admin;
    out->may_charge = out->may_charge || out->service;
    return true;
}

static bool read_user(const struct config *cfg, struct json_object *claims, int64_t exp_ms,
                      int64_t now_ms, struct caller *out)
{
    int64_t leeway = cfg->auth_leeway_seconds * 1000;

    return exp_ms + leeway > now_ms && begun(claims, now_ms, leeway) && read_scope(claims, out);
}

/* An id: an integer from 1. */
static bool id_member(struct json_object *claims, const char *name, int64_t *out)
{
    struct json_object *value;

    return json_object_object_get_ex(claims, name, &value) && json_read_int(value, out) && *out > 0;
}

static bool read_jti(struct json_object *claims, int64_t *token_id)
{
    struct jws_span jti = jws_member(claims, "jti");

    if (jti.p && !text_parse_int(jti.p, jti.len, token_id))
        *token_id = 0;
    return jti.p != NULL;
}

/*
 * Its exp is not looked at: whether it is over is for the database to say. So is a jti that is not
 * one of ours in a token that is genuine: no row has the id 0.
 */
static bool read_queue(struct json_object *claims, int64_t now_ms, struct caller *out)
{
    return begun(claims, now_ms, 0) && id_member(claims, "cid", &out->concert_id) &&
           read_jti(claims, &out->token_id) &&
           (!jws_has(claims, "tkt") || id_member(claims, "tkt", &out->ticket));
}

static enum err read_claims(const struct config *cfg, struct json_object *claims,
                            enum token_kind kind, int64_t now_ms, struct caller *out)
{
    struct jws_span sub = jws_member(claims, "sub");
    int64_t exp_ms;

    if (!sub.p || !uuid_from_text(sub.p, sub.len, &out->user) ||
        !date_member(claims, "exp", &exp_ms))
        return ERR_TOKEN_INVALID;
    out->kind = kind;
    out->exp = exp_ms / 1000;
    if (kind == TOKEN_USER ? !read_user(cfg, claims, exp_ms, now_ms, out)
                           : !read_queue(claims, now_ms, out))
        return ERR_TOKEN_INVALID;
    return ERR_OK;
}

static enum err verify_anew(const char *token, const char *secret)
{
    jwt_t *jwt = NULL;
    int error = jwt_decode(&jwt, token, (const unsigned char *)secret, (int)strlen(secret));
    bool good = error == 0 && jwt_get_alg(jwt) == JWT_ALG_HS256;

    jwt_free(jwt);
    if (error == ENOMEM)
        return ERR_INTERNAL;
    return good ? ERR_OK : ERR_TOKEN_INVALID;
}

/* Whether `secret` signed the token, whose header names HS256: by libjwt's word, now or when the
 * host first saw these very bytes. */
static enum err verify(const char *token, const char *secret)
{
    struct seen_mark mark;
    bool marked = seen_mark(secret, token, strlen(token), &mark);
    enum err e;

    if (marked && seen_has(&mark))
        return ERR_OK;
    e = verify_anew(token, secret);
    if (e == ERR_OK && marked)
        seen_note(&mark);
    return e;
}

static enum err check_claims(const struct config *cfg, const char *token,
                             struct jws_span header_text, struct json_object *claims,
                             enum auth_accept accept, int64_t now_ms, struct caller *out)
{
    enum token_kind kind = kind_of(claims);
    struct header header;
    struct keys keys;
    const char *secret;
    enum err e;

    if (!(kind == TOKEN_USER && (accept & AUTH_USER)) &&
        !(kind == TOKEN_QUEUE && (accept & AUTH_QUEUE)))
        return ERR_TOKEN_INVALID;
    if (!header_of(header_text, kind, &header))
        return ERR_TOKEN_INVALID;
    keys = keys_of(cfg, kind);
    secret = choose_secret(&keys, &header);
    if (!secret)
        return ERR_TOKEN_INVALID;
    e = verify(token, secret);
    return e == ERR_OK ? read_claims(cfg, claims, kind, now_ms, out) : e;
}

static enum err check_token(const struct config *cfg, const char *token, size_t len,
                            enum auth_accept accept, int64_t now_ms, struct caller *out)
{
    struct jws_segments segments;
    struct json_object *claims;
    char copy[AUTH_TOKEN_MAX + 1];
    enum err e;

    if (!text_copy(copy, sizeof copy, token, len) ||
        !jws_split(copy, len, SIGNATURE_LEN, &segments))
        return ERR_TOKEN_INVALID;
    claims = jws_read(segments.payload);
    if (!claims)
        return ERR_TOKEN_INVALID;
    e = check_claims(cfg, copy, segments.header, claims, accept, now_ms, out);
    json_object_put(claims);
    return e;
}

enum err auth_check_token(const struct config *cfg, const char *token, size_t len,
                          enum auth_accept accept, int64_t now_ms, struct caller *out)
{
    enum err e;

    *out = (struct caller){.kind = TOKEN_NONE};
    e = check_token(cfg, token, len, accept, now_ms, out);
    if (e != ERR_OK)
        *out = (struct caller){.kind = TOKEN_NONE};
    return e;
}

enum err auth_check(const struct config *cfg, const char *authorization, enum auth_accept accept,
                    int64_t now_ms, struct caller *out)
{
    static const char scheme[] = "Bearer";
    const char *token;
    size_t len;

    *out = (struct caller){.kind = TOKEN_NONE};
    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return ERR_TOKEN_MISSING;
    token = authorization + sizeof scheme - 1;
    if (*token && *token != ' ')
        return ERR_TOKEN_MISSING;
    token += strspn(token, " ");
    len = strlen(token);
    while (len > 0 && (token[len - 1] == ' ' || token[len - 1] == '\t'))
        len--;
    if (len == 0)
        return ERR_TOKEN_MISSING;
    return auth_check_token(cfg, token, len, accept, now_ms, out);
}

/* A new token of that kind with what both kinds have; NULL without memory. */
static jwt_t *new_token(const struct config *cfg, enum token_kind kind, const struct uuid *user,
                        int64_t iat, int64_t exp)
{
    const struct key key = keys_of(cfg, kind).current;
    const unsigned char *secret = (const unsigned char *)key.secret;
    char sub[UUID_TEXT_SIZE];
    jwt_t *jwt = NULL;

    _Static_assert(sizeof(long) >= sizeof(int64_t), "libjwt's integers are long");
    uuid_to_text(user, sub);
    if (jwt_new(&jwt))
        return NULL;
    if (jwt_set_alg(jwt, JWT_ALG_HS256, secret, (int)strlen(key.secret)) == 0 &&
        jwt_add_header(jwt, "kid", key.kid) == 0 &&
        jwt_add_grant(jwt, "aud", kind == TOKEN_USER ? AUDIENCE_USER : AUDIENCE_QUEUE) == 0 &&
        jwt_add_grant(jwt, "sub", sub) == 0 && jwt_add_grant_int(jwt, "iat", iat) == 0 &&
        jwt_add_grant_int(jwt, "exp", exp) == 0)
        return jwt;
    jwt_free(jwt);
    return NULL;
}

/* Signs *jwt, if all of it was added, and frees it. */
static enum err finish_token(jwt_t *jwt, bool complete, char **token)
{
    *token = complete ? jwt_encode_str(jwt) : NULL;
    jwt_free(jwt);
    return *token ? ERR_OK : ERR_INTERNAL;
}

enum err auth_mint_user(const struct config *cfg, const struct uuid *user, const char *scope,
                        int64_t now_ms, int64_t ttl_seconds, char **token)
{
    int64_t now = now_ms / 1000;
    jwt_t *jwt;

    *token = NULL;
    if (ttl_seconds > FAR_SECONDS || ttl_seconds < -FAR_SECONDS)
        return ERR_INVALID_FIELD;
    jwt = new_token(cfg, TOKEN_USER, user, now, now + ttl_seconds);
    if (!jwt)
        return ERR_INTERNAL;
    return finish_token(jwt, !scope || !*scope || jwt_add_grant(jwt, "scope", scope) == 0, token);
}

/* What was made here need not be checked here. */
static void note_own(const struct config *cfg, const char *token)
{
    struct seen_mark mark;

    if (seen_mark(cfg->auth_queue_secret, token, strlen(token), &mark))
        seen_note(&mark);
}

enum err auth_mint_queue(const struct config *cfg, const struct queue_ticket *ticket, char **token)
{
    /* Rounded up, so that a token never ends before its row. */
    int64_t exp = (ticket->token_expires_at + 999) / 1000;
    char jti[24];
    jwt_t *jwt;
    enum err e;

    *token = NULL;
    jwt = new_token(cfg, TOKEN_QUEUE, &ticket->user_id, ticket->issued_at / 1000, exp);
    if (!jwt)
        return ERR_INTERNAL;
    snprintf(jti, sizeof jti, "%" PRId64, ticket->token_id);
    e = finish_token(
        jwt,
        jwt_add_grant(jwt, "jti", jti) == 0 &&
            jwt_add_grant_int(jwt, "cid", ticket->concert_id) == 0 &&
            (ticket->ticket <= 0 || jwt_add_grant_int(jwt, "tkt", ticket->ticket) == 0),
        token);
    if (e == ERR_OK)
        note_own(cfg, *token);
    return e;
}
