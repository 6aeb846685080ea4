/*
 * frontrow ticket: tickets to a show, at the door and for the operator. Each function is a command
 * and returns its exit status.
 */
#ifndef FRONTROW_CTL_TICKET_H
#define FRONTROW_CTL_TICKET_H

#include "ctl.h"

/* The options of ticket check. */
#define CTL_TICKET_CHECK (CTL_BIT(JWKS) | CTL_BIT(SCHEDULE) | CTL_BIT(ONLINE))

int ctl_ticket_check(struct ctl *ctl);
int ctl_ticket_show(struct ctl *ctl);
int ctl_ticket_keys(struct ctl *ctl);

#endif
