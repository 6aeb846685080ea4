/* Schedules as their operator makes and sees them. */
#ifndef FRONTROW_HTTP_SCHEDULE_ADMIN_HTTP_H
#define FRONTROW_HTTP_SCHEDULE_ADMIN_HTTP_H

#include "http/bind.h"
#include "http/request.h"

/* POST /admin/concerts/{concertId}/schedules */
struct schedule_body {
    struct bind_target target;
    int64_t starts_at, booking_opens_at, booking_closes_at, refund_closes_at;
    int64_t count, price;
    struct bind_array sections;
};
extern const struct bind_field schedule_body_fields[];
enum err schedule_admin_http_create(struct request *req, struct response *res) MUSTCHECK;

/* GET /admin/concerts/{concertId}/schedules */
enum err schedule_admin_http_list(struct request *req, struct response *res) MUSTCHECK;
/* GET /admin/schedules/{scheduleId} */
enum err schedule_admin_http_get(struct request *req, struct response *res) MUSTCHECK;
/* PATCH /admin/schedules/{scheduleId}; the present bits are those of enum schedule_field. */
struct schedule_patch_body {
    struct bind_target target;
    int64_t starts_at, booking_opens_at, booking_closes_at, refund_closes_at;
};
extern const struct bind_field schedule_patch_body_fields[];
enum err schedule_admin_http_patch(struct request *req, struct response *res) MUSTCHECK;
/* DELETE /admin/schedules/{scheduleId} */
enum err schedule_admin_http_cancel(struct request *req, struct response *res) MUSTCHECK;

#endif
