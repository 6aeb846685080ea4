/* On which terms seats can be held, see domain/hold_terms.h. */
#include "domain/hold_terms.h"

enum err hold_terms_read(const struct db_value *row, void *arg)
{
    struct hold_terms *t = arg;
    t->concert_id = db_int(&row[0]);
    t->starts_at = db_time(&row[1]);
    t->opens_at = db_time(&row[2]);
    t->closes_at = db_time(&row[3]);
    t->canceled_at = db_time(&row[4]);
    t->hold_seconds = db_int(&row[5]);
    t->max_seats = db_int(&row[6]);
    return ERR_OK;
}

enum err hold_terms_check(const struct hold_terms *t, int64_t now)
{
    if (t->canceled_at >= 0 || now >= t->closes_at)
        return ERR_BOOKING_CLOSED;
    return now < t->opens_at ? ERR_BOOKING_NOT_OPEN : ERR_OK;
}
