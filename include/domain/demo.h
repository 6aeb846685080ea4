/* Demo concerts, so that a newcomer has something to buy. */
#ifndef FRONTROW_DOMAIN_DEMO_H
#define FRONTROW_DOMAIN_DEMO_H

#include "domain/app.h"
#include <stdio.h>

/* Makes a few concerts with dates and seats if there is no concert yet; says what it did. */
enum err demo_load(struct app *app, FILE *out) MUSTCHECK;

#endif
