/*
 * Carries the plan out against the running product, and keeps count of what each kind of fault has
 * really done: a run in which one of them did nothing proves nothing about it.
 */
#ifndef FRONTROW_TESTS_SOAK_NEMESIS_H
#define FRONTROW_TESTS_SOAK_NEMESIS_H

#include "soak/plan.h"
#include "soak/proxy.h"
#include "soak/wire.h"
#include <stdbool.h>
#include <sys/types.h>

enum { NEMESIS_FROZEN = 64, NEMESIS_SOCKETS = 4096 };

/* Where things are. */
struct nemesis_place {
    const char *state;     /* the product's state folder */
    const char *disk;      /* where the tmpfs is mounted that holds the database; NULL: none */
    const char *clock;     /* the file that libfaketime reads; NULL: clocks are not skewed */
    const char *socket[2]; /* of the two pools: the shop's, the waiting room's */
    const char *admin;     /* an operator's token */
    int64_t concert;       /* for shows that are never made */
    struct proxy_control *proxy;
};

/* What a kind of fault has done. */
struct nemesis_tally {
    uint64_t begun, effects;
};

struct nemesis {
    struct nemesis_place place;
    const struct plan *plan;
    unsigned faults; /* those that this place allows */
    size_t next;
    int64_t began_ms;
    struct nemesis_tally tally[FAULT_COUNT];

    /* Faults under way: when each ends (0: not under way), and with what. */
    int64_t ends_ms[FAULT_COUNT];
    struct plan_item under_way[FAULT_COUNT];
    uint64_t hits_before[CUT_COUNT];
    pid_t frozen[NEMESIS_FROZEN], stalled[NEMESIS_FROZEN];
    size_t frozen_count, stalled_count;
    int sockets[NEMESIS_SOCKETS];
    size_t socket_count;
    struct wire_slot *show; /* asks for one that needs much room */
    bool clock_seen;        /* the skew under way has shown */
    uint64_t disk_bytes;    /* the tmpfs' size while it is not full */
};

/* The kinds that this place allows, of those in `faults`; says of each other one why it is left
 * out. */
unsigned nemesis_allow(const struct nemesis_place *place, unsigned faults);

/* Of the plan, what is not in `faults` is passed over: a seed has one plan on every host. */
void nemesis_begin(struct nemesis *n, const struct nemesis_place *place, const struct plan *plan,
                   unsigned faults);

/* Does what is due. */
void nemesis_step(struct nemesis *n);

/* Ends all that is under way. */
void nemesis_stop(struct nemesis *n);

/* One line for each kind; false if one that is in the plan was never begun or had no effect. */
bool nemesis_report(const struct nemesis *n);

#endif
