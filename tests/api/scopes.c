/* What a genuine token allows: scopes, other people's things, and answers that nobody may keep. */
#include "suite.h"
#include "world.h"

#include <string.h>

static void test_admin_routes_need_admin(void)
{
    struct user u = world_user();
    static const char *const scopes[] = {
        NULL,     "service",       "wallet:charge", "Admin", "administrator",
        "xadmin", "admin,service", "admin:x",       ""};
    for (size_t i = 0; i < COUNT(scopes); i++) {
        const char *token = token_user(u.id, scopes[i]);
        EXPECT_ERROR(api_get(token, "/admin/audit"), 403, "FORBIDDEN");
        EXPECT_ERROR(api_post(token, "/admin/concerts", J("{'title':'x'}")), 403, "FORBIDDEN");
    }
    EXPECT(api_get(token_user(u.id, "admin"), "/admin/audit"), 200);
    EXPECT(api_get(token_user(u.id, "wallet:charge admin service"), "/admin/audit"), 200);
}

static void test_charging_needs_a_scope(void)
{
    struct user u = world_user();
    const char *path = "/users/me/balance/charges", *own = F("/users/%s/balance/charges", u.id);
    const char *body = J("{'amount':1}");
    EXPECT_ERROR(api_post(token_user(u.id, NULL), path, body), 403, "FORBIDDEN");
    EXPECT_ERROR(api_post(token_user(u.id, "wallet"), path, body), 403, "FORBIDDEN");
    EXPECT_ERROR(api_post(token_user(u.id, "wallet:charger"), path, body), 403, "FORBIDDEN");
    EXPECT_ERROR(api_post(token_user(token_uuid(), "wallet:charge"), own, body), 403, "FORBIDDEN");
    EXPECT(api_post(token_user(u.id, "x wallet:charge y"), path, body), 201);
    EXPECT(api_post(u.token, own, body), 201);
    EXPECT(api_post(token_service(), own, body), 201);
    EXPECT(api_post(token_admin(), own, body), 201);
    EXPECT(api_post(token_user(u.id, "service"), path, body), 201);
    CHECK_INT(world_balance(&u), 5);
}

static void test_what_belongs_to_others_is_forbidden(void)
{
    struct user u = world_user(), other = world_user();
    static const char *const ends[] = {"balance", "balance/entries", "reservations"};
    world_charge(&u, 1);
    for (size_t i = 0; i < 3; i++) {
        const char *path = F("/users/%s/%s", u.id, ends[i]);
        EXPECT_ERROR(api_get(other.token, path), 403, "FORBIDDEN");
        EXPECT(api_get(u.token, path), 200);
        EXPECT(api_get(token_service(), path), 200);
        EXPECT(api_get(token_admin(), path), 200);
    }
}

static void test_a_service_names_a_user_that_must_be_known(void)
{
    const char *nobody = token_uuid(), *service = token_service();
    EXPECT_ERROR(api_get(service, F("/users/%s/balance", nobody)), 404, "USER_NOT_FOUND");
    EXPECT_ERROR(api_get(service, F("/users/%s/balance/entries", nobody)), 404, "USER_NOT_FOUND");
    EXPECT_ERROR(api_get(service, F("/users/%s/reservations", nobody)), 404, "USER_NOT_FOUND");
    EXPECT_ERROR(api_post(service, F("/users/%s/balance/charges", nobody), J("{'amount':1}")), 404,
                 "USER_NOT_FOUND");
    EXPECT_ERROR(
        api_post(service, "/queue/tokens",
                 J("{'userId':'%s','concertId':%lld}", nobody, (long long)world_paused(""))),
        404, "USER_NOT_FOUND");
}

static void test_a_user_is_known_by_its_first_use(void)
{
    struct user u = world_user();
    EXPECT(api_get(u.token, "/users/me/balance"), 200);
    const struct api_res *r = api_get(token_service(), F("/users/%s/balance", u.id));
    EXPECT(r, 200);
    CHECK_INT(INT(r, "balance"), 0);
}

static void test_personal_answers_are_not_stored(void)
{
    struct stage s = world_stage();
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    const char *user = s.u[0].token, *queue = s.u[0].queue;
    const struct api_res *const answers[] = {
        world_try_join(&s.u[0], s.concert),
        world_poll(&s.u[0]),
        api_get(queue, F("/concerts/%lld/schedules", (long long)s.concert)),
        api_get(queue, F("/schedules/%lld/seats", (long long)s.schedule)),
        world_hold(&s.u[0], s.schedule, "2"),
        api_get(user, F("/reservations/%lld", (long long)id)),
        api_delete(user, F("/reservations/%lld", (long long)id)),
        api_get(user, "/users/me/balance"),
        api_post(user, "/users/me/balance/charges", J("{'amount':1}")),
        api_get(user, "/users/me/balance/entries"),
        api_get(user, "/users/me/reservations"),
        api_get(token_admin(), F("/admin/concerts/%lld", (long long)s.concert)),
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)s.concert)),
    };
    for (size_t i = 0; i < COUNT(answers); i++) {
        const char *control = api_header(answers[i], "Cache-Control");
        CHECK(answers[i]->status / 100 == 2, "%s: %ld", answers[i]->what, answers[i]->status);
        CHECK(control && strstr(control, "no-store"), "%s: %s", answers[i]->what,
              control ? control : "no Cache-Control");
    }
}

SUITE(scopes, TEST(test_admin_routes_need_admin), TEST(test_charging_needs_a_scope),
      TEST(test_what_belongs_to_others_is_forbidden),
      TEST(test_a_service_names_a_user_that_must_be_known),
      TEST(test_a_user_is_known_by_its_first_use), TEST(test_personal_answers_are_not_stored));
