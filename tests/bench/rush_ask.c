/* Users, their tokens and their requests, for rush.c. */
#include "bench/rush.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char user_secret[256], user_kid[64] = "u1";
static int64_t concert, first_schedule, last_schedule;

static size_t base64url(char *out, const unsigned char *data, size_t n)
{
    size_t len = (size_t)EVP_EncodeBlock((unsigned char *)out, data, (int)n);

    while (len > 0 && out[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++)
        out[i] = out[i] == '+' ? '-' : (char)(out[i] == '/' ? '_' : out[i]);
    out[len] = '\0';
    return len;
}

void rush_make_user(struct buyer *b)
{
    unsigned char raw[16], mac[32];
    char text[256];
    unsigned mac_len;
    size_t len;

    RAND_bytes(raw, sizeof raw);
    raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x40);
    raw[8] = (unsigned char)((raw[8] & 0x3f) | 0x80);
    for (int i = 0, at = 0; i < 16; i++)
        at += snprintf(b->user + at, 4, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                       raw[i]);
    len = (size_t)snprintf(text, sizeof text, "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"%s\"}",
                           user_kid);
    len = base64url(b->user_token, (unsigned char *)text, len);
    b->user_token[len++] = '.';
    snprintf(text, sizeof text,
             "{\"aud\":\"frontrow:user\",\"sub\":\"%s\",\"scope\":\"wallet:charge\",\"exp\":%lld}",
             b->user, (long long)time(NULL) + 3600);
    len += base64url(b->user_token + len, (unsigned char *)text, strlen(text));
    HMAC(EVP_sha256(), user_secret, (int)strlen(user_secret), (unsigned char *)b->user_token, len,
         mac, &mac_len);
    b->user_token[len++] = '.';
    base64url(b->user_token + len, mac, mac_len);
}

void rush_prepare(const char *config, int64_t which, int64_t first, int64_t last)
{
    FILE *f = fopen(config, "r");
    char line[512];

    if (!f) {
        fprintf(stderr, "bench-rush: %s: %s\n", config, strerror(errno));
        exit(1);
    }
    while (fgets(line, sizeof line, f)) {
        sscanf(line, " user_secret = %255s", user_secret);
        sscanf(line, " user_kid = %63s", user_kid);
    }
    fclose(f);
    concert = which;
    first_schedule = first;
    last_schedule = last;
}

int rush_request(const struct buyer *b, char *out, size_t cap)
{
    char body[128] = "", path[128];
    const char *method = "POST", *token = b->token;
    int64_t schedule = first_schedule + random() % (last_schedule - first_schedule + 1);

    switch (b->step) {
    case JOIN:
        strcpy(path, "/queue/tokens");
        snprintf(body, sizeof body, "{\"concertId\":%" PRId64 "}", concert);
        token = b->user_token;
        break;
    case POLL:
        strcpy(path, "/queue/tokens/me");
        method = "GET";
        break;
    case SEATS:
        snprintf(path, sizeof path, "/schedules/%" PRId64 "/seats", schedule);
        method = "GET";
        break;
    case HOLD:
        strcpy(path, "/reservations");
        snprintf(body, sizeof body, "{\"scheduleId\":%" PRId64 ",\"bestAvailable\":1}", schedule);
        break;
    case CHARGE:
        strcpy(path, "/users/me/balance/charges");
        snprintf(body, sizeof body, "{\"amount\":%" PRId64 "}", b->amount);
        token = b->user_token;
        break;
    case PAY:
    case STEPS:
        strcpy(path, "/payments");
        snprintf(body, sizeof body, "{\"reservationId\":%" PRId64 "}", b->reservation);
        break;
    }
    return snprintf(out, cap,
                    "%s /api/v1%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                    "%sContent-Length: %zu\r\n\r\n%s",
                    method, path, token, body[0] ? "Content-Type: application/json\r\n" : "",
                    strlen(body), body);
}
