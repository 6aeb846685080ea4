/* Listening to a queue: the state at once, then each change, for any number of listeners. */
#include "listener.h"
#include "suite.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS                                                                                    \
    "concertId:i state:s nowServing:i lastTicket:i waiting:i active:i admitPerMinute:i "           \
    "opensAt:t? lottery:o? message:o? pollAfterSeconds:i asOf:t"

#define CROWD 300

static const char *events(int64_t concert)
{
    return F("/queue/concerts/%lld/events", (long long)concert);
}

static bool has_state(struct listener *l, const char *state)
{
    const struct api_res *r = listener_latest(l);
    return r && strcmp(api_text(r, "state"), state) == 0;
}

static bool has_waiting(struct listener *l, int64_t waiting)
{
    const struct api_res *r = listener_latest(l);
    return r && INT(r, "waiting") == waiting;
}

static const char *metric(const char *name)
{
    const struct api_res *r = api_send(&(struct api_req){.path = "/metrics", .root = true});
    const char *at = strstr(r->body, F("\n%s", name));
    return at ? at + 1 + strlen(name) : "";
}

static void test_the_state_comes_on_connecting(void)
{
    int64_t concert = world_paused("");
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    const struct api_res *r = listener_latest(l);
    SHAPE(r, "", MEMBERS);
    CHECK_INT(INT(r, "concertId"), concert);
    CHECK(strstr(l->data, "\r\nContent-Type: text/event-stream") != NULL, "%s", l->data);
    CHECK(strstr(l->data, "\r\nCache-Control: no-store\r\n") != NULL, "%s", l->data);
    CHECK(strstr(l->data, "\r\nX-Request-Id: ") != NULL, "%s", l->data);
    listener_close(l);
}

static void test_joins_and_changes_arrive(void)
{
    int64_t concert = world_paused("");
    const char *path = F("/admin/concerts/%lld", (long long)concert);
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    struct user u = world_user();
    UNTIL(4, has_state(l, "PAUSED"));
    world_join(&u, concert);
    UNTIL(5, has_waiting(l, 1));
    EXPECT(api_patch(token_admin(), path, J("{'queue':{'state':'DRAINING'}}")), 200);
    UNTIL(5, has_state(l, "DRAINING"));
    EXPECT(api_patch(token_admin(), path, J("{'queue':{'message':{'en':'Two\\nlines','ko':'x'}}}")),
           200);
    UNTIL(5, strcmp(api_text(listener_latest(l), "message.en"), "Two\nlines") == 0);
    CHECK(!listener_is_closed(l), "%s", l->data);
    listener_close(l);
}

/* Each goes out by itself: were they heard of only when the state goes out anyway, every 2.5 s at
 * the soonest, six would take longer. */
static void test_changes_do_not_wait(void)
{
    int64_t concert = world_paused("");
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    double began = api_now();
    for (int i = 0; i < 6; i++) {
        const char *state = i % 2 ? "PAUSED" : "DRAINING";
        world_set_state(concert, state);
        UNTIL(5, has_state(l, state));
    }
    CHECK(api_now() - began < 15, "%g s", api_now() - began);
    listener_close(l);
}

/* Nothing has changed, and still it is heard that all is well. */
static void test_a_quiet_queue_is_heard_of(void)
{
    int64_t concert = world_paused("");
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    UNTIL(4, has_state(l, "PAUSED"));
    int before = listener_count(l);
    int64_t as_of = TIME(listener_latest(l), "asOf");
    UNTIL(8, listener_count(l) >= before + 1);
    CHECK(TIME(listener_latest(l), "asOf") > as_of, "the same moment");
    listener_close(l);
}

static void test_web_socket(void)
{
    int64_t concert = world_paused("");
    struct listener *l =
        listener_pushed(concert, LISTENER_WS "Origin: http://elsewhere.example\r\n");
    struct user u = world_user();
    CHECK_INT(listener_status(l), 101);
    CHECK(strstr(l->data, "\r\nSec-WebSocket-Accept: " LISTENER_ACCEPT "\r\n"), "%s", l->data);
    SHAPE(listener_latest(l), "", MEMBERS);
    CHECK_INT(INT(listener_latest(l), "concertId"), concert);
    world_join(&u, concert);
    UNTIL(5, has_waiting(l, 1));
    listener_close(l);
}

/* Whoever made a concert can listen to it from then on. */
static void test_a_queue_that_was_just_made(void)
{
    for (int i = 0; i < 10; i++) {
        struct listener *l = listener_open(world_queue(""), LISTENER_WS);
        CHECK_INT(listener_status(l), 101);
        UNTIL(1, listener_count(l) > 0);
        listener_close(l);
    }
}

/* Who says nothing of event streams gets one, and who has seen something already the state. */
static void test_however_it_is_asked_for(void)
{
    static const char *const ways[] = {"",
                                       "Accept: */*\r\n",
                                       "Accept: text/html\r\n",
                                       LISTENER_SSE "Last-Event-ID: 99999999999:0\r\n",
                                       LISTENER_SSE
                                       "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n",
                                       LISTENER_SSE "Origin: http://elsewhere.example\r\n",
                                       "Accept: text/event-stream, */*\r\nUpgrade: h2c\r\n"};
    struct listener *l[sizeof ways / sizeof *ways];
    struct user u = world_user();
    int64_t concert = world_paused("");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        l[i] = listener_pushed(concert, ways[i]);
        CHECK_INT(INT(listener_latest(l[i]), "concertId"), concert);
    }
    world_join(&u, concert);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        UNTIL(5, has_waiting(l[i], 1));
        listener_close(l[i]);
    }
}

static void test_no_such_concert(void)
{
    struct listener *l = listener_open(999999999, LISTENER_WS);
    EXPECT_ERROR(api_get(NULL, events(999999999)), 404, "CONCERT_NOT_FOUND");
    EXPECT_ERROR(api_send(&(struct api_req){.path = events(999999999),
                                            .headers = {"Accept: text/event-stream"}}),
                 404, "CONCERT_NOT_FOUND");
    EXPECT_ERROR(api_get(NULL, "/queue/concerts/9223372036854775808/events"), 404,
                 "CONCERT_NOT_FOUND");
    EXPECT_ERROR(api_get(NULL, "/queue/concerts/abc/events"), 404, "CONCERT_NOT_FOUND");
    CHECK_INT(listener_status(l), 404);
    listener_close(l);
}

static void test_other_methods(void)
{
    int64_t concert = world_queue("");
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        const struct api_res *r =
            api_send(&(struct api_req){.method = methods[i], .path = events(concert)});
        EXPECT_ERROR(r, 405, "METHOD_NOT_ALLOWED");
        CHECK_STR(api_header(r, "Allow"), "GET, HEAD");
    }
    UNTIL(3, api_send(&(struct api_req){.method = "HEAD", .path = events(concert)})->status == 200);
    const struct api_res *r =
        api_send(&(struct api_req){.method = "HEAD", .path = events(concert)});
    CHECK_INT((int64_t)r->len, 0);
    const char *type = api_header(r, "Content-Type");
    CHECK(type && strncmp(type, "text/event-stream", 17) == 0, "%s", type ? type : "none");
}

static void test_an_upgrade_that_is_none(void)
{
    int64_t concert = world_queue("");
    EXPECT_ERROR(api_send(&(struct api_req){.path = events(concert),
                                            .headers = {"Connection: Upgrade", "Upgrade: websocket",
                                                        "Sec-WebSocket-Version: 8"}}),
                 400, "BAD_REQUEST");
    EXPECT_ERROR(
        api_send(&(struct api_req){.path = events(concert),
                                   .headers = {"Upgrade: websocket", "Sec-WebSocket-Version: 13",
                                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}}),
        400, "BAD_REQUEST");
}

/* What is told to the listeners comes over a socket of this host alone. */
static void test_nobody_publishes_from_outside(void)
{
    int64_t concert = world_paused("");
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    const char *paths[] = {F("/%lld", (long long)concert), F("/listen/%lld", (long long)concert),
                           F("/.listen/%lld", (long long)concert)};
    for (size_t i = 0; i < 3; i++) {
        EXPECT_ERROR(api_send(&(struct api_req){.method = "PUT", .path = paths[i], .root = true}),
                     404, "NOT_FOUND");
        const struct api_res *r = api_send(
            &(struct api_req){.method = "POST", .path = paths[i], .root = true, .body = "{}"});
        CHECK(r->status == 404 || r->status == 405, "%ld", r->status);
    }
    CHECK_INT(INT(listener_latest(l), "concertId"), concert);
    listener_close(l);
}

/* A crowd costs a few questions whether there is a channel, and each change one message. */
static void test_a_crowd_is_cheap(void)
{
    static const char asked[] = "frontrow_requests_total{route=\"GET /.listen/{concertId}\","
                                "status=\"204\"} ";
    static struct listener *crowd[CROWD];
    int64_t concert = world_paused("");
    struct user u = world_user();
    listener_close(listener_pushed(concert, LISTENER_SSE));
    double before = strtod(metric(asked), NULL), began = api_now();
    for (int i = 0; i < CROWD; i++)
        crowd[i] = listener_open(concert, i % 3 ? LISTENER_SSE : LISTENER_WS);
    for (int i = 0; i < CROWD; i++)
        UNTIL(5, listener_count(crowd[i]) > 0);
    double questions = strtod(metric(asked), NULL) - before;
    CHECK(questions <= 20 * (api_now() - began + 1), "%g questions", questions);
    world_join(&u, concert);
    for (int i = 0; i < CROWD; i++)
        UNTIL(5, has_waiting(crowd[i], 1));
    for (int i = 0; i < CROWD; i++)
        listener_close(crowd[i]);
    CHECK(strtod(metric("frontrow_push_published_total "), NULL) > 0, "none counted");
}

SUITE(push, TEST(test_the_state_comes_on_connecting), TEST(test_joins_and_changes_arrive),
      TEST(test_changes_do_not_wait), TEST(test_a_quiet_queue_is_heard_of), TEST(test_web_socket),
      TEST(test_a_queue_that_was_just_made), TEST(test_however_it_is_asked_for),
      TEST(test_no_such_concert), TEST(test_other_methods), TEST(test_an_upgrade_that_is_none),
      TEST(test_nobody_publishes_from_outside), TEST(test_a_crowd_is_cheap));
