/* The audit log: what operators changed. */
#ifndef FRONTROW_DOMAIN_AUDIT_H
#define FRONTROW_DOMAIN_AUDIT_H

#include "domain/app.h"

struct audit_entry {
    int64_t audit_id, at;
    struct uuid actor;
    char action[41];
    char target[81];
    const char *before, *after; /* JSON texts, or NULL; valid during the call */
};

typedef enum err audit_fn(const struct audit_entry *entry, void *arg);

/* Inside a transaction. `before` and `after` are JSON texts or NULL. */
enum err audit_write(struct app *app, const struct uuid *actor, const char *action,
                     const char *target, const char *before, const char *after) MUSTCHECK;

/* Entries older than `before` (an id; 0: from the newest), newest first, at most `limit`. */
enum err audit_list(struct app *app, int64_t before, int limit, audit_fn *fn, void *arg) MUSTCHECK;

#endif
