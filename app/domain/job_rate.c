/* How fast a queue moves, see domain/job_rate.h. */
#include "domain/job_rate.h"

#include <math.h>

/* A sample weighs a third after so much time, or so many later people if that takes longer: a
 * few at a time would say too little. */
static const double FLOW_SECONDS = 30, FLOW_PEOPLE = 20;

int64_t job_smooth_rate(int64_t rate_micros, int64_t admitted, double seconds,
                        int64_t interval_seconds)
{
    double window = interval_seconds > 15 ? 2.0 * (double)interval_seconds : 30.0;
    double real = (double)admitted * 1e6;
    if (rate_micros < 0)
        return admitted ? (int64_t)(real / (double)interval_seconds) : -1;
    if (seconds <= 0)
        return rate_micros;
    double weight = 1 - exp(-seconds / window);
    return (int64_t)((double)rate_micros + weight * (real / seconds - (double)rate_micros));
}

void job_flow_note(struct job_flow *f, bool was_held, bool is_held, int64_t admitted, int64_t now)
{
    if (!is_held)
        return;
    if (!was_held || f->at < 0 || now < f->at) {
        f->at = now;
        return;
    }
    if (admitted == 0)
        return;
    int64_t ms = now - f->at;
    double by_time = exp(-(double)ms / 1000 / FLOW_SECONDS);
    double by_people = exp(-(double)admitted / FLOW_PEOPLE);
    double keep = by_time > by_people ? by_time : by_people;
    f->people = (int64_t)(keep * (double)f->people) + admitted * 1000000;
    f->ms = (int64_t)(keep * (double)f->ms) + ms;
    f->at = now;
}
