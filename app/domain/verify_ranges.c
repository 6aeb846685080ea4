/*
 * The checks that are statements, see domain/verify_run.h. Each finds the rows at fault among those
 * of one range of ids, and nothing else. The ranges are cut along the primary key and have no gaps
 * between them, so that a row which names an id that does not exist falls into one of them, too.
 */
#include "base/text.h"
#include "domain/verify_run.h"

enum { MAX_LABELS = 8 };

enum range { SEATS, RESERVATIONS, SCHEDULES, CONCERTS, RANGES };

/* How many ids a range has: as many as are read in some milliseconds. */
static const struct {
    const char *what;
    enum stmt next;
    int size;
} ranges[RANGES] = {
    [SEATS] = {"seat", STMT_VERIFY_NEXT_SEATS, 5000},
    [RESERVATIONS] = {"reservation", STMT_VERIFY_NEXT_RESERVATIONS, 5000},
    [SCHEDULES] = {"schedule", STMT_VERIFY_NEXT_SCHEDULES, 10},
    [CONCERTS] = {"concert", STMT_VERIFY_NEXT_CONCERTS, 1},
};

/* What a statement finds, with the names of its columns. Those over the same ranges follow each
 * other: they are run range by range, on rows that the server has just read. */
static const struct check {
    int invariant;
    enum range range;
    enum stmt stmt;
    const char *fault;
    const char *labels[MAX_LABELS];
} checks[] = {
    /* clang-format off */
    {1, SEATS, STMT_VERIFY_SOLD_SEATS,
     "a SOLD seat that not exactly its one CONFIRMED reservation names",
     {"seat", "schedule", "reservation", "confirmed"}},
    {1, SEATS, STMT_VERIFY_SHARED_SEATS, "a seat named by several live reservations",
     {"seat", "first_reservation", "last_reservation", "owners"}},
    {1, SEATS, STMT_VERIFY_HELD_SEATS, "a HELD seat without its one PENDING reservation",
     {"seat", "schedule", "reservation", "reservation_status"}},
    {1, RESERVATIONS, STMT_VERIFY_OWN_SEATS, "a live reservation that does not have all its seats",
     {"reservation", "schedule", "status", "seats", "has"}},
    {1, RESERVATIONS, STMT_VERIFY_AMOUNTS, "a reservation whose seats or amount do not add up",
     {"reservation", "status", "seats", "names", "amount", "prices"}},
    {3, RESERVATIONS, STMT_VERIFY_SALES, "a sale without its one payment",
     {"reservation", "status", "payments"}},
    {3, RESERVATIONS, STMT_VERIFY_SALES_IN_LEDGER, "a sale that is not in the ledger, once",
     {"reservation", "status", "payment_entries", "refund_entries"}},
    {3, RESERVATIONS, STMT_VERIFY_PAYMENTS, "a payment that is not its reservation's",
     {"payment", "reservation", "user", "status", "amount", "reservation_user",
      "reservation_status", "reservation_amount"}},
    {3, RESERVATIONS, STMT_VERIFY_SALE_ENTRIES, "an entry that is not its reservation's",
     {"user", "seq", "type", "amount", "reservation", "reservation_user", "reservation_status",
      "reservation_amount"}},
    {4, CONCERTS, STMT_VERIFY_TICKETS, "a ticket number used more than once",
     {"concert", "ticket", "times"}},
    {4, CONCERTS, STMT_VERIFY_SERVING, "somebody inside above now serving",
     {"concert", "token", "ticket", "now_serving"}},
    {4, CONCERTS, STMT_VERIFY_BATCHES, "a batch beyond the cap",
     {"concert", "admission", "inside_before", "admitted", "cap"}},
    {5, SCHEDULES, STMT_VERIFY_CAPACITY, "a schedule whose seats do not add up",
     {"schedule", "concert", "capacity", "seats"}},
    {5, SCHEDULES, STMT_VERIFY_LOST_SEATS, "seats of no schedule", {"schedule", "seats"}},
    /* clang-format on */
};
enum { CHECKS = sizeof checks / sizeof *checks };

struct finding {
    struct verify *v;
    const struct check *check;
    struct text_buf line;
};

static bool is_user(const char *label)
{
    size_t n = strlen(label), m = strlen("user");
    return n >= m && strcmp(label + n - m, "user") == 0;
}

static void put_value(struct text_buf *out, const char *label, const struct db_value *value)
{
    char text[UUID_TEXT_SIZE] = "none";
    if (value->type == DB_INT) {
        text_buf_printf(out, " %s=%lld", label, (long long)value->i);
        return;
    }
    if (!db_is_null(value) && is_user(label)) {
        struct uuid user;
        db_uuid(value, &user);
        uuid_to_text(&user, text);
    } else if (!db_is_null(value)) {
        db_text(value, text, sizeof text);
    }
    text_buf_printf(out, " %s=%s", label, text);
}

static enum err read_fault(const struct db_value *row, void *arg)
{
    struct finding *f = arg;
    const char *const *labels = f->check->labels;
    text_buf_reset(&f->line);
    for (int i = 0; i < MAX_LABELS && labels[i]; i++)
        put_value(&f->line, labels[i], &row[i]);
    if (f->line.failed)
        return ERR_INTERNAL;
    verify_fault(f->v, f->check->fault, "%s", f->line.data);
    return ERR_OK;
}

/* Rows are streamed: a flood of faults needs no memory. */
static enum err run_check(struct verify *v, const struct check *c, int64_t after, int64_t last)
{
    struct finding f = {v, c, {0}};
    enum err e = db_stream(v->db, c->stmt, read_fault, &f, DB_P_INT(after), DB_P_INT(last));
    text_buf_free(&f.line);
    return e;
}

/* The end of a range: past the last row it is that of all ids. */
static enum err read_end(const struct db_value *row, void *arg)
{
    *(int64_t *)arg = db_is_null(&row[0]) ? INT64_MAX : db_int(&row[0]);
    return ERR_OK;
}

static enum err read_last_ids(const struct db_value *row, void *arg)
{
    int64_t *last = arg;
    for (int i = 0; i < RANGES; i++)
        last[i] = db_int(&row[i]);
    return ERR_OK;
}

/* Runs the checks from `first` up to `end`, all over the same ranges. */
static enum err run_checks(struct verify *v, const struct check *first, const struct check *end,
                           int64_t last_id)
{
    enum range range = first->range;
    int64_t after = INT64_MIN, last = 0;
    enum err e = ERR_OK;
    while (e == ERR_OK && after < INT64_MAX) {
        e = db_query_one(v->db, ranges[range].next, read_end, &last, DB_P_INT(after),
                         DB_P_INT(ranges[range].size));
        for (const struct check *c = first; e == ERR_OK && c < end; c++)
            e = run_check(v, c, after, last);
        after = last;
        verify_progress(v, ranges[range].what, last < last_id ? last : last_id, last_id);
    }
    return e;
}

enum err verify_ranges(struct verify *v, int invariant)
{
    const struct check *c = checks, *const end = checks + CHECKS;
    int64_t last[RANGES] = {0};
    enum err e = db_query_one_params(v->db, STMT_VERIFY_LAST_IDS, read_last_ids, last, NULL, 0);
    while (e == ERR_OK && c < end) {
        const struct check *first = c;
        while (c < end && c->invariant == first->invariant && c->range == first->range)
            c++;
        if (first->invariant == invariant)
            e = run_checks(v, first, c, last[first->range]);
    }
    return e;
}
