/* Users for trying the product out, where demo is on. */
#include "http/demo_http.h"

#include "domain/snapshot.h"
#include "domain/user.h"
#include "http/auth.h"
#include "http/json_out.h"
#include <stdlib.h>

/* How long a demo token is good. */
#define DEMO_SECONDS 86400

const struct bind_field demo_body_fields[] = {
    {.name = "name",
     .type = BIND_TEXT,
     .offset = offsetof(struct demo_body, name),
     .nullable = true,
     .min = 1,
     .max = 200},
    {.name = NULL},
};

enum err demo_http_user(struct request *req, struct response *res)
{
    const struct demo_body *body = (const struct demo_body *)req->input;
    struct uuid id;
    struct user user;
    char *token = NULL;
    bool created;
    enum err e;

    uuid_random(&id);
    e = user_create(req->app, &id, body->name.s ? body->name.s : "", &user, &created);
    if (e == ERR_OK)
        e = auth_mint_user(req->app->cfg, &id, "wallet:charge", snapshot_db_now(), DEMO_SECONDS,
                           &token);
    if (e != ERR_OK)
        return e;
    req->user = id;
    res->status = 201;
    jout_object_begin(&res->body, NULL);
    jout_uuid(&res->body, "userId", &id);
    jout_text(&res->body, "token", token);
    jout_object_end(&res->body);
    free(token);
    return ERR_OK;
}
