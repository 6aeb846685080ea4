/* Answers, see http/reply.h. */
#include "http/reply.h"

#include "base/config.h"
#include "base/log.h"
#include "http/json_out.h"
#include "http/language.h"
#include <inttypes.h>
#include <string.h>

/* Seconds to wait where the error itself does not say. */
#define RETRY_AFTER_DEFAULT 1

/* Room for the longest code in lower case. */
#define SLUG_SIZE 64

/* What a client is told about `e`: inner errors keep only their status. */
static enum err outward(enum err e)
{
    const struct err_info *info = err_info(e);

    if (info->status < 400)
        return ERR_INTERNAL;
    if (strcmp(info->code, "INTERNAL") != 0)
        return e;
    return info->status == 503 ? ERR_BUSY : ERR_INTERNAL;
}

/* SEAT_TAKEN becomes seat-taken, as the last part of the problem's type. */
static void slug(const char *code, char out[SLUG_SIZE])
{
    size_t n = 0;

    for (; n < SLUG_SIZE - 1 && code[n]; n++) {
        char c = code[n];

        if (c == '_')
            c = '-';
        else if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        out[n] = c;
    }
    out[n] = '\0';
}

/* The members that are there only when they help. */
static void put_details(struct text_buf *out, const struct problem *problem)
{
    if (problem->field)
        jout_text(out, "field", problem->field);
    if (problem->seat_count > 0) {
        jout_array_begin(out, "seatNumbers");
        for (int i = 0; i < problem->seat_count; i++)
            jout_int(out, NULL, problem->seat_numbers[i]);
        jout_array_end(out);
    }
    if (problem->position >= 0)
        jout_int(out, "position", problem->position);
    if (problem->balance >= 0)
        jout_int(out, "balance", problem->balance);
    if (problem->amount >= 0)
        jout_int(out, "amount", problem->amount);
}

static void put_problem(const struct request *req, struct text_buf *out,
                        const struct err_info *info, enum language language)
{
    char name[SLUG_SIZE], type[SLUG_SIZE + 32] = "urn:problem-type:frontrow:";

    slug(info->code, name);
    strcat(type, name);
    jout_object_begin(out, NULL);
    jout_text(out, "type", type);
    jout_text(out, "title", language == LANGUAGE_KO ? info->title_ko : info->title_en);
    jout_int(out, "status", info->status);
    jout_text(out, "detail", language == LANGUAGE_KO ? info->detail_ko : info->detail_en);
    jout_text(out, "code", info->code);
    jout_text(out, "requestId", req->id);
    put_details(out, &req->app->problem);
    jout_object_end(out);
}

/* The headers that belong to certain errors (RFC 6750, section 3; RFC 9110, section 10.2.3). */
static void put_headers(struct response *res, const struct problem *problem, enum err e)
{
    int64_t wait = problem->retry_after;

    if (e == ERR_TOKEN_MISSING)
        response_header(res, "WWW-Authenticate", "Bearer");
    if (e == ERR_TOKEN_INVALID)
        response_header(res, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
    if (e == ERR_RATE_LIMITED || e == ERR_BUSY || e == ERR_NOT_ADMITTED)
        response_header(res, "Retry-After", "%" PRId64, wait > 0 ? wait : RETRY_AFTER_DEFAULT);
}

void reply_error(const struct request *req, struct response *res, enum err e)
{
    const struct app *app = req->app;
    enum err told = outward(e);
    const struct err_info *info = err_info(told);
    enum language language = language_for(app->cfg, req->accept_language);

    if (told == ERR_INTERNAL)
        log_error("internal", "req=%s err=%s", req->id, err_name(e));
    response_reset(res);
    res->err = told;
    res->status = info->status;
    res->content_type = "application/problem+json";
    put_headers(res, &app->problem, told);
    response_header(res, "Content-Language", "%s", language_tag(language));
    response_header(res, "Vary", "Accept-Language");
    response_header(res, "Cache-Control", "no-store");
    put_problem(req, &res->body, info, language);
}

enum err reply_kept(struct request *req, struct response *res, enum err e, idem_render_fn *render,
                    void *arg)
{
    struct idem *idem = &req->idem;

    if (e == ERR_OK && !idem->present)
        return render(arg, &res->status, &res->body);
    if (e != ERR_OK && e != ERR_REPLAY)
        return e;
    res->status = idem->status;
    if (idem->body.len > 0)
        text_buf_append(&res->body, idem->body.data, idem->body.len);
    if (e == ERR_REPLAY)
        response_header(res, "Idempotent-Replayed", "true");
    return ERR_OK;
}
