/*
 * A rehearsal, see load/rehearsal.h.
 *
 * Everything that is no part of a sale, the concert, the tokens, the money, is made before the
 * queue opens, and counted apart. The clock of the sale starts when the opening is asked for.
 */
#include "load/rehearsal.h"

#include "base/clock.h"
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Seconds that those inside have after the first signal or the end of the time. */
#define GRACE_US 10000000

/* For how long a user token is good beyond the longest time that the sale may take. */
#define TOKEN_SPARE_SECONDS 7200

static volatile sig_atomic_t signals;

static void on_signal(int signal)
{
    (void)signal;
    signals = signals + 1;
}

/* A connection that is gone is told by an error: libssl writes without MSG_NOSIGNAL. */
static void catch_signals(struct sigaction old[3], bool catch)
{
    struct sigaction own = {.sa_handler = on_signal}, none = {.sa_handler = SIG_IGN};

    sigaction(SIGINT, catch ? &own : &old[0], catch ? &old[0] : NULL);
    sigaction(SIGTERM, catch ? &own : &old[1], catch ? &old[1] : NULL);
    sigaction(SIGPIPE, catch ? &none : &old[2], catch ? &old[2] : NULL);
}

/* --- Before --- */

static double since(int64_t us)
{
    return (double)(clock_monotonic_us() - us) / 1e6;
}

static enum rehearsal_end failed(struct rehearsal *r)
{
    if (signals)
        snprintf(r->why, sizeof r->why, "interrupted before the opening");
    else
        memcpy(r->why, r->stage.why, sizeof r->why);
    return signals ? REHEARSAL_STOPPED : REHEARSAL_FAILED;
}

static enum rehearsal_end no_memory(struct rehearsal *r)
{
    snprintf(r->why, sizeof r->why, "out of memory");
    return REHEARSAL_FAILED;
}

static enum rehearsal_end find_site(struct rehearsal *r)
{
    char why[300];

    if (!target_parse(r->plan->url, &r->target, why, sizeof why)) {
        snprintf(r->why, sizeof r->why, "--url %s: %s", r->plan->url, why);
        return REHEARSAL_REFUSED;
    }
    if (!target_resolve(&r->target, why, sizeof why)) {
        snprintf(r->why, sizeof r->why, "--url %s: %s", r->plan->url, why);
        return REHEARSAL_FAILED;
    }
    if (!target_is_loopback(&r->target) && !r->plan->other_host) {
        snprintf(r->why, sizeof r->why,
                 "%s is not this host's loopback address; --other-host rehearses on another host",
                 r->target.name);
        return REHEARSAL_REFUSED;
    }
    if (!target_is_loopback(&r->target) && !r->target.tls) {
        snprintf(r->why, sizeof r->why,
                 "%s is another host, to which an operator's token must not go in the clear: it "
                 "takes https, or a tunnel (ssh -L) to this host's loopback address",
                 r->target.name);
        return REHEARSAL_REFUSED;
    }
    r->client = client_new(&r->target, r->plan->connections);
    if (!r->client || stage_init(&r->stage, r->cfg, &r->target, r->client, &r->prepared,
                                 clock_wall_ms()) != ERR_OK)
        return no_memory(r);
    r->stage.stop = &signals;
    return stage_find_frontrow(&r->stage) ? REHEARSAL_PLAYED : failed(r);
}

static enum rehearsal_end take_concert(struct rehearsal *r)
{
    enum stage_kind kind;
    char state[20];

    r->concert_id = r->plan->concert_id;
    if (!stage_read_concert(&r->stage, r->concert_id, &kind, state, sizeof state))
        return failed(r);
    if (kind == STAGE_OTHER && !r->plan->any_concert) {
        snprintf(r->why, sizeof r->why,
                 "concert %" PRId64 " is neither a rehearsal's nor a demo: its seats would be sold "
                 "to buyers that are none; --any-concert does so all the same",
                 r->concert_id);
        return REHEARSAL_REFUSED;
    }
    r->managed = kind == STAGE_REHEARSAL;
    if (!r->managed && strcmp(state, "OPEN") != 0 && strcmp(state, "PREQUEUE") != 0) {
        snprintf(r->why, sizeof r->why, "the queue of concert %" PRId64 " is %s", r->concert_id,
                 state);
        return REHEARSAL_FAILED;
    }
    if (r->managed && !stage_set_state(&r->stage, r->concert_id, "PAUSED"))
        return failed(r);
    return REHEARSAL_PLAYED;
}

static enum rehearsal_end make_concert(struct rehearsal *r)
{
    const struct stage_concert *c = &r->plan->concert;
    int64_t now = clock_wall_ms();
    bool paused = stage_make_concert(&r->stage, c, now, &r->concert_id);

    r->made = r->managed = r->concert_id > 0;
    if (!paused)
        return failed(r);
    return stage_make_dates(&r->stage, c, now, r->concert_id) ? REHEARSAL_PLAYED : failed(r);
}

/* A token takes tens of microseconds to mint: a million of them would show in the sale. */
static enum rehearsal_end make_buyers(struct rehearsal *r)
{
    int64_t began = clock_monotonic_us(), now = clock_wall_ms();
    int64_t ttl = r->plan->duration + TOKEN_SPARE_SECONDS;

    r->crowd_plan = r->plan->crowd;
    r->crowd_plan.concert_id = r->concert_id;
    if (crowd_init(&r->crowd, &r->crowd_plan, &r->target, r->client, &r->dates) != ERR_OK)
        return no_memory(r);
    for (uint32_t i = 0; i < r->crowd_plan.buyers; i++) {
        if (signals)
            return failed(r);
        if (crowd_mint(&r->crowd, r->cfg, i, now, ttl) != ERR_OK)
            return no_memory(r);
    }
    r->mint_seconds = since(began);
    began = clock_monotonic_us();
    if (r->plan->charge > 0 && !stage_charge(&r->stage, &r->crowd, r->plan->charge))
        return failed(r);
    r->charge_seconds = since(began);
    return REHEARSAL_PLAYED;
}

static enum rehearsal_end prepare(struct rehearsal *r)
{
    int64_t began = clock_monotonic_us();
    enum rehearsal_end end = find_site(r);

    if (end == REHEARSAL_PLAYED)
        end = r->plan->concert_id ? take_concert(r) : make_concert(r);
    if (end == REHEARSAL_PLAYED &&
        !stage_read_seats(&r->stage, r->concert_id, &r->before, &r->dates))
        end = failed(r);
    if (end == REHEARSAL_PLAYED && r->before.available == 0) {
        snprintf(r->why, sizeof r->why, "concert %" PRId64 " has no free seat", r->concert_id);
        end = REHEARSAL_FAILED;
    }
    if (end == REHEARSAL_PLAYED)
        end = make_buyers(r);
    r->prepare_seconds = since(began);
    return end;
}

/* --- The sale --- */

static void print_progress(const struct crowd *c)
{
    const struct crowd_figures *f = &c->figures;
    uint32_t last = crowd_seconds_now(c);
    const struct crowd_second *s = &f->by[last > 0 ? last - 1 : 0];

    fprintf(stderr,
            "%4" PRIu32 " s  arrived %" PRIu32 "  waiting %" PRIu32 "  inside %" PRIu32
            "  sold %" PRIu64 " (%" PRIu32 "/s)  %" PRIu32 " requests/s  busy %" PRIu64
            "  errors %" PRIu64 "\n",
            last, f->arrived, f->waiting, f->inside, f->seats, s->seats, s->requests,
            tally_busy(&c->tally), tally_failures(&c->tally));
}

static bool all_are_over(const struct crowd *c)
{
    return c->over == (c->stopping ? c->next : c->plan->buyers);
}

/* Ends the time that rates and shares of processors are told of. */
static void measure(struct rehearsal *r)
{
    const struct tally *t = &r->crowd.tally;

    r->measured = true;
    cpu_read(&r->ended);
    cpu_between(&r->began, &r->ended, &r->share);
    for (int i = 0; i < ROUTE_COUNT; i++) {
        r->requests[i] = t->rows[i].requests;
        r->spent_us[i] = t->rows[i].times.sum;
    }
}

static void play(struct rehearsal *r)
{
    struct crowd *c = &r->crowd;
    int64_t limit = c->opened_us + r->plan->duration * 1000000, grace = 0;
    uint32_t told = 0;

    while (crowd_run(c)) {
        int64_t now = clock_monotonic_us();

        if (!r->measured && c->figures.seats >= (uint64_t)r->before.available)
            measure(r);
        if (!c->stopping && (signals || now > limit)) {
            r->out_of_time = !signals;
            crowd_stop(c);
            grace = now + GRACE_US;
        }
        if (c->stopping && (signals > 1 || now > grace))
            break;
        if (!r->plan->quiet && crowd_seconds_now(c) > told) {
            told = crowd_seconds_now(c);
            print_progress(c);
        }
    }
    if (!all_are_over(c))
        crowd_cut(c);
}

/* As work in the background (sched(7)): it is not woken in the midst of the site's own work for
 * each answer, but takes many at a time, and has its fair share all the same. */
static void yield_to_site(bool yield)
{
    struct sched_param none = {0};

    sched_setscheduler(0, yield ? SCHED_BATCH : SCHED_OTHER, &none);
}

static enum rehearsal_end sell(struct rehearsal *r)
{
    int64_t opened;

    yield_to_site(true);
    cpu_read(&r->began);
    r->opened_wall_ms = clock_wall_ms();
    opened = clock_monotonic_us();
    if (r->managed && !stage_set_state(&r->stage, r->concert_id, "OPEN"))
        return failed(r);
    r->opened = true;
    memset(client_lag(r->client), 0, sizeof r->lag);
    crowd_open(&r->crowd, opened);
    play(r);
    yield_to_site(false);
    if (!r->measured)
        measure(r);
    r->seconds = since(opened);
    r->lag = *client_lag(r->client);
    r->connections = client_opened(r->client);
    r->interrupted = signals;
    return signals ? REHEARSAL_STOPPED : REHEARSAL_PLAYED;
}

/* --- After --- */

/* With connections of its own: on the old ones there may be requests of buyers that were cut. One
 * more signal ends this, too. */
static bool leave(struct rehearsal *r)
{
    client_free(r->client);
    r->stage.spared = signals;
    r->client = r->stage.client = client_new(&r->target, 1);
    if (!r->client)
        return false;
    r->closed = r->managed && stage_set_state(&r->stage, r->concert_id, "CLOSED");
    if (r->managed && !r->closed)
        return false;
    r->after_known = r->opened && stage_read_seats(&r->stage, r->concert_id, &r->after, NULL);
    return r->after_known || !r->opened;
}

enum rehearsal_end rehearsal_run(struct rehearsal *r, const struct rehearsal_plan *plan,
                                 const struct config *cfg)
{
    struct sigaction old[3];
    enum rehearsal_end end;

    memset(r, 0, sizeof *r);
    signals = 0;
    r->plan = plan;
    r->cfg = cfg;
    catch_signals(old, true);
    end = prepare(r);
    if (end == REHEARSAL_PLAYED)
        end = sell(r);
    if (r->client && !leave(r)) {
        if (!r->why[0])
            memcpy(r->why, r->stage.why, sizeof r->why);
        if (end == REHEARSAL_PLAYED)
            end = signals ? REHEARSAL_STOPPED : REHEARSAL_FAILED;
    }
    catch_signals(old, false);
    return end;
}

void rehearsal_free(struct rehearsal *r)
{
    client_free(r->client);
    crowd_free(&r->crowd);
    stage_free(&r->stage);
    dates_free(&r->dates);
}

double rehearsal_sold_out_after(const struct rehearsal *r)
{
    const struct crowd_figures *f = &r->crowd.figures;

    if (r->before.available == 0 || f->seats < (uint64_t)r->before.available)
        return -1;
    return (double)f->last_sale_us / 1e6;
}

bool rehearsal_adds_up(const struct rehearsal *r)
{
    const struct tally_row *pay = &r->crowd.tally.rows[ROUTE_PAY];
    int64_t sold = r->after.sold - r->before.sold;
    int64_t told = (int64_t)r->crowd.figures.seats;
    int64_t unknown =
        (int64_t)pay->lost + r->crowd.figures.ends[END_CUT] + r->crowd.figures.ends[END_FAILED];

    if (!r->after_known)
        return false;
    return sold >= told && (!r->managed || sold <= told + unknown * r->crowd_plan.seats);
}

void rehearsal_tell_concert(const struct rehearsal *r, char *out, size_t size)
{
    out[0] = '\0';
    if (r->managed && r->closed)
        snprintf(out, size, "stays, closed");
    else if (r->managed)
        snprintf(out, size,
                 "stays, %s: closing it failed; do so with frontrow queue close %" PRId64,
                 r->opened ? "OPEN" : "maybe open", r->concert_id);
}

bool rehearsal_sold_nothing(const struct rehearsal *r)
{
    const uint32_t *ends = r->crowd.figures.ends;

    return ends[END_BOUGHT] == 0 && ends[END_REFUSED] + ends[END_FAILED] > 0;
}
