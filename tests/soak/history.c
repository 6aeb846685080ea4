/* The clients' history; see history.h. */
#include "soak/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
#define OP_NAME(name, text) text,
    OP_LIST(OP_NAME)
#undef OP_NAME
};

const char *op_name(enum op_kind kind)
{
    return names[kind];
}

const char *op_outcome_name(enum op_outcome outcome)
{
    return outcome == OP_OK ? "ok" : outcome == OP_REFUSED ? "refused" : "unknown";
}

bool op_without_effect(const struct op *op)
{
    return op->outcome == OP_REFUSED && !op->doubtful;
}

struct op *history_add(struct history *h, const struct op *op)
{
    struct op *kept = malloc(sizeof *kept);

    if (h->count == h->capacity) {
        h->capacity = h->capacity ? h->capacity * 2 : 1024;
        h->ops = realloc(h->ops, h->capacity * sizeof(struct op *));
    }
    if (!kept || !h->ops)
        abort();
    *kept = *op;
    h->ops[h->count++] = kept;
    return kept;
}

static void put(FILE *f, const char *name, int64_t value)
{
    if (value)
        fprintf(f, ",\"%s\":%" PRId64, name, value);
}

static void put_text(FILE *f, const char *name, const char *value)
{
    if (value && value[0])
        fprintf(f, ",\"%s\":\"%s\"", name, value);
}

static void put_seats(FILE *f, const struct op *op)
{
    fputs(",\"seats\":[", f);
    for (int i = 0; i < op->seat_count; i++)
        fprintf(f, "%s%" PRId32, i ? "," : "", op->seats[i]);
    fputs("]", f);
}

void history_note(struct history *h, const struct op *op, const char *event)
{
    FILE *f = h->file;

    if (!f)
        return;
    fprintf(f, "{\"event\":\"%s\",\"op\":\"%s\",\"user\":%d,\"begun\":%" PRId64, event,
            names[op->kind], op->user, op->begun);
    if (strcmp(event, "begin") != 0)
        fprintf(f, ",\"outcome\":\"%s\",\"attempts\":%d,\"doubtful\":%s,\"replayed\":%s",
                op_outcome_name(op->outcome), op->attempts, op->doubtful ? "true" : "false",
                op->replayed ? "true" : "false");
    put(f, "ended", op->ended);
    put(f, "status", op->status);
    put_text(f, "code", op->code);
    put_text(f, "state", op->state);
    put(f, "concert", op->concert);
    put(f, "schedule", op->schedule);
    put(f, "reservation", op->reservation);
    put(f, "amount", op->amount);
    if (op->seat_count > 0)
        put_seats(f, op);
    put(f, "entry", op->entry);
    put(f, "balance", op->balance);
    put(f, "payment", op->payment);
    put(f, "createdAt", op->created_at);
    put(f, "holdExpiresAt", op->hold_expires_at);
    put(f, "paidAt", op->paid_at);
    put(f, "ticket", op->ticket);
    put(f, "sessionExpiresAt", op->session_expires_at);
    put_text(f, "letters", op->letters);
    fputs("}\n", f);
}

void history_free(struct history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        free(h->ops[i]->letters);
        free(h->ops[i]);
    }
    free(h->ops);
    *h = (struct history){0};
}
