/* Whether all is well, see domain/health.h. */
#include "domain/health.h"

#include "db/db.h"
#include "db/migrate.h"
#include "domain/snapshot.h"

enum { JOB_FRESH_MS = 10000 };

struct ticked {
    int64_t at, now;
};

static enum err read_int(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_int(&row[0]);
    return ERR_OK;
}

static enum err read_ticked(const struct db_value *row, void *arg)
{
    struct ticked *t = arg;
    t->at = db_time(&row[2]);
    t->now = db_time(&row[3]);
    return ERR_OK;
}

static void read_job(struct app *app, struct health *out)
{
    struct ticked t = {-1, 0};
    if (db_query_one(app->db, STMT_LEASE_GET, read_ticked, &t) != ERR_OK || t.at < 0)
        return;
    out->job_age_ms = t.now > t.at ? t.now - t.at : 0;
    out->job = out->job_age_ms <= JOB_FRESH_MS;
}

void health_read(struct app *app, struct health *out)
{
    int64_t number = 0;
    *out = (struct health){.job_age_ms = -1, .snapshot_age_ms = snapshot_age_ms()};
    /* Known to be out of reach, it is not waited for. */
    if (snapshot_database_down() || db_open(app->db) != ERR_OK)
        return;
    enum err e = db_query_one(app->db, STMT_SCHEMA_NUMBER, read_int, &number);
    out->database = e != ERR_DB_LOST;
    out->schema = e == ERR_OK && number == migrate_known();
    if (out->schema)
        read_job(app, out);
}
