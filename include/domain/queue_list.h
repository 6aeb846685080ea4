/* The queues as their operator looks at them: the numbers of the last tick, read from the database.
 */
#ifndef FRONTROW_DOMAIN_QUEUE_LIST_H
#define FRONTROW_DOMAIN_QUEUE_LIST_H

#include "domain/app.h"
#include "domain/snapshot.h"

struct queue_listing {
    char title[APP_NAME_SIZE];
    struct snapshot_queue q;
    int64_t last_wait_seconds; /* estimate for the last in line; -1: unknown, or nobody waits */
};

typedef enum err queue_list_fn(const struct queue_listing *queue, void *arg);

/* Calls fn for each queue with people in it or a show to come, by the concert's id. What fn returns
 * other than ERR_OK ends the list with that. */
enum err queue_list(struct app *app, queue_list_fn *fn, void *arg) MUSTCHECK;

/* One of them, also without people and shows. ERR_CONCERT_NOT_FOUND. */
enum err queue_list_get(struct app *app, int64_t concert_id, struct queue_listing *out) MUSTCHECK;

#endif
