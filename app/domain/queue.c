/*
 * The waiting room, see domain/queue.h.
 *
 * Three kinds of answers. Who certainly waits (a number above now serving, not known to have left,
 * the wait not nearly over) is answered from the snapshot. Everyone else's row is read, and the
 * database's clock in the same statement says what is over. What moves money or seats locks the
 * row.
 */
#include "domain/queue.h"

#include "base/clock.h"
#include "base/log.h"
#include "db/tx.h"
#include "domain/booking.h"
#include "domain/queue_place.h"
#include "domain/snapshot.h"

/* Within so long of a token's exp its row is read, since exp is rounded up. */
enum { EXP_MARGIN_MS = 3000 };
/* A lock that took this long was waited for: the clock has to be read again. */
enum { WAITED_MS = 20 };
/* Places counted in the database, for a queue too new for the snapshot. */
enum { AHEAD_MAX = 10000 };

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

static enum err read_queue(struct app *app, int64_t concert_id, struct snapshot_queue *q)
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
    out->poll_after_seconds = 2;
    out->as_of = q->as_of;
    out->age_ms = age_of(q);
}

enum err queue_public(struct app *app, int64_t concert_id, struct queue_public *out)
{
    struct snapshot_queue q;
    enum err e = read_queue(app, concert_id, &q);
    if (e == ERR_OK)
        queue_public_of(&q, out);
    return e;
}

/* --- Rows --- */

struct token_row {
    int64_t token_id, concert_id, ticket, created_at, expires_at, claimed_at, session_ends_at, now;
    struct uuid user_id;
    char status[9];
    int64_t lifetime; /* of TOKEN_LIVE alone */
};

static enum err read_token(const struct db_value *row, void *arg)
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

static enum err read_live_token(const struct db_value *row, void *arg)
{
    ((struct token_row *)arg)->lifetime = db_int(&row[10]);
    return read_token(row, arg);
}

static bool is(const struct token_row *t, const char *status)
{
    return strcmp(t->status, status) == 0;
}

static bool over(const struct token_row *t)
{
    if (is(t, "PREQUEUE"))
        return false;
    return t->expires_at <= t->now || (!is(t, "WAITING") && !is(t, "ACTIVE"));
}

static bool inside(const struct token_row *t)
{
    return !over(t) && is(t, "ACTIVE");
}

/*
 * Whether the bearer's token is over with its row. Its exp is the end of the wait, so it ends who
 * waits, by the database's clock; an admitted session may well outlast it. So may the wait of a
 * token that has no number: the opening can be put off.
 */
static bool over_for(const struct caller *caller, const struct token_row *t)
{
    if (over(t) || t->concert_id != caller->concert_id || !uuid_equal(&t->user_id, &caller->user))
        return true;
    return is(t, "WAITING") && caller->ticket > 0 && caller->exp * 1000 <= t->now;
}

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

/* --- Places --- */

/* What a waiting visitor is told. A number below now serving, whose insert came late, is next. */
static void place_at(const struct snapshot_queue *q, int64_t position, int64_t now,
                     struct queue_ticket *out)
{
    out->status = QUEUE_WAITING;
    out->session_expires_at = -1;
    out->position = position < 1 ? 1 : position;
    out->estimated_wait_seconds = queue_estimate(q, out->position, now);
    out->poll_after_seconds =
        queue_poll_after(out->position, out->estimated_wait_seconds, q->claim_seconds);
}

static void place_early(const struct snapshot_queue *q, int64_t now, struct queue_ticket *out)
{
    out->status = QUEUE_EARLY;
    out->ticket = 0;
    out->session_expires_at = -1;
    out->position = -1;
    out->estimated_wait_seconds = -1;
    out->poll_after_seconds = queue_poll_after_early(q, now);
}

/* The row says so; the queue only tells when to ask again. */
static enum err place_without_number(struct app *app, struct queue_ticket *out)
{
    struct snapshot_queue q;
    enum err e = read_queue(app, out->concert_id, &q);
    if (e == ERR_OK)
        place_early(&q, snapshot_db_now(), out);
    return e;
}

/* From the snapshot; without one, those ahead are counted. */
static enum err place_waiting(struct app *app, struct queue_ticket *out)
{
    struct snapshot_queue q;
    int64_t gone = 0, ahead = 0;
    bool is_gone = false;
    if (snapshot_place(out->concert_id, out->ticket, &q, &gone, &is_gone)) {
        place_at(&q, out->ticket - q.now_serving - gone, snapshot_db_now(), out);
        return ERR_OK;
    }
    enum err e =
        db_query_one(app->db, STMT_QUEUE_GET, snapshot_read_row, &q, DB_P_INT(out->concert_id));
    if (e == ERR_OK)
        e = db_query_one(app->db, STMT_TOKEN_AHEAD, read_int, &ahead, DB_P_INT(out->concert_id),
                         DB_P_INT(out->ticket), DB_P_INT(AHEAD_MAX));
    if (e == ERR_OK)
        place_at(&q, ahead + 1, q.as_of, out);
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

static enum err place_row(struct app *app, const struct token_row *t, struct queue_ticket *out)
{
    out->token_id = t->token_id;
    out->user_id = t->user_id;
    out->concert_id = t->concert_id;
    out->ticket = t->ticket;
    out->issued_at = t->created_at;
    if (is(t, "PREQUEUE"))
        return place_without_number(app, out);
    if (!inside(t))
        return place_waiting(app, out);
    place_inside(t, out);
    return ERR_OK;
}

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

/* The bearer's row, an admitted session claimed by the way. ERR_QUEUE_TOKEN_EXPIRED if it is over
 * or gone. */
static enum err read_live(struct app *app, const struct caller *caller, struct token_row *t)
{
    enum err e = db_query_one(app->db, STMT_TOKEN_GET, read_token, t, DB_P_INT(caller->token_id));
    if (e == ERR_NO_ROW)
        return ERR_QUEUE_TOKEN_EXPIRED;
    if (e != ERR_OK)
        return e;
    if (over_for(caller, t))
        return ERR_QUEUE_TOKEN_EXPIRED;
    if (!is(t, "ACTIVE") || t->claimed_at >= 0)
        return ERR_OK;
    e = db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(caller->token_id));
    if (e != ERR_OK)
        return e;
    e = db_query_one(app->db, STMT_TOKEN_GET, read_token, t, DB_P_INT(caller->token_id));
    if (e == ERR_NO_ROW || (e == ERR_OK && over(t)))
        return ERR_QUEUE_TOKEN_EXPIRED;
    return e;
}

/* --- Joining --- */

static enum err found(struct app *app, const struct token_row *t, struct queue_ticket *out)
{
    int64_t life = t->created_at + t->lifetime * 1000;
    out->created = false;
    out->token_expires_at = (life > t->expires_at ? life : t->expires_at) + 1000;
    return place_row(app, t, out);
}

/* The user's live row, if any, claimed if inside; one that is over is put away. ERR_NO_ROW. */
static enum err find_live(struct app *app, const struct uuid *user_id, int64_t concert_id,
                          struct token_row *t)
{
    enum err e = db_query_one(app->db, STMT_TOKEN_LIVE, read_live_token, t, DB_P_UUID(user_id),
                              DB_P_INT(concert_id));
    if (e != ERR_OK)
        return e;
    if (!over(t) && is(t, "ACTIVE") && t->claimed_at < 0) {
        e = db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(t->token_id));
        if (e == ERR_OK)
            e = db_query_one(app->db, STMT_TOKEN_LIVE, read_live_token, t, DB_P_UUID(user_id),
                             DB_P_INT(concert_id));
        if (e != ERR_OK)
            return e;
    }
    if (!over(t))
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

/* A number that was drawn and not used is recorded, so that positions leave it out. */
static void void_ticket(struct app *app, int64_t concert_id, int64_t ticket)
{
    static const struct uuid nobody;
    if (db_exec(app->db, STMT_TOKEN_VOID, NULL, DB_P_INT(concert_id), DB_P_UUID(&nobody),
                DB_P_INT(ticket)) == ERR_OK)
        snapshot_mark_gone(concert_id, ticket, 0);
}

/* What is the same of every new row. */
static void note_joined(struct app *app, const struct uuid *user_id, const struct snapshot_queue *q,
                        struct queue_ticket *out)
{
    out->token_id = db_insert_id(app->db);
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
    note_joined(app, user_id, q, out);
    place_early(q, out->issued_at, out);
    return ERR_OK;
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
    if (e == ERR_DB_DUPLICATE || e == ERR_DB_RETRY || (e == ERR_OK && affected != 1))
        void_ticket(app, concert_id, out->ticket);
    if (e != ERR_OK)
        return e;
    if (affected != 1)
        return ERR_NO_ROW;
    note_joined(app, user_id, q, out);
    return place_waiting(app, out);
}

enum err queue_join(struct app *app, const struct uuid *user_id, int64_t concert_id,
                    struct queue_ticket *out)
{
    enum { TRIES = 5 };
    struct snapshot_queue q;
    struct token_row t;
    enum err e = read_queue(app, concert_id, &q);
    if (e != ERR_OK)
        return e;
    out->token_changed = false;
    for (int i = 0; i < TRIES; i++) {
        e = find_live(app, user_id, concert_id, &t);
        if (e == ERR_OK)
            return found(app, &t, out);
        if (e != ERR_NO_ROW)
            return e;
        e = check_joinable(app, concert_id, &q);
        if (e != ERR_OK)
            return e;
        e = q.prequeue == 1 ? enter_early(app, user_id, &q, out) : draw(app, user_id, &q, out);
        if (e == ERR_NO_ROW) {
            /* The state changed a moment ago: the row says what it is now. */
            e = db_query_one(app->db, STMT_QUEUE_GET, snapshot_read_row, &q, DB_P_INT(concert_id));
            if (e != ERR_OK)
                return e;
        } else if (e != ERR_DB_DUPLICATE && e != ERR_DB_RETRY) {
            return e;
        }
    }
    return ERR_BUSY;
}

/* --- Polling and being inside --- */

/* The answer to who certainly waits, by the snapshot alone. */
static bool poll_snapshot(const struct caller *caller, struct queue_ticket *out)
{
    struct snapshot_queue q;
    int64_t gone;
    if (caller->ticket == 0 && snapshot_place_early(caller->concert_id, caller->token_id, &q))
        place_early(&q, snapshot_db_now(), out);
    else if (caller->ticket > 0 && waits_surely(caller, &q, &gone))
        place_at(&q, caller->ticket - q.now_serving - gone, snapshot_db_now(), out);
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
    return place_row(app, &t, out);
}

/* The bearer of a token without a number may have been given one meanwhile. */
static enum err place_by_row(struct app *app, const struct caller *caller, struct queue_ticket *out)
{
    struct token_row t;
    enum err e = db_query_one(app->db, STMT_TOKEN_GET, read_token, &t, DB_P_INT(caller->token_id));
    if (e != ERR_OK)
        return e == ERR_NO_ROW ? ERR_QUEUE_TOKEN_EXPIRED : e;
    out->ticket = t.ticket;
    return t.ticket > 0 ? place_waiting(app, out) : place_without_number(app, out);
}

enum err queue_not_admitted(struct app *app, const struct caller *caller)
{
    struct queue_ticket ticket = {.concert_id = caller->concert_id, .ticket = caller->ticket};
    enum err e =
        caller->ticket > 0 ? place_waiting(app, &ticket) : place_by_row(app, caller, &ticket);
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
    return inside(&t) ? ERR_OK : queue_not_admitted(app, caller);
}

/* --- In transactions --- */

void queue_claim(struct app *app, const struct caller *caller)
{
    enum err e = db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(caller->token_id));
    if (e != ERR_OK)
        log_warn("claim", "err=%s", err_name(e));
}

enum err queue_lock(struct app *app, const struct caller *caller, struct queue_row *out)
{
    struct token_row t;
    int64_t start = clock_monotonic_ms();
    *out = (struct queue_row){0};
    enum err e = db_query_one(app->db, STMT_TOKEN_LOCK, read_token, &t, DB_P_INT(caller->token_id));
    if (e == ERR_NO_ROW)
        return db_now(app->db, &out->now);
    if (e == ERR_OK && clock_monotonic_ms() - start >= WAITED_MS)
        e = db_now(app->db, &t.now);
    if (e != ERR_OK)
        return e;
    out->now = t.now;
    out->live = !over_for(caller, &t);
    out->inside = out->live && inside(&t);
    out->first_end_passed = t.session_ends_at >= 0 && t.session_ends_at <= t.now;
    out->expires_at = t.expires_at;
    out->ticket = t.ticket;
    if (out->inside && t.claimed_at < 0)
        return db_exec(app->db, STMT_TOKEN_CLAIM, NULL, DB_P_INT(caller->token_id));
    return ERR_OK;
}

enum err queue_lengthen(struct app *app, int64_t token_id, int64_t until)
{
    int64_t affected = 0;
    enum err e =
        db_exec(app->db, STMT_TOKEN_LENGTHEN, &affected, DB_P_TIME(until), DB_P_INT(token_id));
    return e == ERR_OK && affected != 1 ? ERR_DB_RETRY : e;
}

enum err queue_finish(struct app *app, int64_t token_id)
{
    int64_t affected = 0;
    enum err e = db_exec(app->db, STMT_TOKEN_FINISH, &affected, DB_P_INT(token_id));
    return e == ERR_OK && affected != 1 ? ERR_DB_RETRY : e;
}

struct leave {
    struct app *app;
    const struct caller *caller;
    struct idem *idem;
    int64_t ticket; /* out */
};

static enum err leave(struct db *db, void *arg)
{
    struct leave *l = arg;
    struct queue_row row;
    enum err e = idem_begin(db, l->idem);
    if (e == ERR_OK)
        e = queue_lock(l->app, l->caller, &row);
    if (e != ERR_OK)
        return e;
    if (!row.live)
        return ERR_QUEUE_TOKEN_EXPIRED;
    l->ticket = row.ticket;
    e = booking_release_others(l->app, &l->caller->user, l->caller->concert_id, 0);
    if (e == ERR_OK)
        e = db_exec(db, STMT_TOKEN_LEAVE, NULL, DB_P_INT(l->caller->token_id));
    return e == ERR_OK ? idem_finish(db, l->idem) : e;
}

enum err queue_leave(struct app *app, const struct caller *caller, struct idem *idem)
{
    struct leave l = {app, caller, idem, 0};
    enum err e = tx_run(app->db, leave, &l);
    if (e == ERR_OK)
        snapshot_mark_gone(caller->concert_id, l.ticket, caller->token_id);
    return e;
}
