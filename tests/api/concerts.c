/* The public list of concerts, and one of them alone. */
#include "suite.h"
#include "world.h"

#include <string.h>

#define MEMBERS "concertId:i title:s artist:s? host:s? timeZone:s nextStartsAt:t? queueState:s"

static const struct api_res *concert_alone(int64_t id)
{
    return api_get(NULL, F("/concerts/%lld", (long long)id));
}

/* How often a concert is on the pages of the list of this size, all of which are well formed. */
static int times_listed(int64_t id, int limit)
{
    int times = 0;
    const char *cursor = NULL;
    for (int page = 0; page < 500; page++) {
        const struct api_res *r =
            api_get(NULL, cursor ? F("/concerts?limit=%d&cursor=%s", limit, cursor)
                                 : F("/concerts?limit=%d", limit));
        EXPECT_NEED(r, 200);
        size_t n = LEN(r, "concerts");
        CHECK(n <= (size_t)limit, "%zu on a page", n);
        for (size_t i = 0; i < n; i++)
            times += INT(r, F("concerts.%zu.concertId", i)) == id;
        if (api_is_null(r, "next"))
            return times;
        CHECK(n == (size_t)limit, "%zu on a page that is not the last", n);
        json_object *next = api_at(r, "next");
        cursor = F("%s", json_object_get_string(next));
    }
    CHECK(false, "the list does not end");
    return times;
}

static void test_shape_of_the_list(void)
{
    world_schedule(world_concert(NULL), 1, 1);
    const struct api_res *r = api_get(NULL, "/concerts");
    EXPECT(r, 200);
    CHECK(api_has(r, "next"), "%s", r->body);
    size_t n = LEN(r, "concerts");
    CHECK(n >= 1 && n <= 20, "%zu concerts without a limit", n);
    for (size_t i = 0; i < n; i++) {
        SHAPE(r, F("concerts.%zu", i), MEMBERS);
        CHECK(TIME(r, F("concerts.%zu.nextStartsAt", i)) > api_wall_ms() - 5000, "in the past");
    }
}

static void test_content_type_is_json(void)
{
    const char *type = api_header(api_get(NULL, "/concerts"), "Content-Type");
    CHECK(type && strncmp(type, "application/json", 16) == 0, "%s", type ? type : "none");
}

static void test_one_concert(void)
{
    int64_t id = world_concert("'artist':'\xEC\x95\x84\xEC\x9D\xB4\xEC\x9C\xA0','host':'Hall',"
                               "'timeZone':'Europe/Vienna'");
    int64_t starts = (api_wall_ms() / 1000 + 7200) * 1000;
    world_schedule_with(
        id, F("'startsAt':'%s','seats':{'count':1,'price':1}", api_time(starts + 3600000)));
    world_schedule_with(id, F("'startsAt':'%s','seats':{'count':1,'price':1}", api_time(starts)));
    const struct api_res *r = concert_alone(id);
    EXPECT(r, 200);
    SHAPE(r, "", MEMBERS);
    CHECK_INT(INT(r, "concertId"), id);
    CHECK_STR(STR(r, "artist"), "\xEC\x95\x84\xEC\x9D\xB4\xEC\x9C\xA0");
    CHECK_STR(STR(r, "host"), "Hall");
    CHECK_STR(STR(r, "timeZone"), "Europe/Vienna");
    CHECK_INT(TIME(r, "nextStartsAt"), starts);
    CHECK_STR(STR(r, "queueState"), "OPEN");
}

static void test_listed_once_on_pages_of_any_size(void)
{
    int64_t id = world_concert(NULL);
    world_schedule(id, 1, 1);
    CHECK_INT(times_listed(id, 100), 1);
    CHECK_INT(times_listed(id, 7), 1);
}

static void test_not_listed_without_a_show(void)
{
    CHECK_INT(times_listed(world_concert(NULL), 100), 0);
}

static void test_not_listed_once_the_last_show_has_begun(void)
{
    int64_t id = world_concert(NULL), starts = api_wall_ms() + 1500;
    world_schedule_with(id, F("'startsAt':'%s','seats':{'count':1,'price':1}", api_time(starts)));
    CHECK_INT(times_listed(id, 100), 1);
    api_wait_for(starts);
    UNTIL(2, times_listed(id, 100) == 0);
}

static void test_queue_state_is_shown(void)
{
    int64_t id = world_paused("");
    world_schedule(id, 1, 1);
    UNTIL(3, strcmp(api_text(concert_alone(id), "queueState"), "PAUSED") == 0);
}

static void test_any_token_may_be_sent_along(void)
{
    struct user u = world_user();
    EXPECT(api_get(u.token, "/concerts"), 200);
    EXPECT(api_get("garbage", "/concerts"), 200);
}

SUITE(concerts, TEST(test_shape_of_the_list), TEST(test_content_type_is_json),
      TEST(test_one_concert), TEST(test_listed_once_on_pages_of_any_size),
      TEST(test_not_listed_without_a_show), TEST(test_not_listed_once_the_last_show_has_begun),
      TEST(test_queue_state_is_shown), TEST(test_any_token_may_be_sent_along));
