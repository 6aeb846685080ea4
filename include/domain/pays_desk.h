/* The desk of the payments, for the domain's own sources; see domain/pays.h. */
#ifndef FRONTROW_DOMAIN_PAYS_DESK_H
#define FRONTROW_DOMAIN_PAYS_DESK_H

#include "domain/idem_many.h"
#include "domain/pays.h"

/* Most seats of a payment that is combined with others. */
enum { PAYS_SEATS = 4 };

struct pays_ask {
    struct caller caller;
    int64_t reservation_id;
    struct idem_key key;
};

struct pays_answer {
    struct payment paid; /* its seats are these, by number */
    struct reservation_seat seats[PAYS_SEATS];
};

/* The desk, NULL before pays_init, and how an answer is told. */
struct desk *pays_desk(void);
idem_render_fn *pays_render(void);

#endif
