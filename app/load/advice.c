/*
 * Advice, see load/advice.h.
 *
 * Processors that are nine tenths busy, other guests' share included, are full: what was reached
 * then is what the host sustains, and a fifth of it is kept back for what a rehearsal has not.
 * Where they were not, the rate can rise in proportion, as far as three times what was seen.
 */
#include "load/advice.h"

#include "base/config.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FULL_PERCENT     88.0
#define OWN_CORE_PERCENT 85.0
#define LAG_US           100000
#define SLOW_US          1000000
#define KEPT_BACK        0.8
#define RISE_MAX         3.0
#define FAILED_SHARE     0.1 /* of the requests: then it was no sale that tells anything */

static void say(struct advice *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(struct advice *out, const char *format, ...)
{
    va_list args;

    if (out->count == ADVICE_LINES)
        return;
    va_start(args, format);
    vsnprintf(out->lines[out->count++], ADVICE_WIDTH, format, args);
    va_end(args);
}

static int bounded(double value, int least, int most)
{
    return value < least ? least : value > most ? most : (int)value;
}

/* Why nothing follows from these figures, if so. */
static bool about_too_little(const struct advice_facts *f, struct advice *out)
{
    if ((double)f->failures > FAILED_SHARE * (double)f->requests)
        say(out,
            "%" PRIu64 " of %" PRIu64 " requests failed: what the host sustains cannot be told. "
            "Look into the site's logs.",
            f->failures, f->requests);
    else if (f->interrupted)
        say(out, "Interrupted after %" PRIu64 " purchases: too few to tell what the host sustains.",
            f->purchases);
    else if (f->purchases < ADVICE_PURCHASES)
        say(out,
            "%" PRIu64 " purchases are too few to tell what the host sustains: that takes %d or "
            "more.",
            f->purchases, ADVICE_PURCHASES);
    else
        return false;
    return true;
}

static void about_itself(const struct advice_facts *f, struct advice *out)
{
    out->own_limit = f->own_core > OWN_CORE_PERCENT;
    if (out->own_limit)
        say(out,
            "The rehearsal itself used %.0f%% of a processor and was the limit: the host can do "
            "more than this. Rehearse from another host, with --other-host.",
            f->own_core);
    else
        say(out,
            "The rehearsal used %.0f%% of a processor, %.0f%% of the host, and was not the limit.",
            f->own_core, f->own_host);
    if (!out->own_limit && !out->full && f->lag_us > LAG_US)
        say(out,
            "Requests waited for one of the rehearsal's %d connections, one in a hundred for %.1f "
            "s or more: more --connections would ask more of the site.",
            f->connections, (double)f->lag_us / 1e6);
}

static void about_admission(const struct advice_facts *f, struct advice *out)
{
    double rise = out->full ? 1 : f->busy > 0 ? fmin(FULL_PERCENT / f->busy, RISE_MAX) : RISE_MAX;
    double rate = f->rate * rise * KEPT_BACK;

    out->admit_count = bounded(rate, 1, 100000);
    out->max_active =
        bounded(ceil(out->admit_count * (1 + (double)f->stay_ms / 1000) * 1.5), 10, 1000000);
    if (out->full)
        say(out,
            "The host's processors were full (%.0f%% busy, %.0f%% taken by other guests) at %.0f "
            "purchases a second: that is what it sustains.",
            f->busy, f->stolen, f->rate);
    else
        say(out,
            "The host's processors were %.0f%% busy at %.0f purchases a second: admission, think "
            "times or arrivals were the limit, and it can do more.",
            f->busy, f->rate);
    say(out,
        "Admission: admitCount %d with an interval of 1 s and maxActive %d leave a fifth in "
        "reserve.",
        out->admit_count, out->max_active);
}

/* More than there are, where they are fewer than by default, or where requests waited although the
 * processors had room. Never fewer: those that wait cost next to nothing. */
static void about_workers(const struct advice_facts *f, struct advice *out)
{
    double most = 2.0 * config_default_workers(f->processors), wanted = 2 * f->in_flight;

    if (f->busy_answers > 0 || f->pay_us > SLOW_US)
        wanted = fmax(wanted, 2.0 * f->workers);
    wanted = ceil(fmin(wanted, most));
    if (!out->full && wanted > out->workers)
        out->workers = (int)wanted;
    if (out->workers > f->workers)
        say(out, "Workers: [server] workers = %d would do better here; it is %d.", out->workers,
            f->workers);
}

static void about_refusals(const struct advice_facts *f, struct advice *out)
{
    if (f->busy_answers > 0)
        say(out,
            "%" PRIu64 " of %" PRIu64 " requests were answered 503: the site had too much at a "
            "time. Admit fewer, or spread the arrivals.",
            f->busy_answers, f->requests);
    if (f->limited > 0)
        say(out,
            "%" PRIu64 " requests were answered 429: limits per user ([limits]) or per address "
            "(nginx) held the buyers back.",
            f->limited);
    if (out->told && f->failures > 0)
        say(out, "%" PRIu64 " requests failed: look into the site's logs.", f->failures);
}

void advice_give(const struct advice_facts *f, struct advice *out)
{
    memset(out, 0, sizeof *out);
    out->full = f->busy + f->stolen >= FULL_PERCENT;
    out->workers = config_default_workers(f->processors);
    if (out->workers < f->workers)
        out->workers = f->workers;
    out->told = !about_too_little(f, out);
    if (out->told) {
        about_itself(f, out);
        about_admission(f, out);
        about_workers(f, out);
    }
    about_refusals(f, out);
}
