/* What is going on, see domain/status.h. */
#include "domain/status.h"

#include "db/db.h"
#include <stdlib.h>

enum { CONCERTS_SHOWN = 50 };

static enum err read_server(const struct db_value *row, void *arg)
{
    struct status *s = arg;
    db_text(&row[0], s->server_version, sizeof s->server_version);
    s->schema_version = (int)db_int(&row[1]);
    db_text(&row[2], s->lease_holder, sizeof s->lease_holder);
    s->concert_total = db_int(&row[3]);
    return ERR_OK;
}

static enum err read_concert(const struct db_value *row, void *arg)
{
    struct status *s = arg;
    struct status_concert *c = &s->concerts[s->count++];
    c->concert_id = db_int(&row[0]);
    db_text(&row[1], c->title, sizeof c->title);
    c->state = queue_condition_read(&row[2]);
    c->waiting = db_int(&row[3]);
    c->active = db_int(&row[4]);
    c->now_serving = db_int(&row[5]);
    c->last_ticket = db_int(&row[6]);
    c->seats = db_int(&row[7]);
    c->available = db_int(&row[8]);
    c->held = db_int(&row[9]);
    c->sold = db_int(&row[10]);
    return ERR_OK;
}

enum err status_read(struct app *app, struct status *out)
{
    *out = (struct status){.count = 0};
    health_read(app, &out->health);
    if (!out->health.database)
        return ERR_DB_LOST;
    if (!out->health.schema)
        return ERR_OK;
    out->concerts = calloc(CONCERTS_SHOWN, sizeof *out->concerts);
    if (!out->concerts)
        return ERR_INTERNAL;
    enum err e = db_query_one(app->db, STMT_TOOL_STATUS_SERVER, read_server, out);
    if (e == ERR_OK)
        e = db_query(app->db, STMT_TOOL_STATUS_CONCERTS, read_concert, out,
                     DB_P_INT(CONCERTS_SHOWN));
    if (e != ERR_OK) {
        free(out->concerts);
        out->concerts = NULL;
    }
    return e;
}
