/* The workers' side of charges that are combined, see domain/charges.h. */
#include "domain/charges_desk.h"

static struct desk *desk;
static idem_render_fn *render_answer;

enum err charges_init(idem_render_fn *render)
{
    render_answer = render;
    desk = desk_new(sizeof(struct charges_ask), sizeof(struct charges_answer), CLERK_PATIENCE_MS);
    return desk ? ERR_OK : ERR_INTERNAL;
}

struct desk *charges_desk(void)
{
    return desk;
}

idem_render_fn *charges_render(void)
{
    return render_answer;
}

enum desk_outcome charges_ask(const struct uuid *user_id, int64_t amount, const struct idem *idem,
                              struct wallet_charge *out)
{
    struct charges_ask ask = {.user_id = *user_id, .amount = amount};
    struct charges_answer answer;
    if (!desk)
        return DESK_ALONE;
    idem_key_of(idem, &ask.key);
    enum desk_outcome outcome = desk_ask(desk, &ask, &answer);
    if (outcome == DESK_DONE)
        *out = (struct wallet_charge){*user_id, answer.balance, answer.entry_id};
    return outcome;
}
