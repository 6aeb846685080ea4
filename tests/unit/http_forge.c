/* Tokens with any content, see http_forge.h; by OpenSSL alone, so that libjwt is not its own
 * judge. */
#include "unit/http_forge.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *forge_base64url(const void *data, size_t len)
{
    char *text = malloc(len / 3 * 4 + 5);

    if (!text)
        abort();
    EVP_EncodeBlock((unsigned char *)text, data, (int)len);
    text[strcspn(text, "=")] = '\0';
    for (char *c = text; *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
    return text;
}

char *forge_sign(const char *header64, const char *payload64, const char *secret)
{
    size_t size = strlen(header64) + strlen(payload64) + 64;
    char *token = malloc(size);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned mac_len;
    char *signature;
    int len;

    if (!token)
        abort();
    len = snprintf(token, size, "%s.%s", header64, payload64);
    if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (unsigned char *)token, (size_t)len, mac,
              &mac_len))
        abort();
    signature = forge_base64url(mac, mac_len);
    snprintf(token + len, size - (size_t)len, ".%s", signature);
    free(signature);
    return token;
}

char *forge_token(const char *header, const char *payload, const char *secret)
{
    char *header64 = forge_base64url(header, strlen(header));
    char *payload64 = forge_base64url(payload, strlen(payload));
    char *token = forge_sign(header64, payload64, secret);

    free(header64);
    free(payload64);
    return token;
}

char *forge_es256(const char *header, const char *payload, struct evp_pkey_st *pkey)
{
    char *h = forge_base64url(header, strlen(header));
    char *p = forge_base64url(payload, strlen(payload));
    char *text = malloc(strlen(h) + strlen(p) + 128), *s;
    unsigned char der[128], halves[64];
    const unsigned char *at = der;
    size_t len = sizeof der;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    ECDSA_SIG *pair = NULL;

    if (!text || !context || sprintf(text, "%s.%s", h, p) < 0 ||
        EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) != 1 ||
        EVP_DigestSign(context, der, &len, (unsigned char *)text, strlen(text)) != 1 ||
        !(pair = d2i_ECDSA_SIG(NULL, &at, (long)len)) ||
        BN_bn2binpad(ECDSA_SIG_get0_r(pair), halves, 32) != 32 ||
        BN_bn2binpad(ECDSA_SIG_get0_s(pair), halves + 32, 32) != 32)
        abort();
    s = forge_base64url(halves, sizeof halves);
    strcat(strcat(text, "."), s);
    ECDSA_SIG_free(pair);
    EVP_MD_CTX_free(context);
    free(h);
    free(p);
    free(s);
    return text;
}
