/* Tokens with any content, see http_forge.h; by OpenSSL alone, so that libjwt is not its own
 * judge. */
#include "unit/http_forge.h"

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
