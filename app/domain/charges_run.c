/*
 * The clerk for charges, see domain/charges.h: keys, wallets, entries, and the answers of the keys,
 * each by one statement.
 */
#include "domain/charges_desk.h"
#include "domain/clerk.h"
#include "domain/wallet_many.h"

struct batch {
    struct clerk *clerk;
    const struct charges_ask *asks;
    int count;
    bool out[CLERK_BATCH]; /* these go alone */
    struct idem_asks keys;
    struct wallet_move moves[CLERK_BATCH];
    struct wallet_charge charged[CLERK_BATCH];
};

/* All charges of a user queue up on one row: the first of a batch makes it. */
static void send_twins_away(struct batch *b)
{
    for (int i = 1; i < b->count; i++)
        for (int k = 0; k < i; k++)
            b->out[i] |= !b->out[k] && uuid_equal(&b->asks[i].user_id, &b->asks[k].user_id);
}

static enum err lock_wallets(struct batch *b)
{
    send_twins_away(b);
    for (int i = 0; i < b->count; i++)
        b->moves[i] =
            (struct wallet_move){.user_id = b->asks[i].user_id, .amount = b->asks[i].amount};
    enum err e = wallet_many_lock(b->clerk, b->moves, b->count, b->out);
    return e == ERR_OK ? wallet_many_prepare("CHARGE", b->moves, b->count, b->out) : e;
}

/* ERR_NO_ROW if everybody goes alone. */
static enum err drop_keys(struct batch *b)
{
    int left = 0;
    for (int i = 0; i < b->count; i++)
        left += !b->out[i];
    if (left == 0)
        return ERR_NO_ROW;
    return idem_asks_drop(b->clerk, &b->keys, b->out);
}

static enum err finish_keys(struct batch *b)
{
    const struct idem_key *keys[CLERK_BATCH];
    void *charged[CLERK_BATCH];
    int n = 0;
    for (int i = 0; i < b->count; i++) {
        if (b->out[i])
            continue;
        const struct wallet_move *m = &b->moves[i];
        b->charged[i] = (struct wallet_charge){m->user_id, m->next.balance, m->entry_id};
        keys[n] = &b->asks[i].key;
        charged[n++] = &b->charged[i];
    }
    return idem_many_finish(b->clerk, keys, charges_render(), charged, n);
}

static enum err charge_all(struct db *db, void *arg)
{
    struct batch *b = arg;
    (void)db;
    enum err e =
        idem_asks_begin(b->clerk, &b->keys, &b->asks->key, sizeof *b->asks, b->count, b->out);
    if (e == ERR_OK)
        e = lock_wallets(b);
    if (e == ERR_OK)
        e = drop_keys(b);
    if (e == ERR_OK)
        e = wallet_many_write(b->clerk, "CHARGE", b->moves, b->count, b->out);
    return e == ERR_OK ? finish_keys(b) : e;
}

static void serve(struct clerk *c, const struct desk_ticket *tickets, const void *asks, int count)
{
    static struct batch b;
    b = (struct batch){.clerk = c, .asks = asks, .count = count};
    enum desk_outcome outcome = clerk_transact(c, charge_all, &b);
    for (int i = 0; i < count; i++) {
        struct charges_answer answer = {b.moves[i].next.balance, b.moves[i].entry_id};
        desk_reply(c->desk, &tickets[i], b.out[i] ? DESK_ALONE : outcome, &answer);
    }
}

int charges_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    return clerk_run(cfg, charges_desk(), sizeof(struct charges_ask), serve, stop);
}
