/* Errors as problem+json, and kept answers. */
#include "http/reply.h"

#include "suite.h"
#include <string.h>

static struct config cfg;
static struct app app = {.cfg = &cfg};
static struct request req;
static struct response res;

static void begin(const char *accept_language, const char *preset)
{
    text_copy(cfg.server_default_language, sizeof cfg.server_default_language, preset,
              strlen(preset));
    app_problem_reset(&app);
    req = (struct request){.app = &app, .accept_language = accept_language};
    text_copy(req.id, sizeof req.id, "r1", 2);
    response_reset(&res);
}

static bool has_header(const char *line)
{
    return res.headers.data && strstr(res.headers.data, line);
}

static void test_an_error_has_the_members_of_the_contract(void)
{
    begin(NULL, "en");
    reply_error(&req, &res, ERR_CONCERT_NOT_FOUND);
    CU_ASSERT_EQUAL(res.status, 404);
    CU_ASSERT_EQUAL(res.err, ERR_CONCERT_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(res.content_type, "application/problem+json");
    CU_ASSERT_STRING_EQUAL(res.body.data,
                           "{\"type\":\"urn:problem-type:frontrow:concert-not-found\","
                           "\"title\":\"Concert not found\",\"status\":404,"
                           "\"detail\":\"There is no such concert.\","
                           "\"code\":\"CONCERT_NOT_FOUND\",\"requestId\":\"r1\"}");
    CU_ASSERT_TRUE(has_header("Cache-Control: no-store\r\n"));
    CU_ASSERT_TRUE(has_header("Content-Language: en\r\n"));
    CU_ASSERT_TRUE(has_header("Vary: Accept-Language\r\n"));
    CU_ASSERT_FALSE(has_header("Retry-After"));
}

static void test_an_error_speaks_the_wanted_language(void)
{
    begin("ko", "en");
    reply_error(&req, &res, ERR_SOLD_OUT);
    CU_ASSERT_TRUE(has_header("Content-Language: ko\r\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, err_info(ERR_SOLD_OUT)->title_ko));
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, err_info(ERR_SOLD_OUT)->detail_ko));
    begin(NULL, "ko");
    reply_error(&req, &res, ERR_SOLD_OUT);
    CU_ASSERT_TRUE(has_header("Content-Language: ko\r\n"));
}

static void test_an_error_carries_what_helps(void)
{
    begin(NULL, "en");
    app.problem.field = "a\"b";
    reply_error(&req, &res, ERR_UNKNOWN_FIELD);
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, ",\"field\":\"a\\\"b\"}"));
    begin(NULL, "en");
    app.problem.seat_numbers[0] = 3;
    app.problem.seat_numbers[1] = 7;
    app.problem.seat_count = 2;
    reply_error(&req, &res, ERR_SEAT_TAKEN);
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, ",\"seatNumbers\":[3,7]}"));
    begin(NULL, "en");
    app.problem.balance = 0;
    app.problem.amount = 1000;
    reply_error(&req, &res, ERR_INSUFFICIENT_BALANCE);
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, ",\"balance\":0,\"amount\":1000}"));
}

static void test_who_waits_is_told_when_to_ask_again(void)
{
    begin(NULL, "en");
    app.problem.position = 12;
    app.problem.retry_after = 5;
    reply_error(&req, &res, ERR_NOT_ADMITTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, ",\"position\":12}"));
    CU_ASSERT_TRUE(has_header("Retry-After: 5\r\n"));
    begin(NULL, "en");
    reply_error(&req, &res, ERR_BUSY);
    CU_ASSERT_TRUE(has_header("Retry-After: 1\r\n"));
    begin(NULL, "en");
    app.problem.retry_after = 9;
    reply_error(&req, &res, ERR_RATE_LIMITED);
    CU_ASSERT_TRUE(has_header("Retry-After: 9\r\n"));
}

static void test_a_missing_token_is_challenged(void)
{
    begin(NULL, "en");
    reply_error(&req, &res, ERR_TOKEN_MISSING);
    CU_ASSERT_TRUE(has_header("WWW-Authenticate: Bearer\r\n"));
    begin(NULL, "en");
    reply_error(&req, &res, ERR_TOKEN_INVALID);
    CU_ASSERT_TRUE(has_header("WWW-Authenticate: Bearer error=\"invalid_token\"\r\n"));
}

static void expect_inner(enum err inner, enum err told)
{
    begin(NULL, "en");
    reply_error(&req, &res, inner);
    CU_ASSERT_EQUAL(res.err, told);
    CU_ASSERT_EQUAL(res.status, err_info(told)->status);
}

static void test_inner_errors_stay_inside(void)
{
    expect_inner(ERR_DB_LOST, ERR_BUSY);
    expect_inner(ERR_DB_RETRY, ERR_BUSY);
    expect_inner(ERR_DB_LOCK_TIMEOUT, ERR_BUSY);
    expect_inner(ERR_DB_DUPLICATE, ERR_INTERNAL);
    expect_inner(ERR_DB_CONSTRAINT, ERR_INTERNAL);
    expect_inner(ERR_NO_ROW, ERR_INTERNAL);
    expect_inner(ERR_REPLAY, ERR_INTERNAL);
    expect_inner(ERR_INTERNAL, ERR_INTERNAL);
}

/* Nothing that a handler wrote before it failed gets out. */
static void test_an_error_replaces_the_answer(void)
{
    begin(NULL, "en");
    res.status = 201;
    response_header(&res, "Location", "/somewhere");
    text_buf_puts(&res.body, "{\"secret\":1");
    reply_error(&req, &res, ERR_BUSY);
    CU_ASSERT_EQUAL(res.status, 503);
    CU_ASSERT_FALSE(has_header("Location"));
    CU_ASSERT_PTR_NULL(strstr(res.body.data, "secret"));
}

static enum err render(void *arg, int *status, struct text_buf *body)
{
    *status = 201;
    text_buf_puts(body, arg);
    return ERR_OK;
}

static char fresh[] = "fresh";

static void test_without_a_key_the_answer_is_rendered(void)
{
    begin(NULL, "en");
    CU_ASSERT_EQUAL(reply_kept(&req, &res, ERR_OK, render, fresh), ERR_OK);
    CU_ASSERT_EQUAL(res.status, 201);
    CU_ASSERT_STRING_EQUAL(res.body.data, "fresh");
    CU_ASSERT_FALSE(has_header("Idempotent-Replayed"));
}

static void test_with_a_key_the_kept_answer_is_given(void)
{
    begin(NULL, "en");
    req.idem.present = true;
    req.idem.status = 200;
    text_buf_puts(&req.idem.body, "kept");
    CU_ASSERT_EQUAL(reply_kept(&req, &res, ERR_OK, render, fresh), ERR_OK);
    CU_ASSERT_EQUAL(res.status, 200);
    CU_ASSERT_STRING_EQUAL(res.body.data, "kept");
    CU_ASSERT_FALSE(has_header("Idempotent-Replayed"));
    response_reset(&res);
    CU_ASSERT_EQUAL(reply_kept(&req, &res, ERR_REPLAY, render, fresh), ERR_OK);
    CU_ASSERT_STRING_EQUAL(res.body.data, "kept");
    CU_ASSERT_TRUE(has_header("Idempotent-Replayed: true\r\n"));
    text_buf_free(&req.idem.body);
}

static void test_a_kept_answer_may_be_empty(void)
{
    begin(NULL, "en");
    req.idem.present = true;
    req.idem.status = 204;
    CU_ASSERT_EQUAL(reply_kept(&req, &res, ERR_REPLAY, render, fresh), ERR_OK);
    CU_ASSERT_EQUAL(res.status, 204);
    CU_ASSERT_EQUAL(res.body.len, 0);
}

static void test_other_results_pass_through(void)
{
    begin(NULL, "en");
    CU_ASSERT_EQUAL(reply_kept(&req, &res, ERR_SEAT_TAKEN, render, fresh), ERR_SEAT_TAKEN);
    CU_ASSERT_EQUAL(res.body.len, 0);
    response_free(&res);
}

SUITE(http_reply, TEST(test_an_error_has_the_members_of_the_contract),
      TEST(test_an_error_speaks_the_wanted_language), TEST(test_an_error_carries_what_helps),
      TEST(test_who_waits_is_told_when_to_ask_again), TEST(test_a_missing_token_is_challenged),
      TEST(test_inner_errors_stay_inside), TEST(test_an_error_replaces_the_answer),
      TEST(test_without_a_key_the_answer_is_rendered),
      TEST(test_with_a_key_the_kept_answer_is_given), TEST(test_a_kept_answer_may_be_empty),
      TEST(test_other_results_pass_through));
