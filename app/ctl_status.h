/* The two forms of `frontrow status`: for people and for programs. */
#ifndef FRONTROW_CTL_STATUS_H
#define FRONTROW_CTL_STATUS_H

#include "domain/status.h"
#include <stdio.h>

/* Whether database, schema and job are all as they should be. */
bool ctl_status_well(const struct status *s);

/* Prints the checks, and a table of the concerts. */
void ctl_status_print(FILE *to, const struct status *s);

/* Prints the same as one line of JSON. ERR_INTERNAL without memory. */
enum err ctl_status_print_json(FILE *to, const struct status *s) MUSTCHECK;

#endif
