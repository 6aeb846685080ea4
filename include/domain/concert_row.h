/* The row of a concert, for the domain's own sources. */
#ifndef FRONTROW_DOMAIN_CONCERT_ROW_H
#define FRONTROW_DOMAIN_CONCERT_ROW_H

#include "base/err.h"
#include "db/db.h"
#include "domain/concert.h"

/* Reads STMT_CONCERT_COLUMNS into the struct concert at `arg`; a row function. */
enum err concert_read(const struct db_value *row, void *arg);

#endif
