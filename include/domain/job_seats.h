/* Admission bound to the seats that are left. */
#ifndef FRONTROW_DOMAIN_JOB_SEATS_H
#define FRONTROW_DOMAIN_JOB_SEATS_H

#include "db/db.h"

/* What the seats have to say about an admission. */
enum job_seats {
    JOB_SEATS_PLENTY, /* nothing: enough for all, or the concert has no show that can be booked */
    JOB_SEATS_FEW,    /* fewer may come in than would have */
    JOB_SEATS_NONE,   /* none is free at this moment: nobody may */
};

/*
 * Lowers *n, the number of people about to be admitted (1 or more), to the free seats of the shows
 * that can still be booked less those inside who hold none yet, but not below one while a seat is
 * free. `active` is how many are inside, or more. Within the transaction that admits.
 */
enum err job_seats_bound(struct db *db, int64_t concert_id, int64_t active, int64_t *n,
                         enum job_seats *out) MUSTCHECK;

#endif
