/* Whether all is well, for /readyz and the operator's status. */
#ifndef FRONTROW_DOMAIN_HEALTH_H
#define FRONTROW_DOMAIN_HEALTH_H

#include "domain/app.h"
#include <stdbool.h>

struct health {
    bool database;           /* answers */
    bool schema;             /* is the one this program knows */
    bool job;                /* has ticked within the last 10 s */
    int64_t job_age_ms;      /* -1: never */
    int64_t snapshot_age_ms; /* -1: none on this host */
};

/* Fills *out; never fails: what cannot be read is not well. */
void health_read(struct app *app, struct health *out);

#endif
