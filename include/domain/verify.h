/* The five invariants, checked in one consistent snapshot. */
#ifndef FRONTROW_DOMAIN_VERIFY_H
#define FRONTROW_DOMAIN_VERIFY_H

#include "domain/app.h"
#include <stdio.h>

/* Prints a line for each invariant and each row at fault (at most 100 of a kind, and how many more)
 * to `out`; *faults is their number. */
enum err verify_run(struct app *app, FILE *out, int64_t *faults) MUSTCHECK;

#endif
