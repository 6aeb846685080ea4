/*
 * A proxy between the product and its database's unix socket, in a process of its own. It lets
 * everything through as it is, until a cut is armed: then it ends connections at the point of a
 * transaction that the cut names.
 *
 * The one who arms and the proxy share a file, mapped by both.
 */
#ifndef FRONTROW_TESTS_SOAK_PROXY_H
#define FRONTROW_TESTS_SOAK_PROXY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum cut {
    CUT_STATEMENT,     /* `at`: before the at-th statement of a transaction reaches the server */
    CUT_BEFORE_COMMIT, /* COMMIT does not reach the server */
    CUT_AFTER_COMMIT,  /* the server has answered COMMIT; the answer is not passed on */
    CUT_ANSWER,        /* `at`: after so many bytes of a statement's answer */
    CUT_LATE_COMMIT,   /* `at`: COMMIT reaches the server so many ms later */
    CUT_COUNT
};

/* Who was cut, by the name of the process. */
enum cut_role { CUT_ROLE_MAIN, CUT_ROLE_QUEUE, CUT_ROLE_JOB, CUT_ROLE_OTHER, CUT_ROLE_COUNT };

extern const char *const cut_role_names[CUT_ROLE_COUNT];

struct proxy_arm {
    _Atomic bool on;
    _Atomic int at, every;
    _Atomic int left; /* hits until it disarms itself */
    _Atomic int seen; /* chances so far, of which one in `every` is taken */
    _Atomic uint64_t hits[CUT_ROLE_COUNT];
};

struct proxy_control {
    struct proxy_arm arms[CUT_COUNT];
    _Atomic uint64_t connections, commits;
    _Atomic bool ready;
};

/* Maps the control file, making it if it is not there. NULL if that fails. */
struct proxy_control *proxy_control_open(const char *path);

/* Arms a cut: one in `every` chances, at most `most` hits. */
void proxy_arm(struct proxy_control *c, enum cut cut, int at, int every, int most);
void proxy_disarm(struct proxy_control *c, enum cut cut);

/* Of all roles together. */
uint64_t proxy_hits(const struct proxy_control *c, enum cut cut);

/* Listens on `from` and connects to `to`, until SIGTERM. An exit status. */
int proxy_run(const char *control, const char *from, const char *to);

#endif
