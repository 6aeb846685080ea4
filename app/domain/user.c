/* Users, see domain/user.h. */
#include "domain/user.h"

#include "db/tx.h"

struct create {
    const struct uuid *user_id;
    const char *name;
};

static enum err read_user(const struct db_value *row, void *arg)
{
    struct user *u = arg;
    db_uuid(&row[0], &u->user_id);
    db_text(&row[1], u->name, sizeof u->name);
    return ERR_OK;
}

static enum err read_flag(const struct db_value *row, void *arg)
{
    *(bool *)arg = db_int(&row[0]) != 0;
    return ERR_OK;
}

/* Who only joined a queue has no row of their own yet (a join is one insert), but is known. */
enum err user_require(struct app *app, const struct uuid *user_id)
{
    bool known = false;
    enum err e = db_query_one(app->db, STMT_USER_KNOWN, read_flag, &known, DB_P_UUID(user_id),
                              DB_P_UUID(user_id));
    if (e != ERR_OK)
        return e;
    return known ? ERR_OK : ERR_USER_NOT_FOUND;
}

/*
 * The user's row and the wallet's are made in two transactions: a charge locks the wallet and then,
 * for the ledger's foreign key, the user; who held the user's row while waiting for the wallet's
 * would deadlock with it. Should the second not happen, user_ensure makes up for it.
 */
static enum err create_row(struct db *db, void *arg)
{
    const struct create *c = arg;
    return db_exec(db, STMT_USER_INSERT, NULL, DB_P_UUID(c->user_id),
                   c->name ? DB_P_OPT(c->name) : DB_P_NULL);
}

static enum err create_wallet(struct db *db, void *arg)
{
    const struct create *c = arg;
    return db_exec(db, STMT_WALLET_INSERT, NULL, DB_P_UUID(c->user_id));
}

/* Fifty requests of a new user at once would meet in one deadlock after the other: whoever has met
 * somebody looks first whether that one has made the row. */
static enum err create_row_again(struct db *db, void *arg)
{
    const struct create *c = arg;
    enum err e =
        c->name ? ERR_NO_ROW : db_query_one(db, STMT_USER_GET, NULL, NULL, DB_P_UUID(c->user_id));
    return e == ERR_NO_ROW ? create_row(db, arg) : e;
}

static enum err create_wallet_again(struct db *db, void *arg)
{
    const struct create *c = arg;
    enum err e = db_query_one(db, STMT_WALLET_GET, NULL, NULL, DB_P_UUID(c->user_id));
    return e == ERR_NO_ROW ? create_wallet(db, arg) : e;
}

/* Each insert is a transaction by itself, and one that can be done again: only who has met somebody
 * needs more than that. */
static enum err create(struct db *db, struct create *c)
{
    enum err e = create_row(db, c);
    if (e != ERR_OK)
        e = tx_run(db, create_row_again, c);
    if (e != ERR_OK)
        return e;
    e = create_wallet(db, c);
    return e == ERR_OK ? e : tx_run(db, create_wallet_again, c);
}

enum err user_create(struct app *app, const struct uuid *user_id, const char *name,
                     struct user *out, bool *created)
{
    struct create c = {.user_id = user_id, .name = name};
    enum err e = user_require(app, user_id);
    if (e != ERR_OK && e != ERR_USER_NOT_FOUND)
        return e;
    *created = e == ERR_USER_NOT_FOUND;
    e = create(app->db, &c);
    return e == ERR_OK ? db_query_one(app->db, STMT_USER_GET, read_user, out, DB_P_UUID(user_id))
                       : e;
}

enum err user_ensure(struct app *app, const struct uuid *user_id)
{
    struct create c = {.user_id = user_id};
    enum err e = db_query_one(app->db, STMT_WALLET_GET, NULL, NULL, DB_P_UUID(user_id));
    return e == ERR_NO_ROW ? create(app->db, &c) : e;
}

enum err user_resolve(struct app *app, const struct caller *caller, const struct uuid *user_id)
{
    enum err e;
    if (!uuid_equal(&caller->user, user_id)) {
        e = user_require(app, user_id);
        if (e != ERR_OK)
            return e;
    }
    return user_ensure(app, user_id);
}
