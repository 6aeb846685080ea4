/*
 * Picks single members out of JSON that this product wrote: a reader of answers, quicker than a
 * parser since it builds nothing. It does not validate; of what is cut off or is no JSON it finds
 * nothing, and it never reads beyond the end.
 */
#ifndef FRONTROW_LOAD_PICK_H
#define FRONTROW_LOAD_PICK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value within somebody else's text. */
struct pick {
    const char *p;
    size_t len;
};

/* A member of an object: the value's own characters, a string's with its quotes. */
bool pick_member(struct pick object, const char *name, struct pick *value);

/* The same as an integer. */
bool pick_int(struct pick object, const char *name, int64_t *value);

/* The same as a string without its quotes, its escapes as they stand. */
bool pick_text(struct pick object, const char *name, struct pick *value);

/* Whether a string member is these characters. */
bool pick_is(struct pick object, const char *name, const char *text);

/* Takes the next element off an array, which begins as pick_member gave it. False at the end. */
bool pick_next(struct pick *array, struct pick *element);

#endif
