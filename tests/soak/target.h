/* The processes of the product under test, found below the supervisor of its state folder. */
#ifndef FRONTROW_TESTS_SOAK_TARGET_H
#define FRONTROW_TESTS_SOAK_TARGET_H

#include <stddef.h>
#include <sys/types.h>

enum { TARGET_MOST = 64 };

struct target_list {
    pid_t pid[TARGET_MOST];
    size_t count;
};

enum target_part { TARGET_DATABASE, TARGET_MASTER, TARGET_JOB, TARGET_NGINX };

/* The part's process; 0 if it does not run now. */
pid_t target_find(const char *state, enum target_part part);

/* The children of a process, those of that name alone (NULL: all), by their numbers. */
struct target_list target_children(pid_t parent, const char *name);

#endif
