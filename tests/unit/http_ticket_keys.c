/* The keys of tickets: derived as their header says, by the word of another implementation. */
#include "http/ticket_keys.h"

#include "suite.h"

#include <string.h>

#define SECRET_NOW "ticket-secret-current-0123456789abcdef"
#define SECRET_OLD "ticket-secret-before-0123456789abcdef"
#define QUEUE_NOW  "queue-secret-current-0123456789abcdef"
#define QUEUE_OLD  "queue-secret-before-0123456789abcdef"

/* Computed with Python's hmac and hashlib, and the curve's arithmetic written out. */
#define X_NOW     "Q_rx36BdrddQXz48ovxU02ozXvDDdDjOmh3L04KECDM"
#define Y_NOW     "Tv4TrJuW0wIK_QOUs2XM9d4Wyzyl7njrIX1zwcBFqwM"
#define KID_NOW   "hvekjILg"
#define KID_OLD   "Uv9LohMF"
#define KID_QUEUE "k4ty4J_N"

#define MEMBERS(kty, crv, x, y)                                                                    \
    "\"kty\":\"" kty "\",\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y "\""
#define GOOD MEMBERS("EC", "P-256", X_NOW, Y_NOW)

static struct ticket_keys keys;

/* The number of keys of such a configuration. */
static int derive(const char *current, const char *previous, const char *queue_previous)
{
    struct config cfg = {.auth_queue_secret = QUEUE_NOW};

    strcpy(cfg.auth_ticket_secret, current);
    strcpy(cfg.auth_ticket_secret_previous, previous);
    strcpy(cfg.auth_queue_secret_previous, queue_previous);
    CU_ASSERT_EQUAL_FATAL(ticket_keys_derive(&cfg, &keys), ERR_OK);
    return keys.count;
}

static void test_the_key_of_a_secret_is_known(void)
{
    CU_ASSERT_EQUAL_FATAL(derive(SECRET_NOW, "", ""), 1);
    CU_ASSERT_STRING_EQUAL(keys.key[0].x, X_NOW);
    CU_ASSERT_STRING_EQUAL(keys.key[0].y, Y_NOW);
    CU_ASSERT_STRING_EQUAL(keys.key[0].kid, KID_NOW);
    ticket_keys_clear(&keys);
    CU_ASSERT_EQUAL(keys.count, 0);
}

static void test_the_key_before_comes_second(void)
{
    CU_ASSERT_EQUAL_FATAL(derive(SECRET_NOW, SECRET_OLD, QUEUE_OLD), 2);
    CU_ASSERT_STRING_EQUAL(keys.key[0].kid, KID_NOW);
    CU_ASSERT_STRING_EQUAL(keys.key[1].kid, KID_OLD);
    CU_ASSERT_PTR_EQUAL(ticket_keys_find(&keys, KID_OLD, 8), &keys.key[1]);
    CU_ASSERT_PTR_NULL(ticket_keys_find(&keys, KID_OLD, 7));
    CU_ASSERT_PTR_NULL(ticket_keys_find(&keys, KID_QUEUE, 8));
    ticket_keys_clear(&keys);
}

/* And who gives tickets a secret later keeps the old ones by naming queue_secret as the one before.
 */
static void test_without_a_secret_it_is_the_queues(void)
{
    CU_ASSERT_EQUAL_FATAL(derive("", "", ""), 1);
    CU_ASSERT_STRING_EQUAL(keys.key[0].kid, KID_QUEUE);
    ticket_keys_clear(&keys);
    CU_ASSERT_EQUAL_FATAL(derive("", "", SECRET_OLD), 2);
    CU_ASSERT_STRING_EQUAL(keys.key[1].kid, KID_OLD);
    ticket_keys_clear(&keys);
    CU_ASSERT_EQUAL_FATAL(derive(SECRET_NOW, QUEUE_NOW, ""), 2);
    CU_ASSERT_STRING_EQUAL(keys.key[1].kid, KID_QUEUE);
    ticket_keys_clear(&keys);
    CU_ASSERT_EQUAL_FATAL(derive(SECRET_NOW, "", QUEUE_OLD), 1);
    ticket_keys_clear(&keys);
}

static enum err read_keys(const char *text)
{
    return ticket_keys_read(text, strlen(text), &keys);
}

static void test_what_is_written_can_be_read(void)
{
    struct text_buf text = {0};

    CU_ASSERT_EQUAL(derive(SECRET_NOW, SECRET_OLD, ""), 2);
    ticket_keys_put(&keys, &text);
    ticket_keys_clear(&keys);
    CU_ASSERT_STRING_EQUAL_FATAL(text.data + strlen(text.data) - 2, "]}");
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text.data, "{\"keys\":[{" MEMBERS("EC",
                                                 "P-256\",\"use\":\"sig\","
                                                 "\"alg\":\"ES256\",\"kid\":\"" KID_NOW,
                                                 X_NOW, Y_NOW) "},"));
    CU_ASSERT_PTR_NULL(strstr(text.data, "\"d\""));
    CU_ASSERT_EQUAL_FATAL(read_keys(text.data), ERR_OK);
    CU_ASSERT_EQUAL(keys.count, 2);
    CU_ASSERT_STRING_EQUAL(keys.key[1].kid, KID_OLD);
    ticket_keys_clear(&keys);
    text_buf_free(&text);
}

static void test_other_keys_of_a_set_are_left_alone(void)
{
    CU_ASSERT_EQUAL(read_keys("{\"keys\":[1,{\"kty\":\"RSA\",\"kid\":\"a\"},"
                              "{" GOOD ",\"kid\":\"k\",\"use\":\"enc\"},"
                              "{" GOOD ",\"kid\":\"k\",\"alg\":\"ES384\"},"
                              "{" GOOD ",\"kid\":\"\"},{" GOOD "},{" GOOD ",\"kid\":1},"
                              "{" MEMBERS("EC", "P-384", X_NOW, Y_NOW) ",\"kid\":\"k\"},"
                                                                       "{" GOOD
                                                                       ",\"kid\":\"ours\"}]}"),
                    ERR_OK);
    CU_ASSERT_EQUAL(keys.count, 1);
    CU_ASSERT_STRING_EQUAL(keys.key[0].kid, "ours");
    ticket_keys_clear(&keys);
}

static void test_what_is_no_key_is_refused(void)
{
    static const char *const bad[] = {
        "", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[]}", "{\"keys\":[{}]}",
        /* not on the curve; the point at infinity; too short; not base64url */
        "{\"keys\":[{" MEMBERS("EC", "P-256", Y_NOW, X_NOW) ",\"kid\":\"k\"}]}",
        "{\"keys\":[{" MEMBERS("EC", "P-256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                               "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA") ",\"kid\":\"k\"}]}",
        "{\"keys\":[{" MEMBERS("EC", "P-256", "AA", Y_NOW) ",\"kid\":\"k\"}]}",
        "{\"keys\":[{" MEMBERS("EC", "P-256", X_NOW "=", Y_NOW) ",\"kid\":\"k\"}]}"};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CU_ASSERT_EQUAL(read_keys(bad[i]), ERR_INVALID_JSON);
        CU_ASSERT_EQUAL(keys.count, 0);
    }
}

static void test_a_set_is_bounded(void)
{
    struct text_buf text = {0};

    text_buf_puts(&text, "{\"keys\":[");
    for (int i = 0; i <= TICKET_KEYS_MAX; i++)
        text_buf_printf(&text, "%s{" GOOD ",\"kid\":\"%d\"}", i ? "," : "", i);
    text_buf_puts(&text, "]}");
    CU_ASSERT_EQUAL(read_keys(text.data), ERR_INVALID_JSON);
    text_buf_reset(&text);
    text_buf_puts(&text, "{\"keys\":[{" GOOD ",\"kid\":\"k\"}]}");
    while (text.len <= TICKET_KEYS_TEXT_MAX)
        text_buf_puts(&text, "                                ");
    CU_ASSERT_EQUAL(read_keys(text.data), ERR_INVALID_JSON);
    text_buf_free(&text);
}

SUITE(http_ticket_keys, TEST(test_the_key_of_a_secret_is_known),
      TEST(test_the_key_before_comes_second), TEST(test_without_a_secret_it_is_the_queues),
      TEST(test_what_is_written_can_be_read), TEST(test_other_keys_of_a_set_are_left_alone),
      TEST(test_what_is_no_key_is_refused), TEST(test_a_set_is_bounded));
