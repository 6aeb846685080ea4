/* Where a visitor stands: position, estimate, when to ask again. No database here. */
#include "domain/queue_place.h"

#include <math.h>
#include <stdlib.h>

enum { POLL_MIN_SECONDS = 1, POLL_MAX_SECONDS = 30 };

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

/* A tenth of what is left to wait, a fifth more or less, so that those who came together do not
 * ask together. */
int queue_poll_after(int64_t position, int64_t estimate, int64_t claim_seconds)
{
    double most = claim_seconds > 0 && claim_seconds / 2 < POLL_MAX_SECONDS
                      ? (double)claim_seconds / 2
                      : POLL_MAX_SECONDS;
    double seconds = estimate >= 0 ? (double)estimate / 10 : (double)position / 100;
    if (position <= 0)
        return POLL_MIN_SECONDS;
    seconds *= 0.8 + 0.4 * (double)random() / (double)RAND_MAX;
    if (seconds > most)
        seconds = most;
    return seconds < POLL_MIN_SECONDS ? POLL_MIN_SECONDS : (int)seconds;
}
