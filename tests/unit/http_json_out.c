/* Writing JSON. */
#include "http/json_out.h"

#include "http/json_scan.h"
#include "suite.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* What was written must be this, and JSON. Empties the buffer. */
static void expect(struct text_buf *out, const char *json)
{
    const char *got = out->data ? out->data : "";

    if (strcmp(got, json) != 0)
        fprintf(stderr, "wrote %s\n", got);
    CU_ASSERT_STRING_EQUAL(got, json);
    CU_ASSERT_FALSE(out->failed);
    CU_ASSERT_TRUE(json_scan(got, strlen(got)));
    text_buf_reset(out);
}

static void expect_text(const char *value, const char *json)
{
    struct text_buf out = {0};

    jout_text(&out, NULL, value);
    expect(&out, json);
    text_buf_free(&out);
}

static void test_commas_set_themselves(void)
{
    struct text_buf out = {0};

    jout_object_begin(&out, NULL);
    jout_int(&out, "a", 1);
    jout_array_begin(&out, "b");
    jout_int(&out, NULL, 1);
    jout_text(&out, NULL, "x");
    jout_bool(&out, NULL, true);
    jout_null(&out, NULL);
    jout_raw(&out, NULL, "[]");
    jout_object_begin(&out, NULL);
    jout_object_end(&out);
    jout_object_begin(&out, NULL);
    jout_bool(&out, "f", false);
    jout_null(&out, "n");
    jout_object_end(&out);
    jout_array_begin(&out, NULL);
    jout_array_end(&out);
    jout_array_end(&out);
    jout_object_begin(&out, "c");
    jout_raw(&out, "r", "{\"x\":1}");
    jout_raw(&out, "none", NULL);
    jout_object_end(&out);
    jout_text(&out, "d", "");
    jout_object_end(&out);
    expect(&out, "{\"a\":1,\"b\":[1,\"x\",true,null,[],{},{\"f\":false,\"n\":null},[]],"
                 "\"c\":{\"r\":{\"x\":1},\"none\":null},\"d\":\"\"}");
    text_buf_free(&out);
}

static void test_texts_that_look_like_structure_do_no_harm(void)
{
    struct text_buf out = {0};

    jout_array_begin(&out, NULL);
    jout_text(&out, NULL, "[");
    jout_text(&out, NULL, "{");
    jout_text(&out, NULL, ":");
    jout_text(&out, NULL, "\\");
    jout_array_end(&out);
    expect(&out, "[\"[\",\"{\",\":\",\"\\\\\"]");
    text_buf_free(&out);
}

static void test_integers_to_their_bounds(void)
{
    struct text_buf out = {0};

    jout_array_begin(&out, NULL);
    jout_int(&out, NULL, 0);
    jout_int(&out, NULL, -1);
    jout_int(&out, NULL, INT64_MAX);
    jout_int(&out, NULL, INT64_MIN);
    jout_array_end(&out);
    expect(&out, "[0,-1,9223372036854775807,-9223372036854775808]");
    text_buf_free(&out);
}

static void test_what_must_be_escaped_is(void)
{
    expect_text("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    expect_text("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    expect_text("\x01\x0b\x1f\x7f", "\"\\u0001\\u000b\\u001f\x7f\"");
    expect_text("한글 \xf0\x9f\x98\x80", "\"한글 \xf0\x9f\x98\x80\"");
    expect_text("\"", "\"\\\"\"");
    expect_text("", "\"\"");
    expect_text(NULL, "null");
}

static void test_what_is_no_utf8_is_replaced(void)
{
    expect_text("a\xff"
                "b",
                "\"a\xef\xbf\xbd"
                "b\"");
    expect_text("\xc3", "\"\xef\xbf\xbd\"");
    expect_text("\xed\x95", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    expect_text("\xc0\x80\"", "\"\xef\xbf\xbd\xef\xbf\xbd\\\"\"");
    expect_text("한\x80글", "\"한\xef\xbf\xbd글\"");
}

static void test_null_where_there_is_nothing(void)
{
    struct text_buf out = {0};

    jout_array_begin(&out, NULL);
    jout_text_opt(&out, NULL, "");
    jout_text_opt(&out, NULL, NULL);
    jout_text_opt(&out, NULL, "x");
    jout_time(&out, NULL, -1);
    jout_time(&out, NULL, 0);
    jout_array_end(&out);
    expect(&out, "[null,null,\"x\",null,\"1970-01-01T00:00:00.000Z\"]");
    text_buf_free(&out);
}

static void test_times_and_users(void)
{
    struct text_buf out = {0};
    struct uuid user;

    CU_ASSERT_TRUE(uuid_from_text("0190F8A2-5B1C-7DEF-8ABC-0123456789AB", 36, &user));
    jout_object_begin(&out, NULL);
    jout_time(&out, "at", INT64_C(1767323045678));
    jout_uuid(&out, "userId", &user);
    jout_object_end(&out);
    expect(&out, "{\"at\":\"2026-01-02T03:04:05.678Z\","
                 "\"userId\":\"0190f8a2-5b1c-7def-8abc-0123456789ab\"}");
    text_buf_free(&out);
}

SUITE(http_json_out, TEST(test_commas_set_themselves),
      TEST(test_texts_that_look_like_structure_do_no_harm), TEST(test_integers_to_their_bounds),
      TEST(test_what_must_be_escaped_is), TEST(test_what_is_no_utf8_is_replaced),
      TEST(test_null_where_there_is_nothing), TEST(test_times_and_users));
