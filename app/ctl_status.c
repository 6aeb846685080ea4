/* What `frontrow status` prints, see ctl_status.h. */
#include "ctl_status.h"

#include "base/version.h"
#include "ctl.h"
#include "db/migrate.h"
#include "http/json_out.h"
#include <inttypes.h>

bool ctl_status_well(const struct status *s)
{
    return s->health.database && s->health.schema && s->health.job;
}

static const char *verdict(bool ok)
{
    return ok ? "ok" : "fail";
}

void ctl_status_print(FILE *to, const struct status *s)
{
    const struct health *h = &s->health;

    fprintf(to, "database  %-4s  %s\n", verdict(h->database),
            h->database ? s->server_version : "out of reach; nothing else is known");
    if (!h->database)
        return;
    fprintf(to, "schema    %-4s  at %d, this program needs %d\n", verdict(h->schema),
            s->schema_version, migrate_known());
    fprintf(to, "job       %-4s  ", verdict(h->job));
    if (h->job_age_ms < 0)
        fputs("has never run\n", to);
    else
        fprintf(to, "last tick %.1f s ago, lease with %s\n", (double)h->job_age_ms / 1000,
                s->lease_holder[0] ? s->lease_holder : "nobody");
    fprintf(to, "concerts  %" PRId64 "\n", s->concert_total);
    if (s->count == 0)
        return;
    fprintf(to, "\n%6s  %-8s %8s %7s %8s %8s %7s %7s %6s %7s  %s\n", "id", "queue", "waiting",
            "inside", "serving", "last", "seats", "free", "held", "sold", "title");
    for (int i = 0; i < s->count; i++) {
        const struct status_concert *c = &s->concerts[i];

        fprintf(to,
                "%6" PRId64 "  %-8s %8" PRId64 " %7" PRId64 " %8" PRId64 " %8" PRId64 " %7" PRId64
                " %7" PRId64 " %6" PRId64 " %7" PRId64 "  ",
                c->concert_id, queue_condition_name(c->state), c->waiting, c->active,
                c->now_serving, c->last_ticket, c->seats, c->available, c->held, c->sold);
        ctl_print_plain(to, c->title);
        fputc('\n', to);
    }
    if (s->concert_total > s->count)
        fprintf(to, "and %" PRId64 " older ones\n", s->concert_total - s->count);
}

static void write_concert(struct text_buf *out, const struct status_concert *c)
{
    jout_object_begin(out, NULL);
    jout_int(out, "concertId", c->concert_id);
    jout_text(out, "title", c->title);
    jout_text(out, "state", queue_condition_name(c->state));
    jout_int(out, "waiting", c->waiting);
    jout_int(out, "active", c->active);
    jout_int(out, "nowServing", c->now_serving);
    jout_int(out, "lastTicket", c->last_ticket);
    jout_int(out, "seats", c->seats);
    jout_int(out, "available", c->available);
    jout_int(out, "held", c->held);
    jout_int(out, "sold", c->sold);
    jout_object_end(out);
}

static void write_status(struct text_buf *out, const struct status *s)
{
    const struct health *h = &s->health;

    jout_object_begin(out, NULL);
    jout_text(out, "status", verdict(ctl_status_well(s)));
    jout_object_begin(out, "checks");
    jout_text(out, "database", verdict(h->database));
    jout_text(out, "schema", verdict(h->schema));
    jout_text(out, "job", verdict(h->job));
    jout_object_end(out);
    jout_text(out, "version", FRONTROW_VERSION);
    jout_text_opt(out, "serverVersion", s->server_version);
    jout_int(out, "schemaVersion", s->schema_version);
    jout_int(out, "schemaNeeded", migrate_known());
    if (h->job_age_ms < 0)
        jout_null(out, "jobAgeMilliseconds");
    else
        jout_int(out, "jobAgeMilliseconds", h->job_age_ms);
    jout_text_opt(out, "leaseHolder", s->lease_holder);
    jout_int(out, "concertTotal", s->concert_total);
    jout_array_begin(out, "concerts");
    for (int i = 0; i < s->count; i++)
        write_concert(out, &s->concerts[i]);
    jout_array_end(out);
    jout_object_end(out);
}

enum err ctl_status_print_json(FILE *to, const struct status *s)
{
    struct text_buf out = {0};
    bool failed;

    write_status(&out, s);
    failed = out.failed;
    if (!failed)
        fprintf(to, "%s\n", out.data);
    text_buf_free(&out);
    return failed ? ERR_INTERNAL : ERR_OK;
}
