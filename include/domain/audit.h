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

/* Whether what the caller does to this user's money is an operator's doing for somebody else, to be
 * written down. A site's own calls, with the scope service alone, are its business as usual. */
bool audit_is_due(const struct caller *caller, const struct uuid *user_id);

/* Money that was moved, and how the wallet stands after it. */
struct audit_money {
    struct uuid user_id;
    int64_t amount, balance;
    int64_t entry_id, reservation_id;       /* 0: none */
    const char *status_before, *status_now; /* of the reservation, or NULL */
};

/* Inside a transaction: the same as audit_write for money, of which it tells amounts and ids. */
enum err audit_write_money(struct app *app, const struct caller *caller, const char *action,
                           const struct audit_money *m) MUSTCHECK;

/* Entries older than `before` (an id; 0: from the newest), newest first, at most `limit`. */
enum err audit_list(struct app *app, int64_t before, int limit, audit_fn *fn, void *arg) MUSTCHECK;

#endif
