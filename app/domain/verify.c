/*
 * The five invariants, see domain/verify.h.
 *
 * All checks read one consistent snapshot, on a connection of their own, since a large database
 * takes longer than a request may. A database that is lost on the way is not tried again: another
 * snapshot would be of another moment, and what was found is printed already.
 *
 * A hold that is over is as good as free: its seat may still be HELD, its reservation PENDING or
 * already EXPIRED, and the seat may belong to somebody else since. NOW(3) is later than the
 * snapshot, which can only make more holds be over than were.
 */
#include "domain/verify.h"

#include "base/clock.h"
#include "db/tx.h"
#include "domain/verify_run.h"
#include <inttypes.h>
#include <stdarg.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 86400, FIRST_TOLD_MS = 2000, TOLD_IN_PLACE_MS = 500, TOLD_MS = 10000 };

static const char *const promises[VERIFY_INVARIANTS + 1] = {
    "",
    "a seat has at most one live owner, who names it",
    "balances follow from the ledger, whose hashes are right, and none is negative",
    "what was paid is in the payments and in the ledger, once",
    "tickets are unique, admissions kept to the cap and the order",
    "the seats of each schedule add up to its capacity",
};

/* Nothing is printed onto a line of progress. */
static void end_line(struct verify *v)
{
    if (!v->line_begun)
        return;
    fputs("\r\033[K", v->progress);
    fflush(v->progress);
    v->line_begun = false;
}

void verify_fault(struct verify *v, const char *fault, const char *format, ...)
{
    va_list args;
    end_line(v);
    fprintf(v->out, "  %s:", fault);
    va_start(args, format);
    vfprintf(v->out, format, args);
    va_end(args);
    fputc('\n', v->out);
    v->faults++;
}

void verify_progress(struct verify *v, const char *what, int64_t done, int64_t total)
{
    int64_t now = clock_monotonic_ms();
    if (!v->progress || now < v->tell_ms)
        return;
    fflush(v->out);
    end_line(v);
    fprintf(v->progress, "verify: %" PRId64 " s, %s %" PRId64, (now - v->begun_ms) / 1000, what,
            done);
    if (total)
        fprintf(v->progress, " of %" PRId64, total);
    if (!v->in_place)
        fputc('\n', v->progress);
    fflush(v->progress);
    v->line_begun = v->in_place;
    v->tell_ms = now + (v->in_place ? TOLD_IN_PLACE_MS : TOLD_MS);
}

static enum err check(struct verify *v, int invariant)
{
    enum err e = invariant == 2 ? verify_ledger(v) : verify_ranges(v, invariant);
    if (e == ERR_OK && invariant == 4)
        e = verify_cap(v);
    return e;
}

struct run {
    struct verify v;
    int64_t faults;
};

static enum err run_checks(struct db *db, void *arg)
{
    struct run *run = arg;
    struct verify *v = &run->v;
    enum err e = ERR_OK;
    (void)db;
    for (int i = 1; e == ERR_OK && i <= VERIFY_INVARIANTS; i++) {
        v->faults = 0;
        e = check(v, i);
        run->faults += v->faults;
        end_line(v);
        if (e == ERR_OK && v->faults)
            fprintf(v->out, "FAULT %d %s: broken in %" PRId64 " row%s\n", i, promises[i], v->faults,
                    v->faults == 1 ? "" : "s");
        else if (e == ERR_OK)
            fprintf(v->out, "ok %d %s\n", i, promises[i]);
        fflush(v->out);
    }
    return e == ERR_OK || e == ERR_INTERNAL ? e : ERR_BUSY;
}

enum err verify_run(struct app *app, FILE *out, FILE *progress, int64_t *faults)
{
    int64_t now = clock_monotonic_ms();
    struct db *db = db_new(app->cfg);
    struct run run = {.v = {.db = db,
                            .out = out,
                            .progress = progress,
                            .in_place = progress && isatty(fileno(progress)),
                            .begun_ms = now,
                            .tell_ms = now + FIRST_TOLD_MS}};
    *faults = 0;
    if (!db)
        return ERR_INTERNAL;
    db_set_patience(db, PATIENCE_SECONDS);
    db_serve(db, STMT_OF_VERIFY);
    enum err e = tx_snapshot(db, run_checks, &run);
    *faults = run.faults;
    db_free(db);
    return e;
}
