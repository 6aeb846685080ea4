/* Canceling a show. */
#ifndef FRONTROW_DOMAIN_CANCEL_H
#define FRONTROW_DOMAIN_CANCEL_H

#include "domain/app.h"
#include "domain/idem.h"
#include "domain/schedule.h"

/*
 * Cancels a schedule: no more holds from here on, and the job ends its reservations in batches (see
 * domain/job_cancel.h). One that is canceled already stays as it is. Writes the audit entry, whose
 * texts `render` makes. *out is the schedule as it is then, with its progress. Those of idem_begin,
 * ERR_SCHEDULE_NOT_FOUND.
 */
enum err cancel_schedule(struct app *app, const struct caller *caller, int64_t schedule_id,
                         schedule_render_fn *render, struct idem *idem,
                         struct schedule *out) MUSTCHECK;

/* How far the job is with a canceled schedule, into s->cancel_total and s->cancel_done; of one that
 * is not canceled nothing is read. */
enum err cancel_progress(struct app *app, struct schedule *s) MUSTCHECK;

#endif
