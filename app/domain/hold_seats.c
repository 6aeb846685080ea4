/* Seats that are named, and taking seats; see domain/hold_seats.h. */
#include "domain/hold_seats.h"

void hold_seats_begin(struct hold_seats *s, int64_t schedule_id)
{
    s->schedule_id = schedule_id;
    s->count = 0;
    s->amount = 0;
}

enum err hold_seats_add(struct hold_seats *s, const struct db_value *row)
{
    if (s->count >= APP_MAX_SEATS)
        return ERR_INTERNAL;
    struct seat_row *seat = &s->seats[s->count++];
    seat_read(row, seat);
    s->amount += seat->price;
    return ERR_OK;
}

enum err hold_seats_read(const struct db_value *row, void *arg)
{
    return hold_seats_add(arg, row);
}

int hold_seats_marks(struct db_value *params, const int64_t *values, int count)
{
    int marks = count <= HOLD_SEATS_FEW ? HOLD_SEATS_FEW : APP_MAX_SEATS;
    for (int i = 0; i < marks; i++)
        params[i] = DB_P_INT(values[i < count ? i : count - 1]);
    return marks;
}

static bool is_there(const struct hold_seats *s, int64_t wanted)
{
    for (int i = 0; i < s->count; i++)
        if ((s->req->by_id ? s->seats[i].seat_id : s->seats[i].seat_number) == wanted)
            return true;
    return false;
}

static enum err missing_seats(const struct hold_seats *s)
{
    const struct hold_request *req = s->req;
    struct problem *problem = &s->app->problem;
    problem->seat_count = 0;
    for (int i = 0; i < req->seat_count && !req->by_id; i++)
        if (req->seats[i] <= INT32_MAX && !is_there(s, req->seats[i]))
            problem->seat_numbers[problem->seat_count++] = (int32_t)req->seats[i];
    return ERR_SEAT_NOT_FOUND;
}

static enum err look(struct hold_seats *s)
{
    const struct hold_request *req = s->req;
    struct db_value params[1 + APP_MAX_SEATS];
    bool few = req->seat_count <= HOLD_SEATS_FEW;
    enum stmt id = req->by_id ? (few ? STMT_SEATS_BY_ID_4 : STMT_SEATS_BY_ID_100)
                              : (few ? STMT_SEATS_BY_NUMBER_4 : STMT_SEATS_BY_NUMBER_100);
    params[0] = DB_P_INT(s->schedule_id);
    int marks = hold_seats_marks(params + 1, req->seats, req->seat_count);
    s->count = 0;
    s->amount = 0;
    enum err e = db_query_params(s->app->db, id, hold_seats_read, s, params, 1 + (size_t)marks);
    if (e != ERR_OK)
        return e;
    return s->count == req->seat_count ? ERR_OK : missing_seats(s);
}

/* Those that are not free, except what `mine` (a reservation; 0: none) has. */
static enum err taken_seats(const struct hold_seats *s, int64_t mine)
{
    struct problem *problem = &s->app->problem;
    problem->seat_count = 0;
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->seats[i].status, "AVAILABLE") != 0 &&
            (mine == 0 || s->seats[i].reservation_id != mine))
            problem->seat_numbers[problem->seat_count++] = s->seats[i].seat_number;
    return problem->seat_count ? ERR_SEAT_TAKEN : ERR_OK;
}

enum err hold_seats_find(struct hold_seats *s, int64_t schedule_id)
{
    s->schedule_id = schedule_id;
    return s->req->best ? hold_best_find(s) : look(s);
}

enum err hold_seats_free(struct hold_seats *s)
{
    return s->req->best ? hold_best_free(s) : taken_seats(s, 0);
}

enum err hold_seats_choose(struct hold_seats *s)
{
    return s->req->best ? hold_best_choose(s) : ERR_OK;
}

/* The statement locks the seats in the order of their ids and alone decides. Whoever lost the race
 * sees which are gone by looking again. */
enum err hold_seats_take(struct hold_seats *s, int64_t reservation_id, int64_t until)
{
    struct db_value params[2 + APP_MAX_SEATS];
    int64_t ids[APP_MAX_SEATS], affected = 0;
    for (int i = 0; i < s->count; i++)
        ids[i] = s->seats[i].seat_id;
    params[0] = DB_P_INT(reservation_id);
    params[1] = DB_P_TIME(until);
    int marks = hold_seats_marks(params + 2, ids, s->count);
    enum err e = db_exec_params(s->app->db,
                                marks == HOLD_SEATS_FEW ? STMT_SEATS_TAKE_4 : STMT_SEATS_TAKE_100,
                                params, 2 + (size_t)marks, &affected);
    if (e != ERR_OK || affected == s->count)
        return e;
    if (s->req->best)
        return ERR_DB_RETRY; /* they are locked: the clock was put back */
    e = look(s);
    if (e == ERR_OK)
        e = taken_seats(s, reservation_id);
    return e == ERR_OK ? ERR_DB_RETRY : e; /* all free again: another try */
}
