/* Who is let ask at the gate: cookies, tokens, the concerts that anyone may join. No database. */
#include "http/gate_auth.h"

#include "base/clock.h"
#include "http/auth.h"
#include "http/dispatch.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE "/api/v1/gate/concerts/7/place"

static struct config cfg;
static struct app app = {.cfg = &cfg};
static struct request req;
static struct response res;
static const struct uuid me = {{1}}, other = {{2}};
static char cookies[4 * AUTH_TOKEN_MAX];

static void begin(const char *concert)
{
    static const char secret[] = "0123456789abcdef0123456789abcdef";

    memset(&cfg, 0, sizeof cfg);
    text_copy(cfg.auth_user_secret, sizeof cfg.auth_user_secret, secret, sizeof secret - 1);
    text_copy(cfg.auth_user_kid, sizeof cfg.auth_user_kid, "u1", 2);
    text_copy(cfg.auth_queue_secret, sizeof cfg.auth_queue_secret, secret, sizeof secret - 1);
    cfg.auth_queue_secret[0] = 'q';
    text_copy(cfg.auth_queue_kid, sizeof cfg.auth_queue_kid, "q1", 2);
    cfg.limits_joins = cfg.limits_polls = 1000000;
    memset(&req, 0, sizeof req);
    req.app = &app;
    req.body = "";
    req.param.s = concert;
    req.param.len = strlen(concert);
    cookies[0] = '\0';
    req.cookie = cookies;
}

static void let_anyone_join(const char *concerts)
{
    text_copy(cfg.gate_anonymous_concerts, sizeof cfg.gate_anonymous_concerts, concerts,
              strlen(concerts));
}

static void add_cookie(const char *name, const char *value)
{
    size_t len = strlen(cookies);

    snprintf(cookies + len, sizeof cookies - len, "%s%s=%s", len > 0 ? "; " : "", name, value);
}

static char *place_of(const struct uuid *user, int64_t concert)
{
    struct queue_ticket ticket = {.token_id = 1,
                                  .user_id = *user,
                                  .concert_id = concert,
                                  .ticket = 1,
                                  .issued_at = clock_wall_ms(),
                                  .token_expires_at = clock_wall_ms() + 60000};
    char *token = NULL;

    CU_ASSERT_EQUAL_FATAL(auth_mint_queue(&cfg, &ticket, &token), ERR_OK);
    return token;
}

static void add_place(const char *name, const struct uuid *user, int64_t concert)
{
    char *token = place_of(user, concert);

    add_cookie(name, token);
    free(token);
}

static void add_user(const struct uuid *user, int64_t ttl)
{
    char *token = NULL;

    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&cfg, user, NULL, clock_wall_ms(), ttl, &token), ERR_OK);
    add_cookie("frontrow_user", token);
    free(token);
}

static void expect_place(enum err wanted)
{
    CU_ASSERT_EQUAL(gate_auth_place(&req), wanted);
    CU_ASSERT_EQUAL(req.caller.kind, wanted == ERR_OK ? TOKEN_QUEUE : TOKEN_NONE);
}

static void expect_join(enum err wanted, enum token_kind place, enum token_kind user)
{
    CU_ASSERT_EQUAL(gate_auth_join(&req), wanted);
    if (wanted == ERR_OK) {
        CU_ASSERT_EQUAL(req.place.kind, place);
        CU_ASSERT_EQUAL(req.caller.kind, user);
    }
}

static void test_the_concerts_own_cookie_is_the_place(void)
{
    begin("7");
    expect_place(ERR_TOKEN_MISSING);
    req.cookie = NULL;
    expect_place(ERR_TOKEN_MISSING);
    begin("7");
    add_cookie("theme", "dark");
    add_place("frontrow_queue_7", &me, 7);
    expect_place(ERR_OK);
    CU_ASSERT_TRUE(uuid_equal(&req.caller.user, &me));
    CU_ASSERT_EQUAL(req.caller.concert_id, 7);
}

static void test_another_concerts_token_is_no_place(void)
{
    begin("7");
    add_place("frontrow_queue_8", &me, 8);
    add_place("frontrow_queue_77", &me, 7);
    expect_place(ERR_TOKEN_MISSING);
    add_place("frontrow_queue_7", &me, 8);
    expect_place(ERR_TOKEN_MISSING);
    begin("abc");
    add_place("frontrow_queue_0", &me, 7);
    add_place("frontrow_queue_abc", &me, 7);
    expect_place(ERR_TOKEN_MISSING);
    begin("07");
    add_place("frontrow_queue_7", &me, 7);
    add_place("frontrow_queue_07", &me, 7);
    expect_place(ERR_TOKEN_MISSING);
}

static void test_what_is_forged_is_no_place(void)
{
    char *token;

    begin("7");
    add_cookie("frontrow_queue_7", "x.y.z");
    expect_place(ERR_TOKEN_INVALID);
    begin("7");
    token = place_of(&me, 7);
    token[strlen(token) - 2] ^= 1;
    add_cookie("frontrow_queue_7", token);
    free(token);
    expect_place(ERR_TOKEN_INVALID);
}

static void test_a_user_token_is_no_place(void)
{
    char *token = NULL;

    begin("7");
    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&cfg, &me, "admin", clock_wall_ms(), 60, &token), ERR_OK);
    add_cookie("frontrow_queue_7", token);
    expect_place(ERR_TOKEN_INVALID);
    expect_join(ERR_TOKEN_MISSING, TOKEN_NONE, TOKEN_NONE);
    free(token);
}

static void test_a_cookie_that_comes_twice_is_nobodys(void)
{
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    add_place("frontrow_queue_7", &other, 7);
    expect_place(ERR_TOKEN_INVALID);
    expect_join(ERR_BAD_REQUEST, TOKEN_NONE, TOKEN_NONE);
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    req.cookie_twice = true;
    expect_place(ERR_TOKEN_INVALID);
    expect_join(ERR_BAD_REQUEST, TOKEN_NONE, TOKEN_NONE);
}

static void test_a_place_is_its_users(void)
{
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    add_user(&me, 60);
    expect_place(ERR_OK);
    expect_join(ERR_OK, TOKEN_QUEUE, TOKEN_USER);
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    add_user(&other, 60);
    expect_place(ERR_TOKEN_INVALID);
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_USER);
    CU_ASSERT_TRUE(uuid_equal(&req.caller.user, &other));
    let_anyone_join("7");
    expect_place(ERR_OK);
    expect_join(ERR_OK, TOKEN_QUEUE, TOKEN_USER);
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    add_user(&other, -60);
    expect_place(ERR_OK);
    expect_join(ERR_OK, TOKEN_QUEUE, TOKEN_NONE);
}

static void test_joining_needs_a_place_or_a_user(void)
{
    begin("7");
    expect_join(ERR_TOKEN_MISSING, TOKEN_NONE, TOKEN_NONE);
    add_user(&me, -60);
    expect_join(ERR_TOKEN_INVALID, TOKEN_NONE, TOKEN_NONE);
    begin("7");
    add_user(&me, 60);
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_USER);
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    expect_join(ERR_OK, TOKEN_QUEUE, TOKEN_NONE);
    begin("7");
    add_cookie("frontrow_queue_7", "junk");
    add_user(&me, 60);
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_USER);
}

static void test_a_bearer_wins_over_the_users_cookie(void)
{
    char header[AUTH_TOKEN_MAX], *token = NULL;

    begin("7");
    add_user(&me, 60);
    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&cfg, &other, NULL, clock_wall_ms(), 60, &token), ERR_OK);
    snprintf(header, sizeof header, "Bearer %s", token);
    free(token);
    req.authorization = header;
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_USER);
    CU_ASSERT_TRUE(uuid_equal(&req.caller.user, &other));
    req.authorization = "Bearer junk";
    expect_join(ERR_TOKEN_INVALID, TOKEN_NONE, TOKEN_NONE);
    req.authorization = "Basic c2hvcDpzaG9w";
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_USER);
    CU_ASSERT_TRUE(uuid_equal(&req.caller.user, &me));
}

static void test_anyone_may_join_where_the_configuration_says_so(void)
{
    begin("7");
    let_anyone_join("17 70,77");
    CU_ASSERT_FALSE(gate_is_anonymous(&cfg, 7));
    CU_ASSERT_TRUE(gate_is_anonymous(&cfg, 17));
    CU_ASSERT_TRUE(gate_is_anonymous(&cfg, 70));
    CU_ASSERT_TRUE(gate_is_anonymous(&cfg, 77));
    CU_ASSERT_FALSE(gate_is_anonymous(&cfg, 0));
    expect_join(ERR_TOKEN_MISSING, TOKEN_NONE, TOKEN_NONE);
    let_anyone_join("1, 7");
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_NONE);
    add_user(&me, -60);
    expect_join(ERR_OK, TOKEN_NONE, TOKEN_NONE);
    req.authorization = "Bearer junk";
    expect_join(ERR_TOKEN_INVALID, TOKEN_NONE, TOKEN_NONE);
    let_anyone_join("");
    CU_ASSERT_FALSE(gate_is_anonymous(&cfg, 7));
}

static void expect(const char *method, const char *path, enum err wanted)
{
    req.method = method;
    req.path = path;
    dispatch(&app, &req, &res);
    CU_ASSERT_EQUAL(res.err, wanted);
}

/* The header that no other site's page can send is asked for after the token. */
static void test_what_changes_a_place_comes_from_the_page(void)
{
    begin("7");
    expect("POST", PLACE, ERR_TOKEN_MISSING);
    expect("DELETE", PLACE, ERR_TOKEN_MISSING);
    begin("7");
    add_place("frontrow_queue_7", &me, 7);
    expect("DELETE", PLACE, ERR_INVALID_PARAMETER);
    CU_ASSERT_PTR_NOT_NULL(strstr(res.body.data, "\"field\":\"Frontrow-Gate\""));
    expect("POST", PLACE, ERR_INVALID_PARAMETER);
    begin("7");
    let_anyone_join("7");
    expect("POST", PLACE, ERR_INVALID_PARAMETER);
}

static void test_the_gate_takes_no_bearer(void)
{
    char header[AUTH_TOKEN_MAX], *token;

    begin("7");
    token = place_of(&me, 7);
    snprintf(header, sizeof header, "Bearer %s", token);
    free(token);
    req.authorization = header;
    expect("GET", "/api/v1/gate/concerts/7", ERR_TOKEN_MISSING);
    expect("GET", PLACE, ERR_TOKEN_MISSING);
    expect("PUT", PLACE, ERR_METHOD_NOT_ALLOWED);
    expect("POST", "/api/v1/gate/concerts/7", ERR_METHOD_NOT_ALLOWED);
    response_free(&res);
}

/* The longest header line of ours, with the longest kid. */
static void test_a_places_cookie_fits_its_line(void)
{
    char kid[65], *token;

    begin("7");
    memset(kid, 'k', sizeof kid - 1);
    text_copy(cfg.auth_queue_kid, sizeof cfg.auth_queue_kid, kid, sizeof kid - 1);
    token = place_of(&me, INT64_MAX);
    response_header(&res, "Set-Cookie", "frontrow_queue_9223372036854775807=%s; %s; Secure", token,
                    "Path=/; Max-Age=9223372036854775807; HttpOnly; SameSite=Lax");
    CU_ASSERT_PTR_NOT_NULL(strstr(res.headers.data, "; SameSite=Lax; Secure\r\n"));
    response_free(&res);
    free(token);
}

SUITE(http_gate_auth, TEST(test_the_concerts_own_cookie_is_the_place),
      TEST(test_another_concerts_token_is_no_place), TEST(test_what_is_forged_is_no_place),
      TEST(test_a_user_token_is_no_place), TEST(test_a_cookie_that_comes_twice_is_nobodys),
      TEST(test_a_place_is_its_users), TEST(test_joining_needs_a_place_or_a_user),
      TEST(test_a_bearer_wins_over_the_users_cookie),
      TEST(test_anyone_may_join_where_the_configuration_says_so),
      TEST(test_what_changes_a_place_comes_from_the_page), TEST(test_the_gate_takes_no_bearer),
      TEST(test_a_places_cookie_fits_its_line));
