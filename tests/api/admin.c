/* The operator's routes: concerts, schedules, figures, and the record of changes. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define CONCERT                                                                                    \
    "concertId:i title:s artist:s? host:s? timeZone:s holdSeconds:i holdExtendSeconds:i "          \
    "maxSeatsPerUser:i queue:o"
#define QUEUE                                                                                      \
    "admitCount:i admitIntervalSeconds:i maxActive:i sessionSeconds:i claimSeconds:i "             \
    "tokenLifetimeSeconds:i opensAt:t? message:o? state:s"
#define SCHEDULE                                                                                   \
    "scheduleId:i concertId:i date:d startsAt:t bookingOpensAt:t bookingClosesAt:t "               \
    "refundClosesAt:t capacity:i canceledAt:t?"

static const struct api_res *concert(int64_t id)
{
    return api_get(token_admin(), F("/admin/concerts/%lld", (long long)id));
}

static const struct api_res *patch(int64_t id, const char *body)
{
    return api_patch(token_admin(), F("/admin/concerts/%lld", (long long)id), body);
}

static void test_a_new_concert(void)
{
    const struct api_res *r =
        api_post(token_admin(), "/admin/concerts",
                 J("{'title':'\xED\x95\x9C\xEA\xB0\x95 Live','artist':'A','host':'H','timeZone':"
                   "'Asia/Tokyo','holdSeconds':11,'holdExtendSeconds':12,'maxSeatsPerUser':13,"
                   "'queue':{'admitCount':21,'admitIntervalSeconds':22,'maxActive':23,"
                   "'sessionSeconds':24,'claimSeconds':25,'tokenLifetimeSeconds':26,"
                   "'message':{'ko':'k','en':'e'}}}"));
    EXPECT(r, 201);
    SHAPE(r, "", CONCERT);
    SHAPE(r, "queue", QUEUE);
    CHECK_STR(STR(r, "title"), "\xED\x95\x9C\xEA\xB0\x95 Live");
    CHECK_STR(STR(r, "timeZone"), "Asia/Tokyo");
    CHECK_INT(INT(r, "holdSeconds"), 11);
    CHECK_INT(INT(r, "holdExtendSeconds"), 12);
    CHECK_INT(INT(r, "maxSeatsPerUser"), 13);
    CHECK_INT(INT(r, "queue.admitCount"), 21);
    CHECK_INT(INT(r, "queue.admitIntervalSeconds"), 22);
    CHECK_INT(INT(r, "queue.maxActive"), 23);
    CHECK_INT(INT(r, "queue.sessionSeconds"), 24);
    CHECK_INT(INT(r, "queue.claimSeconds"), 25);
    CHECK_INT(INT(r, "queue.tokenLifetimeSeconds"), 26);
    CHECK_STR(STR(r, "queue.message.en"), "e");
    CHECK_STR(STR(r, "queue.state"), "OPEN");
    CHECK_STR(concert(INT(r, "concertId"))->body, r->body);
}

static void test_titles_keep_every_character(void)
{
    static const char title[] = "<b>\xF0\x9F\x8E\xB5 & \\\"\\\\/\\u0022'; DROP TABLE concert; --";
    const struct api_res *r =
        api_post(token_admin(), "/admin/concerts", F("{\"title\":\"%s\"}", title));
    EXPECT(r, 201);
    CHECK_STR(STR(r, "title"), "<b>\xF0\x9F\x8E\xB5 & \"\\/\"'; DROP TABLE concert; --");
}

static void test_a_change(void)
{
    int64_t id = world_concert("'artist':'A','holdSeconds':50,'queue':{'admitCount':5}");
    const struct api_res *before = concert(id);
    const struct api_res *r = patch(id, J("{'title':'new','queue':{'maxActive':7}}"));
    EXPECT(r, 200);
    SHAPE(r, "", CONCERT);
    SHAPE(r, "queue", QUEUE);
    CHECK_STR(STR(r, "title"), "new");
    CHECK_STR(STR(r, "artist"), "A");
    CHECK_INT(INT(r, "holdSeconds"), 50);
    CHECK_INT(INT(r, "queue.admitCount"), 5);
    CHECK_INT(INT(r, "queue.maxActive"), 7);
    CHECK_STR(STR(r, "timeZone"), STR(before, "timeZone"));
    CHECK_STR(concert(id)->body, r->body);
    CHECK_STR(STR(api_get(NULL, F("/concerts/%lld", (long long)id)), "title"), "new");
}

static void test_a_change_of_nothing(void)
{
    int64_t id = world_concert("'artist':'A'");
    const struct api_res *before = concert(id);
    EXPECT(patch(id, "{}"), 200);
    EXPECT(patch(id, J("{'queue':{}}")), 200);
    CHECK_STR(concert(id)->body, before->body);
}

static void test_null_in_a_change(void)
{
    int64_t id = world_concert("'artist':'A','host':'H','timeZone':'UTC',"
                               "'queue':{'message':{'ko':'a','en':'b'}}");
    const struct api_res *r =
        patch(id, J("{'artist':null,'host':null,'timeZone':null,'queue':{'message':null}}"));
    EXPECT(r, 200);
    CHECK(api_is_null(r, "artist") && api_is_null(r, "host"), "%s", r->body);
    CHECK(api_is_null(r, "queue.message"), "%s", r->body);
    CHECK_STR(STR(r, "timeZone"), api_config.server_default_time_zone);
    EXPECT_FIELD(patch(id, J("{'title':null}")), 400, "INVALID_FIELD", "title");
}

static void test_a_refused_change_changes_nothing(void)
{
    int64_t id = world_concert("'artist':'A'");
    const struct api_res *before = concert(id);
    EXPECT_FIELD(patch(id, J("{'title':'new','queue':{'maxActive':-1}}")), 400, "INVALID_FIELD",
                 "maxActive");
    EXPECT_FIELD(patch(id, J("{'title':'new','color':'red'}")), 400, "UNKNOWN_FIELD", "color");
    EXPECT_FIELD(patch(id, J("{'title':'new','queue':{'speed':1}}")), 400, "UNKNOWN_FIELD",
                 "speed");
    EXPECT_FIELD(patch(id, J("{'concertId':5}")), 400, "UNKNOWN_FIELD", "concertId");
    EXPECT_ERROR(patch(id, "[]"), 400, "INVALID_JSON");
    CHECK_STR(concert(id)->body, before->body);
}

static void test_a_new_schedule(void)
{
    int64_t id = world_concert("'timeZone':'Asia/Seoul'");
    const struct api_res *r = api_post(
        token_admin(), F("/admin/concerts/%lld/schedules", (long long)id),
        J("{'startsAt':'2031-05-01T20:00:00+09:00','bookingOpensAt':'2031-04-01T00:00:00Z',"
          "'bookingClosesAt':'2031-04-30T00:00:00Z','refundClosesAt':'2031-04-29T00:00:00Z',"
          "'seats':{'count':33,'price':5}}"));
    EXPECT(r, 201);
    SHAPE(r, "", SCHEDULE);
    CHECK_INT(INT(r, "concertId"), id);
    CHECK_STR(STR(r, "date"), "2031-05-01");
    CHECK_STR(STR(r, "startsAt"), "2031-05-01T11:00:00.000Z");
    CHECK_STR(STR(r, "bookingOpensAt"), "2031-04-01T00:00:00.000Z");
    CHECK_STR(STR(r, "bookingClosesAt"), "2031-04-30T00:00:00.000Z");
    CHECK_STR(STR(r, "refundClosesAt"), "2031-04-29T00:00:00.000Z");
    CHECK_INT(INT(r, "capacity"), 33);
    CHECK(api_is_null(r, "canceledAt"), "%s", r->body);
    const struct api_res *again =
        api_get(token_admin(), F("/admin/schedules/%lld", (long long)INT(r, "scheduleId")));
    EXPECT(again, 200);
    CHECK_STR(again->body, r->body);
}

static void test_defaults_of_a_schedule(void)
{
    int64_t id = world_concert(NULL);
    const struct api_res *r =
        api_post(token_admin(), F("/admin/concerts/%lld/schedules", (long long)id),
                 J("{'startsAt':'2031-05-01T11:00:00Z','seats':{'price':7}}"));
    EXPECT(r, 201);
    CHECK_INT(INT(r, "capacity"), 50);
    CHECK_STR(STR(r, "bookingClosesAt"), "2031-05-01T11:00:00.000Z");
    CHECK_STR(STR(r, "refundClosesAt"), "2031-05-01T11:00:00.000Z");
    CHECK(llabs(TIME(r, "bookingOpensAt") - r->ended_ms) < 2000, "%s", r->body);
}

static void test_figures(void)
{
    struct stage s = world_stage();
    const char *path = F("/admin/concerts/%lld/stats", (long long)s.concert);
    int64_t second = world_schedule_with(
        s.concert, F("'startsAt':'%s','sections':[{'name':'A','rows':1,'seatsPerRow':4,"
                     "'price':30,'blocked':[1,4]}]",
                     api_time(api_wall_ms() + 172800000)));
    world_bought(&s.u[0], s.schedule, "1,2");
    world_held(&s.u[1], s.schedule, "3");
    world_held(&s.u[1], second, "2");
    struct user next = world_user();
    world_set_state(s.concert, "PAUSED");
    world_join(&next, s.concert);
    UNTIL(4, INT(api_get(token_admin(), path), "active") == 2);
    UNTIL(4, INT(api_get(token_admin(), path), "waiting") == 1);
    const struct api_res *r = api_get(token_admin(), path);
    EXPECT(r, 200);
    SHAPE(r, "",
          "waiting:i active:i nowServing:i lastTicket:i admittedLastMinute:i soldLastMinute:i "
          "schedules:a");
    CHECK_INT(INT(r, "nowServing"), s.u[2].ticket);
    CHECK(INT(r, "lastTicket") >= next.ticket, "%s", r->body);
    CHECK_INT(INT(r, "admittedLastMinute"), STAGE_USERS);
    CHECK_INT(INT(r, "soldLastMinute"), 2);
    CHECK_INT((int64_t)LEN(r, "schedules"), 2);
    int first = INT(r, "schedules.0.scheduleId") == s.schedule ? 0 : 1;
    for (int i = 0; i < 2; i++) {
        const char *at = F("schedules.%d", i);
        bool is_first = i == first;
        SHAPE(r, at, "scheduleId:i available:i held:i sold:i blocked:i revenue:i");
        CHECK_INT(INT(r, F("%s.available", at)), is_first ? STAGE_SEATS - 3 : 1);
        CHECK_INT(INT(r, F("%s.held", at)), 1);
        CHECK_INT(INT(r, F("%s.sold", at)), is_first ? 2 : 0);
        CHECK_INT(INT(r, F("%s.blocked", at)), is_first ? 0 : 2);
        CHECK_INT(INT(r, F("%s.revenue", at)), is_first ? 2 * STAGE_PRICE : 0);
    }
}

static void test_figures_of_a_new_concert(void)
{
    const struct api_res *r =
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)world_concert(NULL)));
    EXPECT(r, 200);
    CHECK_INT(INT(r, "waiting"), 0);
    CHECK_INT(INT(r, "active"), 0);
    CHECK_INT((int64_t)LEN(r, "schedules"), 0);
}

/* How many of the newest 100 entries of the record are by this operator. */
static int audited(const char *actor)
{
    int n = 0;
    const struct api_res *r = api_get(token_admin(), "/admin/audit?limit=100");
    EXPECT_NEED(r, 200);
    for (size_t i = 0, len = LEN(r, "entries"); i < len; i++)
        n += strcmp(api_text(r, F("entries.%zu.actor", i)), actor) == 0;
    return n;
}

static void test_changes_are_recorded(void)
{
    const char *actor = token_uuid(), *admin = token_user(actor, "admin");
    const char *title = F("Audited %s", api_unique());
    int64_t id = INT(api_post(admin, "/admin/concerts", J("{'title':'%s'}", title)), "concertId");
    CHECK_INT(audited(actor), 1);
    const char *path = F("/admin/concerts/%lld", (long long)id);
    EXPECT(api_patch(admin, path, J("{'queue':{'maxActive':77}}")), 200);
    CHECK_INT(audited(actor), 2);
    EXPECT(api_post(admin, F("%s/schedules", path),
                    J("{'startsAt':'2031-05-01T11:00:00Z','seats':{'count':2,'price':7}}")),
           201);
    CHECK_INT(audited(actor), 3);
    EXPECT(api_patch(admin, path, J("{'queue':{'maxActive':-1}}")), 400);
    EXPECT(api_get(admin, path), 200);
    CHECK_INT(audited(actor), 3);
}

/* Where the entries of this operator are among those of an answer; -1 if there are fewer. */
static int entry_of(const struct api_res *r, const char *actor, int which)
{
    for (size_t i = 0, n = LEN(r, "entries"); i < n; i++)
        if (strcmp(api_text(r, F("entries.%zu.actor", i)), actor) == 0 && which-- == 0)
            return (int)i;
    return -1;
}

static void test_the_record(void)
{
    const char *actor = token_uuid(), *admin = token_user(actor, "admin");
    int64_t id = INT(api_post(admin, "/admin/concerts", J("{'title':'x'}")), "concertId");
    EXPECT(api_patch(admin, F("/admin/concerts/%lld", (long long)id), J("{'holdSeconds':77}")),
           200);
    const struct api_res *r = api_get(admin, "/admin/audit?limit=100");
    SHAPE(r, "", "entries:a next:x");
    int newer = entry_of(r, actor, 0), older = entry_of(r, actor, 1);
    NEED(newer >= 0 && older > newer, "%d and %d", newer, older);
    const char *change = F("entries.%d", newer), *creation = F("entries.%d", older);
    SHAPE(r, change, "auditId:i at:t actor:u action:s target:s before:x after:x");
    CHECK(INT(r, F("%s.auditId", change)) > INT(r, F("%s.auditId", creation)), "not sorted");
    CHECK(llabs(TIME(r, F("%s.at", change)) - r->ended_ms) < 3000, "%s", STR(r, "entries.0.at"));
    CHECK_INT(INT(r, F("%s.before.holdSeconds", change)), 300);
    CHECK_INT(INT(r, F("%s.after.holdSeconds", change)), 77);
    const char *target = STR(r, F("%s.target", change));
    CHECK(strstr(target, F("%lld", (long long)id)) != NULL, "%s", target);
    CHECK(api_is_null(r, F("%s.before", creation)), "%s", creation);
    CHECK_STR(STR(r, F("%s.after.title", creation)), "x");
}

static void test_the_record_by_pages(void)
{
    const char *admin = token_admin(), *cursor = "";
    int64_t last = INT64_MAX;
    for (int i = 0; i < 3; i++)
        world_concert(NULL);
    for (int page = 0; page < 3; page++) {
        const struct api_res *r = api_get(admin, F("/admin/audit?limit=1%s", cursor));
        EXPECT(r, 200);
        CHECK_INT((int64_t)LEN(r, "entries"), 1);
        CHECK(INT(r, "entries.0.auditId") < last, "%s", r->body);
        last = INT(r, "entries.0.auditId");
        cursor = F("&cursor=%s", STR(r, "next"));
    }
}

SUITE(admin, TEST(test_a_new_concert), TEST(test_titles_keep_every_character), TEST(test_a_change),
      TEST(test_a_change_of_nothing), TEST(test_null_in_a_change),
      TEST(test_a_refused_change_changes_nothing), TEST(test_a_new_schedule),
      TEST(test_defaults_of_a_schedule), TEST(test_figures), TEST(test_figures_of_a_new_concert),
      TEST(test_changes_are_recorded), TEST(test_the_record), TEST(test_the_record_by_pages));
