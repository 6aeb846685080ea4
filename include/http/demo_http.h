/* Users for trying the product out, where demo is on. */
#ifndef FRONTROW_HTTP_DEMO_HTTP_H
#define FRONTROW_HTTP_DEMO_HTTP_H

#include "http/bind.h"
#include "http/request.h"

/* POST /demo/users */
struct demo_body {
    struct bind_target target;
    struct bind_text name;
};
extern const struct bind_field demo_body_fields[];
enum err demo_http_user(struct request *req, struct response *res) MUSTCHECK;

#endif
