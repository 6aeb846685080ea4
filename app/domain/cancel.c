/*
 * Canceling a show, see domain/cancel.h.
 *
 * The UPDATE locks the schedule's row, which a new reservation's foreign key locks too: it waits
 * for the reservations that are being made, and keeps new ones waiting. So what is counted after it
 * is all there will ever be, and whoever waited sees that the show is canceled.
 */
#include "domain/cancel.h"

#include "db/db.h"
#include "domain/audit.h"
#include <stdio.h>

struct cancellation {
    struct app *app;
    const struct caller *caller;
    int64_t schedule_id;
    schedule_render_fn *render;
    struct idem *idem;
    struct schedule *out;
};

struct count {
    int64_t total, live;
};

static enum err read_count(const struct db_value *row, void *arg)
{
    struct count *c = arg;
    c->total = db_int(&row[0]);
    c->live = db_int(&row[1]);
    return ERR_OK;
}

static enum err count(struct db *db, int64_t schedule_id, struct count *c)
{
    enum err e = db_query_one(db, STMT_CANCEL_COUNT, read_count, c, DB_P_INT(schedule_id));
    return e == ERR_NO_ROW ? ERR_SCHEDULE_NOT_FOUND : e;
}

enum err cancel_progress(struct app *app, struct schedule *s)
{
    struct count c;
    if (s->canceled_at < 0)
        return ERR_OK;
    enum err e = count(app->db, s->schedule_id, &c);
    if (e != ERR_OK)
        return e;
    s->cancel_total = c.total;
    s->cancel_done = c.live < c.total ? c.total - c.live : 0;
    return ERR_OK;
}

static enum err write_audit(struct cancellation *c)
{
    struct schedule before = *c->out;
    struct text_buf was = {0}, is = {0};
    char target[40];
    before.canceled_at = -1;
    c->render(&before, &was);
    c->render(c->out, &is);
    snprintf(target, sizeof target, "schedule/%lld", (long long)c->schedule_id);
    enum err e = was.failed || is.failed ? ERR_INTERNAL
                                         : audit_write(c->app, &c->caller->user, "schedule.cancel",
                                                       target, was.data, is.data);
    text_buf_free(&was);
    text_buf_free(&is);
    return e;
}

/* The schedule's row is locked, and was not canceled before. */
static enum err begin(struct db *db, struct cancellation *c)
{
    struct count n;
    enum err e = count(db, c->schedule_id, &n);
    if (e != ERR_OK)
        return e;
    e = db_exec(db, STMT_SCHEDULE_CANCEL_TOTAL, NULL, DB_P_INT(n.live), DB_P_INT(c->schedule_id));
    c->out->cancel_total = n.live;
    c->out->cancel_done = 0;
    return e == ERR_OK ? write_audit(c) : e;
}

static enum err cancel(struct db *db, void *arg)
{
    struct cancellation *c = arg;
    int64_t affected = 0;
    enum err e = idem_begin(db, c->idem);
    if (e == ERR_OK)
        e = db_exec(db, STMT_SCHEDULE_CANCEL, &affected, DB_P_INT(c->schedule_id));
    if (e == ERR_OK)
        e = schedule_get(c->app, c->schedule_id, c->out);
    if (e == ERR_OK)
        e = affected == 1 ? begin(db, c) : cancel_progress(c->app, c->out);
    return e == ERR_OK ? idem_finish(db, c->idem) : e;
}

enum err cancel_schedule(struct app *app, const struct caller *caller, int64_t schedule_id,
                         schedule_render_fn *render, struct idem *idem, struct schedule *out)
{
    struct cancellation c = {app, caller, schedule_id, render, idem, out};
    return idem_run(app->db, idem, cancel, &c);
}
