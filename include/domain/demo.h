/* Demo concerts, so that a newcomer has something to buy. */
#ifndef FRONTROW_DOMAIN_DEMO_H
#define FRONTROW_DOMAIN_DEMO_H

#include "domain/app.h"
#include <stdio.h>

/*
 * The hosts (the member `host`) of demo concerts and of those that `frontrow rehearse` makes. It
 * plays on no others unless it is told to: their buyers are strangers to it, and its own would take
 * their seats. A host of one's own never is one of these by accident, and is seen by all.
 */
#define DEMO_HOST           "Frontrow Demo"
#define DEMO_REHEARSAL_HOST "Frontrow Rehearsal"

/* Makes a few concerts with dates and seats if there is no concert yet; says what it did. */
enum err demo_load(struct app *app, FILE *out) MUSTCHECK;

#endif
