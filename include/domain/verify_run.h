/* What the parts of verify share: what they are asked to do, and how they tell what they find. */
#ifndef FRONTROW_DOMAIN_VERIFY_RUN_H
#define FRONTROW_DOMAIN_VERIFY_RUN_H

#include "base/err.h"
#include "db/db.h"
#include <stdbool.h>
#include <stdio.h>

enum { VERIFY_INVARIANTS = 5 };

/* One run; `db` has the snapshot. */
struct verify {
    struct db *db;
    FILE *out, *progress;
    bool in_place;    /* progress is a terminal */
    bool line_begun;  /* and has an unfinished line */
    int64_t begun_ms; /* on the monotonic clock */
    int64_t tell_ms;  /* when to tell how far it is, next */
    int64_t faults;
};

/* Prints a row at fault: what is wrong, and its columns as " name=value" each. */
void verify_fault(struct verify *v, const char *fault, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* May tell that `done` of `total` (0: unknown) of `what` are done. Cheap enough for every few
 * thousand rows. Also brings to `out` what has been found. */
void verify_progress(struct verify *v, const char *what, int64_t done, int64_t total);

/* The checks of an invariant that are statements over ranges of ids. */
enum err verify_ranges(struct verify *v, int invariant) MUSTCHECK;

/* Wallets and their chains of entries, for invariant 2. */
enum err verify_ledger(struct verify *v) MUSTCHECK;

/* How many were inside at each batch, for invariant 4. */
enum err verify_cap(struct verify *v) MUSTCHECK;

#endif
