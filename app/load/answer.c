/*
 * Answers, see load/answer.h.
 *
 * A body that comes in one piece, as nearly all do, is used where it was read; only one that does
 * not is copied.
 */
#include "load/answer.h"

#include <string.h>
#include <strings.h>

/* What a connection keeps of the memory for bodies in pieces: there may be thousands of them. */
#define KEEP_BYTES ((size_t)1 << 16)

static void add(char *to, size_t size, size_t *len, const char *at, size_t n)
{
    size_t room = size - 1 - *len, taken = n < room ? n : room;

    memcpy(to + *len, at, taken);
    *len += taken;
    to[*len] = '\0';
}

static void end_header(struct answer *a)
{
    int64_t seconds;

    if (strcasecmp(a->name, "Retry-After") == 0 && text_parse_int(a->value, a->value_len, &seconds))
        a->retry_after = seconds < 86400 ? (int)seconds : 86400;
    a->name_len = a->value_len = 0;
    a->name[0] = a->value[0] = '\0';
    a->in_value = false;
}

static int on_name(http_parser *p, const char *at, size_t n)
{
    struct answer *a = p->data;

    if (a->in_value)
        end_header(a);
    if (!a->after_head)
        add(a->name, sizeof a->name, &a->name_len, at, n);
    return 0;
}

static int on_value(http_parser *p, const char *at, size_t n)
{
    struct answer *a = p->data;

    a->in_value = true;
    if (!a->after_head)
        add(a->value, sizeof a->value, &a->value_len, at, n);
    return 0;
}

static int on_head(http_parser *p)
{
    struct answer *a = p->data;

    if (a->in_value)
        end_header(a);
    a->after_head = true;
    a->status = p->status_code;
    return 0;
}

static void own_body(struct answer *a)
{
    if (a->len > 0 && a->rest.len == 0)
        text_buf_append(&a->rest, a->body, a->len);
}

static int on_body(http_parser *p, const char *at, size_t n)
{
    struct answer *a = p->data;

    if (a->len + n > ANSWER_BODY_MAX)
        return 1;
    if (a->len == 0) {
        a->body = at;
        a->len = n;
        return 0;
    }
    own_body(a);
    text_buf_append(&a->rest, at, n);
    a->body = a->rest.data;
    a->len += n;
    return a->rest.failed;
}

/* What comes before the answer proper (RFC 9110, section 15.2) is passed over. */
static int on_whole(http_parser *p)
{
    struct answer *a = p->data;

    if (a->status < 200) {
        a->after_head = false;
        a->retry_after = -1;
        return 0;
    }
    a->whole = true;
    a->keep = http_should_keep_alive(p) != 0;
    http_parser_pause(p, 1);
    return 0;
}

void answer_begin(struct answer *a)
{
    struct text_buf rest = a->rest;

    if (rest.cap > KEEP_BYTES)
        text_buf_free(&rest);
    text_buf_reset(&rest);
    memset(a, 0, sizeof *a);
    a->rest = rest;
    a->retry_after = -1;
    a->body = "";
    http_parser_init(&a->parser, HTTP_RESPONSE);
    a->parser.data = a;
}

void answer_free(struct answer *a)
{
    text_buf_free(&a->rest);
}

static enum err execute(struct answer *a, const char *data, size_t len)
{
    static const http_parser_settings settings = {.on_header_field = on_name,
                                                  .on_header_value = on_value,
                                                  .on_headers_complete = on_head,
                                                  .on_body = on_body,
                                                  .on_message_complete = on_whole};
    size_t read = http_parser_execute(&a->parser, &settings, data, len);
    enum http_errno why = HTTP_PARSER_ERRNO(&a->parser);

    if (a->whole)
        return read + (len > 0) >= len ? ERR_OK : ERR_INTERNAL;
    return why == HPE_OK && read == len ? ERR_OK : ERR_INTERNAL;
}

enum err answer_read(struct answer *a, const char *data, size_t len)
{
    enum err e = a->whole ? ERR_INTERNAL : execute(a, data, len);

    if (e != ERR_OK || a->whole || a->len == 0)
        return e;
    /* More is to come, into the place where this was read. */
    own_body(a);
    a->body = a->rest.data;
    return a->rest.failed ? ERR_INTERNAL : ERR_OK;
}

enum err answer_end(struct answer *a)
{
    enum err e = a->whole ? ERR_OK : execute(a, "", 0);

    return e == ERR_OK && a->whole ? ERR_OK : ERR_INTERNAL;
}
