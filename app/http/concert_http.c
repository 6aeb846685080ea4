/* Concerts as the public sees them. */
#include "http/concert_http.h"

#include "domain/concert.h"
#include "http/json_out.h"
#include "http/params.h"
#include <stdlib.h>

static void put_listing(struct text_buf *out, const struct concert_listing *c)
{
    jout_object_begin(out, NULL);
    jout_int(out, "concertId", c->concert_id);
    jout_text(out, "title", c->title);
    jout_text_opt(out, "artist", c->artist);
    jout_text_opt(out, "host", c->host);
    jout_text(out, "timeZone", c->time_zone);
    jout_time(out, "nextStartsAt", c->next_starts_at);
    jout_text(out, "queueState", queue_condition_name(c->state));
    jout_object_end(out);
}

static void put_page(struct text_buf *out, const struct concert_listing *list, int count, int limit)
{
    int shown = count < limit ? count : limit;
    const struct concert_listing *last = list + shown - 1;

    jout_object_begin(out, NULL);
    jout_array_begin(out, "concerts");
    for (int i = 0; i < shown; i++)
        put_listing(out, &list[i]);
    jout_array_end(out);
    if (count > limit)
        params_next(out, true, true, last->next_starts_at, last->concert_id);
    else
        jout_null(out, "next");
    jout_object_end(out);
}

enum err concert_http_list(struct request *req, struct response *res)
{
    struct params_page page;
    struct concert_listing *list;
    int count = 0;
    enum err e = params_page(req, true, &page);

    if (e != ERR_OK)
        return e;
    list = calloc((size_t)page.limit + 1, sizeof *list);
    if (!list)
        return ERR_INTERNAL;
    e = concert_list(req->app, page.key, page.id, page.limit + 1, list, &count);
    if (e == ERR_OK)
        put_page(&res->body, list, count, page.limit);
    free(list);
    return e;
}

enum err concert_http_get(struct request *req, struct response *res)
{
    struct concert_listing c;
    enum err e = concert_listing_get(req->app, request_id(req), &c);

    if (e == ERR_OK)
        put_listing(&res->body, &c);
    return e;
}
