/* Ticket numbers that nobody holds any more, or never did. */
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

/*
 * How many numbers above now_serving nobody holds. Counting a million takes a third of a second, so
 * beyond some thousands what was counted stands for twenty times as long as the counting took.
 */
enum err job_count_gone(struct app *app, int64_t concert_id, int64_t now_serving,
                        int64_t *gone) MUSTCHECK;

#endif
