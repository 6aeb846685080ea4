/*
 * What every route gets from dispatch, and in which order errors win. The app has no database: a
 * request that gets as far as a handler that needs one is not among these.
 */
#include "http/dispatch.h"

#include "base/clock.h"
#include "http/auth.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API "/api/v1"

static struct config cfg;
static struct app app = {.cfg = &cfg};
static struct request req;
static struct response res;
static const struct uuid me = {{1}}, other = {{2}};
static char header[AUTH_TOKEN_MAX];
static char body_text[REQUEST_BODY_MAX + 2];

static void configure(void)
{
    static const char secret[] = "0123456789abcdef0123456789abcdef";

    memset(&cfg, 0, sizeof cfg);
    text_copy(cfg.auth_user_secret, sizeof cfg.auth_user_secret, secret, sizeof secret - 1);
    text_copy(cfg.auth_user_kid, sizeof cfg.auth_user_kid, "u1", 2);
    text_copy(cfg.auth_queue_secret, sizeof cfg.auth_queue_secret, secret, sizeof secret - 1);
    cfg.auth_queue_secret[0] = 'q';
    text_copy(cfg.auth_queue_kid, sizeof cfg.auth_queue_kid, "q1", 2);
    cfg.limits_joins = cfg.limits_polls = cfg.limits_charges = 1000000;
    cfg.limits_holds = cfg.limits_payments = 1000000;
    cfg.queue_snapshot_ms = 500;
    cfg.wallet_charge_min = 1;
    cfg.wallet_charge_max = 100;
}

static void begin(const char *method, const char *path)
{
    configure();
    memset(&req, 0, sizeof req);
    req.method = method;
    req.path = path;
    req.body = "";
    text_copy(req.id, sizeof req.id, "r1", 2);
}

static void bear_user(const char *scope)
{
    char *token = NULL;

    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&cfg, &me, scope, clock_wall_ms(), 60, &token), ERR_OK);
    snprintf(header, sizeof header, "Bearer %s", token);
    free(token);
    req.authorization = header;
}

static void bear_queue(void)
{
    struct queue_ticket ticket = {.token_id = 1,
                                  .user_id = me,
                                  .concert_id = 1,
                                  .ticket = 1,
                                  .issued_at = clock_wall_ms(),
                                  .token_expires_at = clock_wall_ms() + 60000};
    char *token = NULL;

    CU_ASSERT_EQUAL_FATAL(auth_mint_queue(&cfg, &ticket, &token), ERR_OK);
    snprintf(header, sizeof header, "Bearer %s", token);
    free(token);
    req.authorization = header;
}

static void carry(const char *type, const char *body)
{
    req.content_type = type;
    req.body = body;
    req.body_len = strlen(body);
}

static void expect(enum err wanted)
{
    dispatch(&app, &req, &res);
    if (res.err != wanted)
        fprintf(stderr, "%s %s: %s\n", req.method, req.path, err_name(res.err));
    CU_ASSERT_EQUAL(res.err, wanted);
    CU_ASSERT_EQUAL(res.status, err_info(wanted)->status);
}

static bool has_header(const char *line)
{
    return res.headers.data && strstr(res.headers.data, line);
}

static bool has_field(const char *name)
{
    char member[160];

    snprintf(member, sizeof member, "\"field\":\"%s\"", name);
    return res.body.data && strstr(res.body.data, member);
}

/* The whole of a user's way to a charge of nothing, one fault taken away at a time. */
static void test_errors_win_in_the_order_of_the_contract(void)
{
    begin("BREW", "/nope");
    req.malformed = true;
    expect(ERR_NOT_FOUND);
    req.path = API "/users/me/balance/charges";
    begin("BREW", req.path);
    req.malformed = true;
    expect(ERR_METHOD_NOT_ALLOWED);
    begin("POST", req.path);
    req.malformed = true;
    expect(ERR_BAD_REQUEST);
    begin("POST", req.path);
    expect(ERR_TOKEN_MISSING);
    bear_queue();
    expect(ERR_TOKEN_INVALID);
    begin("POST", req.path);
    bear_user(NULL);
    carry("text/plain", "{");
    expect(ERR_FORBIDDEN);
}

static void test_errors_of_the_body_win_in_order(void)
{
    const char *path = API "/users/me/balance/charges";

    memset(body_text, ' ', sizeof body_text - 1);
    begin("POST", path);
    bear_user("wallet:charge");
    req.idempotency_key = "a b";
    carry("text/plain", body_text);
    expect(ERR_UNSUPPORTED_MEDIA_TYPE);
    begin("POST", path);
    req.authorization = header;
    req.idempotency_key = "a b";
    carry("application/json", body_text);
    expect(ERR_BODY_TOO_LARGE);
    begin("POST", path);
    req.authorization = header;
    req.idempotency_key = "a b";
    carry("application/json", "{\"amount\":0}");
    expect(ERR_INVALID_FIELD);
    CU_ASSERT_TRUE(has_field("amount"));
    begin("POST", path);
    req.authorization = header;
    req.idempotency_key = "a b";
    carry("application/json", "{\"amount\":1}");
    expect(ERR_INVALID_PARAMETER);
    CU_ASSERT_TRUE(has_field("Idempotency-Key"));
}

static void test_an_allowance_that_is_spent_comes_after_403(void)
{
    const char *path = API "/users/me/balance/charges";
    enum err seen = ERR_OK;

    begin("POST", path);
    bear_user("wallet:charge");
    for (int i = 0; i < 10 && seen != ERR_RATE_LIMITED; i++) {
        begin("POST", path);
        cfg.limits_charges = 1;
        req.authorization = header;
        carry("text/plain", "{");
        dispatch(&app, &req, &res);
        seen = res.err;
    }
    CU_ASSERT_EQUAL(seen, ERR_RATE_LIMITED);
    CU_ASSERT_TRUE(has_header("Retry-After: "));
    begin("POST", path);
    cfg.limits_charges = 1;
    bear_user(NULL);
    expect(ERR_FORBIDDEN);
}

static void expect_scope(const char *method, const char *path, const char *scope, bool allowed)
{
    begin(method, path);
    bear_user(scope);
    carry("text/plain", "x");
    expect(allowed ? ERR_UNSUPPORTED_MEDIA_TYPE : ERR_FORBIDDEN);
}

static void test_scopes_open_what_they_are_for(void)
{
    expect_scope("POST", API "/admin/concerts", NULL, false);
    expect_scope("POST", API "/admin/concerts", "service", false);
    expect_scope("POST", API "/admin/concerts", "wallet:charge", false);
    expect_scope("POST", API "/admin/concerts", "administrator", false);
    expect_scope("POST", API "/admin/concerts", "admin", true);
    expect_scope("POST", API "/users", NULL, false);
    expect_scope("POST", API "/users", "wallet:charge", false);
    expect_scope("POST", API "/users", "service", true);
    expect_scope("POST", API "/users", "admin", true);
    expect_scope("POST", API "/users/me/balance/charges", NULL, false);
    expect_scope("POST", API "/users/me/balance/charges", "x wallet:charge", true);
    expect_scope("POST", API "/users/me/balance/charges", "service", true);
}

static void expect_path_user(const char *user, const char *scope, enum err wanted)
{
    char path[128];

    snprintf(path, sizeof path, API "/users/%s/balance/charges", user);
    begin("POST", path);
    bear_user(scope);
    carry("text/plain", "x");
    expect(wanted);
}

static void test_a_paths_user_is_ones_own_without_service(void)
{
    char mine[UUID_TEXT_SIZE], theirs[UUID_TEXT_SIZE];

    uuid_to_text(&me, mine);
    uuid_to_text(&other, theirs);
    expect_path_user(mine, "wallet:charge", ERR_UNSUPPORTED_MEDIA_TYPE);
    expect_path_user(theirs, "wallet:charge", ERR_FORBIDDEN);
    expect_path_user(theirs, "service", ERR_UNSUPPORTED_MEDIA_TYPE);
    CU_ASSERT_TRUE(uuid_equal(&req.user, &other));
    /* whoever that is: 404, after what is wrong with the body */
    expect_path_user("nobody", "wallet:charge", ERR_UNSUPPORTED_MEDIA_TYPE);
    expect_path_user("Me", "wallet:charge", ERR_UNSUPPORTED_MEDIA_TYPE);
    begin("GET", API "/users/nobody/balance");
    bear_user(NULL);
    expect(ERR_USER_NOT_FOUND);
}

static void expect_join(const char *scope, const char *body, enum err wanted)
{
    begin("POST", API "/queue/tokens");
    bear_user(scope);
    carry("application/json", body);
    expect(wanted);
}

#define THEIRS "\"userId\":\"02000000-0000-0000-0000-000000000000\""
#define MINE   "\"userId\":\"01000000-0000-0000-0000-000000000000\""

static void test_a_bodys_user_wins_over_other_faults(void)
{
    expect_join(NULL, "{" THEIRS ",\"concertId\":1}", ERR_FORBIDDEN);
    expect_join(NULL, "{" THEIRS ",\"concertId\":0}", ERR_FORBIDDEN);
    expect_join(NULL, "{" THEIRS ",\"x\":0}", ERR_FORBIDDEN);
    CU_ASSERT_FALSE(has_field("x"));
    expect_join("service", "{" THEIRS ",\"concertId\":0}", ERR_INVALID_FIELD);
    expect_join(NULL, "{" MINE ",\"concertId\":0}", ERR_INVALID_FIELD);
    expect_join(NULL, "{" MINE "}", ERR_MISSING_FIELD);
    expect_join(NULL, "{\"userId\":null}", ERR_MISSING_FIELD);
    expect_join(NULL, "{\"userId\":5,\"concertId\":1}", ERR_INVALID_FIELD);
    CU_ASSERT_TRUE(has_field("userId"));
    expect_join(NULL, "{\"userId\":\"bob\",\"x\":1}", ERR_UNKNOWN_FIELD);
    expect_join(NULL, "{" THEIRS, ERR_INVALID_JSON);
}

static void expect_type(const char *type, enum err wanted)
{
    begin("POST", API "/payments");
    bear_queue();
    carry(type, "{}");
    expect(wanted);
}

static void test_only_json_in_utf8_is_taken(void)
{
    static const char *const good[] = {"application/json",
                                       "Application/JSON",
                                       "application/json;charset=utf-8",
                                       "application/json; charset=UTF-8",
                                       "application/json ; charset=\"utf-8\"",
                                       "application/json "};
    static const char *const bad[] = {NULL,
                                      "",
                                      "text/json",
                                      "application/jsonx",
                                      "application/json-patch+json",
                                      "application/problem+json",
                                      "application/json;",
                                      "application/json; charset=euc-kr",
                                      "application/json; charset=utf-8x",
                                      "application/json; charset=\"utf-8",
                                      "application/json; charset=utf-8; x=y",
                                      "application/json, application/json",
                                      "application/x-www-form-urlencoded"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        expect_type(good[i], ERR_MISSING_FIELD);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_type(bad[i], ERR_UNSUPPORTED_MEDIA_TYPE);
}

static void test_an_empty_body_is_no_json(void)
{
    begin("POST", API "/payments");
    bear_queue();
    expect(ERR_INVALID_JSON);
    begin("POST", API "/payments");
    bear_queue();
    carry("application/json", "");
    expect(ERR_INVALID_JSON);
    begin("POST", API "/payments");
    bear_queue();
    carry("text/plain", "");
    expect(ERR_UNSUPPORTED_MEDIA_TYPE);
}

static void expect_key(const char *key, enum err wanted)
{
    begin("POST", API "/users/x/balance/charges");
    bear_user("wallet:charge");
    carry("application/json", "{\"amount\":1}");
    req.idempotency_key = key;
    expect(wanted);
}

static void test_keys_are_visible_ascii(void)
{
    char key[258];

    memset(key, 'k', sizeof key);
    key[255] = '\0';
    expect_key(key, ERR_USER_NOT_FOUND);
    expect_key("!~", ERR_USER_NOT_FOUND);
    key[255] = 'k';
    key[256] = '\0';
    expect_key(key, ERR_INVALID_PARAMETER);
    expect_key("", ERR_INVALID_PARAMETER);
    expect_key("a b", ERR_INVALID_PARAMETER);
    expect_key("a\x7f", ERR_INVALID_PARAMETER);
    expect_key("\xed\x95\x9c", ERR_INVALID_PARAMETER);
}

static void fingerprint_of(const char *path, const char *body, unsigned char out[32])
{
    begin("POST", path);
    bear_user("wallet:charge");
    carry("application/json", body);
    req.idempotency_key = "k";
    expect(ERR_USER_NOT_FOUND);
    CU_ASSERT_TRUE(req.idem.present);
    CU_ASSERT_TRUE(uuid_equal(&req.idem.subject, &me));
    memcpy(out, req.idem.fingerprint, 32);
}

static void test_fingerprints_tell_requests_apart(void)
{
    const char *path = API "/users/x/balance/charges", *longer = API "/users/xx/balance/charges";
    unsigned char a[32], b[32];

    fingerprint_of(path, "{\"amount\":1}", a);
    fingerprint_of(path, "{\"amount\":1}", b);
    CU_ASSERT_EQUAL(memcmp(a, b, sizeof a), 0);
    fingerprint_of(path, "{\"amount\": 1}", b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
    fingerprint_of(longer, "{\"amount\":1}", b);
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof a), 0);
}

static void test_a_body_that_nobody_reads_is_ignored(void)
{
    begin("GET", "/healthz");
    carry("text/plain", "whatever");
    expect(ERR_OK);
    CU_ASSERT_STRING_EQUAL(res.body.data, "{\"status\":\"ok\",\"checks\":{}}");
    memset(body_text, ' ', sizeof body_text - 1);
    begin("GET", "/healthz");
    carry(NULL, body_text);
    expect(ERR_BODY_TOO_LARGE);
}

static void test_a_wrong_method_is_told_the_right_ones(void)
{
    begin("OPTIONS", API "/queue/tokens/me");
    expect(ERR_METHOD_NOT_ALLOWED);
    CU_ASSERT_TRUE(has_header("Allow: GET, HEAD, DELETE\r\n"));
}

static void test_every_answer_has_the_requests_id(void)
{
    begin("GET", "/healthz");
    expect(ERR_OK);
    CU_ASSERT_TRUE(has_header("X-Request-Id: r1\r\n"));
    begin("GET", "/nope");
    expect(ERR_NOT_FOUND);
    CU_ASSERT_TRUE(has_header("X-Request-Id: r1\r\n"));
}

static void test_metrics_name_the_routes(void)
{
    begin("GET", "/metrics");
    expect(ERR_OK);
    CU_ASSERT_STRING_EQUAL(res.content_type, "text/plain; version=0.0.4; charset=utf-8");
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, "frontrow_database_up 1\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, "# TYPE frontrow_queue_waiting gauge\n"));
    response_free(&res);
}

SUITE(http_dispatch, TEST(test_errors_win_in_the_order_of_the_contract),
      TEST(test_errors_of_the_body_win_in_order),
      TEST(test_an_allowance_that_is_spent_comes_after_403),
      TEST(test_scopes_open_what_they_are_for), TEST(test_a_paths_user_is_ones_own_without_service),
      TEST(test_a_bodys_user_wins_over_other_faults), TEST(test_only_json_in_utf8_is_taken),
      TEST(test_an_empty_body_is_no_json), TEST(test_keys_are_visible_ascii),
      TEST(test_fingerprints_tell_requests_apart), TEST(test_a_body_that_nobody_reads_is_ignored),
      TEST(test_a_wrong_method_is_told_the_right_ones), TEST(test_every_answer_has_the_requests_id),
      TEST(test_metrics_name_the_routes));
