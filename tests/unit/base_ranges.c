/* Sets of numbers as people write them. */
#include "base/ranges.h"

#include "suite.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static void expect(const int32_t *numbers, int count, const char *wanted)
{
    struct text_buf out = {0};

    ranges_put(&out, numbers, count);
    CU_ASSERT_STRING_EQUAL(out.data ? out.data : "", wanted);
    if (count > 0)
        CU_ASSERT_EQUAL(ranges_count(wanted, 100, 100000), count);
    text_buf_free(&out);
}

static void test_numbers_become_ranges(void)
{
    static const int32_t one[] = {7}, two[] = {7, 8}, apart[] = {1, 3, 5},
                         mixed[] = {1, 2, 3, 4, 7, 9, 10, 100000};

    expect(one, 0, "");
    expect(one, COUNT(one), "7");
    expect(two, COUNT(two), "7-8");
    expect(apart, COUNT(apart), "1,3,5");
    expect(mixed, COUNT(mixed), "1-4,7,9-10,100000");
}

static void test_other_texts_are_none(void)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "-1",
                                      "1-",
                                      "1-1",
                                      "4-1",
                                      "1,",
                                      ",1",
                                      "1,,2",
                                      "1, 2",
                                      "01",
                                      "1-02",
                                      "2,1",
                                      "1,1",
                                      "1-3,3",
                                      "1-2,3",
                                      "1,2",
                                      "+1",
                                      "1.0",
                                      "a",
                                      "1-2-3",
                                      "9223372036854775807",
                                      "1-9223372036854775807",
                                      "99999999999999999999"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(ranges_count(bad[i], 100, 100000), 0);
        if (ranges_count(bad[i], 100, 100000) != 0)
            fprintf(stderr, "taken: %s\n", bad[i]);
    }
}

static void test_both_bounds_hold(void)
{
    CU_ASSERT_EQUAL(ranges_count("1-100", 100, 100000), 100);
    CU_ASSERT_EQUAL(ranges_count("1-101", 100, 100000), 0);
    CU_ASSERT_EQUAL(ranges_count("1-99,101", 100, 100000), 100);
    CU_ASSERT_EQUAL(ranges_count("1-99,101-102", 100, 100000), 0);
    CU_ASSERT_EQUAL(ranges_count("100000", 100, 100000), 1);
    CU_ASSERT_EQUAL(ranges_count("100001", 100, 100000), 0);
}

SUITE(base_ranges, TEST(test_numbers_become_ranges), TEST(test_other_texts_are_none),
      TEST(test_both_bounds_hold));
