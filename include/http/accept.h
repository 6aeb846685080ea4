/* Choosing the form of an answer by Accept (RFC 9110, section 12.5.1). */
#ifndef FRONTROW_HTTP_ACCEPT_H
#define FRONTROW_HTTP_ACCEPT_H

#include <stddef.h>

/*
 * Which of `count` media types, such as "text/csv" (without parameters), the header `accept` (NULL:
 * none) wants most: the one with the best q, where the most specific range that covers a type gives
 * its q. A tie goes to the one that a more specific range covers, then to the one named first, then
 * to the first of `types`; that one is also the choice where no type is acceptable. Parameters of a
 * range other than q are not looked at; malformed elements are skipped.
 */
size_t accept_choose(const char *accept, const char *const *types, size_t count);

#endif
