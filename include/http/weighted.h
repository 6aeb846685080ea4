/*
 * The pieces of a header's list whose elements may have a weight, as in Accept and Accept-Language
 * (RFC 9110, sections 5.6 and 12.4.2).
 */
#ifndef FRONTROW_HTTP_WEIGHTED_H
#define FRONTROW_HTTP_WEIGHTED_H

#include <stdbool.h>

/* A piece of the header, from p up to end. */
struct weighted_part {
    const char *p, *end;
};

/* The whole of a header's value. */
struct weighted_part weighted_all(const char *value);

/* Without the blanks and tabs around it. */
struct weighted_part weighted_trim(struct weighted_part part);

/* Takes what is before the first `separator` outside of quoted strings, or all there is, off the
 * front of *rest with the separator; trimmed. */
struct weighted_part weighted_take(struct weighted_part *rest, char separator);

/* Whether it is `word`, in any case. */
bool weighted_is(struct weighted_part part, const char *word);

/* Whether it is a weight, "q=0.5"; *q is its value in thousandths, -1 if that is malformed. */
bool weighted_weight(struct weighted_part part, int *q);

#endif
