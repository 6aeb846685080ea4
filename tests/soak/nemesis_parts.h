/* Between the sources of the nemesis: what it does, kind by kind. */
#ifndef FRONTROW_TESTS_SOAK_NEMESIS_PARTS_H
#define FRONTROW_TESTS_SOAK_NEMESIS_PARTS_H

#include "soak/nemesis.h"

/* Counts what a fault has done; prints a line about it. */
void nemesis_effect(struct nemesis *n, enum fault f, uint64_t by);
void nemesis_say(const struct nemesis *n, enum fault f, const char *text, int64_t number);

/* Processes. Those that stand still go on with nemesis_thaw and nemesis_empty_backlog. */
void nemesis_kill(struct nemesis *n, enum fault f, pid_t pid);
void nemesis_kill_workers(struct nemesis *n, const struct plan_item *item);
void nemesis_kill_nginx(struct nemesis *n, const struct plan_item *item);
void nemesis_freeze(struct nemesis *n, const struct plan_item *item);
void nemesis_thaw(struct nemesis *n);
void nemesis_fill_backlog(struct nemesis *n, const struct plan_item *item);
void nemesis_empty_backlog(struct nemesis *n);

/* The host. */
void nemesis_fill_disk(struct nemesis *n);
void nemesis_free_disk(struct nemesis *n);
void nemesis_skew_clock(struct nemesis *n, const struct plan_item *item);
void nemesis_go_on_with_clock(struct nemesis *n);
void nemesis_right_clock(struct nemesis *n);

#endif
