/*
 * Requests to the running product, as a client sends them: through nginx, at FRONTROW_URL.
 *
 * Everything that these functions return (answers, strings) belongs to the running test and is
 * freed when the test ends. A path is relative to /api/v1 unless the request says `root`. A
 * request that gets no answer at all has status 0, and any expectation about it fails.
 */
#ifndef FRONTROW_TESTS_API_H
#define FRONTROW_TESTS_API_H

#include "base/config.h"
#include <json-c/json.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define API_HEADERS 4

struct api_req {
    const char *method;   /* NULL: GET */
    const char *path;     /* from its slash, already escaped */
    const char *token;    /* bearer token, NULL for none */
    const char *key;      /* Idempotency-Key, NULL for none */
    const char *body;     /* NULL for none */
    size_t body_len;      /* 0: strlen(body) */
    const char *type;     /* Content-Type; NULL: application/json with a body; "": none */
    const char *language; /* Accept-Language, NULL for none */
    const char *headers[API_HEADERS]; /* further "Name: value" lines */
    bool root;                        /* the path has no /api/v1 before it */
    bool chunked;                     /* send the body with Transfer-Encoding: chunked */
};

struct api_res {
    long status;       /* 0: no answer */
    const char *what;  /* "POST /path", for messages */
    char *head, *body; /* the header lines; the body, zero-terminated */
    size_t len;        /* bytes of the body */
    json_object *json; /* the body, if it is JSON */
    double seconds;    /* how long it took */
    int64_t ended_ms;  /* when it was complete, wall clock */
};

/* The configuration of the product under test, with the credentials of all accounts; and the same
 * with those of migrations alone, for a look into the database past the workers' rights. */
extern struct config api_config, api_migrations;
/* FRONTROW_URL, FRONTROW_STATE and FRONTROW_BUILD. */
extern const char *api_url, *api_state, *api_build;

/* Sends one request and waits for its answer, at most 30 s. Never NULL. */
const struct api_res *api_send(const struct api_req *req);

/* Sends n requests at once, each on a connection of its own; the answers in the same order. */
const struct api_res **api_send_all(const struct api_req *reqs, size_t n);

/* The common cases; a NULL token or body means none. */
const struct api_res *api_get(const char *token, const char *path);
const struct api_res *api_post(const char *token, const char *path, const char *body);
const struct api_res *api_patch(const char *token, const char *path, const char *body);
const struct api_res *api_delete(const char *token, const char *path);
/* POST with an Idempotency-Key. */
const struct api_res *api_post_key(const char *token, const char *path, const char *body,
                                   const char *key);

/* JSON from elsewhere as an answer's body, so that the same expectations serve. */
const struct api_res *api_parse(const char *what, const char *text);

/* The value of a header of the answer, or NULL; how often it occurs. Names in any case. */
const char *api_header(const struct api_res *r, const char *name);
int api_header_count(const struct api_res *r, const char *name);
/* The value of a header that is a number in decimal digits; -1 if there is none or it is not. */
int64_t api_header_int(const struct api_res *r, const char *name);

/* printf into memory of the test; api_json also turns ' into ", so that JSON is readable in C. */
const char *api_fmt(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *api_json(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *api_vfmt(const char *format, va_list args);
#define F(...) api_fmt(__VA_ARGS__)
#define J(...) api_json(__VA_ARGS__)

/* Memory of n bytes, zeroed, freed with the test. Ends the program when there is none. */
void *api_alloc(size_t n);

/* The text `start` and then `c` until it has n bytes. */
const char *api_filled(const char *start, char c, size_t n);

/* For the harness: `p`, or the end of the program where it is NULL; memory (from malloc) and JSON
 * that are to go with the test; and their going. */
void *api_checked(void *p);
void api_own(void *memory, json_object *json);
void api_free_owned(void);

/* A key that no other request has: 32 hex digits. */
const char *api_unique(void);

/* Seconds of the monotonic clock, milliseconds of the wall clock. */
double api_now(void);
int64_t api_wall_ms(void);
/* A short pause between two looks at something that is awaited. */
void api_pause(void);
/* Waits for a moment (wall clock, ms) that the contract names, such as the end of a hold. */
void api_wait_for(int64_t wall_ms);

/* How many elements an array has. */
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Asks again and again until `cond` holds; fails the test after `seconds`. */
#define UNTIL(seconds, cond)                                                                       \
    do {                                                                                           \
        double until_end = api_now() + (seconds);                                                  \
        bool until_held;                                                                           \
        while (!(until_held = (cond)) && api_now() < until_end)                                    \
            api_pause();                                                                           \
        CHECK(until_held, "not within %g s", (double)(seconds));                                   \
    } while (0)

#include "check.h"

#endif
