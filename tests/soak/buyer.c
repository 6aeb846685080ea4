/* A buyer's requests: sending, judging whether an answer settles them, asking again; see buyer.h.
 */
#include "soak/buyer.h"

#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE_MS = 12000,
    DROP_PERCENT = 5,
    GIVE_UP_PERCENT = 6,
    KEYLESS_PERCENT = 15,
    BUYER_STREAM = 1000
};

struct buyer_world buyer_world;

void buyer_begin(struct buyer *b, int index, uint64_t seed)
{
    struct uuid id = {{0}};

    *b = (struct buyer){.index = index, .slot = wire_slot_new()};
    rng_begin(&b->rng, seed, BUYER_STREAM + (uint64_t)index);
    for (size_t i = 0; i < sizeof id.b; i++)
        id.b[i] = (unsigned char)rng_below(&b->rng, 256);
    id.b[6] = (unsigned char)(0x40 | (id.b[6] & 0x0f)); /* version 4 */
    id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3f));
    uuid_to_text(&id, b->id);
}

void buyer_end(struct buyer *b)
{
    for (int i = 0; i < BUYER_KEPT; i++)
        text_buf_free(&b->kept[i].body);
    free(b->doubts);
    free(b->letters);
}

/* Whether the operation changes something, and takes an Idempotency-Key. */
static bool takes_key(enum op_kind kind)
{
    return kind == OP_CHARGE || kind == OP_HOLD || kind == OP_EXTEND || kind == OP_PAY ||
           kind == OP_REFUND || kind == OP_RELEASE || kind == OP_LEAVE;
}

/* Some send no key. They never ask again: what had no answer has happened once at the most. */
static bool is_pursued(const struct buyer *b)
{
    return takes_key(b->op->kind) && b->request.key[0];
}

static void rest(struct buyer *b, int low_ms, int high_ms)
{
    b->wake_ms = clock_monotonic_ms() + rng_between(&b->rng, low_ms, high_ms);
}

/* --- Sending --- */

static void on_answer(void *arg, const struct wire_answer *a);

static void send_it(struct buyer *b)
{
    b->dropped = buyer_world.drops && buyer_world.phase == BUYER_ROAMS && takes_key(b->op->kind) &&
                 rng_chance(&b->rng, DROP_PERCENT);
    b->request.timeout_ms = b->dropped ? rng_between(&b->rng, 1, 15) : PATIENCE_MS;
    b->op->attempts++;
    b->op->last_begun = clock_wall_ms();
    wire_send(b->slot, &b->request, on_answer, b);
}

void buyer_do(struct buyer *b, const struct op *op)
{
    struct op begun = *op;

    begun.user = b->index;
    begun.begun = clock_wall_ms();
    if (takes_key(op->kind) && !rng_chance(&b->rng, KEYLESS_PERCENT))
        snprintf(b->request.key, sizeof b->request.key, "%.8s-%s-%d", b->id, op_name(op->kind),
                 ++b->keys);
    b->op = history_add(buyer_world.history, &begun);
    history_note(buyer_world.history, b->op, "begin");
    send_it(b);
}

void buyer_ask_again(struct buyer *b, struct buyer_doubt doubt)
{
    b->op = doubt.op;
    b->request = doubt.request;
    b->op->doubtful = true;
    history_note(buyer_world.history, b->op, "again");
    send_it(b);
}

/* --- Judging the answer --- */

static const char *code_of(const struct wire_answer *a)
{
    return a->status >= 400 ? wire_text(a->json, "code") : "";
}

/* Whether the answer says for good what became of the operation. */
static bool settles(const struct wire_answer *a)
{
    if (a->status >= 200 && a->status < 300)
        return true;
    if (a->status == 429 || strcmp(code_of(a), "IDEMPOTENCY_IN_PROGRESS") == 0)
        return false;
    return a->status >= 400 && a->status < 500;
}

static void count(struct buyer *b, const struct wire_answer *a)
{
    struct buyer_world *w = &buyer_world;

    w->answers += a->status != 0;
    w->none += a->status == 0 && !b->dropped;
    w->dropped += a->status == 0 && b->dropped;
    w->replayed += a->replayed;
    if (a->status < 500)
        return;
    if (a->status == 503 && strcmp(code_of(a), "BUSY") == 0) {
        w->busy++;
        return;
    }
    w->broken++;
    snprintf(w->last_broken, sizeof w->last_broken, "%s %s: %ld %.120s", b->request.method,
             b->request.path, a->status, a->body);
}

static void add_doubt(struct buyer *b)
{
    struct buyer_doubt *grown =
        realloc(b->doubts, (b->doubt_count + 1) * sizeof(struct buyer_doubt));

    if (!grown)
        abort();
    b->doubts = grown;
    b->doubts[b->doubt_count++] = (struct buyer_doubt){b->op, b->request};
    buyer_world.doubts++;
}

static void end_op(struct buyer *b)
{
    buyer_world.told[b->op->kind][b->op->outcome]++;
    history_note(buyer_world.history, b->op, "end");
    b->op = NULL;
}

static void give_up(struct buyer *b)
{
    struct op *op = b->op;

    if (op->kind == OP_PAY || op->kind == OP_LEAVE)
        buyer_go_out(b);
    if (op->kind == OP_RELEASE)
        buyer_drop_hold(b, op->reservation);
    if (op->kind == OP_REFUND)
        buyer_drop_bought(b, op->reservation);
    end_op(b);
}

/* No answer settles it. What has a key is asked again, mostly; all else is over. */
static void stay_in_doubt(struct buyer *b, const struct wire_answer *a)
{
    struct op *op = b->op;

    op->status = (int)a->status;
    rest(b, 40, 300);
    if (!is_pursued(b)) {
        op->ended = clock_wall_ms();
        give_up(b);
        return;
    }
    op->doubtful = op->doubtful || a->status != 429;
    history_note(buyer_world.history, op, "again");
    if (buyer_world.phase == BUYER_ROAMS && rng_chance(&b->rng, GIVE_UP_PERCENT)) {
        add_doubt(b);
        give_up(b);
    }
}

/* Keeps the answer, to ask for it again. */
static void keep(struct buyer *b, const struct wire_answer *a)
{
    struct buyer_kept *k = &b->kept[b->kept_next];

    k->request = b->request;
    k->status = a->status;
    text_buf_reset(&k->body);
    text_buf_append(&k->body, a->body, a->len);
    b->kept_next = (b->kept_next + 1) % BUYER_KEPT;
    if (b->kept_count < BUYER_KEPT)
        b->kept_count++;
}

/* The answer to a key that was answered before. */
static void take_echo(struct buyer *b, const struct wire_answer *a)
{
    const struct buyer_kept *k = &b->kept[b->echo];

    buyer_world.echoes++;
    b->op->differs = a->status != k->status || a->len != k->body.len || !a->replayed ||
                     (a->len > 0 && memcmp(a->body, k->body.data, a->len) != 0);
}

static void settle(struct buyer *b, const struct wire_answer *a)
{
    struct op *op = b->op;

    op->ended = clock_wall_ms();
    op->status = (int)a->status;
    op->replayed = a->replayed;
    op->outcome = a->status < 300 ? OP_OK : OP_REFUSED;
    snprintf(op->code, sizeof op->code, "%s", code_of(a));
    if (op->kind == OP_ECHO)
        take_echo(b, a);
    else if (is_pursued(b) && op->outcome == OP_OK)
        keep(b, a);
    buyer_take(b, op, a->json);
    end_op(b);
    if (b->place == PLACE_WAITING)
        rest(b, 40, 200);
    else
        rest(b, 2, 40);
}

static void on_answer(void *arg, const struct wire_answer *a)
{
    struct buyer *b = arg;

    count(b, a);
    if (settles(a))
        settle(b, a);
    else
        stay_in_doubt(b, a);
}

void buyer_step(struct buyer *b)
{
    if (wire_slot_busy(b->slot) || clock_monotonic_ms() < b->wake_ms)
        return;
    if (b->op)
        send_it(b);
    else
        buyer_choose(b);
}

bool buyer_is_done(const struct buyer *b)
{
    if (wire_slot_busy(b->slot) || b->op)
        return false;
    if (buyer_world.phase == BUYER_ASKS)
        return b->doubt_count == 0;
    return buyer_world.phase != BUYER_BUYS || b->satisfied;
}
