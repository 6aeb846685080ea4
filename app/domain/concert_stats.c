/* A concert's figures for its operator, see domain/concert.h. */
#include "domain/concert.h"

#include "db/db.h"
#include "domain/snapshot.h"
#include <stdlib.h>

struct stats {
    struct concert_stats *out;
    int cap;
};

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

static enum err read_schedule(const struct db_value *row, void *arg)
{
    struct stats *s = arg;
    struct concert_stats *out = s->out;
    if (out->count == s->cap) {
        int cap = s->cap ? s->cap * 2 : 64;
        struct concert_stats_schedule *more = realloc(out->schedules, (size_t)cap * sizeof *more);
        if (!more)
            return ERR_INTERNAL;
        out->schedules = more;
        s->cap = cap;
    }
    out->schedules[out->count++] = (struct concert_stats_schedule){
        .schedule_id = db_int(&row[0]),
        .available = db_int(&row[1]),
        .held = db_int(&row[2]),
        .sold = db_int(&row[3]),
        .blocked = db_int(&row[4]),
        .revenue = db_int(&row[5]),
    };
    return ERR_OK;
}

enum err concert_stats(struct app *app, int64_t concert_id, struct concert_stats *out)
{
    struct queue_public queue;
    struct stats s = {.out = out};
    memset(out, 0, sizeof *out);
    enum err e = queue_public(app, concert_id, &queue);
    if (e != ERR_OK)
        return e;
    out->waiting = queue.waiting;
    out->active = queue.active;
    out->now_serving = queue.now_serving;
    out->last_ticket = queue.last_ticket;
    e = db_query_one(app->db, STMT_STATS_ADMITTED, read_int, &out->admitted_last_minute,
                     DB_P_INT(concert_id));
    if (e == ERR_OK)
        e = db_query_one(app->db, STMT_STATS_SOLD, read_int, &out->sold_last_minute,
                         DB_P_INT(concert_id));
    if (e == ERR_OK)
        e = db_query(app->db, STMT_STATS_SCHEDULES, read_schedule, &s, DB_P_INT(concert_id));
    if (e != ERR_OK) {
        free(out->schedules);
        out->schedules = NULL;
    }
    return e;
}
