/* Payments. */
#include "http/payment_http.h"

#include "domain/payment.h"
#include "http/json_out.h"
#include "http/reply.h"
#include "http/reservation_http.h"

const struct bind_field pay_body_fields[] = {
    {.name = "reservationId",
     .type = BIND_INT,
     .offset = offsetof(struct pay_body, reservation_id),
     .required = true,
     .min = 1,
     .max = INT64_MAX},
    {.name = NULL},
};

enum err payment_http_render_paid(void *arg, int *status, struct text_buf *body)
{
    const struct payment *p = arg;

    *status = 201;
    jout_object_begin(body, NULL);
    jout_int(body, "paymentId", p->payment_id);
    jout_int(body, "reservationId", p->reservation_id);
    jout_text(body, "status", "COMPLETED");
    jout_int(body, "amount", p->amount);
    jout_int(body, "balance", p->balance);
    reservation_http_seats(body, &p->reservation);
    jout_time(body, "paidAt", p->paid_at);
    jout_object_end(body);
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

enum err payment_http_pay(struct request *req, struct response *res)
{
    const struct pay_body *body = (const struct pay_body *)req->input;
    struct payment paid = {0};
    enum err e;

    req->idem.render = payment_http_render_paid;
    req->idem.render_arg = &paid;
    e = payment_pay(req->app, &req->caller, body->reservation_id, &req->idem, &paid);
    e = reply_kept(req, res, e, payment_http_render_paid, &paid);
    reservation_clear(&paid.reservation);
    return e;
}
