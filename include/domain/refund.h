/* Refunding a reservation into the wallet that paid it. */
#ifndef FRONTROW_DOMAIN_REFUND_H
#define FRONTROW_DOMAIN_REFUND_H

#include "domain/app.h"
#include "domain/booking.h"
#include "domain/idem.h"

struct refund {
    struct reservation reservation;
    int64_t balance; /* of its owner, after it */
};

/*
 * In one transaction: the reservation and its payment REFUNDED, the seats free, the wallet credited
 * with its ledger entry, the event recorded. In this order: idem's, RESERVATION_NOT_FOUND (also
 * somebody else's, unless the caller is a service), NOT_REFUNDABLE (not paid, refunded already, or
 * the schedule's refund_closes_at has passed and it is not canceled), BALANCE_LIMIT. An operator's
 * for somebody else is written to the audit log (domain/audit.h). Release
 * out->reservation with reservation_clear.
 */
enum err refund_reservation(struct app *app, const struct caller *caller, int64_t reservation_id,
                            struct idem *idem, struct refund *out) MUSTCHECK;

/*
 * The same for `r`, whose row is locked and CONFIRMED, inside a transaction: all of it but the
 * reading and the idempotency key. `closes_at` is the moment from which on it is NOT_REFUNDABLE,
 * looked at once more at the very end (-1: none). BALANCE_LIMIT.
 */
enum err refund_locked(struct app *app, const struct reservation *r, int64_t closes_at,
                       int64_t *balance) MUSTCHECK;

#endif
