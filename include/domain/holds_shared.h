/* What is asked for at the desk of the holds, and answered; for domain/holds.c and holds_run.c. */
#ifndef FRONTROW_DOMAIN_HOLDS_SHARED_H
#define FRONTROW_DOMAIN_HOLDS_SHARED_H

#include "domain/hall.h"
#include "domain/holds.h"
#include "domain/idem_many.h"

/* Seats in one ask at the most. */
enum { HOLDS_SEATS = 4 };

struct holds_ask {
    struct caller caller;
    int64_t schedule_id;
    int64_t seat_ids[HOLDS_SEATS]; /* in the order of the seats' numbers */
    int count;
    struct idem_key key;
};

struct holds_answer {
    int64_t reservation_id, amount, starts_at, created_at, hold_expires_at;
    int64_t prices[HOLDS_SEATS];
};

/* What is known of the reservation before it is made: all but what the answer says. ERR_INTERNAL
 * where memory is short or the hall has no such seat; then *out owns nothing. */
enum err holds_draft(const struct holds_ask *ask, const struct hall *hall,
                     struct reservation *out) MUSTCHECK;
void holds_complete(const struct holds_answer *answer, struct reservation *out);

/* The one that holds_init was given. */
enum err holds_render(void *arg, int *status, struct text_buf *body) MUSTCHECK;

#endif
