/*
 * Query parameters and the cursors of lists.
 *
 * A query is read strictly (percent encoding by RFC 3986, `+` is a space, UTF-8). Parameters that
 * a route does not know are not looked at; one that it knows and that comes twice, or has another
 * value than those described, gives ERR_INVALID_PARAMETER with its name as the field.
 */
#ifndef FRONTROW_HTTP_PARAMS_H
#define FRONTROW_HTTP_PARAMS_H

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "http/request.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest value of a parameter, with its zero. */
#define PARAMS_VALUE_SIZE 128

/* How many rows a page has when the client does not say. */
#define PARAMS_LIMIT_DEFAULT 20

enum params_result { PARAMS_ABSENT, PARAMS_VALUE, PARAMS_BAD };

/* Looks for `name` in a query string (NULL: an empty one). PARAMS_BAD if it comes twice or its
 * value cannot be read. */
enum params_result params_find(const char *query, const char *name, char out[PARAMS_VALUE_SIZE]);

/* *given is whether `name` is there; any value but `word` is refused (NULL: every value). */
enum err params_word(struct request *req, const char *name, const char *word,
                     bool *given) MUSTCHECK;

/* The day that `name` must be. */
enum err params_date(struct request *req, const char *name, char out[CLOCK_DATE_SIZE]) MUSTCHECK;

/* Where a page begins: after the row with `key` (lists by time) and `id`; 0 and 0: at the start. */
struct params_page {
    int limit;
    int64_t key, id;
};

/* Reads `limit` and `cursor`; `keyed` says whether the list's cursors have a key. */
enum err params_page(struct request *req, bool keyed, struct params_page *out) MUSTCHECK;

/* Appends the member `next`: the cursor of the last row shown, or null unless there is `more`. */
void params_next(struct text_buf *out, bool more, bool keyed, int64_t key, int64_t id);

#endif
