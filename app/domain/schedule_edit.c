/*
 * Changing the times of a show, see schedule_patch in domain/schedule.h.
 *
 * The concert's row is locked first, since the day of the start hangs on its time zone, then the
 * show's edition, then its row: so nobody changes the same meanwhile but who cancels the show,
 * which the UPDATE finds out.
 */
#include "domain/schedule.h"

#include "db/tx.h"
#include "domain/audit.h"
#include "domain/concert_row.h"
#include "domain/hall_cache.h"
#include "domain/schedule_row.h"
#include "domain/snapshot.h"
#include <inttypes.h>
#include <stdio.h>

struct change {
    struct app *app;
    const struct caller *caller;
    int64_t schedule_id;
    unsigned fields;
    const struct schedule_times *given;
    schedule_render_fn *render;
    struct schedule *out;
};

/* What was until the start goes with it, unless it is given. */
static int64_t follow(const struct change *ch, enum schedule_field field, int64_t given,
                      int64_t before, const struct schedule *old)
{
    int64_t starts_at = ch->out->starts_at;
    if (ch->fields & field)
        return given >= 0 ? given : starts_at;
    return before == old->starts_at ? starts_at : before;
}

/* The field that has to do with it, of those that are given. */
static const char *field_at_fault(unsigned fields)
{
    if (fields & SCHEDULE_HAS_BOOKING_CLOSES)
        return "bookingClosesAt";
    return (fields & SCHEDULE_HAS_BOOKING_OPENS) ? "bookingOpensAt" : "startsAt";
}

static enum err refuse_times(const struct change *ch)
{
    return app_field(ch->app, ERR_INVALID_FIELD, field_at_fault(ch->fields));
}

/* What is wrong with the given times whatever the show is like comes before what the show is. */
static enum err check_given(const struct change *ch)
{
    const struct schedule_times *t = ch->given;
    int64_t closes_at = t->booking_closes_at;
    if (!(ch->fields & SCHEDULE_HAS_BOOKING_OPENS) || !(ch->fields & SCHEDULE_HAS_BOOKING_CLOSES))
        return ERR_OK;
    if (closes_at < 0 && (ch->fields & SCHEDULE_HAS_STARTS))
        closes_at = t->starts_at;
    return closes_at >= 0 && t->booking_opens_at > closes_at ? refuse_times(ch) : ERR_OK;
}

static enum err set_times(struct change *ch, const struct schedule *old, int64_t now)
{
    const struct schedule_times *t = ch->given;
    struct schedule *s = ch->out;
    if (ch->fields & SCHEDULE_HAS_STARTS)
        s->starts_at = t->starts_at;
    s->booking_closes_at =
        follow(ch, SCHEDULE_HAS_BOOKING_CLOSES, t->booking_closes_at, old->booking_closes_at, old);
    s->refund_closes_at =
        follow(ch, SCHEDULE_HAS_REFUND_CLOSES, t->refund_closes_at, old->refund_closes_at, old);
    if (ch->fields & SCHEDULE_HAS_BOOKING_OPENS) {
        s->booking_opens_at = t->booking_opens_at;
        if (s->booking_opens_at < 0)
            s->booking_opens_at = now < s->booking_closes_at ? now : s->booking_closes_at;
    }
    return s->booking_opens_at <= s->booking_closes_at ? ERR_OK : refuse_times(ch);
}

static enum err write_audit(const struct change *ch, const struct schedule *old)
{
    struct text_buf before = {0}, after = {0};
    char target[40];
    ch->render(old, &before);
    ch->render(ch->out, &after);
    snprintf(target, sizeof target, "schedule/%" PRId64, ch->schedule_id);
    enum err e = before.failed || after.failed
                     ? ERR_INTERNAL
                     : audit_write(ch->app, &ch->caller->user, "schedule.update", target,
                                   before.data, after.data);
    text_buf_free(&before);
    text_buf_free(&after);
    return e;
}

static enum err write_row(struct db *db, const struct schedule *s)
{
    int64_t affected = 0;
    enum err e =
        db_exec(db, STMT_SCHEDULE_UPDATE, &affected, DB_P_TIME(s->starts_at), DB_P_STR(s->date),
                DB_P_TIME(s->booking_opens_at), DB_P_TIME(s->booking_closes_at),
                DB_P_TIME(s->refund_closes_at), DB_P_INT(s->schedule_id));
    return e == ERR_OK && affected != 1 ? ERR_DB_RETRY : e; /* canceled meanwhile */
}

/* Locks what the change hangs on, and reads the show as it is then. */
static enum err lock(struct db *db, struct change *ch, struct concert *concert)
{
    enum err e = schedule_get(ch->app, ch->schedule_id, ch->out);
    if (e == ERR_OK && ch->out->canceled_at >= 0)
        e = ERR_BOOKING_CLOSED;
    if (e == ERR_OK)
        e = db_query_one(db, STMT_CONCERT_LOCK, concert_read, concert,
                         DB_P_INT(ch->out->concert_id));
    if (e == ERR_OK)
        e = db_exec(db, STMT_EDITION_NEXT, NULL, DB_P_INT(ch->schedule_id));
    return e == ERR_OK ? schedule_get(ch->app, ch->schedule_id, ch->out) : e;
}

static enum err patch(struct db *db, void *arg)
{
    struct change *ch = arg;
    struct concert concert;
    int64_t now = 0;
    enum err e = lock(db, ch, &concert);
    if (e == ERR_OK)
        e = db_now(db, &now);
    if (e != ERR_OK)
        return e;
    const struct schedule old = *ch->out;
    e = set_times(ch, &old, now);
    if (e == ERR_OK)
        e = schedule_set_date(ch->app, concert.time_zone, ch->out);
    if (e == ERR_OK)
        e = write_row(db, ch->out);
    return e == ERR_OK ? write_audit(ch, &old) : e;
}

enum err schedule_patch(struct app *app, const struct caller *caller, int64_t schedule_id,
                        unsigned fields, const struct schedule_times *times,
                        schedule_render_fn *render, struct schedule *out)
{
    struct change ch = {app, caller, schedule_id, fields, times, render, out};
    enum err e = check_given(&ch);
    if (e == ERR_OK)
        e = tx_run(app->db, patch, &ch);
    if (e == ERR_OK) {
        hall_cache_forget(schedule_id);
        snapshot_poke();
    }
    return e;
}
