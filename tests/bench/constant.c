/*
 * bench-constant: FastCGI workers that check a queue token and answer the same bytes each time.
 *
 * They are Frontrow's own workers in all but what they do with a request: the loop, its log line
 * and its counters are http/fcgi.c, the token is checked by http/auth.h, and this `dispatch` stands
 * in the place of the real one. What a request costs above theirs is what Frontrow does with it.
 */
#include "base/listen.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/pool.h"
#include "domain/snapshot.h"
#include "http/auth.h"
#include "http/dispatch.h"
#include "http/fcgi.h"
#include "http/seen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 4096, GRACE_MS = 2000, PATIENCE_MS = 1000, ANSWER_MOST = 1 << 20 };

static struct text_buf answer;

void dispatch(struct app *app, struct request *req, struct response *res)
{
    enum err e =
        auth_check(app->cfg, req->authorization, AUTH_QUEUE, snapshot_db_now(), &req->caller);

    response_reset(res);
    req->user = req->caller.user;
    if (e == ERR_OK)
        text_buf_append(&res->body, answer.data, answer.len);
    else
        res->status = 401;
    response_header(res, "Cache-Control", "no-store");
    response_header(res, "X-Request-Id", "%s", req->id);
}

struct plan {
    struct config cfg;
    struct listener listener;
};

static int serve(void *arg)
{
    struct plan *p = arg;

    return fcgi_serve(p->listener.fd, &p->cfg, INT64_MAX, NULL);
}

static bool read_answer(const char *path)
{
    FILE *file = fopen(path, "r");
    char part[4096];
    size_t n;

    while (file && answer.len < ANSWER_MOST && (n = fread(part, 1, sizeof part, file)) > 0)
        text_buf_append(&answer, part, n);
    if (file)
        fclose(file);
    return answer.len > 0 && !answer.failed;
}

static int run(struct plan *p, const char *socket, int workers)
{
    struct pool_plan pool = {.roles = {{.name = "constant",
                                        .process = "bench-constant",
                                        .count = workers,
                                        .run = serve}},
                             .role_count = 1,
                             .arg = p,
                             .grace_ms = GRACE_MS};
    char why[512];
    int status;

    if (metrics_init() != ERR_OK || seen_init() != ERR_OK ||
        listen_open(socket, BACKLOG, PATIENCE_MS, &p->listener, why, sizeof why) != ERR_OK) {
        fprintf(stderr, "bench-constant: cannot listen on %s\n", socket);
        return 1;
    }
    status = pool_run(&pool);
    listen_close(&p->listener);
    return status;
}

int main(int argc, char **argv)
{
    static struct plan plan;
    char why[512];
    long workers = argc == 5 ? strtol(argv[3], NULL, 10) : 0;

    if (workers < 1 || workers > 1024) {
        fputs(
            "Usage: bench-constant CONFIG SOCKET WORKERS ANSWER\n"
            "Answers who has a queue token with the bytes of the file ANSWER. See scripts/bench.\n",
            stderr);
        return 2;
    }
    if (config_load(argv[1], &plan.cfg, why, sizeof why) != ERR_OK || !read_answer(argv[4])) {
        fprintf(stderr, "bench-constant: cannot read %s or %s\n", argv[1], argv[4]);
        return 2;
    }
    config_keep_account(&plan.cfg, CONFIG_WORKERS);
    return run(&plan, argv[2], (int)workers);
}
