/* Prices and blocked seats, changed by the operator while people look, hold and pay. */
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define FIGURES "scheduleId:i capacity:i available:i held:i sold:i blocked:i revenue:i"

static const char *seats_path(int64_t schedule)
{
    return F("/admin/schedules/%lld/seats", (long long)schedule);
}

/* `changes` with ' for ". */
static const struct api_res *edit(int64_t schedule, const char *changes)
{
    return api_patch(token_admin(), seats_path(schedule), J("{'changes':[%s]}", changes));
}

static const struct api_res *look(const struct user *u, int64_t schedule, const char *query)
{
    const struct api_res *r =
        api_get(u->queue, F("/schedules/%lld/seats%s", (long long)schedule, query));

    EXPECT_NEED(r, 200);
    return r;
}

static const struct api_res *listed(const struct user *u, int64_t concert)
{
    const struct api_res *r =
        api_get(u->queue, F("/concerts/%lld/schedules?include=all", (long long)concert));

    EXPECT_NEED(r, 200);
    return r;
}

static void test_the_next_look_shows_it(void)
{
    struct stage s = world_stage();
    const struct user *u = &s.u[0];
    const char *day = STR(listed(u, s.concert), "schedules.0.date");
    const char *by_day = F("/concerts/%lld/seats?status=all&date=%s", (long long)s.concert, day);

    /* so that whatever remembers it does so */
    for (int i = 0; i < 3; i++) {
        look(u, s.schedule, "");
        EXPECT(api_get(u->queue, by_day), 200);
    }
    const char *tag = api_header(look(u, s.schedule, "?format=compact"), "ETag");
    NEED(tag != NULL, "no ETag");

    const struct api_res *r =
        edit(s.schedule, "{'first':2,'last':3,'price':2500},{'first':3,'price':7},"
                         "{'first':9,'blocked':true}");
    EXPECT_NEED(r, 200);
    SHAPE(r, "", FIGURES);
    CHECK_INT(INT(r, "scheduleId"), s.schedule);
    CHECK_INT(INT(r, "capacity"), STAGE_SEATS);
    CHECK_INT(INT(r, "available"), STAGE_SEATS - 1);
    CHECK_INT(INT(r, "blocked"), 1);

    r = look(u, s.schedule, "?status=all");
    CHECK_INT(INT(r, "seats.0.price"), STAGE_PRICE);
    CHECK_INT(INT(r, "seats.1.price"), 2500);
    CHECK_INT(INT(r, "seats.2.price"), 7);
    CHECK_STR(STR(r, "seats.8.status"), "BLOCKED");
    r = api_get(u->queue, by_day);
    EXPECT(r, 200);
    CHECK_INT(INT(r, "schedules.0.seats.1.price"), 2500);
    CHECK_STR(STR(r, "schedules.0.seats.8.status"), "BLOCKED");
    const struct api_req again = {
        .path = F("/schedules/%lld/seats?format=compact", (long long)s.schedule),
        .token = u->queue,
        .headers = {F("If-None-Match: %s", tag)}};
    r = api_send(&again);
    EXPECT(r, 200);
    CHECK_STR(STR(r, "states"), "AAAAAAAABA");
    CHECK_INT((int64_t)LEN(r, "sections"), 4);
    CHECK_INT(INT(r, "sections.1.price"), 2500);
    CHECK_STR(api_get(token_admin(), seats_path(s.schedule))->body, r->body);
    r = listed(u, s.concert);
    CHECK_INT(INT(r, "schedules.0.minPrice"), 7);
    CHECK_INT(INT(r, "schedules.0.maxPrice"), 2500);
    CHECK_INT(INT(r, "schedules.0.availableSeats"), STAGE_SEATS - 1);
    r = api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)s.concert));
    CHECK_INT(INT(r, "schedules.0.blocked"), 1);
}

/* With the same states a price alone makes another map. */
static void test_a_price_makes_another_map(void)
{
    struct stage s = world_stage();
    const char *tag = api_header(look(&s.u[0], s.schedule, "?format=compact"), "ETag");

    NEED(tag != NULL, "no ETag");
    EXPECT(edit(s.schedule, "{'first':1,'last':10,'price':1}"), 200);
    const struct api_req again = {
        .path = F("/schedules/%lld/seats?format=compact", (long long)s.schedule),
        .token = s.u[0].queue,
        .headers = {F("If-None-Match: %s", tag)}};
    const struct api_res *r = api_send(&again);
    EXPECT(r, 200);
    CHECK_INT(INT(r, "sections.0.price"), 1);
}

static void test_the_new_price_is_held_and_paid(void)
{
    struct stage s = world_stage();
    const struct api_res *r;

    EXPECT(edit(s.schedule, "{'first':1,'last':2,'price':300},{'first':6,'last':10,'price':4}"),
           200);
    r = world_hold(&s.u[0], s.schedule, "1,2");
    EXPECT_NEED(r, 201);
    CHECK_INT(INT(r, "amount"), 600);
    CHECK_INT(INT(r, "seats.0.price"), 300);
    world_charge(&s.u[0], 600);
    const struct api_res *paid = world_pay(&s.u[0], INT(r, "reservationId"));
    EXPECT(paid, 201);
    CHECK_INT(INT(paid, "balance"), 0);
    r = api_post(s.u[1].queue, "/reservations",
                 J("{'scheduleId':%lld,'bestAvailable':4}", (long long)s.schedule));
    EXPECT(r, 201);
    CHECK_INT(INT(r, "amount"), 3 * STAGE_PRICE + 4);
    r = edit(s.schedule, "{'first':1,'last':2,'price':300}");
    EXPECT(r, 200);
    CHECK_INT(INT(r, "held"), 4);
    CHECK_INT(INT(r, "sold"), 2);
    CHECK_INT(INT(r, "revenue"), 600);
}

static void test_all_or_nothing(void)
{
    struct stage s = world_stage();

    world_held(&s.u[0], s.schedule, "4");
    world_bought(&s.u[1], s.schedule, "6,7");
    const struct api_res *before = api_get(token_admin(), seats_path(s.schedule));
    const struct api_res *r =
        edit(s.schedule, "{'first':1,'last':2,'price':5},{'first':3,'last':10,'price':6}");
    EXPECT_ERROR(r, 409, "SEAT_TAKEN");
    CHECK_INT((int64_t)LEN(r, "seatNumbers"), 3);
    CHECK_INT(INT(r, "seatNumbers.0"), 4);
    CHECK_INT(INT(r, "seatNumbers.1"), 6);
    CHECK_INT(INT(r, "seatNumbers.2"), 7);
    EXPECT_ERROR(edit(s.schedule, "{'first':4,'blocked':true}"), 409, "SEAT_TAKEN");
    r = edit(s.schedule, "{'first':1,'price':5},{'first':10,'last':11,'price':6}");
    EXPECT_ERROR(r, 404, "SEAT_NOT_FOUND");
    CHECK_INT(INT(r, "seatNumbers.0"), 11);
    CHECK_STR(api_get(token_admin(), seats_path(s.schedule))->body, before->body);
    /* those that somebody has and that stay as they are do not stand in the way */
    EXPECT(
        edit(s.schedule, F("{'first':1,'last':10,'price':%d,'blocked':false}", (int)STAGE_PRICE)),
        200);
    EXPECT(edit(s.schedule, "{'first':4,'last':7,'blocked':false}"), 200);
}

static void test_a_hold_that_is_over_is_free(void)
{
    struct user u[1] = {world_user()};
    int64_t concert = world_concert("'holdSeconds':1");
    int64_t schedule = world_schedule(concert, 3, 10);

    world_enter(u, 1, concert);
    const struct api_res *held = world_hold(&u[0], schedule, "2");
    EXPECT_NEED(held, 201);
    EXPECT_ERROR(edit(schedule, "{'first':2,'blocked':true}"), 409, "SEAT_TAKEN");
    api_wait_for(TIME(held, "holdExpiresAt") + 1);
    UNTIL(2, edit(schedule, "{'first':2,'blocked':true}")->status == 200);
    CHECK_STR(world_seat(&u[0], schedule, 2), "BLOCKED");
    world_charge(&u[0], 10);
    EXPECT_ERROR(world_pay(&u[0], INT(held, "reservationId")), 410, "HOLD_EXPIRED");
    EXPECT_ERROR(world_hold(&u[0], schedule, "2"), 409, "SEAT_TAKEN");
    EXPECT(edit(schedule, "{'first':2,'blocked':false,'price':11}"), 200);
    CHECK_INT(INT(world_hold(&u[0], schedule, "2"), "amount"), 11);
}

static void test_a_canceled_show_stays_as_it_is(void)
{
    int64_t schedule = world_schedule(world_concert(NULL), 3, 10);

    EXPECT(api_delete(token_admin(), F("/admin/schedules/%lld", (long long)schedule)), 202);
    EXPECT_ERROR(edit(schedule, "{'first':1,'price':1}"), 409, "BOOKING_CLOSED");
    EXPECT_ERROR(edit(schedule, "{'first':4,'price':1}"), 404, "SEAT_NOT_FOUND");
    EXPECT_ERROR(edit(999999999, "{'first':1,'price':1}"), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(api_get(token_admin(), seats_path(999999999)), 404, "SCHEDULE_NOT_FOUND");
}

/* A queue that has nothing more to sell goes back when there is. */
static void test_blocked_seats_are_not_for_sale(void)
{
    int64_t concert = world_concert(NULL);
    int64_t schedule = world_schedule(concert, 2, 10);
    const char *path = F("/queue/concerts/%lld", (long long)concert);

    EXPECT(edit(schedule, "{'first':1,'last':2,'blocked':true}"), 200);
    UNTIL(5, strcmp(api_text(api_get(NULL, path), "state"), "SOLD_OUT") == 0);
    EXPECT(edit(schedule, "{'first':2,'blocked':false}"), 200);
    UNTIL(5, strcmp(api_text(api_get(NULL, path), "state"), "OPEN") == 0);
}

static void test_it_is_written_down(void)
{
    const char *actor = token_uuid(), *token = token_user(actor, "admin");
    int64_t schedule = world_schedule(world_concert(NULL), 5, 10);
    const char *at = NULL;
    int count = 0;

    EXPECT(api_patch(token, seats_path(schedule),
                     J("{'changes':[{'first':2,'last':3,'price':9,'blocked':true},"
                       "{'first':3,'blocked':false}]}")),
           200);
    const struct api_res *r = api_get(token, "/admin/audit?limit=100");
    for (size_t i = 0; i < LEN(r, "entries"); i++)
        if (strcmp(api_text(r, F("entries.%zu.actor", i)), actor) == 0 && count++ == 0)
            at = F("entries.%zu", i);
    NEED(count == 1, "%d entries", count);
    CHECK_STR(STR(r, F("%s.action", at)), "seats.update");
    CHECK_STR(STR(r, F("%s.target", at)), F("schedule/%lld", (long long)schedule));
    SHAPE(r, F("%s.before", at), "seats:a more:b");
    SHAPE(r, F("%s.before.seats.0", at), "first:i last:i price:i blocked:b");
    CHECK_INT(INT(r, F("%s.before.seats.0.first", at)), 2);
    CHECK_INT(INT(r, F("%s.before.seats.0.last", at)), 3);
    CHECK_INT(INT(r, F("%s.before.seats.0.price", at)), 10);
    SHAPE(r, F("%s.after", at), "changed:i changes:a");
    CHECK_INT(INT(r, F("%s.after.changed", at)), 2);
    SHAPE(r, F("%s.after.changes.0", at), "first:i last:i price:i blocked:b");
    SHAPE(r, F("%s.after.changes.1", at), "first:i last:i blocked:b");
}

/* --- Buyers and operators at the same time --- */

enum { BUYERS = 12, RACE_SEATS = 120, ROUNDS = 6, OPERATORS = 3 };

static struct api_req hold_request(const struct user *u, int64_t schedule, int round, int i)
{
    int first = (round * BUYERS + i) * 3 % RACE_SEATS + 1;
    struct api_req req = {.method = "POST", .path = "/reservations", .token = u->queue};

    if (i % 4 == 3)
        req.body = J("{'scheduleId':%lld,'bestAvailable':2}", (long long)schedule);
    else if (i % 4 == 2)
        req.body =
            J("{'scheduleId':%lld,'seatNumbers':[%d,%d,%d,%d,%d,%d]}", (long long)schedule, first,
              first % RACE_SEATS + 1, (first + 20) % RACE_SEATS + 1, (first + 50) % RACE_SEATS + 1,
              (first + 70) % RACE_SEATS + 1, (first + 90) % RACE_SEATS + 1);
    else
        req.body = J("{'scheduleId':%lld,'seatNumbers':[%d,%d]}", (long long)schedule, first,
                     first % RACE_SEATS + 1);
    return req;
}

static struct api_req edit_request(int64_t schedule, int round, int i)
{
    int first = 1 + (round * 37 + i * 40) % (RACE_SEATS - 8);

    return (struct api_req){.method = "PATCH",
                            .path = seats_path(schedule),
                            .token = token_admin(),
                            .body = J("{'changes':[{'first':%d,'last':%d,'price':%d}]}", first,
                                      first + 7, 1000 + round * 10 + i)};
}

/* What the answer says the seats cost, what the reservation and the seats themselves say. */
static void expect_one_price(const struct user *u, const struct api_res *held,
                             const struct api_res *map)
{
    int64_t sum = 0;

    for (size_t i = 0; i < LEN(held, "seats"); i++) {
        int64_t price = INT(held, F("seats.%zu.price", i));
        size_t number = (size_t)INT(held, F("seats.%zu.seatNumber", i));

        sum += price;
        CHECK_INT(INT(map, F("seats.%zu.price", number - 1)), price);
        CHECK_STR(STR(map, F("seats.%zu.status", number - 1)), "HELD");
    }
    CHECK_INT(INT(held, "amount"), sum);
    const struct api_res *shown =
        api_get(u->token, F("/reservations/%lld", (long long)INT(held, "reservationId")));
    CHECK_STR(shown->body, held->body);
}

static void test_buyers_and_operators_at_once(void)
{
    struct user u[BUYERS];
    int64_t concert = world_concert("'maxSeatsPerUser':100");
    int64_t schedule = world_schedule(concert, RACE_SEATS, 1000);
    int held = 0, edited = 0;

    for (int i = 0; i < BUYERS; i++)
        u[i] = world_user();
    world_enter(u, BUYERS, concert);
    for (int round = 0; round < ROUNDS; round++) {
        struct api_req reqs[BUYERS + OPERATORS];

        for (int i = 0; i < BUYERS; i++)
            reqs[i + OPERATORS] = hold_request(&u[i], schedule, round, i);
        for (int i = 0; i < OPERATORS; i++)
            reqs[i] = edit_request(schedule, round, i);
        const struct api_res **all = api_send_all(reqs, COUNT(reqs));
        const struct api_res *map = look(&u[0], schedule, "?status=all");
        for (int i = 0; i < OPERATORS; i++) {
            CHECK(all[i]->status == 200 || all[i]->status == 409, "%s", all[i]->body);
            edited += all[i]->status == 200;
        }
        for (int i = 0; i < BUYERS; i++) {
            const struct api_res *r = all[i + OPERATORS];

            CHECK(r->status == 201 || r->status == 409, "%s", r->body);
            if (r->status != 201)
                continue;
            held++;
            expect_one_price(&u[i], r, map);
            EXPECT(
                api_delete(u[i].token, F("/reservations/%lld", (long long)INT(r, "reservationId"))),
                204);
        }
    }
    CHECK(held > ROUNDS && edited > 0, "%d held, %d edited", held, edited);
}

SUITE(edit_seats, TEST(test_the_next_look_shows_it), TEST(test_a_price_makes_another_map),
      TEST(test_the_new_price_is_held_and_paid), TEST(test_all_or_nothing),
      TEST(test_a_hold_that_is_over_is_free), TEST(test_a_canceled_show_stays_as_it_is),
      TEST(test_blocked_seats_are_not_for_sale), TEST(test_it_is_written_down),
      TEST(test_buyers_and_operators_at_once));
