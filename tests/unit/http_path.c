/* Matching paths with patterns. */
#include "http/path.h"

#include "suite.h"
#include <string.h>

static void expect(const char *pattern, const char *path, const char *param)
{
    struct path_param got = {"untouched", 9};
    bool matched = path_match(pattern, path, &got);

    CU_ASSERT_EQUAL(matched, param != NULL);
    if (!param)
        param = "untouched";
    CU_ASSERT_EQUAL(got.len, strlen(param));
    CU_ASSERT_EQUAL(memcmp(got.s, param, got.len), 0);
}

static void test_literals_match_themselves(void)
{
    expect("/api/v1/concerts", "/api/v1/concerts", "");
    expect("/api/v1/concerts", "/api/v1/concertsx", NULL);
    expect("/api/v1/concerts", "/api/v1/concert", NULL);
    expect("/api/v1/concerts", "/API/v1/concerts", NULL);
    expect("/healthz", "", NULL);
    expect("/healthz", "healthz", NULL);
}

static void test_a_parameter_takes_one_segment(void)
{
    expect("/concerts/{id}", "/concerts/12", "12");
    expect("/concerts/{id}/seats", "/concerts/a.b/seats", "a.b");
    expect("/concerts/{id}", "/concerts/1/2", NULL);
    expect("/concerts/{id}/seats", "/concerts/1", NULL);
    expect("/concerts/{id}/seats", "/concerts/1/seat", NULL);
    expect("/concerts/{id}/seats", "/concerts/1/2/seats", NULL);
}

static void test_empty_segments_do_not_match(void)
{
    expect("/concerts/{id}", "/concerts/", NULL);
    expect("/concerts/{id}/seats", "/concerts//seats", NULL);
    expect("/concerts/{id}", "/concerts/1/", NULL);
    expect("/concerts", "/concerts/", NULL);
    expect("/concerts", "//concerts", NULL);
}

static void test_a_path_may_look_like_a_pattern(void)
{
    expect("/concerts/{id}", "/concerts/{id}", "{id}");
    expect("/concerts/{id}/seats", "/concerts/{id/seats", "{id");
}

SUITE(http_path, TEST(test_literals_match_themselves), TEST(test_a_parameter_takes_one_segment),
      TEST(test_empty_segments_do_not_match), TEST(test_a_path_may_look_like_a_pattern));
