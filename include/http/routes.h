/*
 * The routes: const data, permission included.
 *
 * To add one: a row in app/http/routes.c and a handler in the <entity>_http file that it names.
 * What every handler needs (permission, limits, body, idempotency key) is done by dispatch from
 * what the row says.
 */
#ifndef FRONTROW_HTTP_ROUTES_H
#define FRONTROW_HTTP_ROUTES_H

#include "base/err.h"
#include "base/limit.h"
#include "base/text.h"
#include "http/bind.h"
#include "http/path.h"
#include "http/request.h"
#include <stdbool.h>
#include <stddef.h>

/* Who may call. A row that says nothing admits nobody. */
enum access {
    WHO_NOBODY = 0,
    WHO_ANYONE,
    WHO_USER,   /* a user token; a path's user must be its own, unless it has scope service */
    WHO_CHARGE, /* the same, with scope wallet:charge or service */
    WHO_SERVICE,
    WHO_ADMIN,
    WHO_QUEUE, /* a queue token */
    WHO_QUEUE_OR_USER,
    WHO_GATE,      /* a queue token in the concert's own cookie */
    WHO_GATE_JOIN, /* the same, or a user, or anyone where the concert has anonymous visitors */
    WHO_DEMO       /* anyone where demo is on; elsewhere there is no such route */
};

enum route_flags {
    ROUTE_KEY = 1 << 0,              /* takes an Idempotency-Key */
    ROUTE_BODY_OPTIONAL = 1 << 1,    /* an empty body stands for {}, whatever its type */
    ROUTE_BODY_USER = 1 << 2,        /* the bound body is a struct body_user and more */
    ROUTE_WITHOUT_DATABASE = 1 << 3, /* called also while the database is known to be down */
    ROUTE_OWN_PAGE = 1 << 4          /* asks for the header Frontrow-Gate: see dispatch.c */
};

/* The limit per user that applies; its numbers come from the configuration. */
#define ROUTE_LIMIT(kind) ((int)(kind) + 1)

/* Fills the answer in; what it returns other than ERR_OK becomes the answer. */
typedef enum err route_fn(struct request *req, struct response *res);

struct route {
    const char *method;
    const char *pattern;
    enum access who;
    route_fn *handler;
    const struct bind_field *body; /* NULL: the body is not looked at */
    size_t body_size;              /* of the struct that it is bound to */
    unsigned flags;
    int limit; /* ROUTE_LIMIT(kind); 0: none */
};

/*
 * Finds the row for a method (HEAD finds GET's) and a path; *param is what its {parameter} matched.
 * Without a path that fits: ERR_NOT_FOUND. With one, but not for this method:
 * ERR_METHOD_NOT_ALLOWED. `demo`: whether rows of WHO_DEMO exist.
 */
enum err routes_find(const char *method, const char *path, bool demo, const struct route **route,
                     struct path_param *param) MUSTCHECK;

/* Appends the methods that a path offers, as the value of Allow: "GET, HEAD, POST". */
void routes_allow(const char *path, bool demo, struct text_buf *out);

/* A row's place in the table, for counting; that of NULL is METRICS_NO_ROUTE. */
size_t routes_index(const struct route *route);

/* The number of rows, and "METHOD pattern" of each. */
size_t routes_count(void);
const struct route *routes_at(size_t index);

#endif
