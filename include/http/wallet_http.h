/* The wallet. */
#ifndef FRONTROW_HTTP_WALLET_HTTP_H
#define FRONTROW_HTTP_WALLET_HTTP_H

#include "http/bind.h"
#include "http/request.h"

/* POST /users/{userId}/balance/charges */
struct charge_body {
    struct bind_target target;
    int64_t amount;
};
extern const struct bind_field charge_body_fields[];
enum err wallet_http_charge(struct request *req, struct response *res) MUSTCHECK;

/* The answer to a charge, of a struct wallet_charge; for the process that makes them as well. */
enum err wallet_http_render_charged(void *arg, int *status, struct text_buf *body) MUSTCHECK;

/* GET /users/{userId}/balance */
enum err wallet_http_balance(struct request *req, struct response *res) MUSTCHECK;
/* GET /users/{userId}/balance/entries */
enum err wallet_http_entries(struct request *req, struct response *res) MUSTCHECK;

#endif
