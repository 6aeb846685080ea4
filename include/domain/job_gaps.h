/* Ticket numbers that were drawn and never used. */
#ifndef FRONTROW_DOMAIN_JOB_GAPS_H
#define FRONTROW_DOMAIN_JOB_GAPS_H

#include "domain/app.h"

/*
 * Records as VOID the numbers above now_serving that nobody holds and nobody will: those below a
 * number whose row is a few seconds old. They are left by a worker that died between drawing a
 * number and inserting its row, or by a host that died with a leased block; until they are
 * recorded, everyone behind is told a place too far back. A bounded number at a time.
 */
enum err job_fill_gaps(struct app *app, int64_t concert_id, int64_t now_serving) MUSTCHECK;

#endif
