/*
 * The charges of one host, combined: a clerk of it (domain/clerk.h) writes what its workers ask for
 * meanwhile in one transaction. Those of a wallet that is not there, is just being changed or would
 * hold too much are left to the worker, domain/wallet.c.
 */
#ifndef FRONTROW_DOMAIN_CHARGES_H
#define FRONTROW_DOMAIN_CHARGES_H

#include "base/desk.h"
#include "domain/idem.h"
#include "domain/wallet.h"
#include <signal.h>

/* Makes the shared memory; once, in the master, before any fork. `render` is the workers' for a
 * struct wallet_charge. */
enum err charges_init(idem_render_fn *render) MUSTCHECK;

/* The clerk's main loop, with its own connection, until *stop; returns its exit code. */
int charges_run(const struct config *cfg, const volatile sig_atomic_t *stop);

/* Asks for a charge of a valid amount, and waits. *out is filled by DESK_DONE alone; with a key the
 * answer has then been kept. */
enum desk_outcome charges_ask(const struct uuid *user_id, int64_t amount, const struct idem *idem,
                              struct wallet_charge *out);

#endif
