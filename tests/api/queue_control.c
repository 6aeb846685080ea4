/*
 * Running a queue while people are in it: states, rates and messages, through the API and through
 * frontrow queue, with the workers at work. What each state means for one or two visitors is in
 * queue_states.c; here whole crowds are watched.
 */
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

static const struct api_res *public_state(int64_t concert)
{
    return api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
}

static void api_change(int64_t concert, const char *queue)
{
    EXPECT_NEED(api_patch(token_admin(), F("/admin/concerts/%lld", (long long)concert),
                          J("{'queue':{%s}}", queue)),
                200);
}

/* Runs frontrow queue WORD CONCERT with up to four further words; it must succeed. What it said. */
static const char *tool(const char *word, int64_t concert, const char *const more[4])
{
    const char *args[8] = {"queue", word, F("%lld", (long long)concert)};
    const char *output;
    for (int i = 0; more && i < 4 && more[i]; i++)
        args[3 + i] = more[i];
    int status = proc_run("frontrow", args, &output);
    NEED(status == 0, "frontrow queue %s: exit %d: %s", word, status, output);
    return output;
}

#define TOOL(word, concert, ...) tool(word, concert, (const char *const[4]){__VA_ARGS__})

static void tool_set_state(int64_t concert, const char *state)
{
    static const char *const words[][2] = {
        {"PAUSED", "pause"}, {"DRAINING", "drain"}, {"CLOSED", "close"}, {"OPEN", "resume"}};
    const char *was =
        STR(api_get(token_admin(), F("/admin/concerts/%lld", (long long)concert)), "queue.state");
    for (size_t i = 0; i < COUNT(words); i++) {
        if (strcmp(state, words[i][0]) != 0)
            continue;
        const char *said = tool(words[i][1], concert, NULL);
        CHECK(strstr(said, F("was %s;", was)) != NULL, "%s", said);
    }
}

static bool is_waiting(const struct user *u)
{
    const struct api_res *r = world_poll(u);
    return r->status == 200 && strcmp(api_text(r, "status"), "WAITING") == 0;
}

static void join_all(struct user *u, size_t n, int64_t concert)
{
    for (size_t i = 0; i < n; i++) {
        u[i] = world_user();
        world_join(&u[i], concert);
    }
}

/* --- States --- */

enum { CAP = 6, CROWD = 46 };

/* Who came first is inside, as many as the cap allows; the others wait in order. */
struct crowd {
    void (*set_state)(int64_t concert, const char *state);
    int64_t concert, schedule;
    struct user u[CROWD];
    int gone, in; /* u[0] to u[gone - 1] have bought, from there to u[in - 1] are inside */
};

static void gather(struct crowd *c)
{
    c->concert = world_queue("'maxActive':6,'claimSeconds':0");
    c->schedule = world_schedule(c->concert, 100, 0);
    join_all(c->u, CROWD, c->concert);
    UNTIL(5, world_is_active(&c->u[CAP - 1]));
    c->in = CAP;
}

/* Two of those inside hold a seat and pay, which frees their slots. */
static void two_buy(struct crowd *c)
{
    for (int i = 0; i < 2; i++, c->gone++) {
        const struct user *u = &c->u[c->gone];
        EXPECT(world_pay(u, world_held(u, c->schedule, F("%d", c->gone + 1))), 201);
    }
}

static void check_joins(const struct crowd *c, bool joins)
{
    struct user late = world_user();
    if (joins)
        EXPECT(world_try_join(&late, c->concert), 201);
    else
        EXPECT_ERROR(world_try_join(&late, c->concert), 409, "QUEUE_CLOSED");
    const struct api_res *r = world_try_join(&c->u[CROWD - 1], c->concert);
    EXPECT(r, 200);
    CHECK_INT(INT(r, "ticket"), c->u[CROWD - 1].ticket);
    EXPECT(world_try_join(&c->u[c->in - 1], c->concert), 200);
}

/* Everybody is where they should be: up to `in` inside, the others in line. */
static void check_crowd(const struct crowd *c)
{
    for (int i = c->gone; i < c->in; i++)
        CHECK(world_is_active(&c->u[i]), "visitor %d is not inside", i);
    for (int i = c->in; i < CROWD; i++)
        CHECK(is_waiting(&c->u[i]), "visitor %d of %d inside does not wait", i, c->in);
}

static void test_each_state_with_a_crowd(void)
{
    static const struct {
        const char *name;
        bool joins, admits;
    } states[] = {{"PAUSED", true, false},
                  {"DRAINING", false, true},
                  {"CLOSED", false, false},
                  {"OPEN", true, true}};
    struct crowd *crowds = api_alloc(2 * sizeof *crowds);
    crowds[0].set_state = world_set_state;
    crowds[1].set_state = tool_set_state;
    gather(&crowds[0]);
    gather(&crowds[1]);
    for (size_t i = 0; i < COUNT(states); i++) {
        for (int j = 0; j < 2; j++) {
            struct crowd *c = &crowds[j];
            c->set_state(c->concert, states[i].name);
            two_buy(c);
            check_joins(c, states[i].joins);
        }
        if (!states[i].admits)
            api_wait_for(api_wall_ms() + 2200); /* two ticks that must let nobody in */
        for (int j = 0; j < 2; j++) {
            struct crowd *c = &crowds[j];
            int in = states[i].admits ? c->gone + CAP : c->in;
            UNTIL(4, world_is_active(&c->u[in - 1]));
            c->in = in;
            check_crowd(c);
            UNTIL(4, strcmp(STR(public_state(c->concert), "state"), states[i].name) == 0);
        }
    }
}

/* --- Rates --- */

static void test_the_cap_goes_up_and_down(void)
{
    struct user u[14];
    int64_t concert = world_queue("'maxActive':2,'claimSeconds':0");
    join_all(u, COUNT(u), concert);
    UNTIL(4, world_is_active(&u[1]));
    CHECK(is_waiting(&u[2]), "let in beyond the cap");
    const char *said = TOOL("set", concert, "--max-active", "5");
    CHECK(strstr(said, "max-active 5; was 2\n") != NULL, "%s", said);
    UNTIL(4, world_is_active(&u[4]));
    CHECK(is_waiting(&u[5]), "let in beyond the cap");
    api_change(concert, "'maxActive':3");
    for (int i = 0; i < 2; i++)
        EXPECT(api_delete(u[i].queue, "/queue/tokens/me"), 204);
    api_wait_for(api_wall_ms() + 2200); /* two ticks that must let nobody in */
    for (int i = 2; i < 5; i++)
        CHECK(world_is_active(&u[i]), "thrown out by a lower cap");
    CHECK(is_waiting(&u[5]), "let in beyond the lower cap");
    EXPECT(api_delete(u[2].queue, "/queue/tokens/me"), 204);
    UNTIL(4, world_is_active(&u[5]));
    CHECK(is_waiting(&u[6]), "two for one slot");
    TOOL("set", concert, "--max-active", "0");
    UNTIL(4, world_is_active(&u[COUNT(u) - 1]));
}

static void test_batches_change_while_people_wait(void)
{
    struct user u[9];
    int64_t concert = world_paused("'admitCount':1,'admitIntervalSeconds':3600,'maxActive':0");
    join_all(u, COUNT(u), concert);
    TOOL("open", concert, NULL);
    UNTIL(4, world_is_active(&u[0]));
    CHECK(INT(world_poll(&u[8]), "estimatedWaitSeconds") > 25200, "not from the interval");
    const char *said = TOOL("set", concert, "--admit-interval", "1", "--session", "900");
    CHECK(strstr(said, "admit-interval 1; was 3600\n") != NULL, "%s", said);
    UNTIL(4, world_is_active(&u[1]));
    int64_t wait = INT(world_poll(&u[8]), "estimatedWaitSeconds");
    CHECK(wait >= 1 && wait <= 8, "%lld s", (long long)wait);
    api_change(concert, "'admitCount':100");
    UNTIL(4, world_is_active(&u[8]));
    int64_t first = TIME(world_poll(&u[0]), "sessionExpiresAt");
    int64_t second = TIME(world_poll(&u[1]), "sessionExpiresAt");
    CHECK(second - first > 250000, "the session's length is not the new one");
    CHECK_INT(TIME(world_poll(&u[8]), "sessionExpiresAt"),
              TIME(world_poll(&u[7]), "sessionExpiresAt")); /* one batch */
}

/* Whether `u`, who has not asked since joining, has been let in: by the public document. */
static bool is_served(int64_t concert, const struct user *u)
{
    return INT(public_state(concert), "nowServing") >= u->ticket;
}

static void test_times_hold_for_those_who_come_after(void)
{
    struct user a = world_user(), b[2] = {world_user(), world_user()};
    struct user c[2] = {world_user(), world_user()};
    int64_t claimed = world_queue(""), unclaimed = world_queue("'claimSeconds':1");
    int64_t line = world_paused("");
    world_enter(&b[0], 1, unclaimed);
    world_join(&c[0], line);
    TOOL("set", claimed, "--claim", "1");
    api_change(unclaimed, "'claimSeconds':0,'sessionSeconds':60");
    TOOL("set", line, "--token-lifetime", "1");
    world_join(&a, claimed);
    world_join(&b[1], unclaimed);
    world_join(&c[1], line);
    UNTIL(5, is_served(claimed, &a) && is_served(unclaimed, &b[1]));
    api_wait_for(api_wall_ms() + 1200); /* the claim time, and the place's lifetime */
    UNTIL(3, world_poll(&a)->status == 410);
    const struct api_res *r = world_poll(&b[1]);
    CHECK_STR(api_text(r, "status"), "ACTIVE");
    CHECK(TIME(r, "sessionExpiresAt") < api_wall_ms() + 60000, "%s", r->body);
    CHECK(TIME(world_poll(&b[0]), "sessionExpiresAt") > api_wall_ms() + 500000, "an old session");
    CHECK_INT(world_poll(&c[1])->status, 410);
    CHECK(is_waiting(&c[0]), "an old place");
}

/* --- The message --- */

static bool shows(int64_t concert, const char *ko, const char *en)
{
    const struct api_res *r = public_state(concert);
    return strcmp(api_text(r, "message.ko"), ko) == 0 && strcmp(api_text(r, "message.en"), en) == 0;
}

#define KO "잠시 멈춥니다 <b>\"10분\"</b>"

static void test_a_message_in_two_languages(void)
{
    int64_t by_api = world_queue(""), by_tool = world_queue("");
    api_change(by_api, "'message':{'ko':'잠시 멈춥니다 <b>\\\"10분\\\"</b>','en':'A break'}");
    const char *said = TOOL("message", by_tool, "--ko", KO, "--en", "A break");
    CHECK(strstr(said, "  en A break; was none\n") != NULL, "%s", said);
    UNTIL(4, shows(by_api, KO, "A break") && shows(by_tool, KO, "A break"));
    api_change(by_api, "'message':{'en':'Soon'}");
    TOOL("message", by_tool, "--en", "Soon");
    UNTIL(4, shows(by_api, "", "Soon") && shows(by_tool, "", "Soon"));
    CHECK(api_is_null(public_state(by_api), "message.ko"), "");
    api_change(by_api, "'message':null");
    TOOL("message", by_tool, "--clear");
    UNTIL(4, api_is_null(public_state(by_api), "message") &&
                 api_is_null(public_state(by_tool), "message"));
}

/* --- What the tool shows and records --- */

static void test_the_tool_shows_what_the_api_shows(void)
{
    static const char *const list[] = {"queue", "list", "--json", NULL};
    static const char *const text[] = {"queue", "list", NULL};
    struct user u[3];
    const char *output;
    int64_t concert = world_paused("'maxActive':7,'message':{'en':'Hello'}");
    join_all(u, COUNT(u), concert);
    UNTIL(4, INT(public_state(concert), "waiting") == 3);
    const struct api_res *r = api_parse("queue show", TOOL("show", concert, "--json"));
    SHAPE(r, "", "concert:o queue:o lastWaitSeconds:i?");
    const char *path = F("/admin/concerts/%lld", (long long)concert);
    CHECK_STR(json_object_to_json_string(api_at(r, "concert")),
              json_object_to_json_string(api_get(token_admin(), path)->json));
    CHECK_STR(STR(r, "queue.state"), "PAUSED");
    CHECK_INT(INT(r, "queue.waiting"), 3);
    CHECK_STR(STR(r, "queue.message.en"), "Hello");
    output = TOOL("show", concert, NULL);
    CHECK(strstr(output, "\ninside/cap       0/7\n") != NULL, "%s", output);
    CHECK(strstr(output, "\nmessage en       Hello\n") != NULL, "%s", output);
    CHECK_INT(proc_run("frontrow", list, &output), 0);
    r = api_parse("queue list", output);
    bool found = false;
    for (size_t i = 0, n = LEN(r, "queues"); i < n; i++) {
        const char *at = F("queues.%zu", i);
        if (INT(r, F("%s.concertId", at)) != concert)
            continue;
        found = true;
        SHAPE(r, at,
              "concertId:i title:s state:s waiting:i active:i maxActive:i nowServing:i "
              "lastTicket:i admitPerMinute:i lastWaitSeconds:n");
        CHECK_INT(INT(r, F("%s.waiting", at)), 3);
    }
    CHECK(found, "%s", output);
    CHECK_INT(proc_run("frontrow", text, &output), 0);
    CHECK(strstr(output, F("\n%6lld  PAUSED ", (long long)concert)) != NULL, "%s", output);
}

/* As the API writes it. */
static const char *compact(json_object *json)
{
    return json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void test_what_the_tool_changes_is_recorded(void)
{
    int64_t concert = world_queue("'admitCount':9");
    const char *target = F("concert/%lld", (long long)concert), *at = NULL;
    const char *path = F("/admin/concerts/%lld", (long long)concert);
    const char *before = api_get(token_admin(), path)->body;
    TOOL("set", concert, "--admit-count", "4", "--claim", "0");
    const struct api_res *r = api_get(token_admin(), "/admin/audit?limit=100");
    for (size_t i = 0, n = LEN(r, "entries"); i < n && !at; i++)
        if (strcmp(api_text(r, F("entries.%zu.target", i)), target) == 0)
            at = F("entries.%zu", i);
    NEED(at != NULL, "not recorded");
    CHECK_STR(STR(r, F("%s.actor", at)), "00000000-0000-0000-0000-000000000000");
    CHECK_STR(STR(r, F("%s.action", at)), "concert.update");
    CHECK_STR(compact(api_at(r, F("%s.before", at))), before);
    CHECK_STR(compact(api_at(r, F("%s.after", at))), api_get(token_admin(), path)->body);
    CHECK_INT(INT(r, F("%s.after.queue.admitCount", at)), 4);
}

static void test_the_tool_knows_which_concerts_there_are(void)
{
    static const char *const bad[][6] = {
        {"queue", "show", "999999999"},
        {"queue", "pause", "999999999"},
        {"queue", "set", "999999999", "--claim", "1"},
        {"queue", "message", "999999999", "--clear"},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const char *output;
        CHECK_INT(proc_run("frontrow", bad[i], &output), 1);
        CHECK(strstr(output, F("queue %s: there is no concert 999999999\n", bad[i][1])) != NULL,
              "%s", output);
    }
}

SUITE_LONG(queue_control, TEST(test_each_state_with_a_crowd), TEST(test_the_cap_goes_up_and_down),
           TEST(test_batches_change_while_people_wait),
           TEST(test_times_hold_for_those_who_come_after), TEST(test_a_message_in_two_languages),
           TEST(test_the_tool_shows_what_the_api_shows),
           TEST(test_what_the_tool_changes_is_recorded),
           TEST(test_the_tool_knows_which_concerts_there_are));
