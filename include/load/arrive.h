/* When the buyers of a rehearsal arrive. */
#ifndef FRONTROW_LOAD_ARRIVE_H
#define FRONTROW_LOAD_ARRIVE_H

#include <stdbool.h>

/*
 * flat: evenly. spike: most in the first seconds, with a long tail, half of all within the first
 * seventh. sellout: as at a sale for which everybody has the page open before it begins and that is
 * over within seconds: a seventh within the first twentieth, half within the first quarter, few in
 * the second half.
 */
enum arrive_profile { ARRIVE_FLAT, ARRIVE_SPIKE, ARRIVE_SELLOUT };

/* The seconds over which a sell-out's buyers arrive unless something else is said. */
#define ARRIVE_SELLOUT_SECONDS 13

/* By its name, `flat` and so on. False if there is none. */
bool arrive_from_name(const char *name, enum arrive_profile *out);
const char *arrive_name(enum arrive_profile profile);

/* The share of the time (0 to 1) after which that share of the buyers (0 to 1) has arrived. It
 * never falls. */
double arrive_at(enum arrive_profile profile, double share);

#endif
