/* Users, concerts, visitors and stages; see world.h. */
#include "world.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 12

struct user world_user(void)
{
    struct user u = {.ticket = 0};
    snprintf(u.id, sizeof u.id, "%s", token_uuid());
    snprintf(u.token, sizeof u.token, "%s", token_user(u.id, "wallet:charge"));
    return u;
}

void world_charge(const struct user *u, int64_t amount)
{
    int64_t most = api_config.wallet_charge_max;
    for (; amount > 0; amount -= amount < most ? amount : most) {
        int64_t part = amount < most ? amount : most;
        const struct api_res *r =
            api_post(u->token, "/users/me/balance/charges", J("{'amount':%lld}", (long long)part));
        EXPECT_NEED(r, 201);
    }
}

int64_t world_balance(const struct user *u)
{
    const struct api_res *r = api_get(u->token, "/users/me/balance");
    EXPECT_NEED(r, 200);
    return INT(r, "balance");
}

int64_t world_concert(const char *members)
{
    const struct api_res *r = api_post(
        token_admin(), "/admin/concerts",
        J("{'title':'Test %s'%s%s}", api_unique(), members ? "," : "", members ? members : ""));
    EXPECT_NEED(r, 201);
    return INT(r, "concertId");
}

int64_t world_queue(const char *queue_members)
{
    return world_concert(F("'queue':{%s}", queue_members));
}

void world_set_state(int64_t concert, const char *state)
{
    const struct api_res *r =
        api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                  J("{'queue':{'state':'%s'}}", state));
    EXPECT_NEED(r, 200);
}

int64_t world_paused(const char *queue_members)
{
    int64_t concert = world_queue(queue_members);
    world_set_state(concert, "PAUSED");
    return concert;
}

int64_t world_schedule_with(int64_t concert, const char *members)
{
    const struct api_res *r = api_post(
        token_admin(), F("/admin/concerts/%lld/schedules", (long long)concert), J("{%s}", members));
    EXPECT_NEED(r, 201);
    return INT(r, "scheduleId");
}

int64_t world_schedule(int64_t concert, int count, int64_t price)
{
    return world_schedule_with(concert,
                               F("'startsAt':'%s','seats':{'count':%d,'price':%lld}",
                                 api_time(api_wall_ms() + 86400000), count, (long long)price));
}

const struct api_res *world_try_join(const struct user *u, int64_t concert)
{
    return api_post(u->token, "/queue/tokens", J("{'concertId':%lld}", (long long)concert));
}

void world_join(struct user *u, int64_t concert)
{
    const struct api_res *r = world_try_join(u, concert);
    EXPECT_NEED(r, 201);
    snprintf(u->queue, sizeof u->queue, "%s", STR(r, "token"));
    u->ticket = INT(r, "ticket");
}

const struct api_res *world_poll(const struct user *u)
{
    return api_get(u->queue, "/queue/tokens/me");
}

bool world_is_active(const struct user *u)
{
    const struct api_res *r = world_poll(u);
    return r->status == 200 && strcmp(api_text(r, "status"), "ACTIVE") == 0;
}

static void wait_until_inside(const struct user *u)
{
    double end = api_now() + 10;
    while (!world_is_active(u) && api_now() < end)
        api_pause();
    NEED(api_now() < end, "ticket %lld is not inside after 10 s", (long long)u->ticket);
}

void world_enter(struct user *u, size_t n, int64_t concert)
{
    for (size_t i = 0; i < n; i++)
        world_join(&u[i], concert);
    for (size_t i = 0; i < n; i++)
        wait_until_inside(&u[i]);
}

static struct stage new_stage(void)
{
    struct stage s = {0};
    s.concert = world_queue("'admitIntervalSeconds':1,'maxActive':0,'claimSeconds':0");
    s.schedule = world_schedule(s.concert, STAGE_SEATS, STAGE_PRICE);
    for (int i = 0; i < STAGE_USERS; i++) {
        s.u[i] = world_user();
        world_join(&s.u[i], s.concert);
    }
    return s;
}

struct stage world_stage(void)
{
    static struct stage ready[BATCH];
    static int left;
    if (left == 0) {
        for (int i = 0; i < BATCH; i++)
            ready[i] = new_stage();
        for (int i = 0; i < BATCH; i++)
            for (int j = 0; j < STAGE_USERS; j++)
                wait_until_inside(&ready[i].u[j]);
        left = BATCH;
    }
    return ready[--left];
}

const struct api_res *world_hold(const struct user *u, int64_t schedule, const char *seats)
{
    return api_post(u->queue, "/reservations",
                    J("{'scheduleId':%lld,'seatNumbers':[%s]}", (long long)schedule, seats));
}

int64_t world_held(const struct user *u, int64_t schedule, const char *seats)
{
    const struct api_res *r = world_hold(u, schedule, seats);
    EXPECT_NEED(r, 201);
    return INT(r, "reservationId");
}

const struct api_res *world_pay(const struct user *u, int64_t reservation)
{
    return api_post(u->queue, "/payments", J("{'reservationId':%lld}", (long long)reservation));
}

int64_t world_bought(const struct user *u, int64_t schedule, const char *seats)
{
    const struct api_res *r = world_hold(u, schedule, seats);
    EXPECT_NEED(r, 201);
    int64_t id = INT(r, "reservationId");
    world_charge(u, INT(r, "amount"));
    r = world_pay(u, id);
    EXPECT_NEED(r, 201);
    return id;
}

const char *world_seat(const struct user *u, int64_t schedule, int number)
{
    const struct api_res *r =
        api_get(u->queue, F("/schedules/%lld/seats?status=all", (long long)schedule));
    EXPECT_NEED(r, 200);
    return STR(r, F("seats.%d.status", number - 1));
}
