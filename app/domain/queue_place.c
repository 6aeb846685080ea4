/* Where a visitor stands: position, estimate, when to ask again. No database here. */
#include "domain/queue_place.h"

#include <math.h>
#include <stdlib.h>

enum { POLL_MIN_SECONDS = 1, POLL_MAX_SECONDS = 30 };
enum { EARLY_PER_SECOND = 1000 };

/* The public document tells everybody the same: together they ask so often in a second at the most.
 */
enum { PUBLIC_MIN_SECONDS = 2, PUBLIC_PER_SECOND = 2500 };

/* Below one person in ten minutes nothing is really being admitted. */
static const double RATE_MIN = 1.0 / 600;

static int64_t seconds_until(int64_t ms)
{
    return ms <= 0 ? 1 : (ms + 999) / 1000;
}

/* How many more batches reach the position, if nothing but their size counts. */
static int64_t batches_by_size(const struct snapshot_queue *q, int64_t position)
{
    return (position + q->admit_count - 1) / q->admit_count;
}

/* How many more batches have fallen when `seconds` have passed. */
static int64_t batches_by_time(const struct snapshot_queue *q, int64_t now, double seconds)
{
    double step = (double)q->admit_interval_seconds * 1000;
    double at = ((double)(now - q->t0) + seconds * 1000) / step;
    return (int64_t)ceil(at) - q->last_batch;
}

/* Those who will come in without anybody going first. */
static int64_t room_inside(const struct snapshot_queue *q)
{
    if (q->limit == QUEUE_BY_SEATS)
        return 0;
    if (q->max_active == 0)
        return INT64_MAX;
    return q->max_active > q->active ? q->max_active - q->active : 0;
}

/* People per second that come in while a limit holds. When for long nobody has, no more than those
 * who are inside can have gone in that time. */
static double flow(const struct snapshot_queue *q, int64_t now)
{
    double quiet = (double)(now - q->flow_at) / 1000;
    double most = q->active > 1 ? (double)q->active : 1;
    if (q->flow_per_second < 0 || quiet <= 0 || q->flow_per_second * quiet < most)
        return q->flow_per_second;
    return most / quiet;
}

int64_t queue_estimate(const struct snapshot_queue *q, int64_t position, int64_t now)
{
    if (position <= 0)
        return 0;
    if ((q->state != QUEUE_OPEN && q->state != QUEUE_DRAINING) || q->limit == QUEUE_BY_NO_SEAT)
        return -1;
    int64_t batches = batches_by_size(q, position), room = room_inside(q);
    if (position > room) {
        double rate = flow(q, now);
        if (rate < RATE_MIN)
            return -1;
        int64_t later = batches_by_time(q, now, (double)(position - room) / rate);
        if (later > batches)
            batches = later;
    }
    return seconds_until(q->t0 + (q->last_batch + batches) * q->admit_interval_seconds * 1000 -
                         now);
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

/* A quarter of what is left to wait, a fifth more or less, so that those who came together do not
 * ask together. At a tenth everybody asked some forty times, which at a fast sale took more of the
 * host than the selling. */
int queue_poll_after(int64_t position, int64_t estimate, int64_t claim_seconds)
{
    double most = poll_most(claim_seconds);
    double seconds = estimate >= 0 ? (double)estimate / 4 : (double)position / 100;
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

int queue_poll_after_public(int64_t waiting, int64_t claim_seconds)
{
    double seconds = (double)waiting / PUBLIC_PER_SECOND;
    if (seconds < PUBLIC_MIN_SECONDS)
        seconds = PUBLIC_MIN_SECONDS;
    return poll_bounded(seconds, poll_most(claim_seconds));
}
