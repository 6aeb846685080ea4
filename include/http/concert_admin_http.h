/* Concerts as their operator sees and sets them. */
#ifndef FRONTROW_HTTP_CONCERT_ADMIN_HTTP_H
#define FRONTROW_HTTP_CONCERT_ADMIN_HTTP_H

#include "domain/concert.h"
#include "http/bind.h"
#include "http/request.h"

/* What POST and PATCH take. The present bits are those of enum concert_field. */
struct concert_body {
    struct bind_target target;
    struct bind_text title, artist, host, time_zone, state, message_ko, message_en;
    int64_t opens_at;
#define CONCERT_BODY_MEMBER(name, ...) int64_t name;
    CONCERT_SETTING_LIST(CONCERT_BODY_MEMBER)
    CONCERT_QUEUE_SETTING_LIST(CONCERT_BODY_MEMBER)
#undef CONCERT_BODY_MEMBER
};
extern const struct bind_field concert_create_fields[];
extern const struct bind_field concert_patch_fields[];

/* Writes a concert as its operator sees it: the answers, and what the audit log keeps. */
void concert_admin_http_render(const struct concert *c, struct text_buf *out);

/* GET /admin/concerts */
enum err concert_admin_http_list(struct request *req, struct response *res) MUSTCHECK;
/* POST /admin/concerts */
enum err concert_admin_http_create(struct request *req, struct response *res) MUSTCHECK;
/* GET /admin/concerts/{concertId} */
enum err concert_admin_http_get(struct request *req, struct response *res) MUSTCHECK;
/* PATCH /admin/concerts/{concertId} */
enum err concert_admin_http_patch(struct request *req, struct response *res) MUSTCHECK;
/* GET /admin/concerts/{concertId}/stats */
enum err concert_admin_http_stats(struct request *req, struct response *res) MUSTCHECK;

#endif
