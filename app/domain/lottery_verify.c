/*
 * Looking at a lottery from outside, see domain/lottery_verify.h.
 *
 * The numbers and their tokens are read off an index, in pages, and the few that are no part of the
 * order in one pass over the table: reading every row in the order of the numbers takes ten times
 * as long. All of it is one snapshot, on a connection of its own, since that may take seconds.
 *
 * Rows are missing where somebody left between the draw and their number, and once the retention
 * time is over: of what is there, the order can be checked all the same.
 */
#include "domain/lottery_verify.h"

#include "db/db.h"
#include "db/tx.h"
#include <inttypes.h>
#include <stdlib.h>

enum { PAGE = 10000, FAULTS_SHOWN = 10, PATIENCE_SECONDS = 600 };

static enum err read_bytes(const struct db_value *v, unsigned char out[LOTTERY_SEED_BYTES])
{
    if (v->n != LOTTERY_SEED_BYTES)
        return ERR_INTERNAL;
    memcpy(out, v->s, LOTTERY_SEED_BYTES);
    return ERR_OK;
}

static enum err read_info(const struct db_value *row, void *arg)
{
    struct lottery_info *l = arg;
    l->exists = !db_is_null(&row[0]);
    if (!l->exists)
        return ERR_OK;
    enum err e = read_bytes(&row[0], l->seed_hash);
    l->drawn = !db_is_null(&row[1]);
    if (e == ERR_OK && l->drawn)
        e = read_bytes(&row[1], l->seed);
    l->made_at = db_time(&row[2]);
    l->opens_at = db_time(&row[3]);
    l->drawn_at = db_time(&row[4]);
    l->entrants = db_int(&row[5]);
    l->first_ticket = db_int(&row[6]);
    l->numbered = db_int(&row[7]);
    l->token_floor = db_int(&row[8]);
    l->giving = db_int(&row[9]) == 2;
    return e;
}

enum err lottery_read(struct app *app, int64_t concert_id, struct lottery_info *out)
{
    *out = (struct lottery_info){.concert_id = concert_id};
    enum err e =
        db_query_one(app->db, STMT_TOOL_LOTTERY_INFO, read_info, out, DB_P_INT(concert_id));
    return e == ERR_NO_ROW ? ERR_CONCERT_NOT_FOUND : e;
}

/* --- The numbers --- */

/* A number that the lottery itself did not give: nobody has it, or its owner came late. */
struct other {
    int64_t ticket;
    bool nobody;
};

struct reading {
    const struct lottery_info *lottery;
    struct lottery_mac *mac;
    lottery_number_fn *fn;
    void *arg;
    struct other *others; /* by number */
    size_t count, cap, next;
    int64_t end;       /* the last number of the lottery */
    int64_t last;      /* the last one read */
    int64_t page_rows; /* read of this page */
    bool begun;        /* fn has been called */
};

static enum err read_other(const struct db_value *row, void *arg)
{
    struct reading *r = arg;
    if (r->count == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 64;
        struct other *more = realloc(r->others, cap * sizeof *more);
        if (!more)
            return ERR_INTERNAL;
        r->others = more;
        r->cap = cap;
    }
    r->others[r->count++] = (struct other){db_int(&row[0]), db_int(&row[1]) != 0};
    return ERR_OK;
}

static int compare_others(const void *a, const void *b)
{
    const struct other *x = a, *y = b;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static enum err read_number(const struct db_value *row, void *arg)
{
    struct reading *r = arg;
    struct lottery_number n = {.ticket = db_int(&row[0]), .token_id = db_int(&row[1])};
    r->last = n.ticket;
    r->page_rows++;
    while (r->next < r->count && r->others[r->next].ticket < n.ticket)
        r->next++;
    if (r->next < r->count && r->others[r->next].ticket == n.ticket) {
        if (r->others[r->next].nobody)
            return ERR_OK;
        n.late = true;
    }
    enum err e = n.late ? ERR_OK : lottery_rank(r->mac, n.token_id, n.rank);
    r->begun = true;
    return e == ERR_OK ? r->fn(&n, r->arg) : e;
}

static enum err read_all(struct db *db, void *arg)
{
    struct reading *r = arg;
    const struct lottery_info *l = r->lottery;
    if (r->begun) /* a lost connection would have us say everything again */
        return ERR_BUSY;
    r->count = r->next = 0;
    enum err e = db_query(db, STMT_TOOL_LOTTERY_OTHERS, read_other, r, DB_P_INT(l->token_floor),
                          DB_P_INT(l->concert_id), DB_P_INT(l->first_ticket), DB_P_INT(r->end),
                          DB_P_TIME(l->opens_at));
    if (r->count > 0)
        qsort(r->others, r->count, sizeof *r->others, compare_others);
    r->last = l->first_ticket - 1;
    r->page_rows = PAGE;
    while (e == ERR_OK && r->page_rows == PAGE) {
        r->page_rows = 0;
        e = db_query(db, STMT_TOOL_LOTTERY_NUMBERS, read_number, r, DB_P_INT(l->concert_id),
                     DB_P_INT(r->last + 1), DB_P_INT(r->end), DB_P_INT(PAGE));
    }
    return e;
}

enum err lottery_each(struct app *app, const struct lottery_info *lottery, lottery_number_fn *fn,
                      void *arg)
{
    struct reading r = {.lottery = lottery,
                        .fn = fn,
                        .arg = arg,
                        .end = lottery->first_ticket + lottery->entrants - 1};
    enum err e = ERR_INTERNAL;
    struct db *db = db_new(app->cfg);
    r.mac = lottery_mac_new(lottery->seed);
    if (db && r.mac) {
        db_serve(db, STMT_OF_TOOL);
        db_set_patience(db, PATIENCE_SECONDS);
        e = tx_snapshot(db, read_all, &r);
    }
    free(r.others);
    lottery_mac_free(r.mac);
    db_free(db);
    return e;
}

/* --- Checking --- */

struct check {
    const struct lottery_info *lottery;
    FILE *out;
    struct lottery_number before;
    int64_t seen, late, faults;
};

static void fault(struct check *c, const struct lottery_number *n, const char *what)
{
    if (c->faults++ >= FAULTS_SHOWN)
        return;
    fprintf(c->out, "FAULT ticket %" PRId64 ", jti %" PRId64 ": %s", n->ticket, n->token_id, what);
    if (c->seen > 0)
        fprintf(c->out, "; before it is ticket %" PRId64 ", jti %" PRId64, c->before.ticket,
                c->before.token_id);
    fputc('\n', c->out);
}

static enum err check_number(const struct lottery_number *n, void *arg)
{
    struct check *c = arg;
    const struct lottery_number *b = &c->before;
    if (n->token_id <= c->lottery->token_floor)
        fault(c, n, "joined before this pre-queue began");
    if (c->seen > 0 && b->late && !n->late)
        fault(c, n, "came early, and stands behind one who came late");
    else if (c->seen > 0 && b->late && n->token_id <= b->token_id)
        fault(c, n, "came late, and is not in order of arrival");
    else if (c->seen > 0 && !n->late && memcmp(n->rank, b->rank, sizeof n->rank) <= 0)
        fault(c, n, "its HMAC is not above that of the one before");
    c->seen++;
    c->late += n->late;
    c->before = *n;
    return ERR_OK;
}

static enum err check_hash(struct check *c)
{
    unsigned char hash[LOTTERY_SEED_BYTES];
    enum err e = lottery_hash(c->lottery->seed, hash);
    if (e != ERR_OK)
        return e;
    if (memcmp(hash, c->lottery->seed_hash, sizeof hash) == 0) {
        fputs("ok the seed has the hash that was published before\n", c->out);
    } else {
        fputs("FAULT the seed does not have the hash that was published before\n", c->out);
        c->faults++;
    }
    return ERR_OK;
}

enum err lottery_verify(struct app *app, const struct lottery_info *lottery, FILE *out,
                        int64_t *faults)
{
    struct check c = {.lottery = lottery, .out = out};
    enum err e = check_hash(&c);
    int64_t before = c.faults;
    if (e == ERR_OK)
        e = lottery_each(app, lottery, check_number, &c);
    *faults = c.faults;
    if (e != ERR_OK)
        return e;
    if (c.faults == before)
        fprintf(out, "ok the numbers of %" PRId64 " entrants follow ascending HMAC-SHA256\n",
                c.seen - c.late);
    else if (c.faults - before > FAULTS_SHOWN)
        fprintf(out, "and %" PRId64 " more\n", c.faults - before - FAULTS_SHOWN);
    if (c.late > 0)
        fprintf(out,
                "%" PRId64 " came after the opening and before the draw; they follow in order "
                "of arrival\n",
                c.late);
    if (c.seen < lottery->entrants)
        fprintf(out, "%" PRId64 " left before they had a number, or are deleted since\n",
                lottery->entrants - c.seen);
    return ERR_OK;
}
