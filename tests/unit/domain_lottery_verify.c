/*
 * Whether a lottery's numbers follow from its seed. The seed here is the bytes 0 to 31; the orders
 * and digests come from Python's hmac and hashlib.
 */
#include "db_scratch.h"
#include "domain/lottery_verify.h"
#include "program.h"
#include "suite.h"

#include <stdlib.h>

#define HASH "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"

/* Token ids 101 to 106, as the seed orders them. */
static const int64_t drawn_order[] = {102, 103, 104, 106, 101, 105};
enum { ENTRANTS = 6, FIRST = 11 };

/* What is published of them, and of 107, who came late, as number 17. */
static const char listed[] =
    "ticket,jti,hmac\r\n"
    "11,102,1774d82791f4329fc58764b207e90490d245b3f0280d61581cdf0f2ed6486a7b\r\n"
    "12,103,35373f0e012dacb60e4b2af4ba54191e060d1750b648c69b3a9ec019092f4364\r\n"
    "13,104,3f1caa63c5308860777429f4e563b7c1edf0df2f6698bd0fe5bbb887f5dc0847\r\n"
    "14,106,4b43ee34250a5944ec20c1a2c5f86ad3e0139002514418c7ba48471b639ba809\r\n"
    "15,101,9d63b02b048db91eab2ecf3ab1e82a13d7893bfee373f2ae2293cbf30b70662a\r\n"
    "16,105,efed74116b027765ef26790f4fe0ec215dbb24193ee39e61bd1eeec8a19b98c5\r\n"
    "17,107,\r\n";

static struct app app;
static int64_t concert;

static void open_shop(void)
{
    app = scratch_app();
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    scratch_sql(app.db,
                "INSERT INTO lottery (concert_id, seed, seed_hash, made_at, token_floor) VALUES "
                "(%lld, 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, "
                "0x" HASH ", NOW(3) - INTERVAL 1 HOUR, 100)",
                (long long)concert);
    scratch_sql(app.db, "UPDATE queue_state SET prequeue = 1, opens_at = NOW(3) + INTERVAL 1 HOUR, "
                        "lottery_id = (SELECT MAX(lottery_id) FROM lottery)");
}

static void close_shop(void)
{
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

/* A token; one that came `early` did so a minute before the opening, another a second after it. */
static void number(int64_t token_id, int64_t ticket, bool early)
{
    struct uuid user;
    uuid_random(&user);
    scratch_sql(app.db,
                "INSERT INTO queue_token (token_id, concert_id, user_id, ticket, status, "
                "created_at, expires_at) SELECT %lld, %lld, %s, %lld, 'WAITING', "
                "opened_at + INTERVAL %d SECOND, NOW(3) + INTERVAL 1 DAY FROM lottery",
                (long long)token_id, (long long)concert, scratch_hex(&user), (long long)ticket,
                early ? -60 : 1);
}

static void draw(int entrants)
{
    scratch_sql(app.db,
                "UPDATE lottery SET opened_at = NOW(3) - INTERVAL 5 SECOND, drawn_at = NOW(3), "
                "first_ticket = %d, entrants = %d, numbered = %d",
                FIRST, entrants, entrants);
    scratch_sql(app.db, "UPDATE queue_state SET prequeue = 0");
}

/* All six, numbered in their order. */
static void number_all(void)
{
    draw(ENTRANTS);
    for (int i = 0; i < ENTRANTS; i++)
        number(drawn_order[i], FIRST + i, true);
}

/* Two tokens change places. */
static void swap(int64_t a, int64_t b)
{
    int64_t of_a =
        scratch_int(app.db, "SELECT ticket FROM queue_token WHERE token_id = %lld", (long long)a);
    int64_t of_b =
        scratch_int(app.db, "SELECT ticket FROM queue_token WHERE token_id = %lld", (long long)b);
    scratch_sql(app.db, "UPDATE queue_token SET ticket = 9999 WHERE token_id = %lld", (long long)a);
    scratch_sql(app.db, "UPDATE queue_token SET ticket = %lld WHERE token_id = %lld",
                (long long)of_a, (long long)b);
    scratch_sql(app.db, "UPDATE queue_token SET ticket = %lld WHERE token_id = %lld",
                (long long)of_b, (long long)a);
}

static char told[4096];

/* How many faults there are; what is said is in `told`. */
static int64_t verify(void)
{
    struct lottery_info l;
    int64_t faults = -1;
    FILE *out = fmemopen(told, sizeof told, "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    CU_ASSERT_EQUAL(lottery_read(&app, concert, &l), ERR_OK);
    CU_ASSERT_TRUE(l.exists && l.drawn && !l.giving);
    CU_ASSERT_EQUAL(lottery_verify(&app, &l, out, &faults), ERR_OK);
    fclose(out);
    return faults;
}

static bool says(const char *words)
{
    if (!strstr(told, words))
        fprintf(stderr, "not said: %s, but:\n%s", words, told);
    return strstr(told, words) != NULL;
}

static void test_what_there_is_before_the_draw(void)
{
    struct lottery_info l;
    static const unsigned char none[LOTTERY_SEED_BYTES];
    open_shop();
    scratch_sql(
        app.db,
        "INSERT INTO queue_token (concert_id, user_id, status, created_at, expires_at) "
        "VALUES (%lld, UNHEX(REPEAT('ab', 16)), 'PREQUEUE', NOW(3), NOW(3) + INTERVAL 1 DAY)",
        (long long)concert);
    CU_ASSERT_EQUAL(lottery_read(&app, concert, &l), ERR_OK);
    CU_ASSERT_TRUE(l.exists && !l.drawn && !l.giving);
    CU_ASSERT_EQUAL(l.seed_hash[0], 0x63);
    CU_ASSERT_EQUAL(memcmp(l.seed, none, sizeof none), 0); /* not even read */
    CU_ASSERT_EQUAL(l.entrants, 1);
    CU_ASSERT_TRUE(l.drawn_at < 0 && l.opens_at > l.made_at);
    CU_ASSERT_EQUAL(lottery_read(&app, concert + 1, &l), ERR_CONCERT_NOT_FOUND);
    close_shop();
}

static void test_a_concert_without_a_lottery(void)
{
    struct lottery_info l;
    open_shop();
    CU_ASSERT_EQUAL(lottery_read(&app, scratch_concert(app.db), &l), ERR_OK);
    CU_ASSERT_FALSE(l.exists);
    close_shop();
}

static void test_the_right_order_is_right(void)
{
    open_shop();
    number_all();
    CU_ASSERT_EQUAL(verify(), 0);
    CU_ASSERT(says("ok the seed has the hash that was published before\n"));
    CU_ASSERT(says("ok the numbers of 6 entrants follow ascending HMAC-SHA256\n"));
    close_shop();
}

static void test_two_that_changed_places_are_named(void)
{
    char words[64];
    open_shop();
    number_all();
    swap(drawn_order[1], drawn_order[4]);
    CU_ASSERT_EQUAL(verify(), 2); /* a step down after the higher, and one to the lower */
    snprintf(words, sizeof words, "FAULT ticket %d, jti %lld: its HMAC is not above", FIRST + 2,
             (long long)drawn_order[2]);
    CU_ASSERT(says(words));
    snprintf(words, sizeof words, "FAULT ticket %d, jti %lld: its HMAC is not above", FIRST + 4,
             (long long)drawn_order[1]);
    CU_ASSERT(says(words));
    CU_ASSERT_PTR_NULL(strstr(told, "ok the numbers"));
    close_shop();
}

static void test_another_seed_is_found(void)
{
    open_shop();
    number_all();
    scratch_sql(app.db, "UPDATE lottery SET seed_hash = REVERSE(seed_hash)");
    CU_ASSERT_EQUAL(verify(), 1);
    CU_ASSERT(says("FAULT the seed does not have the hash"));
    scratch_sql(app.db, "UPDATE lottery SET seed = REVERSE(seed), seed_hash = REVERSE(seed_hash)");
    CU_ASSERT(verify() > 1);
    CU_ASSERT(says("its HMAC is not above"));
    close_shop();
}

static void test_who_left_leaves_a_gap(void)
{
    open_shop();
    number_all();
    scratch_sql(app.db, "DELETE FROM queue_token WHERE ticket = %d", FIRST + 3);
    scratch_sql(app.db,
                "INSERT INTO queue_token (token_id, concert_id, user_id, ticket, status, "
                "created_at, expires_at, ended_at) VALUES (999, %lld, UNHEX(REPEAT('00', 16)), %d, "
                "'VOID', NOW(3), NOW(3), NOW(3))",
                (long long)concert, FIRST + 3);
    CU_ASSERT_EQUAL(verify(), 0);
    CU_ASSERT(says("ok the numbers of 5 entrants"));
    CU_ASSERT(says("\n1 left before they had a number, or are deleted since\n"));
    close_shop();
}

static void test_who_came_between_opening_and_draw_follows(void)
{
    open_shop();
    number_all();
    draw(ENTRANTS + 3);
    number(107, FIRST + ENTRANTS, false);
    number(109, FIRST + ENTRANTS + 1, false);
    number(108, FIRST + ENTRANTS + 2, false);
    CU_ASSERT_EQUAL(verify(), 1);
    CU_ASSERT(says("jti 108: came late, and is not in order of arrival"));
    swap(108, 109);
    CU_ASSERT_EQUAL(verify(), 0);
    CU_ASSERT(says("ok the numbers of 6 entrants"));
    CU_ASSERT(says("3 came after the opening and before the draw"));
    swap(drawn_order[5], 107);
    CU_ASSERT_EQUAL(verify(), 1);
    CU_ASSERT(says("came early, and stands behind one who came late"));
    close_shop();
}

static void test_who_was_there_before_the_prequeue_has_no_part_in_it(void)
{
    open_shop();
    number_all();
    scratch_sql(app.db, "UPDATE lottery SET token_floor = 101");
    CU_ASSERT_EQUAL(verify(), 1);
    CU_ASSERT(says("jti 101: joined before this pre-queue began"));
    close_shop();
}

static void test_only_the_first_faults_are_shown(void)
{
    open_shop();
    draw(200);
    for (int i = 0; i < 200; i++)
        number(1000 + i, FIRST + i, true);
    int64_t faults = verify(), shown = 0;
    for (const char *p = told; (p = strstr(p, "FAULT ")); p++)
        shown++;
    CU_ASSERT(faults > 50);
    CU_ASSERT_EQUAL(shown, 10);
    CU_ASSERT(says("\nand "));
    close_shop();
}

/* --- The program on the same database --- */

static int tool(const char *command, int64_t id)
{
    char arguments[512];
    snprintf(arguments, sizeof arguments, "--config '%s' lottery %s %lld", scratch_config_path(),
             command, (long long)id);
    return program_run("frontrow", arguments);
}

static void test_the_program_says_what_there_is_not(void)
{
    static const char *const drawn[] = {"list", "verify"};
    open_shop();
    int64_t without = scratch_concert(app.db);
    for (int i = 0; i < 2; i++) {
        scratch_sql(app.db, "UPDATE queue_state SET prequeue = 1 WHERE lottery_id IS NOT NULL");
        scratch_sql(app.db, "UPDATE lottery SET drawn_at = NULL");
        CU_ASSERT_EQUAL(tool(drawn[i], without), 1);
        CU_ASSERT_TRUE(program_said("has no lottery"));
        CU_ASSERT_EQUAL(tool(drawn[i], without + 1), 1);
        CU_ASSERT_TRUE(program_said("there is no concert"));
        CU_ASSERT_EQUAL(tool(drawn[i], concert), 1);
        CU_ASSERT_TRUE(program_said("is not drawn yet; it opens at 2"));
        draw(0);
        scratch_sql(app.db, "UPDATE queue_state SET prequeue = 2 WHERE lottery_id IS NOT NULL");
        CU_ASSERT_EQUAL(tool(drawn[i], concert), 1);
        CU_ASSERT_TRUE(program_said("still being given: 0 of 0"));
    }
    CU_ASSERT_EQUAL(tool("show", without), 1);
    CU_ASSERT_EQUAL(tool("show", concert), 0);
    close_shop();
}

static void test_the_program_lists_and_verifies(void)
{
    open_shop();
    number_all();
    draw(ENTRANTS + 1);
    number(107, FIRST + ENTRANTS, false);
    CU_ASSERT_EQUAL(tool("list", concert), 0);
    CU_ASSERT_STRING_EQUAL(program_output, listed);
    CU_ASSERT_EQUAL(tool("verify", concert), 0);
    CU_ASSERT_TRUE(program_said("ok the numbers of 6 entrants"));
    swap(drawn_order[0], drawn_order[1]);
    CU_ASSERT_EQUAL(tool("verify", concert), 1);
    CU_ASSERT_TRUE(program_said("FAULT ticket 12, "));
    CU_ASSERT_EQUAL(tool("show", concert), 0);
    CU_ASSERT_TRUE(program_said("\nnumbers      11 to 17\n") && program_said(HASH));
    close_shop();
}

SUITE(domain_lottery_verify, TEST(test_what_there_is_before_the_draw),
      TEST(test_a_concert_without_a_lottery), TEST(test_the_right_order_is_right),
      TEST(test_two_that_changed_places_are_named), TEST(test_another_seed_is_found),
      TEST(test_who_left_leaves_a_gap), TEST(test_who_came_between_opening_and_draw_follows),
      TEST(test_who_was_there_before_the_prequeue_has_no_part_in_it),
      TEST(test_only_the_first_faults_are_shown), TEST(test_the_program_says_what_there_is_not),
      TEST(test_the_program_lists_and_verifies));
