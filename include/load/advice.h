/* What a rehearsal's figures say about a host: rules of thumb, each with its reason. */
#ifndef FRONTROW_LOAD_ADVICE_H
#define FRONTROW_LOAD_ADVICE_H

#include <stdbool.h>
#include <stdint.h>

#define ADVICE_LINES 8
#define ADVICE_WIDTH 320

/* Fewer purchases tell nothing about what a host sustains. */
#define ADVICE_PURCHASES 200

/* The figures that it follows from. */
struct advice_facts {
    int workers; /* [server] workers, as it is in effect */
    int processors;
    int connections;                         /* the rehearsal's bound */
    double busy, stolen, own_core, own_host; /* percent, as in struct cpu_share */
    double rate;      /* buyers who paid a second, over the best ten seconds */
    double in_flight; /* requests that were under way, in the mean */
    int64_t lag_us;   /* 99% of the requests waited less for a connection */
    int64_t pay_us;   /* 99% of the payments took less */
    int64_t stay_ms;  /* 95% were inside for less before they had paid */
    uint64_t requests, busy_answers, limited, failures; /* busy: 503; limited: 429 */
    uint64_t purchases;
    bool interrupted;
};

struct advice {
    bool own_limit;  /* the rehearsal itself was what limited the sale */
    bool full;       /* the host's processors were */
    bool told;       /* there was enough to tell from; else the admission is 0 */
    int workers;     /* never fewer than a host has by default */
    int admit_count; /* with an interval of one second */
    int max_active;
    char lines[ADVICE_LINES][ADVICE_WIDTH];
    int count;
};

void advice_give(const struct advice_facts *f, struct advice *out);

#endif
