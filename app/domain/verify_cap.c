/*
 * How many were inside at each batch that had a cap, see domain/verify_run.h.
 *
 * Whoever was admitted at or before a batch's moment, and whose stay ended after it, was inside
 * then. The batches of a concert are read in their order, some hundred thousand at a time; then all
 * stays are streamed in any order, each counted from the first batch that it covers up to the first
 * that it does not. So nothing has to be sorted, however many people there were.
 */
#include "domain/verify_run.h"
#include <inttypes.h>
#include <stdlib.h>

enum { BATCHES = 250000, TELL_EVERY = 4096 };

struct batch {
    int64_t admission_id, at;
    int32_t cap;
    int32_t step; /* how many more were inside than at the batch before */
};

struct cap {
    struct verify *v;
    struct batch *batches;
    int count;
    int64_t concert_id;
    int64_t done;
};

static enum err read_batch(const struct db_value *row, void *arg)
{
    struct cap *c = arg;
    c->batches[c->count++] = (struct batch){
        .admission_id = db_int(&row[0]), .at = db_time(&row[1]), .cap = (int32_t)db_int(&row[2])};
    return ERR_OK;
}

/* The first batch at or after a moment; `count` if there is none. */
static int first_from(const struct cap *c, int64_t at)
{
    int low = 0, high = c->count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (c->batches[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum err read_stay(const struct db_value *row, void *arg)
{
    struct cap *c = arg;
    int64_t from = db_time(&row[0]), to = db_time(&row[1]);
    if (++c->done % TELL_EVERY == 0)
        verify_progress(c->v, "stay", c->done, 0);
    if (!db_is_null(&row[1]) && to <= from)
        return ERR_OK;
    int first = first_from(c, from), end = db_is_null(&row[1]) ? c->count : first_from(c, to);
    if (first < c->count)
        c->batches[first].step++;
    if (end < c->count)
        c->batches[end].step--;
    return ERR_OK;
}

static void check_batches(struct cap *c)
{
    int64_t inside = 0;
    for (int i = 0; i < c->count; i++) {
        const struct batch *b = &c->batches[i];
        inside += b->step;
        if (inside > b->cap)
            verify_fault(c->v, "more people inside at a batch than the cap",
                         " concert=%" PRId64 " admission=%" PRId64 " inside=%" PRId64 " cap=%d",
                         c->concert_id, b->admission_id, inside, (int)b->cap);
    }
}

static enum err check_concert(struct cap *c)
{
    struct batch last = {0};
    enum err e = ERR_OK;
    do {
        c->count = 0;
        e = db_stream(c->v->db, STMT_VERIFY_CAPPED_BATCHES, read_batch, c, DB_P_INT(c->concert_id),
                      DB_P_TIME(last.at), DB_P_TIME(last.at), DB_P_INT(last.admission_id),
                      DB_P_INT(BATCHES));
        if (e == ERR_OK && c->count) {
            last = c->batches[c->count - 1];
            e = db_stream(c->v->db, STMT_VERIFY_STAYS, read_stay, c, DB_P_INT(c->concert_id));
        }
        if (e == ERR_OK)
            check_batches(c);
    } while (e == ERR_OK && c->count == BATCHES);
    return e;
}

static enum err read_concert(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_is_null(&row[0]) ? INT64_MAX : db_int(&row[0]);
    return ERR_OK;
}

enum err verify_cap(struct verify *v)
{
    struct cap c = {.v = v, .concert_id = INT64_MIN};
    enum err e = ERR_OK;
    c.batches = malloc(BATCHES * sizeof *c.batches);
    if (!c.batches)
        return ERR_INTERNAL;
    do {
        e = db_query_one(v->db, STMT_VERIFY_NEXT_ADMITTING, read_concert, &c.concert_id,
                         DB_P_INT(c.concert_id));
        if (e == ERR_OK && c.concert_id < INT64_MAX)
            e = check_concert(&c);
    } while (e == ERR_OK && c.concert_id < INT64_MAX);
    free(c.batches);
    return e;
}
