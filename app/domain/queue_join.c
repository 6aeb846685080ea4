/*
 * Joining a queue, see domain/queue.h.
 *
 * A join is one row: as a rule of a statement in which the host's process inserts all who join at
 * the same time (domain/joins.h). Without it the worker draws the number, from the host's leased
 * block, and inserts the row; that INSERT itself looks whether joins are possible at this moment.
 * Whether the user has a live row already is looked up only when it seems so, or when the unique
 * key has said so. In a pre-queue there is no number to draw.
 */
#include "domain/joins.h"
#include "domain/token_row.h"

static enum err read_live_token(const struct db_value *row, void *arg)
{
    ((struct token_row *)arg)->lifetime = db_int(&row[10]);
    return token_row_read(row, arg);
}

static enum err found(struct app *app, const struct token_row *t, struct queue_ticket *out)
{
    int64_t life = t->created_at + t->lifetime * 1000;
    joins_note(&t->user_id, t->concert_id);
    out->created = false;
    out->token_expires_at = (life > t->expires_at ? life : t->expires_at) + 1000;
    return token_row_place(app, t, out);
}

/* The user's live row, if any, claimed if inside; one that is over is put away. ERR_NO_ROW. */
static enum err find_live(struct app *app, const struct uuid *user_id, int64_t concert_id,
                          struct token_row *t)
{
    enum err e = db_query_one(app->db, STMT_TOKEN_LIVE, read_live_token, t, DB_P_UUID(user_id),
                              DB_P_INT(concert_id));
    if (e != ERR_OK)
        return e;
    if (!token_row_over(t) && token_row_is(t, "ACTIVE") && t->claimed_at < 0) {
        e = db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(t->token_id));
        if (e == ERR_OK)
            e = db_query_one(app->db, STMT_TOKEN_LIVE, read_live_token, t, DB_P_UUID(user_id),
                             DB_P_INT(concert_id));
        if (e != ERR_OK)
            return e;
    }
    if (!token_row_over(t))
        return ERR_OK;
    e = db_exec(app->db, STMT_TOKEN_RETIRE, NULL, DB_P_INT(t->token_id));
    return e == ERR_OK ? ERR_NO_ROW : e;
}

static enum err joinable(const struct snapshot_queue *q)
{
    if (q->state == QUEUE_SOLD_OUT)
        return ERR_SOLD_OUT;
    return q->state == QUEUE_OPEN || q->state == QUEUE_PAUSED || q->state == QUEUE_PREQUEUE
               ? ERR_OK
               : ERR_QUEUE_CLOSED;
}

/* Refused only by what the row says now: an operator may have opened the queue a moment ago. */
static enum err check_joinable(struct app *app, int64_t concert_id, struct snapshot_queue *q)
{
    if (joinable(q) == ERR_OK)
        return ERR_OK;
    enum err e = db_query_one(app->db, STMT_QUEUE_GET, snapshot_read_row, q, DB_P_INT(concert_id));
    return e == ERR_OK ? joinable(q) : e;
}

/* What is the same of every new row. */
static void note_joined(const struct uuid *user_id, const struct snapshot_queue *q,
                        struct queue_ticket *out)
{
    joins_note(user_id, q->concert_id);
    out->user_id = *user_id;
    out->concert_id = q->concert_id;
    out->issued_at = snapshot_db_now();
    int64_t from = out->ticket == 0 && q->opens_at > out->issued_at ? q->opens_at : out->issued_at;
    out->token_expires_at = from + q->token_lifetime_seconds * 1000 + 1000;
    out->created = true;
}

/* Inserts a row without a number, if the queue is in a pre-queue at this moment. */
static enum err enter_early(struct app *app, const struct uuid *user_id,
                            const struct snapshot_queue *q, struct queue_ticket *out)
{
    int64_t affected = 0;
    enum err e = db_exec(app->db, STMT_TOKEN_INSERT_EARLY, &affected, DB_P_UUID(user_id),
                         DB_P_INT(q->concert_id));
    if (e != ERR_OK)
        return e;
    if (affected != 1)
        return ERR_NO_ROW;
    out->ticket = 0;
    out->token_id = db_insert_id(app->db);
    note_joined(user_id, q, out);
    token_row_place_early(q, out->issued_at, out);
    return ERR_OK;
}

/* Whether the number that was drawn for an insert has no row: neither this one nor, if it turned
 * out to be taken, another one. */
static bool is_unused(const struct db *db, enum err e, int64_t affected)
{
    if (e == ERR_DB_DUPLICATE)
        return db_names_key(db, "queue_token_live");
    return e == ERR_DB_RETRY || (e == ERR_OK && affected != 1);
}

/* Draws a number and inserts the row; the INSERT itself looks whether joins are possible at this
 * moment. ERR_DB_DUPLICATE: the user has joined meanwhile, or the number is taken. */
static enum err draw(struct app *app, const struct uuid *user_id, const struct snapshot_queue *q,
                     struct queue_ticket *out)
{
    int64_t affected = 0, concert_id = q->concert_id;
    enum err e = snapshot_take_ticket(app->db, app->cfg, concert_id, &out->ticket);
    if (e != ERR_OK)
        return e;
    e = db_exec(app->db, STMT_TOKEN_INSERT, &affected, DB_P_UUID(user_id), DB_P_INT(out->ticket),
                DB_P_INT(concert_id));
    if (is_unused(app->db, e, affected))
        snapshot_return_ticket(app->db, concert_id, out->ticket);
    if (e != ERR_OK)
        return e;
    if (affected != 1)
        return ERR_NO_ROW;
    out->token_id = db_insert_id(app->db);
    note_joined(user_id, q, out);
    return token_row_place_waiting(app, out);
}

/* Joins together with the others of this host. ERR_NO_ROW: not so; then *look tells whether there
 * may be a row all the same. */
static enum err join_with_others(struct app *app, const struct uuid *user_id,
                                 const struct snapshot_queue *q, struct queue_ticket *out,
                                 bool *look)
{
    const struct joins_ask ask = {*user_id, q->concert_id};
    struct joins_answer answer;
    enum desk_outcome outcome = desk_ask(joins_desk(), &ask, &answer);
    *look = outcome == DESK_UNKNOWN;
    if (outcome != DESK_DONE)
        return ERR_NO_ROW;
    out->ticket = answer.ticket;
    out->token_id = answer.token_id;
    note_joined(user_id, q, out);
    return token_row_place_waiting(app, out);
}

/* Joins alone: `look` first whether the user has a row, or only when the insert fails. */
static enum err join_alone(struct app *app, const struct uuid *user_id, struct snapshot_queue *q,
                           bool look, struct queue_ticket *out)
{
    enum { TRIES = 5 };
    struct token_row t;
    for (int i = 0; i < TRIES; i++, look = true) {
        enum err e = look ? find_live(app, user_id, q->concert_id, &t) : ERR_NO_ROW;
        if (e == ERR_OK)
            return found(app, &t, out);
        if (e != ERR_NO_ROW)
            return e;
        e = check_joinable(app, q->concert_id, q);
        if (e != ERR_OK)
            return e;
        e = q->prequeue == 1 ? enter_early(app, user_id, q, out) : draw(app, user_id, q, out);
        if (e == ERR_NO_ROW) {
            /* The state changed a moment ago: the row says what it is now. */
            e = db_query_one(app->db, STMT_QUEUE_GET, snapshot_read_row, q,
                             DB_P_INT(q->concert_id));
            if (e != ERR_OK)
                return e;
        } else if (e != ERR_DB_DUPLICATE && e != ERR_DB_RETRY) {
            return e;
        }
    }
    return ERR_BUSY;
}

enum err queue_join(struct app *app, const struct uuid *user_id, int64_t concert_id,
                    struct queue_ticket *out)
{
    struct snapshot_queue q;
    enum err e = snapshot_get_numbers(concert_id, &q) ? ERR_OK : queue_read(app, concert_id, &q);
    if (e != ERR_OK)
        return e;
    out->token_changed = false;
    out->age_ms = -1;
    /* Who is in the queue already is told the same ticket, whatever its state. */
    bool look = joinable(&q) != ERR_OK || joins_known(user_id, concert_id);
    if (!look && q.prequeue != 1) {
        e = join_with_others(app, user_id, &q, out, &look);
        if (e != ERR_NO_ROW)
            return e;
    }
    return join_alone(app, user_id, &q, look, out);
}
