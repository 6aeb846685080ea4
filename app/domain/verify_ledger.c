/*
 * Wallets and their chains of entries, see domain/verify_run.h.
 *
 * A thousand wallets at a time are read into memory; then the entries of their users, and of any
 * users between them, are streamed in the order of the primary key and held against them. After an
 * entry at fault the next is measured by what that one says, so that each fault is told once, where
 * it is, and not again in all that follows.
 */
#include "domain/verify_chain.h"
#include "domain/verify_run.h"
#include <inttypes.h>
#include <stdlib.h>

enum { WALLETS = 1000, TELL_EVERY = 4096 };

struct wallet {
    struct uuid user;
    int64_t balance, entries, entry_at;
    unsigned char hash[CHAIN_HASH_SIZE];
};

/* The entries of one user, as far as they have been read. */
struct trail {
    struct uuid user;
    bool open;
    int64_t entries, seq, balance, sum, at;
    unsigned char hash[CHAIN_HASH_SIZE];
};

struct ledger {
    struct verify *v;
    struct chain *chain;
    struct wallet wallets[WALLETS];
    int count, next; /* of the wallets; the first that has not been looked at */
    struct trail trail;
    int64_t done, total;
};

/* Sums of what may be anything. */
static int64_t plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int compare(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}

static void read_hash(const struct db_value *value, unsigned char out[CHAIN_HASH_SIZE])
{
    memset(out, 0, CHAIN_HASH_SIZE);
    if (value->type == DB_BYTES && value->n == CHAIN_HASH_SIZE)
        memcpy(out, value->s, CHAIN_HASH_SIZE);
}

/* --- Wallets --- */

/* Holds a wallet against its user's entries, of which there may be none. */
static void check_wallet(struct ledger *l, const struct wallet *w, const struct trail *t)
{
    char user[UUID_TEXT_SIZE];
    uuid_to_text(&w->user, user);
    if (w->balance != t->sum)
        verify_fault(l->v, "a balance that is not the sum of the ledger",
                     " user=%s balance=%" PRId64 " ledger=%" PRId64, user, w->balance, t->sum);
    if (w->balance < 0)
        verify_fault(l->v, "a negative balance", " user=%s balance=%" PRId64, user, w->balance);
    if (w->entries != t->seq || w->entries != t->entries || w->entry_at != t->at)
        verify_fault(l->v, "a wallet that does not end with its last entry",
                     " user=%s entries=%" PRId64 " found=%" PRId64 " last_seq=%" PRId64, user,
                     w->entries, t->entries, t->seq);
    if (memcmp(w->hash, t->hash, sizeof w->hash) != 0)
        verify_fault(l->v, "a wallet whose hash is not that of its last entry",
                     " user=%s entries=%" PRId64 " last_seq=%" PRId64, user, w->entries, t->seq);
}

/* Looks at the wallets before `user` (NULL: at all that are left), which have no entries. */
static void pass_wallets(struct ledger *l, const struct uuid *user)
{
    static const struct trail none = {.at = -1};
    while (l->next < l->count && (!user || compare(&l->wallets[l->next].user, user) < 0))
        check_wallet(l, &l->wallets[l->next++], &none);
}

/* The user whose entries were read has no more. */
static void end_trail(struct ledger *l)
{
    struct trail *t = &l->trail;
    if (!t->open)
        return;
    t->open = false;
    pass_wallets(l, &t->user);
    if (l->next < l->count && uuid_equal(&l->wallets[l->next].user, &t->user)) {
        check_wallet(l, &l->wallets[l->next++], t);
        return;
    }
    char user[UUID_TEXT_SIZE];
    uuid_to_text(&t->user, user);
    verify_fault(l->v, "entries of a user without a wallet",
                 " user=%s entries=%" PRId64 " ledger=%" PRId64, user, t->entries, t->sum);
}

/* --- Entries --- */

static bool fits_its_type(const struct chain_entry *e)
{
    if (strcmp(e->type, "CHARGE") == 0)
        return e->amount > 0 && !e->has_reservation;
    if (strcmp(e->type, "PAYMENT") == 0)
        return e->amount <= 0 && e->has_reservation;
    return strcmp(e->type, "REFUND") == 0 && e->amount >= 0 && e->has_reservation;
}

static void check_entry(struct ledger *l, const struct chain_entry *e, int64_t entry_id)
{
    const struct trail *t = &l->trail;
    char name[100], user[UUID_TEXT_SIZE];
    bool follows = e->balance_after == plus(t->balance, e->amount);
    if (e->seq == plus(t->seq, 1) && follows && e->balance_after >= 0 && fits_its_type(e))
        return;
    uuid_to_text(&e->user, user);
    snprintf(name, sizeof name, "user=%s seq=%" PRId64 " entry=%" PRId64, user, e->seq, entry_id);
    if (e->seq != plus(t->seq, 1))
        verify_fault(l->v, "an entry whose number does not follow from the one before",
                     " %s expected=%" PRId64, name, plus(t->seq, 1));
    if (!follows)
        verify_fault(l->v, "an entry whose balance does not follow from the one before",
                     " %s amount=%" PRId64 " balance_after=%" PRId64 " before=%" PRId64, name,
                     e->amount, e->balance_after, t->balance);
    if (e->balance_after < 0)
        verify_fault(l->v, "an entry with a negative balance", " %s balance_after=%" PRId64, name,
                     e->balance_after);
    if (!fits_its_type(e))
        verify_fault(l->v, "an entry whose amount or reservation does not fit its type",
                     " %s type=%s amount=%" PRId64 " reservation=%" PRId64, name, e->type,
                     e->amount, e->reservation_id);
}

static enum err check_hash(struct ledger *l, const struct chain_entry *e, int64_t entry_id,
                           const unsigned char hash[CHAIN_HASH_SIZE])
{
    unsigned char right[CHAIN_HASH_SIZE];
    char user[UUID_TEXT_SIZE];
    if (!chain_hash(l->chain, l->trail.hash, e, right))
        return ERR_INTERNAL;
    if (memcmp(right, hash, sizeof right) == 0)
        return ERR_OK;
    uuid_to_text(&e->user, user);
    verify_fault(l->v, "an entry whose hash is not that of what it says",
                 " user=%s seq=%" PRId64 " entry=%" PRId64, user, e->seq, entry_id);
    return ERR_OK;
}

static enum err read_entry(const struct db_value *row, void *arg)
{
    struct ledger *l = arg;
    struct trail *t = &l->trail;
    struct chain_entry e = {.seq = db_int(&row[1]),
                            .amount = db_int(&row[4]),
                            .balance_after = db_int(&row[5]),
                            .has_reservation = !db_is_null(&row[6]),
                            .reservation_id = db_int(&row[6]),
                            .created_at = db_time(&row[7])};
    unsigned char hash[CHAIN_HASH_SIZE];
    db_uuid(&row[0], &e.user);
    db_text(&row[3], e.type, sizeof e.type);
    read_hash(&row[8], hash);
    if (!t->open || !uuid_equal(&t->user, &e.user)) {
        end_trail(l);
        *t = (struct trail){.user = e.user, .open = true};
    }
    check_entry(l, &e, db_int(&row[2]));
    enum err failed = check_hash(l, &e, db_int(&row[2]), hash);
    t->entries++;
    t->seq = e.seq;
    t->balance = e.balance_after;
    t->sum = plus(t->sum, e.amount);
    t->at = e.created_at;
    memcpy(t->hash, hash, sizeof hash);
    if (++l->done % TELL_EVERY == 0)
        verify_progress(l->v, "entry", l->done, l->total);
    return failed;
}

/* --- Both --- */

static enum err read_wallet(const struct db_value *row, void *arg)
{
    struct ledger *l = arg;
    struct wallet *w = &l->wallets[l->count++];
    db_uuid(&row[0], &w->user);
    w->balance = db_int(&row[1]);
    w->entries = db_int(&row[2]);
    read_hash(&row[3], w->hash);
    w->entry_at = db_time(&row[4]);
    return ERR_OK;
}

static enum err read_total(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* The id after; false after the last. */
static bool next_user(struct uuid *user)
{
    for (size_t i = sizeof user->b; i-- > 0;)
        if (++user->b[i])
            return true;
    return false;
}

/* The wallets from `from` on, as many as there is room for, and all entries up to the last one's;
 * `from` becomes the user after. *more is false after the last. */
static enum err check_chunk(struct ledger *l, struct uuid *from, bool *more)
{
    struct uuid last;
    l->count = l->next = 0;
    enum err e =
        db_query(l->v->db, STMT_VERIFY_WALLETS, read_wallet, l, DB_P_UUID(from), DB_P_INT(WALLETS));
    if (e != ERR_OK)
        return e;
    if (l->count == WALLETS)
        last = l->wallets[WALLETS - 1].user;
    else
        memset(&last, 0xff, sizeof last);
    e = db_stream(l->v->db, STMT_VERIFY_ENTRIES, read_entry, l, DB_P_UUID(from), DB_P_UUID(&last));
    if (e != ERR_OK)
        return e;
    end_trail(l);
    pass_wallets(l, NULL);
    *from = last;
    *more = next_user(from);
    return ERR_OK;
}

enum err verify_ledger(struct verify *v)
{
    struct ledger *l = calloc(1, sizeof *l);
    struct uuid from = {{0}};
    bool more = true;
    enum err e = ERR_INTERNAL;
    if (!l)
        return e;
    l->v = v;
    l->chain = chain_new();
    if (l->chain)
        e = db_query_one_params(v->db, STMT_VERIFY_LEDGER_SIZE, read_total, &l->total, NULL, 0);
    while (e == ERR_OK && more)
        e = check_chunk(l, &from, &more);
    chain_free(l->chain);
    free(l);
    return e;
}
