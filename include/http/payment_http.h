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

#endif
