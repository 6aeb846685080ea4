/*
 * Admission bound to the seats that are left, see domain/job_seats.h.
 *
 * While seats are plenty this is one statement, which counts free seats in an index and stops at as
 * many as those inside and those about to come in could ask for. Only when it finds fewer are those
 * inside who hold none counted, in one statement with the seats, so that both are of one moment;
 * no count goes beyond what the first one found.
 *
 * How exact it is. Nobody but a tick admits, and a tick counts under the lock of the queue's row.
 * Holds do not take that lock: one that commits between the count and the admission, and takes k
 * seats, makes the bound too high by k - 1; one that is given back makes it too low. So it is off
 * by what is in flight at that moment and no more. A show that nobody can book any more has no
 * part in it, and where there is no other the queue is a mere gate, which nothing here closes.
 */
#include "domain/job_seats.h"

struct seats {
    bool bookable;
    int64_t available;
};

static enum err read_seats(const struct db_value *row, void *arg)
{
    struct seats *s = arg;
    s->bookable = db_int(&row[0]) != 0;
    s->available = db_int(&row[1]);
    return ERR_OK;
}

struct demand {
    int64_t available, seekers;
};

static enum err read_demand(const struct db_value *row, void *arg)
{
    struct demand *d = arg;
    d->available = db_int(&row[0]);
    d->seekers = db_int(&row[1]);
    return ERR_OK;
}

/* How many may come in for at most `most` free seats. */
static enum err allowed(struct db *db, int64_t concert_id, int64_t most, int64_t *n)
{
    struct demand d = {0};
    enum err e =
        db_query_one(db, STMT_JOB_DEMAND, read_demand, &d, DB_P_INT(concert_id), DB_P_INT(most),
                     DB_P_INT(concert_id), DB_P_INT(most), DB_P_INT(concert_id), DB_P_INT(most));
    if (d.available > most)
        d.available = most;
    *n = d.available - d.seekers;
    if (*n < 1)
        *n = d.available > 0;
    return e;
}

enum err job_seats_bound(struct db *db, int64_t concert_id, int64_t active, int64_t *n,
                         enum queue_limit *limit)
{
    struct seats s = {.bookable = false};
    int64_t enough = *n + active, may = 0;
    enum err e =
        db_query_one(db, STMT_JOB_SEATS, read_seats, &s, DB_P_INT(concert_id), DB_P_INT(concert_id),
                     DB_P_INT(enough), DB_P_INT(concert_id), DB_P_INT(enough));
    if (e != ERR_OK || !s.bookable || s.available >= enough)
        return e;
    if (s.available > 0)
        e = allowed(db, concert_id, s.available, &may);
    if (e != ERR_OK || may >= *n)
        return e;
    *n = may;
    *limit = may > 0 ? QUEUE_BY_SEATS : QUEUE_BY_NO_SEAT;
    return e;
}
