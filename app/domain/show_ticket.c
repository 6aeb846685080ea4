/* What a ticket is about, see domain/show_ticket.h. */
#include "domain/show_ticket.h"

#include <string.h>

enum err show_ticket_get(struct app *app, const struct caller *caller, int64_t reservation_id,
                         struct show_ticket *out)
{
    struct reservation *r = &out->reservation;
    enum err e =
        caller ? booking_get(app, caller, reservation_id, r) : booking_find(app, reservation_id, r);
    if (e != ERR_OK)
        return e;
    e = strcmp(r->status, "CONFIRMED") == 0 ? concert_listing_get(app, r->concert_id, &out->concert)
                                            : ERR_NOT_CONFIRMED;
    if (e != ERR_OK)
        show_ticket_clear(out);
    return e;
}

void show_ticket_clear(struct show_ticket *t)
{
    reservation_clear(&t->reservation);
}
