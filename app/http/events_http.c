/*
 * Listening to a queue. nginx serves the listeners from the channels that http/push.h fills, after
 * it has asked here, once a second at the most for each queue, whether there is such a channel.
 * Everybody else comes to events_http_get: listeners of queues that have none, and whoever made a
 * mistake.
 */
#include "http/events_http.h"

#include "domain/queue.h"
#include "domain/snapshot.h"
#include "http/push.h"
#include "http/queue_http.h"
#include <stdlib.h>
#include <strings.h>

/* Milliseconds after which a listener comes again, the same for everyone at the least and the
 * most by chance. */
enum { RETRY_MS = 1000, RETRY_SPREAD_MS = 2000 };

enum err events_http_may_listen(struct request *req, struct response *res)
{
    struct snapshot_queue q;

    if (!push_is_up() || !snapshot_get(request_id(req), &q))
        return ERR_FORBIDDEN;
    res->status = 204;
    response_header(res, "Cache-Control", "no-store");
    return ERR_OK;
}

/* Without push: the state as it is, as one event, and when to come again. No process is held by
 * those who listen. A WebSocket has no word for that. */
enum err events_http_get(struct request *req, struct response *res)
{
    struct queue_public q;
    struct text_buf document = {0};
    enum err e = queue_public(req->app, request_id(req), &q);

    if (e == ERR_OK && req->upgrade && strcasecmp(req->upgrade, "websocket") == 0)
        e = ERR_BUSY;
    if (e != ERR_OK)
        return e;
    queue_http_render(&q, &document);
    if (document.failed) {
        e = ERR_INTERNAL;
    } else {
        res->content_type = "text/event-stream";
        response_header(res, "Cache-Control", "no-store");
        response_header(res, "Access-Control-Allow-Origin", "*"); /* as Nchan says */
        text_buf_printf(&res->body, "retry: %ld\ndata: %s\n\n",
                        RETRY_MS + random() % (RETRY_SPREAD_MS + 1), document.data);
    }
    text_buf_free(&document);
    return e;
}
