/*
 * A go-between on the way to the database, which cuts the connection at the first COMMIT: what no
 * KILL can do, since it comes before or after.
 */
#ifndef FRONTROW_TESTS_CUT_H
#define FRONTROW_TESTS_CUT_H

#include "base/config.h"
#include <sys/types.h>

enum cut_when {
    CUT_BEFORE, /* the server never gets the COMMIT */
    CUT_AFTER   /* the server has answered it, and nobody hears it */
};

struct cut {
    struct config cfg; /* the scratch database's, by way of the go-between */
    pid_t pid;
};

/* Starts one, a process of its own. One connection at a time; those after the cut are left alone.
 */
void cut_start(struct cut *cut, enum cut_when when);
void cut_stop(struct cut *cut);

#endif
