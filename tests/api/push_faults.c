/* Listening while nginx and the process that feeds it die, stand still, or begin anew. */
#include "listener.h"
#include "proc.h"
#include "suite.h"
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The master of this state's nginx; 0 while there is none. (It writes its own name over its command
 * line.) */
static pid_t nginx(void)
{
    char text[16] = "";
    FILE *f = fopen(F("%s/run/nginx.pid", api_state), "r");
    bool read = f && fgets(text, sizeof text, f);
    if (f)
        fclose(f);
    return read ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* The process that feeds it; 0 if there is none. */
static pid_t pusher(void)
{
    struct proc_list children = proc_children(proc_find("frontrow-worker"));
    for (size_t i = 0; i < children.n; i++) {
        char name[16] = "";
        FILE *f = fopen(F("/proc/%d/comm", (int)children.pid[i]), "r");
        if (f) {
            bool read = fgets(name, sizeof name, f) != NULL;
            fclose(f);
            if (read && strncmp(name, "frontrow-push", 13) == 0)
                return children.pid[i];
        }
    }
    return 0;
}

static bool is_pushed(struct listener *l, const char *state)
{
    const struct api_res *r = listener_latest(l);
    return r && strcmp(api_text(r, "state"), state) == 0;
}

/* Who listens anew has the state, and hears the next change. */
static void check_push(int64_t concert, const char *now, const char *next)
{
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    UNTIL(5, is_pushed(l, now));
    world_set_state(concert, next);
    UNTIL(5, is_pushed(l, next));
    listener_close(l);
}

static void test_nginx_is_reloaded(void)
{
    int64_t concert = world_paused("");
    struct listener *stream = listener_pushed(concert, LISTENER_SSE);
    struct listener *socket = listener_pushed(concert, LISTENER_WS);
    pid_t master = nginx();
    kill(master, SIGHUP);
    UNTIL(10, listener_is_closed(stream) && listener_is_closed(socket));
    listener_close(stream);
    listener_close(socket);
    check_push(concert, "PAUSED", "DRAINING");
    CHECK_INT(nginx(), master);
}

static void test_nginx_is_killed(void)
{
    int64_t concert = world_paused("");
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    pid_t master = nginx();
    kill(master, SIGKILL);
    UNTIL(10, listener_is_closed(l));
    listener_close(l);
    UNTIL(20, nginx() > 0 && nginx() != master && api_get(NULL, "/concerts")->status == 200);
    check_push(concert, "PAUSED", "DRAINING");
}

static void test_the_feeding_process_is_killed(void)
{
    int64_t concert = world_paused("");
    struct listener *l = listener_pushed(concert, LISTENER_SSE);
    pid_t old = pusher();
    NEED(old > 0, "no frontrow-push");
    kill(old, SIGKILL);
    UNTIL(10, pusher() > 0 && pusher() != old);
    world_set_state(concert, "DRAINING");
    UNTIL(5, is_pushed(l, "DRAINING"));
    listener_close(l);
}

/* Nobody is promised what does not come: the application answers with the state as it is, and says
 * when to come again. */
static void check_answer(const struct api_res *r)
{
    EXPECT_NEED(r, 200);
    CHECK(strncmp(r->body, "retry: ", 7) == 0 &&
              strstr(r->body, "\ndata: {\"concertId\":") != NULL &&
              strcmp(r->body + r->len - 2, "\n\n") == 0,
          "%s", r->body);
}

/* A WebSocket is refused by then. */
static bool is_busy(int64_t concert)
{
    struct listener *l = listener_open(concert, LISTENER_WS);
    bool busy = listener_status(l) == 503 && strstr(l->data, "\r\nRetry-After: ") &&
                strstr(l->data, "\"code\":\"BUSY\"");
    listener_close(l);
    return busy;
}

static void test_the_feeding_process_stands_still(void)
{
    int64_t concert = world_paused("");
    pid_t pid = pusher();
    NEED(pid > 0, "no frontrow-push");
    listener_close(listener_pushed(concert, LISTENER_SSE));
    kill(pid, SIGSTOP);
    UNTIL(10, is_busy(concert));
    const struct api_res *r = api_get(NULL, F("/queue/concerts/%lld/events", (long long)concert));
    kill(pid, SIGCONT);
    check_answer(r);
    check_push(concert, "PAUSED", "DRAINING");
}

SUITE_LAST(push_faults, TEST(test_nginx_is_reloaded), TEST(test_nginx_is_killed),
           TEST(test_the_feeding_process_is_killed), TEST(test_the_feeding_process_stands_still));
