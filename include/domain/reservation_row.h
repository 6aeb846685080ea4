/* The row of a reservation, for the domain's own sources. */
#ifndef FRONTROW_DOMAIN_RESERVATION_ROW_H
#define FRONTROW_DOMAIN_RESERVATION_ROW_H

#include "base/err.h"
#include "db/db.h"

/* Reads STMT_RESERVATION_COLUMNS into the struct reservation at `arg`, which then has a seat_count
 * but no seats yet; a row function. */
enum err reservation_read(const struct db_value *row, void *arg);

/* Reads a seat's id, number, section and row, and the price that it has in the reservation. */
struct reservation_seat;
void reservation_read_seat(const struct db_value *row, struct reservation_seat *out);

/* Orders the seats by their numbers, as they are shown. */
struct reservation;
void reservation_sort_seats(struct reservation *r);

#endif
