/* Admission bound to the seats that are left. */
#ifndef FRONTROW_DOMAIN_JOB_SEATS_H
#define FRONTROW_DOMAIN_JOB_SEATS_H

#include "db/db.h"
#include "domain/snapshot.h"

/*
 * Lowers *n, the number of people about to be admitted (1 or more), to the free seats of the shows
 * that can still be booked less those inside who hold none yet, but not below one while a seat is
 * free. `active` is how many are inside, or more. Where it lowers *n it says so
 * in *limit: QUEUE_BY_SEATS, or QUEUE_BY_NO_SEAT if that leaves nobody. Within the transaction that
 * admits.
 */
enum err job_seats_bound(struct db *db, int64_t concert_id, int64_t active, int64_t *n,
                         enum queue_limit *limit) MUSTCHECK;

#endif
