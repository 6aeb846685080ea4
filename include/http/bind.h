/*
 * Bodies are described, not parsed by hand: a table of fields says name, type, where the value
 * goes, whether it is required and its bounds; the binder fills a struct and names the first field
 * at fault (after lwan's JSON descriptors and kcgi's kvalid).
 */
#ifndef FRONTROW_HTTP_BIND_H
#define FRONTROW_HTTP_BIND_H

#include "base/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bind_type {
    BIND_INT,    /* int64_t; written as an integer (no fraction, no exponent), min to max */
    BIND_BOOL,   /* bool */
    BIND_TEXT,   /* struct bind_text; min to max characters, none of them NUL */
    BIND_TIME,   /* int64_t of ms; RFC 3339 */
    BIND_DATE,   /* struct bind_text, a day that exists */
    BIND_UUID,   /* struct uuid */
    BIND_INTS,   /* struct bind_ints; min_items to max_items distinct integers, each min to max; a
                    fault is the whole field's, no item is named */
    BIND_OBJECT, /* a nested object: `fields` into the same struct */
    BIND_ARRAY   /* struct bind_array; min_items to max_items objects of `fields`, each into an
                    element of `item_size` bytes */
};

/* A string of the body; valid while the body's bind_body lives; zero-terminated. */
struct bind_text {
    const char *s; /* NULL: absent */
    size_t len;    /* bytes */
};

/* Allocated by the binder, freed by bind_free. */
struct bind_ints {
    int64_t *v; /* NULL: absent */
    int count;
};

struct bind_array {
    void *items; /* NULL: absent; zeroed before binding */
    int count;
};

struct bind_field {
    const char *name;
    enum bind_type type;
    bool required;
    bool nullable;    /* null is allowed and noted in the present and null bits; otherwise it is
                         INVALID_FIELD */
    size_t offset;    /* of the value in the target */
    int64_t min, max; /* BIND_INT and BIND_INTS: value; BIND_TEXT: characters */
    int min_items, max_items;
    const struct bind_field *fields; /* BIND_OBJECT, BIND_ARRAY; ended by a row without name */
    size_t item_size;
    uint32_t bit; /* a mask of one bit, or 0: set in the target's `present` when the field is
                     there, whatever its value */
};

/*
 * Every target begins with this: which fields were present, and which of these were null (a
 * nullable BIND_TEXT is then {NULL, 0}, integers are 0). Nested objects share the outermost
 * target's; items of arrays begin with one of their own.
 */
struct bind_target {
    uint32_t present, null;
};

/* The fields of a body that has none, bound to a mere struct bind_target. */
extern const struct bind_field bind_no_fields[];

/* The parsed body, which owns the texts and arrays of the target. */
struct bind_body;

/*
 * Parses `text` and binds it to *target (of `size` bytes, zeroed first).
 *
 * Result: ERR_OK, ERR_INVALID_JSON, ERR_UNKNOWN_FIELD, ERR_MISSING_FIELD, ERR_INVALID_FIELD; for
 * the last three `field` receives the dotted name ("queue.admitCount", "sections[1].rows"),
 * shortened if it does not fit. All fields are bound in the table's order even after a fault, so
 * that the target's present bits can be used; the first fault in that order is reported; unknown
 * names, however deep, before missing and invalid ones. A value at fault is left as if absent.
 * ERR_INTERNAL without memory. *body is set whenever parsing succeeded, otherwise NULL: free it
 * with bind_free in every case (NULL is allowed).
 */
enum err bind_parse(const char *text, size_t len, const struct bind_field *fields,
                    struct bind_target *target, size_t size, struct bind_body **body, char *field,
                    size_t field_size) MUSTCHECK;

void bind_free(struct bind_body *body);

#endif
