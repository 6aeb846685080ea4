/* Showing tickets and the keys that check them, see ctl_ticket.h; checking is in
 * ctl_ticket_check.c. */
#include "ctl_ticket.h"

#include "base/text.h"
#include "domain/app.h"
#include "domain/show_ticket.h"
#include "http/language.h"
#include "http/ticket_http.h"
#include "http/ticket_keys.h"
#include "http/ticket_svg.h"
#include <inttypes.h>
#include <string.h>

static int complain(enum err e, int64_t id)
{
    if (e == ERR_RESERVATION_NOT_FOUND)
        return ctl_complain(CTL_FAILED, "ticket show: there is no reservation %" PRId64, id);
    if (e == ERR_NOT_CONFIRMED)
        return ctl_complain(
            CTL_FAILED, "ticket show: reservation %" PRId64 " is not paid, or was refunded", id);
    return ctl_complain_of(e, "ticket show");
}

static enum err render(const struct ctl *ctl, const struct show_ticket *t, struct text_buf *out)
{
    struct text_buf text = {0};
    enum err e = ticket_http_sign(&ctl->cfg, t, ctl->value[CTL_SVG] ? &text : out);

    if (e == ERR_OK && ctl->value[CTL_SVG])
        e = ticket_svg_put(t, &text, language_for(&ctl->cfg, NULL), out);
    else if (e == ERR_OK)
        text_buf_puts(out, "\n");
    text_buf_free(&text);
    return e == ERR_OK && out->failed ? ERR_INTERNAL : e;
}

int ctl_ticket_show(struct ctl *ctl)
{
    struct show_ticket t = {.reservation = {.seats = NULL}};
    struct text_buf out = {0};
    struct app *app;
    int64_t id;
    enum err e;

    if (!text_parse_int(ctl->operand, strlen(ctl->operand), &id) || id < 1)
        return ctl_complain(CTL_MISUSED, "RESERVATION must be a reservation's number");
    app = ctl_app(ctl, "ticket show");
    if (!app)
        return CTL_FAILED;
    e = show_ticket_get(app, NULL, id, &t);
    app_free(app);
    if (e == ERR_OK)
        e = render(ctl, &t, &out);
    show_ticket_clear(&t);
    if (e == ERR_OK)
        fwrite(out.data, 1, out.len, stdout);
    text_buf_free(&out);
    return e == ERR_OK ? CTL_DONE : complain(e, id);
}

int ctl_ticket_keys(struct ctl *ctl)
{
    struct text_buf out = {0};
    struct ticket_keys keys;
    int status = CTL_DONE;

    if (ticket_keys_derive(&ctl->cfg, &keys) != ERR_OK)
        return ctl_complain_of(ERR_INTERNAL, "ticket keys");
    ticket_keys_put(&keys, &out);
    ticket_keys_clear(&keys);
    if (out.failed)
        status = ctl_complain_of(ERR_INTERNAL, "ticket keys");
    else
        puts(out.data);
    text_buf_free(&out);
    return status;
}
