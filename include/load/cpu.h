/* Who used this host's processors: this program, and all of it. */
#ifndef FRONTROW_LOAD_CPU_H
#define FRONTROW_LOAD_CPU_H

#include <stdint.h>

/* A reading; the difference of two tells about the time between them. */
struct cpu_reading {
    int64_t wall_us, own_us;    /* own: user and system time of this process */
    int64_t busy, idle, stolen; /* of all processors, in ticks; 0 where it cannot be read */
};

/* What lies between two readings, in percent. */
struct cpu_share {
    double seconds;      /* of the wall clock */
    double own;          /* seconds of a processor that this program used */
    double own_core;     /* percent of one processor */
    double own_host;     /* percent of all of them */
    double busy, stolen; /* percent of all processors; stolen: by other guests of the machine */
    int processors;
};

void cpu_read(struct cpu_reading *out);
void cpu_between(const struct cpu_reading *from, const struct cpu_reading *to,
                 struct cpu_share *out);

#endif
