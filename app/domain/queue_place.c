/* Where a visitor stands: position, estimate, when to ask again. No database here. */
#include "domain/queue_place.h"

#include <math.h>
#include <stdlib.h>

enum { POLL_MIN_SECONDS = 1, POLL_MAX_SECONDS = 30 };
enum { EARLY_PER_SECOND = 1000 };

/* Below one person in ten minutes nothing is really being admitted. */
static const double RATE_MIN = 1.0 / 600;

static int64_t seconds_until(int64_t ms)
{
    return ms <= 0 ? 1 : (ms + 999) / 1000;
}

int64_t queue_estimate(const struct snapshot_queue *q, int64_t position, int64_t now)
{
    if (position <= 0)
        return 0;
    if (q->state != QUEUE_OPEN && q->state != QUEUE_DRAINING)
        return -1;
    if (q->max_active == 0) {
        int64_t batches = (position + q->admit_count - 1) / q->admit_count;
        int64_t at = q->t0 + (q->last_batch + batches) * q->admit_interval_seconds * 1000;
        return seconds_until(at - now);
    }
    if (q->rate_per_second < RATE_MIN)
        return -1;
    return (int64_t)ceil((double)position / q->rate_per_second);
}

/* Whoever is let in has to be heard of within claim_seconds. */
static double poll_most(int64_t claim_seconds)
{
    return claim_seconds > 0 && claim_seconds / 2 < POLL_MAX_SECONDS ? (double)claim_seconds / 2
                                                                     : POLL_MAX_SECONDS;
}

static int poll_bounded(double seconds, double most)
{
    if (seconds > most)
        seconds = most;
    return seconds < POLL_MIN_SECONDS ? POLL_MIN_SECONDS : (int)seconds;
}

static double random_part(void)
{
    return (double)random() / (double)RAND_MAX;
}

/* A tenth of what is left to wait, a fifth more or less, so that those who came together do not
 * ask together. */
int queue_poll_after(int64_t position, int64_t estimate, int64_t claim_seconds)
{
    double most = poll_most(claim_seconds);
    double seconds = estimate >= 0 ? (double)estimate / 10 : (double)position / 100;
    if (position <= 0)
        return POLL_MIN_SECONDS;
    return poll_bounded(seconds * (0.8 + 0.4 * random_part()), most);
}

/* The last time before the opening is set so that everybody comes back after the draw, and no more
 * than so many in a second. */
int queue_poll_after_early(const struct snapshot_queue *q, int64_t now)
{
    double most = poll_most(q->claim_seconds);
    double left = q->opens_at > now ? (double)(q->opens_at - now) / 1000 : 0;
    if (left > most)
        return poll_bounded(most * (0.7 + 0.3 * random_part()), most);
    return poll_bounded(left + 1 + random_part() * ((double)q->waiting / EARLY_PER_SECOND), most);
}
