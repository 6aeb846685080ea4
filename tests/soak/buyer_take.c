/* What answers change for a buyer; see buyer.h. */
#include "soak/buyer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buyer_go_out(struct buyer *b)
{
    b->place = PLACE_NONE;
    b->hold_count = 0;
    b->pays_next = 0;
    b->queue[0] = '\0';
}

void buyer_drop_hold(struct buyer *b, int64_t reservation)
{
    for (int i = 0; i < b->hold_count; i++)
        if (b->holds[i].reservation == reservation)
            b->holds[i] = b->holds[--b->hold_count];
}

void buyer_drop_bought(struct buyer *b, int64_t reservation)
{
    for (int i = 0; i < b->bought_count; i++)
        if (b->bought[i] == reservation)
            b->bought[i] = b->bought[--b->bought_count];
}

static void add_bought(struct buyer *b, int64_t reservation)
{
    if (b->bought_count == BUYER_BOUGHT)
        buyer_drop_bought(b, b->bought[rng_below(&b->rng, BUYER_BOUGHT)]);
    b->bought[b->bought_count++] = reservation;
}

static void take_place(struct buyer *b, struct op *op, json_object *json)
{
    const char *token = wire_text(json, "token");

    snprintf(op->state, sizeof op->state, "%s", wire_text(json, "status"));
    op->ticket = wire_int(json, "ticket");
    op->session_expires_at = wire_time(json, "sessionExpiresAt");
    if (token[0])
        snprintf(b->queue, sizeof b->queue, "%s", token);
    b->ticket = op->ticket;
    b->place = strcmp(op->state, "ACTIVE") == 0 ? PLACE_INSIDE : PLACE_WAITING;
}

static void take_seat_numbers(struct op *op, json_object *json)
{
    json_object *seats = NULL;

    if (!json_object_object_get_ex(json, "seats", &seats))
        return;
    op->seat_count = 0;
    for (size_t i = 0; i < json_object_array_length(seats) && i < HISTORY_SEATS; i++)
        op->seats[op->seat_count++] =
            (int32_t)wire_int(json_object_array_get_idx(seats, i), "seatNumber");
}

static void take_reservation(struct op *op, json_object *json)
{
    op->reservation = wire_int(json, "reservationId");
    op->amount = wire_int(json, "amount");
    op->created_at = wire_time(json, "createdAt");
    op->hold_expires_at = wire_time(json, "holdExpiresAt");
    op->paid_at = wire_time(json, "paidAt");
    op->payment = wire_int(json, "paymentId");
    op->balance = wire_int(json, "balance");
    snprintf(op->state, sizeof op->state, "%s", wire_text(json, "status"));
}

/* The seats that were asked for stay in the record; the final list says what they have become. */
static void take_hold(struct buyer *b, struct op *op, json_object *json)
{
    take_reservation(op, json);
    if (op->best)
        take_seat_numbers(op, json);
    if (b->hold_count < BUYER_HOLDS && b->place == PLACE_INSIDE && op->ticket == b->ticket)
        b->holds[b->hold_count++] =
            (struct buyer_hold){op->reservation, op->hold_expires_at, false};
}

static void take_seats(struct buyer *b, struct op *op, json_object *json)
{
    json_object *seats = NULL;
    size_t n =
        json_object_object_get_ex(json, "seats", &seats) ? json_object_array_length(seats) : 0;

    op->letters = calloc(1, n + 1);
    free(b->letters);
    b->letters = calloc(1, n + 1);
    b->letters_of = op->schedule;
    if (!op->letters || !b->letters)
        abort();
    for (size_t i = 0; i < n; i++) {
        json_object *seat = json_object_array_get_idx(seats, i);

        if (wire_int(seat, "seatNumber") == (int64_t)i + 1)
            op->letters[i] = b->letters[i] = wire_text(seat, "status")[0];
    }
}

static void take_good(struct buyer *b, struct op *op, json_object *json)
{
    switch (op->kind) {
    case OP_CHARGE:
        op->entry = wire_int(json, "entryId");
        op->balance = wire_int(json, "balance");
        b->needs_money = false;
        break;
    case OP_JOIN:
    case OP_POLL:
        take_place(b, op, json);
        break;
    case OP_SEATS:
        take_seats(b, op, json);
        break;
    case OP_HOLD:
        take_hold(b, op, json);
        break;
    case OP_EXTEND:
    case OP_SHOW:
    case OP_REFUND:
        take_reservation(op, json);
        if (op->kind == OP_REFUND)
            buyer_drop_bought(b, op->reservation);
        break;
    case OP_PAY:
        take_reservation(op, json);
        add_bought(b, op->reservation);
        b->satisfied = buyer_world.phase == BUYER_BUYS;
        buyer_go_out(b);
        break;
    case OP_RELEASE:
        buyer_drop_hold(b, op->reservation);
        break;
    case OP_LEAVE:
        buyer_go_out(b);
        break;
    default:
        break;
    }
}

static void take_bad(struct buyer *b, struct op *op)
{
    bool about_hold = op->kind == OP_PAY || op->kind == OP_EXTEND || op->kind == OP_RELEASE;

    if (strcmp(op->code, "QUEUE_TOKEN_EXPIRED") == 0 && op->ticket == b->ticket)
        buyer_go_out(b);
    else if (strcmp(op->code, "NOT_ADMITTED") == 0)
        b->place = PLACE_WAITING;
    else if (strcmp(op->code, "INSUFFICIENT_BALANCE") == 0)
        b->needs_money = true;
    else if (strcmp(op->code, "NOT_EXTENDABLE") != 0 && about_hold)
        buyer_drop_hold(b, op->reservation);
    if (op->kind == OP_PAY && strcmp(op->code, "ALREADY_PAID") == 0) {
        add_bought(b, op->reservation);
        buyer_go_out(b);
    }
    if (op->kind == OP_REFUND)
        buyer_drop_bought(b, op->reservation);
    if (op->kind == OP_LEAVE)
        buyer_go_out(b);
}

void buyer_take(struct buyer *b, struct op *op, json_object *json)
{
    if (op->outcome == OP_OK)
        take_good(b, op, json);
    else
        take_bad(b, op);
}
