/* Canceling a show: nothing more is sold of it, and all that was is undone. */
#include "suite.h"
#include "world.h"

#include <string.h>

#define SCHEDULE                                                                                   \
    "scheduleId:i concertId:i date:d startsAt:t bookingOpensAt:t bookingClosesAt:t "               \
    "refundClosesAt:t capacity:i canceledAt:t?"

static const char *admin_path(int64_t schedule)
{
    return F("/admin/schedules/%lld", (long long)schedule);
}

static const struct api_res *cancel(int64_t schedule)
{
    return api_delete(token_admin(), admin_path(schedule));
}

static const char *status_of(const struct user *u, int64_t reservation)
{
    return api_text(api_get(u->token, F("/reservations/%lld", (long long)reservation)), "status");
}

static bool is_done(int64_t schedule)
{
    const struct api_res *r = api_get(token_admin(), admin_path(schedule));
    return INT(r, "cancellation.done") == INT(r, "cancellation.total");
}

static void test_a_show_is_canceled(void)
{
    struct stage s = world_stage();
    const struct api_res *before = api_get(token_admin(), admin_path(s.schedule));
    SHAPE(before, "", SCHEDULE);
    CHECK(api_is_null(before, "canceledAt"), "%s", before->body);
    int64_t paid = world_bought(&s.u[0], s.schedule, "1,2");
    int64_t held = world_held(&s.u[1], s.schedule, "3");
    const struct api_res *r = cancel(s.schedule);
    EXPECT_NEED(r, 202);
    SHAPE(r, "", SCHEDULE " cancellation:o");
    SHAPE(r, "cancellation", "total:i done:i");
    CHECK_INT(INT(r, "cancellation.total"), 2);
    CHECK_INT(INT(r, "cancellation.done"), 0);
    CHECK(TIME(r, "canceledAt") >= r->ended_ms - 3000, "%s", r->body);
    UNTIL(15, is_done(s.schedule));
    CHECK_STR(status_of(&s.u[0], paid), "REFUNDED");
    CHECK_STR(status_of(&s.u[1], held), "CANCELED");
    CHECK_INT(world_balance(&s.u[0]), 2 * STAGE_PRICE);
    EXPECT_ERROR(world_pay(&s.u[1], held), 410, "HOLD_EXPIRED");
    const struct api_res *list = api_get(s.u[1].token, "/users/me/reservations");
    CHECK_STR(STR(list, "reservations.0.status"), "CANCELED");
    CHECK(api_is_null(list, "reservations.0.paymentId"), "%s", list->body);
    CHECK(api_is_null(list, "reservations.0.paidAt"), "%s", list->body);
    list = api_get(s.u[0].token, "/users/me/reservations");
    CHECK_STR(STR(list, "reservations.0.status"), "REFUNDED");
    CHECK(INT(list, "reservations.0.paymentId") > 0, "%s", list->body);
    const struct api_res *again = cancel(s.schedule);
    EXPECT(again, 202);
    CHECK_STR(STR(again, "canceledAt"), STR(r, "canceledAt"));
    CHECK_INT(INT(again, "cancellation.total"), 2);
    CHECK_INT(INT(again, "cancellation.done"), 2);
    CHECK_STR(api_get(token_admin(), admin_path(s.schedule))->body, again->body);
}

static void test_it_is_listed_no_more(void)
{
    struct stage s = world_stage();
    const char *shows = F("/concerts/%lld/schedules?include=all", (long long)s.concert);
    const char *concert = F("/concerts/%lld", (long long)s.concert);
    const struct api_res *r = api_get(token_admin(), admin_path(s.schedule));
    const char *day = F("/concerts/%lld/seats?date=%s", (long long)s.concert, STR(r, "date"));
    int64_t later = world_schedule_with(s.concert, F("'startsAt':'%s','seats':{'price':5}",
                                                     api_time(api_wall_ms() + INT64_C(172800000))));
    EXPECT(cancel(s.schedule), 202);
    r = api_get(s.u[0].queue, shows);
    CHECK_INT((int64_t)LEN(r, "schedules"), 1);
    CHECK_INT(INT(r, "schedules.0.scheduleId"), later);
    CHECK_INT((int64_t)LEN(api_get(s.u[0].queue, day), "schedules"), 0);
    CHECK_STR(STR(api_get(NULL, concert), "nextStartsAt"),
              STR(api_get(token_admin(), admin_path(later)), "startsAt"));
    EXPECT_ERROR(world_hold(&s.u[0], s.schedule, "1"), 409, "BOOKING_CLOSED");
    EXPECT(world_hold(&s.u[0], later, "1"), 201);
}

static void test_who_may_cancel(void)
{
    struct stage s = world_stage();
    EXPECT_ERROR(api_delete(NULL, admin_path(s.schedule)), 401, "TOKEN_MISSING");
    EXPECT_ERROR(api_delete(s.u[0].queue, admin_path(s.schedule)), 401, "TOKEN_INVALID");
    EXPECT_ERROR(api_delete(s.u[0].token, admin_path(s.schedule)), 403, "FORBIDDEN");
    EXPECT_ERROR(api_delete(token_service(), admin_path(s.schedule)), 403, "FORBIDDEN");
    EXPECT_ERROR(cancel(INT64_MAX), 404, "SCHEDULE_NOT_FOUND");
    EXPECT_ERROR(api_delete(token_admin(), "/admin/schedules/x"), 404, "SCHEDULE_NOT_FOUND");
    EXPECT(world_hold(&s.u[0], s.schedule, "1"), 201);
}

static void test_the_audit_log_has_it_once(void)
{
    struct stage s = world_stage();
    const char *key = api_unique(), *target = F("schedule/%lld", (long long)s.schedule);
    const struct api_req req = {
        .method = "DELETE", .path = admin_path(s.schedule), .token = token_admin(), .key = key};
    const struct api_res *r = api_send(&req), *again = api_send(&req);
    EXPECT(r, 202);
    EXPECT(again, 202);
    CHECK_STR(again->body, r->body);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    EXPECT(cancel(s.schedule), 202);
    const struct api_res *log = api_get(token_admin(), "/admin/audit?limit=100");
    int found = 0;
    for (size_t i = 0; i < LEN(log, "entries"); i++) {
        const char *at = F("entries.%zu", i);
        if (strcmp(STR(log, F("%s.target", at)), target) != 0 ||
            strcmp(STR(log, F("%s.action", at)), "schedule.cancel") != 0)
            continue;
        found++;
        SHAPE(log, F("%s.before", at), SCHEDULE);
        SHAPE(log, F("%s.after", at), SCHEDULE " cancellation:o");
        CHECK(api_is_null(log, F("%s.before.canceledAt", at)), "%s", target);
        CHECK_STR(STR(log, F("%s.after.canceledAt", at)), STR(r, "canceledAt"));
    }
    CHECK_INT(found, 1);
}

static const struct api_res *queue_of(int64_t concert)
{
    return api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
}

static const char *state_of(int64_t concert)
{
    return api_text(queue_of(concert), "state");
}

/* A concert is sold out by its other shows alone, and not at all without one. */
static void test_whether_it_is_sold_out(void)
{
    struct user u[2] = {world_user(), world_user()};
    int64_t concert = world_queue("'claimSeconds':0");
    int64_t small = world_schedule(concert, 1, 10), large = world_schedule(concert, 5, 10);
    world_enter(&u[0], 1, concert);
    int64_t id = world_bought(&u[0], small, "1");
    /* Nobody is inside any more, so that nothing else makes a tick look at this queue. */
    UNTIL(15, INT(queue_of(concert), "active") == 0);
    CHECK_STR(state_of(concert), "OPEN");
    EXPECT(cancel(large), 202);
    UNTIL(15, strcmp(state_of(concert), "SOLD_OUT") == 0);
    EXPECT_ERROR(world_try_join(&u[1], concert), 409, "SOLD_OUT");
    EXPECT(cancel(small), 202);
    UNTIL(15, strcmp(state_of(concert), "OPEN") == 0);
    UNTIL(15, is_done(small));
    CHECK_STR(status_of(&u[0], id), "REFUNDED");
    EXPECT(world_try_join(&u[1], concert), 201);
}

/* --- In the middle of everything --- */

enum { CROWD = 24 };

static const char *const finals[] = {"REFUNDED", "CANCELED", "EXPIRED"};

static bool all_over(const struct user *u)
{
    const struct api_res *r = api_get(u->token, "/users/me/reservations?limit=100");
    bool over = true;
    for (size_t i = 0; i < LEN(r, "reservations"); i++) {
        const char *status = STR(r, F("reservations.%zu.status", i));
        bool final = false;
        for (size_t k = 0; k < COUNT(finals); k++)
            final = final || strcmp(status, finals[k]) == 0;
        over = over && final;
    }
    return over;
}

/* A third has paid and refunds now, a third holds and pays now, a third holds now, and the show is
 * canceled among them. What is answered may be this or that; in the end all is undone. */
static void test_while_others_hold_pay_and_refund(void)
{
    struct user u[CROWD];
    struct api_req reqs[CROWD + 1];
    int64_t concert = world_queue("'claimSeconds':0");
    int64_t schedule = world_schedule(concert, 2 * CROWD, STAGE_PRICE);
    int canceling = 0;
    for (int i = 0; i < CROWD; i++)
        u[i] = world_user();
    world_enter(u, CROWD, concert);
    for (int i = 0; i < CROWD; i++) {
        const char *seats = F("%d,%d", 2 * i + 1, 2 * i + 2);
        struct api_req *req = &reqs[i];
        *req = (struct api_req){.method = "POST", .token = u[i].queue};
        if (i % 3 == 0) {
            req->token = u[i].token;
            req->path =
                F("/reservations/%lld/refund", (long long)world_bought(&u[i], schedule, seats));
            continue;
        }
        world_charge(&u[i], 2 * STAGE_PRICE);
        req->path = i % 3 == 1 ? "/payments" : "/reservations";
        req->body = i % 3 == 1
                        ? J("{'reservationId':%lld}", (long long)world_held(&u[i], schedule, seats))
                        : J("{'scheduleId':%lld,'seatNumbers':[%s]}", (long long)schedule, seats);
    }
    reqs[CROWD] = reqs[CROWD / 2];
    reqs[CROWD / 2] =
        (struct api_req){.method = "DELETE", .path = admin_path(schedule), .token = token_admin()};
    const struct api_res **r = api_send_all(reqs, CROWD + 1);
    for (int i = 0; i <= CROWD; i++) {
        CHECK(r[i]->status < 500, "%s: %ld %s", r[i]->what, r[i]->status, r[i]->body);
        canceling += r[i]->status == 202;
    }
    CHECK_INT(canceling, 1);
    UNTIL(15, is_done(schedule));
    for (int i = 0; i < CROWD; i++) {
        CHECK(all_over(&u[i]), "user %d still has a reservation", i);
        CHECK_INT(world_balance(&u[i]), 2 * STAGE_PRICE);
    }
    const struct api_res *stats =
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)concert));
    CHECK_INT(INT(stats, "schedules.0.available"), INT64_C(2) * CROWD);
    CHECK_INT(INT(stats, "schedules.0.revenue"), 0);
}

SUITE(cancel, TEST(test_a_show_is_canceled), TEST(test_it_is_listed_no_more),
      TEST(test_who_may_cancel), TEST(test_the_audit_log_has_it_once),
      TEST(test_whether_it_is_sold_out), TEST(test_while_others_hold_pay_and_refund));
