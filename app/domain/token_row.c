/* A visitor's row and place, see domain/token_row.h. */
#include "domain/token_row.h"

#include "domain/queue_place.h"

/* Places counted in the database, for a queue too new for the snapshot. */
enum { AHEAD_MAX = 10000 };

enum err token_row_read(const struct db_value *row, void *arg)
{
    struct token_row *t = arg;
    t->token_id = db_int(&row[0]);
    db_uuid(&row[1], &t->user_id);
    t->concert_id = db_int(&row[2]);
    t->ticket = db_int(&row[3]);
    db_text(&row[4], t->status, sizeof t->status);
    t->created_at = db_time(&row[5]);
    t->expires_at = db_time(&row[6]);
    t->claimed_at = db_time(&row[7]);
    t->session_ends_at = db_time(&row[8]);
    t->now = db_time(&row[9]);
    return ERR_OK;
}

bool token_row_is(const struct token_row *t, const char *status)
{
    return strcmp(t->status, status) == 0;
}

bool token_row_over(const struct token_row *t)
{
    if (token_row_is(t, "PREQUEUE"))
        return false;
    return t->expires_at <= t->now || (!token_row_is(t, "WAITING") && !token_row_is(t, "ACTIVE"));
}

bool token_row_inside(const struct token_row *t)
{
    return !token_row_over(t) && token_row_is(t, "ACTIVE");
}

/* A queue token's exp is the end of the wait, so it ends who waits, by the database's clock; an
 * admitted session may well outlast it. So may the wait of a token that has no number: the opening
 * can be put off. */
bool token_row_over_for(const struct caller *caller, const struct token_row *t)
{
    if (token_row_over(t) || t->concert_id != caller->concert_id ||
        !uuid_equal(&t->user_id, &caller->user))
        return true;
    return token_row_is(t, "WAITING") && caller->ticket > 0 && caller->exp * 1000 <= t->now;
}

/* --- Places --- */

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* What a waiting visitor is told. A number below now serving, whose insert came late, is next. */
void token_row_place_at(const struct snapshot_queue *q, int64_t position, int64_t now,
                        struct queue_ticket *out)
{
    out->status = QUEUE_WAITING;
    out->session_expires_at = -1;
    out->position = position < 1 ? 1 : position;
    out->estimated_wait_seconds = queue_estimate(q, out->position, now);
    out->poll_after_seconds =
        queue_poll_after(out->position, out->estimated_wait_seconds, q->claim_seconds);
}

void token_row_place_early(const struct snapshot_queue *q, int64_t now, struct queue_ticket *out)
{
    out->status = QUEUE_EARLY;
    out->ticket = 0;
    out->session_expires_at = -1;
    out->position = -1;
    out->estimated_wait_seconds = -1;
    out->poll_after_seconds = queue_poll_after_early(q, now);
}

/* The row says so; the queue only tells when to ask again. */
enum err token_row_place_unnumbered(struct app *app, struct queue_ticket *out)
{
    struct snapshot_queue q;
    enum err e = queue_read(app, out->concert_id, &q);
    if (e == ERR_OK)
        token_row_place_early(&q, snapshot_db_now(), out);
    return e;
}

/* From the snapshot; without one, those ahead are counted. */
enum err token_row_place_waiting(struct app *app, struct queue_ticket *out)
{
    struct snapshot_queue q;
    int64_t gone = 0, ahead = 0;
    bool is_gone = false;
    if (snapshot_place(out->concert_id, out->ticket, &q, &gone, &is_gone)) {
        token_row_place_at(&q, out->ticket - q.now_serving - gone, snapshot_db_now(), out);
        return ERR_OK;
    }
    enum err e =
        db_query_one(app->db, STMT_QUEUE_GET, snapshot_read_row, &q, DB_P_INT(out->concert_id));
    if (e == ERR_OK)
        e = db_query_one(app->db, STMT_TOKEN_AHEAD, read_int, &ahead, DB_P_INT(out->concert_id),
                         DB_P_INT(out->ticket), DB_P_INT(AHEAD_MAX));
    if (e == ERR_OK)
        token_row_place_at(&q, ahead + 1, q.as_of, out);
    return e;
}

static void place_inside(const struct token_row *t, struct queue_ticket *out)
{
    out->status = QUEUE_ACTIVE;
    out->position = 0;
    out->estimated_wait_seconds = 0;
    out->poll_after_seconds = queue_poll_after(0, 0, 0);
    out->session_expires_at = t->expires_at;
}

enum err token_row_place(struct app *app, const struct token_row *t, struct queue_ticket *out)
{
    out->token_id = t->token_id;
    out->user_id = t->user_id;
    out->concert_id = t->concert_id;
    out->ticket = t->ticket;
    out->issued_at = t->created_at;
    if (token_row_is(t, "PREQUEUE"))
        return token_row_place_unnumbered(app, out);
    if (!token_row_inside(t))
        return token_row_place_waiting(app, out);
    place_inside(t, out);
    return ERR_OK;
}
