/* The gate: what nginx's auth_request and the waiting page are told, and the cookie of the place.
 */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define PLACE                                                                                      \
    "userId:u concertId:i ticket:i status:s position:i estimatedWaitSeconds:i? "                   \
    "pollAfterSeconds:i sessionExpiresAt:t?"
#define OWN_PAGE "Frontrow-Gate: page"

static const char *gate(int64_t concert)
{
    return F("/gate/concerts/%lld", (long long)concert);
}

static const char *place(int64_t concert)
{
    return F("/gate/concerts/%lld/place", (long long)concert);
}

/* Sends a request as a browser does: `cookies` is what stands in its Cookie header, or NULL. */
static const struct api_res *browse(const char *method, const char *path, const char *cookies)
{
    return api_send(
        &(struct api_req){.method = method,
                          .path = path,
                          .headers = {OWN_PAGE, cookies ? F("Cookie: %s", cookies) : NULL}});
}

static const char *user_cookie(const struct user *u)
{
    return F("frontrow_user=%s", u->token);
}

static const char *set_cookie(const struct api_res *r)
{
    const char *cookie = api_header(r, "Set-Cookie");
    NEED(cookie != NULL, "%s %s", r->what, r->head);
    return cookie ? cookie : "";
}

/* What a browser would send back: the name and the value. */
static const char *kept(const struct api_res *r)
{
    const char *cookie = set_cookie(r);
    return F("%.*s", (int)strcspn(cookie, ";"), cookie);
}

/* Joins with the user's cookie and gives the place's. */
static const char *joined(const struct user *u, int64_t concert)
{
    const struct api_res *r = browse("POST", place(concert), user_cookie(u));
    EXPECT_NEED(r, 201);
    return kept(r);
}

static bool is_let_in(int64_t concert, const char *cookies)
{
    return browse(NULL, gate(concert), cookies)->status == 204;
}

static void test_joining(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const struct api_res *r = browse("POST", place(concert), user_cookie(&u));
    EXPECT(r, 201);
    SHAPE(r, "", PLACE);
    CHECK_STR(STR(r, "userId"), u.id);
    CHECK_INT(INT(r, "concertId"), concert);
    CHECK_STR(STR(r, "status"), "WAITING");
    CHECK_INT(INT(r, "position"), 1);
    CHECK_INT(api_header_int(r, "Retry-After"), INT(r, "pollAfterSeconds"));
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
}

/* HttpOnly, for this site alone, and with its token: nowhere else in the answer. */
static void test_the_cookie(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("'tokenLifetimeSeconds':3600");
    const struct api_res *r = browse("POST", place(concert), user_cookie(&u));
    const char *cookie = set_cookie(r);
    const char *name = F("frontrow_queue_%lld=", (long long)concert);
    CHECK_INT(api_header_count(r, "Set-Cookie"), 1);
    CHECK(strncmp(cookie, name, strlen(name)) == 0, "%s", cookie);
    const char *attributes = cookie + strcspn(cookie, ";");
    static const char until[] = "; Path=/; Max-Age=";
    NEED(strncmp(attributes, until, strlen(until)) == 0, "%s", attributes);
    long long age = strtoll(attributes + strlen(until), NULL, 10);
    CHECK(age >= 3600 && age <= 3602 + 86400, "%s", attributes);
    CHECK(strstr(attributes, "; HttpOnly; SameSite=Lax") != NULL, "%s", attributes);
    CHECK(!strstr(attributes, "Secure") && !strstr(attributes, "Domain"), "%s", attributes);
    const char *token = F("%.*s", (int)strcspn(cookie + strlen(name), ";"), cookie + strlen(name));
    CHECK(!strstr(r->body, token), "%s", r->body);
    const struct api_res *claims = token_part(token, 1);
    CHECK_STR(STR(claims, "aud"), "frontrow:queue");
    CHECK_INT(INT(claims, "cid"), concert);
    CHECK_STR(STR(claims, "sub"), u.id);
    EXPECT(api_get(token, "/queue/tokens/me"), 200);
}

static void test_joining_again_is_the_same_place(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const char *cookie = joined(&u, concert);
    const struct api_res *r = browse("POST", place(concert), cookie);
    EXPECT(r, 200);
    SHAPE(r, "", PLACE);
    CHECK_INT(INT(r, "position"), 1);
    CHECK_INT(api_header_count(r, "Set-Cookie"), 0);
    r = browse("POST", place(concert), user_cookie(&u));
    EXPECT(r, 200);
    CHECK_INT(INT(r, "position"), 1);
    EXPECT(browse(NULL, place(concert), kept(r)), 200);
    r = api_send(&(struct api_req){
        .method = "POST", .path = place(concert), .token = u.token, .headers = {OWN_PAGE}});
    EXPECT(r, 200);
    CHECK_INT(INT(r, "position"), 1);
    CHECK_INT(INT(world_try_join(&u, concert), "ticket"), INT(r, "ticket"));
}

static void test_polling(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused("");
    joined(&u, concert);
    const struct api_res *r =
        browse(NULL, place(concert), F("x=\"y z\"; %s; theme=dark", joined(&v, concert)));
    EXPECT(r, 200);
    SHAPE(r, "", PLACE);
    CHECK_INT(INT(r, "position"), 2);
    CHECK_INT(api_header_int(r, "Retry-After"), INT(r, "pollAfterSeconds"));
    CHECK_INT(api_header_count(r, "Set-Cookie"), 0);
}

/* Who came early gets a number by the draw, and the cookie that names it with the next poll. */
static void test_a_poll_tells_its_age(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const char *cookie = joined(&u, concert);
    UNTIL(5, api_header_count(browse(NULL, place(concert), cookie), "Age") == 1);
    CHECK_INT(api_header_count(browse(NULL, place(concert), cookie), "Retry-After"), 1);
}

static void test_a_place_in_a_pre_queue(void)
{
    struct user u = world_user();
    int64_t concert =
        world_queue(F("'claimSeconds':0,'opensAt':\"%s\"", api_time(api_wall_ms() + 2000)));
    const struct api_res *r = browse("POST", place(concert), user_cookie(&u));
    EXPECT_NEED(r, 201);
    CHECK_STR(STR(r, "status"), "PREQUEUE");
    CHECK(api_is_null(r, "ticket") && api_is_null(r, "position"), "%s", r->body);
    const char *early = kept(r);
    EXPECT_ERROR(browse(NULL, gate(concert), early), 403, "NOT_ADMITTED");
    UNTIL(8, api_header_count(r = browse(NULL, place(concert), early), "Set-Cookie") == 1);
    CHECK(INT(r, "ticket") >= 1, "%s", r->body);
    CHECK(!api_has(r, "token"), "%s", r->body);
    const char *drawn = kept(r);
    UNTIL(5, is_let_in(concert, drawn));
    CHECK_INT(api_header_count(browse(NULL, place(concert), drawn), "Set-Cookie"), 0);
}

static void test_the_verdict_on_who_waits(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const struct api_res *r = browse(NULL, gate(concert), joined(&u, concert));
    EXPECT_ERROR(r, 403, "NOT_ADMITTED");
    CHECK_INT(INT(r, "position"), 1);
    CHECK(api_header_int(r, "Retry-After") >= 1, "%s", r->head);
    CHECK(!api_header(r, "Frontrow-User"), "%s", r->head);
}

static void test_the_verdict_on_who_is_inside(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'sessionSeconds':100,'claimSeconds':2");
    const char *cookie = joined(&u, concert);
    UNTIL(5, is_let_in(concert, cookie));
    const struct api_res *r = browse(NULL, gate(concert), cookie);
    EXPECT(r, 204);
    CHECK_INT(r->len, 0);
    CHECK_STR(api_header(r, "Frontrow-User"), u.id);
    const char *until = api_header(r, "Frontrow-Session-Expires");
    NEED(until != NULL, "%s", r->head);
    CHECK(api_parse_time(until) > api_wall_ms() + 60000, "%s", until);
    EXPECT(browse("HEAD", gate(concert), cookie), 204);
    r = browse(NULL, place(concert), cookie);
    CHECK_STR(STR(r, "status"), "ACTIVE");
    CHECK_STR(STR(r, "sessionExpiresAt"), until);
    CHECK(!api_header(r, "Retry-After"), "%s", r->head);
    /* the verdict was a claim: the session outlives its claim time */
    api_wait_for(api_wall_ms() + 3200);
    EXPECT(browse(NULL, gate(concert), cookie), 204);
}

static void test_the_verdict_on_who_has_no_place(void)
{
    struct user u = world_user();
    int64_t concert = world_paused(""), next = world_paused("");
    const char *name = F("frontrow_queue_%lld", (long long)concert);
    const char *elsewhere = strchr(joined(&u, next), '=');
    EXPECT_ERROR(browse(NULL, gate(concert), NULL), 401, "TOKEN_MISSING");
    EXPECT_ERROR(browse(NULL, gate(concert), user_cookie(&u)), 401, "TOKEN_MISSING");
    EXPECT_ERROR(browse(NULL, gate(concert), F("%s%s", name, elsewhere)), 401, "TOKEN_MISSING");
    EXPECT_ERROR(browse(NULL, gate(concert), F("%s=a.b.c", name)), 401, "TOKEN_INVALID");
    EXPECT_ERROR(browse(NULL, gate(concert), F("%s=%s", name, u.token)), 401, "TOKEN_INVALID");
    EXPECT_ERROR(browse(NULL, gate(999999999), NULL), 401, "TOKEN_MISSING");
    EXPECT_ERROR(browse(NULL, "/gate/concerts/abc", NULL), 401, "TOKEN_MISSING");
    world_join(&u, concert);
    EXPECT_ERROR(api_get(u.queue, gate(concert)), 401, "TOKEN_MISSING");
}

static void test_two_cookies_of_a_name_are_refused(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const char *cookie = joined(&u, concert);
    EXPECT_ERROR(browse(NULL, gate(concert), F("%s; %s", cookie, cookie)), 401, "TOKEN_INVALID");
    EXPECT_ERROR(browse("POST", place(concert), F("%s; %s", cookie, cookie)), 400, "BAD_REQUEST");
    const struct api_req two = {.path = gate(concert),
                                .headers = {F("Cookie: %s", cookie), F("cookie: %s", cookie)}};
    EXPECT_ERROR(api_send(&two), 401, "TOKEN_INVALID");
}

static void test_leaving(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const char *cookie = joined(&u, concert);
    const struct api_res *r = browse("DELETE", place(concert), cookie);
    EXPECT(r, 204);
    CHECK_STR(
        api_header(r, "Set-Cookie"),
        F("frontrow_queue_%lld=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", (long long)concert));
    EXPECT_ERROR(browse(NULL, gate(concert), cookie), 401, "TOKEN_INVALID");
    EXPECT_ERROR(browse(NULL, place(concert), cookie), 410, "QUEUE_TOKEN_EXPIRED");
    r = browse("DELETE", place(concert), cookie);
    EXPECT(r, 204);
    CHECK_INT(api_header_count(r, "Set-Cookie"), 1);
    EXPECT_ERROR(browse("DELETE", place(concert), NULL), 401, "TOKEN_MISSING");
}

/* The slot is free at once: the next one gets in. */
static void test_leaving_lets_the_next_one_in(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_queue("'maxActive':1");
    const char *first = joined(&u, concert), *second = joined(&v, concert);
    UNTIL(5, is_let_in(concert, first));
    EXPECT(browse(NULL, gate(concert), second), 403);
    EXPECT(browse("DELETE", place(concert), first), 204);
    EXPECT(browse(NULL, gate(concert), first), 401);
    UNTIL(5, is_let_in(concert, second));
}

static void test_a_place_that_is_over_gives_way_to_a_new_one(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const char *cookie = joined(&u, concert);
    EXPECT(browse("DELETE", place(concert), cookie), 204);
    EXPECT_ERROR(browse("POST", place(concert), cookie), 401, "TOKEN_MISSING");
    const struct api_res *r = browse("POST", place(concert), F("%s; %s", cookie, user_cookie(&u)));
    EXPECT(r, 201);
    CHECK(strcmp(kept(r), cookie) != 0, "%s", r->head);
    EXPECT(browse(NULL, place(concert), kept(r)), 200);
}

static void test_another_users_place_is_not_taken(void)
{
    struct user u = world_user(), v = world_user();
    int64_t concert = world_paused("");
    const char *both = F("%s; %s", joined(&u, concert), user_cookie(&v));
    EXPECT_ERROR(browse(NULL, gate(concert), both), 401, "TOKEN_INVALID");
    const struct api_res *r = browse("POST", place(concert), both);
    EXPECT(r, 201);
    CHECK_STR(STR(r, "userId"), v.id);
}

/* Without a login only where the configuration names the concert. */
static void test_nobody_joins_anonymously_by_default(void)
{
    int64_t concert = world_paused("");
    EXPECT_ERROR(browse("POST", place(concert), NULL), 401, "TOKEN_MISSING");
    EXPECT_ERROR(browse("POST", place(concert), "frontrow_user=junk"), 401, "TOKEN_INVALID");
}

static void test_joins_that_are_not_possible(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("");
    world_set_state(concert, "CLOSED");
    EXPECT_ERROR(browse("POST", place(concert), user_cookie(&u)), 409, "QUEUE_CLOSED");
    EXPECT_ERROR(browse("POST", place(999999999), user_cookie(&u)), 404, "CONCERT_NOT_FOUND");
    EXPECT_ERROR(browse("POST", "/gate/concerts/abc/place", user_cookie(&u)), 404,
                 "CONCERT_NOT_FOUND");
}

static void test_other_sites_pages_change_nothing(void)
{
    struct user u = world_user();
    int64_t concert = world_paused("");
    const char *cookie = joined(&u, concert);
    struct api_req r = {.method = "DELETE",
                        .path = place(concert),
                        .headers = {F("Cookie: %s", cookie), "Origin: http://elsewhere.example"}};
    EXPECT_FIELD(api_send(&r), 400, "INVALID_PARAMETER", "Frontrow-Gate");
    r.method = "POST";
    EXPECT_FIELD(api_send(&r), 400, "INVALID_PARAMETER", "Frontrow-Gate");
    r.method = "OPTIONS";
    const struct api_res *asked = api_send(&r);
    EXPECT_ERROR(asked, 405, "METHOD_NOT_ALLOWED");
    CHECK(!api_header(asked, "Access-Control-Allow-Origin"), "%s", asked->head);
    EXPECT(browse(NULL, place(concert), cookie), 200);
}

SUITE(gate, TEST(test_joining), TEST(test_the_cookie), TEST(test_joining_again_is_the_same_place),
      TEST(test_a_poll_tells_its_age), TEST(test_polling), TEST(test_a_place_in_a_pre_queue),
      TEST(test_the_verdict_on_who_waits), TEST(test_the_verdict_on_who_is_inside),
      TEST(test_the_verdict_on_who_has_no_place), TEST(test_two_cookies_of_a_name_are_refused),
      TEST(test_leaving), TEST(test_leaving_lets_the_next_one_in),
      TEST(test_a_place_that_is_over_gives_way_to_a_new_one),
      TEST(test_another_users_place_is_not_taken), TEST(test_nobody_joins_anonymously_by_default),
      TEST(test_joins_that_are_not_possible), TEST(test_other_sites_pages_change_nothing));
