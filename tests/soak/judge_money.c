/*
 * The checker on money; see judge.h. A user's charges have amounts of their own, so that an entry
 * of the ledger belongs to one of them; payments and refunds name their reservation.
 */
#include "soak/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static int64_t distance(int64_t x, int64_t y)
{
    return (x > y) - (x < y);
}

/* --- Charges --- */

static int by_amount(const void *a, const void *b)
{
    const struct op *x = *(struct op *const *)a, *y = *(struct op *const *)b;

    return (int)(x->user != y->user ? distance(x->user, y->user) : distance(x->amount, y->amount));
}

static int entries_by_amount(const void *a, const void *b)
{
    const struct final_entry *x = *(struct final_entry *const *)a;
    const struct final_entry *y = *(struct final_entry *const *)b;

    return (int)distance(x->amount, y->amount);
}

static int entries_by_reservation(const void *a, const void *b)
{
    const struct final_entry *x = *(struct final_entry *const *)a;
    const struct final_entry *y = *(struct final_entry *const *)b;

    return (int)distance(x->reservation, y->reservation);
}

/* The user's entries of that type, sorted; free() the array. */
static struct final_entry **pick_entries(const struct final_user *u, const char *type,
                                         int (*compare)(const void *, const void *), size_t *count)
{
    struct final_entry **found = malloc((u->entry_count + 1) * sizeof(struct final_entry *));

    if (!found)
        abort();
    *count = 0;
    for (size_t i = 0; i < u->entry_count; i++)
        if (strcmp(u->entries[i].type, type) == 0)
            found[(*count)++] = &u->entries[i];
    qsort(found, *count, sizeof(struct final_entry *), compare);
    return found;
}

/* One charge and the entries with its amount. */
static void judge_charge(struct judge *j, const struct op *op, struct final_entry **found,
                         size_t count)
{
    if (count > 1)
        judge_say(j, "CHARGE_TWICE", "user %d: %zu entries of %" PRId64, op->user, count,
                  op->amount);
    if (op->outcome == OP_OK && count == 0)
        judge_say(j, "CHARGE_LOST", "user %d: entry %" PRId64 " of %" PRId64 " is not there",
                  op->user, op->entry, op->amount);
    if (op->outcome == OP_OK && count == 1 &&
        (found[0]->entry != op->entry || found[0]->balance_after != op->balance))
        judge_say(j, "CHARGE_WRONG",
                  "user %d: %" PRId64 " was told as entry %" PRId64 " with %" PRId64
                  ", is entry %" PRId64 " with %" PRId64,
                  op->user, op->amount, op->entry, op->balance, found[0]->entry,
                  found[0]->balance_after);
    if (count == 1 && judge_forgot(op, found[0]->created_at))
        judge_say(j, "KEY_FORGOTTEN", "user %d: %" PRId64 " was charged, then refused (%d %s)",
                  op->user, op->amount, op->status, op->code);
    if (op_without_effect(op) && count > 0)
        judge_say(j, "CHARGE_REFUSED", "user %d: %" PRId64 " was refused (%d %s) and is there",
                  op->user, op->amount, op->status, op->code);
}

/* The user's charges, sorted by amount, from *at on. */
static void judge_charges(struct judge *j, int user, struct op **ops, size_t all, size_t *at)
{
    size_t count, e = 0;
    struct final_entry **entries =
        pick_entries(&j->final->users[user], "CHARGE", entries_by_amount, &count);

    while (e < count || (*at < all && ops[*at]->user == user)) {
        const struct op *op = *at < all && ops[*at]->user == user ? ops[*at] : NULL;
        size_t first = e;

        if (!op || (e < count && entries[e]->amount < op->amount)) {
            judge_say(j, "CHARGE_UNASKED", "user %d: entry %" PRId64 " of %" PRId64, user,
                      entries[e]->entry, entries[e]->amount);
            e++;
            continue;
        }
        while (e < count && entries[e]->amount == op->amount)
            e++;
        judge_charge(j, op, entries + first, e - first);
        ++*at;
    }
    free(entries);
}

/* --- Payments and refunds --- */

/* What a payment and a refund differ in. */
static const struct move {
    enum op_kind kind;
    const char *type;
    int sign;
    const char *lost, *twice, *unasked, *wrong;
} moves[] = {
    {OP_PAY, "PAYMENT", -1, "PAYMENT_LOST", "PAYMENT_TWICE", "PAYMENT_UNASKED", "PAYMENT_WRONG"},
    {OP_REFUND, "REFUND", 1, "REFUND_LOST", "REFUND_TWICE", "REFUND_UNASKED", "REFUND_WRONG"}};

static void judge_told(struct judge *j, const struct move *m, const struct op *op,
                       const struct final_entry *e)
{
    if (!e)
        judge_say(j, m->lost, "user %d: reservation %" PRId64 " has no such entry", op->user,
                  op->reservation);
    else if (e->amount != m->sign * op->amount || e->balance_after != op->balance)
        judge_say(j, m->wrong,
                  "user %d: reservation %" PRId64 " was told as %" PRId64 " with %" PRId64
                  ", is %" PRId64 " with %" PRId64,
                  op->user, op->reservation, op->amount, op->balance, e->amount, e->balance_after);
}

/* One reservation's operations of the kind, and its entries. */
static void judge_move(struct judge *j, const struct move *m, int user, int64_t reservation,
                       struct op **ops, size_t op_count, struct final_entry **entries,
                       size_t entry_count)
{
    const struct op *only = NULL;
    size_t possible = 0;

    for (size_t i = 0; i < op_count; i++) {
        if (!op_without_effect(ops[i])) {
            only = ops[i];
            possible++;
        }
        if (ops[i]->outcome == OP_OK)
            judge_told(j, m, ops[i], entry_count > 0 ? entries[0] : NULL);
    }
    if (entry_count > 1)
        judge_say(j, m->twice, "user %d: reservation %" PRId64 " has %zu entries", user,
                  reservation, entry_count);
    if (entry_count == 1 && possible == 1 && judge_forgot(only, entries[0]->created_at))
        judge_say(j, "KEY_FORGOTTEN",
                  "user %d: reservation %" PRId64 " has its %s, refused (%d %s)", user, reservation,
                  m->type, only->status, only->code);
    if (entry_count > 0 && !possible)
        judge_say(j, m->unasked, "user %d: reservation %" PRId64 " has entry %" PRId64, user,
                  reservation, entries[0]->entry);
}

static void judge_moves(struct judge *j, const struct move *m, int user, struct op **ops,
                        size_t all, size_t *at)
{
    size_t count, e = 0;
    struct final_entry **entries =
        pick_entries(&j->final->users[user], m->type, entries_by_reservation, &count);

    while (e < count || (*at < all && ops[*at]->user == user)) {
        size_t first_op = *at, first_entry = e;
        int64_t next = INT64_MAX;

        if (*at < all && ops[*at]->user == user)
            next = ops[*at]->reservation;
        if (e < count && entries[e]->reservation < next)
            next = entries[e]->reservation;
        while (*at < all && ops[*at]->user == user && ops[*at]->reservation == next)
            ++*at;
        while (e < count && entries[e]->reservation == next)
            e++;
        judge_move(j, m, user, next, ops + first_op, *at - first_op, entries + first_entry,
                   e - first_entry);
    }
    free(entries);
}

/* --- Balances --- */

static void judge_balance(struct judge *j, int user)
{
    const struct final_user *u = &j->final->users[user];
    int64_t sum = 0;

    for (size_t i = 0; i < u->entry_count; i++) {
        const struct final_entry *e = &u->entries[i];

        sum += e->amount;
        if (e->balance_after != sum || sum < 0)
            judge_say(j, "BALANCE_WRONG",
                      "user %d: after entry %" PRId64 " it is %" PRId64 ", told %" PRId64, user,
                      e->entry, sum, e->balance_after);
    }
    if (u->balance != sum)
        judge_say(j, "BALANCE_WRONG", "user %d: it is %" PRId64 ", told %" PRId64, user, sum,
                  u->balance);
}

void judge_money(struct judge *j)
{
    size_t charge_count, charge_at = 0, move_count[2], move_at[2] = {0, 0};
    struct op **charges = judge_pick(j, 1U << OP_CHARGE, by_amount, &charge_count);
    struct op **moved[2];

    for (int m = 0; m < 2; m++)
        moved[m] = judge_pick(j, 1U << moves[m].kind, judge_by_reservation, &move_count[m]);
    for (int user = 0; user < (int)j->final->user_count; user++) {
        judge_charges(j, user, charges, charge_count, &charge_at);
        for (int m = 0; m < 2; m++)
            judge_moves(j, &moves[m], user, moved[m], move_count[m], &move_at[m]);
        judge_balance(j, user);
    }
    free(charges);
    for (int m = 0; m < 2; m++)
        free(moved[m]);
}
