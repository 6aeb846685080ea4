/* Refunds. */
#include "http/refund_http.h"

#include "domain/refund.h"
#include "http/json_out.h"
#include "http/reply.h"
#include "http/reservation_http.h"

static enum err render_refunded(void *arg, int *status, struct text_buf *body)
{
    const struct refund *refunded = arg;

    *status = 200;
    jout_object_begin(body, NULL);
    reservation_http_members(body, &refunded->reservation);
    jout_int(body, "balance", refunded->balance);
    jout_object_end(body);
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

enum err refund_http_post(struct request *req, struct response *res)
{
    struct refund refunded = {.balance = 0};
    enum err e;

    req->idem.render = render_refunded;
    req->idem.render_arg = &refunded;
    e = refund_reservation(req->app, &req->caller, request_id(req), &req->idem, &refunded);
    e = reply_kept(req, res, e, render_refunded, &refunded);
    reservation_clear(&refunded.reservation);
    return e;
}
