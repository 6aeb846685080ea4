/*
 * frontrow lottery: what there is to publish about the latest pre-queue of a concert, and whether
 * its order follows from the seed. Each function is a command and returns its exit status.
 */
#ifndef FRONTROW_CTL_LOTTERY_H
#define FRONTROW_CTL_LOTTERY_H

#include "ctl.h"

int ctl_lottery_show(struct ctl *ctl);
int ctl_lottery_list(struct ctl *ctl);
int ctl_lottery_verify(struct ctl *ctl);

#endif
