/* Query parameters and cursors. */
#include "http/params.h"

#include "suite.h"
#include <stdio.h>
#include <string.h>

static struct app app;
static struct request req;

static void ask(const char *query)
{
    app_problem_reset(&app);
    req = (struct request){.app = &app, .query = query};
}

static void expect_find(const char *query, enum params_result result, const char *value)
{
    char got[PARAMS_VALUE_SIZE] = "";

    if (params_find(query, "q", got) != result)
        fprintf(stderr, "query %s\n", query ? query : "(none)");
    CU_ASSERT_EQUAL(params_find(query, "q", got), result);
    if (result == PARAMS_VALUE)
        CU_ASSERT_STRING_EQUAL(got, value);
}

static void test_finds_a_parameter_among_others(void)
{
    expect_find(NULL, PARAMS_ABSENT, NULL);
    expect_find("", PARAMS_ABSENT, NULL);
    expect_find("&&", PARAMS_ABSENT, NULL);
    expect_find("a=1&qq=2&xq=3", PARAMS_ABSENT, NULL);
    expect_find("q=1", PARAMS_VALUE, "1");
    expect_find("a=%zz&q=1&b", PARAMS_VALUE, "1");
    expect_find("q", PARAMS_VALUE, "");
    expect_find("q=", PARAMS_VALUE, "");
    expect_find("q=a=b", PARAMS_VALUE, "a=b");
    expect_find("&q=1&", PARAMS_VALUE, "1");
}

static void test_decodes_names_and_values(void)
{
    expect_find("%71=x", PARAMS_VALUE, "x");
    expect_find("q=a%2Fb%3d+c", PARAMS_VALUE, "a/b= c");
    expect_find("q=%ED%95%9c", PARAMS_VALUE, "\xED\x95\x9C");
}

static void test_refuses_what_cannot_be_read(void)
{
    char longest[2 + PARAMS_VALUE_SIZE + 1] = "q=";

    expect_find("q=%", PARAMS_BAD, NULL);
    expect_find("q=%4", PARAMS_BAD, NULL);
    expect_find("q=%4&a=1", PARAMS_BAD, NULL);
    expect_find("q=%4g", PARAMS_BAD, NULL);
    expect_find("q=%00", PARAMS_BAD, NULL);
    expect_find("q=%ff", PARAMS_BAD, NULL);
    memset(longest + 2, 'x', PARAMS_VALUE_SIZE);
    expect_find(longest, PARAMS_BAD, NULL);
    longest[2 + PARAMS_VALUE_SIZE - 1] = '\0';
    expect_find(longest, PARAMS_VALUE, longest + 2);
}

static void test_refuses_a_parameter_that_comes_twice(void)
{
    expect_find("q=1&q=1", PARAMS_BAD, NULL);
    expect_find("q=1&a=2&%71", PARAMS_BAD, NULL);
}

static void test_a_word_is_there_or_not(void)
{
    bool given;

    ask("a=b");
    CU_ASSERT_EQUAL(params_word(&req, "include", "all", &given), ERR_OK);
    CU_ASSERT_FALSE(given);
    ask("include=all");
    CU_ASSERT_EQUAL(params_word(&req, "include", "all", &given), ERR_OK);
    CU_ASSERT_TRUE(given);
    CU_ASSERT_EQUAL(params_word(&req, "include", NULL, &given), ERR_INVALID_PARAMETER);
    ask("include=some");
    CU_ASSERT_EQUAL(params_word(&req, "include", "all", &given), ERR_INVALID_PARAMETER);
    CU_ASSERT_STRING_EQUAL(app.problem.field, "include");
    ask("include=all&include=all");
    CU_ASSERT_EQUAL(params_word(&req, "include", "all", &given), ERR_INVALID_PARAMETER);
}

static void test_a_date_must_be_there_and_exist(void)
{
    char date[CLOCK_DATE_SIZE];

    ask("date=2032-02-29");
    CU_ASSERT_EQUAL(params_date(&req, "date", date), ERR_OK);
    CU_ASSERT_STRING_EQUAL(date, "2032-02-29");
    ask("date=2031-02-29");
    CU_ASSERT_EQUAL(params_date(&req, "date", date), ERR_INVALID_PARAMETER);
    CU_ASSERT_STRING_EQUAL(app.problem.field, "date");
    ask("");
    CU_ASSERT_EQUAL(params_date(&req, "date", date), ERR_INVALID_PARAMETER);
}

static void expect_page(const char *query, bool keyed, const char *field)
{
    struct params_page page;
    enum err e;

    ask(query);
    e = params_page(&req, keyed, &page);
    CU_ASSERT_EQUAL(e, field ? ERR_INVALID_PARAMETER : ERR_OK);
    if (field)
        CU_ASSERT_STRING_EQUAL(app.problem.field, field);
}

static void test_a_page_has_bounds(void)
{
    struct params_page page;

    ask("");
    CU_ASSERT_EQUAL(params_page(&req, true, &page), ERR_OK);
    CU_ASSERT_EQUAL(page.limit, 20);
    CU_ASSERT_EQUAL(page.key, 0);
    CU_ASSERT_EQUAL(page.id, 0);
    expect_page("limit=1", false, NULL);
    expect_page("limit=100", false, NULL);
    expect_page("limit=0", false, "limit");
    expect_page("limit=101", false, "limit");
    expect_page("limit=", false, "limit");
    expect_page("limit=-1", false, "limit");
    expect_page("limit=1.0", false, "limit");
    expect_page("limit=99999999999999999999", false, "limit");
    expect_page("limit=5&limit=5", false, "limit");
}

/* The cursor that params_next writes, without its quotes. */
static void cursor_of(bool keyed, int64_t key, int64_t id, char out[128])
{
    struct text_buf b = {0};

    params_next(&b, true, keyed, key, id);
    CU_ASSERT_EQUAL(sscanf(b.data, "\"next\":\"%100[A-Za-z0-9_-]\"", out), 1);
    text_buf_free(&b);
}

static void test_a_cursor_leads_back(void)
{
    static const int64_t ids[] = {1, 9, 10, 99, 12345, INT64_MAX};
    struct params_page page;
    char cursor[128], query[160];

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        cursor_of(false, 0, ids[i], cursor);
        snprintf(query, sizeof query, "cursor=%s", cursor);
        ask(query);
        CU_ASSERT_EQUAL(params_page(&req, false, &page), ERR_OK);
        CU_ASSERT_EQUAL(page.id, ids[i]);
        expect_page(query, true, "cursor");
        cursor_of(true, ids[i] - 1, ids[i], cursor);
        snprintf(query, sizeof query, "cursor=%s", cursor);
        ask(query);
        CU_ASSERT_EQUAL(params_page(&req, true, &page), ERR_OK);
        CU_ASSERT_EQUAL(page.key, ids[i] - 1);
        CU_ASSERT_EQUAL(page.id, ids[i]);
        expect_page(query, false, "cursor");
    }
}

static void test_other_cursors_are_refused(void)
{
    expect_page("cursor=", false, "cursor");
    expect_page("cursor=12", false, "cursor");     /* one byte that is no digit */
    expect_page("cursor=MA", false, "cursor");     /* 0 */
    expect_page("cursor=LTE", false, "cursor");    /* -1 */
    expect_page("cursor=MTI", false, NULL);        /* 12 */
    expect_page("cursor=MTI=", false, "cursor");   /* padded */
    expect_page("cursor=MS4", true, "cursor");     /* 1. */
    expect_page("cursor=LjE", true, "cursor");     /* .1 */
    expect_page("cursor=MS4xLjE", true, "cursor"); /* 1.1.1 */
    expect_page("cursor=MTI&cursor=MTI", false, "cursor");
}

static void test_no_more_rows_no_cursor(void)
{
    struct text_buf b = {0};

    params_next(&b, false, true, 5, 6);
    CU_ASSERT_STRING_EQUAL(b.data, "\"next\":null");
    text_buf_free(&b);
}

SUITE(http_params, TEST(test_finds_a_parameter_among_others), TEST(test_decodes_names_and_values),
      TEST(test_refuses_what_cannot_be_read), TEST(test_refuses_a_parameter_that_comes_twice),
      TEST(test_a_word_is_there_or_not), TEST(test_a_date_must_be_there_and_exist),
      TEST(test_a_page_has_bounds), TEST(test_a_cursor_leads_back),
      TEST(test_other_cursors_are_refused), TEST(test_no_more_rows_no_cursor));
