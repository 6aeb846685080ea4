/* Concerts, see domain/concert.h. */
#include "domain/concert.h"

#include "base/clock.h"
#include "db/tx.h"
#include "domain/audit.h"
#include "domain/concert_row.h"
#include "domain/lottery.h"
#include "domain/snapshot.h"
#include <stdio.h>
#include <stdlib.h>

void concert_defaults(const struct config *cfg, struct concert *out)
{
    memset(out, 0, sizeof *out);
    text_copy(out->time_zone, sizeof out->time_zone, cfg->server_default_time_zone,
              strlen(cfg->server_default_time_zone));
#define CONCERT_DEFAULT(name, preset, ...) out->name = preset;
    CONCERT_SETTING_LIST(CONCERT_DEFAULT)
    CONCERT_QUEUE_SETTING_LIST(CONCERT_DEFAULT)
#undef CONCERT_DEFAULT
    out->state = QUEUE_OPEN;
    out->opens_at = -1;
}

enum err concert_read(const struct db_value *row, void *arg)
{
    struct concert *c = arg;
    c->concert_id = db_int(&row[0]);
    db_text(&row[1], c->title, sizeof c->title);
    db_text(&row[2], c->artist, sizeof c->artist);
    db_text(&row[3], c->host, sizeof c->host);
    db_text(&row[4], c->time_zone, sizeof c->time_zone);
    row += 5;
#define CONCERT_READ(name, ...) c->name = db_int(row++);
    CONCERT_SETTING_LIST(CONCERT_READ)
    CONCERT_QUEUE_SETTING_LIST(CONCERT_READ)
#undef CONCERT_READ
    c->state = queue_condition_read(&row[0]);
    db_text(&row[1], c->message_ko, sizeof c->message_ko);
    db_text(&row[2], c->message_en, sizeof c->message_en);
    c->opens_at = db_time(&row[3]);
    return ERR_OK;
}

enum err concert_get(struct app *app, int64_t concert_id, struct concert *out)
{
    enum err e = db_query_one(app->db, STMT_CONCERT_GET, concert_read, out, DB_P_INT(concert_id));
    return e == ERR_NO_ROW ? ERR_CONCERT_NOT_FOUND : e;
}

struct change {
    struct app *app;
    const struct caller *caller;
    int64_t concert_id; /* of the one changed; 0: a new one */
    unsigned fields;
    const struct concert *given;
    concert_render_fn *render;
    struct concert *before; /* may be NULL */
    struct concert *out;
};

static void render(const struct change *ch, const struct concert *c, struct text_buf *out)
{
    if (ch->render)
        ch->render(c, out);
}

static enum err write_audit(const struct change *ch, const char *action, const char *before,
                            const char *after)
{
    char target[40];
    snprintf(target, sizeof target, "concert/%lld", (long long)ch->out->concert_id);
    return audit_write(ch->app, &ch->caller->user, action, target, before, after);
}

static enum err insert_rows(struct db *db, struct concert *c)
{
    enum err e = db_exec(db, STMT_CONCERT_INSERT, NULL, DB_P_STR(c->title), DB_P_OPT(c->artist),
                         DB_P_OPT(c->host), DB_P_STR(c->time_zone), DB_P_INT(c->hold_seconds),
                         DB_P_INT(c->hold_extend_seconds), DB_P_INT(c->max_seats_per_user));
    if (e != ERR_OK)
        return e;
    c->concert_id = db_insert_id(db);
    e = db_exec(db, STMT_QUEUE_STATE_INSERT, NULL, DB_P_INT(c->concert_id),
                DB_P_STR(queue_condition_name(c->state)), DB_P_INT(c->admit_count),
                DB_P_INT(c->admit_interval_seconds), DB_P_INT(c->max_active),
                DB_P_INT(c->session_seconds), DB_P_INT(c->claim_seconds),
                DB_P_INT(c->token_lifetime_seconds), DB_P_OPT(c->message_ko),
                DB_P_OPT(c->message_en), DB_P_OPT_TIME(c->opens_at));
    if (e != ERR_OK)
        return e;
    return db_exec(db, STMT_QUEUE_COUNTER_INSERT, NULL, DB_P_INT(c->concert_id));
}

/* Inside a transaction that holds the queue's row, in which `prequeue` stood. */
static enum err move_opening(struct db *db, const struct concert *c, int prequeue)
{
    int64_t now = 0;
    enum err e = db_now(db, &now);
    if (e != ERR_OK)
        return e;
    if (c->opens_at <= now)
        return prequeue == 1 ? lottery_open_now(db, c->concert_id) : ERR_OK;
    if (prequeue == 1)
        return lottery_open_later(db, c->concert_id);
    return prequeue == 0 ? lottery_begin(db, c->concert_id) : ERR_BUSY;
}

/* What the row says now. */
static enum err reread(struct db *db, struct concert *c)
{
    return db_query_one(db, STMT_CONCERT_GET, concert_read, c, DB_P_INT(c->concert_id));
}

static enum err create(struct db *db, void *arg)
{
    struct change *ch = arg;
    struct text_buf after = {0};
    *ch->out = *ch->given;
    enum err e = insert_rows(db, ch->out);
    if (e == ERR_OK && ch->out->opens_at >= 0)
        e = move_opening(db, ch->out, 0);
    if (e == ERR_OK)
        e = reread(db, ch->out);
    if (e == ERR_OK) {
        render(ch, ch->out, &after);
        e = write_audit(ch, "concert.create", NULL, after.data);
    }
    text_buf_free(&after);
    return e;
}

enum err concert_create(struct app *app, const struct caller *caller, const struct concert *c,
                        concert_render_fn *render_fn, struct concert *out)
{
    struct change ch = {app, caller, 0, 0, c, render_fn, NULL, out};
    if (!clock_zone_valid(c->time_zone))
        return app_field(app, ERR_INVALID_FIELD, "timeZone");
    enum err e = tx_run(app->db, create, &ch);
    if (e == ERR_OK)
        snapshot_await(out->concert_id); /* who listens from now on is not told to come again */
    return e;
}

/* --- Changing --- */

static void apply(struct concert *c, unsigned fields, const struct concert *g)
{
    if (fields & CONCERT_HAS_TITLE)
        memcpy(c->title, g->title, sizeof c->title);
    if (fields & CONCERT_HAS_ARTIST)
        memcpy(c->artist, g->artist, sizeof c->artist);
    if (fields & CONCERT_HAS_HOST)
        memcpy(c->host, g->host, sizeof c->host);
    if (fields & CONCERT_HAS_TIME_ZONE)
        memcpy(c->time_zone, g->time_zone, sizeof c->time_zone);
    if (fields & CONCERT_HAS_MESSAGE) {
        memcpy(c->message_ko, g->message_ko, sizeof c->message_ko);
        memcpy(c->message_en, g->message_en, sizeof c->message_en);
    }
    if (fields & CONCERT_HAS_STATE)
        c->state = g->state;
    if (fields & CONCERT_HAS_OPENS_AT)
        c->opens_at = g->opens_at;
    unsigned bit = CONCERT_HAS_HOLD_SECONDS;
#define CONCERT_APPLY(name, ...)                                                                   \
    if (fields & bit)                                                                              \
        c->name = g->name;                                                                         \
    bit <<= 1;
    CONCERT_SETTING_LIST(CONCERT_APPLY)
    CONCERT_QUEUE_SETTING_LIST(CONCERT_APPLY)
#undef CONCERT_APPLY
}

struct dates {
    int64_t *ids, *starts;
    int count, cap;
};

static enum err read_date(const struct db_value *row, void *arg)
{
    struct dates *d = arg;
    if (d->count == d->cap) {
        int cap = d->cap ? d->cap * 2 : 64;
        int64_t *ids = realloc(d->ids, (size_t)cap * sizeof *ids);
        if (ids)
            d->ids = ids;
        int64_t *starts = realloc(d->starts, (size_t)cap * sizeof *starts);
        if (starts)
            d->starts = starts;
        if (!ids || !starts)
            return ERR_INTERNAL;
        d->cap = cap;
    }
    d->ids[d->count] = db_int(&row[0]);
    d->starts[d->count++] = db_time(&row[1]);
    return ERR_OK;
}

/* Another zone gives every schedule the day that it has there. */
static enum err redate(struct db *db, int64_t concert_id, const char *zone)
{
    struct dates d = {0};
    enum err e = db_query(db, STMT_CONCERT_SCHEDULES, read_date, &d, DB_P_INT(concert_id));
    for (int i = 0; e == ERR_OK && i < d.count; i++) {
        char date[CLOCK_DATE_SIZE];
        e = clock_local_date(d.starts[i], zone, date);
        if (e == ERR_OK)
            e = db_exec(db, STMT_SCHEDULE_REDATE, NULL, DB_P_STR(date), DB_P_INT(d.ids[i]));
    }
    free(d.ids);
    free(d.starts);
    return e;
}

static enum err update_rows(struct db *db, const struct concert *c, enum queue_condition state)
{
    enum err e = db_exec(db, STMT_CONCERT_UPDATE, NULL, DB_P_STR(c->title), DB_P_OPT(c->artist),
                         DB_P_OPT(c->host), DB_P_STR(c->time_zone), DB_P_INT(c->hold_seconds),
                         DB_P_INT(c->hold_extend_seconds), DB_P_INT(c->max_seats_per_user),
                         DB_P_INT(c->concert_id));
    if (e != ERR_OK)
        return e;
    return db_exec(db, STMT_QUEUE_STATE_UPDATE, NULL, DB_P_STR(queue_condition_name(state)),
                   DB_P_INT(c->admit_count), DB_P_INT(c->admit_interval_seconds),
                   DB_P_INT(c->max_active), DB_P_INT(c->session_seconds),
                   DB_P_INT(c->claim_seconds), DB_P_INT(c->token_lifetime_seconds),
                   DB_P_OPT(c->message_ko), DB_P_OPT(c->message_en), DB_P_OPT_TIME(c->opens_at),
                   DB_P_INT(c->concert_id));
}

struct locked {
    struct concert concert;
    enum queue_condition set_state; /* as set, not SOLD_OUT or PREQUEUE */
    int prequeue;
};

static enum err read_locked(const struct db_value *row, void *arg)
{
    struct locked *l = arg;
    l->set_state = queue_condition_read(&row[18]);
    l->prequeue = (int)db_int(&row[19]);
    return concert_read(row, &l->concert);
}

static enum err read_ticked(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_time(&row[2]);
    return ERR_OK;
}

/* Batches count from t0 with the interval: with another interval the one that was done last has
 * another number. Done are those up to the last tick, or to the last one that let somebody in: a
 * moment of the new grid that came after them is still to be looked at. A return to OPEN starts
 * them anew. */
static enum err move_batches(struct db *db, const struct concert *before,
                             const struct concert *after, bool reopened)
{
    int64_t ticked_at = -1;
    if (reopened)
        return db_exec(db, STMT_QUEUE_STATE_REOPEN, NULL, DB_P_INT(after->concert_id));
    if (before->admit_interval_seconds == after->admit_interval_seconds)
        return ERR_OK;
    enum err e = db_query_one(db, STMT_LEASE_GET, read_ticked, &ticked_at);
    if (e != ERR_OK)
        return e;
    return db_exec(db, STMT_QUEUE_STATE_REBASE, NULL, DB_P_TIME(ticked_at < 0 ? 0 : ticked_at),
                   DB_P_INT(before->admit_interval_seconds),
                   DB_P_INT(after->admit_interval_seconds), DB_P_INT(after->concert_id));
}

static enum err patch(struct db *db, void *arg)
{
    struct change *ch = arg;
    struct locked old;
    struct text_buf before = {0}, after = {0};
    struct concert *c = ch->out;
    enum err e = db_query_one(db, STMT_CONCERT_LOCK, read_locked, &old, DB_P_INT(ch->concert_id));
    if (e != ERR_OK)
        return e == ERR_NO_ROW ? ERR_CONCERT_NOT_FOUND : e;
    if (ch->before)
        *ch->before = old.concert;
    *c = old.concert;
    c->state = old.set_state;
    apply(c, ch->fields, ch->given);
    e = update_rows(db, c, c->state);
    if (e == ERR_OK)
        e = move_batches(db, &old.concert, c,
                         c->state == QUEUE_OPEN && old.set_state != QUEUE_OPEN);
    if (e == ERR_OK && strcmp(c->time_zone, old.concert.time_zone) != 0)
        e = redate(db, c->concert_id, c->time_zone);
    if (e == ERR_OK && (ch->fields & CONCERT_HAS_OPENS_AT))
        e = move_opening(db, c, old.prequeue);
    if (e == ERR_OK)
        e = reread(db, c);
    if (e == ERR_OK) {
        render(ch, &old.concert, &before);
        render(ch, c, &after);
        e = write_audit(ch, "concert.update", before.data, after.data);
    }
    text_buf_free(&before);
    text_buf_free(&after);
    return e;
}

enum err concert_patch(struct app *app, const struct caller *caller, int64_t concert_id,
                       unsigned fields, const struct concert *change, concert_render_fn *render_fn,
                       struct concert *before, struct concert *out)
{
    struct change ch = {app, caller, concert_id, fields, change, render_fn, before, out};
    if ((fields & CONCERT_HAS_TIME_ZONE) && !clock_zone_valid(change->time_zone))
        return app_field(app, ERR_INVALID_FIELD, "timeZone");
    enum err e = tx_run(app->db, patch, &ch);
    if (e == ERR_OK)
        snapshot_poke();
    return e;
}

/* --- For the public --- */

struct listing {
    struct concert_listing *out;
    int count;
};

static enum err read_listing(const struct db_value *row, void *arg)
{
    struct listing *l = arg;
    struct concert_listing *c = &l->out[l->count++];
    c->concert_id = db_int(&row[0]);
    db_text(&row[1], c->title, sizeof c->title);
    db_text(&row[2], c->artist, sizeof c->artist);
    db_text(&row[3], c->host, sizeof c->host);
    db_text(&row[4], c->time_zone, sizeof c->time_zone);
    c->state = queue_condition_read(&row[5]);
    c->next_starts_at = db_time(&row[6]);
    return ERR_OK;
}

enum err concert_list(struct app *app, int64_t after_starts_at, int64_t after_id, int limit,
                      struct concert_listing *out, int *count)
{
    struct listing l = {out, 0};
    enum err e = db_query(app->db, STMT_CONCERT_LIST, read_listing, &l, DB_P_TIME(after_starts_at),
                          DB_P_TIME(after_starts_at), DB_P_INT(after_id), DB_P_INT(after_id),
                          DB_P_INT(limit));
    *count = l.count;
    return e;
}

enum err concert_listing_get(struct app *app, int64_t concert_id, struct concert_listing *out)
{
    struct listing l = {out, 0};
    enum err e =
        db_query_one(app->db, STMT_CONCERT_LISTING_GET, read_listing, &l, DB_P_INT(concert_id));
    return e == ERR_NO_ROW ? ERR_CONCERT_NOT_FOUND : e;
}
