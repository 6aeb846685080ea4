/* Where a visitor stands: estimates and when to ask again. */
#ifndef FRONTROW_DOMAIN_QUEUE_PLACE_H
#define FRONTROW_DOMAIN_QUEUE_PLACE_H

#include "domain/snapshot.h"

/*
 * Seconds until the visitor at `position` (1: next) is admitted, at the moment `now`; at least 1,
 * 0 for position 0, -1 if unknown or nothing is being admitted.
 *
 * As far as there is room inside it is the moment of the batch that will reach the position, and
 * without a cap there is room for all. Beyond, somebody has to go first: what is left follows from
 * the smoothed rate of real admissions while the cap, or the seats that are left, held people
 * back, and falls on a batch as well. Unknown until there is such a rate, and while no seat is
 * free.
 */
int64_t queue_estimate(const struct snapshot_queue *q, int64_t position, int64_t now);

/* Seconds after which to poll again: 1 at the front, up to 30 far back, with jitter; at most half
 * of claim_seconds (0: off), so that whoever obeys is heard of in time after being admitted. */
int queue_poll_after(int64_t position, int64_t estimate, int64_t claim_seconds);

/* The same for who is in a pre-queue, at the moment `now`: before the opening no later than it,
 * then spread over the seconds after it. */
int queue_poll_after_early(const struct snapshot_queue *q, int64_t now);

/* Seconds after which to look at the public state again while `waiting` people wait: 2, and more in
 * a crowd, so that a host stands it; bounded as above. */
int queue_poll_after_public(int64_t waiting, int64_t claim_seconds);

#endif
