/* The seats of a show as its operator sees and changes them. */
#ifndef FRONTROW_HTTP_SEATS_ADMIN_HTTP_H
#define FRONTROW_HTTP_SEATS_ADMIN_HTTP_H

#include "http/bind.h"
#include "http/request.h"

/* GET /admin/schedules/{scheduleId}/seats */
enum err seats_admin_http_get(struct request *req, struct response *res) MUSTCHECK;

/* PATCH /admin/schedules/{scheduleId}/seats */
struct seats_body {
    struct bind_target target;
    struct bind_array changes;
};
extern const struct bind_field seats_body_fields[];
enum err seats_admin_http_patch(struct request *req, struct response *res) MUSTCHECK;

#endif
