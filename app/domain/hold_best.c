/*
 * The best seats, see domain/hold_seats.h and, for what is best, domain/best_seats.h.
 *
 * The free seats are read from the front, without a lock, only as far as it takes to know the
 * choice: in a hall with room that is one small chunk. The chosen are locked with SKIP LOCKED:
 * those that somebody else is taking at this moment do not come back, are struck off the list, and
 * the choice is made again. If too few are left for that, some may yet come back (their transaction
 * can fail): then all begins anew and waits for the locks of others, so that SEAT_TAKEN is said
 * only when it is true, of one single look at the hall.
 */
#include "domain/best_seats.h"
#include "domain/hold_seats.h"

/* The first chunk has every seat that can be wanted, so that one look tells if they suffice. */
enum { FIRST_CHUNK = 200, LARGER = 4 };
_Static_assert(FIRST_CHUNK >= APP_MAX_SEATS, "one look tells");

/* What is known of the free seats; large, and a process holds one thing at a time. */
static struct hall {
    struct best_seat seats[SCHEDULE_MAX_SEATS];
    int count;
    bool whole;      /* all of them are there */
    int chunk, rows; /* of the latest look: how many were asked for, and came */
    int64_t last_id; /* up to which the hall was read */
    char section[SCHEDULE_SECTION_SIZE], row[SCHEDULE_ROW_SIZE]; /* of that seat */
} hall;

static enum err read_free(const struct db_value *row, void *arg)
{
    struct hall *h = arg;
    char section[SCHEDULE_SECTION_SIZE], label[SCHEDULE_ROW_SIZE];
    if (h->count >= SCHEDULE_MAX_SEATS)
        return ERR_INTERNAL;
    struct best_seat *seat = &h->seats[h->count];
    seat->seat_id = db_int(&row[0]);
    seat->number = (int32_t)db_int(&row[1]);
    db_text(&row[2], section, sizeof section);
    db_text(&row[3], label, sizeof label);
    seat->joins = h->count > 0 && seat[-1].number + 1 == seat->number &&
                  strcmp(section, h->section) == 0 && strcmp(label, h->row) == 0;
    memcpy(h->section, section, sizeof section);
    memcpy(h->row, label, sizeof label);
    h->last_id = seat->seat_id;
    h->count++;
    h->rows++;
    return ERR_OK;
}

static enum err read_on(const struct hold_seats *s)
{
    int64_t from = hall.last_id;
    hall.chunk = hall.chunk == 0 ? FIRST_CHUNK : hall.chunk * LARGER;
    if (hall.chunk > SCHEDULE_MAX_SEATS)
        hall.chunk = SCHEDULE_MAX_SEATS;
    hall.rows = 0;
    enum err e =
        db_query(s->app->db, STMT_SEATS_FREE_NEXT, read_free, &hall, DB_P_INT(s->schedule_id),
                 DB_P_INT(from), DB_P_INT(hall.chunk), DB_P_INT(s->schedule_id), DB_P_INT(from),
                 DB_P_INT(hall.chunk), DB_P_INT(hall.chunk));
    hall.whole = hall.rows < hall.chunk;
    return e;
}

enum err hold_best_find(struct hold_seats *s)
{
    hall.count = hall.chunk = 0;
    hall.last_id = 0;
    s->count = 0;
    s->amount = 0;
    return read_on(s);
}

enum err hold_best_free(const struct hold_seats *s)
{
    return hall.count < s->req->seat_count ? ERR_SEAT_TAKEN : ERR_OK;
}

/* Locks those of the chosen that are still free. */
static enum err lock(struct hold_seats *s, const int *chosen, int n)
{
    struct db_value params[APP_MAX_SEATS];
    int64_t ids[APP_MAX_SEATS];
    for (int i = 0; i < n; i++)
        ids[i] = hall.seats[chosen[i]].seat_id;
    int marks = hold_seats_marks(params, ids, n);
    bool few = marks == HOLD_SEATS_FEW;
    enum stmt id = s->patient ? (few ? STMT_SEATS_LOCK_4 : STMT_SEATS_LOCK_100)
                              : (few ? STMT_SEATS_LOCK_FREE_4 : STMT_SEATS_LOCK_FREE_100);
    s->count = 0;
    s->amount = 0;
    return db_query_params(s->app->db, id, hold_seats_read, s, params, (size_t)marks);
}

/* Strikes off the list what was chosen and has not come back. Both are in the order of ids. */
static void drop_the_others(const struct hold_seats *s, const int *chosen, int n)
{
    int had = s->count;
    for (int i = n - 1; i >= 0; i--) {
        if (had > 0 && s->seats[had - 1].seat_id == hall.seats[chosen[i]].seat_id)
            had--;
        else
            best_seats_drop(hall.seats, &hall.count, chosen[i]);
    }
}

enum err hold_best_choose(struct hold_seats *s)
{
    int chosen[APP_MAX_SEATS], n = s->req->seat_count;
    enum err e = ERR_OK;
    while (e == ERR_OK) {
        switch (best_seats_choose(hall.seats, hall.count, hall.whole, n, chosen)) {
        case BEST_READ_ON:
            e = read_on(s);
            break;
        case BEST_TOO_FEW:
            s->patient = true;
            return ERR_DB_RETRY;
        case BEST_FOUND:
            e = lock(s, chosen, n);
            if (e == ERR_OK && s->count == n)
                return ERR_OK;
            drop_the_others(s, chosen, n);
            break;
        }
    }
    return e;
}
