/* Paths, queries and headers: ids that are none, pages that are none, keys that are none. */
#include "suite.h"
#include "world.h"

#include <string.h>

/* What a path may have where a positive number belongs. */
static const char *const no_ids[] = {
    "abc",
    "0",
    "-1",
    "1.0",
    "1e3",
    "+1",
    "0x1",
    "%201",
    "1%20",
    "9223372036854775808",
    "99999999999999999999999999",
    "%ED%95%9C",
    "'1'",
    "1;2",
    "null",
    "me",
    "%F0%9F%8E%B5",
};
#define NO_IDS COUNT(no_ids)

static void expect_ids(const char *token, const char *before, const char *after, const char *code)
{
    for (size_t i = 0; i < NO_IDS; i++)
        EXPECT_ERROR(api_get(token, F("%s%s%s", before, no_ids[i], after)), 404, code);
    EXPECT_ERROR(api_get(token, F("%s999999999%s", before, after)), 404, code);
    EXPECT_ERROR(api_get(token, F("%s9223372036854775807%s", before, after)), 404, code);
}

static void test_public_ids(void)
{
    expect_ids(NULL, "/concerts/", "", "CONCERT_NOT_FOUND");
    expect_ids(NULL, "/queue/concerts/", "", "CONCERT_NOT_FOUND");
}

static void test_ids_of_schedules(void)
{
    struct stage s = world_stage();
    expect_ids(s.u[0].queue, "/schedules/", "/seats", "SCHEDULE_NOT_FOUND");
}

static void test_concert_ids_that_are_no_number(void)
{
    struct stage s = world_stage();
    for (size_t i = 0; i < NO_IDS; i++) {
        EXPECT_ERROR(api_get(s.u[0].queue, F("/concerts/%s/schedules", no_ids[i])), 404,
                     "CONCERT_NOT_FOUND");
        EXPECT_ERROR(api_get(s.u[0].queue, F("/concerts/%s/seats?date=2031-01-01", no_ids[i])), 404,
                     "CONCERT_NOT_FOUND");
    }
}

static void test_ids_of_reservations(void)
{
    struct user u = world_user();
    expect_ids(u.token, "/reservations/", "", "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_delete(u.token, "/reservations/0"), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_delete(u.token, "/reservations/abc"), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_delete(u.token, "/reservations/999999999"), 404, "RESERVATION_NOT_FOUND");
}

static void test_ids_of_the_operator(void)
{
    const char *admin = token_admin();
    expect_ids(admin, "/admin/concerts/", "", "CONCERT_NOT_FOUND");
    expect_ids(admin, "/admin/concerts/", "/stats", "CONCERT_NOT_FOUND");
    expect_ids(admin, "/admin/schedules/", "", "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(api_patch(admin, "/admin/concerts/999999999", "{}"), 404, "CONCERT_NOT_FOUND");
    EXPECT_ERROR(api_patch(admin, "/admin/concerts/abc", "{}"), 404, "CONCERT_NOT_FOUND");
    EXPECT_ERROR(api_post(admin, "/admin/concerts/999999999/schedules",
                          J("{'startsAt':'2031-05-01T10:00:00Z','seats':{'count':1,'price':1}}")),
                 404, "CONCERT_NOT_FOUND");
}

static void test_users_that_are_no_uuid(void)
{
    static const char *const ids[] = {"bob",
                                      "0",
                                      "12345678-1234-1234-1234-12345678901",
                                      "12345678-1234-1234-1234-1234567890123",
                                      "12345678123412341234123456789012",
                                      "g2345678-1234-4234-8234-123456789012",
                                      "Me",
                                      "%00me"};
    const char *service = token_service();
    for (size_t i = 0; i < 7; i++) {
        EXPECT_ERROR(api_get(service, F("/users/%s/balance", ids[i])), 404, "USER_NOT_FOUND");
        EXPECT_ERROR(api_get(service, F("/users/%s/balance/entries", ids[i])), 404,
                     "USER_NOT_FOUND");
        EXPECT_ERROR(api_get(service, F("/users/%s/reservations", ids[i])), 404, "USER_NOT_FOUND");
        EXPECT_ERROR(api_post(service, F("/users/%s/balance/charges", ids[i]), J("{'amount':1}")),
                     404, "USER_NOT_FOUND");
    }
}

static void test_user_ids_in_either_case(void)
{
    struct user u = world_user();
    world_charge(&u, 7);
    char *upper = api_alloc(sizeof u.id);
    for (size_t i = 0; u.id[i]; i++)
        upper[i] = (char)(u.id[i] >= 'a' && u.id[i] <= 'f' ? u.id[i] - 32 : u.id[i]);
    const struct api_res *r = api_get(u.token, F("/users/%s/balance", upper));
    EXPECT(r, 200);
    CHECK_INT(INT(r, "balance"), 7);
    CHECK_STR(STR(r, "userId"), u.id);
    r = api_get(token_user(upper, NULL), "/users/me/balance");
    EXPECT(r, 200);
    CHECK_INT(INT(r, "balance"), 7);
}

static void test_limits_of_pages(void)
{
    static const char *const bad[] = {"0",   "101", "-1",   "abc", "",
                                      "1.5", "1e1", "%201", "+1",  "999999999999999999999",
                                      "01x", "true"};
    struct user u = world_user();
    const struct {
        const char *token, *path;
    } lists[] = {
        {NULL, "/concerts"},
        {u.token, "/users/me/balance/entries"},
        {u.token, "/users/me/reservations"},
        {token_admin(), "/admin/audit"},
        {token_admin(), "/admin/concerts"},
        {token_admin(), F("/admin/concerts/%lld/schedules", (long long)world_concert(NULL))},
    };
    for (size_t l = 0; l < COUNT(lists); l++) {
        for (size_t i = 0; i < COUNT(bad); i++)
            EXPECT_ERROR(api_get(lists[l].token, F("%s?limit=%s", lists[l].path, bad[i])), 400,
                         "INVALID_PARAMETER");
        EXPECT(api_get(lists[l].token, F("%s?limit=1", lists[l].path)), 200);
        EXPECT(api_get(lists[l].token, F("%s?limit=100", lists[l].path)), 200);
    }
}

static void test_cursors_that_are_none(void)
{
    static const char *const bad[] = {"x",   "%00",  "-1",  "abc.def",
                                      "%27", "null", "1e9", "99999999999999999999999999999"};
    struct user u = world_user();
    for (size_t i = 0; i < COUNT(bad); i++) {
        EXPECT_ERROR(api_get(NULL, F("/concerts?cursor=%s", bad[i])), 400, "INVALID_PARAMETER");
        EXPECT_ERROR(api_get(u.token, F("/users/me/balance/entries?cursor=%s", bad[i])), 400,
                     "INVALID_PARAMETER");
        EXPECT_ERROR(api_get(u.token, F("/users/me/reservations?cursor=%s", bad[i])), 400,
                     "INVALID_PARAMETER");
        EXPECT_ERROR(api_get(token_admin(), F("/admin/audit?cursor=%s", bad[i])), 400,
                     "INVALID_PARAMETER");
    }
}

static void test_queries_of_the_shop(void)
{
    struct stage s = world_stage();
    const char *by_date = F("/concerts/%lld/seats", (long long)s.concert);
    static const char *const dates[] = {"",
                                        "?date=",
                                        "?date=2031-02-29",
                                        "?date=2031-13-01",
                                        "?date=20310101",
                                        "?date=2031-1-1",
                                        "?date=today",
                                        "?date=2031-01-01T00:00:00Z",
                                        "?date=2031-01-01%00",
                                        "?Date=2031-01-01"};
    for (size_t i = 0; i < COUNT(dates); i++)
        EXPECT_ERROR(api_get(s.u[0].queue, F("%s%s", by_date, dates[i])), 400, "INVALID_PARAMETER");
    EXPECT_ERROR(
        api_get(s.u[0].queue, F("/schedules/%lld/seats?status=some", (long long)s.schedule)), 400,
        "INVALID_PARAMETER");
    EXPECT_ERROR(api_get(s.u[0].queue, F("/schedules/%lld/seats?status=", (long long)s.schedule)),
                 400, "INVALID_PARAMETER");
    EXPECT_ERROR(
        api_get(s.u[0].queue, F("/concerts/%lld/schedules?include=none", (long long)s.concert)),
        400, "INVALID_PARAMETER");
}

static void test_idempotency_keys_that_are_none(void)
{
    const char *longer = api_filled("", 'k', 256);
    const char *const bad[] = {"", "a b", "\xC3\xA9", "\xED\x95\x9C", "tab\there", longer, "\x7F"};
    struct user u = world_user();
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!EXPECT_ERROR(
                api_post_key(u.token, "/users/me/balance/charges", J("{'amount':1}"), bad[i]), 400,
                "INVALID_PARAMETER"))
            CHECK(false, "key %zu", i);
    CHECK_INT(world_balance(&u), 0);
}

static void test_idempotency_keys_at_their_ends(void)
{
    const char *longest = api_filled(api_unique(), '~', 255);
    struct user u = world_user();
    const char *path = "/users/me/balance/charges", *body = J("{'amount':1}");
    EXPECT(api_post_key(u.token, path, body, "!"), 201);
    EXPECT(api_post_key(u.token, path, body, "\"quoted\",;="), 201);
    EXPECT(api_post_key(u.token, path, body, longest), 201);
    CHECK_INT(world_balance(&u), 3);
    EXPECT(api_post_key(u.token, path, body, longest), 201);
    CHECK_INT(world_balance(&u), 3);
}

SUITE(bad_params, TEST(test_public_ids), TEST(test_ids_of_schedules),
      TEST(test_concert_ids_that_are_no_number), TEST(test_ids_of_reservations),
      TEST(test_ids_of_the_operator), TEST(test_users_that_are_no_uuid),
      TEST(test_user_ids_in_either_case), TEST(test_limits_of_pages),
      TEST(test_cursors_that_are_none), TEST(test_queries_of_the_shop),
      TEST(test_idempotency_keys_that_are_none), TEST(test_idempotency_keys_at_their_ends));
