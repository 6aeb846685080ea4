/* Users. */
#ifndef FRONTROW_HTTP_USER_HTTP_H
#define FRONTROW_HTTP_USER_HTTP_H

#include "http/bind.h"
#include "http/request.h"

/* POST /users */
struct user_body {
    struct body_user user;
    struct bind_text name;
};
extern const struct bind_field user_body_fields[];
enum err user_http_create(struct request *req, struct response *res) MUSTCHECK;

/* For the handlers below /users/{userId}: makes the caller's own user known; another that a service
 * names must be known already. ERR_USER_NOT_FOUND. */
enum err user_http_resolve(struct request *req) MUSTCHECK;

#endif
