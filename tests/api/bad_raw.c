/*
 * Requests that no library sends: bytes that are no HTTP, headers that contradict each other or
 * hide something, lengths that lie. Each is refused with an error of ours, or by closing without an
 * answer, and never by a 5xx; and what is smuggled behind one is not done.
 */
#include "raw.h"
#include "suite.h"
#include "world.h"

#include <string.h>

#define HOST    "Host: x\r\n"
#define CLOSE   "Connection: close\r\n"
#define CONCERT "GET /api/v1/concerts HTTP/1.1\r\n"
#define CHARGE  "POST /api/v1/users/me/balance/charges HTTP/1.1\r\n" HOST CLOSE
#define JSON    "Content-Type: application/json\r\n"

/* Bytes with their length, since they may have zeros; code NULL: it may also be closed at once. */
struct row {
    const char *bytes;
    size_t len;
    long status;
    const char *code;
};
#define ROW(status, code, text)                                                                    \
    {                                                                                              \
        text, sizeof(text) - 1, status, code                                                       \
    }
#define BAD(text) ROW(400, "BAD_REQUEST", text)

static void expect_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *what = F("%.60s", rows[i].bytes);
        const struct api_res *r = raw_ask(what, rows[i].bytes, rows[i].len);
        if (!EXPECT_ERROR(r, rows[i].status, rows[i].code))
            CHECK(false, "row %zu: %.200s", i, rows[i].bytes);
    }
}

static void test_request_lines(void)
{
    static const struct row rows[] = {
        BAD("\r\n\r\n\r\nNONSENSE\r\n\r\n"),
        BAD("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
        BAD("get /api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GeT /api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("G\0T /api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET/api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET  HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/con\0certs HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/con\x01"
            "certs HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts%00 HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts%0 HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/../../.. HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts HTTP/1.1x\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts HTTP/x\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts HTTP/2.0\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts HTTP/9.9\r\n" HOST CLOSE "\r\n"),
        BAD("GET /api/v1/concerts XTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        BAD("CONNECT example.com:443 HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        BAD("GET * HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(404, "NOT_FOUND", "GET http://x//api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(404, "NOT_FOUND", "GET //x/api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(404, "NOT_FOUND", "GET /api/v1/concerts\xC0\xAF HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(404, "NOT_FOUND", "GET /api/v1\\concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(404, "NOT_FOUND", "GET /api%2Fv1%2Fconcertz HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(404, "NOT_FOUND", "GET /api/v1/./concertz HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(405, "METHOD_NOT_ALLOWED", "BREW /api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
        ROW(405, "METHOD_NOT_ALLOWED", "TRACE /api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n"),
    };

    expect_rows(rows, COUNT(rows));
}

static void test_headers(void)
{
    static const struct row rows[] = {
        BAD(CONCERT CLOSE "\r\n"),
        BAD(CONCERT HOST HOST CLOSE "\r\n"),
        BAD(CONCERT "Host: a b\r\n" CLOSE "\r\n"),
        BAD(CONCERT "Host: \r\n" CLOSE "\r\n"),
        BAD(CONCERT HOST CLOSE "X-A: a\0b\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "X-A: a\rX-B: b\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "Content-Length: -1\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "Content-Length: +1\r\n\r\nx"),
        BAD(CONCERT HOST CLOSE "Content-Length: 0x1\r\n\r\nx"),
        BAD(CONCERT HOST CLOSE "Content-Length: 1 1\r\n\r\nx"),
        BAD(CONCERT HOST CLOSE "Content-Length: 1,1\r\n\r\nx"),
        BAD(CONCERT HOST CLOSE "Content-Length: 9223372036854775808\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
        BAD(CONCERT HOST CLOSE "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        BAD(CONCERT HOST CLOSE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        BAD(CONCERT HOST CLOSE
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "Transfer-Encoding: identity\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
        BAD(CONCERT HOST CLOSE "Transfer-Encoding: xchunked\r\n\r\n"),
        BAD("GET /api/v1/concerts HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ROW(413, "BODY_TOO_LARGE", CONCERT HOST CLOSE "Content-Length: 65537\r\n\r\n"),
        ROW(413, "BODY_TOO_LARGE",
            CONCERT HOST CLOSE "Content-Length: 9223372036854775807\r\n\r\n"),
        BAD(CHARGE "Authorization : Bearer x\r\nContent-Length: 0\r\n\r\n"),
        ROW(401, "TOKEN_MISSING", CHARGE "Authorization_: Bearer x\r\nContent-Length: 0\r\n\r\n"),
        BAD(CHARGE "X-A: b\r\n Authorization: Bearer x\r\nContent-Length: 0\r\n\r\n"),
        ROW(401, "TOKEN_INVALID",
            CHARGE "Authorization: Bearer a.b.c\x80\r\nContent-Length: 0\r\n\r\n"),
        ROW(401, "TOKEN_INVALID",
            CHARGE "Authorization: Bearer \t a.b.c\r\nContent-Length: 0\r\n\r\n"),
    };

    expect_rows(rows, COUNT(rows));
}

static void test_chunks(void)
{
    static const char *const chunks[] = {
        "zzz\r\n",
        "-1\r\n",
        "0x1\r\nx\r\n0\r\n\r\n",
        "1\r\nxx\r\n0\r\n\r\n",
        "ffffffffffffffff1\r\n",
        " 1\r\nx\r\n0\r\n\r\n",
        "\r\n",
    };
    struct user u = world_user();

    for (size_t i = 0; i < COUNT(chunks); i++) {
        const char *text = F(CHARGE JSON "Authorization: Bearer %s\r\n"
                                         "Transfer-Encoding: chunked\r\n\r\n%s",
                             u.token, chunks[i]);
        if (!EXPECT_ERROR(raw_ask("chunks", text, strlen(text)), 400, "BAD_REQUEST"))
            CHECK(false, "%s", chunks[i]);
    }
    CHECK_INT(world_balance(&u), 0);
}

/* A charge whose body ends early, or goes on: the first is never done, the rest is never a body. */
static void test_lengths_that_lie(void)
{
    struct user u = world_user();
    const char *head = F(CHARGE JSON "Authorization: Bearer %s\r\n", u.token);
    const char *text = F("%sContent-Length: 100\r\n\r\n{\"amount\":1}", head);
    int fd = raw_open();

    RAW_PUTS(fd, text);
    raw_close(fd, false);
    fd = raw_open();
    RAW_PUTS(fd, text);
    raw_close(fd, true);
    text = F("%sContent-Length: 11\r\n\r\n{\"amount\":1}", head);
    EXPECT_ERROR(raw_ask("cut", text, strlen(text)), 400, "INVALID_JSON");
    CHECK_INT(world_balance(&u), 0);
}

/* What stands behind a whole request on its connection is another request, with its own token. */
static void test_no_request_is_smuggled(void)
{
    struct user u = world_user();
    const char *inner = F("POST /api/v1/users/me/balance/charges HTTP/1.1\r\n" HOST CLOSE JSON
                          "Authorization: Bearer %s\r\nContent-Length: 12\r\n\r\n{\"amount\":1}",
                          u.token);
    const char *const outer[] = {
        "Content-Length: %zu\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: %zu\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\nContent-Length: %zu\r\n\r\n",
        "Transfer-Encoding:\013chunked\r\nContent-Length: %zu\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: %zu\r\n\r\n",
    };

    for (size_t i = 0; i < COUNT(outer); i++) {
        const char *before = strstr(outer[i], "%zu"), *after = before + 3;
        const char *text = F("POST /api/v1/payments HTTP/1.1\r\n" HOST "%.*s%zu%s%s",
                             (int)(before - outer[i]), outer[i], strlen(inner), after, inner);
        const struct api_res *r = raw_ask("smuggled", text, strlen(text));
        CHECK(r->status == 400 || r->status == 401, "row %zu: %ld", i, r->status);
    }
    CHECK_INT(world_balance(&u), 0);
}

/* Too much of everything. */
static void test_too_much(void)
{
    const char *text =
        F("GET /api/v1/concerts?%s HTTP/1.1\r\n" HOST CLOSE "\r\n", api_filled("", 'a', 9000));
    EXPECT_ERROR(raw_ask("query", text, strlen(text)), 414, "URI_TOO_LONG");
    text = F(CONCERT HOST CLOSE "X-Long: %s\r\n\r\n", api_filled("", 'a', 9000));
    EXPECT_ERROR(raw_ask("header", text, strlen(text)), 400, "BAD_REQUEST");
    text = F(CONCERT HOST CLOSE "%s: a\r\n\r\n", api_filled("", 'a', 9000));
    EXPECT_ERROR(raw_ask("name of a header", text, strlen(text)), 400, "BAD_REQUEST");
    const char *line = F("X-Many: %s\r\n", api_filled("", 'a', 500));
    const char *many = "";
    for (int i = 0; i < 80; i++)
        many = F("%s%s", many, line);
    text = F(CONCERT HOST CLOSE "%s\r\n", many);
    EXPECT_ERROR(raw_ask("headers", text, strlen(text)), 400, "BAD_REQUEST");
    text = F("%s /api/v1/concerts HTTP/1.1\r\n" HOST CLOSE "\r\n", api_filled("", 'A', 9000));
    const struct api_res *r = raw_ask("method", text, strlen(text));
    CHECK(r->status >= 400 && r->status < 500, "%ld %s", r->status, r->body);
}

SUITE(bad_raw, TEST(test_request_lines), TEST(test_headers), TEST(test_chunks),
      TEST(test_lengths_that_lie), TEST(test_no_request_is_smuggled), TEST(test_too_much));
