/* One request and its answer in the terms of HTTP; how they travel is http/fcgi.c's affair. */
#ifndef FRONTROW_HTTP_REQUEST_H
#define FRONTROW_HTTP_REQUEST_H

#include "base/err.h"
#include "base/text.h"
#include "domain/app.h"
#include "domain/idem.h"
#include "http/bind.h"
#include "http/path.h"
#include <stdbool.h>
#include <stddef.h>

/* Most bytes of a body that are taken. */
#define REQUEST_BODY_MAX 65536
/* Room for a bound body; the route table is checked against it. */
#define REQUEST_INPUT_SIZE 1024
/* Room for a request's id and for the name of a field at fault, each with a zero. */
#define REQUEST_ID_SIZE    65
#define REQUEST_FIELD_SIZE 128

struct route;
struct response;

struct request {
    /* As received. Strings are NULL when absent and live until the answer is sent. */
    const char *method;
    const char *path; /* decoded, without the query */
    const char *query;
    const char *content_type, *authorization, *idempotency_key, *accept_language, *upgrade;
    const char *accept, *if_none_match;
    char id[REQUEST_ID_SIZE];
    const char *body; /* what was read of it: at most REQUEST_BODY_MAX bytes and one */
    size_t body_len;
    const char *cookie; /* the Cookie header */
    bool cookie_twice;  /* there was another one: none of them counts */
    const char *gate;   /* the Frontrow-Gate header */
    bool secure;        /* by https */
    bool malformed;     /* a header that must be single came twice, or the body was cut short */

    /* Filled in by dispatch. */
    struct app *app;
    const struct route *route; /* NULL: none */
    struct path_param param;   /* what the route's {parameter} matched */
    struct caller caller;      /* kind TOKEN_NONE: the route asks for no token */
    struct caller place;       /* a gate's visitor's place; kind TOKEN_NONE: none */
    struct uuid user;          /* who is acted for: named by the path or the body, or the caller */
    bool user_malformed;       /* the path's user is no UUID: 404, in its turn */
    struct idem idem;
    enum err body_err; /* what is wrong with the body, answered in its turn */
    struct bind_body *bound;
    char field[REQUEST_FIELD_SIZE];
    _Alignas(max_align_t) unsigned char input[REQUEST_INPUT_SIZE]; /* the bound body */
};

/* A body with this first names the user to act for; BODY_USER_ID is the member's present bit. */
struct body_user {
    struct bind_target target;
    struct uuid user_id;
};
#define BODY_USER_ID (1U << 0)

struct response {
    int status;
    enum err err;             /* what went wrong, for the log; ERR_OK: nothing */
    const char *content_type; /* of the body; static */
    struct text_buf headers;  /* further "Name: value\r\n" lines */
    struct text_buf body;
    /* Sends what the body has so far, and before the first part the status and the headers, then
     * empties it. False: nobody takes it. NULL where an answer is only ever sent whole. */
    bool (*send)(struct response *res);
    void *peer; /* for send */
    bool begun; /* a part has been sent: nothing but more of the body can follow */
};

/* For long answers, now and then: sends what has been written of the body once it is much. If the
 * answer then fails, its connection is cut, so that nobody takes the part for the whole.
 * ERR_INTERNAL if nobody takes it. */
enum err response_flow(struct response *res) MUSTCHECK;

/* Appends a header line; the value must hold no line break. */
void response_header(struct response *res, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Makes it an empty 200 in JSON, keeping its memory. */
void response_reset(struct response *res);
void response_free(struct response *res);

/* The positive number that the path's parameter is, or 0 if it is none. */
int64_t request_id(const struct request *req);

#endif
