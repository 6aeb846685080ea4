/*
 * The wallets of a clerk's batch, see domain/wallet_many.h.
 *
 * Each wallet gets another balance, so that a statement of many rows has to name each with what it
 * shall hold: an INSERT whose rows are all there, and locked. Its count tells that they were.
 */
#include "domain/wallet_many.h"

enum { WALLET_PARAMS = 5, ENTRY_PARAMS = 8 };

struct locking {
    struct wallet_move *moves;
    const bool *out;
    bool *found;
    int n;
};

static enum err read_wallet(const struct db_value *row, void *arg)
{
    struct locking *l = arg;
    struct uuid user;
    db_uuid(&row[0], &user);
    for (int i = 0; i < l->n; i++) {
        struct wallet_seen *seen = &l->moves[i].seen;
        if (l->out[i] || !uuid_equal(&user, &l->moves[i].user_id))
            continue;
        if (row[3].n != sizeof seen->entry_hash)
            return ERR_INTERNAL;
        seen->balance = db_int(&row[1]);
        seen->entries = db_int(&row[2]);
        memcpy(seen->entry_hash, row[3].s, sizeof seen->entry_hash);
        seen->now = db_time(&row[4]);
        l->found[i] = true;
        break;
    }
    return ERR_OK;
}

enum err wallet_many_lock(struct clerk *c, struct wallet_move *moves, int n, bool *out)
{
    bool found[CLERK_BATCH] = {false};
    struct locking l = {moves, out, found, n};
    struct db_value marks[CLERK_BATCH];
    struct uuid users[CLERK_BATCH];
    int count = 0;
    for (int i = 0; i < n; i++)
        if (!out[i])
            users[count++] = moves[i].user_id;
    if (count == 0)
        return ERR_OK;
    clerk_uuid_marks(marks, users, count);
    enum err e =
        db_query_params(c->app->db, STMT_DESK_WALLETS_LOCK, read_wallet, &l, marks, CLERK_BATCH);
    for (int i = 0; i < n; i++)
        out[i] = out[i] || !found[i];
    return e;
}

enum err wallet_many_prepare(const char *type, struct wallet_move *moves, int n, bool *out)
{
    for (int i = 0; i < n; i++) {
        struct wallet_move *m = &moves[i];
        if (out[i])
            continue;
        enum err e =
            wallet_next(&m->user_id, &m->seen, type, m->amount, m->reservation_id, &m->next);
        out[i] = e == ERR_DB_RETRY;
        if (e != ERR_OK && !out[i])
            return e;
    }
    return ERR_OK;
}

static struct db_value *put_wallet(struct db_value *p, const struct wallet_move *m)
{
    *p++ = DB_P_UUID(&m->user_id);
    *p++ = DB_P_INT(m->next.balance);
    *p++ = DB_P_INT(m->next.entries);
    *p++ = DB_P_TIME(m->seen.now);
    *p++ = DB_P_BYTES(m->next.entry_hash, sizeof m->next.entry_hash);
    return p;
}

static struct db_value *put_entry(struct db_value *p, const struct wallet_move *m, const char *type)
{
    *p++ = DB_P_UUID(&m->user_id);
    *p++ = DB_P_INT(m->next.entries);
    *p++ = DB_P_STR(type);
    *p++ = DB_P_INT(m->amount);
    *p++ = DB_P_INT(m->next.balance);
    *p++ = m->reservation_id ? DB_P_INT(m->reservation_id) : DB_P_NULL;
    *p++ = DB_P_TIME(m->seen.now);
    *p++ = DB_P_BYTES(m->next.entry_hash, sizeof m->next.entry_hash);
    return p;
}

enum err wallet_many_write(struct clerk *c, const char *type, struct wallet_move *moves, int n,
                           const bool *out)
{
    static const enum stmt wallets[CLERK_SIZES] = CLERK_STMTS(DESK_WALLETS_MOVE);
    static const enum stmt entries[CLERK_SIZES] = CLERK_STMTS(DESK_ENTRIES_INSERT);
    struct db_value wallet[CLERK_BATCH * WALLET_PARAMS], *w = wallet;
    struct db_value entry[CLERK_BATCH * ENTRY_PARAMS], *p = entry;
    int64_t ids[CLERK_BATCH], changed = 0;
    int rows = 0;
    for (int i = 0; i < n; i++) {
        if (out[i])
            continue;
        w = put_wallet(w, &moves[i]);
        p = put_entry(p, &moves[i], type);
        rows++;
    }
    enum err e = clerk_write(c, wallets, wallet, WALLET_PARAMS, rows, &changed);
    if (e == ERR_OK && changed != 2 * (int64_t)rows)
        e = ERR_INTERNAL;
    if (e == ERR_OK)
        e = clerk_insert(c, entries, entry, ENTRY_PARAMS, rows, ids);
    for (int i = 0, row = 0; e == ERR_OK && i < n; i++)
        if (!out[i])
            moves[i].entry_id = ids[row++];
    return e;
}
