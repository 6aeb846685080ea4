/* Genuine and forged tokens; see token.h. libjwt mints, OpenSSL's HMAC forges. */
#include "token.h"
#include "api.h"

#include <jwt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const char *token_uuid(void)
{
    char *id = api_alloc(37);
    const char *hex = api_unique();
    snprintf(id, 37, "%.8s-%.4s-4%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17, hex + 20);
    return id;
}

const char *token_user(const char *user_id, const char *scope)
{
    jwt_t *jwt = NULL;
    const char *secret = api_config.auth_user_secret;
    if (jwt_new(&jwt) != 0 || jwt_add_header(jwt, "kid", api_config.auth_user_kid) != 0 ||
        jwt_add_grant(jwt, "sub", user_id) != 0 ||
        jwt_add_grant(jwt, "aud", "frontrow:user") != 0 ||
        jwt_add_grant_int(jwt, "exp", (long)time(NULL) + 3600) != 0 ||
        (scope && jwt_add_grant(jwt, "scope", scope) != 0) ||
        jwt_set_alg(jwt, JWT_ALG_HS256, (const unsigned char *)secret, (int)strlen(secret)) != 0)
        abort();
    char *text = jwt_encode_str(jwt);
    const char *kept = F("%s", text);
    free(text);
    jwt_free(jwt);
    return kept;
}

const char *token_admin(void)
{
    return token_user(token_uuid(), "admin");
}

const char *token_service(void)
{
    return token_user(token_uuid(), "service");
}

static const char *encode(const void *data, size_t len)
{
    const unsigned char *in = data;
    char *out = api_alloc(len * 4 / 3 + 4), *o = out;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned v = (unsigned)in[i] << 16;
        v |= left > 1 ? (unsigned)in[i + 1] << 8 : 0;
        v |= left > 2 ? in[i + 2] : 0;
        *o++ = base64url[v >> 18];
        *o++ = base64url[v >> 12 & 63];
        if (left > 1)
            *o++ = base64url[v >> 6 & 63];
        if (left > 2)
            *o++ = base64url[v & 63];
    }
    return out;
}

const char *token_forge(const char *header, const char *payload, const char *digest,
                        const char *key)
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned mac_len = 0;
    const char *signed_part =
        F("%s.%s", encode(header, strlen(header)), encode(payload, strlen(payload)));
    if (digest && !HMAC(EVP_get_digestbyname(digest), key, (int)strlen(key),
                        (const unsigned char *)signed_part, strlen(signed_part), mac, &mac_len))
        abort();
    return F("%s.%s", signed_part, encode(mac, mac_len));
}

const char *token_user_payload(const char *payload)
{
    return token_forge(J("{'alg':'HS256','typ':'JWT','kid':'%s'}", api_config.auth_user_kid),
                       payload, "SHA256", api_config.auth_user_secret);
}

const char *token_queue_payload(const char *payload)
{
    return token_forge(J("{'alg':'HS256','typ':'JWT','kid':'%s'}", api_config.auth_queue_kid),
                       payload, "SHA256", api_config.auth_queue_secret);
}

const struct api_res *token_part(const char *token, int part)
{
    for (; part > 0 && token; part--)
        token = (token = strchr(token, '.')) ? token + 1 : NULL;
    size_t len = token ? strcspn(token, ".") : 0, n = 0;
    char *text = api_alloc(len + 1);
    unsigned bits = 0;
    for (size_t i = 0; i < len; i++) {
        const char *at = strchr(base64url, token[i]);
        bits = bits << 6 | (at ? (unsigned)(at - base64url) : 0);
        if (i % 4 != 0)
            text[n++] = (char)(bits >> (6 - i % 4 * 2));
    }
    return api_parse(part ? "token's payload" : "token's header", text);
}
