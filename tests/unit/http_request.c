/* Long answers, sent in parts. */
#include "http/json_out.h"
#include "http/request.h"
#include "suite.h"

#include <string.h>

static struct text_buf got;
static int parts;

static bool take(struct response *res)
{
    res->begun = true;
    text_buf_append(&got, res->body.data, res->body.len);
    text_buf_reset(&res->body);
    return ++parts < 10;
}

static void start(struct response *res)
{
    text_buf_reset(&got);
    parts = 0;
    *res = (struct response){.send = take};
    response_reset(res);
}

static void test_the_parts_are_the_whole(void)
{
    struct text_buf whole = {0};
    struct response res;

    start(&res);
    jout_array_begin(&res.body, NULL);
    jout_array_begin(&whole, NULL);
    for (int64_t i = 0; i < 50000; i++) {
        jout_int(&res.body, NULL, i);
        jout_int(&whole, NULL, i);
        CU_ASSERT_EQUAL_FATAL(response_flow(&res), ERR_OK);
        CU_ASSERT_TRUE_FATAL(res.body.cap <= 1 << 17);
    }
    jout_array_end(&res.body);
    jout_array_end(&whole);
    CU_ASSERT_TRUE(parts >= 2);
    text_buf_append(&got, res.body.data, res.body.len);
    CU_ASSERT_STRING_EQUAL(got.data, whole.data);
    text_buf_free(&whole);
    response_free(&res);
}

static void test_a_short_answer_stays_whole(void)
{
    struct response res;

    start(&res);
    jout_text(&res.body, NULL, "short");
    CU_ASSERT_EQUAL(response_flow(&res), ERR_OK);
    CU_ASSERT_EQUAL(parts, 0);
    CU_ASSERT_FALSE(res.begun);
    response_free(&res);
}

static void test_an_answer_that_nobody_takes_ends(void)
{
    static char much[100000];
    struct response res;
    enum err e = ERR_OK;

    start(&res);
    memset(much, 'x', sizeof much);
    for (int i = 0; i < 20 && e == ERR_OK; i++) {
        text_buf_append(&res.body, much, sizeof much);
        e = response_flow(&res);
    }
    CU_ASSERT_EQUAL(e, ERR_INTERNAL);
    CU_ASSERT_EQUAL(parts, 10);
    response_free(&res);
    text_buf_free(&got);
}

SUITE(http_request, TEST(test_the_parts_are_the_whole), TEST(test_a_short_answer_stays_whole),
      TEST(test_an_answer_that_nobody_takes_ends));
