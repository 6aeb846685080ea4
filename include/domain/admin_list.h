/* What operators have made: all concerts, all shows of one of them. */
#ifndef FRONTROW_DOMAIN_ADMIN_LIST_H
#define FRONTROW_DOMAIN_ADMIN_LIST_H

#include "domain/concert.h"
#include "domain/schedule.h"

/* One of the concerts; the next show's start is -1 if there is none to come. It belongs to the
 * caller only during the call; anything but ERR_OK ends the list with that. */
typedef enum err admin_concert_fn(const struct concert *c, int64_t next_starts_at, void *arg);

/* Calls fn for each concert with an id below `before` (0: from the newest), newest first, at most
 * `limit`. */
enum err admin_list_concerts(struct app *app, int64_t before, int limit, admin_concert_fn *fn,
                             void *arg) MUSTCHECK;

/* All shows of a concert, those that are canceled with their progress, by the start and then by
 * id, from after the pair (after_starts_at, after_id) (both 0: from the first); at most `limit`
 * (<= APP_MAX_PAGE + 1). ERR_CONCERT_NOT_FOUND. */
enum err admin_list_schedules(struct app *app, int64_t concert_id, int64_t after_starts_at,
                              int64_t after_id, int limit, struct schedule *out,
                              int *count) MUSTCHECK;

#endif
