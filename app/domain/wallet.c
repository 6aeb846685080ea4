/*
 * The wallet, see domain/wallet.h.
 *
 * Whatever changes a balance is one conditional UPDATE of the wallet's row, which numbers the entry
 * and hashes it onto the one before, and one INSERT into the ledger, which takes number, time and
 * hash from there. The new balance comes back through LAST_INSERT_ID(expr), so that the row is
 * locked for as few round trips as possible: all charges of one user queue up on it.
 *
 * A wallet that has been read first, as for a payment, is changed with two thirds of that work,
 * number and hash being made here, under the condition that it is as it was; otherwise somebody
 * else has been faster, and it is done in the other way. For a charge the round trip to read it
 * would cost as much as that saves.
 */
#include "domain/wallet.h"

#include "db/db.h"
#include "domain/audit.h"
#include "domain/charges.h"
#include "domain/user.h"
#include "domain/verify_chain.h"
#include <inttypes.h>
#include <stdio.h>

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

enum err wallet_balance(struct app *app, const struct uuid *user_id, int64_t *balance)
{
    enum err e = db_query_one(app->db, STMT_WALLET_GET, read_int, balance, DB_P_UUID(user_id));
    return e == ERR_NO_ROW ? ERR_USER_NOT_FOUND : e;
}

/* Adds `amount`, which may be negative, and writes the entry. ERR_NO_ROW if there is no wallet, or
 * if its balance would leave its bounds. */
static enum err move(struct db *db, const struct uuid *user_id, const char *type, int64_t amount,
                     int64_t reservation_id, int64_t *balance)
{
    char reservation[24] = "";
    int64_t affected = 0;
    if (reservation_id)
        snprintf(reservation, sizeof reservation, "%" PRId64, reservation_id);
    enum err e = db_exec(db, STMT_WALLET_MOVE, &affected, DB_P_INT(amount), DB_P_STR(type),
                         DB_P_INT(amount), DB_P_STR(reservation), DB_P_UUID(user_id),
                         DB_P_INT(amount), DB_P_INT(WALLET_BALANCE_MAX));
    if (e != ERR_OK)
        return e;
    if (affected != 1)
        return ERR_NO_ROW;
    *balance = db_insert_id(db);
    return db_exec(db, STMT_WALLET_ENTRY_INSERT, NULL, DB_P_UUID(user_id), DB_P_UUID(user_id),
                   DB_P_STR(type), DB_P_INT(amount), DB_P_INT(*balance),
                   reservation_id ? DB_P_INT(reservation_id) : DB_P_NULL, DB_P_UUID(user_id),
                   DB_P_UUID(user_id));
}

static bool make_hash(const struct wallet_seen *seen, const struct chain_entry *entry,
                      unsigned char hash[CHAIN_HASH_SIZE])
{
    static struct chain *chain; /* one for each process, to its end */
    if (!chain)
        chain = chain_new();
    return chain && chain_hash(chain, seen->entry_hash, entry, hash);
}

enum err wallet_next(const struct uuid *user_id, const struct wallet_seen *seen, const char *type,
                     int64_t amount, int64_t reservation_id, struct wallet_next *out)
{
    struct chain_entry entry = {.user = *user_id,
                                .seq = seen->entries + 1,
                                .amount = amount,
                                .balance_after = seen->balance + amount,
                                .has_reservation = reservation_id != 0,
                                .reservation_id = reservation_id,
                                .created_at = seen->now};
    text_copy(entry.type, sizeof entry.type, type, strlen(type));
    if (entry.balance_after < 0 || entry.balance_after > WALLET_BALANCE_MAX)
        return ERR_DB_RETRY;
    out->balance = entry.balance_after;
    out->entries = entry.seq;
    return make_hash(seen, &entry, out->entry_hash) ? ERR_OK : ERR_INTERNAL;
}

enum err wallet_move_seen(struct app *app, const struct uuid *user_id,
                          const struct wallet_seen *seen, const char *type, int64_t amount,
                          int64_t reservation_id, int64_t *balance)
{
    struct wallet_next next;
    int64_t affected = 0;
    enum err e = wallet_next(user_id, seen, type, amount, reservation_id, &next);
    if (e != ERR_OK)
        return e;
    e = db_exec(app->db, STMT_WALLET_MOVE_SEEN, &affected, DB_P_INT(next.balance),
                DB_P_INT(next.entries), DB_P_TIME(seen->now),
                DB_P_BYTES(next.entry_hash, sizeof next.entry_hash), DB_P_UUID(user_id),
                DB_P_INT(seen->entries), DB_P_INT(seen->balance));
    if (e != ERR_OK)
        return e;
    if (affected != 1)
        return ERR_DB_RETRY;
    *balance = next.balance;
    return db_exec(app->db, STMT_WALLET_ENTRY_ADD, NULL, DB_P_UUID(user_id), DB_P_INT(next.entries),
                   DB_P_STR(type), DB_P_INT(amount), DB_P_INT(next.balance),
                   reservation_id ? DB_P_INT(reservation_id) : DB_P_NULL, DB_P_TIME(seen->now),
                   DB_P_BYTES(next.entry_hash, sizeof next.entry_hash));
}

/* move() for more: the balance comes back in *balance. */
static enum err credit(struct app *app, const struct uuid *user_id, const char *type,
                       int64_t amount, int64_t reservation_id, int64_t *balance)
{
    enum err e = move(app->db, user_id, type, amount, reservation_id, balance);
    if (e != ERR_NO_ROW)
        return e;
    e = wallet_balance(app, user_id, balance);
    if (e != ERR_OK)
        return e;
    /* Below the limit the wallet has been made, or its balance has gone down, since the UPDATE. */
    return *balance + amount > WALLET_BALANCE_MAX ? ERR_BALANCE_LIMIT : ERR_DB_RETRY;
}

struct charge {
    struct app *app;
    const struct caller *caller;
    const struct uuid *user_id;
    int64_t amount;
    struct idem *idem;
    struct wallet_charge *out;
};

static enum err write_audit(const struct charge *c)
{
    const struct audit_money m = {.user_id = *c->user_id,
                                  .amount = c->amount,
                                  .balance = c->out->balance,
                                  .entry_id = c->out->entry_id};
    return audit_write_money(c->app, c->caller, "wallet.charge", &m);
}

static enum err charge(struct db *db, void *arg)
{
    struct charge *c = arg;
    enum err e = idem_begin(db, c->idem);
    if (e == ERR_OK)
        e = credit(c->app, c->user_id, "CHARGE", c->amount, 0, &c->out->balance);
    if (e != ERR_OK)
        return e;
    c->out->user_id = *c->user_id;
    c->out->entry_id = db_insert_id(db);
    if (audit_is_due(c->caller, c->user_id))
        e = write_audit(c);
    return e == ERR_OK ? idem_finish(db, c->idem) : e;
}

enum err wallet_check_amount(struct app *app, int64_t amount)
{
    if (amount < app->cfg->wallet_charge_min || amount > app->cfg->wallet_charge_max)
        return app_field(app, ERR_INVALID_FIELD, "amount");
    return ERR_OK;
}

/* Most users have a wallet: the charge is tried first, and the user made known only if it failed
 * for want of one. */
static enum err charge_alone(struct charge *c)
{
    enum err e = idem_run(c->app->db, c->idem, charge, c);
    if (e != ERR_USER_NOT_FOUND)
        return e;
    e = user_resolve(c->app, c->caller, c->user_id);
    return e == ERR_OK ? idem_run(c->app->db, c->idem, charge, c) : e;
}

/* Of a charge that may have been made by the host's clerk, the key tells. */
enum err wallet_charge(struct app *app, const struct caller *caller, const struct uuid *user_id,
                       int64_t amount, struct idem *idem, struct wallet_charge *out)
{
    struct charge c = {app, caller, user_id, amount, idem, out};
    enum err e = wallet_check_amount(app, amount);
    if (e != ERR_OK)
        return e;
    if (audit_is_due(caller, user_id)) /* the clerk writes no audit log */
        return charge_alone(&c);
    enum desk_outcome outcome = charges_ask(user_id, amount, idem, out);
    if (outcome == DESK_DONE)
        return idem_answer(idem);
    if (outcome == DESK_UNKNOWN && !(idem && idem->present))
        return ERR_BUSY;
    return charge_alone(&c);
}

enum err wallet_debit(struct app *app, const struct uuid *user_id, int64_t amount,
                      int64_t reservation_id, int64_t *balance)
{
    enum err e = move(app->db, user_id, "PAYMENT", -amount, reservation_id, balance);
    if (e != ERR_NO_ROW)
        return e;
    e = wallet_balance(app, user_id, balance);
    if (e == ERR_OK && *balance >= amount)
        e = ERR_DB_RETRY; /* charged since the UPDATE */
    if (e != ERR_OK)
        return e;
    app->problem.balance = *balance;
    app->problem.amount = amount;
    return ERR_INSUFFICIENT_BALANCE;
}

enum err wallet_refund(struct app *app, const struct uuid *user_id, int64_t amount,
                       int64_t reservation_id, int64_t *balance)
{
    return credit(app, user_id, "REFUND", amount, reservation_id, balance);
}

struct entries {
    struct wallet_entry *out;
    int count;
};

static enum err read_entry(const struct db_value *row, void *arg)
{
    struct entries *l = arg;
    struct wallet_entry *entry = &l->out[l->count++];
    entry->seq = db_int(&row[0]);
    entry->entry_id = db_int(&row[1]);
    db_text(&row[2], entry->type, sizeof entry->type);
    entry->amount = db_int(&row[3]);
    entry->balance_after = db_int(&row[4]);
    entry->reservation_id = db_int(&row[5]);
    entry->created_at = db_time(&row[6]);
    return ERR_OK;
}

enum err wallet_entries(struct app *app, const struct uuid *user_id, int64_t before, int limit,
                        struct wallet_entry *out, int *count)
{
    struct entries l = {out, 0};
    enum err e = db_query(app->db, STMT_WALLET_ENTRIES, read_entry, &l, DB_P_UUID(user_id),
                          DB_P_INT(before ? before : INT64_MAX), DB_P_INT(limit));
    *count = l.count;
    return e;
}
