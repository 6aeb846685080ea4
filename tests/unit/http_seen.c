/*
 * Tokens that the host knows to be genuine: what is judged again all the same. Every token
 * that this process checks is noted from the first test on, which is why the suite runs last: in a
 * process that all suites share (--jobs=0) those before it find their tokens judged in full.
 */
#include "http/seen.h"

#include "http/auth.h"
#include "suite.h"
#include "unit/http_forge.h"

#include <stdlib.h>
#include <string.h>

#define NOW    INT64_C(1767323045678) /* 2026-01-02T03:04:05.678Z */
#define EXP    INT64_C(1767323100)
#define USER   "0190f8a2-5b1c-7def-8abc-0123456789ab"
#define SECRET "user-secret-current-0123456789abcdef"
#define OTHER  "user-secret-another-0123456789abcdef"
#define CLAIMS "{\"aud\":\"frontrow:user\",\"sub\":\"" USER "\",\"exp\":1767323100}"

static struct config config = {
    .auth_user_secret = SECRET, .auth_user_kid = "u1", .auth_queue_secret = OTHER};

static void need_table(void)
{
    static bool made;

    if (!made)
        CU_ASSERT_EQUAL_FATAL(seen_init(), ERR_OK);
    made = true;
}

static enum err check_at(const char *token, enum auth_accept accept, int64_t now)
{
    struct caller caller;

    return auth_check_token(&config, token, strlen(token), accept, now, &caller);
}

static bool is_seen(const char *token, const char *secret)
{
    struct seen_mark mark;

    CU_ASSERT_TRUE(seen_mark(secret, token, strlen(token), &mark));
    return seen_has(&mark);
}

static char *genuine(void)
{
    return forge_token("{\"alg\":\"HS256\"}", CLAIMS, SECRET);
}

static void test_a_genuine_token_is_known_from_then_on(void)
{
    char *token = genuine();

    need_table();
    CU_ASSERT_FALSE(is_seen(token, OTHER));
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    CU_ASSERT_TRUE(is_seen(token, SECRET));
    CU_ASSERT_FALSE(is_seen(token, OTHER));
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    free(token);
}

static void test_a_forged_one_never_is(void)
{
    char *token = forge_token("{\"alg\":\"HS256\"}", CLAIMS, OTHER);

    need_table();
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_TOKEN_INVALID);
    CU_ASSERT_FALSE(is_seen(token, SECRET));
    free(token);
}

static void test_no_byte_of_a_known_one_can_be_another(void)
{
    char *token = genuine();
    int accepted = 0;

    need_table();
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    for (size_t i = 0; token[i]; i++) {
        char kept = token[i];

        token[i] = kept == 'A' ? 'B' : 'A';
        accepted += check_at(token, AUTH_USER, NOW) == ERR_OK;
        token[i] = kept;
    }
    CU_ASSERT_EQUAL(accepted, 0);
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    free(token);
}

static void test_a_known_one_ends_all_the_same(void)
{
    char *token = genuine();

    need_table();
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, EXP * 1000), ERR_TOKEN_INVALID);
    CU_ASSERT_EQUAL(check_at(token, AUTH_QUEUE, NOW), ERR_TOKEN_INVALID);
    free(token);
}

static void test_a_secret_that_is_taken_away_takes_its_tokens_along(void)
{
    char *token = genuine();

    need_table();
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    strcpy(config.auth_user_secret, OTHER);
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_TOKEN_INVALID);
    strcpy(config.auth_user_secret, SECRET);
    CU_ASSERT_EQUAL(check_at(token, AUTH_USER, NOW), ERR_OK);
    free(token);
}

static void test_what_is_minted_here_is_known(void)
{
    struct queue_ticket ticket = {
        .token_id = 1, .concert_id = 2, .ticket = 3, .token_expires_at = EXP * 1000};
    char *token = NULL;

    need_table();
    CU_ASSERT_EQUAL(auth_mint_queue(&config, &ticket, &token), ERR_OK);
    CU_ASSERT_TRUE(is_seen(token, OTHER));
    CU_ASSERT_EQUAL(check_at(token, AUTH_QUEUE, NOW), ERR_OK);
    free(token);
}

SUITE_LAST(http_seen, TEST(test_a_genuine_token_is_known_from_then_on),
           TEST(test_a_forged_one_never_is), TEST(test_no_byte_of_a_known_one_can_be_another),
           TEST(test_a_known_one_ends_all_the_same),
           TEST(test_a_secret_that_is_taken_away_takes_its_tokens_along),
           TEST(test_what_is_minted_here_is_known));
