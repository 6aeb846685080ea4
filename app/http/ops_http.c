/* For the operator's monitoring. */
#include "http/ops_http.h"

#include "base/metrics.h"
#include "domain/health.h"
#include "domain/snapshot.h"
#include "http/json_out.h"
#include "http/routes.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Queues shown one by one; an operator of more has `frontrow status`. */
#define METRICS_QUEUES 100

/* How late a reading of the queues may be, beyond three that were missed. */
#define SNAPSHOT_LATE_MS 2000

/* Room for "METHOD pattern". */
#define ROUTE_NAME_SIZE 80

static void put_check(struct text_buf *out, const char *name, bool ok)
{
    jout_text(out, name, ok ? "ok" : "fail");
}

enum err ops_http_healthz(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;

    (void)req;
    jout_object_begin(out, NULL);
    put_check(out, "status", true);
    jout_object_begin(out, "checks");
    jout_object_end(out);
    jout_object_end(out);
    response_header(res, "Cache-Control", "no-store");
    return ERR_OK;
}

enum err ops_http_readyz(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    struct health health;
    bool snapshot, ok;

    health_read(req->app, &health);
    /* A host whose snapshot stands still would tell visitors old places. */
    snapshot = health.snapshot_age_ms >= 0 &&
               health.snapshot_age_ms <= SNAPSHOT_LATE_MS + 3 * req->app->cfg->queue_snapshot_ms;
    ok = health.database && health.schema && health.job && snapshot;
    jout_object_begin(out, NULL);
    put_check(out, "status", ok);
    jout_object_begin(out, "checks");
    put_check(out, "database", health.database);
    put_check(out, "schema", health.schema);
    put_check(out, "job", health.job);
    put_check(out, "snapshot", snapshot);
    jout_object_end(out);
    jout_object_end(out);
    res->status = ok ? 200 : 503;
    if (!ok)
        response_header(res, "Retry-After", "1");
    response_header(res, "Cache-Control", "no-store");
    return ERR_OK;
}

/* What the snapshot has of the first queues, small enough to keep while the lines are written. */
struct gauges {
    struct gauge {
        int64_t concert_id, waiting, active, now_serving, last_ticket;
    } rows[METRICS_QUEUES];
    int count;
};

static void collect(const struct snapshot_queue *q, void *arg)
{
    struct gauges *g = arg;

    if (g->count < METRICS_QUEUES)
        g->rows[g->count++] = (struct gauge){.concert_id = q->concert_id,
                                             .waiting = q->waiting,
                                             .active = q->active,
                                             .now_serving = q->now_serving,
                                             .last_ticket = q->last_ticket};
}

static void put_gauges(struct text_buf *out)
{
    static const struct {
        const char *name, *help;
        size_t offset;
    } kinds[] = {
        {"frontrow_queue_waiting", "Visitors who wait.", offsetof(struct gauge, waiting)},
        {"frontrow_queue_active", "Visitors inside.", offsetof(struct gauge, active)},
        {"frontrow_queue_now_serving", "The highest ticket number admitted.",
         offsetof(struct gauge, now_serving)},
        {"frontrow_queue_last_ticket", "The highest ticket number drawn.",
         offsetof(struct gauge, last_ticket)},
    };
    struct gauges g = {.count = 0};

    snapshot_each(collect, &g);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        metrics_write_head(out, kinds[k].name, "gauge", kinds[k].help);
        for (int i = 0; i < g.count; i++) {
            const char *row = (const char *)&g.rows[i];

            text_buf_printf(out, "%s{concert=\"%" PRId64 "\"} %" PRId64 "\n", kinds[k].name,
                            g.rows[i].concert_id,
                            *(const int64_t *)(const void *)(row + kinds[k].offset));
        }
    }
}

enum err ops_http_metrics(struct request *req, struct response *res)
{
    char names[METRICS_ROUTES][ROUTE_NAME_SIZE];
    const char *pointers[METRICS_ROUTES];
    struct text_buf *out = &res->body;
    size_t n = routes_count();

    for (size_t i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "%s %s", routes_at(i)->method, routes_at(i)->pattern);
        pointers[i] = names[i];
    }
    metrics_write(out, pointers, n);
    put_gauges(out);
    metrics_write_value(out, "frontrow_snapshot_age_milliseconds", "gauge",
                        "Since the queues' state was last read on this host; -1: never.",
                        snapshot_age_ms());
    metrics_write_value(out, "frontrow_database_up", "gauge",
                        "Whether this host reaches the database.", !snapshot_database_down());
    if (req->route->who == WHO_ANYONE) /* else dispatch has said so */
        response_header(res, "Cache-Control", "no-store");
    res->content_type = "text/plain; version=0.0.4; charset=utf-8";
    return ERR_OK;
}
