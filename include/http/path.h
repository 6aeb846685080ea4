/* Matching a path with a pattern such as "/concerts/{concertId}/seats". */
#ifndef FRONTROW_HTTP_PATH_H
#define FRONTROW_HTTP_PATH_H

#include <stdbool.h>
#include <stddef.h>

/* What stood for the pattern's {parameter}: a part of the path. */
struct path_param {
    const char *s;
    size_t len;
};

/*
 * Whether `path` is what `pattern` describes. A {parameter} stands for one segment that is not
 * empty; everything else stands for itself. A pattern has at most one; *param is set only on a
 * match, and empty without one. Takes time linear in the shorter of the two.
 */
bool path_match(const char *pattern, const char *path, struct path_param *param);

#endif
