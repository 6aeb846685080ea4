/*
 * Parts that neither work nor die: the waiting room goes on and says how old its news are, the
 * rest says BUSY, and all goes on when they do.
 */
#include "api/proc.h"
#include "api/world.h"
#include "session.h"
#include "suite.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Answers of the waiting room are there long before this, even on a machine with much to do. */
#define SOON 1.0

static const struct api_req readyz = {.path = "/readyz", .root = true};
static const struct api_req healthz = {.path = "/healthz", .root = true};

static bool is_ready(void)
{
    return api_send(&readyz)->status == 200;
}

static const struct api_res *document(int64_t concert)
{
    return api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
}

/* Somebody who waits, third of a queue, as the snapshot knows. */
static struct user waiting_third(int64_t concert)
{
    struct user u[3];
    for (int i = 0; i < 3; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
    UNTIL(5, INT(document(concert), "waiting") == 3);
    return u[2];
}

/* The age that an answer tells; -1: none. */
static int64_t age(const struct api_res *r)
{
    CHECK(api_header_count(r, "Age") == 1, "%d Age headers", api_header_count(r, "Age"));
    return api_header_int(r, "Age");
}

/* What the waiting room says stays as it was, and is said at once. Its age, as the poll tells it.
 */
static int64_t check_waiting_room(const struct user *u, int64_t concert)
{
    const struct api_res *poll = world_poll(u), *public = document(concert);
    if (!EXPECT(poll, 200) || !EXPECT(public, 200))
        return -1;
    CHECK_STR(STR(poll, "status"), "WAITING");
    CHECK_INT(INT(poll, "position"), 3);
    CHECK_INT(INT(public, "waiting"), 3);
    CHECK(poll->seconds < SOON && public->seconds < SOON, "%g s, %g s", poll->seconds,
          public->seconds);
    /* The document may come from nginx's cache, a second old at the most. */
    CHECK(llabs(age(poll) - age(public)) <= 2, "%lld and %lld", (long long)age(poll),
          (long long)age(public));
    return age(poll);
}

static bool is_busy_soon(const struct api_res *r)
{
    return EXPECT_ERROR(r, 503, "BUSY") && api_header_int(r, "Retry-After") >= 1 && r->seconds < 3;
}

static void test_the_database_stands_still(void)
{
    int64_t concert = world_paused(""), open = world_queue("'claimSeconds':0");
    struct user u = waiting_third(concert), inside = world_user();
    world_enter(&inside, 1, open);
    CHECK(check_waiting_room(&u, concert) <= 1, "old");
    pid_t database = proc_find(proc_database());
    kill(database, SIGSTOP);
    UNTIL(5, proc_is_stopped(database));
    int64_t as_of = 0, old = 0;
    double begin = api_now();
    while (api_now() < begin + 7) {
        int64_t now_old = check_waiting_room(&u, concert);
        CHECK(now_old >= old, "%lld after %lld", (long long)now_old, (long long)old);
        old = now_old;
        if (api_now() > begin + 2) {
            int64_t moment = TIME(document(concert), "asOf");
            CHECK(as_of == 0 || moment == as_of, "the snapshot moves on by itself");
            as_of = moment;
        }
        CHECK(is_busy_soon(world_poll(&inside)), "slow");
        CHECK(is_busy_soon(world_try_join(&inside, concert)), "slow");
        EXPECT(api_send(&healthz), 200);
        EXPECT(api_send(&readyz), 503);
        api_wait_for(api_wall_ms() + 200); /* nobody asks more often */
    }
    CHECK(old >= 5, "only %lld s old", (long long)old);
    kill(database, SIGCONT);
    UNTIL(20, is_ready());
    UNTIL(5, age(document(concert)) <= 1 && TIME(document(concert), "asOf") > as_of);
    check_waiting_room(&u, concert);
    CHECK(world_is_active(&inside), "who was inside is not any more");
    world_set_state(concert, "OPEN");
    UNTIL(10, world_is_active(&u));
}

static void signal_all(const struct proc_list *list, int signo)
{
    for (size_t i = 0; i < list->n; i++)
        kill(list->pid[i], signo);
}

static void test_the_shops_workers_stand_still(void)
{
    int64_t concert = world_paused("");
    struct user u = waiting_third(concert), late = world_user();
    struct proc_list shop = proc_children_named(proc_find("frontrow-worker"), "frontrow-main");
    NEED(shop.n > 0, "no workers");
    signal_all(&shop, SIGSTOP);
    UNTIL(5, proc_is_stopped(shop.pid[shop.n - 1]));
    for (int i = 0; i < 5; i++)
        CHECK(check_waiting_room(&u, concert) <= 2, "old");
    world_join(&late, concert);
    CHECK(late.ticket > u.ticket, "%lld", (long long)late.ticket);
    EXPECT_ERROR(api_send(&readyz), 503, "BUSY");
    signal_all(&shop, SIGCONT);
    UNTIL(10, is_ready());
    world_charge(&u, 5);
    CHECK_INT(world_balance(&u), 5);
}

/* Each of the shop's workers waits for a seat that somebody else's transaction holds. */
static void test_sales_wait_for_locks(void)
{
    enum { OTHERS = 8 };
    const size_t sales = proc_children_named(proc_find("frontrow-worker"), "frontrow-main").n;
    const size_t all = sales + OTHERS;
    int64_t concert = world_queue("'claimSeconds':0"), paused = world_paused("");
    int64_t schedule = world_schedule(concert, (int)sales, 0);
    struct user u = waiting_third(paused), *buyers = api_alloc(sales * sizeof *buyers);
    struct api_req *reqs = api_alloc(all * sizeof *reqs);
    for (size_t i = 0; i < sales; i++) {
        buyers[i] = world_user();
        world_join(&buyers[i], concert);
    }
    for (size_t i = 0; i < sales; i++)
        UNTIL(10, world_is_active(&buyers[i]));
    session_hold("SELECT seat_id FROM seat WHERE schedule_id = %lld", (long long)schedule);
    for (size_t i = 0; i < sales; i++)
        reqs[i] = (struct api_req){
            .method = "POST",
            .path = "/reservations",
            .token = buyers[i].queue,
            .body = J("{'scheduleId':%lld,'seatNumbers':[%zu]}", (long long)schedule, i + 1)};
    for (size_t i = sales; i < all; i++)
        reqs[i] = i % 2 ? (struct api_req){.path = "/queue/tokens/me", .token = u.queue}
                        : (struct api_req){.method = "POST",
                                           .path = "/queue/tokens",
                                           .token = token_user(token_uuid(), NULL),
                                           .body = J("{'concertId':%lld}", (long long)paused)};
    const struct api_res **r = api_send_all(reqs, all);
    session_release();
    double soonest_sale = 30;
    for (size_t i = 0; i < sales; i++) {
        EXPECT_ERROR(r[i], 503, "BUSY");
        soonest_sale = r[i]->seconds < soonest_sale ? r[i]->seconds : soonest_sale;
    }
    for (size_t i = sales; i < all; i++) {
        EXPECT(r[i], i % 2 ? 200 : 201);
        CHECK(r[i]->seconds < soonest_sale, "%g s, as the sales", r[i]->seconds);
    }
    UNTIL(5, world_hold(&buyers[0], schedule, "1")->status == 201);
}

SUITE_LAST(stalls, TEST(test_the_database_stands_still), TEST(test_the_shops_workers_stand_still),
           TEST(test_sales_wait_for_locks));
