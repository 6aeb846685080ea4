/* What operators changed: a page in JSON, or all of it as CSV. */
#include "http/audit_http.h"

#include "base/clock.h"
#include "domain/audit.h"
#include "http/accept.h"
#include "http/csv_out.h"
#include "http/json_out.h"
#include "http/params.h"
#include <inttypes.h>
#include <stdio.h>

/* --- JSON --- */

struct listing {
    struct text_buf *out;
    int limit, seen;
    int64_t last;
};

/* One row more than the page has is asked for: it only tells that there is a next page. */
static enum err put_entry(const struct audit_entry *entry, void *arg)
{
    struct listing *l = arg;
    struct text_buf *out = l->out;

    if (l->seen++ == l->limit)
        return ERR_OK;
    jout_object_begin(out, NULL);
    jout_int(out, "auditId", entry->audit_id);
    jout_time(out, "at", entry->at);
    jout_uuid(out, "actor", &entry->actor);
    jout_text(out, "action", entry->action);
    jout_text(out, "target", entry->target);
    jout_raw(out, "before", entry->before);
    jout_raw(out, "after", entry->after);
    jout_object_end(out);
    l->last = entry->audit_id;
    return ERR_OK;
}

static enum err put_page(struct request *req, struct response *res, const struct params_page *page)
{
    struct text_buf *out = &res->body;
    struct listing l = {.out = out, .limit = page->limit};
    enum err e;

    jout_object_begin(out, NULL);
    jout_array_begin(out, "entries");
    e = audit_list(req->app, page->id, page->limit + 1, put_entry, &l);
    jout_array_end(out);
    params_next(out, l.seen > l.limit, false, 0, l.last);
    jout_object_end(out);
    return e;
}

/* --- CSV --- */

/* Entries read at once. */
enum { PIECE = 200 };

struct writing {
    struct response *res;
    int64_t last;
    int rows;
};

static enum err put_row(const struct audit_entry *entry, void *arg)
{
    struct writing *w = arg;
    char id[24], at[CLOCK_RFC3339_SIZE], actor[UUID_TEXT_SIZE];
    const char *const cells[] = {
        id, at, actor, entry->action, entry->target, entry->before, entry->after};

    snprintf(id, sizeof id, "%" PRId64, entry->audit_id);
    clock_format(entry->at, at);
    uuid_to_text(&entry->actor, actor);
    csv_row(&w->res->body, cells, sizeof cells / sizeof *cells);
    w->last = entry->audit_id;
    w->rows++;
    return w->res->body.failed ? ERR_INTERNAL : ERR_OK;
}

/* Entries are only ever added, before those that have been read: piece by piece is as good as at
 * once. */
static enum err put_all(struct request *req, struct response *res)
{
    static const char *const names[] = {"auditId", "at",     "actor", "action",
                                        "target",  "before", "after"};
    struct writing w = {.res = res};
    enum err e;

    res->content_type = "text/csv; charset=utf-8";
    response_header(res, "Content-Disposition", "attachment; filename=\"audit.csv\"");
    csv_row(&res->body, names, sizeof names / sizeof *names);
    do {
        w.rows = 0;
        e = audit_list(req->app, w.last, PIECE, put_row, &w);
        if (e == ERR_OK)
            e = response_flow(res);
    } while (e == ERR_OK && w.rows == PIECE);
    return e;
}

enum err audit_http_list(struct request *req, struct response *res)
{
    static const char *const forms[] = {"application/json", "text/csv"};
    struct params_page page;
    enum err e = params_page(req, false, &page);

    if (e != ERR_OK)
        return e;
    response_header(res, "Vary", "Accept");
    return accept_choose(req->accept, forms, sizeof forms / sizeof *forms) == 1
               ? put_all(req, res)
               : put_page(req, res, &page);
}
