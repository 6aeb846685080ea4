/*
 * A pre-queue run and checked with frontrow queue and frontrow lottery. The order is computed here
 * once more, from what is published alone.
 */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

enum { EARLY = 40, DIGEST = 32 };

/* Runs frontrow GROUP WORD CONCERT [MORE VALUE]; the exit status, what it said in *output. */
static int tool(const char *group, const char *word, int64_t concert, const char *more,
                const char *value, const char **output)
{
    const char *args[] = {group, word, F("%lld", (long long)concert), more, value, NULL};
    return proc_run("frontrow", args, output);
}

static const struct api_res *public_state(int64_t concert)
{
    return api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
}

static void join_early(int64_t concert, int64_t jtis[EARLY], char tokens[EARLY][800])
{
    for (int i = 0; i < EARLY; i++) {
        struct user u = world_user();
        const struct api_res *r = world_try_join(&u, concert);
        EXPECT_NEED(r, 201);
        CHECK_STR(STR(r, "status"), "PREQUEUE");
        snprintf(tokens[i], sizeof tokens[i], "%s", STR(r, "token"));
        jtis[i] = strtoll(STR(token_part(tokens[i], 1), "jti"), NULL, 10);
    }
}

static const char *hex(const unsigned char *bytes)
{
    char text[2 * DIGEST + 1];
    for (size_t i = 0; i < DIGEST; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return F("%s", text);
}

static void check_hash(const char *seed, const char *seed_hash)
{
    unsigned char bytes[DIGEST], hash[DIGEST];
    NEED(strlen(seed) == (size_t)2 * DIGEST, "%s", seed);
    for (size_t i = 0; i < DIGEST; i++)
        bytes[i] = (unsigned char)strtol(F("%.2s", seed + 2 * i), NULL, 16);
    NEED(EVP_Digest(bytes, sizeof bytes, hash, NULL, EVP_sha256(), NULL) == 1, "");
    CHECK_STR(hex(hash), seed_hash);
}

static const char *rank_of(const char *seed, int64_t jti)
{
    unsigned char key[DIGEST], rank[DIGEST];
    const char *text = F("%lld", (long long)jti);
    for (size_t i = 0; i < DIGEST; i++)
        key[i] = (unsigned char)strtol(F("%.2s", seed + 2 * i), NULL, 16);
    NEED(HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)text, strlen(text), rank,
              NULL) != NULL,
         "");
    return hex(rank);
}

static int compare_ranks(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The list has each of those who came early, by rank, with numbers from the first on. */
static void check_list(const char *list, const char *seed, int64_t first, const int64_t *jtis)
{
    const char *lines[EARLY], *want = "ticket,jti,hmac\r\n";
    for (int i = 0; i < EARLY; i++) /* the rank first, to sort by it */
        lines[i] = F("%s %lld", rank_of(seed, jtis[i]), (long long)jtis[i]);
    qsort(lines, EARLY, sizeof *lines, compare_ranks);
    for (int i = 0; i < EARLY; i++)
        want = F("%s%lld,%s,%.64s\r\n", want, (long long)first + i, lines[i] + 65, lines[i]);
    CHECK_STR(list, want);
}

static void test_a_prequeue_run_and_checked_with_the_tool(void)
{
    static int64_t jtis[EARLY];
    static char tokens[EARLY][800];
    const char *said, *far = api_time(api_wall_ms() + 3600000);
    int64_t concert = world_queue(F("\"opensAt\":\"%s\",\"claimSeconds\":0", far));
    join_early(concert, jtis, tokens);
    CHECK_INT(tool("lottery", "show", concert, "--json", NULL, &said), 0);
    const struct api_res *r = api_parse("lottery show", said);
    SHAPE(r, "",
          "concertId:i seedHash:s seed:n madeAt:t opensAt:t drawnAt:n entrants:i "
          "firstTicket:n lastTicket:n numbered:n");
    const char *seed_hash = STR(r, "seedHash");
    CHECK_INT(INT(r, "entrants"), EARLY);
    CHECK_STR(STR(r, "opensAt"), far);
    UNTIL(4, strcmp(api_text(public_state(concert), "lottery.seedHash"), seed_hash) == 0);
    CHECK_INT(tool("lottery", "verify", concert, NULL, NULL, &said), 1);
    CHECK(strstr(said, F("is not drawn yet; it opens at %s\n", far)) != NULL, "%s", said);
    CHECK_INT(tool("lottery", "list", concert, NULL, NULL, &said), 1);

    CHECK_INT(tool("queue", "set", concert, "--opens-at", "now", &said), 0);
    CHECK(strstr(said, F("; was %s\n", far)) != NULL, "%s", said);
    UNTIL(5, api_text(public_state(concert), "lottery.seed")[0] != '\0');
    UNTIL(3, tool("lottery", "verify", concert, NULL, NULL, &said) == 0);
    CHECK(strstr(said, F("ok the numbers of %d entrants", EARLY)) != NULL, "%s", said);

    CHECK_INT(tool("lottery", "show", concert, "--json", NULL, &said), 0);
    r = api_parse("lottery show", said);
    const char *seed = STR(r, "seed");
    CHECK_STR(STR(r, "seedHash"), seed_hash);
    CHECK_STR(api_text(public_state(concert), "lottery.seed"), seed);
    check_hash(seed, seed_hash);
    int64_t first = INT(r, "firstTicket");
    CHECK_INT(INT(r, "lastTicket"), first + EARLY - 1);
    CHECK(TIME(r, "drawnAt") >= TIME(r, "opensAt"), "%s", said);
    CHECK_INT(tool("lottery", "list", concert, NULL, NULL, &said), 0);
    check_list(said, seed, first, jtis);
    for (int i = 0; i < EARLY; i += 13) { /* and these are the numbers that they have */
        int64_t ticket = INT(api_get(tokens[i], "/queue/tokens/me"), "ticket");
        CHECK(strstr(said, F("\n%lld,%lld,", (long long)ticket, (long long)jtis[i])) != NULL,
              "%lld has %lld: %s", (long long)jtis[i], (long long)ticket, said);
    }
}

static void test_the_opening_is_moved(void)
{
    const char *said, *first = api_time(api_wall_ms() + 3600000);
    const char *second = api_time(api_wall_ms() + 7200000);
    int64_t concert = world_queue("");
    CHECK_INT(tool("queue", "set", concert, "--opens-at", first, &said), 0);
    CHECK(strstr(said, F("  opens-at %s; was none\n", first)) != NULL, "%s", said);
    struct user u = world_user();
    CHECK_STR(api_text(world_try_join(&u, concert), "status"), "PREQUEUE");
    CHECK_INT(tool("queue", "set", concert, "--opens-at", second, &said), 0);
    UNTIL(4, strcmp(api_text(public_state(concert), "opensAt"), second) == 0);
    CHECK_STR(api_text(public_state(concert), "state"), "PREQUEUE");
    CHECK_INT(tool("queue", "set", concert, "--opens-at", "none", &said), 0);
    CHECK(strstr(said, F("  opens-at none; was %s\n", second)) != NULL, "%s", said);
    UNTIL(5, strcmp(api_text(world_try_join(&u, concert), "status"), "ACTIVE") == 0);
}

static void test_there_is_no_lottery(void)
{
    const char *said;
    int64_t concert = world_queue("");
    static const char *const words[] = {"show", "list", "verify"};
    for (size_t i = 0; i < COUNT(words); i++) {
        CHECK_INT(tool("lottery", words[i], concert, NULL, NULL, &said), 1);
        CHECK(strstr(said, "has no lottery: it never had a pre-queue\n") != NULL, "%s", said);
        CHECK_INT(tool("lottery", words[i], 999999999, NULL, NULL, &said), 1);
        CHECK(strstr(said, "there is no concert 999999999\n") != NULL, "%s", said);
    }
}

SUITE(lottery_tool, TEST(test_a_prequeue_run_and_checked_with_the_tool),
      TEST(test_the_opening_is_moved), TEST(test_there_is_no_lottery));
