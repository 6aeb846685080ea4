/*
 * The payments of one host, combined: a clerk of it (domain/clerk.h) does what its workers ask for
 * meanwhile in one transaction. It pays for what plainly can be paid: whatever is in the way, or
 * has to be done besides (other holds to be given back, a session to be claimed), is left to the
 * worker, domain/payment.c.
 */
#ifndef FRONTROW_DOMAIN_PAYS_H
#define FRONTROW_DOMAIN_PAYS_H

#include "base/desk.h"
#include "domain/payment.h"
#include <signal.h>

/* Makes the shared memory; once, in the master, before any fork. `render` is the workers' for a
 * struct payment. */
enum err pays_init(idem_render_fn *render) MUSTCHECK;

/* The clerk's main loop, with its own connection, until *stop; returns its exit code. */
int pays_run(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Asks for a payment, and waits. *out is filled by DESK_DONE alone, as by payment_pay; with a key
 * the answer has then been kept. */
enum desk_outcome pays_ask(const struct caller *caller, int64_t reservation_id,
                           const struct idem *idem, struct payment *out);

#endif
