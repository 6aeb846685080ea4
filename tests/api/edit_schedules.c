/* The times of a show, changed by its operator. */
#include "suite.h"
#include "world.h"

#include <string.h>

static const char *path_of(int64_t schedule)
{
    return F("/admin/schedules/%lld", (long long)schedule);
}

static const struct api_res *patch(int64_t schedule, const char *members)
{
    return api_patch(token_admin(), path_of(schedule), J("{%s}", members));
}

static const struct api_res *show(int64_t schedule)
{
    return api_get(token_admin(), path_of(schedule));
}

/* From far in the past until far in the future. */
static int64_t a_show(const char *zone)
{
    return world_schedule_with(
        world_concert(F("'timeZone':'%s'", zone)),
        "'startsAt':'2031-05-01T10:00:00Z','bookingOpensAt':'2020-01-01T00:00:00Z',"
        "'seats':{'count':4,'price':9}");
}

static void test_a_change(void)
{
    int64_t id = a_show("UTC");
    const struct api_res *r = patch(
        id, "'startsAt':'2031-06-02T12:00:00+09:00','bookingOpensAt':'2030-01-01T00:00:00Z',"
            "'bookingClosesAt':'2030-01-02T00:00:00Z','refundClosesAt':'2030-01-03T00:00:00Z'");

    EXPECT(r, 200);
    SHAPE(r, "",
          "scheduleId:i concertId:i date:d startsAt:t bookingOpensAt:t bookingClosesAt:t "
          "refundClosesAt:t capacity:i canceledAt:t?");
    CHECK_STR(STR(r, "date"), "2031-06-02");
    CHECK_STR(STR(r, "startsAt"), "2031-06-02T03:00:00.000Z");
    CHECK_STR(STR(r, "bookingOpensAt"), "2030-01-01T00:00:00.000Z");
    CHECK_STR(STR(r, "bookingClosesAt"), "2030-01-02T00:00:00.000Z");
    CHECK_STR(STR(r, "refundClosesAt"), "2030-01-03T00:00:00.000Z");
    CHECK_INT(INT(r, "capacity"), 4);
    CHECK_STR(show(id)->body, r->body);
    EXPECT(patch(id, ""), 200);
    CHECK_STR(show(id)->body, r->body);
}

static void test_the_start_takes_along_what_hangs_on_it(void)
{
    int64_t id = a_show("Asia/Seoul");
    const struct api_res *r = patch(id, "'startsAt':'2031-05-01T20:00:00Z'");

    EXPECT(r, 200);
    CHECK_STR(STR(r, "date"), "2031-05-02");
    CHECK_STR(STR(r, "bookingOpensAt"), "2020-01-01T00:00:00.000Z");
    CHECK_STR(STR(r, "bookingClosesAt"), "2031-05-01T20:00:00.000Z");
    CHECK_STR(STR(r, "refundClosesAt"), "2031-05-01T20:00:00.000Z");
    EXPECT(patch(id, "'bookingClosesAt':'2031-04-01T00:00:00Z'"), 200);
    r = patch(id, "'startsAt':'2031-07-01T00:00:00Z'");
    CHECK_STR(STR(r, "bookingClosesAt"), "2031-04-01T00:00:00.000Z");
    CHECK_STR(STR(r, "refundClosesAt"), "2031-07-01T00:00:00.000Z");
    r = patch(id, "'startsAt':'2031-08-01T00:00:00Z','refundClosesAt':'2031-07-01T00:00:00Z'");
    CHECK_STR(STR(r, "refundClosesAt"), "2031-07-01T00:00:00.000Z");
}

static void test_null_puts_back_the_default(void)
{
    int64_t id = a_show("UTC");
    int64_t now = api_wall_ms();

    EXPECT(patch(id, "'bookingClosesAt':'2031-01-01T00:00:00Z',"
                     "'refundClosesAt':'2031-01-01T00:00:00Z'"),
           200);
    const struct api_res *r =
        patch(id, "'bookingOpensAt':null,'bookingClosesAt':null,'refundClosesAt':null");
    EXPECT(r, 200);
    CHECK_STR(STR(r, "bookingClosesAt"), "2031-05-01T10:00:00.000Z");
    CHECK_STR(STR(r, "refundClosesAt"), "2031-05-01T10:00:00.000Z");
    CHECK(TIME(r, "bookingOpensAt") >= now - 2000 && TIME(r, "bookingOpensAt") <= now + 5000, "%s",
          STR(r, "bookingOpensAt"));
    EXPECT_FIELD(patch(id, "'startsAt':null"), 400, "INVALID_FIELD", "startsAt");
}

static void test_times_that_contradict_each_other(void)
{
    int64_t id = a_show("UTC");
    const struct api_res *before = show(id);

    EXPECT_FIELD(patch(id, "'bookingOpensAt':'2031-05-01T10:00:00.001Z'"), 400, "INVALID_FIELD",
                 "bookingOpensAt");
    EXPECT_FIELD(patch(id, "'bookingClosesAt':'2019-12-31T00:00:00Z'"), 400, "INVALID_FIELD",
                 "bookingClosesAt");
    EXPECT_FIELD(patch(id, "'startsAt':'2019-12-31T00:00:00Z'"), 400, "INVALID_FIELD", "startsAt");
    CHECK_STR(show(id)->body, before->body);
    EXPECT(patch(id, "'bookingOpensAt':'2031-05-01T10:00:00Z'"), 200);
    EXPECT_ERROR(patch(999999999, ""), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_FIELD(patch(999999999, "'bookingOpensAt':'2031-05-01T10:00:00.001Z',"
                                  "'startsAt':'2031-05-01T10:00:00Z','bookingClosesAt':null"),
                 400, "INVALID_FIELD", "bookingClosesAt");
    EXPECT_ERROR(patch(999999999, "'bookingOpensAt':null,'startsAt':'2031-05-01T10:00:00Z',"
                                  "'bookingClosesAt':null"),
                 404, "SCHEDULE_NOT_FOUND");
}

static void test_a_day_beyond_the_last_one(void)
{
    int64_t id = a_show("Asia/Seoul"), concert = INT(show(id), "concertId");

    EXPECT_FIELD(patch(id, "'startsAt':'9999-12-31T15:00:00Z'"), 400, "INVALID_FIELD", "startsAt");
    EXPECT_FIELD(api_post(token_admin(), F("/admin/concerts/%lld/schedules", (long long)concert),
                          J("{'startsAt':'9999-12-31T15:00:00Z','seats':{'price':1}}")),
                 400, "INVALID_FIELD", "startsAt");
    EXPECT(patch(id, "'startsAt':'9999-12-31T14:59:59Z'"), 200);
}

static void test_a_canceled_show_stays_as_it_is(void)
{
    int64_t id = a_show("UTC");

    EXPECT(api_delete(token_admin(), path_of(id)), 202);
    const struct api_res *before = show(id);
    EXPECT_ERROR(patch(id, "'startsAt':'2032-01-01T00:00:00Z'"), 409, "BOOKING_CLOSED");
    EXPECT_FIELD(patch(id, "'bookingOpensAt':'2032-01-02T00:00:00Z',"
                           "'bookingClosesAt':'2032-01-01T00:00:00Z'"),
                 400, "INVALID_FIELD", "bookingClosesAt");
    CHECK_STR(STR(show(id), "startsAt"), STR(before, "startsAt"));
}

static void test_buyers_see_it(void)
{
    struct stage s = world_stage();
    const struct user *u = &s.u[0];
    const char *seats = F("/schedules/%lld/seats", (long long)s.schedule);
    int64_t starts = (api_wall_ms() / 1000 + 7200) * 1000, held;

    for (int i = 0; i < 3; i++) /* so that it is remembered */
        EXPECT(api_get(u->queue, seats), 200);
    held = world_held(&s.u[1], s.schedule, "1");
    EXPECT(patch(s.schedule, F("'startsAt':'%s'", api_time(starts))), 200);
    CHECK_INT(TIME(api_get(u->queue, seats), "startsAt"), starts);
    const struct api_res *mine = api_get(s.u[1].token, F("/reservations/%lld", (long long)held));
    CHECK_INT(TIME(mine, "startsAt"), starts);
    const struct api_res *r = world_hold(u, s.schedule, "2");
    CHECK_INT(TIME(r, "startsAt"), starts);
    r = api_get(NULL, F("/concerts/%lld", (long long)s.concert));
    CHECK_INT(TIME(r, "nextStartsAt"), starts);

    EXPECT(patch(s.schedule, F("'bookingOpensAt':'2020-01-01T00:00:00Z','bookingClosesAt':'%s'",
                               api_time(api_wall_ms() - 1000))),
           200);
    EXPECT_ERROR(world_hold(u, s.schedule, "3"), 409, "BOOKING_CLOSED");
    world_charge(&s.u[1], STAGE_PRICE);
    EXPECT(world_pay(&s.u[1], held), 201);
    EXPECT(patch(s.schedule, F("'refundClosesAt':'%s'", api_time(api_wall_ms() - 1000))), 200);
    EXPECT_ERROR(api_post(s.u[1].token, F("/reservations/%lld/refund", (long long)held), NULL), 409,
                 "NOT_REFUNDABLE");
    EXPECT(patch(s.schedule, "'refundClosesAt':null,'bookingClosesAt':null"), 200);
    EXPECT(world_hold(u, s.schedule, "3"), 201);
    EXPECT(api_post(s.u[1].token, F("/reservations/%lld/refund", (long long)held), NULL), 200);
}

static void test_it_is_written_down(void)
{
    const char *actor = token_uuid(), *at = NULL;
    int64_t id = a_show("UTC");

    EXPECT(api_patch(token_user(actor, "admin"), path_of(id),
                     J("{'startsAt':'2032-01-01T00:00:00Z'}")),
           200);
    const struct api_res *r = api_get(token_admin(), "/admin/audit?limit=100");
    for (size_t i = 0; i < LEN(r, "entries") && !at; i++)
        if (strcmp(api_text(r, F("entries.%zu.actor", i)), actor) == 0)
            at = F("entries.%zu", i);
    NEED(at != NULL, "%s", "no entry");
    CHECK_STR(STR(r, F("%s.action", at)), "schedule.update");
    CHECK_STR(STR(r, F("%s.target", at)), F("schedule/%lld", (long long)id));
    CHECK_STR(STR(r, F("%s.before.startsAt", at)), "2031-05-01T10:00:00.000Z");
    CHECK_STR(STR(r, F("%s.after.startsAt", at)), "2032-01-01T00:00:00.000Z");
    CHECK_STR(STR(r, F("%s.after.date", at)), "2032-01-01");
}

SUITE(edit_schedules, TEST(test_a_change), TEST(test_the_start_takes_along_what_hangs_on_it),
      TEST(test_null_puts_back_the_default), TEST(test_times_that_contradict_each_other),
      TEST(test_a_day_beyond_the_last_one), TEST(test_a_canceled_show_stays_as_it_is),
      TEST(test_buyers_see_it), TEST(test_it_is_written_down));
