/* Refunds: the money back into the wallet and the seats to others, once. */
#include "suite.h"
#include "world.h"

#include <string.h>

#define MEMBERS                                                                                    \
    "reservationId:i status:s userId:u concertId:i scheduleId:i startsAt:t seats:a amount:i "      \
    "createdAt:t holdExpiresAt:t paymentId:i? paidAt:t?"

static const char *path_of(int64_t reservation)
{
    return F("/reservations/%lld", (long long)reservation);
}

static const char *refund_path(int64_t reservation)
{
    return F("/reservations/%lld/refund", (long long)reservation);
}

static const struct api_res *refund(const char *token, int64_t reservation)
{
    return api_post(token, refund_path(reservation), NULL);
}

/* How many REFUND entries a user has for a reservation, and their sum. */
static int64_t refunds_of(const struct user *u, int64_t reservation, int64_t *sum)
{
    const struct api_res *r = api_get(u->token, "/users/me/balance/entries?limit=100");
    int64_t count = 0;
    *sum = 0;
    for (size_t i = 0; i < LEN(r, "entries"); i++) {
        if (strcmp(STR(r, F("entries.%zu.type", i)), "REFUND") != 0)
            continue;
        CHECK_INT(INT(r, F("entries.%zu.reservationId", i)), reservation);
        *sum += INT(r, F("entries.%zu.amount", i));
        count++;
    }
    return count;
}

static void test_a_refund(void)
{
    struct stage s = world_stage();
    world_charge(&s.u[0], 500);
    int64_t id = world_bought(&s.u[0], s.schedule, "1,2");
    const struct api_res *paid = api_get(s.u[0].token, path_of(id));
    const struct api_res *r = refund(s.u[0].token, id);
    EXPECT_NEED(r, 200);
    SHAPE(r, "", MEMBERS " balance:i");
    SHAPE(r, "seats.0", "seatId:i seatNumber:i section:s? row:s? price:i");
    CHECK_INT(INT(r, "reservationId"), id);
    CHECK_STR(STR(r, "status"), "REFUNDED");
    CHECK_INT(INT(r, "balance"), 500 + 2 * STAGE_PRICE);
    CHECK_INT(INT(r, "amount"), 2 * STAGE_PRICE);
    CHECK_INT((int64_t)LEN(r, "seats"), 2);
    CHECK_INT(INT(r, "paymentId"), INT(paid, "paymentId"));
    CHECK_STR(STR(r, "paidAt"), STR(paid, "paidAt"));
    CHECK_STR(STR(r, "startsAt"), STR(paid, "startsAt"));
    CHECK_STR(api_header(r, "Cache-Control"), "no-store");
    /* The answer is what a GET gives, and the balance. */
    const struct api_res *now = api_get(s.u[0].token, path_of(id));
    SHAPE(now, "", MEMBERS);
    CHECK(strncmp(now->body, r->body, now->len - 1) == 0, "%s %s", now->body, r->body);
    CHECK_INT(world_balance(&s.u[0]), 500 + 2 * STAGE_PRICE);
    CHECK_STR(world_seat(&s.u[1], s.schedule, 1), "AVAILABLE");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 2), "AVAILABLE");
}

static void test_lists_show_a_refund(void)
{
    struct stage s = world_stage();
    int64_t sum = 0, id = world_bought(&s.u[0], s.schedule, "1,2");
    EXPECT(refund(s.u[0].token, id), 200);
    const struct api_res *r = api_get(s.u[0].token, "/users/me/reservations");
    SHAPE(r, "reservations.0", MEMBERS);
    CHECK_INT(INT(r, "reservations.0.reservationId"), id);
    CHECK_STR(STR(r, "reservations.0.status"), "REFUNDED");
    CHECK(INT(r, "reservations.0.paymentId") > 0, "%s", r->body);
    CHECK(TIME(r, "reservations.0.paidAt") > 0, "%s", r->body);
    CHECK_INT((int64_t)LEN(r, "reservations.0.seats"), 2);
    CHECK_INT(refunds_of(&s.u[0], id, &sum), 1);
    CHECK_INT(sum, 2 * STAGE_PRICE);
    r = api_get(s.u[0].token, "/users/me/balance/entries?limit=1");
    CHECK_STR(STR(r, "entries.0.type"), "REFUND");
    CHECK_INT(INT(r, "entries.0.balanceAfter"), 2 * STAGE_PRICE);
    r = api_get(s.u[0].token, F("/users/me/balance/entries?limit=1&cursor=%s", STR(r, "next")));
    CHECK_STR(STR(r, "entries.0.type"), "PAYMENT");
    r = api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)s.concert));
    CHECK_INT(INT(r, "schedules.0.available"), STAGE_SEATS);
    CHECK_INT(INT(r, "schedules.0.sold"), 0);
    CHECK_INT(INT(r, "schedules.0.revenue"), 0);
}

static void test_what_is_not_paid_is_not_refunded(void)
{
    struct stage s = world_stage();
    int64_t held = world_held(&s.u[0], s.schedule, "1");
    EXPECT_ERROR(refund(s.u[0].token, held), 409, "NOT_REFUNDABLE");
    CHECK_STR(world_seat(&s.u[0], s.schedule, 1), "HELD");
    EXPECT(api_delete(s.u[0].token, path_of(held)), 204);
    EXPECT_ERROR(refund(s.u[0].token, held), 409, "NOT_REFUNDABLE");
    CHECK_INT(world_balance(&s.u[0]), 0);
}

static void test_a_refund_is_not_done_again(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");
    EXPECT(refund(s.u[0].token, id), 200);
    EXPECT_ERROR(refund(s.u[0].token, id), 409, "NOT_REFUNDABLE");
    EXPECT_ERROR(refund(token_service(), id), 409, "NOT_REFUNDABLE");
    CHECK_INT(world_balance(&s.u[0]), STAGE_PRICE);
    /* Nor is what was refunded paid, or given back. */
    struct user again = s.u[0];
    world_enter(&again, 1, s.concert);
    EXPECT_ERROR(world_pay(&again, id), 409, "ALREADY_PAID");
    EXPECT_ERROR(api_delete(s.u[0].token, path_of(id)), 409, "ALREADY_PAID");
}

static void test_who_may_refund(void)
{
    struct stage s = world_stage();
    int64_t first = world_bought(&s.u[0], s.schedule, "1");
    int64_t second = world_bought(&s.u[1], s.schedule, "2");
    EXPECT_ERROR(refund(NULL, first), 401, "TOKEN_MISSING");
    EXPECT_ERROR(refund(s.u[2].queue, first), 401, "TOKEN_INVALID");
    EXPECT_ERROR(refund(s.u[1].token, first), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(refund(s.u[0].token, INT64_MAX), 404, "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_post(s.u[0].token, "/reservations/0/refund", NULL), 404,
                 "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_post(s.u[0].token, "/reservations/x/refund", NULL), 404,
                 "RESERVATION_NOT_FOUND");
    EXPECT_ERROR(api_get(s.u[0].token, refund_path(first)), 405, "METHOD_NOT_ALLOWED");
    const struct api_res *r = refund(token_service(), first);
    EXPECT(r, 200);
    CHECK_STR(STR(r, "userId"), s.u[0].id);
    CHECK_INT(INT(r, "balance"), STAGE_PRICE);
    EXPECT(refund(token_admin(), second), 200);
    CHECK_INT(world_balance(&s.u[0]), STAGE_PRICE);
    CHECK_INT(world_balance(&s.u[1]), STAGE_PRICE);
}

static void test_the_body_may_be_left_out(void)
{
    struct stage s = world_stage();
    int64_t ids[] = {world_bought(&s.u[0], s.schedule, "1"), world_bought(&s.u[1], s.schedule, "2"),
                     world_bought(&s.u[2], s.schedule, "3")};
    const struct {
        const char *body, *type;
        long status;
        const char *code;
    } wrong[] = {{"{'a':1}", NULL, 400, "UNKNOWN_FIELD"},
                 {"[]", NULL, 400, "INVALID_JSON"},
                 {"{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"}};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        const struct api_req req = {.method = "POST",
                                    .path = refund_path(ids[0]),
                                    .token = s.u[0].token,
                                    .body = J("%s", wrong[i].body),
                                    .type = wrong[i].type};
        EXPECT_ERROR(api_send(&req), wrong[i].status, wrong[i].code);
    }
    EXPECT(api_post(s.u[0].token, refund_path(ids[0]), "{}"), 200);
    const struct api_req bare = {
        .method = "POST", .path = refund_path(ids[1]), .token = s.u[1].token, .type = ""};
    EXPECT(api_send(&bare), 200);
    const struct api_req typed = {.method = "POST",
                                  .path = refund_path(ids[2]),
                                  .token = s.u[2].token,
                                  .type = "application/json"};
    EXPECT(api_send(&typed), 200);
}

static void test_too_late(void)
{
    struct stage s = world_stage();
    int64_t closed = world_schedule_with(
        s.concert, F("'startsAt':'%s','refundClosesAt':'%s','seats':{'count':2,'price':10}",
                     api_time(api_wall_ms() + 86400000), api_time(api_wall_ms() - 1000)));
    int64_t id = world_bought(&s.u[0], closed, "1");
    EXPECT_ERROR(refund(s.u[0].token, id), 409, "NOT_REFUNDABLE");
    EXPECT_ERROR(refund(token_service(), id), 409, "NOT_REFUNDABLE");
    CHECK_INT(world_balance(&s.u[0]), 0);
    CHECK_STR(world_seat(&s.u[1], closed, 1), "SOLD");
}

static void test_what_was_free_is_refunded_too(void)
{
    struct stage s = world_stage();
    int64_t schedule = world_schedule(s.concert, 2, 0), sum = -1;
    int64_t id = world_held(&s.u[0], schedule, "1,2");
    EXPECT_NEED(world_pay(&s.u[0], id), 201);
    const struct api_res *r = refund(s.u[0].token, id);
    EXPECT(r, 200);
    CHECK_INT(INT(r, "balance"), 0);
    CHECK_INT(refunds_of(&s.u[0], id, &sum), 1);
    CHECK_INT(sum, 0);
}

static void test_a_key_gives_the_same_answer_again(void)
{
    struct stage s = world_stage();
    int64_t id = world_bought(&s.u[0], s.schedule, "1");
    int64_t other = world_bought(&s.u[1], s.schedule, "2");
    const char *key = api_unique();
    const struct api_res *r = api_post_key(s.u[0].token, refund_path(id), NULL, key);
    EXPECT_NEED(r, 200);
    CHECK(!api_header(r, "Idempotent-Replayed"), "%s", r->head);
    const struct api_res *again = api_post_key(s.u[0].token, refund_path(id), NULL, key);
    EXPECT(again, 200);
    CHECK_STR(again->body, r->body);
    CHECK_STR(api_header(again, "Idempotent-Replayed"), "true");
    EXPECT_ERROR(api_post_key(s.u[0].token, refund_path(other), NULL, key), 422,
                 "IDEMPOTENCY_MISMATCH");
    EXPECT_ERROR(api_post_key(s.u[0].token, refund_path(id), "{}", key), 422,
                 "IDEMPOTENCY_MISMATCH");
    CHECK_INT(world_balance(&s.u[0]), STAGE_PRICE);
}

/* --- At the same time --- */

enum { MANY = 30 };

/* Lets many refund one reservation at once, by the owner and a service in turns; `keys` is how many
 * different keys they use between them (0: none). Exactly one is done, and counted by its ledger
 * entries, whatever the answers say; how many got 200. */
static int refund_at_once(int keys)
{
    struct stage s = world_stage();
    struct api_req reqs[MANY];
    const char *names[MANY] = {NULL};
    int64_t sum = 0, id = world_bought(&s.u[0], s.schedule, "1,2,3");
    int done = 0, replayed = 0;
    for (int i = 0; i < keys; i++)
        names[i] = api_unique();
    for (int i = 0; i < MANY; i++)
        reqs[i] = (struct api_req){.method = "POST",
                                   .path = refund_path(id),
                                   .token = keys != 1 && i % 2 ? token_service() : s.u[0].token,
                                   .key = keys ? names[i % keys] : NULL};
    const struct api_res **r = api_send_all(reqs, MANY);
    for (int i = 0; i < MANY; i++) {
        done += r[i]->status == 200;
        replayed += api_header(r[i], "Idempotent-Replayed") != NULL;
        if (r[i]->status != 200 && strcmp(CODE(r[i]), "IDEMPOTENCY_IN_PROGRESS") != 0)
            EXPECT_ERROR(r[i], 409, "NOT_REFUNDABLE");
    }
    CHECK_INT(done - replayed, 1);
    CHECK_INT(refunds_of(&s.u[0], id, &sum), 1);
    CHECK_INT(sum, 3 * STAGE_PRICE);
    CHECK_INT(world_balance(&s.u[0]), 3 * STAGE_PRICE);
    CHECK_STR(STR(api_get(s.u[0].token, path_of(id)), "status"), "REFUNDED");
    CHECK_STR(world_seat(&s.u[1], s.schedule, 3), "AVAILABLE");
    return done;
}

static void test_many_at_once_without_keys(void)
{
    CHECK_INT(refund_at_once(0), 1);
}

static void test_many_at_once_with_keys_of_their_own(void)
{
    CHECK_INT(refund_at_once(MANY), 1);
}

static void test_many_at_once_with_one_key(void)
{
    CHECK(refund_at_once(1) >= 1, "nobody was told");
}

static void test_the_seats_are_sold_again(void)
{
    struct stage s = world_stage();
    int64_t first = world_bought(&s.u[0], s.schedule, "4,5");
    EXPECT(refund(s.u[0].token, first), 200);
    int64_t second = world_bought(&s.u[1], s.schedule, "5,6");
    CHECK_STR(world_seat(&s.u[2], s.schedule, 4), "AVAILABLE");
    CHECK_STR(world_seat(&s.u[2], s.schedule, 5), "SOLD");
    CHECK_STR(STR(api_get(s.u[0].token, path_of(first)), "status"), "REFUNDED");
    CHECK_STR(STR(api_get(s.u[1].token, path_of(second)), "status"), "CONFIRMED");
    const struct api_res *r =
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)s.concert));
    CHECK_INT(INT(r, "schedules.0.revenue"), 2 * STAGE_PRICE);
    CHECK_INT(INT(r, "schedules.0.sold"), 2);
}

static const char *state_of(int64_t concert)
{
    return api_text(api_get(NULL, F("/queue/concerts/%lld", (long long)concert)), "state");
}

static void test_what_was_sold_out_opens_again(void)
{
    struct user u = world_user();
    int64_t concert = world_queue("'claimSeconds':0");
    int64_t schedule = world_schedule(concert, 1, 10);
    world_enter(&u, 1, concert);
    int64_t id = world_bought(&u, schedule, "1");
    UNTIL(10, strcmp(state_of(concert), "SOLD_OUT") == 0);
    EXPECT(refund(u.token, id), 200);
    UNTIL(10, strcmp(state_of(concert), "OPEN") == 0);
    world_enter(&u, 1, concert);
    world_bought(&u, schedule, "1");
}

SUITE(refunds, TEST(test_a_refund), TEST(test_lists_show_a_refund),
      TEST(test_what_is_not_paid_is_not_refunded), TEST(test_a_refund_is_not_done_again),
      TEST(test_who_may_refund), TEST(test_the_body_may_be_left_out), TEST(test_too_late),
      TEST(test_what_was_free_is_refunded_too), TEST(test_a_key_gives_the_same_answer_again),
      TEST(test_many_at_once_without_keys), TEST(test_many_at_once_with_keys_of_their_own),
      TEST(test_many_at_once_with_one_key), TEST(test_the_seats_are_sold_again),
      TEST(test_what_was_sold_out_opens_again));
