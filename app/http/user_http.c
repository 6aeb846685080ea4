/* Users. */
#include "http/user_http.h"

#include "domain/user.h"
#include "http/json_out.h"

const struct bind_field user_body_fields[] = {
    {.name = "userId",
     .type = BIND_UUID,
     .offset = offsetof(struct user_body, user.user_id),
     .nullable = true,
     .bit = BODY_USER_ID},
    {.name = "name",
     .type = BIND_TEXT,
     .offset = offsetof(struct user_body, name),
     .nullable = true,
     .min = 1,
     .max = 200},
    {.name = NULL},
};

/* Without a userId a new user gets one. */
enum err user_http_create(struct request *req, struct response *res)
{
    const struct user_body *body = (const struct user_body *)req->input;
    const struct bind_target *target = &body->user.target;
    struct uuid id = body->user.user_id;
    struct user user;
    bool created;
    enum err e;

    if (!(target->present & ~target->null & BODY_USER_ID))
        uuid_random(&id);
    e = user_create(req->app, &id, body->name.s ? body->name.s : "", &user, &created);
    if (e != ERR_OK)
        return e;
    res->status = created ? 201 : 200;
    jout_object_begin(&res->body, NULL);
    jout_uuid(&res->body, "userId", &user.user_id);
    jout_text_opt(&res->body, "name", user.name);
    jout_object_end(&res->body);
    return ERR_OK;
}

enum err user_http_resolve(struct request *req)
{
    if (req->user_malformed)
        return ERR_USER_NOT_FOUND;
    return user_resolve(req->app, &req->caller, &req->user);
}
