/* The dates that can be booked, and days in the concert's own time zone. */
#include "suite.h"
#include "world.h"

#include <stdio.h>

#define MEMBERS                                                                                    \
    "scheduleId:i concertId:i date:d startsAt:t bookingOpensAt:t bookingClosesAt:t capacity:i "    \
    "availableSeats:i minPrice:i maxPrice:i"

#define HOUR INT64_C(3600000)

static const struct api_res *list(const struct user *u, int64_t concert, const char *query)
{
    return api_get(u->queue, F("/concerts/%lld/schedules%s", (long long)concert, query));
}

/* Where a schedule is in a list, or -1. */
static int index_of(const struct api_res *r, int64_t schedule)
{
    size_t n = LEN(r, "schedules");
    for (size_t i = 0; i < n; i++)
        if (INT(r, F("schedules.%zu.scheduleId", i)) == schedule)
            return (int)i;
    return -1;
}

/* A schedule of `count` seats with times in ms from now; 0 leaves a time out. */
static int64_t schedule_at(int64_t concert, int64_t starts, int64_t opens, int64_t closes,
                           int count)
{
    int64_t now = api_wall_ms();
    return world_schedule_with(concert,
                               F("'startsAt':'%s',%s%s%s%s%s%s'seats':{'count':%d,'price':10}",
                                 api_time(now + starts), opens ? "'bookingOpensAt':'" : "",
                                 opens ? api_time(now + opens) : "", opens ? "'," : "",
                                 closes ? "'bookingClosesAt':'" : "",
                                 closes ? api_time(now + closes) : "", closes ? "'," : "", count));
}

static void test_a_schedule_in_the_list(void)
{
    struct stage s = world_stage();
    const struct api_res *r = list(&s.u[0], s.concert, "");
    EXPECT(r, 200);
    CHECK_INT((int64_t)LEN(r, "schedules"), 1);
    SHAPE(r, "schedules.0", MEMBERS);
    CHECK_INT(INT(r, "schedules.0.scheduleId"), s.schedule);
    CHECK_INT(INT(r, "schedules.0.concertId"), s.concert);
    CHECK_INT(INT(r, "schedules.0.capacity"), STAGE_SEATS);
    CHECK_INT(INT(r, "schedules.0.availableSeats"), STAGE_SEATS);
    CHECK_INT(INT(r, "schedules.0.minPrice"), STAGE_PRICE);
    CHECK_INT(INT(r, "schedules.0.maxPrice"), STAGE_PRICE);
    CHECK_INT(TIME(r, "schedules.0.bookingClosesAt"), TIME(r, "schedules.0.startsAt"));
}

static void test_held_and_sold_seats_are_not_available(void)
{
    struct stage s = world_stage();
    world_held(&s.u[0], s.schedule, "1,2");
    const struct api_res *r = list(&s.u[1], s.concert, "");
    CHECK_INT(INT(r, "schedules.0.availableSeats"), STAGE_SEATS - 2);
    world_bought(&s.u[0], s.schedule, "3");
    r = list(&s.u[1], s.concert, "");
    CHECK_INT(INT(r, "schedules.0.availableSeats"), STAGE_SEATS - 1);
}

static void test_no_schedules(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("");
    world_enter(&u, 1, concert);
    const struct api_res *r = list(&u, concert, "");
    EXPECT(r, 200);
    CHECK_STR(r->body, "{\"schedules\":[]}");
}

static void test_sorted_by_time(void)
{
    struct stage s = world_stage();
    int64_t third = schedule_at(s.concert, 90 * HOUR, 0, 0, 1);
    int64_t first = schedule_at(s.concert, 2 * HOUR, 0, 0, 1);
    const struct api_res *r = list(&s.u[0], s.concert, "");
    CHECK_INT((int64_t)LEN(r, "schedules"), 3);
    CHECK_INT(index_of(r, first), 0);
    CHECK_INT(index_of(r, s.schedule), 1);
    CHECK_INT(index_of(r, third), 2);
}

static void test_only_what_can_be_booked_now_unless_all(void)
{
    struct stage s = world_stage();
    int64_t early = schedule_at(s.concert, 48 * HOUR, HOUR, 0, 1);
    int64_t sold_out = schedule_at(s.concert, 49 * HOUR, 0, 0, 1);
    world_bought(&s.u[0], sold_out, "1");
    const struct api_res *now = list(&s.u[1], s.concert, "");
    CHECK_INT((int64_t)LEN(now, "schedules"), 1);
    CHECK_INT(index_of(now, s.schedule), 0);
    const struct api_res *all = list(&s.u[1], s.concert, "?include=all");
    EXPECT(all, 200);
    CHECK_INT((int64_t)LEN(all, "schedules"), 3);
    CHECK_INT(index_of(all, early), 1);
    CHECK_INT(index_of(all, sold_out), 2);
    CHECK_INT(INT(all, "schedules.2.availableSeats"), 0);
    SHAPE(all, "schedules.1", MEMBERS);
}

static void test_booking_opens_at_its_moment(void)
{
    struct stage s = world_stage();
    int64_t opens = api_wall_ms() + 1500;
    int64_t id = schedule_at(s.concert, 48 * HOUR, 1500, 0, 2);
    CHECK_INT(index_of(list(&s.u[0], s.concert, ""), id), -1);
    EXPECT_ERROR(world_hold(&s.u[0], id, "1"), 409, "BOOKING_NOT_OPEN");
    api_wait_for(opens + 50);
    CHECK(index_of(list(&s.u[0], s.concert, ""), id) >= 0, "not listed");
    EXPECT(world_hold(&s.u[0], id, "1"), 201);
}

static void test_booking_closes_at_its_moment(void)
{
    struct stage s = world_stage();
    int64_t closes = api_wall_ms() + 1500;
    int64_t id = schedule_at(s.concert, 48 * HOUR, 0, 1500, 3);
    CHECK(index_of(list(&s.u[0], s.concert, ""), id) >= 0, "not listed");
    int64_t reservation = world_held(&s.u[0], id, "1");
    api_wait_for(closes + 50);
    CHECK_INT(index_of(list(&s.u[0], s.concert, ""), id), -1);
    EXPECT_ERROR(world_hold(&s.u[0], id, "2"), 409, "BOOKING_CLOSED");
    world_charge(&s.u[0], 10);
    EXPECT(world_pay(&s.u[0], reservation), 201); /* held in time: may still be paid */
}

static void test_booking_closes_when_the_show_begins(void)
{
    struct stage s = world_stage();
    int64_t starts = api_wall_ms() + 1200;
    int64_t id = schedule_at(s.concert, 1200, 0, 0, 1);
    CHECK(index_of(list(&s.u[0], s.concert, ""), id) >= 0, "not listed");
    api_wait_for(starts + 50);
    CHECK_INT(index_of(list(&s.u[0], s.concert, ""), id), -1);
    EXPECT_ERROR(world_hold(&s.u[0], id, "1"), 409, "BOOKING_CLOSED");
}

static void test_another_concert(void)
{
    struct stage a = world_stage(), b = world_stage();
    EXPECT_ERROR(list(&a.u[0], b.concert, ""), 403, "WRONG_CONCERT");
}

/* One visitor inside a concert of the time zone, with shows at the moments. */
struct days {
    int64_t concert, show[2];
    struct user u;
};

static struct days days_in(const char *zone, const char *first, const char *second)
{
    struct days d = {.u = world_user()};
    d.concert = world_concert(F("'timeZone':'%s','queue':{'claimSeconds':0}", zone));
    const char *const at[] = {first, second};
    for (int i = 0; i < 2; i++)
        d.show[i] = world_schedule_with(d.concert,
                                        F("'startsAt':'%s','seats':{'count':3,'price':5}", at[i]));
    world_enter(&d.u, 1, d.concert);
    return d;
}

static const struct api_res *on(const struct days *d, const char *date)
{
    return api_get(d->u.queue, F("/concerts/%lld/seats?date=%s", (long long)d->concert, date));
}

static void test_the_day_is_that_of_the_concert(void)
{
    /* 23:30 and 00:30 in Seoul, on either side of a midnight that is 15:00 in UTC. */
    struct days d = days_in("Asia/Seoul", "2031-05-01T14:30:00Z", "2031-05-01T15:30:00Z");
    const struct api_res *all = list(&d.u, d.concert, "");
    CHECK_STR(STR(all, "schedules.0.date"), "2031-05-01");
    CHECK_STR(STR(all, "schedules.1.date"), "2031-05-02");
    const struct api_res *first = on(&d, "2031-05-01"), *second = on(&d, "2031-05-02");
    CHECK_INT((int64_t)LEN(first, "schedules"), 1);
    CHECK_INT(INT(first, "schedules.0.scheduleId"), d.show[0]);
    CHECK_INT((int64_t)LEN(second, "schedules"), 1);
    CHECK_INT(INT(second, "schedules.0.scheduleId"), d.show[1]);
}

static void test_the_day_west_of_greenwich(void)
{
    /* 20:00 on the last of April in Los Angeles, and 01:00 on the second of May. */
    struct days d = days_in("America/Los_Angeles", "2031-05-01T03:00:00Z", "2031-05-02T08:00:00Z");
    CHECK_INT(INT(on(&d, "2031-04-30"), "schedules.0.scheduleId"), d.show[0]);
    CHECK_INT((int64_t)LEN(on(&d, "2031-05-01"), "schedules"), 0);
    CHECK_INT(INT(on(&d, "2031-05-02"), "schedules.0.scheduleId"), d.show[1]);
}

static void test_the_day_where_clocks_change(void)
{
    /* Vienna leaves summer time on 2031-10-26 at 01:00 UTC: 22:30 UTC the day before is 00:30
     * in summer, 22:30 UTC on the day itself is 23:30 in winter, both on the 26th. */
    struct days d = days_in("Europe/Vienna", "2031-10-25T22:30:00Z", "2031-10-26T22:30:00Z");
    CHECK_INT((int64_t)LEN(on(&d, "2031-10-26"), "schedules"), 2);
    CHECK_INT((int64_t)LEN(on(&d, "2031-10-25"), "schedules"), 0);
}

static void test_seats_of_a_day(void)
{
    struct days d = days_in("Asia/Seoul", "2031-05-01T05:00:00Z", "2031-05-01T10:00:00Z");
    const struct api_res *r = on(&d, "2031-05-01");
    EXPECT(r, 200);
    SHAPE(r, "", "concertId:i date:d schedules:a");
    CHECK_INT(INT(r, "concertId"), d.concert);
    CHECK_STR(STR(r, "date"), "2031-05-01");
    CHECK_INT((int64_t)LEN(r, "schedules"), 2);
    SHAPE(r, "schedules.0", "scheduleId:i startsAt:t capacity:i seats:a");
    SHAPE(r, "schedules.0.seats.0", "seatId:i seatNumber:i section:s? row:s? price:i status:s");
    CHECK_INT(INT(r, "schedules.0.scheduleId"), d.show[0]);
    CHECK_INT(INT(r, "schedules.1.scheduleId"), d.show[1]);
    CHECK_INT((int64_t)LEN(r, "schedules.1.seats"), 3);
    world_held(&d.u, d.show[1], "2");
    r = on(&d, "2031-05-01");
    CHECK_INT((int64_t)LEN(r, "schedules.0.seats"), 3);
    CHECK_INT((int64_t)LEN(r, "schedules.1.seats"), 2);
    r = on(&d, "2031-05-01&status=all");
    CHECK_INT((int64_t)LEN(r, "schedules.1.seats"), 3);
    CHECK_STR(STR(r, "schedules.1.seats.1.status"), "HELD");
}

static void test_a_day_without_shows(void)
{
    struct days d = days_in("Asia/Seoul", "2031-05-01T05:00:00Z", "2031-05-01T10:00:00Z");
    const struct api_res *r = on(&d, "2031-05-03");
    EXPECT(r, 200);
    CHECK_STR(STR(r, "date"), "2031-05-03");
    CHECK_INT((int64_t)LEN(r, "schedules"), 0);
}

static const struct api_res *hold_on(const struct days *d, const char *date, const char *seats)
{
    return api_post(
        d->u.queue, "/reservations",
        J("{'concertId':%lld,'date':'%s','seatNumbers':[%s]}", (long long)d->concert, date, seats));
}

static void test_holding_by_date(void)
{
    struct days d = days_in("Asia/Seoul", "2031-05-01T14:30:00Z", "2031-05-01T15:30:00Z");
    const struct api_res *r = hold_on(&d, "2031-05-02", "2");
    EXPECT(r, 201);
    CHECK_INT(INT(r, "scheduleId"), d.show[1]);
    EXPECT_ERROR(hold_on(&d, "2031-05-03", "1"), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(hold_on(&d, "2031-05-02", "4"), 404, "SEAT_NOT_FOUND");
    EXPECT_ERROR(hold_on(&d, "2031-05-02", "2"), 409, "SEAT_TAKEN");
}

static void test_holding_on_a_day_with_two_shows(void)
{
    struct days d = days_in("Asia/Seoul", "2031-05-01T05:00:00Z", "2031-05-01T10:00:00Z");
    EXPECT_ERROR(hold_on(&d, "2031-05-01", "1"), 409, "AMBIGUOUS_DATE");
}

static void test_holding_by_date_in_another_concert(void)
{
    struct stage s = world_stage();
    struct days d = days_in("Asia/Seoul", "2031-05-01T05:00:00Z", "2031-05-02T10:00:00Z");
    snprintf(d.u.queue, sizeof d.u.queue, "%s", s.u[0].queue);
    EXPECT_ERROR(hold_on(&d, "2031-05-01", "1"), 403, "WRONG_CONCERT");
}

SUITE(schedules, TEST(test_a_schedule_in_the_list),
      TEST(test_held_and_sold_seats_are_not_available), TEST(test_no_schedules),
      TEST(test_sorted_by_time), TEST(test_only_what_can_be_booked_now_unless_all),
      TEST(test_booking_opens_at_its_moment), TEST(test_booking_closes_at_its_moment),
      TEST(test_booking_closes_when_the_show_begins), TEST(test_another_concert),
      TEST(test_the_day_is_that_of_the_concert), TEST(test_the_day_west_of_greenwich),
      TEST(test_the_day_where_clocks_change), TEST(test_seats_of_a_day),
      TEST(test_a_day_without_shows), TEST(test_holding_by_date),
      TEST(test_holding_on_a_day_with_two_shows), TEST(test_holding_by_date_in_another_concert));
