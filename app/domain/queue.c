/*
 * The waiting room, see domain/queue.h.
 *
 * Three kinds of answers. Who certainly waits (a number above now serving, not known to have left,
 * the wait not nearly over) is answered from the snapshot. Everyone else's row is read, and the
 * database's clock in the same statement says what is over. What moves money or seats locks the
 * row.
 */
#include "domain/queue.h"

#include "domain/queue_place.h"
#include "domain/token_row.h"

/* Within so long of a token's exp its row is read, since exp is rounded up. */
enum { EXP_MARGIN_MS = 3000 };

static const char *const condition_names[] = {"OPEN",   "PAUSED",   "DRAINING",
                                              "CLOSED", "SOLD_OUT", "PREQUEUE"};

const char *queue_condition_name(enum queue_condition c)
{
    return condition_names[c];
}

bool queue_condition_parse(const char *name, enum queue_condition *out)
{
    for (int i = QUEUE_OPEN; i <= QUEUE_CLOSED; i++) {
        if (strcmp(name, condition_names[i]) == 0) {
            *out = (enum queue_condition)i;
            return true;
        }
    }
    return false;
}

enum queue_condition queue_condition_read(const struct db_value *column)
{
    char name[9];
    db_text(column, name, sizeof name);
    for (int i = QUEUE_OPEN; i <= QUEUE_PREQUEUE; i++) {
        if (strcmp(name, condition_names[i]) == 0)
            return (enum queue_condition)i;
    }
    return QUEUE_CLOSED;
}

/* --- The public document --- */

enum err queue_read(struct app *app, int64_t concert_id, struct snapshot_queue *q)
{
    if (snapshot_get(concert_id, q))
        return ERR_OK;
    enum err e = db_query_one(app->db, STMT_QUEUE_GET, snapshot_read_row, q, DB_P_INT(concert_id));
    return e == ERR_NO_ROW ? ERR_CONCERT_NOT_FOUND : e;
}

static int64_t age_of(const struct snapshot_queue *q)
{
    int64_t age = snapshot_db_now() - q->as_of;
    return age > 0 ? age : 0;
}

void queue_public_of(const struct snapshot_queue *q, struct queue_public *out)
{
    memset(out, 0, sizeof *out);
    out->concert_id = q->concert_id;
    out->state = q->state;
    out->now_serving = q->now_serving;
    out->last_ticket = q->last_ticket;
    out->waiting = q->waiting;
    out->active = q->active;
    out->admit_per_minute = q->rate_per_second > 0 ? (int64_t)(q->rate_per_second * 60 + 0.5) : 0;
    out->opens_at = q->opens_at;
    memcpy(out->seed_hash, q->seed_hash, sizeof out->seed_hash);
    memcpy(out->seed, q->seed, sizeof out->seed);
    memcpy(out->message_ko, q->message_ko, sizeof out->message_ko);
    memcpy(out->message_en, q->message_en, sizeof out->message_en);
    out->poll_after_seconds = queue_poll_after_public(q->waiting, q->claim_seconds);
    out->as_of = q->as_of;
    out->age_ms = age_of(q);
}

enum err queue_public(struct app *app, int64_t concert_id, struct queue_public *out)
{
    struct snapshot_queue q;
    enum err e = queue_read(app, concert_id, &q);
    if (e == ERR_OK)
        queue_public_of(&q, out);
    return e;
}

/* --- Polling and being inside --- */

/* Whether the bearer certainly waits, by the snapshot alone: never one whose row is not ours, or
 * whose number the snapshot has not seen drawn. */
static bool waits_surely(const struct caller *caller, struct snapshot_queue *q, int64_t *gone)
{
    bool is_gone;
    return caller->token_id > 0 &&
           snapshot_place(caller->concert_id, caller->ticket, q, gone, &is_gone) && !is_gone &&
           caller->ticket > q->now_serving && caller->ticket <= q->last_ticket &&
           snapshot_db_now() < caller->exp * 1000 - EXP_MARGIN_MS;
}

bool queue_surely_waits(const struct caller *caller)
{
    struct snapshot_queue q;
    int64_t gone;
    return caller->ticket > 0 && waits_surely(caller, &q, &gone);
}

/* The bearer's row, an admitted session claimed by the way. ERR_QUEUE_TOKEN_EXPIRED if it is over
 * or gone. */
static enum err read_live(struct app *app, const struct caller *caller, struct token_row *t)
{
    enum err e =
        db_query_one(app->db, STMT_TOKEN_GET, token_row_read, t, DB_P_INT(caller->token_id));
    if (e == ERR_NO_ROW)
        return ERR_QUEUE_TOKEN_EXPIRED;
    if (e != ERR_OK)
        return e;
    if (token_row_over_for(caller, t))
        return ERR_QUEUE_TOKEN_EXPIRED;
    if (!token_row_is(t, "ACTIVE") || t->claimed_at >= 0)
        return ERR_OK;
    e = db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(caller->token_id));
    if (e != ERR_OK)
        return e;
    e = db_query_one(app->db, STMT_TOKEN_GET, token_row_read, t, DB_P_INT(caller->token_id));
    if (e == ERR_NO_ROW || (e == ERR_OK && token_row_over(t)))
        return ERR_QUEUE_TOKEN_EXPIRED;
    return e;
}

/* The answer to who certainly waits, by the snapshot alone. */
static bool poll_snapshot(const struct caller *caller, struct queue_ticket *out)
{
    struct snapshot_queue q;
    int64_t gone;
    if (caller->ticket == 0 && snapshot_place_early(caller->concert_id, caller->token_id, &q))
        token_row_place_early(&q, snapshot_db_now(), out);
    else if (caller->ticket > 0 && waits_surely(caller, &q, &gone))
        token_row_place_at(&q, caller->ticket - q.now_serving - gone, snapshot_db_now(), out);
    else
        return false;
    out->age_ms = age_of(&q);
    return true;
}

/* While nobody reads the snapshot anew, it would keep from a visitor that they have been let in:
 * the row is asked first. */
enum err queue_poll(struct app *app, const struct caller *caller, struct queue_ticket *out)
{
    struct token_row t;
    memset(out, 0, sizeof *out);
    out->token_id = caller->token_id;
    out->user_id = caller->user;
    out->concert_id = caller->concert_id;
    out->ticket = caller->ticket;
    bool waits = poll_snapshot(caller, out);
    if (waits && snapshot_is_attended(app->cfg))
        return ERR_OK;
    enum err e = read_live(app, caller, &t);
    if (e == ERR_DB_LOST && waits)
        return ERR_OK;
    if (e != ERR_OK)
        return e;
    out->age_ms = -1;
    out->token_changed = caller->ticket != t.ticket;
    out->token_expires_at = t.expires_at + 1000;
    return token_row_place(app, &t, out);
}

/* The bearer of a token without a number may have been given one meanwhile. */
static enum err place_by_row(struct app *app, const struct caller *caller, struct queue_ticket *out)
{
    struct token_row t;
    enum err e =
        db_query_one(app->db, STMT_TOKEN_GET, token_row_read, &t, DB_P_INT(caller->token_id));
    if (e != ERR_OK)
        return e == ERR_NO_ROW ? ERR_QUEUE_TOKEN_EXPIRED : e;
    out->ticket = t.ticket;
    return t.ticket > 0 ? token_row_place_waiting(app, out) : token_row_place_unnumbered(app, out);
}

enum err queue_not_admitted(struct app *app, const struct caller *caller)
{
    struct queue_ticket ticket = {.concert_id = caller->concert_id, .ticket = caller->ticket};
    enum err e = caller->ticket > 0 ? token_row_place_waiting(app, &ticket)
                                    : place_by_row(app, caller, &ticket);
    if (e != ERR_OK)
        return e;
    app->problem.position = ticket.position;
    app->problem.retry_after = ticket.poll_after_seconds;
    return ERR_NOT_ADMITTED;
}

enum err queue_require_live(struct app *app, const struct caller *caller, int64_t concert_id)
{
    struct token_row t;
    if (concert_id != 0 && concert_id != caller->concert_id)
        return ERR_WRONG_CONCERT;
    return read_live(app, caller, &t);
}

enum err queue_require_inside(struct app *app, const struct caller *caller, int64_t concert_id)
{
    struct token_row t;
    if (concert_id != 0 && concert_id != caller->concert_id)
        return ERR_WRONG_CONCERT;
    enum err e = read_live(app, caller, &t);
    if (e != ERR_OK)
        return e;
    return token_row_inside(&t) ? ERR_OK : queue_not_admitted(app, caller);
}
