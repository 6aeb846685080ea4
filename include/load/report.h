/* What a rehearsal tells at its end, as text and as JSON. */
#ifndef FRONTROW_LOAD_REPORT_H
#define FRONTROW_LOAD_REPORT_H

#include "base/text.h"
#include "load/advice.h"
#include "load/rehearsal.h"
#include <stdio.h>

/* The advice that follows from a rehearsal that was opened. */
void report_advise(const struct rehearsal *r, struct advice *out);

/* Requests a second, while there was something to be sold. */
double report_rate(const struct rehearsal *r);

void report_print(FILE *to, const struct rehearsal *r);

/* One JSON object; check out->failed. Times are in microseconds or milliseconds, as the names say.
 */
void report_json(struct text_buf *out, const struct rehearsal *r);

#endif
