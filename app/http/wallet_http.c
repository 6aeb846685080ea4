/* The wallet. */
#include "http/wallet_http.h"

#include "domain/wallet.h"
#include "http/json_out.h"
#include "http/params.h"
#include "http/reply.h"
#include "http/user_http.h"

const struct bind_field charge_body_fields[] = {
    {.name = "amount",
     .type = BIND_INT,
     .offset = offsetof(struct charge_body, amount),
     .required = true,
     .min = 1,
     .max = INT64_MAX},
    {.name = NULL},
};

enum err wallet_http_balance(struct request *req, struct response *res)
{
    struct text_buf *out = &res->body;
    int64_t balance;
    enum err e = user_http_resolve(req);

    if (e == ERR_OK)
        e = wallet_balance(req->app, &req->user, &balance);
    if (e != ERR_OK)
        return e;
    jout_object_begin(out, NULL);
    jout_uuid(out, "userId", &req->user);
    jout_int(out, "balance", balance);
    jout_object_end(out);
    return ERR_OK;
}

enum err wallet_http_render_charged(void *arg, int *status, struct text_buf *body)
{
    const struct wallet_charge *c = arg;

    *status = 201;
    jout_object_begin(body, NULL);
    jout_uuid(body, "userId", &c->user_id);
    jout_int(body, "balance", c->balance);
    jout_int(body, "entryId", c->entry_id);
    jout_object_end(body);
    return body->failed ? ERR_INTERNAL : ERR_OK;
}

enum err wallet_http_charge(struct request *req, struct response *res)
{
    const struct charge_body *body = (const struct charge_body *)req->input;
    struct wallet_charge charged = {0};
    enum err e = wallet_check_amount(req->app, body->amount);

    if (e != ERR_OK)
        return e;
    if (req->user_malformed)
        return ERR_USER_NOT_FOUND;
    req->idem.render = wallet_http_render_charged;
    req->idem.render_arg = &charged;
    e = wallet_charge(req->app, &req->caller, &req->user, body->amount, &req->idem, &charged);
    return reply_kept(req, res, e, wallet_http_render_charged, &charged);
}

static void put_entry(struct text_buf *out, const struct wallet_entry *entry)
{
    jout_object_begin(out, NULL);
    jout_int(out, "entryId", entry->entry_id);
    jout_text(out, "type", entry->type);
    jout_int(out, "amount", entry->amount);
    jout_int(out, "balanceAfter", entry->balance_after);
    if (entry->reservation_id)
        jout_int(out, "reservationId", entry->reservation_id);
    else
        jout_null(out, "reservationId");
    jout_time(out, "createdAt", entry->created_at);
    jout_object_end(out);
}

enum err wallet_http_entries(struct request *req, struct response *res)
{
    struct wallet_entry list[APP_MAX_PAGE + 1];
    struct text_buf *out = &res->body;
    struct params_page page;
    int count = 0, shown;
    enum err e = params_page(req, false, &page);

    if (e == ERR_OK)
        e = user_http_resolve(req);
    if (e == ERR_OK)
        e = wallet_entries(req->app, &req->user, page.id, page.limit + 1, list, &count);
    if (e != ERR_OK)
        return e;
    shown = count < page.limit ? count : page.limit;
    jout_object_begin(out, NULL);
    jout_array_begin(out, "entries");
    for (int i = 0; i < shown; i++)
        put_entry(out, &list[i]);
    jout_array_end(out);
    params_next(out, count > shown, false, 0, shown ? list[shown - 1].seq : 0);
    jout_object_end(out);
    return ERR_OK;
}
