/* Choosing Korean or English. */
#include "http/language.h"

#include "suite.h"

#include <stdio.h>

struct row {
    const char *header;
    enum language chosen;
};

#define EN LANGUAGE_EN
#define KO LANGUAGE_KO

static void expect(const char *header, enum language preset, enum language chosen)
{
    enum language got = language_choose(header, preset);

    if (got != chosen)
        fprintf(stderr, "Accept-Language: %s: %d\n", header ? header : "(none)", (int)got);
    CU_ASSERT_EQUAL(got, chosen);
}

/* What is chosen whatever the preset. */
static void expect_always(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        expect(rows[i].header, EN, rows[i].chosen);
        expect(rows[i].header, KO, rows[i].chosen);
    }
}

static void expect_preset(const char *const *headers, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        expect(headers[i], EN, EN);
        expect(headers[i], KO, KO);
    }
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_the_best_q_wins(void)
{
    static const struct row rows[] = {
        {"ko", KO},
        {"en", EN},
        {"ko;q=0.5", KO},
        {"en;q=0.001", EN},
        {"ko;q=0.8,en;q=0.9", EN},
        {"en;q=0.8,ko;q=0.9", KO},
        {"en;q=0.9,ko", KO},
        {"en;q=0.899,ko;q=0.9", KO},
        {"fr,de;q=0.9,en;q=0.1", EN},
        {"fr-CH, fr;q=0.9, ko;q=0.2, en;q=0.1", KO},
        {"ko;q=1.000,en;q=0.999", KO},
        {"ko;q=0.,en;q=0.1", EN},
        {"ko;q=1.,en;q=0.9", KO},
        {"ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", KO},
        {"en-US,en;q=0.9,ko;q=0.8", EN},
    };
    expect_always(rows, COUNT(rows));
}

static void test_a_tie_goes_to_the_one_named_first(void)
{
    static const struct row rows[] = {
        {"ko,en", KO},
        {"en,ko", EN},
        {"fr,ko;q=0.5,en;q=0.5", KO},
        {"en;q=0.5,ko;q=0.50", EN},
        {"en;q=0.2,ko;q=0.5,en;q=0.5", KO},
        {"en;q=0.5,ko;q=0.5,en;q=0.5", EN},
    };
    expect_always(rows, COUNT(rows));
}

static void test_a_regional_range_counts_for_its_language(void)
{
    static const struct row rows[] = {
        {"ko-KR", KO},
        {"en-GB", EN},
        {"ko-Kore-KR", KO},
        {"en-GB-oxendict", EN},
        {"en-GB;q=0.2,ko;q=0.3", KO},
        {"en-US,ko", EN},
        {"ko;q=0,ko-KR", KO},
    };
    expect_always(rows, COUNT(rows));
}

static void test_case_and_white_space_do_not_matter(void)
{
    static const struct row rows[] = {
        {"KO", KO},
        {"Ko-kr", KO},
        {"EN-us", EN},
        {"ko;Q=0.1,en;q=0.2", EN},
        {" \tko \t;\t q=0.4 , en ; q=0.5 ", EN},
        {",,ko,,", KO},
    };
    expect_always(rows, COUNT(rows));
}

static void test_a_star_stands_for_the_others(void)
{
    static const struct row rows[] = {
        {"ko;q=0.5,*", EN},
        {"*,ko;q=0.5", EN},
        {"ko,*;q=0.5", KO},
        {"en;q=0,*", KO},
        {"*;q=0.1,ko;q=0", EN},
        {"ko,*;q=0", KO},
        /* On a tie the one that is named. */
        {"*,ko", KO},
        {"en;q=0.3,*;q=0.3", EN},
    };
    static const char *const headers[] = {"*", "*;q=0.1", "fr,*;q=0.5"};
    expect_always(rows, COUNT(rows));
    expect_preset(headers, COUNT(headers));
}

static void test_q_0_excludes(void)
{
    static const struct row rows[] = {
        {"ko;q=0", EN},
        {"en;q=0.0", KO},
        {"fr,en;q=0.000", KO},
        {"en;q=0,ko;q=0.001", KO},
    };
    static const char *const headers[] = {"ko;q=0,en;q=0", "*;q=0", "ko;q=0,*;q=0"};
    expect_always(rows, COUNT(rows));
    expect_preset(headers, COUNT(headers));
}

static void test_without_a_wish_the_preset(void)
{
    static const char *const headers[] = {NULL,          "",    " ", ",",  "fr",
                                          "ja,zh;q=0.5", "kor", "e", "eng"};
    expect_preset(headers, COUNT(headers));
}

static void test_malformed_parts_are_skipped(void)
{
    static const char *const parts[] = {
        "ko;q=2",       "ko;q=1.1",     "ko;q=1.001", "ko;q=0.1234", "ko;q=-1",   "ko;q=",
        "ko;q",         "ko;",          "ko;q=.5",    "ko;q=a",      "ko;q=0.a",  "ko;q=0,5x",
        "ko;q=0.5;x=1", "ko;x=1",       "ko;q =0.5",  "ko q=0.5",    "ko-",       "-ko",
        "ko--KR",       "ko-abcdefghi", "ko_KR",      "ko*",         "k\xc3\xb6", "ko;q=10",
        "ko;q=+1",      "ko-K.R",       "*-ko",       "ko;q=0.5/",   "ko;q=0.0:",
    };
    char header[64];

    for (size_t i = 0; i < COUNT(parts); i++) {
        expect(parts[i], EN, EN);
        snprintf(header, sizeof header, "%s, en;q=0.1", parts[i]);
        expect(header, KO, EN);
    }
}

SUITE(http_language, TEST(test_the_best_q_wins), TEST(test_a_tie_goes_to_the_one_named_first),
      TEST(test_a_regional_range_counts_for_its_language),
      TEST(test_case_and_white_space_do_not_matter), TEST(test_a_star_stands_for_the_others),
      TEST(test_q_0_excludes), TEST(test_without_a_wish_the_preset),
      TEST(test_malformed_parts_are_skipped));
