/* Tickets to a show, and the keys to check them with. */
#include "http/ticket_http.h"

#include "base/ranges.h"
#include "http/accept.h"
#include "http/json_out.h"
#include "http/language.h"
#include "http/ticket.h"
#include "http/ticket_svg.h"
#include <string.h>

/* Those who check keep the keys anyway; this long a new one may take to reach them. */
#define KEYS_MAX_AGE 300

static enum err fill_in(const struct reservation *r, struct ticket *out)
{
    struct text_buf seats = {0};
    int32_t numbers[APP_MAX_SEATS];
    bool done;

    if (r->seat_count > APP_MAX_SEATS)
        return ERR_INTERNAL;
    *out = (struct ticket){.reservation_id = r->reservation_id,
                           .schedule_id = r->schedule_id,
                           .concert_id = r->concert_id,
                           .starts_at = r->starts_at / 1000,
                           .paid_at = r->paid_at / 1000};
    for (int i = 0; i < r->seat_count; i++)
        numbers[i] = r->seats[i].seat_number;
    ranges_put(&seats, numbers, r->seat_count);
    done = !seats.failed && text_copy(out->seats, sizeof out->seats, seats.data, seats.len);
    text_buf_free(&seats);
    return done ? ERR_OK : ERR_INTERNAL;
}

enum err ticket_http_sign(const struct config *cfg, const struct show_ticket *t,
                          struct text_buf *out)
{
    struct ticket_keys keys;
    struct ticket ticket;
    enum err e = fill_in(&t->reservation, &ticket);

    if (e == ERR_OK)
        e = ticket_keys_derive(cfg, &keys);
    if (e != ERR_OK)
        return e;
    e = ticket_sign(&keys, &ticket, out);
    ticket_keys_clear(&keys);
    return e;
}

static void put_json(const struct show_ticket *t, const struct text_buf *text, struct response *res)
{
    jout_object_begin(&res->body, NULL);
    jout_int(&res->body, "reservationId", t->reservation.reservation_id);
    jout_text(&res->body, "ticket", text->data);
    jout_object_end(&res->body);
}

static enum err put_svg(const struct request *req, const struct show_ticket *t,
                        const struct text_buf *text, struct response *res)
{
    enum language language = language_for(req->app->cfg, req->accept_language);

    res->content_type = "image/svg+xml";
    response_header(res, "Content-Language", "%s", language_tag(language));
    return ticket_svg_put(t, text, language, &res->body);
}

enum err ticket_http_get(struct request *req, struct response *res)
{
    static const char *const forms[] = {"application/json", "image/svg+xml"};
    struct text_buf text = {0};
    struct show_ticket t;
    enum err e = show_ticket_get(req->app, &req->caller, request_id(req), &t);

    if (e != ERR_OK)
        return e;
    response_header(res, "Vary", "Accept, Accept-Language");
    e = ticket_http_sign(req->app->cfg, &t, &text);
    if (e == ERR_OK && accept_choose(req->accept, forms, sizeof forms / sizeof *forms) == 1)
        e = put_svg(req, &t, &text, res);
    else if (e == ERR_OK)
        put_json(&t, &text, res);
    text_buf_free(&text);
    show_ticket_clear(&t);
    return e;
}

enum err ticket_http_keys(struct request *req, struct response *res)
{
    struct ticket_keys keys;
    enum err e = ticket_keys_derive(req->app->cfg, &keys);

    if (e != ERR_OK)
        return e;
    res->content_type = "application/jwk-set+json"; /* RFC 7517, section 8.5.2 */
    response_header(res, "Cache-Control", "public, max-age=%d", KEYS_MAX_AGE);
    ticket_keys_put(&keys, &res->body);
    ticket_keys_clear(&keys);
    return ERR_OK;
}
