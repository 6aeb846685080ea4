/*
 * Listing sales, see domain/sales.h.
 *
 * The statement first takes some reservations out of the index, and only then their seats, so that
 * a page costs as much at the end of a large hall as at its beginning.
 */
#include "domain/sales.h"

#include "db/tx.h"
#include "domain/schedule.h"

/* Reservations read at once for the whole list. */
enum { PIECE = 200 };

struct reader {
    sale_fn *fn;
    void *arg;
    int64_t last; /* reservation */
    int rows;
};

static enum err read_sale(const struct db_value *row, void *arg)
{
    struct reader *r = arg;
    char section[SCHEDULE_SECTION_SIZE], label[SCHEDULE_ROW_SIZE];
    struct sale sale = {.reservation_id = db_int(&row[0]),
                        .seat_number = (int32_t)db_int(&row[2]),
                        .price = db_int(&row[5]),
                        .paid_at = db_time(&row[6])};
    db_uuid(&row[1], &sale.user_id);
    db_text(&row[3], section, sizeof section);
    db_text(&row[4], label, sizeof label);
    sale.section = section[0] ? section : NULL;
    sale.row = label[0] ? label : NULL;
    r->last = sale.reservation_id;
    r->rows++;
    return r->fn(&sale, r->arg);
}

static enum err require(struct app *app, int64_t schedule_id)
{
    struct schedule s;
    return schedule_get(app, schedule_id, &s);
}

/* Two reservations more than the page has rows: the first may have been shown already, and each has
 * a seat. */
enum err sales_list(struct app *app, int64_t schedule_id, int64_t reservation_id, int64_t seat,
                    int limit, sale_fn *fn, void *arg)
{
    struct reader r = {.fn = fn, .arg = arg};
    enum err e = require(app, schedule_id);
    if (e != ERR_OK)
        return e;
    return db_query(app->db, STMT_SALES, read_sale, &r, DB_P_INT(schedule_id),
                    DB_P_INT(reservation_id), DB_P_INT(limit + 1), DB_P_INT(reservation_id),
                    DB_P_INT(seat), DB_P_INT(limit));
}

struct whole {
    struct app *app;
    int64_t schedule_id;
    void (*begin)(void *arg);
    struct reader reader;
};

static enum err read_whole(struct db *db, void *arg)
{
    struct whole *w = arg;
    struct reader *r = &w->reader;
    enum err e = require(w->app, w->schedule_id);
    if (e != ERR_OK)
        return e;
    w->begin(r->arg);
    r->last = 0;
    do {
        r->rows = 0;
        e = db_query(db, STMT_SALES, read_sale, r, DB_P_INT(w->schedule_id), DB_P_INT(r->last + 1),
                     DB_P_INT(PIECE), DB_P_INT(r->last), DB_P_INT(0),
                     DB_P_INT((int64_t)PIECE * APP_MAX_SEATS));
    } while (e == ERR_OK && r->rows > 0);
    return e;
}

enum err sales_all(struct app *app, int64_t schedule_id, void (*begin)(void *arg), sale_fn *fn,
                   void *arg)
{
    struct whole w = {app, schedule_id, begin, {.fn = fn, .arg = arg}};
    return tx_snapshot(app->db, read_whole, &w);
}
