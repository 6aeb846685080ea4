/* An HTTP/1.1 answer as it comes in, piece by piece: the only place with http-parser. */
#ifndef FRONTROW_LOAD_ANSWER_H
#define FRONTROW_LOAD_ANSWER_H

#include "base/err.h"
#include "base/text.h"
#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>

/* The longest body that is taken: the seats of a hall of 100,000 one by one are 10 MB. */
#define ANSWER_BODY_MAX (32 << 20)

struct answer {
    /* What there is once it is whole. */
    int status;
    int retry_after; /* seconds; -1: no such header, or a date */
    const char *body;
    size_t len;
    bool keep; /* the connection may be used again */

    /* The reader's own. */
    bool whole;
    http_parser parser;
    char name[16], value[16]; /* of the header that is being read; longer ones are cut */
    size_t name_len, value_len;
    bool in_value, after_head;
    struct text_buf rest; /* a body that came in more than one piece */
};

/* Starts as {0}; begins anew for the next answer and keeps its memory, unless that is much. */
void answer_begin(struct answer *a);
void answer_free(struct answer *a);

/* Reads on. `body` may point into `data`, until the next call. ERR_INTERNAL if it is no HTTP, too
 * long, or goes on after its end. */
enum err answer_read(struct answer *a, const char *data, size_t len) MUSTCHECK;

/* The connection was closed: that ends an answer without a length. ERR_INTERNAL if it is cut off.
 */
enum err answer_end(struct answer *a) MUSTCHECK;

#endif
