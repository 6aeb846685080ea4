/* What a ticket to a show is about (not the ticket number of a queue). */
#ifndef FRONTROW_DOMAIN_SHOW_TICKET_H
#define FRONTROW_DOMAIN_SHOW_TICKET_H

#include "domain/booking.h"
#include "domain/concert.h"

struct show_ticket {
    struct reservation reservation; /* CONFIRMED, with its seats */
    struct concert_listing concert;
};

/* That of a confirmed reservation, for its owner, or, with `caller` NULL, for the operator. Errors
 * of booking_get; then ERR_NOT_CONFIRMED. On success release it with show_ticket_clear. */
enum err show_ticket_get(struct app *app, const struct caller *caller, int64_t reservation_id,
                         struct show_ticket *out) MUSTCHECK;

void show_ticket_clear(struct show_ticket *t);

#endif
