/*
 * The nemesis' plan: which fault comes when, drawn from the seed before anything runs. The same
 * seed, length and list of faults give the same plan.
 */
#ifndef FRONTROW_TESTS_SOAK_PLAN_H
#define FRONTROW_TESTS_SOAK_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* X(enumerator, name, how many are in a deck, shortest and longest length in ms, help). A length of
 * 0: it is done at once. */
/* clang-format off */
#define FAULT_LIST(X)                                                                              \
    X(KILL_WORKER, "kill-worker", 2, 0, 0, "kill -9 of workers of either pool, or their helpers")  \
    X(KILL_MASTER, "kill-master", 1, 0, 0, "kill -9 of the workers' master")                       \
    X(KILL_JOB, "kill-job", 1, 0, 0, "kill -9 of the job")                                         \
    X(KILL_NGINX, "kill-nginx", 1, 0, 0, "kill -9 of nginx, its master or one of its workers")     \
    X(KILL_DATABASE, "kill-database", 1, 0, 0, "kill -9 of the database server")                   \
    X(FREEZE, "freeze", 1, 1000, 7000, "workers stand still for a while (SIGSTOP) and go on")      \
    X(CUT_STATEMENT, "cut-statement", 2, 600, 1800,                                                \
      "connections to the database end before the n-th statement of a transaction")                \
    X(CUT_BEFORE_COMMIT, "cut-before-commit", 2, 600, 1800,                                        \
      "connections end as COMMIT is sent: the server never sees it")                               \
    X(CUT_AFTER_COMMIT, "cut-after-commit", 2, 600, 1800,                                          \
      "connections end when the server has committed: its answer is lost")                         \
    X(CUT_ANSWER, "cut-answer", 1, 600, 1800, "connections end in the middle of an answer")        \
    X(LATE_COMMIT, "late-commit", 1, 600, 1200,                                                    \
      "COMMIT reaches the server after the application has stopped waiting for it")                \
    X(BACKLOG, "backlog", 1, 800, 2000, "a pool stands still and its listen backlog is full")      \
    X(DISK_FULL, "disk-full", 1, 2000, 4000, "the disk with the database is full")                 \
    X(CLOCK, "clock", 1, 4000, 8000, "the clock of workers and job jumps or drifts away, and back")
/* clang-format on */

enum fault {
#define FAULT_ENUM(name, ...) FAULT_##name,
    FAULT_LIST(FAULT_ENUM)
#undef FAULT_ENUM
        FAULT_COUNT
};

#define FAULT_BIT(f) (1U << (f))
#define FAULT_ALL    (FAULT_BIT(FAULT_COUNT) - 1)

struct plan_item {
    int64_t at_ms; /* since the run began */
    enum fault fault;
    int length_ms;
    int32_t how; /* what it does exactly: each fault reads it in its own way */
    int every;   /* of the cuts: one in so many */
};

struct plan {
    struct plan_item *items;
    size_t count;
};

const char *fault_name(enum fault f);
const char *fault_help(enum fault f);

/* A list of names with commas between them, or "all" or "none". False: a name is unknown. */
bool plan_read_faults(const char *list, unsigned *faults);

/* Draws the plan of a run of so many seconds. Free with plan_free. */
void plan_draw(uint64_t seed, int seconds, unsigned faults, struct plan *out);

void plan_free(struct plan *p);

/* One line for each fault. */
void plan_print(const struct plan *p, FILE *to);

#endif
