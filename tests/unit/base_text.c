/* The growing buffer, UUIDs, integers, UTF-8, base64url. */
#include "base/text.h"
#include "suite.h"

#include <string.h>

#define NIL_UUID "00000000-0000-0000-0000-000000000000"

static void test_a_buffer_grows_and_stays_terminated(void)
{
    struct text_buf b = {0};

    for (int i = 0; i < 1000; i++)
        text_buf_printf(&b, "%03d", i);
    CU_ASSERT_EQUAL(b.len, 3000);
    CU_ASSERT_EQUAL(strlen(b.data), 3000);
    CU_ASSERT_NSTRING_EQUAL(b.data + 2997, "999", 3);
    text_buf_append(&b, "\0x", 2);
    CU_ASSERT_EQUAL(b.len, 3002);
    CU_ASSERT_EQUAL(b.data[3001], 'x');
    CU_ASSERT_FALSE(b.failed);
    text_buf_free(&b);
    CU_ASSERT_PTR_NULL(b.data);
}

static void test_an_empty_buffer_is_terminated_too(void)
{
    struct text_buf b = {0};

    text_buf_append(&b, NULL, 0);
    CU_ASSERT_STRING_EQUAL_FATAL(b.data, "");
    text_buf_puts(&b, "abc");
    text_buf_reset(&b);
    CU_ASSERT_EQUAL(b.len, 0);
    CU_ASSERT_STRING_EQUAL(b.data, "");
    text_buf_free(&b);
    text_buf_free(&b);
}

static void test_a_buffer_that_failed_takes_nothing_more(void)
{
    struct text_buf b = {0};

    text_buf_puts(&b, "abc");
    text_buf_append(&b, "x", SIZE_MAX - 2);
    CU_ASSERT_TRUE(b.failed);
    text_buf_puts(&b, "def");
    CU_ASSERT_STRING_EQUAL(b.data, "abc");
    text_buf_reset(&b);
    CU_ASSERT_FALSE(b.failed);
    text_buf_free(&b);
}

static void test_uuids_in_either_case(void)
{
    struct uuid lower, upper;
    char text[UUID_TEXT_SIZE];

    CU_ASSERT_TRUE(uuid_from_text("0190f8a2-5b1c-7def-8abc-0123456789ab", 36, &lower));
    CU_ASSERT_TRUE(uuid_from_text("0190F8A2-5B1C-7DEF-8ABC-0123456789AB", 36, &upper));
    CU_ASSERT_TRUE(uuid_equal(&lower, &upper));
    uuid_to_text(&upper, text);
    CU_ASSERT_STRING_EQUAL(text, "0190f8a2-5b1c-7def-8abc-0123456789ab");
    CU_ASSERT_EQUAL(lower.b[0], 0x01);
    CU_ASSERT_EQUAL(lower.b[15], 0xab);
}

static void test_refuses_what_is_no_uuid(void)
{
    static const char *const bad[] = {"",
                                      "0190f8a2-5b1c-7def-8abc-0123456789a",
                                      "0190f8a2-5b1c-7def-8abc-0123456789abc",
                                      "0190f8a25b1c7def8abc0123456789ab",
                                      "{190f8a2-5b1c-7def-8abc-0123456789a}",
                                      "0190f8a2-5b1c-7def-8abc-0123456789ag",
                                      "0190f8a2 5b1c-7def-8abc-0123456789ab",
                                      "0190f8a-25b1c-7def-8abc-0123456789ab",
                                      " 190f8a2-5b1c-7def-8abc-0123456789ab",
                                      "+190f8a2-5b1c-7def-8abc-0123456789ab"};
    struct uuid u;

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_FALSE(uuid_from_text(bad[i], strlen(bad[i]), &u));
    CU_ASSERT_FALSE(uuid_from_text("0190f8a2-5b1c-7def-8abc-0123456789\0b", 36, &u));
    CU_ASSERT_TRUE(uuid_from_text(NIL_UUID "more", 36, &u));
}

static void test_random_uuids_are_version_4(void)
{
    struct uuid a, b;

    uuid_random(&a);
    uuid_random(&b);
    CU_ASSERT_FALSE(uuid_equal(&a, &b));
    CU_ASSERT_EQUAL(a.b[6] >> 4, 4);
    CU_ASSERT_EQUAL(a.b[8] >> 6, 2);
}

static int64_t number(const char *s)
{
    int64_t v = -1;

    return text_parse_int(s, strlen(s), &v) ? v : -1;
}

static void test_integers_are_digits_alone(void)
{
    static const char *const bad[] = {"",   "-1",  "+1",  "01",  "00",  " 1",
                                      "1 ", "1.0", "1e3", "0x1", "1_0", "１"};

    CU_ASSERT_EQUAL(number("0"), 0);
    CU_ASSERT_EQUAL(number("10"), 10);
    CU_ASSERT_EQUAL(number("9223372036854775807"), INT64_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT_EQUAL(number(bad[i]), -1);
}

static void test_integers_beyond_64_bits_are_refused(void)
{
    CU_ASSERT_EQUAL(number("9223372036854775808"), -1);
    CU_ASSERT_EQUAL(number("18446744073709551616"), -1);
    CU_ASSERT_EQUAL(number("99999999999999999999999999"), -1);
}

static void test_counts_characters_not_bytes(void)
{
    CU_ASSERT_EQUAL(text_utf8_length("", 0), 0);
    CU_ASSERT_EQUAL(text_utf8_length("abc", 3), 3);
    CU_ASSERT_EQUAL(text_utf8_length("공연", 6), 2);
    CU_ASSERT_EQUAL(text_utf8_length("\xf0\x9f\x8e\xab", 4), 1);
    CU_ASSERT_EQUAL(text_utf8_length("a\0b", 3), 3);
}

static void test_refuses_invalid_utf8(void)
{
    CU_ASSERT_EQUAL(text_utf8_length("\xff", 1), -1);
    CU_ASSERT_EQUAL(text_utf8_length("\xc0\x80", 2), -1);         /* overlong */
    CU_ASSERT_EQUAL(text_utf8_length("\xe0\x80\xaf", 3), -1);     /* overlong */
    CU_ASSERT_EQUAL(text_utf8_length("\xed\xa0\x80", 3), -1);     /* a surrogate */
    CU_ASSERT_EQUAL(text_utf8_length("\xf4\x90\x80\x80", 4), -1); /* beyond U+10FFFF */
    CU_ASSERT_EQUAL(text_utf8_length("공", 2), -1);               /* cut short */
}

static bool decodes(const char *s, const char *expected)
{
    unsigned char out[16];
    size_t len;

    return text_base64url_decode(s, strlen(s), out, sizeof out, &len) && len == strlen(expected) &&
           memcmp(out, expected, len) == 0;
}

static void test_decodes_base64url(void)
{
    /* RFC 4648, section 10, without the padding. */
    CU_ASSERT_TRUE(decodes("", ""));
    CU_ASSERT_TRUE(decodes("Zg", "f"));
    CU_ASSERT_TRUE(decodes("Zm8", "fo"));
    CU_ASSERT_TRUE(decodes("Zm9v", "foo"));
    CU_ASSERT_TRUE(decodes("Zm9vYg", "foob"));
    CU_ASSERT_TRUE(decodes("Zm9vYmE", "fooba"));
    CU_ASSERT_TRUE(decodes("Zm9vYmFy", "foobar"));
    CU_ASSERT_TRUE(decodes("-_-_", "\xfb\xff\xbf"));
}

static void test_base64url_has_one_text_for_each_value(void)
{
    unsigned char out[4];
    size_t len;

    CU_ASSERT_FALSE(decodes("Zh", "f"));
    CU_ASSERT_FALSE(decodes("Zm9", "fo"));
    CU_ASSERT_FALSE(decodes("Zg==", "f"));
    CU_ASSERT_FALSE(decodes("Z", ""));
    CU_ASSERT_FALSE(decodes("+/+/", "\xfb\xff\xbf"));
    CU_ASSERT_FALSE(decodes("Zm9v\n", "foo"));
    CU_ASSERT_FALSE(text_base64url_decode("Zm9vYmFy", 8, out, sizeof out, &len));
}

static void test_secrets_are_compared_whole(void)
{
    CU_ASSERT_TRUE(text_secret_equal("abc", 3, "abc", 3));
    CU_ASSERT_FALSE(text_secret_equal("abc", 3, "abd", 3));
    CU_ASSERT_FALSE(text_secret_equal("abc", 3, "abcd", 4));
    CU_ASSERT_FALSE(text_secret_equal("", 0, "a", 1));
    CU_ASSERT_TRUE(text_secret_equal("a\0b", 3, "a\0b", 3));
    CU_ASSERT_FALSE(text_secret_equal("a\0b", 3, "a\0c", 3));
}

static void test_copies_say_whether_all_fitted(void)
{
    char out[4];

    CU_ASSERT_TRUE(text_copy(out, sizeof out, "abc", 3));
    CU_ASSERT_STRING_EQUAL(out, "abc");
    CU_ASSERT_FALSE(text_copy(out, sizeof out, "abcd", 4));
    CU_ASSERT_STRING_EQUAL(out, "abc");
    CU_ASSERT_TRUE(text_copy(out, sizeof out, "", 0));
    CU_ASSERT_STRING_EQUAL(out, "");
}

static void test_nothing_speaks_to_a_terminal(void)
{
    char shown[] = "a\x1b[1m\n\x7f \xea\xb0\x80";

    text_mask_controls(shown);
    CU_ASSERT_STRING_EQUAL(shown, "a?[1m?? \xea\xb0\x80");
}

static void test_integers_are_written_in_digits(void)
{
    static const struct {
        int64_t value;
        const char *text;
    } cases[] = {{0, "0"},
                 {7, "7"},
                 {-1, "-1"},
                 {10, "10"},
                 {1000000, "1000000"},
                 {INT64_MAX, "9223372036854775807"},
                 {INT64_MIN, "-9223372036854775808"}};
    char out[TEXT_INT_SIZE + 1];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        out[text_int(cases[i].value, out)] = '\0';
        CU_ASSERT_STRING_EQUAL(out, cases[i].text);
    }
}

/* The vectors of RFC 4648, section 10, without their padding. */
static void test_writes_base64url(void)
{
    static const char *const texts[][2] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct text_buf out = {0};

        text_buf_base64url(&out, (const unsigned char *)texts[i][0], strlen(texts[i][0]));
        CU_ASSERT_STRING_EQUAL(out.data ? out.data : "", texts[i][1]);
        text_buf_free(&out);
    }
}

SUITE(base_text, TEST(test_writes_base64url), TEST(test_a_buffer_grows_and_stays_terminated),
      TEST(test_an_empty_buffer_is_terminated_too),
      TEST(test_a_buffer_that_failed_takes_nothing_more), TEST(test_uuids_in_either_case),
      TEST(test_refuses_what_is_no_uuid), TEST(test_random_uuids_are_version_4),
      TEST(test_integers_are_digits_alone), TEST(test_integers_beyond_64_bits_are_refused),
      TEST(test_counts_characters_not_bytes), TEST(test_refuses_invalid_utf8),
      TEST(test_decodes_base64url), TEST(test_base64url_has_one_text_for_each_value),
      TEST(test_secrets_are_compared_whole), TEST(test_copies_say_whether_all_fitted),
      TEST(test_nothing_speaks_to_a_terminal), TEST(test_integers_are_written_in_digits));
