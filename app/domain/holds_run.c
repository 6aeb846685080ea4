/*
 * The process that holds seats for its host's workers, see domain/holds.h.
 *
 * The rows of a batch are locked without waiting for anybody; who is not plainly allowed to have
 * the seats, or has lost one to somebody else, leaves the batch, which then is written.
 */
#include "domain/holds_batch.h"

/* Those who leave are told after the commit: before that they would meet its locks. */
enum err holds_close_ranks(struct holds_batch *b)
{
    enum err e = ERR_OK;
    int left = 0;
    for (int i = 0; i < b->count; i++) {
        const struct holds_one *h = &b->holds[i];
        if (!h->out)
            b->holds[left++] = *h;
        else if (h->begun && e == ERR_OK)
            e = idem_many_drop(b->clerk, &h->ask->key);
    }
    b->count = left;
    return e == ERR_OK && left == 0 ? ERR_NO_ROW : e;
}

int holds_list_wishes(struct holds_batch *b, struct holds_wish *wishes)
{
    int n = 0;
    for (struct holds_one *h = b->holds; h < b->holds + b->count; h++)
        for (int i = 0; i < h->ask->count; i++)
            wishes[n++] = (struct holds_wish){h->ask->seat_ids[i], h, i};
    return n;
}

void holds_mark_seats(const struct holds_wish *wishes, int n, struct db_value *marks)
{
    int64_t ids[HOLDS_CHUNK];
    for (int i = 0; i < n; i++)
        ids[i] = wishes[i].seat_id;
    clerk_marks(marks, ids, n);
}

/* --- Who asks --- */

static bool have_a_seat_in_common(const struct holds_ask *a, const struct holds_ask *b)
{
    for (int i = 0; i < a->count; i++)
        for (int j = 0; j < b->count; j++)
            if (a->seat_ids[i] == b->seat_ids[j])
                return true;
    return false;
}

/* Of those who are after the same, or are the same, the first one stays. */
static bool comes_later(const struct holds_batch *b, const struct holds_ask *ask)
{
    for (int i = 0; i < b->count; i++) {
        const struct holds_ask *first = b->holds[i].ask;
        if (first->caller.token_id == ask->caller.token_id || have_a_seat_in_common(first, ask))
            return true;
    }
    return false;
}

static enum err begin_keys(struct holds_batch *b)
{
    const struct idem_key *keys[CLERK_BATCH];
    bool out[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        keys[i] = &b->holds[i].ask->key;
    enum err e = idem_many_begin(b->clerk, keys, b->count, out);
    for (int i = 0; e == ERR_OK && i < b->count; i++) {
        b->holds[i].out = out[i];
        b->holds[i].begun = keys[i]->present && !out[i];
    }
    return e == ERR_OK ? holds_close_ranks(b) : e;
}

/* --- Answers --- */

static enum err describe(const struct holds_one *h, struct reservation *out)
{
    struct hall hall;
    if (!hall_find(h->ask->schedule_id, &hall)) /* the worker has seen it, but it was changed */
        return ERR_DB_RETRY;
    enum err e = holds_draft(h->ask, &hall, out);
    hall_free(&hall);
    if (e == ERR_OK)
        holds_complete(&h->answer, out);
    return e;
}

static enum err keep_answers(struct holds_batch *b)
{
    const struct idem_key *keys[CLERK_BATCH];
    struct reservation reservations[CLERK_BATCH] = {0};
    void *args[CLERK_BATCH];
    enum err e = ERR_OK;
    for (int i = 0; i < b->count; i++) {
        const struct holds_one *h = &b->holds[i];
        keys[i] = &h->ask->key;
        args[i] = &reservations[i];
        if (e == ERR_OK && keys[i]->present)
            e = describe(h, &reservations[i]);
    }
    if (e == ERR_OK)
        e = idem_many_finish(b->clerk, keys, holds_render, args, b->count);
    for (int i = 0; i < b->count; i++)
        reservation_clear(&reservations[i]);
    return e;
}

/* --- All of it --- */

/* Whether one of the moments that all this is before may have come meanwhile. */
static bool may_be_late(const struct holds_batch *b)
{
    for (const struct holds_one *h = b->holds; h < b->holds + b->count; h++)
        if (queue_row_may_be_past(&h->row, h->terms.closes_at) ||
            queue_row_may_be_past(&h->row, h->row.first_end) ||
            queue_row_may_be_past(&h->row, h->answer.hold_expires_at))
            return true;
    return false;
}

static enum err hold_all(struct db *db, void *arg)
{
    struct holds_batch *b = arg;
    (void)db;
    enum err e = begin_keys(b);
    if (e == ERR_OK)
        e = holds_look(b);
    if (e == ERR_OK)
        e = holds_write(b);
    if (e == ERR_OK)
        e = keep_answers(b);
    return e == ERR_OK && may_be_late(b) ? ERR_DB_RETRY : e;
}

static void serve(struct clerk *c, const struct desk_ticket *tickets, const void *asks, int count)
{
    static struct holds_batch b; /* large, and there is one at a time */
    bool stayed[CLERK_BATCH] = {false};
    b = (struct holds_batch){.clerk = c};
    for (int i = 0; i < count; i++) {
        const struct holds_ask *ask = (const struct holds_ask *)asks + i;
        if (!comes_later(&b, ask))
            b.holds[b.count++] = (struct holds_one){.ask = ask, .place = i};
    }
    enum desk_outcome outcome = clerk_transact(c, hold_all, &b);
    for (int i = 0; i < b.count; i++) {
        int place = b.holds[i].place;
        stayed[place] = true;
        desk_reply(c->desk, &tickets[place], outcome, &b.holds[i].answer);
    }
    for (int i = 0; i < count; i++)
        if (!stayed[i])
            desk_reply(c->desk, &tickets[i], DESK_ALONE, NULL);
}

int holds_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    return clerk_run(cfg, holds_desk(), sizeof(struct holds_ask), serve, stop);
}
