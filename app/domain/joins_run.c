/*
 * The process that joins for its host's workers, see domain/joins.h.
 *
 * A statement has the rows of one queue, and looks itself whether that takes joins at this moment;
 * the host's snapshot spares the attempt where it does not. The numbers are drawn in the order of
 * arrival, right before the statement that uses them, and nothing else of the host draws any
 * meanwhile, unless this process had been given up: so those of a statement that fails go back as
 * if they had not been drawn.
 */
#include "domain/clerk.h"
#include "domain/joins.h"
#include "domain/snapshot.h"

/* Statements by their number of rows. */
static const struct size {
    int rows;
    enum stmt stmt;
} sizes[] = {{64, STMT_DESK_TOKENS_INSERT_64}, {32, STMT_DESK_TOKENS_INSERT_32},
             {16, STMT_DESK_TOKENS_INSERT_16}, {8, STMT_DESK_TOKENS_INSERT_8},
             {4, STMT_DESK_TOKENS_INSERT_4},   {2, STMT_DESK_TOKENS_INSERT_2},
             {1, STMT_DESK_TOKENS_INSERT_1}};

enum { FIRST_PARAMS = 5, ROW_PARAMS = 4 };

/* Joins in one statement at the most. */
enum { BATCH = 64 };

/* A join that has been taken from the desk. */
struct join {
    struct desk_ticket desk;
    struct uuid user;
    int64_t concert_id, lifetime_seconds, ticket, token_id;
    bool again; /* the same user's, in the same queue, as one before it */
};

struct joiner {
    struct clerk clerk;
    struct join joins[BATCH]; /* those at hand, by arrival */
    int count;
};

/* The largest statement for so many rows. */
static const struct size *size_for(const struct joiner *c, int rows)
{
    size_t i = 0;
    while (sizes[i].rows > rows || (sizes[i].rows > 1 && !c->clerk.ids_in_a_row))
        i++;
    return &sizes[i];
}

/* Answers one. */
static void reply(struct joiner *c, const struct join *j, enum desk_outcome outcome)
{
    const struct joins_answer answer = {j->ticket, j->token_id};
    desk_reply(c->clerk.desk, &j->desk, outcome, &answer);
}

static bool takes_joins(struct join *j)
{
    struct snapshot_queue q;
    if (!snapshot_get_numbers(j->concert_id, &q))
        return false;
    j->lifetime_seconds = q.token_lifetime_seconds;
    return (q.state == QUEUE_OPEN || q.state == QUEUE_PAUSED) && q.prequeue != 1;
}

static bool is_same(const struct join *a, const struct join *b)
{
    return a->concert_id == b->concert_id && uuid_equal(&a->user, &b->user);
}

static bool is_among(const struct join *j, const struct join *joins, int n)
{
    for (int i = 0; i < n; i++)
        if (is_same(j, &joins[i]))
            return true;
    return false;
}

/* Sends those who have to look for themselves, and leaves the others. Whoever asks a second time
 * before the first time is done with looks after it. */
static void sort_out(struct joiner *c)
{
    int left = 0;
    for (int i = 0; i < c->count; i++) {
        struct join j = c->joins[i];
        if (is_among(&j, c->joins, left)) {
            j.again = true;
        } else if (j.again || !takes_joins(&j)) {
            reply(c, &j, DESK_UNKNOWN);
            continue;
        }
        c->joins[left++] = j;
    }
    c->count = left;
}

/* Whether a join can be one of a statement that begins with `first`. */
static bool goes_along(const struct join *first, const struct join *j)
{
    return !j->again && j->concert_id == first->concert_id &&
           j->lifetime_seconds == first->lifetime_seconds;
}

static int count_along(const struct joiner *c)
{
    int n = 0;
    for (int i = 0; i < c->count; i++)
        n += goes_along(&c->joins[0], &c->joins[i]);
    return n;
}

/* Takes the first n of them off the list. */
static void take_along(struct joiner *c, struct join *rows, int n)
{
    const struct join first = c->joins[0];
    int left = 0, taken = 0;
    for (int i = 0; i < c->count; i++) {
        const struct join j = c->joins[i];
        if (taken < n && goes_along(&first, &j))
            rows[taken++] = j;
        else
            c->joins[left++] = j;
    }
    c->count = left;
}

/* The last one first, so that each is the last that was drawn. */
static void return_tickets(struct joiner *c, const struct join *joins, int n)
{
    while (n-- > 0)
        snapshot_return_ticket(c->clerk.app->db, joins[n].concert_id, joins[n].ticket);
}

static enum err draw_tickets(struct joiner *c, struct join *joins, int n)
{
    for (int i = 0; i < n; i++) {
        enum err e = snapshot_take_ticket(c->clerk.app->db, c->clerk.app->cfg, joins[i].concert_id,
                                          &joins[i].ticket);
        if (e != ERR_OK) {
            return_tickets(c, joins, i);
            return e;
        }
    }
    return ERR_OK;
}

static enum err insert_rows(struct joiner *c, const struct size *size, struct join *rows)
{
    struct db_value params[FIRST_PARAMS + (BATCH - 1) * ROW_PARAMS], *p = params;
    for (int i = 0; i < size->rows; i++) {
        *p++ = DB_P_INT(rows[i].concert_id);
        *p++ = DB_P_UUID(&rows[i].user);
        *p++ = DB_P_INT(rows[i].ticket);
        if (i == 0)
            *p++ = DB_P_INT(rows[i].concert_id);
        *p++ = DB_P_INT(rows[i].lifetime_seconds);
    }
    enum err e = db_exec_params(c->clerk.app->db, size->stmt, params, (size_t)(p - params), NULL);
    for (int i = 0; e == ERR_OK && i < size->rows; i++)
        rows[i].token_id = db_insert_id(c->clerk.app->db) + i;
    return e;
}

/* Of a connection that is lost nobody knows whether the rows are there: the job finds numbers that
 * were left out. Nor does anybody want back a number that has a row. */
static bool tickets_are_free(const struct db *db, enum err e)
{
    return e == ERR_DB_RETRY || e == ERR_DB_CONSTRAINT || e == ERR_DB_LOCK_TIMEOUT ||
           (e == ERR_DB_DUPLICATE && db_names_key(db, "queue_token_live"));
}

/* One statement of the joins at hand, the earliest first. The others wait for the next one, with
 * those who come meanwhile. */
static void insert_some(struct joiner *c)
{
    struct join rows[BATCH];
    sort_out(c);
    if (c->count == 0)
        return;
    const struct size *size = size_for(c, count_along(c));
    take_along(c, rows, size->rows);
    enum err e = draw_tickets(c, rows, size->rows);
    if (e == ERR_OK) {
        e = insert_rows(c, size, rows);
        if (tickets_are_free(c->clerk.app->db, e))
            return_tickets(c, rows, size->rows);
    }
    for (int i = 0; i < size->rows; i++)
        reply(c, &rows[i], e == ERR_OK ? DESK_DONE : DESK_UNKNOWN);
}

static void send_all_away(struct joiner *c)
{
    for (int i = 0; i < c->count; i++)
        reply(c, &c->joins[i], DESK_UNKNOWN);
    c->count = 0;
}

/* Adds those who ask meanwhile. */
static void take_more(struct joiner *c)
{
    struct desk_ticket tickets[BATCH];
    struct joins_ask asks[BATCH];
    int n = desk_take(c->clerk.desk, tickets, asks, BATCH - c->count);
    for (int i = 0; i < n; i++)
        c->joins[c->count++] = (struct join){
            .desk = tickets[i], .user = asks[i].user, .concert_id = asks[i].concert_id};
}

int joins_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    struct joiner c = {.count = 0};
    if (!clerk_open(&c.clerk, cfg, joins_desk(), stop))
        return 1;
    while (!*stop) {
        take_more(&c);
        if (c.count == 0)
            desk_wait(c.clerk.desk);
        else if (clerk_check_ids(&c.clerk) == ERR_OK)
            insert_some(&c);
        else
            send_all_away(&c);
        desk_beat(c.clerk.desk);
    }
    send_all_away(&c);
    app_free(c.clerk.app);
    return 0;
}
