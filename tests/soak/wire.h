/*
 * Requests to the product, many at a time in one thread: each caller has a slot with at most one
 * request under way, and is called back with its answer.
 */
#ifndef FRONTROW_TESTS_SOAK_WIRE_H
#define FRONTROW_TESTS_SOAK_WIRE_H

#include "base/text.h"
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_PATH = 160, WIRE_TOKEN = 1024, WIRE_KEY = 64, WIRE_BODY = 512 };

struct wire_request {
    const char *method;
    char path[WIRE_PATH]; /* from its slash; below /api/v1 unless `root` */
    char token[WIRE_TOKEN], key[WIRE_KEY], body[WIRE_BODY]; /* empty: none */
    bool root;
    int timeout_ms; /* when the caller gives up and closes the connection */
};

/* What came of it. Valid during the call back. */
struct wire_answer {
    long status;       /* 0: none came */
    json_object *json; /* the body, if it is JSON */
    const char *body;
    size_t len;
    bool replayed; /* it had Idempotent-Replayed: true */
};

struct wire_slot;

typedef void wire_fn(void *arg, const struct wire_answer *answer);

/* The base address, such as http://127.0.0.1:8080. */
void wire_begin(const char *base);
void wire_end(void);

struct wire_slot *wire_slot_new(void);
bool wire_slot_busy(const struct wire_slot *s);

/* Sends the request, of which a copy is taken; `done` is called from wire_run. */
void wire_send(struct wire_slot *s, const struct wire_request *r, wire_fn *done, void *arg);

/* Waits for traffic, at most so long, and calls back. */
void wire_run(int timeout_ms);

/* Sends and waits; the answer's JSON is the caller's to put back (json_object_put), or NULL. */
long wire_ask(const struct wire_request *r, json_object **json);

/* A member of an answer: its integer (0), time in ms since 1970 (0) or text (""), or what is in the
 * parentheses if there is none. */
int64_t wire_int(json_object *json, const char *name);
int64_t wire_time(json_object *json, const char *name);
const char *wire_text(json_object *json, const char *name);

#endif
