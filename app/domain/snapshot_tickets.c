/*
 * The host's leased ticket numbers; see snapshot_take_ticket in domain/snapshot.h.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/shared.h"
#include "db/db.h"
#include "domain/snapshot_shared.h"

enum { LOCK_MS = 2000 };

/* Takes the lease's lock. Whoever died holding it may have taken a number without using it: these
 * are not used again. */
static bool lock_within(struct snapshot_slot *s, int64_t wait_ms)
{
    enum shared_lock locked = shared_mutex_lock(&s->lease_lock, wait_ms);
    if (locked == SHARED_ABANDONED)
        s->lease = (struct snapshot_lease){.block = 1};
    return locked != SHARED_BUSY;
}

bool snapshot_lease_trylock(struct snapshot_slot *s)
{
    return lock_within(s, 0);
}

void snapshot_return_lease(struct db *db, struct snapshot_slot *s, int64_t concert_id, bool at_once)
{
    struct snapshot_lease *l = &s->lease;
    if (!snapshot_lease_trylock(s))
        return;
    bool over = at_once || clock_monotonic_ms() - l->since_ms >= SNAPSHOT_LEASE_MS;
    if (l->next < l->end && over) {
        if (db_exec(db, STMT_TICKET_RETURN, NULL, DB_P_INT(l->next), DB_P_INT(concert_id),
                    DB_P_INT(l->end)) != ERR_OK)
            log_warn("lease_return", "concert=%lld", (long long)concert_id);
        l->next = l->end = 0;
        l->block = 1;
    }
    pthread_mutex_unlock(&s->lease_lock);
}

/*
 * One statement takes a new block, and puts the rest of the old one back first if nobody else has
 * taken numbers meanwhile, so that one host leaves no gaps.
 */
static enum err lease_block(struct db *db, int64_t concert_id, int64_t block,
                            struct snapshot_lease *l)
{
    int64_t affected = 0;
    bool rest = l->next < l->end;
    enum err e = db_exec(db, STMT_TICKET_LEASE, &affected, DB_P_INT(rest ? l->end : -1),
                         DB_P_INT(rest ? l->next : -1), DB_P_INT(block), DB_P_INT(concert_id));
    if (e != ERR_OK) {
        l->next = l->end =
            0; /* it may have taken effect all the same, and the rest been put back */
        return e;
    }
    if (affected != 1)
        return ERR_CONCERT_NOT_FOUND;
    l->next = db_insert_id(db);
    l->end = l->next + block;
    l->since_ms = clock_monotonic_ms();
    return ERR_OK;
}

/* Blocks grow while they are used up within their second, and shrink when they are not. */
static int64_t next_block(const struct config *cfg, const struct snapshot_lease *l, bool used_up)
{
    int64_t block = used_up ? l->block * 2 : 1;
    return block > cfg->queue_ticket_block ? cfg->queue_ticket_block : block;
}

static enum err take_leased(struct db *db, const struct config *cfg, struct snapshot_slot *s,
                            int64_t concert_id, int64_t *ticket)
{
    struct snapshot_lease *l = &s->lease;
    bool fresh = clock_monotonic_ms() - l->since_ms < SNAPSHOT_LEASE_MS;
    bool passed = l->next <= s->q.now_serving; /* a racy look is enough: it is a hint */
    if (l->next >= l->end || !fresh || passed) {
        int64_t block = next_block(cfg, l, fresh && l->next >= l->end && l->end > 0);
        if (passed)
            l->next = l->end = 0;
        enum err e = lease_block(db, concert_id, block, l);
        if (e != ERR_OK)
            return e;
        l->block = block;
    }
    *ticket = l->next++;
    atomic_store_explicit(&s->drawn, *ticket, memory_order_relaxed);
    return ERR_OK;
}

static enum err take_single(struct db *db, int64_t concert_id, int64_t *ticket)
{
    struct snapshot_lease one = {0};
    enum err e = lease_block(db, concert_id, 1, &one);
    *ticket = one.next;
    return e;
}

/* Takes a number back into the counter, unless somebody has drawn another one since. */
static bool return_single(struct db *db, int64_t concert_id, int64_t ticket)
{
    int64_t affected = 0;
    return db_exec(db, STMT_TICKET_RETURN, &affected, DB_P_INT(ticket), DB_P_INT(concert_id),
                   DB_P_INT(ticket + 1)) == ERR_OK &&
           affected == 1;
}

/* Whether the number is the next one again. */
static bool put_back(struct db *db, int64_t concert_id, int64_t ticket)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s)
        return return_single(db, concert_id, ticket);
    if (!lock_within(s, LOCK_MS))
        return false;
    struct snapshot_lease *l = &s->lease;
    bool ours = atomic_load_explicit(&s->concert_id, memory_order_relaxed) == concert_id &&
                l->end > 0 && l->next == ticket + 1;
    if (ours)
        l->next = ticket;
    pthread_mutex_unlock(&s->lease_lock);
    return ours;
}

void snapshot_return_ticket(struct db *db, int64_t concert_id, int64_t ticket)
{
    static const struct uuid nobody;
    if (!put_back(db, concert_id, ticket) &&
        db_exec(db, STMT_TOKEN_VOID, NULL, DB_P_INT(concert_id), DB_P_UUID(&nobody),
                DB_P_INT(ticket)) == ERR_OK)
        snapshot_mark_gone(concert_id, ticket, 0);
}

enum err snapshot_take_ticket(struct db *db, const struct config *cfg, int64_t concert_id,
                              int64_t *ticket)
{
    struct snapshot_slot *s = snapshot_slot_get(concert_id);
    if (!s)
        return take_single(db, concert_id, ticket);
    if (!lock_within(s, LOCK_MS))
        return ERR_BUSY;
    bool ours = atomic_load_explicit(&s->concert_id, memory_order_relaxed) == concert_id;
    enum err e = ours ? take_leased(db, cfg, s, concert_id, ticket) : ERR_OK;
    pthread_mutex_unlock(&s->lease_lock);
    return ours ? e : take_single(db, concert_id, ticket);
}
