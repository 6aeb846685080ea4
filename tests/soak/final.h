/* What the product says in the end, for the judge. */
#ifndef FRONTROW_TESTS_SOAK_FINAL_H
#define FRONTROW_TESTS_SOAK_FINAL_H

#include "soak/judge.h"
#include "soak/sale.h"

struct buyer;

/* Reads it over the API: of each buyer balance, ledger and reservations; of each concert the seats.
 * False: an answer was missing. Free with final_free, also then. */
bool final_read(struct final_state *f, struct buyer *buyers, int count, const struct sale *sale,
                const char *admin);

void final_free(struct final_state *f);

#endif
