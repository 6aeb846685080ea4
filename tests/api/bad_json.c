/*
 * Bodies that are no JSON object as the contract wants it, and integers that are none. Every row
 * is sent to a route that moves money: whatever gets through would show in the balance.
 */
#include "suite.h"
#include "world.h"

#include <string.h>

#define CHARGES "/users/me/balance/charges"

/* A body with its length, since it may have a zero byte. */
struct row {
    const char *body;
    size_t len;
};
#define ROW(text)                                                                                  \
    {                                                                                              \
        text, sizeof(text) - 1                                                                     \
    }

static const struct api_res *charge(const struct user *u, const char *body, size_t len)
{
    return api_send(&(struct api_req){
        .method = "POST", .path = CHARGES, .token = u->token, .body = body, .body_len = len});
}

static void expect_invalid_json(const struct row *rows, size_t n)
{
    struct user u = world_user();
    for (size_t i = 0; i < n; i++)
        if (!EXPECT_ERROR(charge(&u, rows[i].body, rows[i].len), 400, "INVALID_JSON"))
            CHECK(false, "row %zu: %s", i, rows[i].body);
    CHECK_INT(world_balance(&u), 0);
}

static void test_bodies_that_are_no_object(void)
{
    static const struct row rows[] = {
        ROW(" "),
        ROW("\n"),
        ROW("null"),
        ROW("true"),
        ROW("false"),
        ROW("1"),
        ROW("-0"),
        ROW("\"amount\""),
        ROW("[]"),
        ROW("[{\"amount\":1}]"),
        ROW("amount"),
        ROW("{}{}"),
        ROW("\"{}\""),
        ROW("NaN"),
        ROW("undefined"),
        ROW("amount=1"),
        ROW("<amount>1</amount>"),
        ROW("\xEF\xBB\xBF"),
        ROW("\0"),
    };
    expect_invalid_json(rows, COUNT(rows));
    struct user u = world_user();
    EXPECT_ERROR(api_post(u.token, CHARGES, ""), 400, "INVALID_JSON");
    EXPECT_ERROR(
        api_send(&(struct api_req){
            .method = "POST", .path = CHARGES, .token = u.token, .type = "application/json"}),
        400, "INVALID_JSON");
}

static void test_broken_objects(void)
{
    static const struct row rows[] = {
        ROW("{"),
        ROW("}"),
        ROW("{\"amount\""),
        ROW("{\"amount\":"),
        ROW("{\"amount\":1"),
        ROW("{\"amount\" 1}"),
        ROW("{\"amount\"=1}"),
        ROW("{\"amount\":1,}"),
        ROW("{,\"amount\":1}"),
        ROW("{\"amount\":1}}"),
        ROW("{\"amount\":1]"),
        ROW("{\"amount\":1} x"),
        ROW("{\"amount\":1}{\"amount\":1}"),
        ROW("{\"amount\":1},"),
        ROW("{\"amount\":1}\0"),
        ROW("{\"amount\":1}\0 trailing"),
        ROW("{\"amount\"\0:1}"),
        ROW("\xEF\xBB\xBF{\"amount\":1}"),
        ROW("\xFF\xFE{\0\"\0"),
        ROW("{amount:1}"),
        ROW("{'amount':1}"),
        ROW("{\"amount:1}"),
        ROW("{\"amount\":1 /* won */}"),
        ROW("{\"amount\":1}// won"),
        ROW("# won\n{\"amount\":1}"),
        ROW("{1:1}"),
        ROW("{null:1}"),
        ROW("\v{\"amount\":1}"),
        ROW("\f{\"amount\":1}"),
        ROW("\xC2\xA0{\"amount\":1}"),
        ROW("{\"amount\":[1,]}"),
        ROW("{\"amount\":[1 2]}"),
        ROW("{\"amount\":tru}"),
        ROW("{\"amount\":True}"),
        ROW("{\"amount\":nulll}"),
        ROW("{\"amount\":nul}"),
    };
    expect_invalid_json(rows, COUNT(rows));
}

static void test_numbers_that_are_no_json(void)
{
    static const struct row rows[] = {
        ROW("{\"amount\":NaN}"),   ROW("{\"amount\":Infinity}"),     ROW("{\"amount\":-Infinity}"),
        ROW("{\"amount\":nan}"),   ROW("{\"amount\":inf}"),          ROW("{\"amount\":01}"),
        ROW("{\"amount\":-01}"),   ROW("{\"amount\":00}"),           ROW("{\"amount\":+1}"),
        ROW("{\"amount\":0x10}"),  ROW("{\"amount\":1.}"),           ROW("{\"amount\":.5}"),
        ROW("{\"amount\":-}"),     ROW("{\"amount\":--1}"),          ROW("{\"amount\":1e}"),
        ROW("{\"amount\":1e+}"),   ROW("{\"amount\":1E-}"),          ROW("{\"amount\":1.e3}"),
        ROW("{\"amount\":1_000}"), ROW("{\"amount\":1,000}"),        ROW("{\"amount\":1l}"),
        ROW("{\"amount\":1 0}"),   ROW("{\"amount\":\xEF\xBC\x91}"), ROW("{\"amount\":1.2.3}"),
        ROW("{\"amount\":0b1}"),   ROW("{\"amount\":1n}"),
    };
    expect_invalid_json(rows, COUNT(rows));
}

static void test_duplicate_names(void)
{
    static const struct row rows[] = {
        ROW("{\"amount\":1,\"amount\":1}"),
        ROW("{\"amount\":1,\"amount\":2}"),
        ROW("{\"amount\":1,\"\\u0061mount\":2}"),
        ROW("{\"\\u0061mount\":1,\"\\u0061mount\":2}"),
        ROW("{\"amount\":1,\"am\\u006Funt\":2}"),
        ROW("{\"amount\":1,\"am\\u006funt\":2}"),
        ROW("{\"amount\":1,\"x\":{\"a\":1,\"a\":2}}"),
        ROW("{\"amount\":1,\"x\":[{\"a\":1,\"b\":1,\"a\":2}]}"),
        ROW("{\"amount\":1,\"\":1,\"\":2}"),
        ROW("{\"amount\":1,\"\\/\":1,\"/\":2}"),
        ROW("{\"amount\":1,\"\\uD83D\\uDE00\":1,\"\xF0\x9F\x98\x80\":2}"),
    };
    expect_invalid_json(rows, COUNT(rows));
}

static void test_bad_strings(void)
{
    static const struct row rows[] = {
        ROW("{\"amount\":\"\n\"}"),
        ROW("{\"amount\":\"\t\"}"),
        ROW("{\"amount\":\"\x01\"}"),
        ROW("{\"amount\":\"\x1F\"}"),
        ROW("{\"amount\":\"\0\"}"),
        ROW("{\"am\nount\":1}"),
        ROW("{\"amount\":\"\\x41\"}"),
        ROW("{\"amount\":\"\\'\"}"),
        ROW("{\"amount\":\"\\u12\"}"),
        ROW("{\"amount\":\"\\u12G4\"}"),
        ROW("{\"amount\":\"\\u+123\"}"),
        ROW("{\"amount\":\"\\U00000041\"}"),
        ROW("{\"amount\":\"\\"),
        ROW("{\"amount\":\"\\\"}"),
        ROW("{\"amount\":\"\\uD800\"}"),
        ROW("{\"amount\":\"\\uDC00\"}"),
        ROW("{\"amount\":\"\\uD800x\"}"),
        ROW("{\"amount\":\"\\uD800\\u0041\"}"),
        ROW("{\"amount\":\"\\uD800\\uD800\"}"),
        ROW("{\"amount\":\"\\uDC00\\uD800\"}"),
        ROW("{\"\\uD800\":1}"),
    };
    expect_invalid_json(rows, COUNT(rows));
}

static void test_invalid_utf8(void)
{
    static const struct row rows[] = {
        ROW("{\"amount\":\"\x80\"}"), /* a continuation alone */
        ROW("{\"amount\":\"\xC3\"}"), /* cut short */
        ROW("{\"amount\":\"\xE2\x82\"}"),
        ROW("{\"amount\":\"\xF0\x9F\x98\"}"),
        ROW("{\"amount\":\"\xC3\x28\"}"),     /* no continuation */
        ROW("{\"amount\":\"\xC0\x80\"}"),     /* overlong NUL */
        ROW("{\"amount\":\"\xC1\xBF\"}"),     /* overlong DEL */
        ROW("{\"amount\":\"\xE0\x80\xAF\"}"), /* overlong slash */
        ROW("{\"amount\":\"\xE0\x9F\xBF\"}"),
        ROW("{\"amount\":\"\xF0\x80\x80\xAF\"}"),
        ROW("{\"amount\":\"\xF0\x8F\xBF\xBF\"}"),
        ROW("{\"amount\":\"\xED\xA0\x80\"}"), /* a surrogate in UTF-8 */
        ROW("{\"amount\":\"\xED\xBF\xBF\"}"),
        ROW("{\"amount\":\"\xF4\x90\x80\x80\"}"), /* beyond U+10FFFF */
        ROW("{\"amount\":\"\xF5\x80\x80\x80\"}"),
        ROW("{\"amount\":\"\xF8\x88\x80\x80\x80\"}"),
        ROW("{\"amount\":\"\xFE\"}"),
        ROW("{\"amount\":\"\xFF\"}"),
        ROW("{\"\xFF\":1}"),
        ROW("{\"amount\":1,\"x\":\"\xC0\xA2\"}"),
        ROW("{\"amount\":\"\xB0\xA1\"}"), /* EUC-KR */
    };
    expect_invalid_json(rows, COUNT(rows));
}

static void test_nesting_deeper_than_eight(void)
{
    struct user u = world_user();
    /* The body itself is the first level: seven more are eight. */
    const char *eight = J("{'amount':%s%s}", "[[[[[[[", "]]]]]]]");
    const char *nine = J("{'amount':%s%s}", "[[[[[[[[", "]]]]]]]]");
    const char *objects = J("{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{}}}}}}}}}");
    const char *deep = api_filled("{\"amount\":", '[', 60000);
    EXPECT_FIELD(api_post(u.token, CHARGES, eight), 400, "INVALID_FIELD", "amount");
    EXPECT_ERROR(api_post(u.token, CHARGES, nine), 400, "INVALID_JSON");
    EXPECT_ERROR(api_post(u.token, CHARGES, objects), 400, "INVALID_JSON");
    EXPECT_ERROR(api_post(u.token, CHARGES, deep), 400, "INVALID_JSON");
}

static void test_values_that_are_no_integer(void)
{
    static const char *const values[] = {
        "1.0",
        "1e3",
        "1E3",
        "1e0",
        "10e-1",
        "0.5",
        "1.5",
        "-1.0",
        "1e400",
        "-1e400",
        "1e-400",
        "'1'",
        "''",
        "'abc'",
        "true",
        "false",
        "null",
        "[]",
        "[1]",
        "{}",
        "{'amount':1}",
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551617",
        "99999999999999999999999999999999",
        "-99999999999999999999999999999999",
        "4294967297000000000000",
    };
    struct user u = world_user();
    for (size_t i = 0; i < COUNT(values); i++)
        EXPECT_FIELD(api_post(u.token, CHARGES, J("{'amount':%s}", values[i])), 400,
                     "INVALID_FIELD", "amount");
    CHECK_INT(world_balance(&u), 0);
}

static void test_integers_out_of_bounds(void)
{
    struct user u = world_user();
    const int64_t values[] = {
        api_config.wallet_charge_min - 1,
        api_config.wallet_charge_max + 1,
        -1,
        -1000,
        INT64_MAX,
        INT64_MIN,
        INT64_C(4294967297) * 1000,
    };
    for (size_t i = 0; i < COUNT(values); i++)
        EXPECT_FIELD(api_post(u.token, CHARGES, J("{'amount':%lld}", (long long)values[i])), 400,
                     "INVALID_FIELD", "amount");
    EXPECT_FIELD(api_post(u.token, CHARGES, J("{'amount':-0}")), 400, "INVALID_FIELD", "amount");
    CHECK_INT(world_balance(&u), 0);
}

static void test_good_json_in_unusual_dress(void)
{
    static const char *const bodies[] = {
        "{\"amount\":1}",
        "\r\n\t {\r\n\t \"amount\"\r\n\t :\r\n\t 1\r\n\t }\r\n\t ",
        "{\"\\u0061mount\":1}",
        "{\"\\u0061\\u006D\\u006f\\u0075\\u006e\\u0074\":1}",
    };
    struct user u = world_user();
    size_t n = COUNT(bodies);
    for (size_t i = 0; i < n; i++)
        EXPECT(api_post(u.token, CHARGES, bodies[i]), 201);
    CHECK_INT(world_balance(&u), (int64_t)n);
}

/* {"amount":1} and spaces up to `len` bytes. */
static const char *padded(size_t len)
{
    return F("%s}", api_filled("{\"amount\":1", ' ', len - 1));
}

static void test_body_size(void)
{
    struct user u = world_user();
    EXPECT(api_post(u.token, CHARGES, padded(65536)), 201);
    EXPECT_ERROR(api_post(u.token, CHARGES, padded(65537)), 413, "BODY_TOO_LARGE");
    EXPECT_ERROR(api_post(u.token, CHARGES, padded(1000000)), 413, "BODY_TOO_LARGE");
    CHECK_INT(world_balance(&u), 1);
}

static void test_body_in_chunks(void)
{
    struct user u = world_user();
    struct api_req req = {.method = "POST",
                          .path = CHARGES,
                          .token = u.token,
                          .body = padded(65536),
                          .chunked = true};
    EXPECT(api_send(&req), 201);
    req.body = padded(65537);
    EXPECT_ERROR(api_send(&req), 413, "BODY_TOO_LARGE");
    CHECK_INT(world_balance(&u), 1);
}

static void test_content_types(void)
{
    static const char *const good[] = {"application/json", "application/json; charset=utf-8",
                                       "application/json;charset=UTF-8", "APPLICATION/JSON",
                                       "Application/Json ; charset=utf-8"};
    static const char *const bad[] = {"",
                                      "text/plain",
                                      "text/json",
                                      "application/x-www-form-urlencoded",
                                      "multipart/form-data; boundary=x",
                                      "application/jsonp",
                                      "application/json-seq",
                                      "application",
                                      "json",
                                      "application/xml; x=application/json"};
    struct user u = world_user();
    struct api_req req = {
        .method = "POST", .path = CHARGES, .token = u.token, .body = "{\"amount\":1}"};
    for (size_t i = 0; i < COUNT(good); i++) {
        req.type = good[i];
        if (!EXPECT(api_send(&req), 201))
            CHECK(false, "%s", good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        req.type = bad[i];
        req.headers[0] = *bad[i] ? NULL : "Content-Type:";
        if (!EXPECT_ERROR(api_send(&req), 415, "UNSUPPORTED_MEDIA_TYPE"))
            CHECK(false, "%s", bad[i]);
    }
    CHECK_INT(world_balance(&u), (int64_t)COUNT(good));
}

SUITE(bad_json, TEST(test_bodies_that_are_no_object), TEST(test_broken_objects),
      TEST(test_numbers_that_are_no_json), TEST(test_duplicate_names), TEST(test_bad_strings),
      TEST(test_invalid_utf8), TEST(test_nesting_deeper_than_eight),
      TEST(test_values_that_are_no_integer), TEST(test_integers_out_of_bounds),
      TEST(test_good_json_in_unusual_dress), TEST(test_body_size), TEST(test_body_in_chunks),
      TEST(test_content_types));
