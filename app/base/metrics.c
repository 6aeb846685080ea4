/*
 * Counters, see base/metrics.h.
 *
 * A request costs four relaxed additions. Counts that belong together (a histogram's buckets and
 * its number of observations) are made from one another when they are read, so that a page agrees
 * with itself although nothing stands still.
 */
#include "base/metrics.h"

#include "base/shared.h"
#include <inttypes.h>
#include <stdatomic.h>

/* Upper bounds of the latency histogram, in microseconds. */
static const int64_t bounds[] = {500,    1000,   2500,   5000,    10000,   25000,   50000,
                                 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000};
/* Every status that a route can answer with; any other is counted as the last, 0. */
static const int statuses[] = {200, 201, 202, 204, 304, 400, 401, 402, 403, 404, 405,
                               409, 410, 413, 414, 415, 422, 429, 500, 503, 0};

#define N_BOUNDS   (sizeof bounds / sizeof *bounds)
#define N_STATUSES (sizeof statuses / sizeof *statuses)

typedef _Atomic uint64_t counter;

struct route_counters {
    counter by_status[N_STATUSES];
    counter buckets[N_BOUNDS + 1]; /* each for itself, the last beyond all bounds */
    counter microseconds;
};

struct counters {
    struct route_counters routes[METRICS_ROUTES + 1];
    counter db_errors, db_retries, db_reconnects, worker_restarts;
    counter push_published, push_failed;
    counter maps_read, maps_shared;
};

static struct counters own;
static struct counters *counters = &own;

enum err metrics_init(void)
{
    struct counters *fresh = shared_alloc(sizeof *fresh);

    if (!fresh)
        return ERR_INTERNAL;
    counters = fresh;
    return ERR_OK;
}

static void add(counter *c, uint64_t n)
{
    atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

static uint64_t get(counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

void metrics_request(size_t route, int status, int64_t microseconds)
{
    struct route_counters *r = &counters->routes[route < METRICS_ROUTES ? route : METRICS_NO_ROUTE];
    int64_t us = microseconds > 0 ? microseconds : 0;
    size_t s = 0, b = 0;

    while (s < N_STATUSES - 1 && statuses[s] != status)
        s++;
    while (b < N_BOUNDS && us > bounds[b])
        b++;
    add(&r->by_status[s], 1);
    add(&r->buckets[b], 1);
    add(&r->microseconds, (uint64_t)us);
}

void metrics_db_error(void)
{
    add(&counters->db_errors, 1);
}

void metrics_db_retry(void)
{
    add(&counters->db_retries, 1);
}

void metrics_db_reconnect(void)
{
    add(&counters->db_reconnects, 1);
}

void metrics_worker_restart(void)
{
    add(&counters->worker_restarts, 1);
}

void metrics_push(bool taken)
{
    add(taken ? &counters->push_published : &counters->push_failed, 1);
}

void metrics_seat_map(bool shared)
{
    add(shared ? &counters->maps_shared : &counters->maps_read, 1);
}

/* A label's value: backslash, quote and newline are escaped. */
static void put_label(struct text_buf *out, const char *value)
{
    for (const char *p = value; *p; p++) {
        if (*p == '\n') {
            text_buf_puts(out, "\\n");
            continue;
        }
        if (*p == '\\' || *p == '"')
            text_buf_puts(out, "\\");
        text_buf_append(out, p, 1);
    }
}

void metrics_write_head(struct text_buf *out, const char *name, const char *type, const char *help)
{
    text_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_write_value(struct text_buf *out, const char *name, const char *type, const char *help,
                         int64_t value)
{
    metrics_write_head(out, name, type, help);
    text_buf_printf(out, "%s %" PRId64 "\n", name, value);
}

static void write_statuses(struct text_buf *out, struct route_counters *r, const char *name)
{
    for (size_t s = 0; s < N_STATUSES; s++) {
        uint64_t n = get(&r->by_status[s]);

        if (n == 0)
            continue;
        text_buf_puts(out, "frontrow_requests_total{route=\"");
        put_label(out, name);
        if (statuses[s])
            text_buf_printf(out, "\",status=\"%d\"} %" PRIu64 "\n", statuses[s], n);
        else
            text_buf_printf(out, "\",status=\"other\"} %" PRIu64 "\n", n);
    }
}

/* Begins a line of the histogram: its name with `suffix`, and the route. */
static void put_series(struct text_buf *out, const char *suffix, const char *name)
{
    text_buf_printf(out, "frontrow_request_duration_seconds%s{route=\"", suffix);
    put_label(out, name);
}

static void write_histogram(struct text_buf *out, struct route_counters *r, const char *name)
{
    uint64_t each[N_BOUNDS + 1];
    uint64_t total = 0;

    for (size_t b = 0; b <= N_BOUNDS; b++)
        total += each[b] = get(&r->buckets[b]);
    if (total == 0)
        return;
    total = 0;
    for (size_t b = 0; b < N_BOUNDS; b++) {
        total += each[b];
        put_series(out, "_bucket", name);
        text_buf_printf(out, "\",le=\"%g\"} %" PRIu64 "\n", (double)bounds[b] / 1e6, total);
    }
    total += each[N_BOUNDS];
    put_series(out, "_bucket", name);
    text_buf_printf(out, "\",le=\"+Inf\"} %" PRIu64 "\n", total);
    put_series(out, "_sum", name);
    text_buf_printf(out, "\"} %.6f\n", (double)get(&r->microseconds) / 1e6);
    put_series(out, "_count", name);
    text_buf_printf(out, "\"} %" PRIu64 "\n", total);
}

void metrics_write(struct text_buf *out, const char *const route_names[], size_t n)
{
    size_t known = n < METRICS_ROUTES ? n : METRICS_ROUTES;
    struct route_counters *unmatched = &counters->routes[METRICS_NO_ROUTE];

    metrics_write_head(out, "frontrow_requests_total", "counter",
                       "Requests answered, by route and HTTP status.");
    for (size_t i = 0; i < known; i++)
        write_statuses(out, &counters->routes[i], route_names[i]);
    write_statuses(out, unmatched, "none");
    metrics_write_head(out, "frontrow_request_duration_seconds", "histogram",
                       "Time from a request's arrival at a worker to its answer, by route.");
    for (size_t i = 0; i < known; i++)
        write_histogram(out, &counters->routes[i], route_names[i]);
    write_histogram(out, unmatched, "none");
    metrics_write_value(out, "frontrow_database_errors_total", "counter", "Statements that failed.",
                        (int64_t)get(&counters->db_errors));
    metrics_write_value(out, "frontrow_database_retries_total", "counter",
                        "Transactions run again after a deadlock or a conflict.",
                        (int64_t)get(&counters->db_retries));
    metrics_write_value(out, "frontrow_database_reconnects_total", "counter",
                        "Connections opened after one was lost.",
                        (int64_t)get(&counters->db_reconnects));
    metrics_write_value(out, "frontrow_worker_restarts_total", "counter",
                        "Workers that died and were replaced.",
                        (int64_t)get(&counters->worker_restarts));
    metrics_write_value(out, "frontrow_push_published_total", "counter",
                        "Times that a queue's state was given to nginx for its listeners.",
                        (int64_t)get(&counters->push_published));
    metrics_write_value(out, "frontrow_push_failed_total", "counter",
                        "Times that nginx did not take it.", (int64_t)get(&counters->push_failed));
    metrics_write_value(out, "frontrow_seat_maps_read_total", "counter",
                        "Compact maps of seats read from the database.",
                        (int64_t)get(&counters->maps_read));
    metrics_write_value(out, "frontrow_seat_maps_shared_total", "counter",
                        "Compact maps of seats answered with what another request had read.",
                        (int64_t)get(&counters->maps_shared));
}
