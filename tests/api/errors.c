/* What every refusal has in common: its shape, its language, and what stands for no route. */
#include "suite.h"
#include "world.h"

#include <string.h>

static void test_error_is_problem_json(void)
{
    const struct api_res *r = api_get(NULL, "/concerts/999999999");
    EXPECT_ERROR(r, 404, "CONCERT_NOT_FOUND");
    SHAPE(r, "", "type:s title:s status:i detail:s code:s requestId:s");
    CHECK_INT(INT(r, "status"), 404);
}

static void test_each_request_has_its_own_id(void)
{
    const struct api_res *a = api_get(NULL, "/concerts/999999999");
    const struct api_res *b = api_get(NULL, "/concerts/999999999");
    CHECK(strcmp(STR(a, "requestId"), STR(b, "requestId")) != 0, "%s", STR(a, "requestId"));
}

static void test_unknown_routes_are_not_found(void)
{
    static const char *const paths[] = {
        "",
        "/",
        "/nope",
        "/concert",
        "/concerts/1/nope",
        "/concertsx",
        "/queue",
        "/queue/token",
        "/queue/tokens/you",
        "/schedules",
        "/users",
        "/users/me",
        "/admin",
        "/admin/nope",
        "/admin/concerts/1/x",
        "/payments/1",
        "/demo",
        "/reservations/1/nope",
        "/concerts/1/schedules/2",
        "/Concerts",
        "/CONCERTS",
    };
    for (size_t i = 0; i < COUNT(paths); i++)
        if (strcmp(paths[i], "/users") != 0) /* POST /users exists */
            EXPECT_ERROR(api_get(NULL, paths[i]), 404, "NOT_FOUND");
}

static void test_paths_beside_the_api_are_not_found(void)
{
    static const char *const paths[] = {"/nope",     "/api",           "/api/v2/concerts",
                                        "/healthzz", "/frontrow.conf", "/api/v1x/concerts"};
    for (size_t i = 0; i < COUNT(paths); i++)
        EXPECT_ERROR(api_send(&(struct api_req){.path = paths[i], .root = true}), 404, "NOT_FOUND");
}

/* Every route, with a method that it does not offer and one that it does. */
static void test_other_methods_are_refused_with_allow(void)
{
    static const struct {
        const char *method, *path, *allowed;
    } rows[] = {
        {"POST", "/concerts", "GET"},
        {"DELETE", "/concerts/1", "GET"},
        {"POST", "/queue/concerts/1", "GET"},
        {"GET", "/queue/tokens", "POST"},
        {"POST", "/queue/tokens/me", "DELETE"},
        {"PUT", "/queue/tokens/me", "GET"},
        {"POST", "/concerts/1/schedules", "GET"},
        {"POST", "/schedules/1/seats", "GET"},
        {"PUT", "/concerts/1/seats", "GET"},
        {"GET", "/reservations", "POST"},
        {"POST", "/reservations/1", "GET"},
        {"PATCH", "/reservations/1", "DELETE"},
        {"GET", "/payments", "POST"},
        {"GET", "/users", "POST"},
        {"POST", "/users/me/balance", "GET"},
        {"GET", "/users/me/balance/charges", "POST"},
        {"POST", "/users/me/balance/entries", "GET"},
        {"DELETE", "/users/me/reservations", "GET"},
        {"DELETE", "/admin/concerts", "POST"},
        {"DELETE", "/admin/concerts/1", "PATCH"},
        {"PUT", "/admin/concerts/1", "GET"},
        {"PATCH", "/admin/concerts/1/schedules", "POST"},
        {"POST", "/admin/schedules/1", "GET"},
        {"POST", "/admin/concerts/1/stats", "GET"},
        {"POST", "/admin/audit", "GET"},
        {"OPTIONS", "/concerts", "GET"},
        {"OPTIONS", "/payments", "POST"},
        {"PROPFIND", "/reservations/1", "GET"},
        {"HEAD", "/payments", "POST"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *r =
            api_send(&(struct api_req){.method = rows[i].method, .path = rows[i].path});
        if (strcmp(rows[i].method, "HEAD") == 0)
            EXPECT(r, 405);
        else
            EXPECT_ERROR(r, 405, "METHOD_NOT_ALLOWED");
        const char *allow = api_header(r, "Allow");
        CHECK(allow && strstr(allow, rows[i].allowed), "%s %s: Allow %s", rows[i].method,
              rows[i].path, allow ? allow : "missing");
        CHECK(!allow || !strstr(allow, rows[i].method), "%s %s: Allow %s", rows[i].method,
              rows[i].path, allow ? allow : "missing");
    }
}

static void test_head_answers_as_get_without_a_body(void)
{
    struct stage s = world_stage();
    int64_t reservation = world_held(&s.u[0], s.schedule, "1");
    const char *user = s.u[0].token, *queue = s.u[0].queue, *admin = token_admin();
    const struct {
        const char *token, *path;
        long status;
    } rows[] = {
        {NULL, "/concerts", 200},
        {NULL, F("/concerts/%lld", (long long)s.concert), 200},
        {NULL, F("/queue/concerts/%lld", (long long)s.concert), 200},
        {queue, "/queue/tokens/me", 200},
        {queue, F("/concerts/%lld/schedules", (long long)s.concert), 200},
        {queue, F("/schedules/%lld/seats", (long long)s.schedule), 200},
        {queue, F("/concerts/%lld/seats?date=2031-01-01", (long long)s.concert), 200},
        {user, F("/reservations/%lld", (long long)reservation), 200},
        {user, "/users/me/balance", 200},
        {user, "/users/me/balance/entries", 200},
        {user, "/users/me/reservations", 200},
        {admin, F("/admin/concerts/%lld", (long long)s.concert), 200},
        {admin, F("/admin/schedules/%lld", (long long)s.schedule), 200},
        {admin, F("/admin/concerts/%lld/stats", (long long)s.concert), 200},
        {admin, "/admin/audit", 200},
        {NULL, "/concerts/999999999", 404},
        {NULL, "/nope", 404},
        {NULL, "/users/me/balance", 401},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *get = api_get(rows[i].token, rows[i].path);
        const struct api_res *head = api_send(
            &(struct api_req){.method = "HEAD", .token = rows[i].token, .path = rows[i].path});
        EXPECT(get, rows[i].status);
        EXPECT(head, rows[i].status);
        CHECK_INT((int64_t)head->len, 0);
        CHECK_STR(api_header(head, "Content-Type"), api_header(get, "Content-Type"));
        CHECK_STR(api_header(head, "Cache-Control"), api_header(get, "Cache-Control"));
    }
}

/* Whether a text has a Hangul syllable (U+AC00 to U+D7A3). */
static bool is_korean(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c >= 0xEA && *c <= 0xED)
            return true;
    return false;
}

static void test_title_and_detail_follow_accept_language(void)
{
    bool standard = strcmp(api_config.server_default_language, "ko") == 0;
    const struct {
        const char *language;
        bool korean;
    } rows[] = {
        {NULL, standard},
        {"en", false},
        {"ko", true},
        {"KO", true},
        {"ko-KR", true},
        {"en-GB", false},
        {"ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", true},
        {"en-US,en;q=0.9,ko;q=0.8", false},
        {"ko;q=0.5, en;q=0.9", false},
        {"en;q=0.5, ko;q=0.9", true},
        {"en;q=0.1,ko;q=0.101", true},
        {"fr", standard},
        {"fr, ko;q=0.1", true},
        {"fr, en;q=0.1", false},
        {"ko;q=0, en", false},
        {"en;q=0, ko;q=0.1", true},
        {"*;q=0.5, en;q=0.1", true},
        {"*;q=0.5, ko;q=0.1", false},
        {"ko ; q=0.9 , en ; q=0.2", true},
        {"kok, en;q=0.1", false},
        {"", standard},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct api_res *r = api_send(
            &(struct api_req){.path = "/concerts/999999999", .language = rows[i].language});
        EXPECT_ERROR(r, 404, "CONCERT_NOT_FOUND");
        CHECK(is_korean(STR(r, "title")) == rows[i].korean, "%s: %s", rows[i].language,
              STR(r, "title"));
        CHECK(is_korean(STR(r, "detail")) == rows[i].korean, "%s: %s", rows[i].language,
              STR(r, "detail"));
    }
}

static void test_codes_do_not_depend_on_language(void)
{
    const struct api_res *r = api_send(&(struct api_req){.path = "/nope", .language = "ko"});
    EXPECT_ERROR(r, 404, "NOT_FOUND");
    r = api_send(&(struct api_req){.path = "/users/me/balance", .language = "ko"});
    EXPECT_ERROR(r, 401, "TOKEN_MISSING");
    CHECK(is_korean(STR(r, "title")), "%s", STR(r, "title"));
}

static void test_too_long_uri(void)
{
    EXPECT_ERROR(api_get(NULL, api_filled("/", 'a', 20000)), 414, "URI_TOO_LONG");
}

static void test_too_large_headers(void)
{
    const char *value = api_filled("X-Big: ", 'a', 40000);
    const struct api_res *r = api_send(&(struct api_req){.path = "/concerts", .headers = {value}});
    EXPECT_ERROR(r, 400, "BAD_REQUEST");
}

static void test_request_that_nginx_cannot_read(void)
{
    EXPECT_ERROR(api_get(NULL, "/concerts/%zz"), 400, "BAD_REQUEST");
    EXPECT_ERROR(api_get(NULL, "/concerts/%00"), 400, "BAD_REQUEST");
    EXPECT_ERROR(api_get(NULL, "/../../../../etc/passwd"), 400, "BAD_REQUEST");
    EXPECT_ERROR(api_send(&(struct api_req){.path = "/concerts", .headers = {"Host: a/b"}}), 400,
                 "BAD_REQUEST");
}

static void test_single_headers_that_come_twice(void)
{
    struct user u = world_user();
    const struct api_res *r =
        api_send(&(struct api_req){.path = "/users/me/balance",
                                   .token = u.token,
                                   .headers = {F("Authorization: Bearer %s", u.token)}});
    EXPECT_ERROR(r, 400, "BAD_REQUEST");
    r = api_send(&(struct api_req){.method = "POST",
                                   .path = "/users/me/balance/charges",
                                   .token = u.token,
                                   .key = "one",
                                   .body = J("{'amount':1}"),
                                   .headers = {"Idempotency-Key: two"}});
    EXPECT_ERROR(r, 400, "BAD_REQUEST");
    CHECK_INT(world_balance(&u), 0);
}

static void test_answers_carry_security_headers(void)
{
    const struct api_res *r = api_get(NULL, "/concerts");
    CHECK_STR(api_header(r, "X-Content-Type-Options"), "nosniff");
    r = api_get(NULL, "/nope");
    CHECK_STR(api_header(r, "X-Content-Type-Options"), "nosniff");
}

SUITE(errors, TEST(test_error_is_problem_json), TEST(test_each_request_has_its_own_id),
      TEST(test_unknown_routes_are_not_found), TEST(test_paths_beside_the_api_are_not_found),
      TEST(test_other_methods_are_refused_with_allow),
      TEST(test_head_answers_as_get_without_a_body),
      TEST(test_title_and_detail_follow_accept_language),
      TEST(test_codes_do_not_depend_on_language), TEST(test_too_long_uri),
      TEST(test_too_large_headers), TEST(test_request_that_nginx_cannot_read),
      TEST(test_single_headers_that_come_twice), TEST(test_answers_carry_security_headers));
