/* The report as JSON, see load/report.h. */
#include "http/json_out.h"
#include "load/report.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void put_number(struct text_buf *out, const char *name, double value)
{
    char text[40];

    snprintf(text, sizeof text, "%.3f", value);
    jout_raw(out, name, text);
}

/* p50, p95, p99, max and mean, in the histogram's unit. */
static void put_times(struct text_buf *out, const char *name, const struct hist *h)
{
    jout_object_begin(out, name);
    jout_int(out, "count", (int64_t)h->count);
    jout_int(out, "mean", hist_mean(h));
    jout_int(out, "p50", hist_at(h, 0.5));
    jout_int(out, "p95", hist_at(h, 0.95));
    jout_int(out, "p99", hist_at(h, 0.99));
    jout_int(out, "max", h->max);
    jout_object_end(out);
}

static void put_plan(struct text_buf *out, const struct rehearsal *r)
{
    const struct crowd_plan *p = &r->crowd_plan;
    char seed[24];

    snprintf(seed, sizeof seed, "%" PRIu64, p->seed);
    jout_object_begin(out, "plan");
    jout_int(out, "buyers", p->buyers);
    put_number(out, "overSeconds", p->over);
    jout_text(out, "profile", arrive_name(p->profile));
    put_number(out, "thinkSeconds", p->think);
    jout_int(out, "abandonPercent", p->abandon);
    jout_int(out, "vanishPercent", p->vanish);
    jout_int(out, "seatsPerBuyer", p->seats);
    jout_bool(out, "best", p->best);
    jout_bool(out, "map", p->map);
    jout_text(out, "watch", p->watch_public ? "public" : "own");
    jout_bool(out, "keys", p->keys);
    jout_text(out, "seed", seed); /* 64 bits do not fit into every reader's numbers */
    jout_int(out, "connections", r->plan->connections);
    jout_int(out, "durationSeconds", r->plan->duration);
    jout_object_end(out);
}

static void put_prepared(struct text_buf *out, const struct rehearsal *r)
{
    const struct tally_row *charge = &r->prepared.rows[ROUTE_CHARGE];

    jout_object_begin(out, "preparation");
    put_number(out, "seconds", r->prepare_seconds);
    put_number(out, "tokenSeconds", r->mint_seconds);
    put_number(out, "chargeSeconds", r->charge_seconds);
    jout_int(out, "charges", (int64_t)charge->good);
    put_times(out, "chargeUs", &charge->times);
    jout_int(out, "datesMade", (int64_t)r->prepared.rows[ROUTE_MAKE].good);
    jout_object_end(out);
}

static void put_buyers(struct text_buf *out, const struct crowd_figures *f)
{
    jout_object_begin(out, "buyers");
    jout_int(out, "arrived", f->arrived);
    for (int i = 0; i < END_COUNT; i++)
        jout_int(out, crowd_end_name((enum crowd_end)i), f->ends[i]);
    jout_object_end(out);
}

static void put_sale(struct text_buf *out, const struct rehearsal *r)
{
    const struct crowd_figures *f = &r->crowd.figures;
    double sold_out = rehearsal_sold_out_after(r);

    jout_object_begin(out, "sale");
    put_number(out, "seconds", r->seconds);
    if (sold_out >= 0)
        put_number(out, "soldOutAfterSeconds", sold_out);
    else
        jout_null(out, "soldOutAfterSeconds");
    jout_bool(out, "outOfTime", r->out_of_time);
    jout_int(out, "freeBefore", r->before.available);
    jout_int(out, "seatsSold", (int64_t)f->seats);
    put_number(out, "purchasesPerSecondMean",
               f->last_sale_us > 0 ? f->ends[END_BOUGHT] * 1e6 / (double)f->last_sale_us : 0);
    put_number(out, "purchasesPerSecondBest", crowd_best_rate(f, 1, false));
    put_number(out, "purchasesPerSecondBestOf10", crowd_best_rate(f, 10, false));
    put_times(out, "queueWaitMs", &f->wait);
    put_times(out, "insideMs", &f->stay);
    put_times(out, "wholeMs", &f->whole);
    put_buyers(out, f);
    jout_object_begin(out, "site");
    jout_bool(out, "known", r->after_known);
    jout_int(out, "sold", r->after.sold - r->before.sold);
    jout_int(out, "held", r->after.held);
    jout_int(out, "available", r->after.available);
    jout_bool(out, "addsUp", rehearsal_adds_up(r));
    jout_object_end(out);
    jout_object_end(out);
}

static void put_route(struct text_buf *out, const struct rehearsal *r, enum tally_route route)
{
    const struct tally_row *row = &r->crowd.tally.rows[route];

    jout_object_begin(out, NULL);
    jout_text(out, "route", tally_name(route));
    jout_int(out, "requests", (int64_t)row->requests);
    put_number(out, "perSecond",
               r->share.seconds > 0 ? (double)r->requests[route] / r->share.seconds : 0);
    put_times(out, "us", &row->times);
    jout_int(out, "good", (int64_t)row->good);
    jout_int(out, "refused", (int64_t)row->refused);
    jout_int(out, "busy", (int64_t)row->busy);
    jout_int(out, "unanswered", (int64_t)row->lost);
    jout_int(out, "bodyBytes", (int64_t)row->bytes);
    jout_array_begin(out, "errors");
    for (int k = 0; k < row->kind_count; k++) {
        const struct tally_kind *kind = &row->kinds[k];

        jout_object_begin(out, NULL);
        jout_int(out, "status", kind->status);
        jout_text(out, "code", kind->code[0] ? kind->code : strerror(kind->error));
        jout_int(out, "count", (int64_t)kind->count);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_object_end(out);
}

static void put_costs(struct text_buf *out, const struct rehearsal *r)
{
    const struct cpu_share *s = &r->share;
    double asked = report_rate(r) * s->seconds;

    jout_object_begin(out, "host");
    put_number(out, "measuredSeconds", s->seconds);
    jout_int(out, "processors", s->processors);
    put_number(out, "busyPercent", s->busy);
    put_number(out, "stolenPercent", s->stolen);
    jout_object_end(out);
    jout_object_begin(out, "generator");
    put_number(out, "cpuSeconds", s->own);
    put_number(out, "corePercent", s->own_core);
    put_number(out, "hostPercent", s->own_host);
    put_number(out, "usPerRequest", asked > 0 ? s->own * 1e6 / asked : 0);
    jout_int(out, "connectionsOpened", (int64_t)r->connections);
    put_times(out, "waitForConnectionUs", &r->lag);
    jout_object_end(out);
}

static void put_seconds(struct text_buf *out, const struct crowd_figures *f)
{
    jout_array_begin(out, "bySecond");
    for (uint32_t i = 0; i < f->seconds; i++) {
        jout_object_begin(out, NULL);
        jout_int(out, "second", i);
        jout_int(out, "arrived", f->by[i].arrived);
        jout_int(out, "admitted", f->by[i].admitted);
        jout_int(out, "bought", f->by[i].bought);
        jout_int(out, "seats", f->by[i].seats);
        jout_int(out, "requests", f->by[i].requests);
        jout_object_end(out);
    }
    jout_array_end(out);
}

static void put_advice(struct text_buf *out, const struct rehearsal *r)
{
    static struct advice advice;

    report_advise(r, &advice);
    jout_object_begin(out, "advice");
    jout_bool(out, "told", advice.told);
    jout_bool(out, "generatorWasLimit", advice.own_limit);
    jout_bool(out, "hostWasFull", advice.full);
    jout_int(out, "workers", advice.workers);
    jout_int(out, "admitCount", advice.admit_count);
    jout_int(out, "maxActive", advice.max_active);
    jout_array_begin(out, "text");
    for (int i = 0; i < advice.count; i++)
        jout_text(out, NULL, advice.lines[i]);
    jout_array_end(out);
    jout_object_end(out);
}

void report_json(struct text_buf *out, const struct rehearsal *r)
{
    jout_object_begin(out, NULL);
    jout_text(out, "url", r->plan->url);
    jout_int(out, "concertId", r->concert_id);
    jout_bool(out, "concertMade", r->made);
    jout_bool(out, "concertClosed", r->closed);
    jout_int(out, "dates", r->dates.count);
    jout_time(out, "openedAt", r->opened_wall_ms);
    put_plan(out, r);
    put_prepared(out, r);
    put_sale(out, r);
    jout_int(out, "requests", (int64_t)tally_requests(&r->crowd.tally));
    put_number(out, "requestsPerSecond", report_rate(r));
    jout_int(out, "sentAgain", (int64_t)r->crowd.figures.tries_again);
    jout_array_begin(out, "routes");
    for (int i = 0; i < ROUTE_COUNT; i++) {
        if (r->crowd.tally.rows[i].requests > 0)
            put_route(out, r, (enum tally_route)i);
    }
    jout_array_end(out);
    put_costs(out, r);
    put_advice(out, r);
    put_seconds(out, &r->crowd.figures);
    jout_object_end(out);
    text_buf_puts(out, "\n");
}
