/* Entity tags: whether a client already has what would be sent (RFC 9110, sections 8.8.3, 13.1.2).
 */
#ifndef FRONTROW_HTTP_ETAG_H
#define FRONTROW_HTTP_ETAG_H

#include <stdbool.h>

/* Whether a value of If-None-Match names the tag `opaque` (without its quotes, and free of them),
 * by weak comparison, or is `*`. NULL, and what is no list of tags from its fault on, names none.
 */
bool etag_listed(const char *if_none_match, const char *opaque);

#endif
