/*
 * The process that looks at seats for its host's workers, see domain/looks.h.
 *
 * First it is found out who is inside; then the sessions of those are claimed that have not been
 * yet, which waits for nobody; then the halls are read, those of which most seats are in the same
 * state with one statement.
 */
#include "domain/looks.h"

#include "domain/clerk.h"
#include "domain/seat_states.h"

/* Whoever has been taken care of may as well look alone. */
enum { PATIENCE_MS = 500 };

static struct desk *desk;

enum err looks_init(void)
{
    desk = desk_new(sizeof(struct looks_ask), sizeof(struct looks_answer), PATIENCE_MS);
    return desk ? ERR_OK : ERR_INTERNAL;
}

struct desk *looks_desk(void)
{
    return desk;
}

/* A hall that somebody looks at. */
struct view {
    struct hall hall;
    char letters[LOOKS_SEATS_MAX + 1];
    struct seat_states states;
    struct db_value edition; /* a number, or NULL: nothing has been changed */
    bool seen;
};

struct look {
    const struct looks_ask *ask;
    bool inside, claimed;
    struct view *view; /* NULL: there is none */
};

struct batch {
    struct app *app;
    struct look looks[CLERK_BATCH];
    int count;
    int64_t locked[CLERK_BATCH]; /* tokens whose sessions are being claimed */
    int locked_count;
    struct view views[CLERK_BATCH];
    int view_count;
};

/* --- Who is inside --- */

static enum err read_inside(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    struct uuid user;
    db_uuid(&row[1], &user);
    for (struct look *l = b->looks; l < b->looks + b->count; l++) {
        if (l->ask->token_id != db_int(&row[0]) || l->ask->concert_id != db_int(&row[2]) ||
            !uuid_equal(&l->ask->user, &user))
            continue;
        l->inside = true;
        l->claimed = db_int(&row[3]) != 0;
    }
    return ERR_OK;
}

static enum err find_inside(struct batch *b)
{
    struct db_value marks[CLERK_BATCH];
    int64_t ids[CLERK_BATCH];
    for (int i = 0; i < b->count; i++)
        ids[i] = b->looks[i].ask->token_id;
    clerk_marks(marks, ids, b->count);
    return db_query_params(b->app->db, STMT_DESK_INSIDE, read_inside, b, marks, CLERK_BATCH);
}

static int list_unclaimed(const struct batch *b, int64_t *ids)
{
    int n = 0;
    for (int i = 0; i < b->count; i++)
        if (b->looks[i].inside && !b->looks[i].claimed)
            ids[n++] = b->looks[i].ask->token_id;
    return n;
}

static enum err read_locked(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    b->locked[b->locked_count++] = db_int(&row[0]);
    return ERR_OK;
}

static enum err claim(struct db *db, void *arg)
{
    struct batch *b = arg;
    struct db_value marks[CLERK_BATCH];
    int64_t ids[CLERK_BATCH], claimed = 0;
    b->locked_count = 0;
    clerk_marks(marks, ids, list_unclaimed(b, ids));
    enum err e = db_query_params(db, STMT_DESK_CLAIM_LOCK, read_locked, b, marks, CLERK_BATCH);
    if (e != ERR_OK || b->locked_count == 0)
        return e;
    clerk_marks(marks, b->locked, b->locked_count);
    e = db_exec_params(db, STMT_DESK_CLAIM, marks, CLERK_BATCH, &claimed);
    return e == ERR_OK && claimed != b->locked_count ? ERR_DB_RETRY : e;
}

static bool is_locked(const struct batch *b, int64_t token_id)
{
    for (int i = 0; i < b->locked_count; i++)
        if (b->locked[i] == token_id)
            return true;
    return false;
}

/* Whoever's row somebody else has goes alone. */
static void claim_sessions(struct clerk *c, struct batch *b)
{
    int64_t ids[CLERK_BATCH];
    if (list_unclaimed(b, ids) == 0)
        return;
    bool done = clerk_transact(c, claim, b) == DESK_DONE;
    for (struct look *l = b->looks; l < b->looks + b->count; l++)
        if (l->inside && !l->claimed)
            l->inside = l->claimed = done && is_locked(b, l->ask->token_id);
}

/* --- What they see --- */

static struct view *view_of(struct batch *b, int64_t schedule_id)
{
    for (struct view *v = b->views; v < b->views + b->view_count; v++)
        if (v->hall.facts.schedule_id == schedule_id)
            return v;
    struct view *v = &b->views[b->view_count];
    v->seen = false;
    if (!hall_find(schedule_id, &v->hall))
        return NULL;
    b->view_count++; /* from here on it is to be freed */
    if (v->hall.facts.capacity > LOOKS_SEATS_MAX)
        return NULL;
    seat_states_begin(&v->states, &v->hall, v->letters);
    v->edition = DB_P_NULL;
    v->seen = true;
    return v;
}

/* Columns: schedule; seat and state, or the edition and NULL. */
static enum err read_state(const struct db_value *row, void *arg)
{
    struct batch *b = arg;
    for (struct view *v = b->views; v < b->views + b->view_count; v++) {
        if (v->hall.facts.schedule_id != db_int(&row[0]))
            continue;
        if (db_is_null(&row[2]))
            v->edition = row[1];
        else
            seat_states_take(&v->states, &row[1], &row[2]);
    }
    return ERR_OK;
}

/* The halls of which most seats are in this state. */
static enum err read_views(struct batch *b, char letter)
{
    struct db_value params[2 * CLERK_BATCH + 1];
    int64_t ids[CLERK_BATCH];
    int n = 0;
    for (const struct view *v = b->views; v < b->views + b->view_count; v++)
        if (v->seen && v->states.mostly == letter)
            ids[n++] = v->hall.facts.schedule_id;
    if (n == 0)
        return ERR_OK;
    clerk_marks(params, ids, n);
    params[CLERK_BATCH] = DB_P_STR(seats_state_name(letter));
    clerk_marks(params + CLERK_BATCH + 1, ids, n);
    return db_stream_params(b->app->db, STMT_DESK_STATES, read_state, b, params,
                            2 * CLERK_BATCH + 1);
}

static enum err read_all(struct batch *b)
{
    enum err e = ERR_OK;
    for (struct look *l = b->looks; l < b->looks + b->count; l++)
        l->view = l->inside ? view_of(b, l->ask->schedule_id) : NULL;
    for (const char *letter = "ASB"; *letter && e == ERR_OK; letter++)
        e = read_views(b, *letter);
    for (struct view *v = b->views; v < b->views + b->view_count; v++) {
        if (v->seen)
            seat_states_edition(&v->states, &v->edition);
        v->seen = e == ERR_OK && v->seen && seat_states_end(&v->states) == ERR_OK;
    }
    return e;
}

static void serve(struct clerk *c, const struct desk_ticket *tickets, const void *asks, int count)
{
    static struct batch b;
    b.app = c->app;
    b.count = count;
    b.view_count = 0;
    for (int i = 0; i < count; i++)
        b.looks[i] = (struct look){.ask = (const struct looks_ask *)asks + i};
    enum err e = find_inside(&b);
    if (e == ERR_OK)
        claim_sessions(c, &b);
    if (e == ERR_OK)
        e = read_all(&b);
    for (int i = 0; i < count; i++) {
        const struct view *v = e == ERR_OK ? b.looks[i].view : NULL;
        bool seen = v && v->seen;
        desk_reply(c->desk, &tickets[i], seen ? DESK_DONE : DESK_ALONE, seen ? v->letters : NULL);
    }
    for (int i = 0; i < b.view_count; i++)
        hall_free(&b.views[i].hall);
}

int looks_run(const struct config *cfg, const volatile sig_atomic_t *stop)
{
    return clerk_run(cfg, desk, sizeof(struct looks_ask), serve, stop);
}
