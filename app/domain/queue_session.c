/*
 * A visitor's row in transactions that move money or seats, and leaving; see domain/queue.h. The
 * row is locked first, before reservations, seats and wallets.
 */
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "domain/booking.h"
#include "domain/token_row.h"

/* A lock that took this long was waited for: the clock has to be read again. */
enum { WAITED_MS = 20 };

bool queue_claim(struct app *app, const struct caller *caller)
{
    int64_t claimed = 0;
    enum err e = db_exec(app->db, STMT_TOKEN_CLAIM, &claimed, DB_P_INT(caller->token_id));
    if (e != ERR_OK)
        log_warn("claim", "err=%s", err_name(e));
    return e == ERR_OK && claimed == 1;
}

void token_row_judge(const struct caller *caller, const struct token_row *t, int64_t asked,
                     struct queue_row *out)
{
    *out = (struct queue_row){.now = t->now, .asked = asked};
    out->live = !token_row_over_for(caller, t);
    out->inside = out->live && token_row_inside(t);
    out->claimed = t->claimed_at >= 0;
    out->first_end = t->session_ends_at;
    out->first_end_passed = t->session_ends_at >= 0 && t->session_ends_at <= t->now;
    out->expires_at = t->expires_at;
    out->ticket = t->ticket;
}

bool queue_row_may_be_past(const struct queue_row *row, int64_t moment)
{
    return row->now + (clock_monotonic_ms() - row->asked) + 1 >= moment;
}

enum err queue_lock(struct app *app, const struct caller *caller, struct queue_row *out)
{
    struct token_row t;
    int64_t start = clock_monotonic_ms();
    *out = (struct queue_row){0};
    enum err e =
        db_query_one(app->db, STMT_TOKEN_LOCK, token_row_read, &t, DB_P_INT(caller->token_id));
    if (e == ERR_NO_ROW)
        return db_now(app->db, &out->now);
    if (e == ERR_OK && clock_monotonic_ms() - start >= WAITED_MS)
        e = db_now(app->db, &t.now);
    if (e != ERR_OK)
        return e;
    token_row_judge(caller, &t, start, out);
    if (out->inside && !out->claimed)
        return db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(caller->token_id));
    return ERR_OK;
}

enum err queue_may_hold(struct app *app, const struct caller *caller, int64_t concert_id,
                        const struct queue_row *row)
{
    if (concert_id != 0 && concert_id != caller->concert_id)
        return ERR_WRONG_CONCERT;
    if (!row->live)
        return ERR_QUEUE_TOKEN_EXPIRED;
    if (!row->inside)
        return queue_not_admitted(app, caller);
    return row->first_end_passed ? ERR_QUEUE_TOKEN_EXPIRED : ERR_OK;
}

enum err queue_lengthen(struct app *app, int64_t token_id, int64_t until)
{
    int64_t affected = 0;
    enum err e =
        db_exec(app->db, STMT_TOKEN_LENGTHEN, &affected, DB_P_TIME(until), DB_P_INT(token_id));
    return e == ERR_OK && affected != 1 ? ERR_DB_RETRY : e;
}

enum err queue_finish(struct app *app, int64_t token_id)
{
    int64_t affected = 0;
    enum err e = db_exec(app->db, STMT_TOKEN_FINISH, &affected, DB_P_INT(token_id));
    return e == ERR_OK && affected != 1 ? ERR_DB_RETRY : e;
}

struct leave {
    struct app *app;
    const struct caller *caller;
    struct idem *idem;
    int64_t ticket; /* out */
};

static enum err leave(struct db *db, void *arg)
{
    struct leave *l = arg;
    struct queue_row row;
    enum err e = idem_begin(db, l->idem);
    if (e == ERR_OK)
        e = queue_lock(l->app, l->caller, &row);
    if (e != ERR_OK)
        return e;
    if (!row.live)
        return ERR_QUEUE_TOKEN_EXPIRED;
    l->ticket = row.ticket;
    e = booking_release_others(l->app, &l->caller->user, l->caller->concert_id, 0);
    if (e == ERR_OK)
        e = db_exec(db, STMT_TOKEN_LEAVE, NULL, DB_P_INT(l->caller->token_id));
    return e == ERR_OK ? idem_finish(db, l->idem) : e;
}

enum err queue_leave(struct app *app, const struct caller *caller, struct idem *idem)
{
    struct leave l = {app, caller, idem, 0};
    enum err e = idem_run(app->db, idem, leave, &l);
    /* Also when only a second run could tell that the first one was committed. */
    if (e == ERR_OK || (e == ERR_REPLAY && l.ticket > 0))
        snapshot_mark_gone(caller->concert_id, l.ticket, caller->token_id);
    return e;
}
