/* The queues as their operator looks at them, see domain/queue_list.h. */
#include "domain/queue_list.h"

#include "db/db.h"
#include "domain/queue_place.h"

static enum err read_listing(const struct db_value *row, void *arg)
{
    struct queue_listing *l = arg;
    db_text(&row[0], l->title, sizeof l->title);
    enum err e = snapshot_read_row(row + 1, &l->q);
    l->last_wait_seconds = l->q.waiting > 0 ? queue_estimate(&l->q, l->q.waiting, l->q.as_of) : -1;
    return e;
}

struct list {
    queue_list_fn *fn;
    void *arg;
    struct queue_listing listing; /* of the row at hand */
};

static enum err read_next(const struct db_value *row, void *arg)
{
    struct list *l = arg;
    enum err e = read_listing(row, &l->listing);
    return e == ERR_OK ? l->fn(&l->listing, l->arg) : e;
}

enum err queue_list(struct app *app, queue_list_fn *fn, void *arg)
{
    struct list l = {.fn = fn, .arg = arg};
    return db_query_params(app->db, STMT_TOOL_QUEUE_LIST, read_next, &l, NULL, 0);
}

enum err queue_list_get(struct app *app, int64_t concert_id, struct queue_listing *out)
{
    enum err e =
        db_query_one(app->db, STMT_TOOL_QUEUE_LISTING, read_listing, out, DB_P_INT(concert_id));
    return e == ERR_NO_ROW ? ERR_CONCERT_NOT_FOUND : e;
}
