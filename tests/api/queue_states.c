/* What the operator's states of a queue mean for those who join, wait and are inside. */
#include "suite.h"
#include "world.h"

#include <string.h>

static bool join_says(int64_t concert, long status, const char *code)
{
    struct user u = world_user();
    const struct api_res *r = world_try_join(&u, concert);
    return r->status == status && strcmp(CODE(r), code) == 0;
}

static const char *state_of(int64_t concert)
{
    return api_text(api_get(NULL, F("/queue/concerts/%lld", (long long)concert)), "state");
}

static bool is_waiting(const struct user *u)
{
    return strcmp(api_text(world_poll(u), "status"), "WAITING") == 0;
}

/* Two who wait in a paused queue, and one who is inside. */
struct scene {
    int64_t concert, schedule;
    struct user inside, waiting[2];
};

static struct scene scene(void)
{
    struct scene s = {.inside = world_user(), .waiting = {world_user(), world_user()}};
    s.concert = world_queue("'claimSeconds':0");
    s.schedule = world_schedule(s.concert, 10, 0);
    world_enter(&s.inside, 1, s.concert);
    world_set_state(s.concert, "PAUSED");
    world_join(&s.waiting[0], s.concert);
    world_join(&s.waiting[1], s.concert);
    return s;
}

static void test_paused_takes_joins_and_admits_nobody(void)
{
    struct scene s = scene();
    UNTIL(4, strcmp(state_of(s.concert), "PAUSED") == 0);
    api_wait_for(api_wall_ms() + 2200);
    CHECK(is_waiting(&s.waiting[0]) && is_waiting(&s.waiting[1]), "admitted while paused");
    CHECK(join_says(s.concert, 201, ""), "no join while paused");
    EXPECT(world_pay(&s.inside, world_held(&s.inside, s.schedule, "1")), 201);
    world_set_state(s.concert, "OPEN");
    UNTIL(3, world_is_active(&s.waiting[0]) && world_is_active(&s.waiting[1]));
}

static void test_draining_admits_and_takes_no_joins(void)
{
    struct scene s = scene();
    world_set_state(s.concert, "DRAINING");
    UNTIL(3, join_says(s.concert, 409, "QUEUE_CLOSED"));
    UNTIL(3, world_is_active(&s.waiting[0]) && world_is_active(&s.waiting[1]));
    EXPECT(world_pay(&s.waiting[0], world_held(&s.waiting[0], s.schedule, "1")), 201);
    UNTIL(4, strcmp(state_of(s.concert), "DRAINING") == 0);
}

static void test_closed_takes_no_joins_and_admits_nobody(void)
{
    struct scene s = scene();
    world_set_state(s.concert, "CLOSED");
    UNTIL(3, join_says(s.concert, 409, "QUEUE_CLOSED"));
    api_wait_for(api_wall_ms() + 2200);
    CHECK(is_waiting(&s.waiting[0]), "admitted while closed");
    CHECK(join_says(s.concert, 409, "QUEUE_CLOSED"), "joined while closed");
    CHECK_STR(state_of(s.concert), "CLOSED");
}

static void test_those_inside_finish_when_closed(void)
{
    struct scene s = scene();
    world_set_state(s.concert, "CLOSED");
    UNTIL(3, join_says(s.concert, 409, "QUEUE_CLOSED"));
    CHECK(world_is_active(&s.inside), "thrown out");
    EXPECT(world_pay(&s.inside, world_held(&s.inside, s.schedule, "1,2")), 201);
}

static void test_who_holds_a_token_joins_in_every_state(void)
{
    static const char *const states[] = {"PAUSED", "CLOSED", "DRAINING", "OPEN"};
    struct scene s = scene();
    for (int i = 0; i < 4; i++) {
        world_set_state(s.concert, states[i]);
        if (i == 1 || i == 2)
            UNTIL(3, join_says(s.concert, 409, "QUEUE_CLOSED"));
        const struct api_res *r = world_try_join(&s.waiting[1], s.concert);
        EXPECT(r, 200);
        CHECK_INT(INT(r, "ticket"), s.waiting[1].ticket);
        EXPECT(world_try_join(&s.inside, s.concert), 200);
    }
}

static void test_open_again_after_closed(void)
{
    struct scene s = scene();
    world_set_state(s.concert, "CLOSED");
    UNTIL(3, join_says(s.concert, 409, "QUEUE_CLOSED"));
    UNTIL(4, strcmp(state_of(s.concert), "CLOSED") == 0);
    world_set_state(s.concert, "OPEN");
    CHECK(join_says(s.concert, 201, ""), "refused by what was known before");
    UNTIL(3, world_is_active(&s.waiting[0]));
}

static void test_unknown_states_are_refused(void)
{
    static const char *const states[] = {"open", "SOLD_OUT", "PREQUEUE", "", "STOPPED"};
    const char *path = F("/admin/concerts/%lld", (long long)world_concert(NULL));
    for (size_t i = 0; i < COUNT(states); i++)
        EXPECT_FIELD(api_patch(token_admin(), path, J("{'queue':{'state':'%s'}}", states[i])), 400,
                     "INVALID_FIELD", "state");
    CHECK_STR(STR(api_get(token_admin(), path), "queue.state"), "OPEN");
}

static void test_sold_out_when_nothing_is_free_or_held(void)
{
    struct user u[2] = {world_user(), world_user()};
    int64_t concert = world_queue("'claimSeconds':0"), schedule = world_schedule(concert, 2, 0);
    world_enter(u, 2, concert);
    int64_t first = world_held(&u[0], schedule, "1"), second = world_held(&u[1], schedule, "2");
    EXPECT(world_pay(&u[0], first), 201);
    api_wait_for(api_wall_ms() + 2100);
    CHECK(join_says(concert, 201, ""), "a held seat may come back: not sold out");
    EXPECT(world_pay(&u[1], second), 201);
    UNTIL(3, join_says(concert, 409, "SOLD_OUT"));
    UNTIL(4, strcmp(state_of(concert), "SOLD_OUT") == 0);
    world_schedule(concert, 2, 0);
    UNTIL(3, join_says(concert, 201, ""));
    UNTIL(4, strcmp(state_of(concert), "OPEN") == 0);
}

static void test_not_sold_out_without_schedules(void)
{
    int64_t concert = world_queue("");
    api_wait_for(api_wall_ms() + 1500);
    CHECK(join_says(concert, 201, ""), "");
    CHECK_STR(state_of(concert), "OPEN");
}

SUITE_LONG(queue_states, TEST(test_paused_takes_joins_and_admits_nobody),
           TEST(test_draining_admits_and_takes_no_joins),
           TEST(test_closed_takes_no_joins_and_admits_nobody),
           TEST(test_those_inside_finish_when_closed),
           TEST(test_who_holds_a_token_joins_in_every_state), TEST(test_open_again_after_closed),
           TEST(test_unknown_states_are_refused), TEST(test_sold_out_when_nothing_is_free_or_held),
           TEST(test_not_sold_out_without_schedules));
