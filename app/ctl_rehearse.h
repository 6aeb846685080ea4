/* frontrow rehearse: a sale played by virtual buyers, over HTTP, against a site that runs. */
#ifndef FRONTROW_CTL_REHEARSE_H
#define FRONTROW_CTL_REHEARSE_H

#include "ctl.h"

/* The options of the concert that a rehearsal makes, and all options. */
#define CTL_REHEARSE_CONCERT                                                                       \
    (CTL_BIT(DATES) | CTL_BIT(SEATS) | CTL_BIT(PRICE) | CTL_BIT(ADMIT_COUNT) |                     \
     CTL_BIT(ADMIT_INTERVAL) | CTL_BIT(MAX_ACTIVE) | CTL_BIT(SESSION) | CTL_BIT(CLAIM) |           \
     CTL_BIT(HOLD))
#define CTL_REHEARSE                                                                               \
    (CTL_REHEARSE_CONCERT | CTL_BIT(URL) | CTL_BIT(BUYERS) | CTL_BIT(OVER) | CTL_BIT(PROFILE) |    \
     CTL_BIT(THINK) | CTL_BIT(ABANDON) | CTL_BIT(VANISH) | CTL_BIT(SEATS_PER_BUYER) |              \
     CTL_BIT(BEST) | CTL_BIT(MAP) | CTL_BIT(WATCH) | CTL_BIT(POLL) | CTL_BIT(KEYS) |               \
     CTL_BIT(SEED) | CTL_BIT(DURATION) | CTL_BIT(CONNECTIONS) | CTL_BIT(CONCERT) |                 \
     CTL_BIT(CHARGE) | CTL_BIT(ANY_CONCERT) | CTL_BIT(OTHER_HOST) | CTL_BIT(JSON) |                \
     CTL_BIT(SAVE) | CTL_BIT(QUIET))

/* The command; its exit status, see its help. */
int ctl_rehearse(struct ctl *ctl);

/* The lines of help about its options. */
void ctl_rehearse_help(FILE *to);

#endif
