/*
 * frontrow queue: the waiting room from the shell.
 *
 * Each function is a command and returns its exit status. What they change goes the API's way:
 * one transaction with its entry in the audit log, whose actor is the nil UUID, since nobody has
 * shown a token.
 */
#ifndef FRONTROW_CTL_QUEUE_H
#define FRONTROW_CTL_QUEUE_H

#include "ctl.h"

/* The options of `queue set`. */
#define CTL_QUEUE_SETTINGS                                                                         \
    (CTL_BIT(ADMIT_COUNT) | CTL_BIT(ADMIT_INTERVAL) | CTL_BIT(MAX_ACTIVE) | CTL_BIT(SESSION) |     \
     CTL_BIT(CLAIM) | CTL_BIT(TOKEN_LIFETIME) | CTL_BIT(OPENS_AT))

int ctl_queue_list(struct ctl *ctl);
int ctl_queue_show(struct ctl *ctl);
int ctl_queue_pause(struct ctl *ctl);
int ctl_queue_resume(struct ctl *ctl);
int ctl_queue_drain(struct ctl *ctl);
int ctl_queue_close(struct ctl *ctl);
int ctl_queue_set(struct ctl *ctl);
int ctl_queue_message(struct ctl *ctl);

/* The lines of help about the options of `queue set`, with their bounds. */
void ctl_queue_set_help(FILE *to);

#endif
