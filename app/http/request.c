/* A request and its answer, see http/request.h. */
#include "http/request.h"

#include <stdarg.h>
#include <stdio.h>

/* What a long listing needed is given back; what most answers need stays. */
#define KEEP_BYTES ((size_t)1 << 18)

/* How much of a long answer is sent at once. */
#define FLOW_BYTES ((size_t)1 << 16)

/* Longest header value of ours: a cookie with a token. */
#define LINE_MAX_BYTES 1024

void response_header(struct response *res, const char *name, const char *format, ...)
{
    char value[LINE_MAX_BYTES];
    va_list args;

    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    text_buf_printf(&res->headers, "%s: %s\r\n", name, value);
}

/* The last byte stays behind: it tells json_out whether a comma is due. */
enum err response_flow(struct response *res)
{
    struct text_buf *body = &res->body;
    char last;

    if (!res->send || body->len < FLOW_BYTES || body->failed || res->headers.failed)
        return ERR_OK;
    last = body->data[--body->len];
    if (!res->send(res))
        return ERR_INTERNAL;
    text_buf_append(body, &last, 1);
    return ERR_OK;
}

void response_reset(struct response *res)
{
    if (res->body.cap > KEEP_BYTES)
        text_buf_free(&res->body);
    text_buf_reset(&res->body);
    text_buf_reset(&res->headers);
    res->status = 200;
    res->err = ERR_OK;
    res->begun = false;
    res->content_type = "application/json";
}

void response_free(struct response *res)
{
    text_buf_free(&res->headers);
    text_buf_free(&res->body);
}

int64_t request_id(const struct request *req)
{
    int64_t id;

    return text_parse_int(req->param.s, req->param.len, &id) ? id : 0;
}
