/* The waiting room. */
#ifndef FRONTROW_HTTP_QUEUE_HTTP_H
#define FRONTROW_HTTP_QUEUE_HTTP_H

#include "domain/queue.h"
#include "http/bind.h"
#include "http/request.h"

/* POST /queue/tokens */
struct join_body {
    struct body_user user;
    int64_t concert_id;
};
extern const struct bind_field join_body_fields[];
enum err queue_http_join(struct request *req, struct response *res) MUSTCHECK;

/* Writes the public document. */
void queue_http_render(const struct queue_public *q, struct text_buf *out);

/* GET /queue/concerts/{concertId} */
enum err queue_http_public(struct request *req, struct response *res) MUSTCHECK;
/* GET /queue/tokens/me */
enum err queue_http_poll(struct request *req, struct response *res) MUSTCHECK;
/* DELETE /queue/tokens/me */
enum err queue_http_leave(struct request *req, struct response *res) MUSTCHECK;

/* Writes the document of a place; `token` NULL: without one. */
void queue_http_put_ticket(struct text_buf *out, const struct queue_ticket *t, const char *token);
/* The headers of a poll: when to ask again, and how old the answer is. */
void queue_http_put_times(struct response *res, const struct queue_ticket *t);

#endif
