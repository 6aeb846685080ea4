/* Who asks at the gate, see http/gate_auth.h. */
#include "http/gate_auth.h"

#include "domain/snapshot.h"
#include "http/auth.h"
#include "http/cookie.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define USER_COOKIE "frontrow_user"

void gate_cookie_name(int64_t concert_id, char out[GATE_COOKIE_SIZE])
{
    snprintf(out, GATE_COOKIE_SIZE, "frontrow_queue_%" PRId64, concert_id);
}

bool gate_is_anonymous(const struct config *cfg, int64_t concert_id)
{
    const char *word = cfg->gate_anonymous_concerts;
    int64_t id;

    for (size_t len; *word; word += len + strspn(word + len, CONFIG_LIST_SEPARATORS)) {
        len = strcspn(word, CONFIG_LIST_SEPARATORS);
        if (text_parse_int(word, len, &id) && id == concert_id)
            return true;
    }
    return false;
}

/* Checks the token in a cookie. *found is what the header has of it. */
static enum err check_cookie(const struct request *req, const char *name, enum auth_accept accept,
                             enum cookie_result *found, struct caller *out)
{
    const char *value = NULL;
    size_t len = 0;

    *out = (struct caller){.kind = TOKEN_NONE};
    *found = req->cookie_twice ? COOKIE_BAD : cookie_find(req->cookie, name, &value, &len);
    if (*found == COOKIE_ABSENT)
        return ERR_TOKEN_MISSING;
    if (*found == COOKIE_BAD)
        return ERR_TOKEN_INVALID;
    return auth_check_token(req->app->cfg, value, len, accept, snapshot_db_now(), out);
}

/* The place that the path's concert's cookie is. */
static enum err check_place(const struct request *req, enum cookie_result *found,
                            struct caller *out)
{
    int64_t concert_id = request_id(req);
    char name[GATE_COOKIE_SIZE];
    enum err e;

    gate_cookie_name(concert_id, name);
    e = check_cookie(req, name, AUTH_QUEUE, found, out);
    if (e != ERR_OK || (concert_id > 0 && out->concert_id == concert_id))
        return e;
    *out = (struct caller){.kind = TOKEN_NONE};
    return ERR_TOKEN_MISSING;
}

static bool is_another(const struct request *req, const struct caller *place,
                       const struct caller *user)
{
    return user->kind == TOKEN_USER && !uuid_equal(&user->user, &place->user) &&
           !gate_is_anonymous(req->app->cfg, place->concert_id);
}

enum err gate_auth_place(struct request *req)
{
    enum cookie_result found;
    struct caller user;
    enum err e = check_place(req, &found, &req->caller);

    if (e != ERR_OK)
        return e;
    e = check_cookie(req, USER_COOKIE, AUTH_USER, &found, &user);
    if (e == ERR_INTERNAL)
        return e;
    if (!is_another(req, &req->caller, &user))
        return ERR_OK;
    req->caller = (struct caller){.kind = TOKEN_NONE};
    return ERR_TOKEN_INVALID;
}

/* Another scheme than Bearer is the shop's own affair. */
enum err gate_auth_join(struct request *req)
{
    const struct config *cfg = req->app->cfg;
    enum cookie_result found;
    enum err e = check_place(req, &found, &req->place);

    if (e == ERR_INTERNAL)
        return e;
    if (found == COOKIE_BAD)
        return ERR_BAD_REQUEST;
    e = auth_check(cfg, req->authorization, AUTH_USER, snapshot_db_now(), &req->caller);
    if (e != ERR_OK && e != ERR_TOKEN_MISSING)
        return e;
    if (e == ERR_TOKEN_MISSING)
        e = check_cookie(req, USER_COOKIE, AUTH_USER, &found, &req->caller);
    if (e == ERR_INTERNAL)
        return e;
    if (is_another(req, &req->place, &req->caller))
        req->place = (struct caller){.kind = TOKEN_NONE};
    return req->place.kind == TOKEN_QUEUE || gate_is_anonymous(cfg, request_id(req)) ? ERR_OK : e;
}
