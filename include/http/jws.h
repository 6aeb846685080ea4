/*
 * The parts of a signed text, JWS in its compact form (RFC 7515, section 7.1), before anybody
 * believes them: header and payload as our own strict reader takes them, and never by a library
 * that turns a wrong type into 0 or lets duplicate names through.
 */
#ifndef FRONTROW_HTTP_JWS_H
#define FRONTROW_HTTP_JWS_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* The longest one that is looked at. */
#define JWS_MAX 4096

/* Bytes of somebody else's text; p NULL: there is none. */
struct jws_span {
    const char *p;
    size_t len;
};

struct jws_segments {
    struct jws_span header, payload, signature;
};

/* Takes exactly three segments apart, the last of `signature_len` characters. */
bool jws_split(const char *text, size_t len, size_t signature_len, struct jws_segments *out);

/* Reads the JSON object of one of the first two segments; NULL if it is none, or without memory.
 * The caller frees the tree with json_object_put. */
struct json_object *jws_read(struct jws_span segment);

/* A string; none if it is anything else, or holds a NUL, behind which a comparison would not look.
 * It lives as long as the tree. */
struct jws_span jws_string(struct json_object *value);

/* The string member `name`; none if it is absent or no string. */
struct jws_span jws_member(struct json_object *object, const char *name);

/* Whether there is such a member, whatever it is. */
bool jws_has(struct json_object *object, const char *name);

/* What a header says that names exactly this algorithm, has nothing critical that we would have to
 * understand (RFC 7515, section 4.1.11) and, if it says its type, is a JWT. False for any other.
 * *kid is its `kid`, and none if it has none. */
bool jws_header(struct json_object *object, const char *alg, struct jws_span *kid);

#endif
