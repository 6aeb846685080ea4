/* How fast a queue moves: what the public is told, and what the estimates follow from. */
#ifndef FRONTROW_DOMAIN_JOB_RATE_H
#define FRONTROW_DOMAIN_JOB_RATE_H

#include <stdbool.h>
#include <stdint.h>

/* The rate after `admitted` people in the `seconds` since it was last told, exponentially smoothed
 * over half a minute or two intervals; in millionths of a person per second, -1 for none yet. */
int64_t job_smooth_rate(int64_t rate_micros, int64_t admitted, double seconds,
                        int64_t interval_seconds);

/* Admissions while the cap or the seats hold a queue back: their sums, in which older ones weigh
 * less. People per second is people / ms / 1000; unknown while ms is 0. */
struct job_flow {
    int64_t people; /* in millionths */
    int64_t ms;
    int64_t at; /* up to this moment; -1: never */
};

/*
 * Notes a batch that admitted so many at the moment `now`. `was_held` and `is_held` say whether
 * people were left waiting for a place at the batch before, and are at this one.
 *
 * What comes in when a queue is first held back fills the room that there was, at a pace that says
 * nothing about how people leave: it counts for nothing, and only the time begins. From then on
 * each place that is filled had been freed. A batch that nobody left a place for is no sample of
 * its own, its time goes to the next: people who came in together leave together, in waves.
 */
void job_flow_note(struct job_flow *f, bool was_held, bool is_held, int64_t admitted, int64_t now);

#endif
