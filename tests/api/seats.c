/* The seats of a schedule: free ones, all of them, and halls with sections and rows. */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

#define SEAT "seatId:i seatNumber:i section:s? row:s? price:i status:s"

static const struct api_res *seats(const struct user *u, int64_t schedule, const char *query)
{
    return api_get(u->queue, F("/schedules/%lld/seats%s", (long long)schedule, query));
}

static void test_free_seats(void)
{
    struct stage s = world_stage();
    const struct api_res *r = seats(&s.u[0], s.schedule, "");
    EXPECT(r, 200);
    SHAPE(r, "", "scheduleId:i startsAt:t capacity:i seats:a");
    CHECK_INT(INT(r, "scheduleId"), s.schedule);
    CHECK_INT(INT(r, "capacity"), STAGE_SEATS);
    CHECK_INT((int64_t)LEN(r, "seats"), STAGE_SEATS);
    for (int i = 0; i < STAGE_SEATS; i++) {
        SHAPE(r, F("seats.%d", i), SEAT);
        CHECK_INT(INT(r, F("seats.%d.seatNumber", i)), i + 1);
        CHECK_INT(INT(r, F("seats.%d.price", i)), STAGE_PRICE);
        CHECK_STR(STR(r, F("seats.%d.status", i)), "AVAILABLE");
    }
    CHECK(api_is_null(r, "seats.0.section") && api_is_null(r, "seats.0.row"), "%s", r->body);
}

static void test_taken_seats_are_not_free(void)
{
    struct stage s = world_stage();
    world_bought(&s.u[0], s.schedule, "2");
    world_held(&s.u[1], s.schedule, "1,4");
    const struct api_res *r = seats(&s.u[2], s.schedule, "");
    CHECK_INT((int64_t)LEN(r, "seats"), STAGE_SEATS - 3);
    CHECK_INT(INT(r, "seats.0.seatNumber"), 3);
    CHECK_INT(INT(r, "seats.1.seatNumber"), 5);
}

static void test_all_seats_with_their_status(void)
{
    struct stage s = world_stage();
    world_bought(&s.u[0], s.schedule, "2");
    world_held(&s.u[1], s.schedule, "1,4");
    const struct api_res *r = seats(&s.u[2], s.schedule, "?status=all");
    EXPECT(r, 200);
    static const char *const want[] = {"HELD", "SOLD", "AVAILABLE", "HELD", "AVAILABLE"};
    CHECK_INT((int64_t)LEN(r, "seats"), STAGE_SEATS);
    for (int i = 0; i < 5; i++)
        CHECK_STR(STR(r, F("seats.%d.status", i)), want[i]);
}

/* Two sections: A with rows of 2 and its third seat blocked, B with one row of 3. */
static int64_t hall(int64_t concert)
{
    return world_schedule_with(
        concert, F("'startsAt':'%s','sections':["
                   "{'name':'A','rows':2,'seatsPerRow':2,'price':100,'blocked':[3]},"
                   "{'name':'\xEB\xB0\x9C\xEC\xBD\x94\xEB\x8B\x88','rows':1,'seatsPerRow':3,"
                   "'price':50}]",
                   api_time(api_wall_ms() + 86400000)));
}

static void test_sections_and_rows(void)
{
    struct stage s = world_stage();
    int64_t schedule = hall(s.concert);
    const struct api_res *r = seats(&s.u[0], schedule, "?status=all");
    EXPECT(r, 200);
    CHECK_INT(INT(r, "capacity"), 7);
    CHECK_INT((int64_t)LEN(r, "seats"), 7);
    for (int i = 0; i < 7; i++) {
        SHAPE(r, F("seats.%d", i), "seatId:i seatNumber:i section:s row:s price:i status:s");
        CHECK_INT(INT(r, F("seats.%d.seatNumber", i)), i + 1);
        CHECK_STR(STR(r, F("seats.%d.section", i)),
                  i < 4 ? "A" : "\xEB\xB0\x9C\xEC\xBD\x94\xEB\x8B\x88");
        CHECK_INT(INT(r, F("seats.%d.price", i)), i < 4 ? 100 : 50);
        CHECK_STR(STR(r, F("seats.%d.status", i)), i == 2 ? "BLOCKED" : "AVAILABLE");
    }
    CHECK_STR(STR(r, "seats.0.row"), STR(r, "seats.1.row"));
    CHECK_STR(STR(r, "seats.2.row"), STR(r, "seats.3.row"));
    CHECK(strcmp(STR(r, "seats.1.row"), STR(r, "seats.2.row")) != 0, "%s", r->body);
    CHECK_STR(STR(r, "seats.4.row"), STR(r, "seats.6.row"));
}

static void test_blocked_seats_cannot_be_held(void)
{
    struct stage s = world_stage();
    int64_t schedule = hall(s.concert);
    CHECK_INT((int64_t)LEN(seats(&s.u[0], schedule, ""), "seats"), 6);
    const struct api_res *r = world_hold(&s.u[0], schedule, "2,3");
    EXPECT_ERROR(r, 409, "SEAT_TAKEN");
    CHECK_STR(json_object_to_json_string_ext(api_at(r, "seatNumbers"), JSON_C_TO_STRING_PLAIN),
              "[3]");
    CHECK_STR(world_seat(&s.u[0], schedule, 2), "AVAILABLE");
}

/* Larger than what is made in one piece: the numbers and rows go on where a piece ends. */
static void test_rows_of_a_large_section(void)
{
    struct stage s = world_stage();
    int64_t schedule = world_schedule_with(
        s.concert, F("'startsAt':'%s','sections':["
                     "{'name':'A','rows':300,'seatsPerRow':70,'price':1,'blocked':[1,21000]},"
                     "{'name':'B','rows':1,'seatsPerRow':1,'price':2}]",
                     api_time(api_wall_ms() + 86400000)));
    const struct api_res *r = seats(&s.u[0], schedule, "?status=all");
    EXPECT(r, 200);
    CHECK_INT((int64_t)LEN(r, "seats"), 21001);
    static const int at[] = {0, 69, 70, 9999, 10000, 20000, 20999};
    for (size_t i = 0; i < COUNT(at); i++) {
        CHECK_INT(INT(r, F("seats.%d.seatNumber", at[i])), at[i] + 1);
        CHECK_STR(STR(r, F("seats.%d.row", at[i])), F("%d", at[i] / 70 + 1));
        bool blocked = at[i] == 0 || at[i] == 20999;
        CHECK_STR(STR(r, F("seats.%d.status", at[i])), blocked ? "BLOCKED" : "AVAILABLE");
    }
    CHECK_STR(STR(r, "seats.21000.section"), "B");
    CHECK_STR(STR(r, "seats.21000.row"), "1");
}

/* The most memory that any worker of the shop has had at once, in kB. */
static int64_t peak_of_workers(void)
{
    struct proc_list mains = proc_children_named(proc_find("frontrow-worker"), "frontrow-main");
    int64_t most = 0;
    for (size_t i = 0; i < mains.n; i++) {
        FILE *f = fopen(F("/proc/%d/status", (int)mains.pid[i]), "r");
        char line[256];
        while (f && fgets(line, sizeof line, f))
            if (strncmp(line, "VmHWM:", 6) == 0 && strtol(line + 6, NULL, 10) > most)
                most = strtol(line + 6, NULL, 10);
        if (f)
            fclose(f);
    }
    return most;
}

/* Ten megabytes, of which no worker ever holds more than a part. */
static void test_a_long_listing_is_sent_as_it_is_written(void)
{
    struct stage s = world_stage();
    int64_t schedule = world_schedule(s.concert, 100000, 7);
    for (int i = 0; i < 20; i++) /* each worker has had something to do */
        EXPECT(seats(&s.u[0], s.schedule, "?status=all"), 200);
    int64_t before = peak_of_workers();
    const struct api_res *r = seats(&s.u[0], schedule, "?status=all");
    EXPECT_NEED(r, 200);
    CHECK_INT((int64_t)LEN(r, "seats"), 100000);
    json_object *all = api_at(r, "seats");
    for (size_t i = 0; i < 100000; i++) {
        json_object *seat = json_object_array_get_idx(all, i);
        if (!CHECK_INT(json_object_get_int(json_object_object_get(seat, "seatNumber")),
                       (int64_t)i + 1))
            break;
    }
    CHECK(r->len > 8000000 && !api_header(r, "Content-Length"), "%zu", r->len);
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    CHECK_INT(api_header_count(r, "X-Request-Id"), 1);
    const struct api_res *free = seats(&s.u[0], schedule, "");
    CHECK_INT((int64_t)free->len, (int64_t)r->len);
#ifdef __SANITIZE_ADDRESS__
    const int64_t bound = 100000; /* what has been freed is not used again */
#else
    const int64_t bound = 5000;
#endif
    int64_t grown = peak_of_workers() - before;
    CHECK(before > 0 && grown < bound, "from %lld kB by %lld", (long long)before, (long long)grown);
    const struct api_req head = {.method = "HEAD",
                                 .path = F("/schedules/%lld/seats", (long long)schedule),
                                 .token = s.u[0].queue};
    r = api_send(&head);
    EXPECT(r, 200);
    CHECK_INT((int64_t)r->len, 0);
}

static void test_prices_of_a_hall(void)
{
    struct stage s = world_stage();
    int64_t schedule = hall(s.concert);
    const struct api_res *r =
        api_get(s.u[0].queue, F("/concerts/%lld/schedules", (long long)s.concert));
    int at = INT(r, "schedules.0.scheduleId") == schedule ? 0 : 1;
    CHECK_INT(INT(r, F("schedules.%d.minPrice", at)), 50);
    CHECK_INT(INT(r, F("schedules.%d.maxPrice", at)), 100);
    CHECK_INT(INT(r, F("schedules.%d.capacity", at)), 7);
    CHECK_INT(INT(r, F("schedules.%d.availableSeats", at)), 6);
    r = world_hold(&s.u[0], schedule, "4,5");
    EXPECT(r, 201);
    CHECK_INT(INT(r, "amount"), 150);
    CHECK_STR(STR(r, "seats.0.section"), "A");
}

static void test_seat_ids_are_of_one_schedule(void)
{
    struct stage s = world_stage(), other = world_stage();
    int64_t own = INT(seats(&s.u[0], s.schedule, ""), "seats.0.seatId");
    int64_t foreign = INT(seats(&other.u[0], other.schedule, ""), "seats.0.seatId");
    CHECK(own != foreign, "%lld", (long long)own);
    EXPECT_ERROR(api_post(s.u[0].queue, "/reservations",
                          J("{'scheduleId':%lld,'seatIds':[%lld,%lld]}", (long long)s.schedule,
                            (long long)own, (long long)foreign)),
                 404, "SEAT_NOT_FOUND");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "AVAILABLE");
}

static void test_another_concert(void)
{
    struct stage s = world_stage(), other = world_stage();
    EXPECT_ERROR(seats(&s.u[0], other.schedule, ""), 403, "WRONG_CONCERT");
    EXPECT_ERROR(seats(&s.u[0], 999999999, ""), 404, "SCHEDULE_NOT_FOUND");
}

SUITE(seats, TEST(test_free_seats), TEST(test_taken_seats_are_not_free),
      TEST(test_all_seats_with_their_status), TEST(test_sections_and_rows),
      TEST(test_blocked_seats_cannot_be_held), TEST(test_rows_of_a_large_section),
      TEST(test_a_long_listing_is_sent_as_it_is_written), TEST(test_prices_of_a_hall),
      TEST(test_seat_ids_are_of_one_schedule), TEST(test_another_concert));
