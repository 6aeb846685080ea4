/* What has been sold of a schedule: a page in JSON, or all of it as CSV. */
#include "http/sales_http.h"

#include "base/clock.h"
#include "domain/sales.h"
#include "http/accept.h"
#include "http/csv_out.h"
#include "http/json_out.h"
#include "http/params.h"
#include <inttypes.h>
#include <stdio.h>

/* --- JSON --- */

struct listing {
    struct text_buf *out;
    int limit, seen;
    int64_t reservation_id, seat_number; /* the last one shown */
};

/* One row more than the page has is asked for: it only tells that there is a next page. */
static enum err put_sale(const struct sale *sale, void *arg)
{
    struct listing *l = arg;
    struct text_buf *out = l->out;

    if (l->seen++ == l->limit)
        return ERR_OK;
    jout_object_begin(out, NULL);
    jout_int(out, "reservationId", sale->reservation_id);
    jout_uuid(out, "userId", &sale->user_id);
    jout_int(out, "seatNumber", sale->seat_number);
    jout_text(out, "section", sale->section);
    jout_text(out, "row", sale->row);
    jout_int(out, "price", sale->price);
    jout_time(out, "paidAt", sale->paid_at);
    jout_object_end(out);
    l->reservation_id = sale->reservation_id;
    l->seat_number = sale->seat_number;
    return ERR_OK;
}

static enum err put_page(struct request *req, struct response *res, const struct params_page *page)
{
    struct text_buf *out = &res->body;
    struct listing l = {.out = out, .limit = page->limit};
    enum err e;

    jout_object_begin(out, NULL);
    jout_array_begin(out, "sales");
    e = sales_list(req->app, request_id(req), page->key, page->id, page->limit + 1, put_sale, &l);
    jout_array_end(out);
    params_next(out, l.seen > l.limit, true, l.reservation_id, l.seat_number);
    jout_object_end(out);
    return e;
}

/* --- CSV --- */

/* The list may begin anew, but not what has been sent of it. */
static void put_head(void *arg)
{
    static const char *const names[] = {"reservationId", "userId", "seatNumber", "section",
                                        "row",           "price",  "paidAt"};
    struct response *res = arg;
    struct text_buf *out = &res->body;

    text_buf_reset(out);
    out->failed = res->begun;
    csv_row(out, names, sizeof names / sizeof *names);
}

static enum err put_row(const struct sale *sale, void *arg)
{
    struct response *res = arg;
    struct text_buf *out = &res->body;
    char reservation[24], user[UUID_TEXT_SIZE], seat[16], price[24], paid[CLOCK_RFC3339_SIZE];
    const char *const cells[] = {reservation, user, seat, sale->section, sale->row, price, paid};

    snprintf(reservation, sizeof reservation, "%" PRId64, sale->reservation_id);
    uuid_to_text(&sale->user_id, user);
    snprintf(seat, sizeof seat, "%" PRId32, sale->seat_number);
    snprintf(price, sizeof price, "%" PRId64, sale->price);
    clock_format(sale->paid_at, paid);
    csv_row(out, cells, sizeof cells / sizeof *cells);
    return out->failed ? ERR_INTERNAL : response_flow(res);
}

static enum err put_all(struct request *req, struct response *res)
{
    int64_t id = request_id(req);

    res->content_type = "text/csv; charset=utf-8";
    response_header(res, "Content-Disposition", "attachment; filename=\"sales-%" PRId64 ".csv\"",
                    id);
    return sales_all(req->app, id, put_head, put_row, res);
}

enum err sales_http_list(struct request *req, struct response *res)
{
    static const char *const forms[] = {"application/json", "text/csv"};
    struct params_page page;
    enum err e = params_page(req, true, &page);

    if (e != ERR_OK)
        return e;
    response_header(res, "Vary", "Accept");
    return accept_choose(req->accept, forms, sizeof forms / sizeof *forms) == 1
               ? put_all(req, res)
               : put_page(req, res, &page);
}
