/* Users, their balance, charges and the ledger. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY "entryId:i type:s amount:i balanceAfter:i reservationId:i? createdAt:t"

static const struct api_res *charge(const char *token, const char *user, int64_t amount)
{
    return api_post(token, F("/users/%s/balance/charges", user),
                    J("{'amount':%lld}", (long long)amount));
}

static void test_the_balance_of_a_new_user(void)
{
    struct user u = world_user();
    const struct api_res *r = api_get(u.token, "/users/me/balance");
    EXPECT(r, 200);
    SHAPE(r, "", "userId:u balance:i");
    CHECK_STR(STR(r, "userId"), u.id);
    CHECK_INT(INT(r, "balance"), 0);
}

static void test_a_charge(void)
{
    struct user u = world_user();
    const struct api_res *r = charge(u.token, "me", 1500);
    EXPECT(r, 201);
    SHAPE(r, "", "userId:u balance:i entryId:i");
    CHECK_STR(STR(r, "userId"), u.id);
    CHECK_INT(INT(r, "balance"), 1500);
    int64_t first = INT(r, "entryId");
    r = charge(u.token, u.id, 1);
    CHECK_INT(INT(r, "balance"), 1501);
    CHECK(INT(r, "entryId") != first, "%s", r->body);
    CHECK_INT(world_balance(&u), 1501);
}

static void test_a_service_charges_a_user(void)
{
    struct user u = world_user();
    CHECK_INT(world_balance(&u), 0);
    const char *service = token_service();
    const struct api_res *r = charge(service, u.id, 70);
    EXPECT(r, 201);
    CHECK_STR(STR(r, "userId"), u.id);
    CHECK_INT(INT(api_get(service, F("/users/%s/balance", u.id)), "balance"), 70);
    CHECK_INT(world_balance(&u), 70);
    CHECK_INT(INT(api_get(service, "/users/me/balance"), "balance"), 0);
}

static void test_the_ledger(void)
{
    enum { N = 5 };
    struct user u = world_user();
    for (int i = 1; i <= N; i++)
        EXPECT(charge(u.token, "me", i), 201);
    const struct api_res *r = api_get(u.token, "/users/me/balance/entries");
    EXPECT(r, 200);
    SHAPE(r, "", "entries:a next:n");
    CHECK_INT((int64_t)LEN(r, "entries"), N);
    for (int i = 0; i < N; i++) {
        SHAPE(r, F("entries.%d", i), ENTRY);
        CHECK_STR(STR(r, F("entries.%d.type", i)), "CHARGE");
        CHECK_INT(INT(r, F("entries.%d.amount", i)), N - i);
        CHECK_INT(INT(r, F("entries.%d.balanceAfter", i)), (N - i) * (N - i + 1) / 2);
        CHECK(llabs(TIME(r, F("entries.%d.createdAt", i)) - r->ended_ms) < 10000, "%s", r->body);
    }
}

static void test_the_ledger_by_pages(void)
{
    enum { N = 25 };
    struct user u = world_user();
    for (int i = 0; i < N; i++)
        EXPECT(charge(u.token, "me", 1), 201);
    const struct api_res *r = api_get(u.token, "/users/me/balance/entries");
    CHECK_INT((int64_t)LEN(r, "entries"), 20);
    CHECK(!api_is_null(r, "next"), "%s", r->body);
    static const int limits[] = {1, 7, 25, 100};
    for (int l = 0; l < 4; l++) {
        int64_t expected = N;
        const char *cursor = "";
        for (int page = 0; page <= N; page++) {
            r = api_get(u.token, F("/users/me/balance/entries?limit=%d%s", limits[l], cursor));
            EXPECT_NEED(r, 200);
            for (size_t i = 0, n = LEN(r, "entries"); i < n; i++)
                CHECK_INT(INT(r, F("entries.%zu.balanceAfter", i)), expected--);
            if (api_is_null(r, "next"))
                break;
            cursor = F("&cursor=%s", json_object_get_string(api_at(r, "next")));
        }
        CHECK_INT(expected, 0);
    }
}

static void test_a_cursor_stays_where_it_is(void)
{
    struct user u = world_user();
    for (int i = 1; i <= 4; i++)
        EXPECT(charge(u.token, "me", i), 201);
    const struct api_res *r = api_get(u.token, "/users/me/balance/entries?limit=2");
    const char *next = F("%s", json_object_get_string(api_at(r, "next")));
    EXPECT(charge(u.token, "me", 5), 201);
    r = api_get(u.token, F("/users/me/balance/entries?limit=2&cursor=%s", next));
    CHECK_INT(INT(r, "entries.0.amount"), 2);
    CHECK_INT(INT(r, "entries.1.amount"), 1);
    CHECK(api_is_null(r, "next"), "%s", r->body);
}

static void test_a_cursor_of_another_user_shows_nothing_of_theirs(void)
{
    struct user u = world_user(), other = world_user();
    for (int i = 0; i < 3; i++)
        EXPECT(charge(u.token, "me", 10), 201);
    EXPECT(charge(other.token, "me", 77), 201);
    const struct api_res *r = api_get(u.token, "/users/me/balance/entries?limit=1");
    const char *next = F("%s", json_object_get_string(api_at(r, "next")));
    r = api_get(other.token, F("/users/me/balance/entries?cursor=%s", next));
    if (r->status != 200)
        EXPECT_ERROR(r, 400, "INVALID_PARAMETER");
    CHECK(!strstr(r->body, "\"amount\":10,"), "%s", r->body);
}

static void test_making_a_user_known(void)
{
    const char *service = token_service(), *id = token_uuid();
    const struct api_res *r =
        api_post(service, "/users", J("{'userId':'%s','name':'\xEC\x98\x81\xED\x9D\xAC'}", id));
    EXPECT(r, 201);
    SHAPE(r, "", "userId:u name:s");
    CHECK_STR(STR(r, "userId"), id);
    CHECK_STR(STR(r, "name"), "\xEC\x98\x81\xED\x9D\xAC");
    r = api_post(service, "/users", J("{'userId':'%s'}", id));
    EXPECT(r, 200);
    CHECK_STR(STR(r, "userId"), id);
    r = api_get(service, F("/users/%s/balance", id));
    EXPECT(r, 200);
    CHECK_INT(INT(r, "balance"), 0);
}

static void test_making_a_user_without_an_id(void)
{
    const char *service = token_service();
    const struct api_res *a = api_post(service, "/users", "{}");
    const struct api_res *b = api_post(service, "/users", J("{'name':'x'}"));
    EXPECT(a, 201);
    EXPECT(b, 201);
    SHAPE(a, "", "userId:u name:n");
    CHECK(strcmp(STR(a, "userId"), STR(b, "userId")) != 0, "%s", a->body);
    EXPECT(charge(service, STR(b, "userId"), 5), 201);
}

static void test_a_user_that_came_by_itself_is_known(void)
{
    struct user u = world_user();
    world_charge(&u, 5);
    EXPECT(api_post(token_service(), "/users", J("{'userId':'%s'}", u.id)), 200);
    CHECK_INT(world_balance(&u), 5);
}

static void test_a_user_that_only_joined_is_known(void)
{
    struct user u = world_user();
    world_join(&u, world_paused(""));
    const struct api_res *r =
        api_post(token_service(), "/users", J("{'userId':'%s','name':'x'}", u.id));
    EXPECT(r, 200);
    CHECK_STR(STR(r, "name"), "x");
}

SUITE(wallet, TEST(test_the_balance_of_a_new_user), TEST(test_a_charge),
      TEST(test_a_service_charges_a_user), TEST(test_the_ledger), TEST(test_the_ledger_by_pages),
      TEST(test_a_cursor_stays_where_it_is),
      TEST(test_a_cursor_of_another_user_shows_nothing_of_theirs), TEST(test_making_a_user_known),
      TEST(test_making_a_user_without_an_id), TEST(test_a_user_that_came_by_itself_is_known),
      TEST(test_a_user_that_only_joined_is_known));
