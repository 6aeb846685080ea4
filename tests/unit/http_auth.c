/* Checking and minting tokens. */
#include "http/auth.h"

#include "suite.h"
#include "unit/http_forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW       INT64_C(1767323045678) /* 2026-01-02T03:04:05.678Z */
#define USER_TEXT "0190f8a2-5b1c-7def-8abc-0123456789ab"
#define HEADER    "{\"alg\":\"HS256\"}"

#define USER_OLD  "user-secret-before-0123456789abcdef"
#define USER_NOW  "user-secret-current-0123456789abcdef"
#define QUEUE_OLD "queue-secret-before-0123456789abcdef"
#define QUEUE_NOW "queue-secret-current-0123456789abcdef"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct config rotated = {
    .auth_user_secret = USER_NOW,
    .auth_user_kid = "u2",
    .auth_user_secret_previous = USER_OLD,
    .auth_user_kid_previous = "u1",
    .auth_queue_secret = QUEUE_NOW,
    .auth_queue_kid = "q2",
    .auth_queue_secret_previous = QUEUE_OLD,
    .auth_queue_kid_previous = "q1",
    .auth_leeway_seconds = 5,
};

static struct caller caller;

/* Checks a token that the caller of this has malloc'ed, and frees it. */
static enum err check_with(const struct config *cfg, char *token, enum auth_accept accept)
{
    struct text_buf header = {0};
    enum err e;

    text_buf_printf(&header, "Bearer %s", token ? token : "(no token)");
    memset(&caller, 0x55, sizeof caller);
    e = auth_check(cfg, header.data, accept, NOW, &caller);
    CU_ASSERT_EQUAL(e == ERR_OK, caller.kind != TOKEN_NONE);
    text_buf_free(&header);
    free(token);
    return e;
}

/* Changes a setting of a configuration. */
static void set(char setting[CONFIG_STR_MAX], const char *value)
{
    CU_ASSERT_TRUE(text_copy(setting, CONFIG_STR_MAX, value, strlen(value)));
}

static enum err check(char *token, enum auth_accept accept)
{
    return check_with(&rotated, token, accept);
}

static void expect(enum err got, enum err wanted, const char *what)
{
    if (got != wanted)
        fprintf(stderr, "%s: %s\n", what, err_name(got));
    CU_ASSERT_EQUAL(got, wanted);
}

/* A payload of a user token, `more` (with its comma) added. */
static const char *user_claims(const char *more)
{
    static char text[8192];

    snprintf(text, sizeof text, "{\"aud\":\"frontrow:user\",\"sub\":\"" USER_TEXT "\"%s}", more);
    return text;
}

static const char *queue_claims(const char *more)
{
    static char text[8192];

    snprintf(text, sizeof text, "{\"aud\":\"frontrow:queue\",\"sub\":\"" USER_TEXT "\"%s}", more);
    return text;
}

#define IN_TIME  ",\"exp\":1767323100"
#define A_TICKET ",\"cid\":7,\"tkt\":12,\"jti\":\"345\""

struct row {
    const char *text;
    bool good;
};

static enum err wanted(const struct row *row)
{
    return row->good ? ERR_OK : ERR_TOKEN_INVALID;
}

/* Rows of further claims of a user token. */
static void expect_user_claims(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect(check(forge_token(HEADER, user_claims(rows[i].text), USER_NOW), AUTH_USER),
               wanted(&rows[i]), rows[i].text);
}

static void expect_queue_claims(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect(check(forge_token(HEADER, queue_claims(rows[i].text), QUEUE_NOW), AUTH_QUEUE),
               wanted(&rows[i]), rows[i].text);
}

static void expect_headers(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        /* The second time as after others of its kind. */
        for (int again = 0; again < 2; again++)
            expect(check(forge_token(rows[i].text, user_claims(IN_TIME), USER_NOW), AUTH_USER),
                   wanted(&rows[i]), rows[i].text);
    }
}

static void test_a_good_user_token(void)
{
    char sub[UUID_TEXT_SIZE];

    CU_ASSERT_EQUAL(check(forge_token(HEADER, user_claims(IN_TIME), USER_NOW), AUTH_USER), ERR_OK);
    CU_ASSERT_EQUAL(caller.kind, TOKEN_USER);
    uuid_to_text(&caller.user, sub);
    CU_ASSERT_STRING_EQUAL(sub, USER_TEXT);
    CU_ASSERT_EQUAL(caller.exp, 1767323100);
    CU_ASSERT_FALSE(caller.may_charge || caller.service || caller.admin);
    CU_ASSERT_EQUAL(caller.concert_id, 0);
    CU_ASSERT_EQUAL(check(forge_token(HEADER, user_claims(IN_TIME), USER_NOW), AUTH_EITHER),
                    ERR_OK);
}

static void test_a_good_queue_token(void)
{
    char sub[UUID_TEXT_SIZE];

    CU_ASSERT_EQUAL(
        check(forge_token(HEADER, queue_claims(IN_TIME A_TICKET), QUEUE_NOW), AUTH_QUEUE), ERR_OK);
    CU_ASSERT_EQUAL(caller.kind, TOKEN_QUEUE);
    uuid_to_text(&caller.user, sub);
    CU_ASSERT_STRING_EQUAL(sub, USER_TEXT);
    CU_ASSERT_EQUAL(caller.concert_id, 7);
    CU_ASSERT_EQUAL(caller.ticket, 12);
    CU_ASSERT_EQUAL(caller.token_id, 345);
    CU_ASSERT_EQUAL(caller.exp, 1767323100);
    CU_ASSERT_FALSE(caller.may_charge || caller.service || caller.admin);
    CU_ASSERT_EQUAL(
        check(forge_token(HEADER, queue_claims(IN_TIME A_TICKET), QUEUE_NOW), AUTH_EITHER), ERR_OK);
}

static void test_what_the_authorization_header_must_be(void)
{
    static const char *const missing[] = {
        NULL,      "",          " ",         "Bearer",    "Bearer ",   "Bearer \t ", "bearer  ",
        "Basic x", "Bearerx y", "Bearer\tx", "BearerTok", "Token abc", "Digest a=b", "B",
    };
    static const char *const invalid[] = {
        "Bearer x",    "Bearer x.y",       "Bearer x.y.z", "bearer ..",       "Bearer ...",
        "Bearer null", "Bearer undefined", "Bearer {}",    "Bearer Bearer x", "Bearer \x01",
        "Bearer \xff", "Bearer a b",       "Bearer x,y",
    };

    for (size_t i = 0; i < COUNT(missing); i++)
        expect(auth_check(&rotated, missing[i], AUTH_EITHER, NOW, &caller), ERR_TOKEN_MISSING,
               missing[i] ? missing[i] : "(none)");
    for (size_t i = 0; i < COUNT(invalid); i++)
        expect(auth_check(&rotated, invalid[i], AUTH_EITHER, NOW, &caller), ERR_TOKEN_INVALID,
               invalid[i]);
}

static void test_the_scheme_is_in_any_case(void)
{
    static const char *const forms[] = {"Bearer %s", "bearer %s", "BEARER   %s", "bEaReR %s \t"};
    char *token = forge_token(HEADER, user_claims(IN_TIME), USER_NOW);

    for (size_t i = 0; i < COUNT(forms); i++) {
        const char *at = strstr(forms[i], "%s");
        char header[1024];

        snprintf(header, sizeof header, "%.*s%s%s", (int)(at - forms[i]), forms[i], token, at + 2);
        expect(auth_check(&rotated, header, AUTH_USER, NOW, &caller), ERR_OK, forms[i]);
    }
    free(token);
}

static void test_one_kind_is_not_taken_for_the_other(void)
{
    const char *user = user_claims(IN_TIME A_TICKET), *queue = queue_claims(IN_TIME A_TICKET);

    CU_ASSERT_EQUAL(check(forge_token(HEADER, user, USER_NOW), AUTH_QUEUE), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_token(HEADER, queue, QUEUE_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    /* Whoever has the key of user tokens cannot make queue tokens, nor the other way about. */
    CU_ASSERT_EQUAL(check(forge_token(HEADER, queue, USER_NOW), AUTH_EITHER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_token(HEADER, queue, USER_NOW), AUTH_QUEUE), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_token(HEADER, user, QUEUE_NOW), AUTH_EITHER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_token(HEADER, user, QUEUE_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(
        check(forge_token("{\"alg\":\"HS256\",\"kid\":\"u2\"}", queue, USER_NOW), AUTH_EITHER),
        ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(
        check(forge_token("{\"alg\":\"HS256\",\"kid\":\"q2\"}", user, QUEUE_NOW), AUTH_EITHER),
        ERR_TOKEN_INVALID);
}

static void test_equal_secrets_do_not_mix_the_kinds(void)
{
    struct config same = rotated;

    set(same.auth_queue_secret, USER_NOW);
    CU_ASSERT_EQUAL(
        check_with(&same, forge_token(HEADER, user_claims(IN_TIME A_TICKET), USER_NOW), AUTH_QUEUE),
        ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(
        check_with(&same, forge_token(HEADER, queue_claims(IN_TIME A_TICKET), USER_NOW), AUTH_USER),
        ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check_with(&same, forge_token(HEADER, queue_claims(IN_TIME A_TICKET), USER_NOW),
                               AUTH_QUEUE),
                    ERR_OK);
}

static void test_the_algorithm_is_hs256_to_the_letter(void)
{
    static const struct row rows[] = {
        {"{\"alg\":\"HS256\"}", true},
        {"{\"alg\":\"hs256\"}", false},
        {"{\"alg\":\"Hs256\"}", false},
        {"{\"alg\":\"HS256 \"}", false},
        {"{\"alg\":\"HS384\"}", false},
        {"{\"alg\":\"HS512\"}", false},
        {"{\"alg\":\"RS256\"}", false},
        {"{\"alg\":\"ES256\"}", false},
        {"{\"alg\":\"none\"}", false},
        {"{\"alg\":\"NONE\"}", false},
        {"{\"alg\":\"\"}", false},
        {"{\"alg\":null}", false},
        {"{\"alg\":256}", false},
        {"{\"alg\":[\"HS256\"]}", false},
        {"{\"ALG\":\"HS256\"}", false},
        {"{}", false},
        {"{\"alg\":\"\\u0048S256\"}", true},
    };
    expect_headers(rows, COUNT(rows));
}

static void test_headers_that_are_refused(void)
{
    static const struct row rows[] = {
        {"{\"alg\":\"HS256\",\"typ\":\"JWT\"}", true},
        {"{\"typ\":\"jwt\",\"alg\":\"HS256\"}", true},
        {" {\"alg\" : \"HS256\"} ", true},
        {"{\"alg\":\"HS256\",\"x\":{\"y\":[1]}}", true},
        {"{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", false},
        {"{\"alg\":\"HS256\",\"typ\":\"JWE\"}", false},
        {"{\"alg\":\"HS256\",\"typ\":\"\"}", false},
        {"{\"alg\":\"HS256\",\"typ\":null}", false},
        {"{\"alg\":\"HS256\",\"typ\":1}", false},
        {"{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":true}", false},
        {"{\"alg\":\"HS256\",\"crit\":[]}", false},
        {"{\"alg\":\"HS256\",\"crit\":null}", false},
        {"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", false},
        {"{\"alg\":\"none\",\"alg\":\"HS256\"}", false},
        {"{\"alg\":\"HS256\",\"\\u0061lg\":\"none\"}", false},
        {"[{\"alg\":\"HS256\"}]", false},
        {"\"HS256\"", false},
        {"{\"alg\":\"HS256\"}x", false},
        {"{\"alg\":\"HS256\"", false},
        {"{\"alg\":\"HS256\",\"x\":NaN}", false},
        {"{\"alg\":\"HS256\",\"x\":\"\xff\"}", false},
        {"{\"alg\":\"HS256\",\"x\":[[[[[[[[1]]]]]]]]}", false},
        {"", false},
    };
    expect_headers(rows, COUNT(rows));
}

static void test_kid_chooses_the_key(void)
{
    static const struct {
        const char *header, *secret;
        bool good;
    } rows[] = {
        {HEADER, USER_NOW, true},
        {HEADER, USER_OLD, false},
        {"{\"alg\":\"HS256\",\"kid\":\"u2\"}", USER_NOW, true},
        {"{\"alg\":\"HS256\",\"kid\":\"u2\"}", USER_OLD, false},
        {"{\"alg\":\"HS256\",\"kid\":\"u1\"}", USER_OLD, true},
        {"{\"alg\":\"HS256\",\"kid\":\"u1\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"u3\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"u3\"}", USER_OLD, false},
        {"{\"alg\":\"HS256\",\"kid\":\"U2\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"u\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"u22\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"q2\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"q2\"}", QUEUE_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"\"}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":\"\"}", "", false},
        {"{\"alg\":\"HS256\",\"kid\":null}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":2}", USER_NOW, false},
        {"{\"alg\":\"HS256\",\"kid\":[\"u2\"]}", USER_NOW, false},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        expect(check(forge_token(rows[i].header, user_claims(IN_TIME), rows[i].secret), AUTH_USER),
               rows[i].good ? ERR_OK : ERR_TOKEN_INVALID, rows[i].header);
}

static void test_a_kid_longer_than_any_is_unknown(void)
{
    char header[CONFIG_STR_MAX + 64], kid[CONFIG_STR_MAX + 1];

    memset(kid, 'k', sizeof kid - 1);
    kid[sizeof kid - 1] = '\0';
    snprintf(header, sizeof header, "{\"alg\":\"HS256\",\"kid\":\"%s\"}", kid);
    CU_ASSERT_EQUAL(check(forge_token(header, user_claims(IN_TIME), USER_NOW), AUTH_USER),
                    ERR_TOKEN_INVALID);
}

static void test_a_long_header_is_read_each_time(void)
{
    char header[1200], fill[1001];

    memset(fill, 'x', sizeof fill - 1);
    fill[sizeof fill - 1] = '\0';
    snprintf(header, sizeof header, "{\"alg\":\"HS256\",\"kid\":\"u1\",\"x\":\"%s\"}", fill);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(check(forge_token(header, user_claims(IN_TIME), USER_OLD), AUTH_USER),
                        ERR_OK);
        CU_ASSERT_EQUAL(check(forge_token(header, user_claims(IN_TIME), USER_NOW), AUTH_USER),
                        ERR_TOKEN_INVALID);
    }
}

static void test_without_a_previous_key_there_is_none(void)
{
    static const char *const kids[] = {"", "u1"};
    struct config cfg = rotated;
    char header[64];

    cfg.auth_user_secret_previous[0] = '\0';
    for (size_t i = 0; i < COUNT(kids); i++) {
        set(cfg.auth_user_kid_previous, kids[i]);
        snprintf(header, sizeof header, "{\"alg\":\"HS256\",\"kid\":\"%s\"}", kids[i]);
        expect(check_with(&cfg, forge_token(header, user_claims(IN_TIME), ""), AUTH_USER),
               ERR_TOKEN_INVALID, header);
        expect(check_with(&cfg, forge_token(header, user_claims(IN_TIME), USER_NOW), AUTH_USER),
               ERR_TOKEN_INVALID, header);
    }
}

static void test_a_new_configuration_is_obeyed_at_once(void)
{
    static const char header[] = "{\"alg\":\"HS256\",\"kid\":\"u2\"}";
    struct config later = rotated;

    CU_ASSERT_EQUAL(check(forge_token(header, user_claims(IN_TIME), USER_NOW), AUTH_USER), ERR_OK);
    set(later.auth_user_kid, "u3");
    CU_ASSERT_EQUAL(
        check_with(&later, forge_token(header, user_claims(IN_TIME), USER_NOW), AUTH_USER),
        ERR_TOKEN_INVALID);
    set(later.auth_user_kid_previous, "u2");
    set(later.auth_user_secret_previous, USER_NOW);
    CU_ASSERT_EQUAL(
        check_with(&later, forge_token(header, user_claims(IN_TIME), USER_NOW), AUTH_USER), ERR_OK);
}

static void test_any_change_breaks_the_signature(void)
{
    char *good = forge_token(HEADER, user_claims(IN_TIME), USER_NOW);
    size_t len = strlen(good);

    for (size_t i = 0; i < len; i++) {
        char *bad = strdup(good);

        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        expect(check(bad, AUTH_USER), ERR_TOKEN_INVALID, "changed");
        bad = strdup(good);
        memmove(bad + i, bad + i + 1, len - i);
        expect(check(bad, AUTH_USER), ERR_TOKEN_INVALID, "shortened");
    }
    CU_ASSERT_EQUAL(check(good, AUTH_USER), ERR_OK);
}

static char *concat(const char *a, const char *b, const char *c)
{
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = malloc(size);

    snprintf(text, size, "%s%s%s", a, b, c);
    return text;
}

static void test_exactly_three_segments(void)
{
    char *good = forge_token(HEADER, user_claims(IN_TIME), USER_NOW);
    char *cut = strdup(good);

    CU_ASSERT_EQUAL(check(concat(good, ".", ""), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(concat(good, ".x", ""), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(concat("", ".", good), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(concat(good, "=", ""), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(concat(good, " ", "x"), AUTH_USER), ERR_TOKEN_INVALID);
    strrchr(cut, '.')[1] = '\0';
    CU_ASSERT_EQUAL(check(strdup(cut), AUTH_USER), ERR_TOKEN_INVALID);
    *strrchr(cut, '.') = '\0';
    CU_ASSERT_EQUAL(check(cut, AUTH_USER), ERR_TOKEN_INVALID);
    free(good);
}

static void test_unsigned_tokens_are_refused(void)
{
    char *header = forge_base64url("{\"alg\":\"none\"}", 14);
    char *payload = forge_base64url(user_claims(IN_TIME), strlen(user_claims(IN_TIME)));
    char *both = concat(header, ".", payload);

    CU_ASSERT_EQUAL(check(concat(both, ".", ""), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(concat(both, "", ""), AUTH_USER), ERR_TOKEN_INVALID);
    free(header);
    free(payload);
    free(both);
}

static void test_segments_are_canonical_base64url(void)
{
    const char *claims = user_claims(IN_TIME);
    char *header = forge_base64url(HEADER, strlen(HEADER));
    char *padded = concat(header, "=", "");
    char *payload = forge_base64url(claims, strlen(claims));

    CU_ASSERT_EQUAL(check(forge_sign(header, payload, USER_NOW), AUTH_USER), ERR_OK);
    CU_ASSERT_EQUAL(check(forge_sign(padded, payload, USER_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_sign("", payload, USER_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_sign(header, "", USER_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_sign(header, "e30=", USER_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check(forge_sign(header, "e+/9", USER_NOW), AUTH_USER), ERR_TOKEN_INVALID);
    free(header);
    free(padded);
    free(payload);
}

/* A token of exactly `len` bytes, filled up within its claims. */
static char *token_of_length(size_t len)
{
    char fill[AUTH_TOKEN_MAX], more[AUTH_TOKEN_MAX + 64];

    for (size_t n = 1; n < sizeof fill; n++) {
        char *token;

        memset(fill, 'x', n);
        fill[n] = '\0';
        snprintf(more, sizeof more, IN_TIME ",\"fill\":\"%s\"", fill);
        token = forge_token(HEADER, user_claims(more), USER_NOW);
        if (strlen(token) >= len)
            return token;
        free(token);
    }
    return NULL;
}

static void test_no_longer_than_the_limit(void)
{
    char *longest = token_of_length(AUTH_TOKEN_MAX - 1), *longer = token_of_length(4097);

    CU_ASSERT_TRUE_FATAL(longest && strlen(longest) <= AUTH_TOKEN_MAX);
    CU_ASSERT_EQUAL(check(longest, AUTH_USER), ERR_OK);
    CU_ASSERT_PTR_NOT_NULL_FATAL(longer);
    CU_ASSERT_EQUAL(check(longer, AUTH_USER), ERR_TOKEN_INVALID);
}

static void test_the_times_of_a_user_token(void)
{
    static const struct row rows[] = {
        {",\"exp\":1767323046", true},
        /* over, within the tolerance of 5 s, and beyond it */
        {",\"exp\":1767323045", true},
        {",\"exp\":1767323041", true},
        {",\"exp\":1767323040", false},
        {",\"exp\":1767323040.678", false},
        {",\"exp\":1767323040.679", true},
        {",\"exp\":0", false},
        {",\"exp\":-1", false},
        {",\"exp\":9223372036854775807", true},
        {",\"exp\":-9223372036854775807", false},
        {",\"exp\":1e300", true},
        {",\"exp\":-1e300", false},
        {"", false},
        {",\"exp\":null", false},
        {",\"exp\":true", false},
        {",\"exp\":\"1767323100\"", false},
        {",\"exp\":[1767323100]", false},
        {",\"exp\":{}", false},
        {IN_TIME ",\"nbf\":1767323045", true},
        {IN_TIME ",\"nbf\":1767323050", true},
        {IN_TIME ",\"nbf\":1767323051", false},
        {IN_TIME ",\"nbf\":1767323050.678", true},
        {IN_TIME ",\"nbf\":1767323050.679", false},
        {IN_TIME ",\"nbf\":9223372036854775807", false},
        {IN_TIME ",\"nbf\":0", true},
        {IN_TIME ",\"nbf\":null", false},
        {IN_TIME ",\"nbf\":\"0\"", false},
        {IN_TIME ",\"iat\":1767329999", true},
    };
    expect_user_claims(rows, COUNT(rows));
}

static void test_without_tolerance_times_are_exact(void)
{
    struct config strict = rotated;

    strict.auth_leeway_seconds = 0;
    CU_ASSERT_EQUAL(check_with(&strict,
                               forge_token(HEADER, user_claims(",\"exp\":1767323046"), USER_NOW),
                               AUTH_USER),
                    ERR_OK);
    CU_ASSERT_EQUAL(check_with(&strict,
                               forge_token(HEADER, user_claims(",\"exp\":1767323045"), USER_NOW),
                               AUTH_USER),
                    ERR_TOKEN_INVALID);
}

static void test_a_queue_token_that_is_over_is_still_genuine(void)
{
    static const struct row rows[] = {
        {A_TICKET ",\"exp\":1767323045", true},
        {A_TICKET ",\"exp\":1", true},
        {A_TICKET, false},
        {A_TICKET ",\"exp\":\"1767323100\"", false},
        {A_TICKET ",\"exp\":null", false},
        {A_TICKET IN_TIME ",\"nbf\":1767323045", true},
        {A_TICKET IN_TIME ",\"nbf\":1767323046", false},
    };
    expect_queue_claims(rows, COUNT(rows));
}

static void test_the_audience(void)
{
    static const struct row rows[] = {
        {"\"aud\":\"frontrow:user\"", true},
        {"\"aud\":[\"frontrow:user\"]", true},
        {"\"aud\":\"frontrow:queue\"", false},
        {"\"aud\":[\"frontrow:queue\"]", false},
        {"\"aud\":[\"frontrow:user\",\"frontrow:queue\"]", false},
        {"\"aud\":[\"frontrow:user\",\"other\"]", false},
        {"\"aud\":[]", false},
        {"\"aud\":[[\"frontrow:user\"]]", false},
        {"\"aud\":\"frontrow:User\"", false},
        {"\"aud\":\"frontrow:user \"", false},
        {"\"aud\":\"\"", false},
        {"\"aud\":\"frontrow:user\\u0000\"", false},
        {"\"aud\":null", false},
        {"\"aud\":{\"frontrow:user\":1}", false},
        {"\"a\":\"frontrow:user\"", false},
        {"\"aud\":\"frontrow:queue\",\"aud\":\"frontrow:user\"", false},
    };
    char claims[512];

    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(claims, sizeof claims, "{%s,\"sub\":\"" USER_TEXT "\"" IN_TIME "}", rows[i].text);
        expect(check(forge_token(HEADER, claims, USER_NOW), AUTH_USER), wanted(&rows[i]),
               rows[i].text);
    }
}

static void test_the_subject_is_a_uuid(void)
{
    static const struct row rows[] = {
        {"\"" USER_TEXT "\"", true},
        {"\"0190F8A2-5B1C-7DEF-8ABC-0123456789AB\"", true},
        {"\"\"", false},
        {"\"me\"", false},
        {"\"0190f8a2-5b1c-7def-8abc-0123456789a\"", false},
        {"\"0190f8a2-5b1c-7def-8abc-0123456789abc\"", false},
        {"\"0190f8a25b1c7def8abc0123456789ab\"", false},
        {"1", false},
        {"null", false},
        {"[\"" USER_TEXT "\"]", false},
    };
    static const char none[] = "{\"aud\":\"frontrow:user\"" IN_TIME "}";
    char claims[512];

    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(claims, sizeof claims, "{\"aud\":\"frontrow:user\",\"sub\":%s" IN_TIME "}",
                 rows[i].text);
        expect(check(forge_token(HEADER, claims, USER_NOW), AUTH_USER), wanted(&rows[i]),
               rows[i].text);
    }
    CU_ASSERT_EQUAL(check(forge_token(HEADER, none, USER_NOW), AUTH_USER), ERR_TOKEN_INVALID);
}

static void test_scopes_and_what_they_include(void)
{
    static const struct {
        const char *scope;
        bool charge, service, admin;
    } rows[] = {
        {"", false, false, false},
        {"wallet:charge", true, false, false},
        {"service", true, true, false},
        {"admin", true, true, true},
        {"wallet:charge service", true, true, false},
        {"openid wallet:charge", true, false, false},
        {"wallet:charge openid", true, false, false},
        {"  admin  x ", true, true, true},
        {"wallet", false, false, false},
        {"wallet:charges", false, false, false},
        {"xadmin adminx Admin ADMIN", false, false, false},
        {"admin,service", false, false, false},
        {"admin\\tservice", false, false, false},
        {"wallet:charge\\nservice", false, false, false},
    };
    char more[256];

    for (size_t i = 0; i < COUNT(rows); i++) {
        snprintf(more, sizeof more, IN_TIME ",\"scope\":\"%s\"", rows[i].scope);
        expect(check(forge_token(HEADER, user_claims(more), USER_NOW), AUTH_USER), ERR_OK, more);
        if (caller.may_charge != rows[i].charge || caller.service != rows[i].service ||
            caller.admin != rows[i].admin)
            fprintf(stderr, "scope %s\n", rows[i].scope);
        CU_ASSERT_EQUAL(caller.may_charge, rows[i].charge);
        CU_ASSERT_EQUAL(caller.service, rows[i].service);
        CU_ASSERT_EQUAL(caller.admin, rows[i].admin);
    }
}

static void test_a_scope_is_a_string(void)
{
    static const struct row rows[] = {
        {IN_TIME ",\"scope\":[\"admin\"]", false}, {IN_TIME ",\"scope\":null", false},
        {IN_TIME ",\"scope\":1", false},           {IN_TIME ",\"scope\":{}", false},
        {IN_TIME ",\"scp\":\"admin\"", true},
    };
    expect_user_claims(rows, COUNT(rows));
    CU_ASSERT_FALSE(caller.admin);
}

static void test_a_queue_token_gives_no_scope(void)
{
    CU_ASSERT_EQUAL(
        check(forge_token(HEADER, queue_claims(IN_TIME A_TICKET ",\"scope\":\"admin\""), QUEUE_NOW),
              AUTH_QUEUE),
        ERR_OK);
    CU_ASSERT_FALSE(caller.may_charge || caller.service || caller.admin);
}

static void test_the_claims_of_a_queue_token(void)
{
    static const struct row rows[] = {
        {IN_TIME ",\"cid\":7,\"tkt\":12,\"jti\":\"345\"", true},
        {IN_TIME ",\"cid\":7,\"jti\":\"345\"", true},
        {IN_TIME ",\"cid\":9223372036854775807,\"jti\":\"9223372036854775807\"", true},
        {IN_TIME ",\"tkt\":12,\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":7,\"tkt\":12", false},
        {IN_TIME ",\"cid\":\"7\",\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":7.0,\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":0,\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":-7,\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":null,\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":9223372036854775808,\"jti\":\"345\"", false},
        {IN_TIME ",\"cid\":7,\"jti\":345", false},
        {IN_TIME ",\"cid\":7,\"jti\":[\"345\"]", false},
        {IN_TIME ",\"cid\":7,\"jti\":\"345\\u0000\"", false},
        {IN_TIME ",\"cid\":7,\"jti\":null", false},
        {IN_TIME ",\"cid\":7,\"jti\":\"345\",\"tkt\":0", false},
        {IN_TIME ",\"cid\":7,\"jti\":\"345\",\"tkt\":\"12\"", false},
        {IN_TIME ",\"cid\":7,\"jti\":\"345\",\"tkt\":null", false},
        {IN_TIME ",\"cid\":7,\"jti\":\"345\",\"tkt\":1.5", false},
        {IN_TIME ",\"cid\":7,\"cid\":7,\"jti\":\"345\"", false},
    };
    expect_queue_claims(rows, COUNT(rows));
    CU_ASSERT_EQUAL(
        check(forge_token(HEADER, queue_claims(IN_TIME ",\"cid\":7,\"jti\":\"345\""), QUEUE_NOW),
              AUTH_QUEUE),
        ERR_OK);
    CU_ASSERT_EQUAL(caller.ticket, 0);
}

static void test_a_jti_that_is_none_of_ours_is_nobodys(void)
{
    static const char *const ids[] = {"", "0", "0345", "-345", "3 45", "9223372036854775808", "x"};
    char more[128];

    for (size_t i = 0; i < COUNT(ids); i++) {
        snprintf(more, sizeof more, IN_TIME ",\"cid\":7,\"jti\":\"%s\"", ids[i]);
        expect(check(forge_token(HEADER, queue_claims(more), QUEUE_NOW), AUTH_QUEUE), ERR_OK, more);
        CU_ASSERT_EQUAL(caller.token_id, 0);
    }
}

static void test_a_nul_hides_nothing(void)
{
    static const struct row headers[] = {
        {"{\"alg\":\"HS256\\u0000x\"}", false},
        {"{\"alg\":\"HS256\",\"kid\":\"u2\\u0000x\"}", false},
        {"{\"alg\":\"HS256\",\"typ\":\"JWT\\u0000x\"}", false},
        {"{\"alg\":\"HS256\",\"crit\\u0000\":1}", false},
    };
    static const struct row claims[] = {
        {IN_TIME ",\"scope\":\"x\\u0000 admin\"", false},
        {IN_TIME ",\"exp\\u0000\":1", false},
    };

    expect_headers(headers, COUNT(headers));
    expect_user_claims(claims, COUNT(claims));
}

static void test_a_payload_that_is_no_object(void)
{
    static const char *const payloads[] = {"[]", "null", "1", "\"x\"", "{", "x", "{}{}", "{}"};

    for (size_t i = 0; i < COUNT(payloads); i++)
        expect(check(forge_token(HEADER, payloads[i], USER_NOW), AUTH_EITHER), ERR_TOKEN_INVALID,
               payloads[i]);
}

static struct uuid a_user(void)
{
    struct uuid user;

    CU_ASSERT_TRUE(uuid_from_text(USER_TEXT, strlen(USER_TEXT), &user));
    return user;
}

static void test_a_minted_user_token_is_good(void)
{
    struct uuid user = a_user();
    char *token;

    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&rotated, &user, "wallet:charge x", NOW, 60, &token),
                          ERR_OK);
    CU_ASSERT_EQUAL(check(token, AUTH_EITHER), ERR_OK);
    CU_ASSERT_EQUAL(caller.kind, TOKEN_USER);
    CU_ASSERT_TRUE(uuid_equal(&caller.user, &user));
    CU_ASSERT_TRUE(caller.may_charge);
    CU_ASSERT_FALSE(caller.service);
    CU_ASSERT_EQUAL(caller.exp, NOW / 1000 + 60);
    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&rotated, &user, NULL, NOW, -60, &token), ERR_OK);
    CU_ASSERT_EQUAL(check(token, AUTH_USER), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(auth_mint_user(&rotated, &user, NULL, NOW, INT64_MAX, &token),
                    ERR_INVALID_FIELD);
    CU_ASSERT_PTR_NULL(token);
}

/* The text of a minted token's segment, 0 or 1. */
static void decode_segment(const char *token, int which, char *out, size_t size)
{
    const char *start = which ? strchr(token, '.') + 1 : token;
    size_t len = 0;

    CU_ASSERT_TRUE(
        text_base64url_decode(start, strcspn(start, "."), (unsigned char *)out, size - 1, &len));
    out[len] = '\0';
}

static void test_a_minted_token_says_what_it_should(void)
{
    struct uuid user = a_user();
    char text[512];
    char *token;

    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&rotated, &user, "", NOW, 60, &token), ERR_OK);
    decode_segment(token, 0, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"alg\":\"HS256\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"typ\":\"JWT\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"kid\":\"u2\""));
    decode_segment(token, 1, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"aud\":\"frontrow:user\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"sub\":\"" USER_TEXT "\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"iat\":1767323045"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"exp\":1767323105"));
    CU_ASSERT_PTR_NULL(strstr(text, "scope"));
    free(token);
}

static void test_a_minted_queue_token_is_good(void)
{
    struct queue_ticket ticket = {
        .token_id = INT64_C(9007199254740993),
        .user_id = a_user(),
        .concert_id = 7,
        .ticket = INT64_C(5000000000),
        .issued_at = NOW,
        .token_expires_at = NOW + 1000,
    };
    char text[512];
    char *token;

    CU_ASSERT_EQUAL_FATAL(auth_mint_queue(&rotated, &ticket, &token), ERR_OK);
    decode_segment(token, 0, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"kid\":\"q2\""));
    decode_segment(token, 1, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"iat\":1767323045"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"exp\":1767323047"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"jti\":\"9007199254740993\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\"tkt\":5000000000"));
    CU_ASSERT_EQUAL(check(token, AUTH_EITHER), ERR_OK);
    CU_ASSERT_EQUAL(caller.kind, TOKEN_QUEUE);
    CU_ASSERT_EQUAL(caller.token_id, ticket.token_id);
    CU_ASSERT_EQUAL(caller.concert_id, 7);
    CU_ASSERT_EQUAL(caller.ticket, ticket.ticket);
    CU_ASSERT_EQUAL(caller.exp, 1767323047);
}

static void test_a_ticket_without_a_number_has_no_tkt(void)
{
    struct queue_ticket ticket = {.token_id = 1, .user_id = a_user(), .concert_id = 7};
    char text[512];
    char *token;

    CU_ASSERT_EQUAL_FATAL(auth_mint_queue(&rotated, &ticket, &token), ERR_OK);
    decode_segment(token, 1, text, sizeof text);
    CU_ASSERT_PTR_NULL(strstr(text, "tkt"));
    CU_ASSERT_EQUAL(check(token, AUTH_QUEUE), ERR_OK);
    CU_ASSERT_EQUAL(caller.ticket, 0);
}

SUITE(http_auth, TEST(test_a_good_user_token), TEST(test_a_good_queue_token),
      TEST(test_what_the_authorization_header_must_be), TEST(test_the_scheme_is_in_any_case),
      TEST(test_one_kind_is_not_taken_for_the_other), TEST(test_equal_secrets_do_not_mix_the_kinds),
      TEST(test_the_algorithm_is_hs256_to_the_letter), TEST(test_headers_that_are_refused),
      TEST(test_kid_chooses_the_key), TEST(test_a_kid_longer_than_any_is_unknown),
      TEST(test_a_long_header_is_read_each_time), TEST(test_without_a_previous_key_there_is_none),
      TEST(test_a_new_configuration_is_obeyed_at_once), TEST(test_any_change_breaks_the_signature),
      TEST(test_exactly_three_segments), TEST(test_unsigned_tokens_are_refused),
      TEST(test_segments_are_canonical_base64url), TEST(test_no_longer_than_the_limit),
      TEST(test_the_times_of_a_user_token), TEST(test_without_tolerance_times_are_exact),
      TEST(test_a_queue_token_that_is_over_is_still_genuine), TEST(test_the_audience),
      TEST(test_the_subject_is_a_uuid), TEST(test_scopes_and_what_they_include),
      TEST(test_a_scope_is_a_string), TEST(test_a_queue_token_gives_no_scope),
      TEST(test_the_claims_of_a_queue_token), TEST(test_a_jti_that_is_none_of_ours_is_nobodys),
      TEST(test_a_nul_hides_nothing), TEST(test_a_payload_that_is_no_object),
      TEST(test_a_minted_user_token_is_good), TEST(test_a_minted_token_says_what_it_should),
      TEST(test_a_minted_queue_token_is_good), TEST(test_a_ticket_without_a_number_has_no_tkt));
