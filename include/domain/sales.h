/* What has been sold of a schedule, seat by seat. */
#ifndef FRONTROW_DOMAIN_SALES_H
#define FRONTROW_DOMAIN_SALES_H

#include "base/text.h"
#include "domain/app.h"

struct sale {
    int64_t reservation_id;
    struct uuid user_id;
    int32_t seat_number;
    const char *section; /* NULL: none; valid during the call */
    const char *row;     /* likewise */
    int64_t price;       /* when it was held */
    int64_t paid_at;
};

/* Called with each sale; anything but ERR_OK ends the listing. */
typedef enum err sale_fn(const struct sale *sale, void *arg);

/* The sold seats of CONFIRMED reservations by reservation and seat number, those after `seat` (a
 * number) of `reservation_id` (0 and 0: from the first), at most `limit` (<= APP_MAX_PAGE + 1).
 * ERR_SCHEDULE_NOT_FOUND. */
enum err sales_list(struct app *app, int64_t schedule_id, int64_t reservation_id, int64_t seat,
                    int limit, sale_fn *fn, void *arg) MUSTCHECK;

/* All of them as they are at one moment, in the same order, read in pieces and without a lock.
 * `begin` is called before the first, and again should it begin anew. ERR_SCHEDULE_NOT_FOUND. */
enum err sales_all(struct app *app, int64_t schedule_id, void (*begin)(void *arg), sale_fn *fn,
                   void *arg) MUSTCHECK;

#endif
