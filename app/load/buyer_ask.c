/* What a buyer asks, see load/buyer.h: the bytes of each request. */
#include "load/buyer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define API "/api/v1"

/* Puts a request together; its length, or 0 if it does not fit. */
static size_t put(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static size_t put(char *out, size_t size, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(out, size, format, args);
    va_end(args);
    return len > 0 && (size_t)len < size ? (size_t)len : 0;
}

/* A request without a body. */
static size_t put_plain(const struct crowd *c, const struct buyer *b, char *out, size_t size,
                        const char *method, const char *path)
{
    return put(out, size, "%s %s" API "%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n",
               method, c->target->path, path, c->target->host, b->token);
}

static size_t put_body(const struct crowd *c, const struct buyer *b, char *out, size_t size,
                       const char *path, const char *key, const char *body)
{
    return put(out, size,
               "POST %s" API "%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
               "%s%s%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
               c->target->path, path, c->target->host, b->token,
               c->plan->keys ? "Idempotency-Key: " : "", c->plan->keys ? key : "",
               c->plan->keys ? "\r\n" : "", strlen(body), body);
}

size_t buyer_write_public(const struct crowd *c, char *out, size_t size)
{
    return put(out, size, "GET %s" API "/queue/concerts/%" PRId64 " HTTP/1.1\r\nHost: %s\r\n\r\n",
               c->target->path, c->plan->concert_id, c->target->host);
}

static size_t write_join(const struct crowd *c, const struct buyer *b, char *out, size_t size)
{
    char body[64];

    snprintf(body, sizeof body, "{\"concertId\":%" PRId64 "}", c->plan->concert_id);
    return put(out, size,
               "POST %s" API "/queue/tokens HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"
               "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
               c->target->path, c->target->host, b->token, strlen(body), body);
}

static size_t write_seats(const struct crowd *c, const struct buyer *b, char *out, size_t size)
{
    char path[80];

    snprintf(path, sizeof path, "/schedules/%" PRId64 "/seats%s",
             c->dates->all[b->date].schedule_id, c->plan->map ? "?format=compact" : "");
    return put_plain(c, b, out, size, "GET", path);
}

/* The same hold asked again has the same key, another one another. */
static size_t write_hold(const struct crowd *c, const struct buyer *b, uint32_t id, char *out,
                         size_t size)
{
    char body[64 + 12 * CROWD_SEATS_MAX], key[96];
    int len = snprintf(body, sizeof body, "{\"scheduleId\":%" PRId64 ",",
                       c->dates->all[b->date].schedule_id);

    snprintf(key, sizeof key, "h-%" PRIx64 "-%" PRId64 "-%" PRIu32 "-%d-%d-%d", c->plan->seed,
             c->plan->concert_id, id, b->looks, b->seat_at, b->want);
    if (c->plan->best) {
        snprintf(body + len, sizeof body - (size_t)len, "\"bestAvailable\":%d}", b->want);
        return put_body(c, b, out, size, "/reservations", key, body);
    }
    for (int i = 0; i < b->want; i++)
        len += snprintf(body + len, sizeof body - (size_t)len, "%s%" PRIu32,
                        i == 0 ? "\"seatNumbers\":[" : ",", b->seats[b->seat_at + i]);
    snprintf(body + len, sizeof body - (size_t)len, "]}");
    return put_body(c, b, out, size, "/reservations", key, body);
}

static size_t write_pay(const struct crowd *c, const struct buyer *b, char *out, size_t size)
{
    char body[64], key[64];

    snprintf(body, sizeof body, "{\"reservationId\":%" PRId64 "}", b->reservation);
    snprintf(key, sizeof key, "p-%" PRId64, b->reservation);
    return put_body(c, b, out, size, "/payments", key, body);
}

static size_t write_release(const struct crowd *c, const struct buyer *b, char *out, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/reservations/%" PRId64, b->reservation);
    return put_plain(c, b, out, size, "DELETE", path);
}

static size_t write_dates(const struct crowd *c, const struct buyer *b, char *out, size_t size)
{
    char path[64];

    snprintf(path, sizeof path, "/concerts/%" PRId64 "/schedules", c->plan->concert_id);
    return put_plain(c, b, out, size, "GET", path);
}

size_t buyer_write(struct crowd *c, struct buyer *b, uint32_t id, char *out, size_t size)
{
    switch ((enum step)b->step) {
    case STEP_JOIN:
        return write_join(c, b, out, size);
    case STEP_POLL:
        return put_plain(c, b, out, size, "GET", "/queue/tokens/me");
    case STEP_PUBLIC:
        return buyer_write_public(c, out, size);
    case STEP_DATES:
        return write_dates(c, b, out, size);
    case STEP_SEATS:
        return write_seats(c, b, out, size);
    case STEP_HOLD:
        return write_hold(c, b, id, out, size);
    case STEP_PAY:
        return write_pay(c, b, out, size);
    case STEP_RELEASE:
        return write_release(c, b, out, size);
    case STEP_LEAVE:
        return put_plain(c, b, out, size, "DELETE", "/queue/tokens/me");
    case STEP_LOOK:
    case STEP_OVER:
        break;
    }
    return 0;
}
