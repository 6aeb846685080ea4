/* Payments. */
#ifndef FRONTROW_HTTP_PAYMENT_HTTP_H
#define FRONTROW_HTTP_PAYMENT_HTTP_H

#include "http/bind.h"
#include "http/request.h"

/* POST /payments */
struct pay_body {
    struct bind_target target;
    int64_t reservation_id;
};
extern const struct bind_field pay_body_fields[];
enum err payment_http_pay(struct request *req, struct response *res) MUSTCHECK;

/* The answer to a payment, of a struct payment; for the process that makes them as well. */
enum err payment_http_render_paid(void *arg, int *status, struct text_buf *body) MUSTCHECK;

#endif
