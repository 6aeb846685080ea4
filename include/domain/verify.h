/* The five invariants, checked in one consistent snapshot. */
#ifndef FRONTROW_DOMAIN_VERIFY_H
#define FRONTROW_DOMAIN_VERIFY_H

#include "domain/app.h"
#include <stdio.h>

/*
 * Prints each row at fault to `out`, as it is found, and after those of an invariant a line for it;
 * *faults is the number of the former. How far it is goes to `progress` (NULL: nowhere) when it
 * takes longer than two seconds: on a terminal in place, elsewhere as a line every ten seconds.
 *
 * The memory needed does not grow with the database. ERR_BUSY if it is out of reach, at first or
 * on the way; what has been found by then is printed.
 */
enum err verify_run(struct app *app, FILE *out, FILE *progress, int64_t *faults) MUSTCHECK;

#endif
