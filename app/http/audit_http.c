/* What operators changed. */
#include "http/audit_http.h"

#include "domain/audit.h"
#include "http/json_out.h"
#include "http/params.h"

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

enum err audit_http_list(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    struct listing l = {.out = out};
    struct params_page page;
    enum err e = params_page(req, false, &page);

    if (e != ERR_OK)
        return e;
    l.limit = page.limit;
    jout_object_begin(out, NULL);
    jout_array_begin(out, "entries");
    e = audit_list(req->app, page.id, page.limit + 1, put_entry, &l);
    jout_array_end(out);
    params_next(out, l.seen > l.limit, false, 0, l.last);
    jout_object_end(out);
    return e;
}
