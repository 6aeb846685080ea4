/* Entity tags in If-None-Match. */
#include "http/etag.h"
#include "suite.h"

static void test_a_tag_is_found_in_a_list(void)
{
    static const char *const lists[] = {"\"ab\"",
                                        "W/\"ab\"",
                                        " \"ab\" ",
                                        "\"x\",\"ab\"",
                                        "\"x\" , W/\"ab\"",
                                        ",, \"ab\",",
                                        "\"a,b\", \"ab\"",
                                        "\"ab\", broken",
                                        "*",
                                        " * "};

    for (unsigned i = 0; i < sizeof lists / sizeof *lists; i++)
        CU_ASSERT_TRUE(etag_listed(lists[i], "ab"));
}

static void test_others_are_not(void)
{
    static const char *const lists[] = {"",
                                        " ",
                                        "ab",
                                        "\"ab",
                                        "\"abc\"",
                                        "\"a\"",
                                        "\"\"",
                                        "\"AB\"",
                                        "w/\"ab\"",
                                        "W/ \"ab\"",
                                        "\"x,ab\"",
                                        "\"x\" \"ab\"",
                                        "x, \"ab\"",
                                        "*, \"x\"",
                                        "**",
                                        "\"a b\", \"ab\"",
                                        "W/\"x\"\"ab\""};

    CU_ASSERT_FALSE(etag_listed(NULL, "ab"));
    for (unsigned i = 0; i < sizeof lists / sizeof *lists; i++)
        CU_ASSERT_FALSE(etag_listed(lists[i], "ab"));
}

SUITE(http_etag, TEST(test_a_tag_is_found_in_a_list), TEST(test_others_are_not));
