/* The context of domain functions, see domain/app.h. */
#include "domain/app.h"

#include "db/db.h"
#include "domain/snapshot.h"
#include <stdlib.h>

void app_problem_reset(struct app *app)
{
    app->problem.field = NULL;
    app->problem.position = -1;
    app->problem.retry_after = -1;
    app->problem.balance = -1;
    app->problem.amount = -1;
    app->problem.seat_count = 0;
}

enum err app_field(struct app *app, enum err e, const char *field)
{
    app->problem.field = field;
    return e;
}

struct app *app_new(const struct config *cfg)
{
    struct app *app = calloc(1, sizeof *app);
    if (!app)
        return NULL;
    app->cfg = cfg;
    app->db = db_new(cfg);
    if (!app->db) {
        free(app);
        return NULL;
    }
    app_problem_reset(app);
    db_watch(snapshot_database_down);
    return app;
}

void app_free(struct app *app)
{
    if (!app)
        return;
    db_watch(NULL);
    db_free(app->db);
    free(app);
}
