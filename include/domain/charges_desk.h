/* The desk of the charges, for the domain's own sources; see domain/charges.h. */
#ifndef FRONTROW_DOMAIN_CHARGES_DESK_H
#define FRONTROW_DOMAIN_CHARGES_DESK_H

#include "domain/charges.h"
#include "domain/idem_many.h"

struct charges_ask {
    struct uuid user_id;
    int64_t amount;
    struct idem_key key;
};

struct charges_answer {
    int64_t balance, entry_id;
};

/* The desk, NULL before charges_init, and how an answer is told. */
struct desk *charges_desk(void);
idem_render_fn *charges_render(void);

#endif
