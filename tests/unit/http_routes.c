/* The table of routes: that it is whole, and that paths and methods find their rows. */
#include "http/routes.h"

#include "base/metrics.h"
#include "suite.h"
#include <ctype.h>
#include <string.h>

static enum err find(const char *method, const char *path, bool demo, const char **pattern)
{
    const struct route *route = NULL;
    struct path_param param;
    enum err e = routes_find(method, path, demo, &route, &param);

    *pattern = route ? route->pattern : "";
    return e;
}

static void expect(const char *method, const char *path, enum err result, const char *pattern)
{
    const char *got;

    CU_ASSERT_EQUAL(find(method, path, false, &got), result);
    CU_ASSERT_STRING_EQUAL(got, pattern);
}

static void test_every_row_says_who_may_call(void)
{
    for (size_t i = 0; i < routes_count(); i++) {
        CU_ASSERT_NOT_EQUAL(routes_at(i)->who, WHO_NOBODY);
        CU_ASSERT_PTR_NOT_NULL(routes_at(i)->handler);
        CU_ASSERT_EQUAL(routes_index(routes_at(i)), i);
    }
    CU_ASSERT_EQUAL(routes_index(NULL), METRICS_NO_ROUTE);
}

static void test_no_row_stands_twice(void)
{
    for (size_t i = 0; i < routes_count(); i++)
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_TRUE(strcmp(routes_at(i)->method, routes_at(j)->method) != 0 ||
                           strcmp(routes_at(i)->pattern, routes_at(j)->pattern) != 0);
}

/* Dispatch binds a body into a fixed room, and takes the user from the first of its members. */
static void test_bodies_fit(void)
{
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);

        CU_ASSERT_TRUE(r->body_size <= REQUEST_INPUT_SIZE);
        CU_ASSERT_EQUAL(r->body != NULL, r->body_size > 0);
        if (r->flags & ROUTE_BODY_USER)
            CU_ASSERT_PTR_NOT_NULL(r->body);
        if (r->body && (r->flags & ROUTE_BODY_USER)) {
            CU_ASSERT_STRING_EQUAL(r->body[0].name, "userId");
            CU_ASSERT_EQUAL(r->body[0].bit, BODY_USER_ID);
        }
    }
}

/* Whatever a user changes has a limit for each user. */
static void test_what_users_change_is_limited(void)
{
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);

        if (strcmp(r->method, "GET") != 0 && r->who != WHO_ADMIN && r->who != WHO_SERVICE &&
            r->who != WHO_DEMO)
            CU_ASSERT_TRUE(r->limit > 0);
    }
}

/* Operators' routes and no others are for operators; only GET is served without a token's user. */
static void test_admin_is_behind_admin(void)
{
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);

        CU_ASSERT_EQUAL(strstr(r->pattern, "/admin/") != NULL, r->who == WHO_ADMIN);
        if (r->who == WHO_ANYONE)
            CU_ASSERT_STRING_EQUAL(r->method, "GET");
    }
}

/* What a browser's cookie opens, and changes something, asks for what no other site can send. */
static void test_what_cookies_open_is_for_the_page_alone(void)
{
    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);
        bool by_cookie = r->who == WHO_GATE || r->who == WHO_GATE_JOIN;

        CU_ASSERT_EQUAL(strstr(r->pattern, "/gate/") != NULL, by_cookie);
        CU_ASSERT_EQUAL((r->flags & ROUTE_OWN_PAGE) != 0,
                        by_cookie && strcmp(r->method, "GET") != 0);
    }
}

/* What moves money or seats takes an Idempotency-Key: nothing else does. */
static void test_keys_are_taken_where_money_or_seats_move(void)
{
    static const char *const keyed[] = {"DELETE /api/v1/queue/tokens/me",
                                        "POST /api/v1/reservations",
                                        "DELETE /api/v1/reservations/{reservationId}",
                                        "POST /api/v1/payments",
                                        "POST /api/v1/users/{userId}/balance/charges",
                                        "POST /api/v1/reservations/{reservationId}/extend",
                                        "POST /api/v1/reservations/{reservationId}/refund",
                                        "DELETE /api/v1/admin/schedules/{scheduleId}"};
    size_t seen = 0;

    for (size_t i = 0; i < routes_count(); i++) {
        const struct route *r = routes_at(i);
        bool wanted = false;

        for (size_t k = 0; k < sizeof keyed / sizeof keyed[0]; k++) {
            size_t len = strlen(r->method);

            wanted |= strncmp(keyed[k], r->method, len) == 0 && keyed[k][len] == ' ' &&
                      strcmp(keyed[k] + len + 1, r->pattern) == 0;
        }
        CU_ASSERT_EQUAL(wanted, (r->flags & ROUTE_KEY) != 0);
        seen += wanted;
    }
    CU_ASSERT_EQUAL(seen, sizeof keyed / sizeof keyed[0]);
}

/* Shows that no field table has a row without name or offset twice among siblings. */
static void check_fields(const struct bind_field *fields)
{
    for (const struct bind_field *f = fields; f->name; f++) {
        CU_ASSERT_TRUE(islower((unsigned char)f->name[0]) != 0);
        for (const struct bind_field *g = fields; g < f; g++)
            CU_ASSERT_STRING_NOT_EQUAL(f->name, g->name);
        if (f->fields)
            check_fields(f->fields);
    }
}

static void test_field_names_are_distinct(void)
{
    for (size_t i = 0; i < routes_count(); i++)
        if (routes_at(i)->body)
            check_fields(routes_at(i)->body);
}

static void test_paths_find_their_rows(void)
{
    expect("GET", "/api/v1/concerts", ERR_OK, "/api/v1/concerts");
    expect("GET", "/api/v1/concerts/7", ERR_OK, "/api/v1/concerts/{concertId}");
    expect("GET", "/api/v1/concerts/abc/seats", ERR_OK, "/api/v1/concerts/{concertId}/seats");
    expect("DELETE", "/api/v1/queue/tokens/me", ERR_OK, "/api/v1/queue/tokens/me");
    expect("PATCH", "/api/v1/admin/concerts/1", ERR_OK, "/api/v1/admin/concerts/{concertId}");
    expect("GET", "/healthz", ERR_OK, "/healthz");
}

static void test_other_paths_find_nothing(void)
{
    expect("GET", "", ERR_NOT_FOUND, "");
    expect("GET", "/", ERR_NOT_FOUND, "");
    expect("GET", "/api/v1", ERR_NOT_FOUND, "");
    expect("GET", "/api/v1/concerts/", ERR_NOT_FOUND, "");
    expect("GET", "/api/v1//concerts", ERR_NOT_FOUND, "");
    expect("GET", "/api/v1/queue/tokens/you", ERR_NOT_FOUND, "");
    expect("GET", "/api/v1/healthz", ERR_NOT_FOUND, "");
    expect("OPTIONS", "*", ERR_NOT_FOUND, "");
}

static void test_other_methods_are_not_allowed(void)
{
    expect("PUT", "/api/v1/concerts", ERR_METHOD_NOT_ALLOWED, "");
    expect("get", "/api/v1/concerts", ERR_METHOD_NOT_ALLOWED, "");
    expect("", "/api/v1/concerts", ERR_METHOD_NOT_ALLOWED, "");
    expect("HEAD", "/api/v1/payments", ERR_METHOD_NOT_ALLOWED, "");
    expect("HEAD", "/api/v1/concerts", ERR_OK, "/api/v1/concerts");
}

static void expect_allow(const char *path, const char *wanted)
{
    struct text_buf allow = {0};

    routes_allow(path, false, &allow);
    CU_ASSERT_STRING_EQUAL(allow.data ? allow.data : "", wanted);
    text_buf_free(&allow);
}

static void test_allow_names_every_method(void)
{
    expect_allow("/api/v1/concerts", "GET, HEAD");
    expect_allow("/api/v1/payments", "POST");
    expect_allow("/api/v1/queue/tokens/me", "GET, HEAD, DELETE");
    expect_allow("/api/v1/admin/concerts/1", "GET, HEAD, PATCH");
    expect_allow("/api/v1/demo/users", "");
    expect_allow("/nope", "");
}

static void test_demo_exists_only_where_it_is_on(void)
{
    const char *pattern;

    CU_ASSERT_EQUAL(find("POST", "/api/v1/demo/users", true, &pattern), ERR_OK);
    CU_ASSERT_EQUAL(find("GET", "/api/v1/demo/users", true, &pattern), ERR_METHOD_NOT_ALLOWED);
    CU_ASSERT_EQUAL(find("POST", "/api/v1/demo/users", false, &pattern), ERR_NOT_FOUND);
    CU_ASSERT_EQUAL(find("GET", "/api/v1/demo/users", false, &pattern), ERR_NOT_FOUND);
}

SUITE(http_routes, TEST(test_every_row_says_who_may_call), TEST(test_no_row_stands_twice),
      TEST(test_bodies_fit), TEST(test_what_users_change_is_limited),
      TEST(test_admin_is_behind_admin), TEST(test_what_cookies_open_is_for_the_page_alone),
      TEST(test_keys_are_taken_where_money_or_seats_move), TEST(test_field_names_are_distinct),
      TEST(test_paths_find_their_rows), TEST(test_other_paths_find_nothing),
      TEST(test_other_methods_are_not_allowed), TEST(test_allow_names_every_method),
      TEST(test_demo_exists_only_where_it_is_on));
