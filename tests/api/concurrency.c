/*
 * Many at once: what is sold is sold once, what is paid is paid once, and nobody sees a 5xx.
 */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

/* How many answers have the status; a 5xx or no answer at all fails the test. */
static int count(const struct api_res **r, size_t n, long status)
{
    int found = 0;
    for (size_t i = 0; i < n; i++) {
        CHECK(r[i]->status >= 200 && r[i]->status < 500, "%s: %ld %s", r[i]->what, r[i]->status,
              r[i]->body);
        found += r[i]->status == status;
    }
    return found;
}

static struct api_req post(const char *token, const char *path, const char *body)
{
    return (struct api_req){.method = "POST", .path = path, .token = token, .body = body};
}

/* n visitors inside a concert without a cap; memory of the test. There is no show yet: no more come
 * in than there are seats. */
static struct user *crowd(size_t n, int64_t concert)
{
    struct user *u = api_alloc(n * sizeof *u);
    struct api_req *reqs = api_alloc(n * sizeof *reqs);
    const char *body = J("{'concertId':%lld}", (long long)concert);
    for (size_t i = 0; i < n; i++) {
        u[i] = world_user();
        reqs[i] = post(u[i].token, "/queue/tokens", body);
    }
    const struct api_res **r = api_send_all(reqs, n);
    for (size_t i = 0; i < n; i++) {
        EXPECT_NEED(r[i], 201);
        snprintf(u[i].queue, sizeof u[i].queue, "%s", STR(r[i], "token"));
        u[i].ticket = INT(r[i], "ticket");
    }
    for (size_t i = 0; i < n; i++)
        UNTIL(10, world_is_active(&u[i]));
    return u;
}

static int64_t open_concert(const char *members)
{
    return world_concert(
        F("%s'queue':{'admitCount':1000,'maxActive':0,'claimSeconds':0}", members));
}

static void test_two_hundred_users_want_one_seat(void)
{
    enum { N = 200 };
    int64_t concert = open_concert("");
    struct user *u = crowd(N, concert);
    int64_t schedule = world_schedule(concert, 3, 10);
    struct api_req reqs[N];
    const char *body = J("{'scheduleId':%lld,'seatNumbers':[2]}", (long long)schedule);
    for (int i = 0; i < N; i++)
        reqs[i] = post(u[i].queue, "/reservations", body);
    const struct api_res **r = api_send_all(reqs, N);
    CHECK_INT(count(r, N, 201), 1);
    CHECK_INT(count(r, N, 409), N - 1);
    for (int i = 0; i < N; i++)
        if (r[i]->status == 409 && !EXPECT_ERROR(r[i], 409, "SEAT_TAKEN"))
            break;
    CHECK_STR(world_seat(&u[0], schedule, 2), "HELD");
    CHECK_STR(world_seat(&u[0], schedule, 1), "AVAILABLE");
}

static void test_tickets_are_unique(void)
{
    enum { N = 200 };
    int64_t concert = world_paused("");
    struct api_req reqs[N];
    const char *body = J("{'concertId':%lld}", (long long)concert);
    for (int i = 0; i < N; i++)
        reqs[i] = post(token_user(token_uuid(), NULL), "/queue/tokens", body);
    const struct api_res **r = api_send_all(reqs, N);
    CHECK_INT(count(r, N, 201), N);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            if (INT(r[i], "ticket") == INT(r[j], "ticket"))
                CHECK(false, "two have ticket %lld", (long long)INT(r[i], "ticket"));
}

static void test_a_hundred_charges_of_one_user(void)
{
    enum { N = 100 };
    struct user u = world_user();
    struct api_req reqs[N];
    for (int i = 0; i < N; i++)
        reqs[i] = post(u.token, "/users/me/balance/charges", J("{'amount':%d}", i + 1));
    const struct api_res **r = api_send_all(reqs, N);
    CHECK_INT(count(r, N, 201), N);
    CHECK_INT(world_balance(&u), N * (N + 1) / 2);
    const struct api_res *list = api_get(u.token, "/users/me/balance/entries?limit=100");
    CHECK_INT((int64_t)LEN(list, "entries"), N);
    int64_t after = N * (N + 1) / 2;
    for (int i = 0; i < N; i++) {
        if (!CHECK_INT(INT(list, F("entries.%d.balanceAfter", i)), after))
            break;
        after -= INT(list, F("entries.%d.amount", i));
    }
    CHECK_INT(after, 0);
}

static void test_one_reservation_is_paid_eight_times(void)
{
    enum { N = 8 };
    struct stage s = world_stage();
    struct api_req reqs[N];
    world_charge(&s.u[0], N * STAGE_PRICE);
    int64_t id = world_held(&s.u[0], s.schedule, "1");
    for (int i = 0; i < N; i++)
        reqs[i] = post(s.u[0].queue, "/payments", J("{'reservationId':%lld}", (long long)id));
    const struct api_res **r = api_send_all(reqs, N);
    CHECK_INT(count(r, N, 201), 1);
    for (int i = 0; i < N; i++)
        if (r[i]->status != 201)
            EXPECT_ERROR(r[i], 409, "ALREADY_PAID");
    CHECK_INT(world_balance(&s.u[0]), (N - 1) * STAGE_PRICE);
}

static void test_two_reservations_are_paid_at_once(void)
{
    /* The first payment finishes the token and gives the other hold back. */
    struct stage s = world_stage();
    world_charge(&s.u[0], 10 * STAGE_PRICE);
    int64_t a = world_held(&s.u[0], s.schedule, "1"), b = world_held(&s.u[0], s.schedule, "2");
    const struct api_req reqs[] = {
        post(s.u[0].queue, "/payments", J("{'reservationId':%lld}", (long long)a)),
        post(s.u[0].queue, "/payments", J("{'reservationId':%lld}", (long long)b)),
    };
    const struct api_res **r = api_send_all(reqs, 2);
    CHECK_INT(count(r, 2, 201), 1);
    CHECK_INT(count(r, 2, 410), 1);
    CHECK_INT(world_balance(&s.u[0]), 9 * STAGE_PRICE);
    const char *one = world_seat(&s.u[1], s.schedule, 1), *two = world_seat(&s.u[1], s.schedule, 2);
    CHECK((strcmp(one, "SOLD") == 0) != (strcmp(two, "SOLD") == 0), "%s and %s", one, two);
    CHECK((strcmp(one, "AVAILABLE") == 0) != (strcmp(two, "AVAILABLE") == 0), "%s and %s", one,
          two);
}

static void test_paying_and_giving_back_at_once(void)
{
    for (int round = 0; round < 5; round++) {
        struct stage s = world_stage();
        world_charge(&s.u[0], STAGE_PRICE);
        int64_t id = world_held(&s.u[0], s.schedule, "1");
        const struct api_req reqs[] = {
            post(s.u[0].queue, "/payments", J("{'reservationId':%lld}", (long long)id)),
            {.method = "DELETE",
             .path = F("/reservations/%lld", (long long)id),
             .token = s.u[0].token},
        };
        const struct api_res **r = api_send_all(reqs, 2);
        bool paid = r[0]->status == 201;
        count(r, 2, 0);
        EXPECT(r[1], paid ? 409 : 204);
        if (!paid)
            EXPECT_ERROR(r[0], 410, "HOLD_EXPIRED");
        CHECK_STR(world_seat(&s.u[1], s.schedule, 1), paid ? "SOLD" : "AVAILABLE");
        CHECK_INT(world_balance(&s.u[0]), paid ? 0 : STAGE_PRICE);
    }
}

static void test_one_user_joins_twenty_times(void)
{
    enum { N = 20 };
    struct user u = world_user();
    struct api_req reqs[N];
    const char *body = J("{'concertId':%lld}", (long long)world_paused(""));
    for (int i = 0; i < N; i++)
        reqs[i] = post(u.token, "/queue/tokens", body);
    const struct api_res **r = api_send_all(reqs, N);
    CHECK_INT(count(r, N, 201), 1);
    CHECK_INT(count(r, N, 200), N - 1);
    for (int i = 1; i < N; i++)
        CHECK_INT(INT(r[i], "ticket"), INT(r[0], "ticket"));
    UNTIL(3, INT(api_get(STR(r[0], "token"), "/queue/tokens/me"), "position") == 1);
}

/* A random set of `n` (at most 4) seats of `capacity`, as "5,1,9". */
static const char *random_seats(int n, int capacity, unsigned *seed)
{
    int pick[4];
    const char *text = "";
    for (int i = 0; i < n; i++) {
        bool known = false;
        pick[i] = 1 + rand_r(seed) % capacity;
        for (int j = 0; j < i; j++)
            known = known || pick[j] == pick[i];
        if (known)
            i--;
        else
            text = F("%s%s%d", text, i ? "," : "", pick[i]);
    }
    return text;
}

/* The body of a hold of n seats: named ones, or the best. */
static const char *hold_body(int64_t schedule, int n, bool best, int capacity, unsigned *seed)
{
    if (best)
        return J("{'scheduleId':%lld,'bestAvailable':%d}", (long long)schedule, n);
    return J("{'scheduleId':%lld,'seatNumbers':[%s]}", (long long)schedule,
             random_seats(n, capacity, seed));
}

/* Counts the owners of each seat (from 1 on); the seats of an answer in all. */
static int count_owners(const struct api_res *r, int *owners)
{
    int n = (int)LEN(r, "seats");
    for (int k = 0; k < n; k++)
        owners[INT(r, F("seats.%d.seatNumber", k))]++;
    return n;
}

static void test_overlapping_sets_of_seats(void)
{
    enum { N = 100, EACH = 2, SEATS = 150 };
    unsigned seed = (unsigned)api_wall_ms();
    int owners[SEATS + 1] = {0}, wanted[N * EACH];
    int64_t concert = open_concert("'maxSeatsPerUser':8,");
    struct user *u = crowd(N, concert);
    int64_t schedule = world_schedule(concert, SEATS, 10);
    struct api_req reqs[N * EACH];
    for (int i = 0; i < N * EACH; i++) {
        wanted[i] = 2 + rand_r(&seed) % 3;
        reqs[i] = post(u[i % N].queue, "/reservations",
                       hold_body(schedule, wanted[i], i % 3 == 0, SEATS, &seed));
    }
    const struct api_res **r = api_send_all(reqs, COUNT(reqs));
    int got = count(r, COUNT(reqs), 201);
    CHECK(got >= SEATS / 8, "only %d got seats", got);
    CHECK_INT(count(r, COUNT(reqs), 409), N * EACH - got);
    for (int i = 0; i < N * EACH; i++)
        if (r[i]->status == 201)
            CHECK_INT(count_owners(r[i], owners), wanted[i]);
        else
            EXPECT_ERROR(r[i], 409, "SEAT_TAKEN");
    const struct api_res *all =
        api_get(u[0].queue, F("/schedules/%lld/seats?status=all", (long long)schedule));
    for (int i = 1; i <= SEATS; i++) {
        CHECK(owners[i] <= 1, "seat %d has %d owners", i, owners[i]);
        CHECK_STR(STR(all, F("seats.%d.status", i - 1)), owners[i] ? "HELD" : "AVAILABLE");
    }
    const char *output;
    CHECK(proc_run("frontrow", (const char *const[]){"verify", NULL}, &output) == 0, "%s", output);
}

/* Named seats and the best, one and two at a time, all at once. */
static void test_the_seat_limit_of_one_user(void)
{
    enum { N = 24, LIMIT = 5, SEATS = 70 };
    struct user u = world_user();
    int owners[SEATS + 1] = {0}, held = 0;
    int64_t concert = open_concert(F("'maxSeatsPerUser':%d,", LIMIT));
    int64_t schedule = world_schedule(concert, SEATS, 10);
    struct api_req reqs[N];
    world_enter(&u, 1, concert);
    for (int i = 0; i < N; i++) {
        const char *named = i % 4 == 1 ? F("%d", 40 + i) : F("%d,%d", 12 + i, 36 + i);
        reqs[i] =
            post(u.queue, "/reservations",
                 i % 2 ? J("{'scheduleId':%lld,'seatNumbers':[%s]}", (long long)schedule, named)
                       : J("{'scheduleId':%lld,'bestAvailable':%d}", (long long)schedule,
                           1 + i % 4 / 2));
    }
    const struct api_res **r = api_send_all(reqs, N);
    int got = count(r, N, 201);
    CHECK_INT(count(r, N, 422) + count(r, N, 409), N - got);
    for (int i = 0; i < N; i++)
        held += r[i]->status == 201 ? count_owners(r[i], owners) : 0;
    CHECK_INT(held, LIMIT);
    const struct api_res *free_seats =
        api_get(u.queue, F("/schedules/%lld/seats", (long long)schedule));
    CHECK_INT((int64_t)LEN(free_seats, "seats"), SEATS - held);
}

static void test_holds_and_payments_of_a_crowd(void)
{
    enum { N = 40 };
    int64_t concert = open_concert(""), schedule = world_schedule(concert, N, 100);
    struct user *u = crowd(N, concert);
    struct api_req reqs[N];
    for (int i = 0; i < N; i++)
        reqs[i] = post(u[i].token, "/users/me/balance/charges", J("{'amount':100}"));
    CHECK_INT(count(api_send_all(reqs, N), N, 201), N);
    for (int i = 0; i < N; i++)
        reqs[i] = post(u[i].queue, "/reservations",
                       J("{'scheduleId':%lld,'seatNumbers':[%d]}", (long long)schedule, i + 1));
    const struct api_res **r = api_send_all(reqs, N);
    CHECK_INT(count(r, N, 201), N);
    for (int i = 0; i < N; i++)
        reqs[i] = post(u[i].queue, "/payments",
                       J("{'reservationId':%lld}", (long long)INT(r[i], "reservationId")));
    CHECK_INT(count(api_send_all(reqs, N), N, 201), N);
    const struct api_res *stats =
        api_get(token_admin(), F("/admin/concerts/%lld/stats", (long long)concert));
    CHECK_INT(INT(stats, "schedules.0.sold"), N);
    CHECK_INT(INT(stats, "schedules.0.revenue"), INT64_C(100) * N);
}

/* A seat that one has held and pays for, and another wants. */
struct duel {
    struct user *payer, *rival;
    const char *payment, *hold; /* the bodies */
    bool paid, taken;
    int64_t charged;
};

/* Everybody tries once more, all at the same time; charges keep the payers' wallets busy, so that
 * payments wait for them, some past the end of their hold. */
static void fight(struct duel *duels, size_t n)
{
    enum { CHARGES = 4, EACH = CHARGES + 2 };
    struct api_req *reqs = api_alloc(EACH * n * sizeof *reqs);
    for (size_t i = 0; i < n; i++) {
        struct api_req *own = &reqs[EACH * i];
        for (int k = 0; k < CHARGES; k++)
            own[k] = post(duels[i].payer->token, "/users/me/balance/charges", "{\"amount\":1}");
        own[CHARGES] = post(duels[i].payer->queue, "/payments", duels[i].payment);
        own[CHARGES + 1] = post(duels[i].rival->queue, "/reservations", duels[i].hold);
    }
    const struct api_res **r = api_send_all(reqs, EACH * n);
    count(r, EACH * n, 0);
    for (size_t i = 0; i < n; i++) {
        const struct api_res **own = &r[EACH * i];
        duels[i].charged += count(own, CHARGES, 201);
        duels[i].paid = duels[i].paid || own[CHARGES]->status == 201;
        duels[i].taken = duels[i].taken || own[CHARGES + 1]->status == 201;
    }
}

/*
 * Payments around the end of a hold, while another user asks for the seat all the time: either
 * the payment wins and the seat is never the other's, or the hold is over and it is not sold.
 */
static void test_a_payment_at_the_end_of_a_hold(void)
{
    enum { N = 12 };
    struct duel duels[N];
    int64_t concert = open_concert("'holdSeconds':1,");
    struct user *payers = crowd(N, concert), *rivals = crowd(N, concert);
    int64_t schedule = world_schedule(concert, N, 10);
    int64_t end = 0;
    for (int i = 0; i < N; i++)
        world_charge(&payers[i], 10);
    for (int i = 0; i < N; i++) {
        const char *hold = J("{'scheduleId':%lld,'seatNumbers':[%d]}", (long long)schedule, i + 1);
        const struct api_res *r = api_post(payers[i].queue, "/reservations", hold);
        EXPECT_NEED(r, 201);
        end = TIME(r, "holdExpiresAt");
        const char *payment = J("{'reservationId':%lld}", (long long)INT(r, "reservationId"));
        duels[i] = (struct duel){&payers[i], &rivals[i], payment, hold, false, false, 10};
    }
    api_wait_for(end - 60); /* the first holds end a little before the last */
    while (api_wall_ms() < end + 100)
        fight(duels, N);
    for (int i = 0; i < N; i++) {
        CHECK(duels[i].paid != duels[i].taken, "seat %d: paid %d, taken %d", i + 1, duels[i].paid,
              duels[i].taken);
        CHECK_INT(world_balance(duels[i].payer), duels[i].charged - (duels[i].paid ? 10 : 0));
    }
}

SUITE_LAST(concurrency, TEST(test_two_hundred_users_want_one_seat), TEST(test_tickets_are_unique),
           TEST(test_a_hundred_charges_of_one_user), TEST(test_one_reservation_is_paid_eight_times),
           TEST(test_two_reservations_are_paid_at_once), TEST(test_paying_and_giving_back_at_once),
           TEST(test_one_user_joins_twenty_times), TEST(test_overlapping_sets_of_seats),
           TEST(test_the_seat_limit_of_one_user), TEST(test_holds_and_payments_of_a_crowd),
           TEST(test_a_payment_at_the_end_of_a_hold));
