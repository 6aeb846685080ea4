/* The seats of a show as its operator sees and changes them. */
#include "http/seats_admin_http.h"

#include "domain/schedule.h"
#include "domain/seat_map.h"
#include "domain/seats_edit.h"
#include "http/json_out.h"
#include "http/schedule_http.h"
#include <stdio.h>

enum change_bits { CHANGE_LAST = 1 << 0, CHANGE_PRICE = 1 << 1, CHANGE_BLOCKED = 1 << 2 };

struct change_body {
    struct bind_target target;
    int64_t first, last, price;
    bool blocked;
};

#define NUMBER(label, member, least, most, ...)                                                    \
    {                                                                                              \
        .name = label, .type = BIND_INT, .offset = offsetof(struct change_body, member),           \
        .min = least, .max = most, __VA_ARGS__                                                     \
    }

static const struct bind_field change_fields[] = {
    NUMBER("first", first, 1, INT64_MAX, .required = true),
    NUMBER("last", last, 1, INT64_MAX, .bit = CHANGE_LAST),
    NUMBER("price", price, 0, SCHEDULE_MAX_PRICE, .bit = CHANGE_PRICE),
    {.name = "blocked",
     .type = BIND_BOOL,
     .offset = offsetof(struct change_body, blocked),
     .bit = CHANGE_BLOCKED},
    {.name = NULL},
};

const struct bind_field seats_body_fields[] = {
    {.name = "changes",
     .type = BIND_ARRAY,
     .offset = offsetof(struct seats_body, changes),
     .required = true,
     .min_items = 1,
     .max_items = SEATS_EDIT_CHANGES,
     .fields = change_fields,
     .item_size = sizeof(struct change_body)},
    {.name = NULL},
};

static enum err bad_change(struct request *req, int i, const char *member)
{
    snprintf(req->field, sizeof req->field, "changes[%d]%s", i, member);
    return app_field(req->app, ERR_INVALID_FIELD, req->field);
}

static enum err take_changes(struct request *req, const struct bind_array *from,
                             struct seats_change *out)
{
    const struct change_body *bodies = from->items;

    for (int i = 0; i < from->count; i++) {
        const struct change_body *b = &bodies[i];
        unsigned given = b->target.present;

        out[i] = (struct seats_change){
            .first = b->first,
            .last = (given & CHANGE_LAST) ? b->last : b->first,
            .price = (given & CHANGE_PRICE) ? b->price : -1,
            .blocked = (given & CHANGE_BLOCKED) ? b->blocked : -1,
        };
        if (out[i].last < out[i].first)
            return bad_change(req, i, ".last");
        if (!(given & (CHANGE_PRICE | CHANGE_BLOCKED)))
            return bad_change(req, i, "");
    }
    return ERR_OK;
}

static void put_figures(struct text_buf *out, const struct seats_figures *f)
{
    jout_object_begin(out, NULL);
    jout_int(out, "scheduleId", f->schedule_id);
    jout_int(out, "capacity", f->capacity);
    jout_int(out, "available", f->available);
    jout_int(out, "held", f->held);
    jout_int(out, "sold", f->sold);
    jout_int(out, "blocked", f->blocked);
    jout_int(out, "revenue", f->revenue);
    jout_object_end(out);
}

/* --- For the audit log --- */

static void put_after(const struct seats_record *r, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_int(out, "changed", r->changed);
    jout_array_begin(out, "changes");
    for (const struct seats_change *c = r->changes; c < r->changes + r->change_count; c++) {
        jout_object_begin(out, NULL);
        jout_int(out, "first", c->first);
        jout_int(out, "last", c->last);
        if (c->price >= 0)
            jout_int(out, "price", c->price);
        if (c->blocked >= 0)
            jout_bool(out, "blocked", c->blocked);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_object_end(out);
}

static void put_before(const struct seats_record *r, struct text_buf *out)
{
    jout_object_begin(out, NULL);
    jout_array_begin(out, "seats");
    for (const struct seats_before *b = r->before; b < r->before + r->before_count; b++) {
        jout_object_begin(out, NULL);
        jout_int(out, "first", b->first);
        jout_int(out, "last", b->last);
        jout_int(out, "price", b->price);
        jout_bool(out, "blocked", b->blocked);
        jout_object_end(out);
    }
    jout_array_end(out);
    jout_bool(out, "more", r->more);
    jout_object_end(out);
}

/* --- Handlers --- */

enum err seats_admin_http_patch(struct request *req, struct response *res)
{
    const struct seats_body *body = (const struct seats_body *)req->input;
    struct seats_change changes[SEATS_EDIT_CHANGES];
    struct seats_figures figures;
    enum err e = take_changes(req, &body->changes, changes);

    if (e == ERR_OK)
        e = seats_edit(req->app, &req->caller, request_id(req), changes, body->changes.count,
                       put_before, put_after, &figures);
    if (e == ERR_OK)
        put_figures(&res->body, &figures);
    return e;
}

enum err seats_admin_http_get(struct request *req, struct response *res)
{
    char version[SEAT_MAP_VERSION_SIZE];
    struct seats seats;
    enum err e = seats_look(req->app, request_id(req), &seats);

    if (e != ERR_OK)
        return e;
    e = seat_map_version(&seats, version);
    if (e == ERR_OK)
        schedule_http_put_map(&seats, version, &res->body);
    seats_free(&seats);
    return e;
}
