/* The audit log, see domain/audit.h. */
#include "domain/audit.h"

#include "db/db.h"

enum err audit_write(struct app *app, const struct uuid *actor, const char *action,
                     const char *target, const char *before, const char *after)
{
    return db_exec(app->db, STMT_AUDIT_INSERT, NULL, DB_P_UUID(actor), DB_P_STR(action),
                   DB_P_STR(target), before ? DB_P_STR(before) : DB_P_NULL,
                   after ? DB_P_STR(after) : DB_P_NULL);
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
