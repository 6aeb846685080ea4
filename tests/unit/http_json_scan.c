/* The strict check of JSON text. */
#include "http/json_scan.h"

#include "base/text.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* Far more than a body may have, so that a quadratic step would show. */
#define LONG_TEXT ((size_t)1 << 20)

static void expect(const char *text, size_t len, bool good)
{
    bool got = json_scan(text, len);

    if (got != good)
        fprintf(stderr, "json_scan(%.*s): %d\n", (int)len, text, got);
    CU_ASSERT_EQUAL(got, good);
}

static void expect_all(const char *const *texts, size_t n, bool good)
{
    for (size_t i = 0; i < n; i++)
        expect(texts[i], strlen(texts[i]), good);
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_takes_what_rfc_8259_allows(void)
{
    static const char *const good[] = {
        "{}",
        "[]",
        " \t\r\n{ } \n",
        "{\"a\":1}",
        "{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }",
        "true",
        "false",
        "null",
        "\"\"",
        "[true,false,null]",
        "[{},[],\"\"]",
        "{\"\":0}",
        "\"\x7f\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\u0041\\uD83D\\uDE00\\ufffe\"",
        "\"한글 \xf0\x9f\x98\x80 \xef\xbb\xbf\"",
        "\"\xf4\x8f\xbf\xbf\"",
    };
    expect_all(good, COUNT(good), true);
}

static void test_refuses_what_rfc_8259_does_not_allow(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[",
        "]",
        "{]",
        "[}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{a:1}",
        "{'a':1}",
        "{1:1}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1;}",
        "{} {}",
        "{}x",
        "{},",
        "nul",
        "nulll",
        "True",
        "TRUE",
        "NaN",
        "[NaN]",
        "Infinity",
        "-Infinity",
        "undefined",
        "/* */{}",
        "{}//",
        "#",
        "\"",
        "\"a",
        "'a'",
        "\"a\"b",
        "\v{}",
        "\f{}",
        "{\"a\":tru}",
        "[\"a\":1]",
        "{\"a\",1}",
        ":",
        ",",
        "\\",
        "{\"a\":1,\"b\"}",
        "{\"a\"::1}",
    };
    expect_all(bad, COUNT(bad), false);
    CU_ASSERT_FALSE(json_scan(NULL, 0));
}

static void test_numbers_follow_the_grammar(void)
{
    static const char *const good[] = {
        "0",
        "-0",
        "1",
        "-1",
        "10",
        "1234567890",
        "0.5",
        "-0.5",
        "1.0",
        "1e3",
        "1E3",
        "1e+3",
        "1e-3",
        "0e0",
        "1.5e10",
        "1e999",
        "0.00001",
        "9223372036854775808",
        "-99999999999999999999999999999999",
    };
    static const char *const bad[] = {
        "1.",  ".5",  "-",   "+1",    "01",    "-01", "00", "1e", "1e+", "1.e3", "0x10",
        "1_0", "1,0", "--1", "1.2.3", "1e1.5", "-.5", "-a", "1a", "1 2", "- 1",
    };
    expect_all(good, COUNT(good), true);
    expect_all(bad, COUNT(bad), false);
}

static void test_refuses_bad_escapes(void)
{
    static const char *const bad[] = {
        "\"\\x41\"",
        "\"\\a\"",
        "\"\\'\"",
        "\"\\0\"",
        "\"\\U0041\"",
        "\"\\u\"",
        "\"\\u004\"",
        "\"\\u004g\"",
        "\"\\u 041\"",
        "\"\\u+041\"",
        "\"\\\"",
        "\"\\u004",
        "\"\\",
        "\"\\uD83D\"",
        "\"\\uDE00\"",
        "\"\\uD83D\\uD83D\"",
        "\"\\uD83Dx\"",
        "\"\\uD83D\\n\"",
        "\"\\uD83D\\u0041\"",
        "\"\\uDE00\\uD83D\"",
        "{\"\\uD83D\":1}",
        "{\"\\x\":1}",
    };
    expect_all(bad, COUNT(bad), false);
}

static void test_refuses_nul_but_escaped_in_a_value(void)
{
    expect("\"a\0b\"", 5, false);
    expect("{}\0", 3, false);
    expect("\0{}", 3, false);
    expect("\"\\u0000\"", 8, true);
    expect("{\"\\u0000\":1}", 12, false);
    expect("{\"a\\u0000b\":1}", 14, false);
    expect("\"\\\0\"", 4, false);
}

static void test_refuses_raw_control_characters(void)
{
    for (int c = 0; c < 0x20; c++) {
        char value[] = "{\"a\":\"x?y\"}", name[] = "{\"x?y\":1}";

        *strchr(value, '?') = (char)c;
        *strchr(name, '?') = (char)c;
        expect(value, sizeof value - 1, false);
        expect(name, sizeof name - 1, false);
    }
}

static void test_a_lone_byte_is_json_only_if_it_is_a_digit(void)
{
    for (int c = 0; c < 256; c++) {
        char text = (char)c;

        expect(&text, 1, c >= '0' && c <= '9');
    }
}

static void test_refuses_what_is_no_utf8(void)
{
    static const char *const bad[] = {
        "\"\x80\"",             /* a continuation alone */
        "\"\xc3\"",             /* cut */
        "\"\xe1\x84\"",         /* cut */
        "\"\xc0\x80\"",         /* overlong NUL */
        "\"\xc1\xbf\"",         /* overlong */
        "\"\xe0\x80\xaf\"",     /* overlong */
        "\"\xf0\x80\x80\xaf\"", /* overlong */
        "\"\xed\xa0\x80\"",     /* a surrogate */
        "\"\xed\xb0\x80\"",     /* a surrogate */
        "\"\xf4\x90\x80\x80\"", /* beyond U+10FFFF */
        "\"\xf8\x88\x80\x80\x80\"",
        "\"\xff\"",
        "\"\xfe\"",
        "{\"\xc0\xaf\":1}",
        "\xef\xbb\xbf{}", /* a byte order mark */
        "\xff\xfe{\"a\":1}",
        "{}\xc2\xa0", /* a space, but none of JSON's */
    };
    expect_all(bad, COUNT(bad), false);
    /* The end of the text is the end of the character, whatever lies behind it. */
    expect("\"\xc3\xa9\"", 2, false);
}

static void test_refuses_duplicate_names(void)
{
    static const char *const bad[] = {
        "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"\":1,\"\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"\\u0061\":1,\"a\":2}",
        "{\"\\u0061\\u0062\":1,\"a\\u0062\":2}",
        "{\"\\/\":1,\"/\":2}",
        "{\"\\n\":1,\"\\u000a\":2}",
        "{\"\xf0\x9f\x98\x80\":1,\"\\uD83D\\uDE00\":2}",
        "{\"\\ud55c\":1,\"한\":2}",
        "{\"o\":{\"a\":1,\"a\":2}}",
        "[{\"a\":1},{\"b\":1,\"b\":1}]",
        "{\"a\":{\"b\":1},\"a\":1}",
        "{\"b\":{\"a\":1},\"c\":{\"a\":1},\"b\":1}",
    };
    static const char *const good[] = {
        "{\"a\":1,\"A\":2}",
        "{\"a\":1,\"aa\":2,\"\":3}",
        "{\"a\":{\"a\":{\"a\":1}}}",
        "{\"a\":{\"b\":1},\"b\":{\"a\":1}}",
        "[{\"a\":1},{\"a\":2}]",
        "{\"a\":\"a\",\"b\":\"a\"}",
        "{\"a\\\\u0062\":1,\"ab\":2}",
        /* The same to a reader's eye, yet other characters. */
        "{\"\xc3\xa9\":1,\"e\xcc\x81\":2}",
    };
    expect_all(bad, COUNT(bad), false);
    expect_all(good, COUNT(good), true);
}

static void expect_depth(int depth, const char *open, const char *close, bool good)
{
    struct text_buf text = {0};

    for (int i = 0; i < depth; i++)
        text_buf_puts(&text, open);
    text_buf_puts(&text, "0");
    for (int i = 0; i < depth; i++)
        text_buf_puts(&text, close);
    expect(text.data, text.len, good);
    text_buf_free(&text);
}

static void test_nests_to_eight_and_no_further(void)
{
    for (int depth = 1; depth <= 12; depth++) {
        expect_depth(depth, "[", "]", depth <= JSON_SCAN_MAX_DEPTH);
        expect_depth(depth, "{\"a\":", "}", depth <= JSON_SCAN_MAX_DEPTH);
    }
    CU_ASSERT_EQUAL(JSON_SCAN_MAX_DEPTH, 8);
    /* Empty ones count too, siblings do not. */
    expect("[[[[[[[[]]]]]]]]", 16, true);
    expect("[[[[[[[[[]]]]]]]]]", 18, false);
    expect("[[],[],[],[],[],[],[],[],[],[]]", 31, true);
}

static void test_every_beginning_of_an_object_is_refused(void)
{
    static const char text[] = "{\"a\\u0041\":[1.5e3,true,\"\\n\xed\x95\x9c\"],\"b\":{\"c\":null}}";

    expect(text, sizeof text - 1, true);
    for (size_t len = 0; len < sizeof text - 1; len++)
        expect(text, len, false);
}

/* An object of many members named by numbers after `before`, and one named `again`. */
static void expect_many_names(const char *before, const char *value, const char *again)
{
    struct text_buf text = {0};
    clock_t start = clock();

    text_buf_puts(&text, "{");
    for (int i = 0; text.len < LONG_TEXT; i++)
        text_buf_printf(&text, "\"%s%d\":%s,", before, i, value);
    CU_ASSERT_TRUE_FATAL(!text.failed);
    text.data[text.len - 1] = '}';
    CU_ASSERT_TRUE(json_scan(text.data, text.len));
    text.data[text.len - 1] = ',';
    text_buf_printf(&text, "\"%s\":0}", again);
    CU_ASSERT_FALSE(json_scan(text.data, text.len));
    /* Some 50 ms; comparing each name with each would take a hundred times that at the least. */
    CU_ASSERT_TRUE(clock() - start < 3 * CLOCKS_PER_SEC);
    text_buf_free(&text);
}

static void test_many_names_are_no_burden(void)
{
    expect_many_names("", "0", "7");
    expect_many_names("\\u0061", "0", "a10");
    expect_many_names("a-rather-long-name", "{}", "a-rather-long-name0");
}

SUITE(http_json_scan, TEST(test_takes_what_rfc_8259_allows),
      TEST(test_refuses_what_rfc_8259_does_not_allow), TEST(test_numbers_follow_the_grammar),
      TEST(test_refuses_bad_escapes), TEST(test_refuses_nul_but_escaped_in_a_value),
      TEST(test_refuses_raw_control_characters),
      TEST(test_a_lone_byte_is_json_only_if_it_is_a_digit), TEST(test_refuses_what_is_no_utf8),
      TEST(test_refuses_duplicate_names), TEST(test_nests_to_eight_and_no_further),
      TEST(test_every_beginning_of_an_object_is_refused), TEST(test_many_names_are_no_burden));
