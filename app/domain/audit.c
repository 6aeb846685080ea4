/* The audit log, see domain/audit.h. */
#include "domain/audit.h"

#include "db/db.h"
#include <inttypes.h>
#include <stdio.h>

enum err audit_write(struct app *app, const struct uuid *actor, const char *action,
                     const char *target, const char *before, const char *after)
{
    return db_exec(app->db, STMT_AUDIT_INSERT, NULL, DB_P_UUID(actor), DB_P_STR(action),
                   DB_P_STR(target), before ? DB_P_STR(before) : DB_P_NULL,
                   after ? DB_P_STR(after) : DB_P_NULL);
}

bool audit_is_due(const struct caller *caller, const struct uuid *user_id)
{
    return caller->admin && !uuid_equal(&caller->user, user_id);
}

/* Nothing but numbers, ids and names of states: no text that would have to be quoted. */
static void put_member(struct text_buf *out, const char *name, int64_t value)
{
    if (value)
        text_buf_printf(out, ",\"%s\":%" PRId64, name, value);
}

static void put_side(struct text_buf *out, const struct audit_money *m, const char *user,
                     const char *status, int64_t balance, bool after)
{
    text_buf_printf(out, "{\"userId\":\"%s\"", user);
    put_member(out, "reservationId", m->reservation_id);
    if (status)
        text_buf_printf(out, ",\"status\":\"%s\"", status);
    if (after)
        text_buf_printf(out, ",\"amount\":%" PRId64, m->amount);
    put_member(out, "entryId", after ? m->entry_id : 0);
    text_buf_printf(out, ",\"balance\":%" PRId64 "}", balance);
}

enum err audit_write_money(struct app *app, const struct caller *caller, const char *action,
                           const struct audit_money *m)
{
    struct text_buf before = {0}, after = {0};
    char user[UUID_TEXT_SIZE], target[80];
    uuid_to_text(&m->user_id, user);
    if (m->reservation_id)
        snprintf(target, sizeof target, "reservation/%" PRId64, m->reservation_id);
    else
        snprintf(target, sizeof target, "user/%s", user);
    put_side(&before, m, user, m->status_before, m->balance - m->amount, false);
    put_side(&after, m, user, m->status_now, m->balance, true);
    enum err e = before.failed || after.failed
                     ? ERR_INTERNAL
                     : audit_write(app, &caller->user, action, target, before.data, after.data);
    text_buf_free(&before);
    text_buf_free(&after);
    return e;
}

struct list {
    audit_fn *fn;
    void *arg;
};

/* Copies a text of the row, which is not terminated, for the time of one call. */
static const char *json_of(const struct db_value *v, struct text_buf *buf)
{
    text_buf_reset(buf);
    if (db_is_null(v))
        return NULL;
    text_buf_append(buf, v->s, v->n);
    return buf->failed ? NULL : buf->data;
}

static enum err read_entry(const struct db_value *row, void *arg)
{
    const struct list *l = arg;
    struct audit_entry entry = {.audit_id = db_int(&row[0]), .at = db_time(&row[1])};
    struct text_buf before = {0}, after = {0};
    db_uuid(&row[2], &entry.actor);
    db_text(&row[3], entry.action, sizeof entry.action);
    db_text(&row[4], entry.target, sizeof entry.target);
    entry.before = json_of(&row[5], &before);
    entry.after = json_of(&row[6], &after);
    enum err e = before.failed || after.failed ? ERR_INTERNAL : l->fn(&entry, l->arg);
    text_buf_free(&before);
    text_buf_free(&after);
    return e;
}

enum err audit_list(struct app *app, int64_t before, int limit, audit_fn *fn, void *arg)
{
    struct list l = {fn, arg};
    return db_query(app->db, STMT_AUDIT_LIST, read_entry, &l, DB_P_INT(before ? before : INT64_MAX),
                    DB_P_INT(limit));
}
