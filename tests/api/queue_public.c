/* The public state of a queue: what it says, and how old it may be. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS                                                                                    \
    "concertId:i state:s nowServing:i lastTicket:i waiting:i active:i admitPerMinute:i "           \
    "opensAt:t? lottery:o? message:o? pollAfterSeconds:i asOf:t"

static const struct api_res *state(int64_t concert)
{
    return api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
}

static void test_shape(void)
{
    int64_t concert = world_queue("");
    const struct api_res *r = state(concert);
    EXPECT(r, 200);
    SHAPE(r, "", MEMBERS);
    CHECK_INT(INT(r, "concertId"), concert);
    CHECK_STR(STR(r, "state"), "OPEN");
    CHECK(api_is_null(r, "message"), "%s", r->body);
    CHECK(INT(r, "pollAfterSeconds") >= 1, "%s", r->body);
    CHECK_INT(INT(r, "waiting"), 0);
    CHECK_INT(INT(r, "active"), 0);
    const char *type = api_header(r, "Content-Type");
    CHECK(type && strncmp(type, "application/json", 16) == 0, "%s", type ? type : "none");
}

static void test_no_concert(void)
{
    EXPECT_ERROR(state(999999999), 404, "CONCERT_NOT_FOUND");
    EXPECT_ERROR(api_get(NULL, "/queue/concerts/abc"), 404, "CONCERT_NOT_FOUND");
}

static void test_counts_those_who_wait(void)
{
    struct user u[3];
    int64_t concert = world_paused("");
    for (int i = 0; i < 3; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
    UNTIL(4, INT(state(concert), "waiting") == 3);
    const struct api_res *r = state(concert);
    CHECK_INT(INT(r, "active"), 0);
    CHECK(INT(r, "lastTicket") >= u[2].ticket, "%s", r->body);
    CHECK(INT(r, "nowServing") < u[0].ticket, "%s", r->body);
    EXPECT(api_delete(u[1].queue, "/queue/tokens/me"), 204);
    UNTIL(4, INT(state(concert), "waiting") == 2);
}

static void test_counts_those_inside(void)
{
    struct user u[3] = {world_user(), world_user(), world_user()};
    int64_t concert = world_queue("'maxActive':2,'claimSeconds':0");
    world_enter(u, 2, concert);
    world_join(&u[2], concert);
    UNTIL(4, INT(state(concert), "active") == 2 && INT(state(concert), "waiting") == 1);
    const struct api_res *r = state(concert);
    CHECK_INT(INT(r, "nowServing"), u[1].ticket);
    CHECK(INT(r, "lastTicket") >= u[2].ticket, "%s", r->body);
    EXPECT(api_delete(u[0].queue, "/queue/tokens/me"), 204);
    UNTIL(4, INT(state(concert), "nowServing") == u[2].ticket);
}

static void test_message_in_both_languages(void)
{
    int64_t concert = world_queue("'message':{'ko':'\xEA\xB3\xA7 \xEC\x97\xBD\xEB\x8B\x88\xEB\x8B"
                                  "\xA4','en':'Soon'}");
    const char *path = F("/admin/concerts/%lld", (long long)concert);
    UNTIL(3, strcmp(api_text(state(concert), "message.en"), "Soon") == 0);
    const struct api_res *r = state(concert);
    SHAPE(r, "message", "ko:s en:s");
    CHECK_STR(STR(r, "message.ko"), "\xEA\xB3\xA7 \xEC\x97\xBD\xEB\x8B\x88\xEB\x8B\xA4");
    EXPECT(api_patch(token_admin(), path, J("{'queue':{'message':null}}")), 200);
    UNTIL(4, api_is_null(state(concert), "message"));
}

static void test_shared_by_everybody(void)
{
    struct user u = world_user();
    const char *path = F("/queue/concerts/%lld", (long long)world_queue(""));
    EXPECT(api_get(u.token, path), 200);
    EXPECT(api_get("garbage", path), 200);
    const struct api_res *r = api_send(&(struct api_req){.path = path, .language = "ko"});
    EXPECT(r, 200);
    const char *control = api_header(r, "Cache-Control");
    CHECK(!control || !strstr(control, "no-store"), "%s", control);
}

/* The answer may be 2 s and one tick old, however often it is asked for. */
static void test_age(void)
{
    int64_t concert = world_queue("");
    int64_t limit = 2000 + api_config.queue_tick_ms + 200;
    for (double end = api_now() + 4; api_now() < end; api_pause()) {
        const struct api_res *r = state(concert);
        EXPECT_NEED(r, 200);
        int64_t age = r->ended_ms - TIME(r, "asOf");
        CHECK(age <= limit && age > -1000, "%lld ms old", (long long)age);
    }
}

static void test_age_after_a_pause(void)
{
    int64_t concert = world_queue("");
    EXPECT(state(concert), 200);
    api_wait_for(api_wall_ms() + 3500);
    const struct api_res *r = state(concert);
    int64_t age = r->ended_ms - TIME(r, "asOf");
    CHECK(age <= 2000 + api_config.queue_tick_ms + 200, "%lld ms old", (long long)age);
}

static void test_many_at_once(void)
{
    enum { N = 100 };
    struct api_req reqs[N];
    const char *path = F("/queue/concerts/%lld", (long long)world_queue(""));
    for (int i = 0; i < N; i++)
        reqs[i] = (struct api_req){.path = path};
    const struct api_res **answers = api_send_all(reqs, N);
    for (int i = 0; i < N; i++)
        if (!EXPECT(answers[i], 200))
            break;
}

static void test_admissions_per_minute(void)
{
    struct user u[10];
    int64_t concert = world_queue("'claimSeconds':0");
    for (int i = 0; i < 10; i++)
        u[i] = world_user();
    world_enter(u, 10, concert);
    UNTIL(5, INT(state(concert), "admitPerMinute") > 0);
}

SUITE(queue_public, TEST(test_shape), TEST(test_no_concert), TEST(test_counts_those_who_wait),
      TEST(test_counts_those_inside), TEST(test_message_in_both_languages),
      TEST(test_shared_by_everybody), TEST(test_age), TEST(test_age_after_a_pause),
      TEST(test_many_at_once), TEST(test_admissions_per_minute));
