/*
 * The holds of one host, combined: one process of it holds what its workers ask for meanwhile in
 * one transaction (domain/clerk.h), each the few seats that it names.
 *
 * What cannot be asked for in this way, or is not granted at once, the worker does alone
 * (domain/hold.c), which finds out what is in the way.
 */
#ifndef FRONTROW_DOMAIN_HOLDS_H
#define FRONTROW_DOMAIN_HOLDS_H

#include "base/desk.h"
#include "domain/booking.h"
#include <signal.h>

/* Makes the desk; once, in the master, before any fork. `render` makes the answer that is kept for
 * an idempotency key, of the struct reservation. */
enum err holds_init(idem_render_fn *render) MUSTCHECK;

/* The process's main loop, with its own connection, until *stop; returns its exit code. */
int holds_run(const struct config *cfg, const volatile sig_atomic_t *stop);

/* NULL before holds_init. */
struct desk *holds_desk(void);

/* Asks the process for a hold. ERR_OK: *out is filled, to be released with reservation_clear.
 * ERR_NO_ROW: it has to be done alone. ERR_BUSY: nobody knows whether it has been done. */
enum err holds_ask(struct app *app, const struct caller *caller, const struct hold_request *req,
                   struct idem *idem, struct reservation *out) MUSTCHECK;

#endif
