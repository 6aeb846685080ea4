/*
 * A pool of child processes that a master keeps alive.
 *
 * A child that dies is replaced: at once if it had lived for a while, with a growing pause if it
 * dies young. SIGTERM and SIGINT end all children and then the pool; SIGHUP replaces them one by
 * one. The children end when their master does, however that happens.
 */
#ifndef FRONTROW_BASE_POOL_H
#define FRONTROW_BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What `run` returns to end the whole pool, after a fault that no new process can mend. */
#define POOL_FATAL 78

/* Roles of a pool at the most. */
#define POOL_ROLES 12

/* What some children do. Static storage for the names. */
struct pool_role {
    const char *name;    /* in the log */
    const char *process; /* the process's name, at most 15 bytes */
    int count;           /* how many at the same time */
    bool alone;          /* when replaced, the old one ends before the new one starts */
    bool once;           /* not started again once it has returned 0 */
    /* The child's whole life; its result becomes the exit status. 0 means that it ended as it
     * should (it was told to, or has served its time). It sets its own handler for SIGTERM;
     * SIGINT and SIGHUP are ignored, for they are the master's business. */
    int (*run)(void *arg);
};

struct pool_plan {
    struct pool_role roles[POOL_ROLES];
    size_t role_count;
    void *arg;    /* for the functions */
    int grace_ms; /* how long a child may take to end before it is killed */
    /* Called at SIGHUP; may change the counts of the roles. False: leave the children alone. */
    bool (*reload)(void *arg);
};

/* Runs the pool until it is told to stop. 0; or 1 after POOL_FATAL, or if it cannot work at all
 * (logged). */
int pool_run(const struct pool_plan *plan);

/* The pause before a child is started again that died after lived_ms; last_ms is the pause before
 * it was started (-1: there was none). */
int64_t pool_pause(int64_t lived_ms, int64_t last_ms);

#endif
