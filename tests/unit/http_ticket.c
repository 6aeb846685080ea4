/* Tickets to a show: what is signed, and what is no ticket. */
#include "http/ticket.h"

#include "http/auth.h"
#include "suite.h"
#include "unit/http_forge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "ticket-secret-current-0123456789abcdef"
#define OTHER  "ticket-secret-before-0123456789abcdef"
#define KID    "hvekjILg"
#define HEADER "{\"alg\":\"ES256\",\"kid\":\"" KID "\"}"
#define CLAIMS                                                                                     \
    "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1790000000,"               \
    "\"seats\":\"1-4,7\",\"iat\":1780000000}"

/* HEADER and CLAIMS, signed in Python with the curve's arithmetic written out. */
#define KNOWN                                                                                      \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6Imh2ZWtqSUxnIn0."                                                 \
    "eyJhdWQiOiJmcm9udHJvdzp0aWNrZXQiLCJyaWQiOjEyLCJzaWQiOjMsImNpZCI6MSwiYXQiOjE3OTAwMDAwMDAsInNl" \
    "YXRzIjoiMS00LDciLCJpYXQiOjE3ODAwMDAwMDB9."                                                    \
    "cNoCzyOJM488bjKBVHt5l_ZLeJVc0MznCQTwJlkzXa23IyhRjR3Hk-gF-JziLgkeysRcqBr4w-y9xdbnGYGcAg"

static const struct config cfg = {.auth_ticket_secret = SECRET,
                                  .auth_user_secret = "user-secret-current-0123456789abcdef",
                                  .auth_user_kid = KID,
                                  .auth_queue_secret = "queue-secret-current-0123456789abcdef",
                                  .auth_queue_kid = KID};

static const struct ticket plain = {.reservation_id = 12,
                                    .schedule_id = 3,
                                    .concert_id = 1,
                                    .starts_at = 1790000000,
                                    .paid_at = 1780000000,
                                    .seats = "1-4,7"};

static struct ticket_keys keys;
static struct ticket seen;

static enum ticket_fault check(const char *text)
{
    enum ticket_fault fault;

    CU_ASSERT_EQUAL_FATAL(ticket_keys_derive(&cfg, &keys), ERR_OK);
    memset(&seen, 0x55, sizeof seen);
    fault = ticket_check(&keys, text, strlen(text), &seen);
    ticket_keys_clear(&keys);
    return fault;
}

/* The same of one that was malloc'ed. */
static enum ticket_fault check_own(char *text)
{
    enum ticket_fault fault = check(text);

    free(text);
    return fault;
}

/* Any header and any payload, signed with the key of a secret. */
static char *forge(const char *header, const char *payload, const char *secret)
{
    struct config other = cfg;
    char *text;

    strcpy(other.auth_ticket_secret, secret);
    CU_ASSERT_EQUAL_FATAL(ticket_keys_derive(&other, &keys), ERR_OK);
    text = forge_es256(header, payload, keys.key[0].pkey);
    ticket_keys_clear(&keys);
    return text;
}

static char *sign(const struct ticket *t)
{
    struct text_buf text = {0};

    CU_ASSERT_EQUAL_FATAL(ticket_keys_derive(&cfg, &keys), ERR_OK);
    CU_ASSERT_EQUAL_FATAL(ticket_sign(&keys, t, &text), ERR_OK);
    ticket_keys_clear(&keys);
    return text.data;
}

static void test_a_ticket_of_another_implementation_is_genuine(void)
{
    CU_ASSERT_EQUAL_FATAL(check(KNOWN), TICKET_GENUINE);
    CU_ASSERT_EQUAL(seen.reservation_id, 12);
    CU_ASSERT_EQUAL(seen.schedule_id, 3);
    CU_ASSERT_EQUAL(seen.concert_id, 1);
    CU_ASSERT_EQUAL(seen.starts_at, 1790000000);
    CU_ASSERT_EQUAL(seen.paid_at, 1780000000);
    CU_ASSERT_STRING_EQUAL(seen.seats, "1-4,7");
}

static void test_the_same_ticket_says_the_same_each_time(void)
{
    char *one = sign(&plain), *two = sign(&plain);

    CU_ASSERT_EQUAL(strncmp(one, KNOWN, strlen(KNOWN) - 86), 0);
    CU_ASSERT_EQUAL(strlen(one), strlen(KNOWN));
    CU_ASSERT_EQUAL(strncmp(one, two, strlen(KNOWN) - 86), 0);
    CU_ASSERT_EQUAL(check_own(one), TICKET_GENUINE);
    CU_ASSERT_EQUAL(check_own(two), TICKET_GENUINE);
}

static void test_the_largest_ticket_fits(void)
{
    struct ticket t = {INT64_MAX, INT64_MAX, INT64_MAX, 253402300799, 253402300799, ""};
    struct text_buf seats = {0};

    for (int i = 0; i < APP_MAX_SEATS; i++)
        text_buf_printf(&seats, "%s%d", i ? "," : "", 100000 - 2 * APP_MAX_SEATS + 2 * i + 2);
    CU_ASSERT_TRUE_FATAL(text_copy(t.seats, sizeof t.seats, seats.data, seats.len));
    CU_ASSERT_EQUAL(check_own(sign(&t)), TICKET_GENUINE);
    CU_ASSERT_STRING_EQUAL(seen.seats, seats.data);
    CU_ASSERT_EQUAL(seen.reservation_id, INT64_MAX);
    text_buf_free(&seats);
}

/* Each character stands for bits that count; those of the signature's last one that do not must be
 * zero. */
static void test_any_change_is_seen(void)
{
    char text[] = KNOWN;

    for (char *c = text; *c; c++) {
        char was = *c;

        *c = was == 'A' ? 'B' : 'A';
        CU_ASSERT_NOT_EQUAL(check(text), TICKET_GENUINE);
        *c = was;
    }
    for (size_t cut = 0; cut < strlen(KNOWN); cut++) {
        text[cut] = '\0';
        CU_ASSERT_NOT_EQUAL(check(text), TICKET_GENUINE);
        text[cut] = KNOWN[cut];
    }
    CU_ASSERT_EQUAL(check(KNOWN), TICKET_GENUINE);
    CU_ASSERT_EQUAL(check(KNOWN "A"), TICKET_MALFORMED);
    CU_ASSERT_EQUAL(check(KNOWN "="), TICKET_MALFORMED);
    CU_ASSERT_EQUAL(check(KNOWN "."), TICKET_MALFORMED);
    CU_ASSERT_EQUAL(check(" " KNOWN), TICKET_MALFORMED);
}

static void test_another_key_signs_in_vain(void)
{
    CU_ASSERT_EQUAL(check_own(forge(HEADER, CLAIMS, SECRET)), TICKET_GENUINE);
    CU_ASSERT_EQUAL(check_own(forge(HEADER, CLAIMS, OTHER)), TICKET_FORGED);
    CU_ASSERT_EQUAL(check_own(forge("{\"alg\":\"ES256\",\"kid\":\"x\"}", CLAIMS, SECRET)),
                    TICKET_UNKNOWN_KEY);
    CU_ASSERT_EQUAL(check_own(forge("{\"alg\":\"ES256\"}", CLAIMS, SECRET)), TICKET_MALFORMED);
}

static void test_only_es256_counts(void)
{
    static const char *const headers[] = {
        "{\"alg\":\"none\",\"kid\":\"" KID "\"}",
        "{\"alg\":\"HS256\",\"kid\":\"" KID "\"}",
        "{\"alg\":\"es256\",\"kid\":\"" KID "\"}",
        "{\"alg\":\"ES256K\",\"kid\":\"" KID "\"}",
        "{\"alg\":[\"ES256\"],\"kid\":\"" KID "\"}",
        "{\"kid\":\"" KID "\"}",
        "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"crit\":[\"x\"]}",
        "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"other\"}",
        "{\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"" KID "\"}",
        "[]",
        "1",
        ""};

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        CU_ASSERT_EQUAL(check_own(forge(headers[i], CLAIMS, SECRET)), TICKET_MALFORMED);
    CU_ASSERT_EQUAL(check("eyJhbGciOiJub25lIiwia2lkIjoiaHZla2pJTGcifQ.e30."), TICKET_MALFORMED);
}

/* An HMAC whose key is the public key's text, as anybody can compute it. */
static void test_the_public_key_is_no_secret(void)
{
    static const char *const known[] = {"Q_rx36BdrddQXz48ovxU02ozXvDDdDjOmh3L04KECDM", KID, SECRET};
    static const char *const algs[] = {"HS256", "ES256"};
    char header[64];

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        for (size_t a = 0; a < sizeof algs / sizeof *algs; a++) {
            snprintf(header, sizeof header, "{\"alg\":\"%s\",\"kid\":\"" KID "\"}", algs[a]);
            CU_ASSERT_EQUAL(check_own(forge_token(header, CLAIMS, known[i])), TICKET_MALFORMED);
        }
    }
}

static void test_other_things_that_we_sign_are_no_tickets(void)
{
    static const char *const payloads[] = {
        "{}",
        "[]",
        "",
        CLAIMS " ", /* which is one */
        "{\"aud\":\"frontrow:user\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"1\","
        "\"iat\":1}",
        "{\"aud\":[\"frontrow:ticket\"],\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"1\","
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":0,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"1\","
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":\"12\",\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"1\","
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"cid\":1,\"at\":1,\"seats\":\"1\",\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":-1,\"seats\":\"1\","
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":253402300800,\"seats\":"
        "\"1\",\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"2,1\","
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"1-101\","
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":[1],"
        "\"iat\":1}",
        "{\"aud\":\"frontrow:ticket\",\"rid\":12,\"sid\":3,\"cid\":1,\"at\":1,\"seats\":\"1\"}"};

    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        CU_ASSERT_EQUAL(check_own(forge(HEADER, payloads[i], SECRET)),
                        i == 3 ? TICKET_GENUINE : TICKET_OTHER);
}

static void test_tokens_are_no_tickets(void)
{
    const struct uuid user = {{1}};
    char *token = NULL;

    CU_ASSERT_EQUAL_FATAL(auth_mint_user(&cfg, &user, "admin", 0, 1000, &token), ERR_OK);
    CU_ASSERT_EQUAL(check_own(token), TICKET_MALFORMED);
}

static void test_tickets_are_no_tokens(void)
{
    static const char *const audiences[] = {"frontrow:ticket", "frontrow:user", "frontrow:queue"};
    struct caller caller;
    char payload[512];

    for (size_t i = 0; i < sizeof audiences / sizeof *audiences; i++) {
        char *text;

        snprintf(
            payload, sizeof payload,
            "{\"aud\":\"%s\",\"sub\":\"0190f8a2-5b1c-7def-8abc-0123456789ab\",\"rid\":12,"
            "\"sid\":3,\"cid\":1,\"jti\":\"1\",\"at\":1,\"seats\":\"1\",\"iat\":1,\"exp\":99999}",
            audiences[i]);
        text = forge(HEADER, payload, SECRET);
        CU_ASSERT_EQUAL(auth_check_token(&cfg, text, strlen(text), AUTH_EITHER, 1000, &caller),
                        ERR_TOKEN_INVALID);
        free(text);
    }
}

SUITE(http_ticket, TEST(test_a_ticket_of_another_implementation_is_genuine),
      TEST(test_the_same_ticket_says_the_same_each_time), TEST(test_the_largest_ticket_fits),
      TEST(test_any_change_is_seen), TEST(test_another_key_signs_in_vain),
      TEST(test_only_es256_counts), TEST(test_the_public_key_is_no_secret),
      TEST(test_other_things_that_we_sign_are_no_tickets), TEST(test_tokens_are_no_tickets),
      TEST(test_tickets_are_no_tokens));
