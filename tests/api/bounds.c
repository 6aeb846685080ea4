/* The bounds of every setting of a concert, of schedules and of charges, at and beyond each end. */
#include "suite.h"
#include "world.h"

#include <string.h>

struct setting {
    const char *name;
    int64_t standard, least, most;
    bool of_queue;
};

static const struct setting settings[] = {
    {"admitCount", 50, 1, 100000, true},   {"admitIntervalSeconds", 1, 1, 86400, true},
    {"maxActive", 500, 0, 1000000, true},  {"sessionSeconds", 600, 1, 86400, true},
    {"claimSeconds", 60, 0, 86400, true},  {"tokenLifetimeSeconds", 86400, 1, 604800, true},
    {"holdSeconds", 300, 1, 86400, false}, {"holdExtendSeconds", 120, 0, 86400, false},
    {"maxSeatsPerUser", 4, 1, 100, false},
};
#define SETTINGS COUNT(settings)

/* A body that sets one of them; `title` is the member that POST needs. */
static const char *body_with(const struct setting *s, const char *title, const char *value)
{
    if (s->of_queue)
        return J("{%s'queue':{'%s':%s}}", title, s->name, value);
    return J("{%s'%s':%s}", title, s->name, value);
}

static const char *number(int64_t n)
{
    return F("%lld", (long long)n);
}

static int64_t value_of(const struct api_res *r, const struct setting *s)
{
    return INT(r, F("%s%s", s->of_queue ? "queue." : "", s->name));
}

static void test_defaults_of_a_concert(void)
{
    const struct api_res *r = api_post(token_admin(), "/admin/concerts", J("{'title':'x'}"));
    EXPECT(r, 201);
    for (size_t i = 0; i < SETTINGS; i++)
        CHECK_INT(value_of(r, &settings[i]), settings[i].standard);
    CHECK_STR(STR(r, "timeZone"), api_config.server_default_time_zone);
}

static void test_create_within_bounds(void)
{
    const char *admin = token_admin(), *title = "'title':'x',";
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        const int64_t values[] = {s->least, s->least + 1, s->most};
        for (size_t v = 0; v < 3; v++) {
            const struct api_res *r =
                api_post(admin, "/admin/concerts", body_with(s, title, number(values[v])));
            if (EXPECT(r, 201))
                CHECK_INT(value_of(r, s), values[v]);
        }
    }
}

static void test_create_beyond_bounds(void)
{
    const char *admin = token_admin(), *title = "'title':'x',";
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        const char *const values[] = {number(s->least - 1),
                                      number(s->most + 1),
                                      "-2147483649",
                                      "4294967297",
                                      "9223372036854775808",
                                      "1.0",
                                      "'1'",
                                      "true",
                                      "[1]",
                                      "1e2"};
        for (size_t v = 0; v < COUNT(values); v++)
            EXPECT_FIELD(api_post(admin, "/admin/concerts", body_with(s, title, values[v])), 400,
                         "INVALID_FIELD", s->name);
    }
}

static void test_patch_within_bounds_and_beyond(void)
{
    const char *admin = token_admin();
    const char *path = F("/admin/concerts/%lld", (long long)world_paused(""));
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        const struct api_res *r = api_patch(admin, path, body_with(s, "", number(s->most)));
        EXPECT(r, 200);
        CHECK_INT(value_of(r, s), s->most);
        EXPECT_FIELD(api_patch(admin, path, body_with(s, "", number(s->most + 1))), 400,
                     "INVALID_FIELD", s->name);
        EXPECT_FIELD(api_patch(admin, path, body_with(s, "", number(s->least - 1))), 400,
                     "INVALID_FIELD", s->name);
        CHECK_INT(value_of(api_get(admin, path), s), s->most);
        EXPECT(api_patch(admin, path, body_with(s, "", number(s->least))), 200);
        CHECK_INT(value_of(api_get(admin, path), s), s->least);
    }
}

static void test_patch_null_restores_the_default(void)
{
    const char *admin = token_admin();
    const char *path = F("/admin/concerts/%lld", (long long)world_paused(""));
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *s = &settings[i];
        EXPECT(api_patch(admin, path, body_with(s, "", number(s->standard + 1))), 200);
        const struct api_res *r = api_patch(admin, path, body_with(s, "", "null"));
        EXPECT(r, 200);
        CHECK_INT(value_of(r, s), s->standard);
    }
}

static void test_bounds_of_a_charge(void)
{
    struct user u = world_user();
    const char *path = "/users/me/balance/charges";
    int64_t least = api_config.wallet_charge_min, most = api_config.wallet_charge_max;
    EXPECT(api_post(u.token, path, J("{'amount':%lld}", (long long)least)), 201);
    EXPECT(api_post(u.token, path, J("{'amount':%lld}", (long long)most)), 201);
    EXPECT_FIELD(api_post(u.token, path, J("{'amount':%lld}", (long long)most + 1)), 400,
                 "INVALID_FIELD", "amount");
    EXPECT_FIELD(api_post(u.token, path, J("{'amount':%lld}", (long long)least - 1)), 400,
                 "INVALID_FIELD", "amount");
    CHECK_INT(world_balance(&u), least + most);
}

static void test_bounds_of_a_price(void)
{
    int64_t concert = world_concert(NULL);
    int64_t dear = world_schedule(concert, 1, 1000000000),
            free_of_charge = world_schedule(concert, 1, 0);
    CHECK(dear > 0 && free_of_charge > 0, "");
}

static const struct api_res *make_section(int64_t concert, const char *name)
{
    return api_post(token_admin(), F("/admin/concerts/%lld/schedules", (long long)concert),
                    J("{'startsAt':'2031-05-01T11:00:00Z','sections':[{'name':'%s','rows':1,"
                      "'seatsPerRow':1,'price':1}]}",
                      name));
}

static void test_length_of_a_sections_name(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'claimSeconds':0");
    const char *longest = api_filled("", 'x', 200);
    const struct api_res *r = make_section(concert, longest);
    EXPECT_NEED(r, 201);
    EXPECT_ERROR(make_section(concert, api_filled("", 'x', 201)), 400, "INVALID_FIELD");
    world_enter(&u, 1, concert);
    r = world_hold(&u, INT(r, "scheduleId"), "1");
    EXPECT(r, 201);
    CHECK_STR(STR(r, "seats.0.section"), longest);
}

static void test_largest_hall(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'claimSeconds':0");
    int64_t schedule = world_schedule(concert, 100000, 1);
    world_enter(&u, 1, concert);
    const struct api_res *r = world_hold(&u, schedule, "1,100000");
    EXPECT(r, 201);
    EXPECT_ERROR(world_hold(&u, schedule, "100001"), 404, "SEAT_NOT_FOUND");
    r = api_get(token_admin(), F("/admin/schedules/%lld", (long long)schedule));
    CHECK_INT(INT(r, "capacity"), 100000);
}

SUITE(bounds, TEST(test_defaults_of_a_concert), TEST(test_create_within_bounds),
      TEST(test_create_beyond_bounds), TEST(test_patch_within_bounds_and_beyond),
      TEST(test_patch_null_restores_the_default), TEST(test_bounds_of_a_charge),
      TEST(test_bounds_of_a_price), TEST(test_length_of_a_sections_name), TEST(test_largest_hall));
