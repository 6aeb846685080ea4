/* Compact maps: a letter for each seat, entity tags, and what a crowd shares. */
#include "sql.h"
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define MAP     "scheduleId:i version:s sections:a states:s"
#define SECTION "name:s? row:s? first:i count:i price:i"

static const char *path_of(int64_t schedule)
{
    return F("/schedules/%lld/seats?format=compact", (long long)schedule);
}

static const struct api_res *map(const struct user *u, int64_t schedule)
{
    return api_get(u->queue, path_of(schedule));
}

static const struct api_res *map_if(const struct user *u, int64_t schedule,
                                    const char *if_none_match)
{
    return api_send(&(struct api_req){.path = path_of(schedule),
                                      .token = u->queue,
                                      .headers = {F("If-None-Match: %s", if_none_match)}});
}

static void test_a_letter_for_each_seat(void)
{
    struct stage s = world_stage();
    world_bought(&s.u[0], s.schedule, "2");
    world_held(&s.u[1], s.schedule, "1,4");
    const struct api_res *r = map(&s.u[2], s.schedule);
    EXPECT(r, 200);
    SHAPE(r, "", MAP);
    CHECK_INT(INT(r, "scheduleId"), s.schedule);
    CHECK_STR(STR(r, "states"), "HSAHAAAAAA");
    CHECK_INT((int64_t)LEN(r, "sections"), 1);
    SHAPE(r, "sections.0", SECTION);
    CHECK(api_is_null(r, "sections.0.name") && api_is_null(r, "sections.0.row"), "%s", r->body);
    CHECK_INT(INT(r, "sections.0.first"), 1);
    CHECK_INT(INT(r, "sections.0.count"), STAGE_SEATS);
    CHECK_INT(INT(r, "sections.0.price"), STAGE_PRICE);
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    const struct api_res *all = api_get(
        s.u[2].queue, F("/schedules/%lld/seats?status=all&format=compact", (long long)s.schedule));
    CHECK_STR(all->body, r->body);
}

/* Two rows of a section with a blocked seat, one at another price, and a section of its own. */
static void test_sections_are_runs_of_a_section_a_row_and_a_price(void)
{
    struct stage s = world_stage();
    int64_t schedule = world_schedule_with(
        s.concert, F("'startsAt':'%s','sections':["
                     "{'name':'A','rows':2,'seatsPerRow':3,'price':100,'blocked':[3]},"
                     "{'name':'A','rows':1,'seatsPerRow':2,'price':90},"
                     "{'name':'\xEB\xB0\x9C\\\"','rows':1,'seatsPerRow':1,'price':0}]",
                     api_time(api_wall_ms() + 86400000)));
    static const struct {
        const char *name, *row;
        int64_t first, count, price;
    } want[] = {{"A", "1", 1, 3, 100}, {"A", "2", 4, 3, 100}, {"A", "1", 7, 2, 90}};
    const struct api_res *r = map(&s.u[0], schedule);
    EXPECT(r, 200);
    CHECK_STR(STR(r, "states"), "AABAAAAAA");
    CHECK_INT((int64_t)LEN(r, "sections"), 4);
    for (size_t i = 0; i < COUNT(want); i++) {
        SHAPE(r, F("sections.%zu", i), SECTION);
        CHECK_STR(STR(r, F("sections.%zu.name", i)), want[i].name);
        CHECK_STR(STR(r, F("sections.%zu.row", i)), want[i].row);
        CHECK_INT(INT(r, F("sections.%zu.first", i)), want[i].first);
        CHECK_INT(INT(r, F("sections.%zu.count", i)), want[i].count);
        CHECK_INT(INT(r, F("sections.%zu.price", i)), want[i].price);
    }
    CHECK_STR(STR(r, "sections.3.name"), "\xEB\xB0\x9C\"");
}

static void test_a_hold_that_is_over_is_free_at_that_moment(void)
{
    struct user u[2] = {world_user(), world_user()};
    int64_t concert = world_concert("'holdSeconds':2,'queue':{'claimSeconds':0}");
    int64_t schedule = world_schedule(concert, 3, 10);
    world_enter(u, 2, concert);
    const struct api_res *r = world_hold(&u[0], schedule, "2");
    EXPECT_NEED(r, 201);
    int64_t end = TIME(r, "holdExpiresAt");
    const struct api_res *held = map(&u[1], schedule);
    CHECK_STR(STR(held, "states"), "AHA");
    api_wait_for(end + 5);
    const struct api_res *over = map(&u[1], schedule);
    CHECK_STR(STR(over, "states"), "AAA");
    CHECK(strcmp(STR(held, "version"), STR(over, "version")) != 0, "%s", over->body);
    CHECK_INT(
        (int64_t)LEN(api_get(u[1].queue, F("/schedules/%lld/seats", (long long)schedule)), "seats"),
        3);
}

static void test_every_change_has_a_version_of_its_own(void)
{
    struct stage s = world_stage();
    const char *version[5];
    version[0] = STR(map(&s.u[0], s.schedule), "version");
    int64_t id = world_held(&s.u[0], s.schedule, "3");
    version[1] = STR(map(&s.u[0], s.schedule), "version");
    EXPECT(api_delete(s.u[0].token, F("/reservations/%lld", (long long)id)), 204);
    CHECK_STR(STR(map(&s.u[0], s.schedule), "version"), version[0]);
    world_held(&s.u[1], s.schedule, "4");
    version[2] = STR(map(&s.u[0], s.schedule), "version");
    world_bought(&s.u[2], s.schedule, "5");
    version[3] = STR(map(&s.u[0], s.schedule), "version");
    world_bought(&s.u[0], s.schedule, "3");
    version[4] = STR(map(&s.u[1], s.schedule), "version");
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < i; k++)
            CHECK(strcmp(version[i], version[k]) != 0, "%d and %d: %s", i, k, version[i]);
}

static void test_whoever_has_the_map_gets_304(void)
{
    struct stage s = world_stage();
    const struct api_res *r = map(&s.u[0], s.schedule);
    const char *tag = api_header(r, "ETag");
    CHECK_STR(tag, F("\"%s\"", STR(r, "version")));
    const char *const same[] = {tag, F("W/%s", tag), F("\"x\", %s", tag),
                                F("W/\"x\" ,, W/%s,", tag), "*"};
    for (size_t i = 0; i < COUNT(same); i++) {
        r = map_if(&s.u[0], s.schedule, same[i]);
        EXPECT(r, 304);
        CHECK_INT((int64_t)r->len, 0);
        CHECK_STR(api_header(r, "ETag"), tag);
        CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    }
    const char *const other[] = {"\"x\"", F("\"%s", STR(map(&s.u[0], s.schedule), "version")), "x"};
    for (size_t i = 0; i < COUNT(other); i++)
        EXPECT(map_if(&s.u[0], s.schedule, other[i]), 200);
    world_held(&s.u[1], s.schedule, "1");
    r = map_if(&s.u[0], s.schedule, tag);
    EXPECT(r, 200);
    CHECK_STR(STR(r, "states"), "HAAAAAAAAA");
    /* a map that one has is no way past the queue */
    EXPECT_ERROR(map_if(&s.u[0], 999999999, "*"), 404, "SCHEDULE_NOT_FOUND");
}

static void test_two_shows_of_a_day(void)
{
    struct stage s = world_stage();
    int64_t starts = api_wall_ms() + INT64_C(90) * 86400000, show[2];
    const char *from = api_time(starts), *to = api_time(starts + 1000);
    show[1] =
        world_schedule_with(s.concert, F("'startsAt':'%s','seats':{'count':2,'price':1}", to));
    show[0] =
        world_schedule_with(s.concert, F("'startsAt':'%s','seats':{'count':3,'price':1}", from));
    const char *date =
        STR(api_get(token_admin(), F("/admin/schedules/%lld", (long long)show[0])), "date");
    const char *path = F("/concerts/%lld/seats?date=%s&format=compact", (long long)s.concert, date);
    world_held(&s.u[0], show[0], "2");
    const struct api_res *r = api_get(s.u[1].queue, path);
    EXPECT(r, 200);
    SHAPE(r, "", "concertId:i date:d schedules:a");
    CHECK_INT((int64_t)LEN(r, "schedules"), 2);
    for (int i = 0; i < 2; i++) {
        SHAPE(r, F("schedules.%d", i), MAP);
        CHECK_INT(INT(r, F("schedules.%d.scheduleId", i)), show[i]);
        CHECK_STR(STR(r, F("schedules.%d.states", i)), i ? "AA" : "AHA");
        CHECK_STR(STR(r, F("schedules.%d.version", i)), STR(map(&s.u[1], show[i]), "version"));
    }
    struct api_req again = {.path = path,
                            .token = s.u[1].queue,
                            .headers = {F("If-None-Match: %s", api_header(r, "ETag"))}};
    EXPECT(api_send(&again), 304);
    world_held(&s.u[1], show[1], "1");
    EXPECT(api_send(&again), 200);
    r = api_get(s.u[1].queue,
                F("/concerts/%lld/seats?date=2011-01-01&format=compact", (long long)s.concert));
    CHECK_STR(r->body, F("{\"concertId\":%lld,\"date\":\"2011-01-01\",\"schedules\":[]}",
                         (long long)s.concert));
}

static void test_errors_in_their_order(void)
{
    struct stage s = world_stage(), other = world_stage();
    struct user w = world_user();
    int64_t concert = world_paused("'claimSeconds':0"), schedule = world_schedule(concert, 1, 1);
    world_join(&w, concert);
    const char *path = F("/schedules/%lld/seats", (long long)s.schedule);
    EXPECT_FIELD(api_get(s.u[0].queue, F("%s?format=short", path)), 400, "INVALID_PARAMETER",
                 "format");
    EXPECT_FIELD(api_get(s.u[0].queue, F("%s?format=compact&format=compact", path)), 400,
                 "INVALID_PARAMETER", "format");
    EXPECT_FIELD(api_get(s.u[0].queue, F("%s?format=compact&status=free", path)), 400,
                 "INVALID_PARAMETER", "status");
    EXPECT_ERROR(map(&w, s.schedule), 403, "WRONG_CONCERT");
    EXPECT_ERROR(map(&s.u[0], other.schedule), 403, "WRONG_CONCERT");
    EXPECT_ERROR(map(&w, schedule), 403, "NOT_ADMITTED");
    EXPECT_ERROR(map(&w, 999999999), 403, "NOT_ADMITTED");
    EXPECT_ERROR(api_get(s.u[0].queue, "/schedules/x/seats?format=compact"), 404,
                 "SCHEDULE_NOT_FOUND");
    EXPECT(api_delete(s.u[0].queue, "/queue/tokens/me"), 204);
    EXPECT_ERROR(map(&s.u[0], s.schedule), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(map(&s.u[0], other.schedule), 403, "WRONG_CONCERT");
}

/* Whoever is admitted and first asks for seats has come: the session is theirs. */
static void test_the_first_look_claims_the_session(void)
{
    static const char *const queries[] = {"", "?format=compact"};
    int64_t concert = world_concert("'queue':{'claimSeconds':3}");
    int64_t schedule = world_schedule(concert, 2, 1);
    struct user u[COUNT(queries)];
    for (size_t i = 0; i < COUNT(queries); i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
    for (size_t i = 0; i < COUNT(queries); i++) {
        const char *path = F("/schedules/%lld/seats%s", (long long)schedule, queries[i]);
        UNTIL(5, api_get(u[i].queue, path)->status == 200);
    }
    UNTIL(8, sql_int("SELECT MIN(admitted_at) < NOW(3) - INTERVAL 3100000 MICROSECOND "
                     "FROM queue_token WHERE concert_id = %lld",
                     (long long)concert) == 1);
    for (size_t i = 0; i < COUNT(queries); i++)
        EXPECT(map(&u[i], schedule), 200);
}

/* --- A crowd --- */

enum { LARGE = 40000, CROWD = 150 };

static int64_t metric(const char *name)
{
    const struct api_res *r = api_send(&(struct api_req){.path = "/metrics", .root = true});
    const char *at = strstr(r->body, F("\n%s ", name));
    NEED(at != NULL, "%s", name);
    return at ? strtoll(at + strlen(name) + 2, NULL, 10) : 0;
}

/* A hall of which half is blocked: one that takes as long to read as there are. */
static int64_t large_hall(int64_t concert)
{
    int64_t schedule = world_schedule(concert, LARGE, 5);
    sql_run("UPDATE seat SET status = 'BLOCKED' WHERE schedule_id = %lld AND seat_number > %d",
            (long long)schedule, LARGE / 2);
    return schedule;
}

/* All of them look at once; each map is whole. The letter of seat `number` that each has seen goes
 * to `seen`. */
static void look(const struct user *u, int64_t schedule, int number, char seen[CROWD])
{
    struct api_req reqs[CROWD];
    for (int i = 0; i < CROWD; i++)
        reqs[i] = (struct api_req){.path = path_of(schedule), .token = u->queue};
    const struct api_res **all = api_send_all(reqs, CROWD);
    for (int i = 0; i < CROWD; i++) {
        EXPECT_NEED(all[i], 200);
        const char *states = STR(all[i], "states");
        NEED(strlen(states) == LARGE && states[LARGE - 1] == 'B', "%zu", strlen(states));
        seen[i] = states[number - 1];
    }
}

/* A map takes some ten milliseconds to read: a crowd's second has time for few of them. */
static void test_a_crowd_shares_what_one_has_read(void)
{
    struct stage s = world_stage();
    int64_t schedule = large_hall(s.concert);
    char seen[CROWD];
    EXPECT(map(&s.u[0], schedule), 200);
    int64_t read = metric("frontrow_seat_maps_read_total");
    int64_t shared = metric("frontrow_seat_maps_shared_total");
    look(&s.u[0], schedule, 1, seen);
    look(&s.u[1], schedule, 1, seen);
    read = metric("frontrow_seat_maps_read_total") - read;
    shared = metric("frontrow_seat_maps_shared_total") - shared;
    CHECK(read + shared >= 2L * CROWD && read < CROWD, "%lld read, %lld shared", (long long)read,
          (long long)shared);
    /* what is shared is a map, and no way in */
    EXPECT(api_delete(s.u[1].queue, "/queue/tokens/me"), 204);
    struct stage other = world_stage();
    look(&s.u[0], schedule, 1, seen);
    EXPECT_ERROR(map(&s.u[1], schedule), 410, "QUEUE_TOKEN_EXPIRED");
    EXPECT_ERROR(map(&other.u[0], schedule), 403, "WRONG_CONCERT");
}

static void test_nobody_sees_what_is_older_than_a_second(void)
{
    struct stage s = world_stage();
    int64_t schedule = large_hall(s.concert);
    char seen[CROWD];
    for (int number = 1; number <= 2; number++) {
        look(&s.u[0], schedule, number, seen);
        world_held(&s.u[2], schedule, F("%d", number));
        double held = api_now(), begun;
        do {
            begun = api_now();
            look(&s.u[0], schedule, number, seen);
            for (int i = 0; begun >= held + 1 && i < CROWD; i++)
                CHECK(seen[i] == 'H', "%c %g s later", seen[i], begun - held);
        } while (begun < held + 1);
    }
}

SUITE(seat_maps, TEST(test_a_letter_for_each_seat),
      TEST(test_sections_are_runs_of_a_section_a_row_and_a_price),
      TEST(test_a_hold_that_is_over_is_free_at_that_moment),
      TEST(test_every_change_has_a_version_of_its_own), TEST(test_whoever_has_the_map_gets_304),
      TEST(test_two_shows_of_a_day), TEST(test_errors_in_their_order),
      TEST(test_the_first_look_claims_the_session), TEST(test_a_crowd_shares_what_one_has_read),
      TEST(test_nobody_sees_what_is_older_than_a_second));
