/*
 * Tokens forged in every way that is known for JWTs, each refused wherever a token of that kind is
 * taken: with the wrong algorithm, key, place to find a key, claims, or encoding. The plainest ones
 * are in auth.c.
 */
#include "suite.h"
#include "world.h"

#include <string.h>
#include <time.h>

/* A user, and the header and payload of a good token of theirs, from which the forged ones differ.
 */
struct good {
    struct user u;
    const char *header, *payload, *token, *secret;
};

static long long in(int seconds)
{
    return (long long)time(NULL) + seconds;
}

static struct good make_good(void)
{
    struct good g = {.u = world_user(), .secret = api_config.auth_user_secret};

    g.header = J("{'alg':'HS256','typ':'JWT','kid':'%s'}", api_config.auth_user_kid);
    g.payload = J("{'aud':'frontrow:user','sub':'%s','exp':%lld}", g.u.id, in(600));
    g.token = token_forge(g.header, g.payload, "SHA256", g.secret);
    EXPECT_NEED(api_get(g.token, "/users/me/balance"), 200);
    return g;
}

static void expect_invalid(const char *token, const char *what)
{
    if (!EXPECT_ERROR(api_get(token, "/users/me/balance"), 401, "TOKEN_INVALID"))
        CHECK(false, "%s", what);
}

/* The good payload under these headers, with the right key and digest. */
static void test_headers(void)
{
    struct good g = make_good();
    const char *kid = api_config.auth_user_kid;
    const char *const headers[] = {
        J("{'alg':'NONE','kid':'%s'}", kid),
        J("{'alg':'nOnE','kid':'%s'}", kid),
        J("{'alg':'','kid':'%s'}", kid),
        J("{'alg':'HS-256','kid':'%s'}", kid),
        J("{'alg':'HMACSHA256','kid':'%s'}", kid),
        J("{'alg':' HS256','kid':'%s'}", kid),
        J("{'alg':'PS256','kid':'%s'}", kid),
        J("{'alg':'EdDSA','kid':'%s'}", kid),
        J("{'alg':'dir','enc':'A128GCM','kid':'%s'}", kid),
        J("{'alg':{'alg':'HS256'},'kid':'%s'}", kid),
        J("{'alg':true,'kid':'%s'}", kid),
        J("{'ALG':'HS256','kid':'%s'}", kid),
        J("{'alg':'none','alg':'HS256','kid':'%s'}", kid),
        J("{'alg':'HS256','alg':'none','kid':'%s'}", kid),
        J("{'alg':'HS256','\\u0061lg':'HS256','kid':'%s'}", kid),
        J("{'alg':'HS256','kid':'%s','kid':'%s'}", kid, kid),
        J("{'alg':'HS256','kid':'%s','crit':[]}", kid),
        J("{'alg':'HS256','kid':'%s','crit':['exp'],'exp':1}", kid),
        J("{'alg':'HS256','kid':'%s','crit':['b64'],'b64':false}", kid),
        J("{'alg':'HS256','kid':'%s','crit':null}", kid),
        J("{'alg':'HS256','kid':'%s','typ':'JWE'}", kid),
        J("{'alg':'HS256','kid':'%s','typ':1}", kid),
        J("{'alg':'HS256','kid':'../../../../../../dev/null'}"),
        J("{'alg':'HS256','kid':'/proc/sys/kernel/randomize_va_space'}"),
        J("{'alg':'HS256','kid':'x\\u0027 UNION SELECT \\u0027key'}"),
        J("{'alg':'HS256','kid':'%s\\u0000'}", kid),
        J("{'alg':'HS256','kid':'%s '}", kid),
        J("{'alg':'HS256','kid':['%s']}", kid),
        J("{'alg':'HS256','kid':{'%s':1}}", kid),
        J("{'alg':'HS256','kid':null}"),
        J("{'alg':'HS256','kid':'%s'}", api_filled("", 'k', 300)),
        J("['HS256']"),
        J("'HS256'"),
        "{\"alg\":\"HS256\"",
        "\xEF\xBB\xBF{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"x\":\"\xFF\"}",
        "",
    };

    for (size_t i = 0; i < COUNT(headers); i++)
        expect_invalid(token_forge(headers[i], g.payload, "SHA256", g.secret), headers[i]);
}

/* A key, or a place to get one, that the header itself brings: never used. */
static void test_keys_that_the_token_brings(void)
{
    static const char mine[] = "0123456789abcdef0123456789abcdef";
    static const char *const members[] = {
        "'jwk':{'kty':'oct','k':'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY','kid':'u1'}",
        "'jku':'http://127.0.0.1:1/keys.json'",
        "'x5u':'http://127.0.0.1:1/cert.pem'",
        "'x5c':['MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=']",
        "'x5t':'MDEyMzQ1Njc4OWFiY2RlZjA','p2c':2147483647",
    };
    struct good g = make_good();

    for (size_t i = 0; i < COUNT(members); i++) {
        const char *header =
            J("{'alg':'HS256','kid':'%s',%s}", api_config.auth_user_kid, J("%s", members[i]));
        expect_invalid(token_forge(header, g.payload, "SHA256", mine), header);
        expect_invalid(token_forge(header, g.payload, NULL, ""), header);
    }
}

/* Signed, but not with what signs user tokens. */
static void test_signatures(void)
{
    static const char pem[] =
        "-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34G"
        "kxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Q\n-----END PUBLIC KEY-----\n";
    struct good g = make_good();
    const char *kid = api_config.auth_user_kid;
    const char *rs256 = J("{'alg':'RS256','kid':'%s'}", kid);
    const char *const tokens[] = {
        token_forge(rs256, g.payload, "SHA256", pem),
        token_forge(g.header, g.payload, "SHA256", pem),
        token_forge(g.header, g.payload, "SHA256", kid),
        token_forge(g.header, g.payload, "SHA256", "secret"),
        token_forge(g.header, g.payload, "SHA512", g.secret),
        token_forge(g.header, g.payload, "SHA256", F("%s\n", g.secret)),
        token_forge(g.header, g.payload, "SHA256", api_config.auth_queue_secret),
        token_forge(J("{'alg':'HS256','kid':'%s'}", api_config.auth_queue_kid), g.payload, "SHA256",
                    api_config.auth_queue_secret),
        token_forge(J("{'alg':'HS384','kid':'%s'}", kid), g.payload, "SHA384", g.secret),
        F("%.*s%s", (int)(strrchr(g.token, '.') - g.token), g.token,
          strrchr(token_forge(g.header, "{}", "SHA256", g.secret), '.')),
    };

    for (size_t i = 0; i < COUNT(tokens); i++)
        expect_invalid(tokens[i], tokens[i]);
}

/* Claims under a good signature. */
static void test_claims(void)
{
    struct good g = make_good();
    const char *id = g.u.id;
    const char *const claims[] = {
        J("'aud':'frontrow:user','sub':'%s','exp':1e400", id),
        J("'aud':'frontrow:user','sub':'%s','exp':[%lld]", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':{'exp':%lld}", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':-9223372036854775808", id),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'exp':1", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':1,'exp':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','EXP':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'nbf':%lld", id, in(600), in(300)),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'nbf':null", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'nbf':[]", id, in(600)),
        J("'aud':['frontrow:user','frontrow:queue'],'sub':'%s','exp':%lld", id, in(600)),
        J("'aud':['frontrow:queue','frontrow:user'],'sub':'%s','exp':%lld", id, in(600)),
        J("'aud':[],'sub':'%s','exp':%lld", id, in(600)),
        J("'aud':[['frontrow:user']],'sub':'%s','exp':%lld", id, in(600)),
        J("'aud':{'frontrow:user':1},'sub':'%s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:user\\u0000','sub':'%s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:users','sub':'%s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:use','sub':'%s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:user,frontrow:queue','sub':'%s','exp':%lld", id, in(600)),
        J("'aud':null,'sub':'%s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':['%s'],'exp':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','sub':'%s','exp':%lld", id, id, in(600)),
        J("'aud':'frontrow:user','sub':' %s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s\\u0000','exp':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':'%.8s%.27s','exp':%lld", id, id + 9, in(600)),
        J("'aud':'frontrow:user','sub':'urn:uuid:%s','exp':%lld", id, in(600)),
        J("'aud':'frontrow:user','sub':true,'exp':%lld", in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'scope':['admin']", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'scope':1", id, in(600)),
        J("'aud':'frontrow:user','sub':'%s','exp':%lld,'scope':null", id, in(600)),
    };

    for (size_t i = 0; i < COUNT(claims); i++)
        expect_invalid(token_forge(g.header, F("{%s}", claims[i]), "SHA256", g.secret), claims[i]);
}

/* Words that are nearly a scope give none of its rights. */
static void test_scopes_that_are_none(void)
{
    static const char *const scopes[] = {"Admin",  "admin,service", "wallet:charge\tadmin",
                                         "adminx", "xadmin",        "admin\\u0000",
                                         "*",      "wallet:",       "ADMIN SERVICE"};
    struct good g = make_good();

    for (size_t i = 0; i < COUNT(scopes); i++) {
        const char *token =
            token_user_payload(J("{'aud':'frontrow:user','sub':'%s','exp':%lld,'scope':'%s'}",
                                 g.u.id, in(600), scopes[i]));
        const struct api_res *r = api_get(token, "/admin/audit");
        CHECK(r->status == 403 || r->status == 401, "%s: %ld %s", scopes[i], r->status, r->body);
        r = api_post(token, "/users/me/balance/charges", J("{'amount':1}"));
        CHECK(r->status == 403 || r->status == 401, "%s: %ld %s", scopes[i], r->status, r->body);
    }
}

/* A good token, written otherwise. */
static void test_spellings(void)
{
    struct good g = make_good();
    const char *dot = strchr(g.token, '.'), *last = strrchr(g.token, '.');
    int head = (int)(dot - g.token), whole = (int)(last - g.token);
    const char *inner = token_forge(g.header, F("\"%s\"", g.token), "SHA256", g.secret);
    const char *const tokens[] = {
        F("%s.", g.token),
        F(".%s", g.token),
        F("%.*s=%s", head, g.token, dot),
        F("%.*s==%s", whole, g.token, last),
        F("%s=", g.token),
        F("%s==", g.token),
        F("%.*s+%s", head, g.token, dot),
        F("%.*s/%s", head, g.token, dot),
        F("%.*s%%2E%s", head, g.token, dot + 1),
        F("%.*s..%s", head, g.token, last + 1),
        F("%.*s", head, g.token),
        F("%.*s.%s.%s", head, g.token, dot + 1, last + 1),
        F("%.*s .%s", head, g.token, dot + 1),
        F("%s\t%s", g.token, g.token),
        F("%s,%s", g.token, g.token),
        F("\"%s\"", g.token),
        F("%.*s.\xC3\xA9%s", head, g.token, dot + 2),
        F("Bearer %s", g.token),
        inner,
        token_forge(g.token, g.payload, "SHA256", g.secret),
        api_filled("eyJhbGciOiJIUzI1NiJ9.e30.", 'A', 8000),
        api_filled("", '.', 4000),
        api_filled("a.b.c.", 'A', 4000),
    };

    for (size_t i = 0; i < COUNT(tokens); i++)
        expect_invalid(tokens[i], F("%zu: %.300s", i, tokens[i]));
    /* The last bits of a signature that decoding leaves out may not differ either. */
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t n = strlen(g.token) - 1;
    const char *at = strchr(letters, g.token[n]);
    expect_invalid(F("%.*s%c", (int)n, g.token, letters[(at - letters) ^ 1]), "unused bits");
    EXPECT_ERROR(api_get(api_filled(F("%s.", g.token), 'A', 9000), "/users/me/balance"), 400,
                 "BAD_REQUEST"); /* larger than nginx takes a header */
}

/* The same for queue tokens: what distinguishes them, and what they have beside a user's. */
static void test_queue_tokens(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    world_join(&u, concert);
    const struct api_res *claims = token_part(u.queue, 1);
    const char *kid = api_config.auth_queue_kid, *secret = api_config.auth_queue_secret;
    const char *rest = J("'sub':'%s','iat':%lld,'exp':%lld", u.id, in(-1), in(600));
    const char *jti = J("'jti':'%s'", STR(claims, "jti"));
    long long c = concert, t = u.ticket;
    const char *const payloads[] = {
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':%lld,%s}", c, t, rest),
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':0,%s,%s}", c, jti, rest),
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':-1,%s,%s}", c, jti, rest),
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':1.0,%s,%s}", c, jti, rest),
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':9223372036854775808,%s,%s}", c, jti, rest),
        J("{'aud':'frontrow:queue','cid':0,'tkt':%lld,%s,%s}", t, jti, rest),
        J("{'aud':'frontrow:queue','cid':'%lld','tkt':%lld,%s,%s}", c, t, jti, rest),
        J("{'aud':'frontrow:queue','cid':[%lld],'tkt':%lld,%s,%s}", c, t, jti, rest),
        J("{'aud':'frontrow:queue','tkt':%lld,%s,%s}", t, jti, rest),
        J("{'aud':'frontrow:queue','cid':%lld,'cid':%lld,'tkt':%lld,%s,%s}", c, c + 1, t, jti,
          rest),
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':%lld,'jti':1,%s}", c, t, rest),
        J("{'aud':['frontrow:queue','frontrow:user'],'cid':%lld,'tkt':%lld,%s,%s}", c, t, jti,
          rest),
        J("{'aud':'frontrow:queue','cid':%lld,'tkt':%lld,%s,'nbf':%lld,%s}", c, t, jti, in(60),
          rest),
    };

    for (size_t i = 0; i < COUNT(payloads); i++)
        if (!EXPECT_ERROR(api_get(token_queue_payload(payloads[i]), "/queue/tokens/me"), 401,
                          "TOKEN_INVALID"))
            CHECK(false, "%s", payloads[i]);
    const char *good = J("{'aud':'frontrow:queue','cid':%lld,'tkt':%lld,%s,%s}", c, t, jti, rest);
    EXPECT(api_get(token_queue_payload(good), "/queue/tokens/me"), 200);
    const char *const forged[] = {
        token_forge(J("{'alg':'HS256','kid':'%s'}", api_config.auth_user_kid), good, "SHA256",
                    secret),
        token_forge(J("{'alg':'HS256','kid':'%s','crit':['kid']}", kid), good, "SHA256", secret),
        token_forge(J("{'alg':'HS384','kid':'%s'}", kid), good, "SHA384", secret),
        token_forge(J("{'alg':'NONE','kid':'%s'}", kid), good, NULL, ""),
        token_forge(J("{'alg':'HS256','kid':'%s'}", kid), good, NULL, ""),
    };
    for (size_t i = 0; i < COUNT(forged); i++)
        EXPECT_ERROR(api_get(forged[i], "/queue/tokens/me"), 401, "TOKEN_INVALID");
}

SUITE(bad_tokens, TEST(test_headers), TEST(test_keys_that_the_token_brings), TEST(test_signatures),
      TEST(test_claims), TEST(test_scopes_that_are_none), TEST(test_spellings),
      TEST(test_queue_tokens));
