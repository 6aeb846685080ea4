/*
 * A crowd of visitors at several queues, who do over HTTP what visitors do (join, wait, hold, pay,
 * leave, say nothing more), and ask again when a part of the product has failed them. While they
 * do, nobody may be inside beyond the cap; in the end all that was promised them must be true.
 */
#ifndef FRONTROW_TESTS_CROWD_H
#define FRONTROW_TESTS_CROWD_H

#include <stdbool.h>
#include <stddef.h>

#define CROWD_QUEUES 3
#define CROWD_CAP    10

/* A place that is over goes on to the next within the time to claim it and a tick. */
#define CROWD_PATIENCE 4

/* Makes the queues and `each` visitors for each of them, who have not joined yet. From now on no
 * place may be free for more than `patience` seconds while somebody waits. */
void crowd_gather(size_t each, double patience);

/* Lets everyone do their next step, at the same time. Whether somebody still has one to do. */
bool crowd_step(void);

/* Steps for so many seconds. */
void crowd_go_on(double seconds);

/* Steps until everyone is through, at most `seconds`, and judges all that has happened. */
void crowd_finish(double seconds);

#endif
