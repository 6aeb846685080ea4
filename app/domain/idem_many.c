/*
 * The keys of a batch, see domain/idem_many.h.
 *
 * A key is inserted before anything else, as in domain/idem.c, so that a second request with it
 * waits for the first. The INSERT leaves a row that is there as it is, and its count tells whether
 * there was one; which it was is asked only then.
 */
#include "domain/idem_many.h"

void idem_key_of(const struct idem *idem, struct idem_key *out)
{
    *out = (struct idem_key){0};
    if (!idem || !idem->present)
        return;
    out->present = true;
    out->subject = idem->subject;
    memcpy(out->fingerprint, idem->fingerprint, sizeof out->fingerprint);
    out->len = (uint16_t)idem->key_len;
    memcpy(out->key, idem->key, idem->key_len);
}

static bool is_same(const struct idem_key *a, const struct idem_key *b)
{
    return b->present && a->len == b->len && memcmp(a->key, b->key, a->len) == 0 &&
           uuid_equal(&a->subject, &b->subject);
}

static bool is_among(const struct idem_key *key, const struct idem_key *const *keys, int n)
{
    for (int i = 0; i < n; i++)
        if (is_same(key, keys[i]))
            return true;
    return false;
}

/* Any status but that of a row that has just been inserted. */
static enum err read_status(const struct db_value *row, void *arg)
{
    *(bool *)arg = db_int(&row[0]) != 0;
    return ERR_OK;
}

static enum err find_known(struct clerk *c, const struct idem_key *const *keys, int n, bool *out)
{
    for (int i = 0; i < n; i++) {
        if (!keys[i]->present || out[i])
            continue;
        enum err e =
            db_query_one(c->app->db, STMT_DESK_IDEM_KNOWN, read_status, &out[i],
                         DB_P_UUID(&keys[i]->subject), DB_P_BYTES(keys[i]->key, keys[i]->len));
        if (e != ERR_OK)
            return e == ERR_NO_ROW ? ERR_INTERNAL : e;
    }
    return ERR_OK;
}

enum err idem_many_begin(struct clerk *c, const struct idem_key *const *keys, int n, bool *out)
{
    static const enum stmt sizes[CLERK_SIZES] = CLERK_STMTS(DESK_IDEM_INSERT);
    struct db_value params[CLERK_BATCH * 3], *p = params;
    int rows = 0;
    int64_t inserted = 0;
    for (int i = 0; i < n; i++) {
        out[i] = keys[i]->present && is_among(keys[i], keys, i);
        if (!keys[i]->present || out[i])
            continue;
        *p++ = DB_P_UUID(&keys[i]->subject);
        *p++ = DB_P_BYTES(keys[i]->key, keys[i]->len);
        *p++ = DB_P_BYTES(keys[i]->fingerprint, sizeof keys[i]->fingerprint);
        rows++;
    }
    enum err e = clerk_write(c, sizes, params, 3, rows, &inserted);
    return e == ERR_OK && inserted != rows ? find_known(c, keys, n, out) : e;
}

enum err idem_asks_begin(struct clerk *c, struct idem_asks *asks, const struct idem_key *first,
                         size_t apart, int n, bool *out)
{
    asks->count = n;
    for (int i = 0; i < n; i++)
        asks->keys[i] = (const void *)((const char *)first + (size_t)i * apart);
    enum err e = idem_many_begin(c, asks->keys, n, out);
    for (int i = 0; i < n; i++)
        asks->begun[i] = asks->keys[i]->present && !out[i];
    return e;
}

enum err idem_asks_drop(struct clerk *c, const struct idem_asks *asks, const bool *out)
{
    enum err e = ERR_OK;
    for (int i = 0; e == ERR_OK && i < asks->count; i++)
        if (asks->begun[i] && out[i])
            e = idem_many_drop(c, asks->keys[i]);
    return e;
}

enum err idem_many_drop(struct clerk *c, const struct idem_key *key)
{
    if (!key->present)
        return ERR_OK;
    return db_exec(c->app->db, STMT_DESK_IDEM_DROP, NULL, DB_P_UUID(&key->subject),
                   DB_P_BYTES(key->key, key->len));
}

/* An answer that has been kept changes its row, which counts twice. */
static enum err store(struct clerk *c, const struct db_value *params, int rows)
{
    static const enum stmt sizes[CLERK_SIZES] = CLERK_STMTS(DESK_IDEM_STORE);
    int64_t changed = 0;
    enum err e = clerk_write(c, sizes, params, 5, rows, &changed);
    return e == ERR_OK && changed != 2 * (int64_t)rows ? ERR_INTERNAL : e;
}

enum err idem_many_finish(struct clerk *c, const struct idem_key *const *keys,
                          idem_render_fn *render, void *const *args, int n)
{
    struct text_buf bodies[CLERK_BATCH] = {0};
    struct db_value params[CLERK_BATCH * 5], *p = params;
    enum err e = ERR_OK;
    int rows = 0;
    for (int i = 0; e == ERR_OK && i < n; i++) {
        struct text_buf *body = &bodies[i];
        int status = 0;
        if (!keys[i]->present)
            continue;
        e = render(args[i], &status, body);
        if (e == ERR_OK && body->failed)
            e = ERR_INTERNAL;
        *p++ = DB_P_UUID(&keys[i]->subject);
        *p++ = DB_P_BYTES(keys[i]->key, keys[i]->len);
        *p++ = DB_P_BYTES(keys[i]->fingerprint, sizeof keys[i]->fingerprint);
        *p++ = DB_P_INT(status);
        *p++ = DB_P_BYTES(body->data ? body->data : "", body->len);
        rows++;
    }
    if (e == ERR_OK)
        e = store(c, params, rows);
    for (int i = 0; i < n; i++)
        text_buf_free(&bodies[i]);
    return e;
}
