/* The workers' side of payments that are combined, see domain/pays.h. */
#include "domain/pays_desk.h"

#include <stdlib.h>

static struct desk *desk;
static idem_render_fn *render_answer;

enum err pays_init(idem_render_fn *render)
{
    render_answer = render;
    desk = desk_new(sizeof(struct pays_ask), sizeof(struct pays_answer), CLERK_PATIENCE_MS);
    return desk ? ERR_OK : ERR_INTERNAL;
}

struct desk *pays_desk(void)
{
    return desk;
}

idem_render_fn *pays_render(void)
{
    return render_answer;
}

/* The memory for the seats comes first: what has been paid must be told. */
enum desk_outcome pays_ask(const struct caller *caller, int64_t reservation_id,
                           const struct idem *idem, struct payment *out)
{
    struct pays_ask ask = {.caller = *caller, .reservation_id = reservation_id};
    struct pays_answer answer;
    struct reservation_seat *seats = desk ? calloc(PAYS_SEATS, sizeof *seats) : NULL;
    if (!seats)
        return DESK_ALONE;
    idem_key_of(idem, &ask.key);
    enum desk_outcome outcome = desk_ask(desk, &ask, &answer);
    if (outcome != DESK_DONE) {
        free(seats);
        return outcome;
    }
    memcpy(seats, answer.seats, sizeof answer.seats);
    *out = answer.paid;
    out->reservation.seats = seats;
    return outcome;
}
