/* Paying a reservation from the wallet. */
#ifndef FRONTROW_DOMAIN_PAYMENT_H
#define FRONTROW_DOMAIN_PAYMENT_H

#include "domain/app.h"
#include "domain/booking.h"
#include "domain/idem.h"

struct payment {
    int64_t payment_id, reservation_id, amount, balance, paid_at;
    struct reservation reservation; /* its seats */
};

/*
 * In one transaction: the wallet debited, the ledger entry and the payment written, the seats
 * SOLD, the reservation CONFIRMED, the queue token finished, the user's other pending holds of the
 * concert given back, the event recorded. In this order: idem's, RESERVATION_NOT_FOUND,
 * ALREADY_PAID, HOLD_EXPIRED, WRONG_CONCERT, QUEUE_TOKEN_EXPIRED, NOT_ADMITTED,
 * INSUFFICIENT_BALANCE. Release out->reservation with reservation_clear.
 */
enum err payment_pay(struct app *app, const struct caller *caller, int64_t reservation_id,
                     struct idem *idem, struct payment *out) MUSTCHECK;

#endif
