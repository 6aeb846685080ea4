/* Events for the outside: recorded in the transaction that makes them true, so that none is lost
 * and none is told that did not happen. */
#ifndef FRONTROW_DOMAIN_OUTBOX_H
#define FRONTROW_DOMAIN_OUTBOX_H

#include "domain/app.h"

/* Inside a transaction. `type` is a literal such as "reservation.paid". */
enum err outbox_write(struct app *app, const char *type, int64_t concert_id,
                      int64_t reservation_id) MUSTCHECK;

#endif
