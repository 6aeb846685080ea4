/*
 * The five invariants, see domain/verify.h.
 *
 * Each check is one statement that finds the rows at fault and nothing else, so that a healthy
 * database of any size answers with no row. All of them read one consistent snapshot, on a
 * connection of their own, since a large database takes longer than a request may.
 *
 * A hold that is over is as good as free: its seat may still be HELD, its reservation PENDING or
 * already EXPIRED, and the seat may belong to somebody else since. NOW(3) is later than the
 * snapshot, which can only make more holds be over than were.
 */
#include "domain/verify.h"

#include "base/text.h"
#include "db/db.h"
#include "db/tx.h"
#include <string.h>

enum { PATIENCE_SECONDS = 3600, INVARIANTS = 5, MAX_LABELS = 5 };

static const char *const promises[INVARIANTS + 1] = {
    "",
    "a seat has at most one live owner, who names it",
    "balances follow from the ledger, none is negative",
    "what was paid is in the payments and in the ledger, once",
    "tickets are unique, admissions kept to the cap and the order",
    "the seats of each schedule add up to its capacity",
};

/* What a statement finds, with the names of its columns (all but the last, the number of rows). */
static const struct check {
    int invariant;
    enum stmt stmt;
    const char *fault;
    const char *labels[MAX_LABELS + 1];
} checks[] = {
    /* clang-format off */
    {1, STMT_VERIFY_SOLD_SEATS, "a SOLD seat that not exactly its one CONFIRMED reservation names",
     {"seat", "schedule", "reservation", "confirmed", NULL}},
    {1, STMT_VERIFY_SHARED_SEATS, "a seat named by several live reservations",
     {"seat", "first_reservation", "last_reservation", "owners", NULL}},
    {1, STMT_VERIFY_HELD_SEATS, "a HELD seat without its one PENDING reservation",
     {"seat", "schedule", "reservation", "reservation_status", NULL}},
    {1, STMT_VERIFY_OWN_SEATS, "a live reservation that does not have all its seats",
     {"reservation", "schedule", "status", "seats", "has", NULL}},
    {1, STMT_VERIFY_AMOUNTS, "a reservation whose seats or amount do not add up",
     {"reservation", "status", "seats", "names", NULL}},
    {2, STMT_VERIFY_BALANCES, "a balance that is not the sum of the ledger",
     {"user", "wallets", "balance", "ledger", NULL}},
    {2, STMT_VERIFY_LEDGER, "an entry whose balance does not follow from the one before",
     {"user", "entry", NULL}},
    {3, STMT_VERIFY_PAYMENTS, "a reservation, its payment and its entries that do not agree",
     {"reservation", "sales", "payments", "payment_entries", "refund_entries", NULL}},
    {4, STMT_VERIFY_TICKETS, "a ticket number used more than once",
     {"concert", "ticket", "times", NULL}},
    {4, STMT_VERIFY_SERVING, "somebody inside above now serving",
     {"concert", "token", "ticket", "now_serving", NULL}},
    {4, STMT_VERIFY_BATCHES, "a batch beyond the cap",
     {"concert", "admission", "inside_before", "admitted", "cap", NULL}},
    {4, STMT_VERIFY_CAP, "more people inside at a batch than the cap",
     {"concert", "admission", "inside", "cap", NULL}},
    {5, STMT_VERIFY_CAPACITY, "a schedule whose seats do not add up",
     {"schedule", "concert", "capacity", "seats", NULL}},
    /* clang-format on */
};

/* What was found of one invariant. */
struct finding {
    struct text_buf lines;
    int64_t faults;
};

struct run {
    struct finding found[INVARIANTS + 1];
    const struct check *check; /* the running one */
    int64_t of_check, shown;
};

static void print_value(struct text_buf *out, const char *label, const struct db_value *v)
{
    char text[UUID_TEXT_SIZE] = "none";
    if (v->type == DB_INT) {
        text_buf_printf(out, " %s=%lld", label, (long long)v->i);
        return;
    }
    if (strcmp(label, "user") == 0) {
        struct uuid user;
        db_uuid(v, &user);
        uuid_to_text(&user, text);
    } else if (!db_is_null(v)) {
        db_text(v, text, sizeof text);
    }
    text_buf_printf(out, " %s=%s", label, text);
}

static enum err read_fault(const struct db_value *row, void *arg)
{
    struct run *run = arg;
    struct text_buf *lines = &run->found[run->check->invariant].lines;
    int columns = 0;
    text_buf_printf(lines, "  %s:", run->check->fault);
    for (; run->check->labels[columns]; columns++)
        print_value(lines, run->check->labels[columns], &row[columns]);
    text_buf_puts(lines, "\n");
    run->of_check = db_int(&row[columns]);
    run->shown++;
    return ERR_OK;
}

static enum err run_check(struct db *db, struct run *run, const struct check *check)
{
    struct finding *f = &run->found[check->invariant];
    run->check = check;
    run->of_check = run->shown = 0;
    enum err e = db_query_params(db, check->stmt, read_fault, run, NULL, 0);
    if (e != ERR_OK)
        return e;
    if (run->of_check > run->shown)
        text_buf_printf(&f->lines, "  %s: and %lld more\n", check->fault,
                        (long long)(run->of_check - run->shown));
    f->faults += run->of_check;
    return f->lines.failed ? ERR_INTERNAL : ERR_OK;
}

static enum err run_checks(struct db *db, void *arg)
{
    struct run *run = arg;
    enum err e = ERR_OK;
    for (int i = 1; i <= INVARIANTS; i++) {
        text_buf_reset(&run->found[i].lines);
        run->found[i].faults = 0;
    }
    for (size_t i = 0; e == ERR_OK && i < sizeof checks / sizeof *checks; i++)
        e = run_check(db, run, &checks[i]);
    return e;
}

static int64_t print_findings(const struct run *run, FILE *out)
{
    int64_t faults = 0;
    for (int i = 1; i <= INVARIANTS; i++) {
        const struct finding *f = &run->found[i];
        if (f->faults)
            fprintf(out, "FAULT %d %s: broken in %lld rows\n%s", i, promises[i],
                    (long long)f->faults, f->lines.data);
        else
            fprintf(out, "ok %d %s\n", i, promises[i]);
        faults += f->faults;
    }
    return faults;
}

enum err verify_run(struct app *app, FILE *out, int64_t *faults)
{
    struct run run = {.check = NULL};
    struct db *db = db_new(app->cfg);
    *faults = 0;
    if (!db)
        return ERR_INTERNAL;
    db_set_patience(db, PATIENCE_SECONDS);
    db_serve(db, STMT_OF_VERIFY);
    enum err e = tx_snapshot(db, run_checks, &run);
    if (e == ERR_OK)
        *faults = print_findings(&run, out);
    for (int i = 1; i <= INVARIANTS; i++)
        text_buf_free(&run.found[i].lines);
    db_free(db);
    return e;
}
