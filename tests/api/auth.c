/* Who is let in at all: missing, forged and expired tokens of either kind. */
#include "suite.h"
#include "world.h"

#include <string.h>
#include <time.h>

/* A payload of a user token with exp in `exp` seconds. */
static const char *payload(const char *id, int exp)
{
    return J("{'sub':'%s','aud':'frontrow:user','exp':%lld}", id, (long long)time(NULL) + exp);
}

static long long in(int seconds)
{
    return (long long)time(NULL) + seconds;
}

static void test_missing_token(void)
{
    static const struct {
        const char *method, *path;
    } rows[] = {
        {"POST", "/queue/tokens"},
        {"GET", "/queue/tokens/me"},
        {"DELETE", "/queue/tokens/me"},
        {"GET", "/concerts/1/schedules"},
        {"GET", "/schedules/1/seats"},
        {"GET", "/concerts/1/seats?date=2031-01-01"},
        {"POST", "/reservations"},
        {"GET", "/reservations/1"},
        {"DELETE", "/reservations/1"},
        {"POST", "/payments"},
        {"POST", "/users"},
        {"GET", "/users/me/balance"},
        {"POST", "/users/me/balance/charges"},
        {"GET", "/users/me/balance/entries"},
        {"GET", "/users/me/reservations"},
        {"POST", "/admin/concerts"},
        {"GET", "/admin/concerts/1"},
        {"PATCH", "/admin/concerts/1"},
        {"POST", "/admin/concerts/1/schedules"},
        {"GET", "/admin/schedules/1"},
        {"GET", "/admin/concerts/1/stats"},
        {"GET", "/admin/audit"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *r = api_send(
            &(struct api_req){.method = rows[i].method, .path = rows[i].path, .body = "{}"});
        EXPECT_ERROR(r, 401, "TOKEN_MISSING");
        const char *way = api_header(r, "WWW-Authenticate");
        CHECK(way && strncmp(way, "Bearer", 6) == 0, "%s: %s", rows[i].path, way ? way : "none");
    }
}

static void test_authorization_that_is_no_bearer_token(void)
{
    static const char *const values[] = {"Authorization: Basic dXNlcjpwYXNz",
                                         "Authorization: Bearer", "Authorization: Bearer ",
                                         "Authorization: nonsense"};
    for (size_t i = 0; i < COUNT(values); i++) {
        const struct api_res *r =
            api_send(&(struct api_req){.path = "/users/me/balance", .headers = {values[i]}});
        EXPECT(r, 401);
        CHECK(strncmp(CODE(r), "TOKEN_", 6) == 0, "%s", r->body);
        CHECK_INT(api_header_count(r, "WWW-Authenticate"), 1);
    }
}

static void test_scheme_in_any_case(void)
{
    struct user u = world_user();
    const struct api_res *r = api_send(&(struct api_req){
        .path = "/users/me/balance", .headers = {F("Authorization: bEARER %s", u.token)}});
    EXPECT(r, 200);
}

static void test_genuine_user_tokens(void)
{
    struct user u = world_user();
    const char *secret = api_config.auth_user_secret, *kid = api_config.auth_user_kid;
    int leeway = (int)api_config.auth_leeway_seconds;
    const char *const tokens[] = {
        token_user_payload(payload(u.id, 60)),
        token_forge(J("{'alg':'HS256'}"), payload(u.id, 60), "SHA256", secret),
        token_forge(J("{'kid':'%s','alg':'HS256'}", kid), payload(u.id, 60), "SHA256", secret),
        token_user_payload(J("{'sub':'%s','aud':'frontrow:user','exp':%lld,'nbf':%lld,'iat':%lld,"
                             "'name':'x','nested':{'a':[1]}}",
                             u.id, in(60), in(-1), in(-1))),
        token_user_payload(payload(u.id, 2 - leeway)),
        token_user_payload(J("{'sub':'%s','aud':'frontrow:user','exp':%lld,'nbf':%lld}", u.id,
                             in(60), in(leeway - 2))),
    };
    for (size_t i = 0; i < COUNT(tokens); i++) {
        const struct api_res *r = api_get(tokens[i], "/users/me/balance");
        if (!EXPECT(r, 200))
            CHECK(false, "token %zu", i);
    }
}

/* A genuine token with one character changed: `at` counts from the end if negative. */
static const char *tampered(const char *token, int at)
{
    if (at < 0)
        at += (int)strlen(token);
    return F("%.*s%c%s", at, token, token[at] == 'A' ? 'B' : 'A', token + at + 1);
}

static const char *long_token(void)
{
    const char *part = api_filled("", 'a', 2000);
    return F("%s.%s.%s", part, part, part);
}

static void expect_invalid(const char *const *tokens, size_t n, const char *path)
{
    for (size_t i = 0; i < n; i++) {
        const struct api_res *r = api_get(tokens[i], path);
        if (!EXPECT_ERROR(r, 401, "TOKEN_INVALID"))
            CHECK(false, "token %zu: %s", i, tokens[i]);
    }
}

static void test_tokens_with_another_algorithm(void)
{
    struct user u = world_user();
    const char *p = payload(u.id, 60), *secret = api_config.auth_user_secret;
    const char *kid = api_config.auth_user_kid;
    const char *const tokens[] = {
        token_forge(J("{'alg':'none','kid':'%s'}", kid), p, NULL, ""),
        token_forge(J("{'alg':'none'}"), p, NULL, ""),
        token_forge(J("{'alg':'none'}"), p, "SHA256", secret),
        token_forge(J("{'alg':'None','kid':'%s'}", kid), p, NULL, ""),
        token_forge(J("{'alg':'hs256','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'Hs256','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256 ','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256\\u0000','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'HS384','kid':'%s'}", kid), p, "SHA384", secret),
        token_forge(J("{'alg':'HS512','kid':'%s'}", kid), p, "SHA512", secret),
        token_forge(J("{'alg':'HS384','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256','kid':'%s'}", kid), p, "SHA384", secret),
        token_forge(J("{'alg':'RS256','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'ES256','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':256,'kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':null,'kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':['HS256'],'kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'kid':'%s'}", kid), p, "SHA256", secret),
    };
    expect_invalid(tokens, COUNT(tokens), "/users/me/balance");
}

static void test_tokens_with_another_key(void)
{
    struct user u = world_user();
    const char *p = payload(u.id, 60), *secret = api_config.auth_user_secret;
    const char *header = J("{'alg':'HS256','kid':'%s'}", api_config.auth_user_kid);
    const char *const tokens[] = {
        token_forge(header, p, "SHA256", "another key, as long as it has to be: 0123456789"),
        token_forge(header, p, "SHA256", ""),
        token_forge(header, p, "SHA256", api_config.auth_queue_secret),
        token_forge(header, p, NULL, ""),
        token_forge(J("{'alg':'HS256','kid':'unknown'}"), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256','kid':''}"), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256','kid':1}"), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256','kid':'%s'}", api_config.auth_queue_kid), p, "SHA256",
                    secret),
        token_forge(J("{'alg':'HS256','kid':'../../../dev/null'}"), p, "SHA256", ""),
        tampered(token_user_payload(p), -10),
        tampered(token_user_payload(p), 70),
        tampered(token_user_payload(p), 5),
    };
    expect_invalid(tokens, COUNT(tokens), "/users/me/balance");
}

static void test_tokens_with_bad_claims(void)
{
    struct user u = world_user();
    int leeway = (int)api_config.auth_leeway_seconds;
    const char *const payloads[] = {
        J("{'sub':'%s','aud':'frontrow:user'}", u.id),
        J("{'sub':'%s','aud':'frontrow:user','exp':null}", u.id),
        J("{'sub':'%s','aud':'frontrow:user','exp':'%lld'}", u.id, in(60)),
        J("{'sub':'%s','aud':'frontrow:user','exp':true}", u.id),
        J("{'sub':'%s','aud':'frontrow:user','exp':0}", u.id),
        J("{'sub':'%s','aud':'frontrow:user','exp':-1}", u.id),
        payload(u.id, -leeway - 2),
        payload(u.id, -3600),
        J("{'sub':'%s','aud':'frontrow:user','exp':%lld,'nbf':%lld}", u.id, in(3600),
          in(leeway + 5)),
        J("{'sub':'%s','aud':'frontrow:user','exp':%lld,'nbf':'soon'}", u.id, in(3600)),
        J("{'sub':'%s','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s','aud':'frontrow:queue','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s','aud':'frontrow','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s','aud':'Frontrow:User','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s','aud':'frontrow:user ','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s','aud':'','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s','aud':1,'exp':%lld}", u.id, in(60)),
        J("{'aud':'frontrow:user','exp':%lld}", in(60)),
        J("{'sub':'','aud':'frontrow:user','exp':%lld}", in(60)),
        J("{'sub':'bob','aud':'frontrow:user','exp':%lld}", in(60)),
        J("{'sub':'%.35s','aud':'frontrow:user','exp':%lld}", u.id, in(60)),
        J("{'sub':'%s0','aud':'frontrow:user','exp':%lld}", u.id, in(60)),
        J("{'sub':'{%s}','aud':'frontrow:user','exp':%lld}", u.id, in(60)),
        J("{'sub':1,'aud':'frontrow:user','exp':%lld}", in(60)),
        J("{'sub':null,'aud':'frontrow:user','exp':%lld}", in(60)),
        J("['%s','frontrow:user',%lld]", u.id, in(60)),
        J("'%s'", u.id),
        "{nonsense",
        "",
        "null",
    };
    const char *tokens[COUNT(payloads)];
    size_t n = COUNT(payloads);
    for (size_t i = 0; i < n; i++)
        tokens[i] = token_user_payload(payloads[i]);
    expect_invalid(tokens, n, "/users/me/balance");
}

static void test_tokens_that_are_none(void)
{
    struct user u = world_user();
    const char *good = token_user_payload(payload(u.id, 60));
    const char *const tokens[] = {
        "garbage",
        "a.b",
        "..",
        ".",
        "a.b.c",
        "a.b.c.d",
        F("%s.x", good),
        F("%s=", good),
        F("x%s", good),
        F("%s.%s", good, good),
        F("%.*s", (int)(strrchr(good, '.') - good), good), /* without its signature */
        F("%.*s.", (int)(strrchr(good, '.') - good), good),
        long_token(),
        F("%s, Bearer %s", good, good),
    };
    expect_invalid(tokens, COUNT(tokens), "/users/me/balance");
}

static void test_queue_token_where_a_user_token_is_expected(void)
{
    struct user u = world_user();
    world_join(&u, world_paused(""));
    static const char *const paths[] = {"/users/me/balance", "/users/me/balance/entries",
                                        "/users/me/reservations", "/admin/audit"};
    for (size_t i = 0; i < COUNT(paths); i++)
        EXPECT_ERROR(api_get(u.queue, paths[i]), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_post(u.queue, "/queue/tokens", J("{'concertId':1}")), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_post(u.queue, "/users/me/balance/charges", J("{'amount':1}")), 401,
                 "TOKEN_INVALID");
}

static void test_user_token_where_a_queue_token_is_expected(void)
{
    struct user u = world_user();
    const char *const tokens[] = {u.token, token_admin(), token_service()};
    static const char *const paths[] = {"/queue/tokens/me", "/concerts/1/schedules",
                                        "/schedules/1/seats", "/concerts/1/seats?date=2031-01-01"};
    for (size_t t = 0; t < 3; t++) {
        for (size_t i = 0; i < COUNT(paths); i++)
            EXPECT_ERROR(api_get(tokens[t], paths[i]), 401, "TOKEN_INVALID");
        EXPECT_ERROR(api_delete(tokens[t], "/queue/tokens/me"), 401, "TOKEN_INVALID");
        EXPECT_ERROR(api_post(tokens[t], "/reservations", J("{'scheduleId':1,'seatNumbers':[1]}")),
                     401, "TOKEN_INVALID");
        EXPECT_ERROR(api_post(tokens[t], "/payments", J("{'reservationId':1}")), 401,
                     "TOKEN_INVALID");
    }
}

/* The payload of the user's queue token with another audience and end. */
static const char *queue_payload(const struct user *u, const char *aud, int exp)
{
    const struct api_res *claims = token_part(u->queue, 1);
    return J("{'aud':'%s','sub':'%s','cid':%lld,'tkt':%lld,'jti':'%s','iat':%lld,'exp':%lld}", aud,
             u->id, (long long)INT(claims, "cid"), (long long)u->ticket, STR(claims, "jti"),
             (long long)INT(claims, "iat"), in(exp));
}

static void test_forged_queue_tokens(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    const char *p = queue_payload(&u, "frontrow:queue", 600);
    const char *kid = api_config.auth_queue_kid, *secret = api_config.auth_queue_secret;
    const char *const tokens[] = {
        token_user_payload(p),
        token_forge(J("{'alg':'HS256','kid':'%s'}", kid), p, "SHA256", api_config.auth_user_secret),
        token_forge(J("{'alg':'none','kid':'%s'}", kid), p, NULL, ""),
        token_forge(J("{'alg':'HS512','kid':'%s'}", kid), p, "SHA512", secret),
        token_forge(J("{'alg':'hs256','kid':'%s'}", kid), p, "SHA256", secret),
        token_forge(J("{'alg':'HS256','kid':'nobody'}"), p, "SHA256", secret),
        token_queue_payload(queue_payload(&u, "frontrow:user", 600)),
        token_queue_payload(J("{'aud':'frontrow:queue','exp':%lld}", in(60))),
        token_queue_payload(J("{'aud':'frontrow:queue','sub':'%s','cid':'1','tkt':1,'jti':'x',"
                              "'iat':1,'exp':%lld}",
                              u.id, in(60))),
        token_queue_payload(J("{'aud':'frontrow:queue','sub':'%s','cid':%lld,'tkt':%lld,"
                              "'jti':'x','iat':1}",
                              u.id, (long long)concert, (long long)u.ticket)),
        tampered(u.queue, -8),
        tampered(u.queue, 80),
    };
    expect_invalid(tokens, COUNT(tokens), "/queue/tokens/me");
    EXPECT(world_poll(&u), 200);
}

static void test_genuine_queue_token_that_is_over_is_gone_not_invalid(void)
{
    struct user u = world_user();
    world_join(&u, world_paused(""));
    const char *again = token_queue_payload(queue_payload(&u, "frontrow:queue", 60));
    EXPECT(api_get(again, "/queue/tokens/me"), 200);
    const char *old = token_queue_payload(queue_payload(&u, "frontrow:queue", -1));
    EXPECT_ERROR(api_get(old, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
}

/* Signed with the right key, but of no row: the row may have been deleted. */
static void test_queue_token_without_a_row_is_gone_not_invalid(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    const char *const rows[] = {"'tkt':1,'jti':'x'", "'tkt':1,'jti':'0'", "'tkt':1,'jti':''",
                                "'tkt':1000,'jti':'9000000000000000000'",
                                "'jti':'9000000000000000000'"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *token = token_queue_payload(
            J("{'aud':'frontrow:queue','sub':'%s','cid':%lld,%s,'iat':1,'exp':%lld}", u.id,
              (long long)concert, rows[i], in(60)));
        EXPECT_ERROR(api_get(token, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
        EXPECT_ERROR(api_delete(token, "/queue/tokens/me"), 410, "QUEUE_TOKEN_EXPIRED");
    }
}

SUITE(auth, TEST(test_missing_token), TEST(test_authorization_that_is_no_bearer_token),
      TEST(test_scheme_in_any_case), TEST(test_genuine_user_tokens),
      TEST(test_tokens_with_another_algorithm), TEST(test_tokens_with_another_key),
      TEST(test_tokens_with_bad_claims), TEST(test_tokens_that_are_none),
      TEST(test_queue_token_where_a_user_token_is_expected),
      TEST(test_user_token_where_a_queue_token_is_expected), TEST(test_forged_queue_tokens),
      TEST(test_genuine_queue_token_that_is_over_is_gone_not_invalid),
      TEST(test_queue_token_without_a_row_is_gone_not_invalid));
