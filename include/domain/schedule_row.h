/* The row of a schedule, for the domain's own sources. */
#ifndef FRONTROW_DOMAIN_SCHEDULE_ROW_H
#define FRONTROW_DOMAIN_SCHEDULE_ROW_H

#include "base/err.h"
#include "db/db.h"
#include "domain/schedule.h"

/* Reads STMT_SCHEDULE_COLUMNS into the struct schedule at `arg`; a row function. */
enum err schedule_read(const struct db_value *row, void *arg);

/* Sets the day of the start in the concert's zone. ERR_INVALID_FIELD, of startsAt, for one beyond
 * the year 9999. */
enum err schedule_set_date(struct app *app, const char *zone, struct schedule *s) MUSTCHECK;

/* Reads STMT_SEAT_COLUMNS into the struct seat_row at `arg`, the texts cut to fit; never fails. */
struct seat_row {
    int64_t seat_id, price;
    int64_t reservation_id; /* 0: none */
    int32_t seat_number;
    char section[SCHEDULE_SECTION_SIZE], row[SCHEDULE_ROW_SIZE], status[10];
};
void seat_read(const struct db_value *row, struct seat_row *out);

#endif
