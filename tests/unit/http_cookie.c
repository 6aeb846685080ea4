/* Reading cookies: what is found, and what hostile or odd headers do. */
#include "http/cookie.h"

#include "suite.h"
#include <string.h>

static void expect(const char *header, enum cookie_result wanted, const char *text)
{
    const char *value = NULL;
    size_t len = 0;

    CU_ASSERT_EQUAL(cookie_find(header, "a", &value, &len), wanted);
    if (wanted != COOKIE_FOUND)
        return;
    CU_ASSERT_EQUAL_FATAL(len, strlen(text));
    CU_ASSERT_EQUAL(memcmp(value, text, len), 0);
}

static void test_finds_its_cookie_wherever_it_stands(void)
{
    expect("a=1", COOKIE_FOUND, "1");
    expect("a=1; b=2", COOKIE_FOUND, "1");
    expect("b=2; a=1", COOKIE_FOUND, "1");
    expect("b=2; a=1; c=3", COOKIE_FOUND, "1");
    expect("a=eyJ.x-y_z.0=", COOKIE_FOUND, "eyJ.x-y_z.0=");
    expect("a==", COOKIE_FOUND, "=");
}

static void test_blanks_around_a_pair_do_not_matter(void)
{
    expect("b=2;a=1", COOKIE_FOUND, "1");
    expect(" \t a=1 \t ;b", COOKIE_FOUND, "1");
    expect("b=2;  a=1 ; ", COOKIE_FOUND, "1");
    expect("a =1", COOKIE_ABSENT, NULL);
    expect("a= 1", COOKIE_BAD, NULL);
}

static void test_other_names_are_not_it(void)
{
    expect(NULL, COOKIE_ABSENT, NULL);
    expect("", COOKIE_ABSENT, NULL);
    expect(";", COOKIE_ABSENT, NULL);
    expect(";;; ;=; ==", COOKIE_ABSENT, NULL);
    expect("a", COOKIE_ABSENT, NULL);
    expect("aa=1; ba=1; A=1; a.=1; =a=1", COOKIE_ABSENT, NULL);
    expect("b=\"; a=1; \"", COOKIE_FOUND, "1"); /* quotes hold nothing together: RFC 6265 */
    expect("b=a=1", COOKIE_ABSENT, NULL);
}

static void test_an_empty_value_is_none(void)
{
    expect("a=", COOKIE_ABSENT, NULL);
    expect("b=1; a= ; c=2", COOKIE_ABSENT, NULL);
}

static void test_the_name_twice_is_nobodys(void)
{
    expect("a=1; a=2", COOKIE_BAD, NULL);
    expect("a=1; b=2; a=1", COOKIE_BAD, NULL);
    expect("a=; a=1", COOKIE_BAD, NULL);
    expect("a=1; a=", COOKIE_BAD, NULL);
    expect("a=1; a=1; a=1", COOKIE_BAD, NULL);
    expect("a=\"; a=1", COOKIE_BAD, NULL);
}

static void test_a_value_outside_the_grammar_is_bad(void)
{
    static const char *const bad[] = {"a=\"1\"", "a=1,2",   "a=1 2",      "a=\\1",  "a=\x7f",
                                      "a=\x01",  "a=1\r\n", "a=\xc3\xa9", "a=1\t2", "a=%\x80"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect(bad[i], COOKIE_BAD, NULL);
    expect("b=\"x y\", \\ \xff; a=1", COOKIE_FOUND, "1");
}

static void test_a_header_that_is_too_long_is_bad(void)
{
    static char header[COOKIE_HEADER_MAX + 2];

    memset(header, ';', COOKIE_HEADER_MAX + 1);
    memcpy(header, "a=1", 3);
    header[COOKIE_HEADER_MAX + 1] = '\0';
    expect(header, COOKIE_BAD, NULL);
    header[COOKIE_HEADER_MAX] = '\0';
    expect(header, COOKIE_FOUND, "1");
}

SUITE(http_cookie, TEST(test_finds_its_cookie_wherever_it_stands),
      TEST(test_blanks_around_a_pair_do_not_matter), TEST(test_other_names_are_not_it),
      TEST(test_an_empty_value_is_none), TEST(test_the_name_twice_is_nobodys),
      TEST(test_a_value_outside_the_grammar_is_bad), TEST(test_a_header_that_is_too_long_is_bad));
