/* The report as text, and the advice, see load/report.h. */
#include "load/report.h"

#include "base/clock.h"
#include <inttypes.h>
#include <string.h>

/* Purchases a second are told of the best stretch of so many seconds. */
#define STRETCH 10

static double seconds(int64_t us)
{
    return (double)us / 1e6;
}

/* --- Advice --- */

static uint64_t with_status(const struct tally *t, int status)
{
    uint64_t n = 0;

    for (int i = 0; i < ROUTE_COUNT; i++) {
        for (int k = 0; k < t->rows[i].kind_count; k++)
            n += t->rows[i].kinds[k].status == status ? t->rows[i].kinds[k].count : 0;
    }
    return n;
}

void report_advise(const struct rehearsal *r, struct advice *out)
{
    const struct tally *t = &r->crowd.tally;
    uint64_t under_way = 0;
    struct advice_facts f = {.workers = (int)r->cfg->server_workers,
                             .processors = r->share.processors,
                             .connections = r->plan->connections,
                             .busy = r->share.busy,
                             .stolen = r->share.stolen,
                             .own_core = r->share.own_core,
                             .own_host = r->share.own_host,
                             .rate = crowd_best_rate(&r->crowd.figures, STRETCH, false),
                             .lag_us = hist_at(&r->lag, 0.99),
                             .pay_us = hist_at(&t->rows[ROUTE_PAY].times, 0.99),
                             .stay_ms = hist_at(&r->crowd.figures.stay, 0.95),
                             .requests = tally_requests(t),
                             .busy_answers = with_status(t, 503),
                             .limited = with_status(t, 429),
                             .failures = tally_failures(t),
                             .purchases = r->crowd.figures.ends[END_BOUGHT],
                             .interrupted = r->interrupted};

    if (f.workers == 0)
        f.workers = config_default_workers(f.processors);
    for (int i = 0; i < ROUTE_COUNT; i++)
        under_way += r->spent_us[i];
    if (r->share.seconds > 0)
        f.in_flight = (double)under_way / 1e6 / r->share.seconds;
    advice_give(&f, out);
}

/* --- Rates --- */

/* Requests a second, while there was something to be sold. */
static double rate_of(const struct rehearsal *r, enum tally_route route)
{
    return r->share.seconds > 0 ? (double)r->requests[route] / r->share.seconds : 0;
}

double report_rate(const struct rehearsal *r)
{
    double sum = 0;

    for (int i = 0; i < ROUTE_COUNT; i++)
        sum += rate_of(r, (enum tally_route)i);
    return sum;
}

/* --- Text --- */

static void print_times(FILE *to, const char *what, const struct hist *ms)
{
    if (ms->count > 0)
        fprintf(to, "  %-28s p50 %.1f s, p95 %.1f s, p99 %.1f s, longest %.1f s\n", what,
                (double)hist_at(ms, 0.5) / 1e3, (double)hist_at(ms, 0.95) / 1e3,
                (double)hist_at(ms, 0.99) / 1e3, (double)ms->max / 1e3);
}

static void print_head(FILE *to, const struct rehearsal *r)
{
    const struct crowd_plan *p = &r->crowd_plan;
    char at[CLOCK_RFC3339_SIZE];

    clock_format(r->opened_wall_ms, at);
    fprintf(to, "Rehearsal on concert %" PRId64 " at %s, opened %s, seed %" PRIu64 "\n",
            r->concert_id, r->plan->url, at, p->seed);
    fprintf(to,
            "  %" PRIu32 " buyers over %.3g s (%s), %d seat%s each, %" PRId64
            " free seats on %" PRIu32 " date%s\n",
            p->buyers, p->over, arrive_name(p->profile), p->seats, p->seats > 1 ? "s" : "",
            r->before.available, r->dates.count, r->dates.count > 1 ? "s" : "");
    fprintf(to, "  prepared in %.1f s: tokens %.1f s, wallets %.1f s (%" PRIu64 " charges)\n\n",
            r->prepare_seconds, r->mint_seconds, r->charge_seconds,
            r->prepared.rows[ROUTE_CHARGE].good);
}

static void print_sale(FILE *to, const struct rehearsal *r)
{
    const struct crowd_figures *f = &r->crowd.figures;
    double sold_out = rehearsal_sold_out_after(r);
    double last = f->last_sale_us > 0 ? seconds(f->last_sale_us) : 0;

    if (sold_out >= 0)
        fprintf(to,
                "Sold out %.2f s after opening: %" PRIu64 " seats; all buyers gone after %.1f s\n",
                sold_out, f->seats, r->seconds);
    else
        fprintf(to, "Not sold out: %" PRIu64 " of %" PRId64 " seats in %.1f s\n", f->seats,
                r->before.available, r->seconds);
    if (r->out_of_time)
        fprintf(to, "  cut short when its time of %" PRId64 " s was over\n", r->plan->duration);
    fprintf(to, "  %-28s mean %.0f, best second %.0f, best %d seconds %.0f\n", "purchases a second",
            last > 0 ? (double)f->ends[END_BOUGHT] / last : 0, crowd_best_rate(f, 1, false),
            STRETCH, crowd_best_rate(f, STRETCH, false));
    print_times(to, "from joining to inside", &f->wait);
    print_times(to, "from inside to paid", &f->stay);
    print_times(to, "from joining to paid", &f->whole);
    fprintf(to, "  of %" PRIu32 " buyers", f->arrived);
    for (int i = 0, n = 0; i < END_COUNT; i++) {
        if (f->ends[i] > 0)
            fprintf(to, "%s %" PRIu32 " %s", n++ ? "," : "", f->ends[i],
                    crowd_end_meaning((enum crowd_end)i));
    }
    fputs("\n", to);
    if (!r->after_known)
        fputs("  the site's own figures could not be read\n", to);
    else
        fprintf(to, "  the site says %" PRId64 " sold, %" PRId64 " held, %" PRId64 " free: %s\n",
                r->after.sold - r->before.sold, r->after.held, r->after.available,
                rehearsal_adds_up(r) ? "this adds up" : "THIS DOES NOT ADD UP");
}

static void print_routes(FILE *to, const struct rehearsal *r)
{
    const struct tally *t = &r->crowd.tally;

    fprintf(to, "\n%-42s %9s %7s %8s %8s %8s %8s %7s %6s %6s\n", "route (times in ms)", "requests",
            "/s", "p50", "p95", "p99", "longest", "refused", "busy", "failed");
    for (int i = 0; i < ROUTE_COUNT; i++) {
        const struct tally_row *row = &t->rows[i];

        if (row->requests == 0)
            continue;
        fprintf(to,
                "%-42s %9" PRIu64 " %7.0f %8.1f %8.1f %8.1f %8.1f %7" PRIu64 " %6" PRIu64
                " %6" PRIu64 "\n",
                tally_name((enum tally_route)i), row->requests, rate_of(r, (enum tally_route)i),
                (double)hist_at(&row->times, 0.5) / 1e3, (double)hist_at(&row->times, 0.95) / 1e3,
                (double)hist_at(&row->times, 0.99) / 1e3, (double)row->times.max / 1e3,
                row->refused, row->busy, row->lost);
    }
    fprintf(to, "%-42s %9" PRIu64 " %7.0f\n", "all", tally_requests(t), report_rate(r));
}

static void print_kinds(FILE *to, const struct rehearsal *r)
{
    for (int i = 0; i < ROUTE_COUNT; i++) {
        const struct tally_row *row = &r->crowd.tally.rows[i];

        for (int k = 0; k < row->kind_count; k++) {
            const struct tally_kind *kind = &row->kinds[k];

            fprintf(to, "  %-40s %9" PRIu64 " ", tally_name((enum tally_route)i), kind->count);
            if (kind->status)
                fprintf(to, "%d %s\n", kind->status, kind->code);
            else
                fprintf(to, "%s\n", kind->code[0] ? kind->code : strerror(kind->error));
        }
    }
    if (r->crowd.figures.tries_again > 0)
        fprintf(to, "  %" PRIu64 " were sent again\n", r->crowd.figures.tries_again);
}

static void print_costs(FILE *to, const struct rehearsal *r)
{
    const struct cpu_share *s = &r->share;
    double asked = report_rate(r) * s->seconds;

    fprintf(to,
            "\nThe rehearsal itself took %.1f s of processor time in %.1f s: %.0f%% of one, %.0f%% "
            "of this host's %d, %.0f us a request.\n",
            s->own, s->seconds, s->own_core, s->own_host, s->processors,
            asked > 0 ? s->own * 1e6 / asked : 0);
    fprintf(to,
            "This host was %.0f%% busy, %.0f%% of it was taken by other guests. %" PRIu64
            " connections; one request in a hundred waited more than %.1f ms for one.\n",
            s->busy, s->stolen, r->connections, (double)hist_at(&r->lag, 0.99) / 1e3);
}

void report_print(FILE *to, const struct rehearsal *r)
{
    static struct advice advice;
    char stays[160];

    print_head(to, r);
    print_sale(to, r);
    print_routes(to, r);
    print_kinds(to, r);
    print_costs(to, r);
    report_advise(r, &advice);
    fputs("\nAdvice\n", to);
    for (int i = 0; i < advice.count; i++)
        fprintf(to, "  %s\n", advice.lines[i]);
    rehearsal_tell_concert(r, stays, sizeof stays);
    if (stays[0])
        fprintf(to, "\nConcert %" PRId64 " %s.\n", r->concert_id, stays);
    if (r->made)
        fputs(
            "It is listed until its dates are over; its buyers' ids begin with " CHANCE_USER_PREFIX
            ".\n",
            to);
}
