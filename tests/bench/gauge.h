/* What a load cost: time, processor time of named groups of processes, and latencies. */
#ifndef FRONTROW_TESTS_BENCH_GAUGE_H
#define FRONTROW_TESTS_BENCH_GAUGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GAUGE_GROUPS = 8, GAUGE_PROCESSES = 128, GAUGE_NAME = 16 };

/* A group of processes, as "name=pid,pid,...". */
struct gauge_group {
    char name[GAUGE_NAME];
    int pids[GAUGE_PROCESSES];
    size_t count;
    int64_t cpu_ms; /* what the group has used */
};

/* One stretch of time. Start with {0}; latencies are in microseconds. */
struct gauge {
    struct gauge_group groups[GAUGE_GROUPS];
    size_t group_count;
    int64_t start_us, us;
    int64_t own_us;             /* processor time of the load itself */
    int64_t stolen_ms, idle_ms; /* of all processors together */
    uint32_t *latencies;
    size_t count, room;
};

/* Adds a group; false if the text is none. */
bool gauge_watch(struct gauge *g, const char *text);

/* Begins and ends the stretch. The load's own processor time is taken of this process. */
void gauge_begin(struct gauge *g);
void gauge_end(struct gauge *g);

/* Notes one answer. False without memory. */
bool gauge_note(struct gauge *g, int64_t us);

/* The processor time of this process, in microseconds. */
int64_t gauge_own_us(void);

/*
 * Prints the figures as one line of JSON: requests, seconds, rate, p50, p99, max (us), stolen and
 * idle (ms) and cpu: the microseconds for each request of each group and of the load. `all` counts
 * also what was done outside the stretch. Sorts the latencies.
 */
void gauge_print(struct gauge *g, int64_t all);

void gauge_free(struct gauge *g);

#endif
