/* Some hundred visitors of one queue; see crowd.h. */
#include "crowd.h"

#include "proc.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 100

struct api_req crowd_post(const char *token, const char *path, const char *body)
{
    return (struct api_req){.method = "POST", .path = path, .token = token, .body = body};
}

const struct api_res **crowd_send(const struct api_req *reqs, size_t n)
{
    const struct api_res **all = api_alloc((n + 1) * sizeof(struct api_res *));
    for (size_t from = 0; from < n; from += AT_ONCE) {
        size_t some = n - from < AT_ONCE ? n - from : AT_ONCE;
        memcpy(all + from, api_send_all(reqs + from, some), some * sizeof(struct api_res *));
    }
    return all;
}

static int by_ticket(const void *a, const void *b)
{
    const struct visitor *x = a, *y = b;
    return (x->user.ticket > y->user.ticket) - (x->user.ticket < y->user.ticket);
}

struct crowd crowd_join(int64_t concert, size_t n, int64_t session_seconds)
{
    struct crowd c = {concert, session_seconds * 1000, n, api_alloc(n * sizeof *c.v)};
    struct api_req *reqs = api_alloc(n * sizeof *reqs);
    const char *body = J("{'concertId':%lld}", (long long)concert);
    for (size_t i = 0; i < n; i++) {
        c.v[i].user = world_user();
        reqs[i] = crowd_post(c.v[i].user.token, "/queue/tokens", body);
    }
    const struct api_res **r = crowd_send(reqs, n);
    for (size_t i = 0; i < n; i++) {
        EXPECT_NEED(r[i], 201);
        snprintf(c.v[i].user.queue, sizeof c.v[i].user.queue, "%s", STR(r[i], "token"));
        c.v[i].user.ticket = INT(r[i], "ticket");
    }
    qsort(c.v, n, sizeof *c.v, by_ticket);
    return c;
}

static void note(struct crowd *c, struct visitor *v, const struct api_res *r)
{
    if (r->status == 410) {
        v->is_over = true;
        return;
    }
    EXPECT_NEED(r, 200);
    if (strcmp(STR(r, "status"), "ACTIVE") == 0) {
        v->ends = TIME(r, "sessionExpiresAt");
        v->admitted = v->ends - c->session_ms;
        return;
    }
    v->asked_to = r->ended_ms;
    v->asked_from = r->ended_ms - (int64_t)(r->seconds * 1000) - 1;
    v->position = INT(r, "position");
    v->estimate = api_is_null(r, "estimatedWaitSeconds") ? -1 : INT(r, "estimatedWaitSeconds");
}

size_t crowd_poll(struct crowd *c, size_t from, size_t to)
{
    struct api_req *reqs = api_alloc((to - from + 1) * sizeof *reqs);
    size_t *who = api_alloc((to - from + 1) * sizeof *who), n = 0, inside = 0;
    for (size_t i = from; i < to; i++) {
        if (c->v[i].admitted || c->v[i].is_over)
            continue;
        who[n] = i;
        reqs[n++] = (struct api_req){.path = "/queue/tokens/me", .token = c->v[i].user.queue};
    }
    const struct api_res **r = crowd_send(reqs, n);
    for (size_t i = 0; i < n; i++) {
        note(c, &c->v[who[i]], r[i]);
        inside += c->v[who[i]].admitted > 0;
    }
    return inside;
}

const struct api_res *crowd_state(int64_t concert)
{
    const struct api_res *r = api_get(NULL, F("/queue/concerts/%lld", (long long)concert));
    EXPECT_NEED(r, 200);
    return r;
}

bool crowd_state_is(int64_t concert, const char *state)
{
    return strcmp(STR(crowd_state(concert), "state"), state) == 0;
}

size_t crowd_called(const struct crowd *c)
{
    int64_t now_serving = INT(crowd_state(c->concert), "nowServing");
    size_t n = 0;
    while (n < c->n && c->v[n].user.ticket <= now_serving)
        n++;
    return n;
}

void crowd_wait(struct crowd *c, double seconds)
{
    UNTIL(seconds, crowd_called(c) == c->n);
    size_t inside = 0;
    crowd_poll(c, 0, c->n);
    for (size_t i = 0; i < c->n; i++)
        inside += c->v[i].admitted > 0;
    NEED(inside == c->n, "%zu of %zu were let in", inside, c->n);
}

void crowd_insist(const struct api_req *reqs, size_t n)
{
    size_t done = 0;
    for (double end = api_now() + 20; done < n && api_now() < end;) {
        const struct api_res **r = crowd_send(reqs, n);
        done = 0;
        for (size_t i = 0; i < n; i++) {
            CHECK(r[i]->status == 201 || r[i]->status == 503, "%s: %ld %s", r[i]->what,
                  r[i]->status, r[i]->body);
            done += r[i]->status == 201;
        }
    }
    CHECK_INT((int64_t)done, (int64_t)n);
}

pid_t crowd_strike(const char *name, int number)
{
    pid_t master = proc_find("frontrow-worker"), self = getpid(), pid = fork();
    if (pid != 0)
        return pid;
    while (getppid() == self) {
        struct proc_list clerks = proc_children_named(master, name);
        for (size_t i = 0; i < clerks.n; i++)
            kill(clerks.pid[i], number);
        api_free_owned();
        usleep(7000);
    }
    _exit(0);
}

void crowd_end_strike(pid_t striker)
{
    kill(striker, SIGKILL);
    waitpid(striker, NULL, 0);
}

bool crowd_has_clerk(const char *name)
{
    return proc_children_named(proc_find("frontrow-worker"), name).n == 1;
}

void crowd_verify(void)
{
    const char *output = "";
    CHECK(proc_run("frontrow", (const char *const[]){"verify", NULL}, &output) == 0, "%s", output);
}
