/* What a buyer does next; see buyer.h. */
#include "soak/buyer.h"

#include "base/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SEATS = 3, FIRST_CHARGE = 2500, HOT_SEATS = 12, FORGET_PERCENT = 20 };
enum { DAWDLE_MS = 8000, EARLY_MS = 150, LATE_MS = 600 };

static void request(struct buyer *b, const char *method, const char *token, const char *path,
                    const char *body)
{
    b->request = (struct wire_request){.method = method};
    snprintf(b->request.path, sizeof b->request.path, "%s", path);
    snprintf(b->request.token, sizeof b->request.token, "%s", token);
    snprintf(b->request.body, sizeof b->request.body, "%s", body);
}

/* --- One function for each kind of operation --- */

static void charge(struct buyer *b)
{
    struct op op = {.kind = OP_CHARGE, .amount = FIRST_CHARGE + b->charges++};
    char body[WIRE_BODY];

    snprintf(body, sizeof body, "{\"amount\":%" PRId64 "}", op.amount);
    request(b, "POST", b->token, "/users/me/balance/charges", body);
    buyer_do(b, &op);
}

static void join(struct buyer *b)
{
    struct op op = {.kind = OP_JOIN, .concert = b->concert->concert};
    char body[WIRE_BODY];

    snprintf(body, sizeof body, "{\"concertId\":%" PRId64 "}", op.concert);
    request(b, "POST", b->token, "/queue/tokens", body);
    buyer_do(b, &op);
}

/* With the queue token: the concert and the ticket are those of the place. */
static struct op at_place(const struct buyer *b, enum op_kind kind)
{
    return (struct op){.kind = kind, .concert = b->concert->concert, .ticket = b->ticket};
}

static void poll_place(struct buyer *b)
{
    struct op op = at_place(b, OP_POLL);

    request(b, "GET", b->queue, "/queue/tokens/me", "");
    buyer_do(b, &op);
}

static void leave(struct buyer *b)
{
    struct op op = at_place(b, OP_LEAVE);

    request(b, "DELETE", b->queue, "/queue/tokens/me", "");
    buyer_do(b, &op);
}

static int64_t any_show(struct buyer *b)
{
    return b->concert->schedule[rng_below(&b->rng, b->concert->shows)];
}

static void look(struct buyer *b)
{
    struct op op = at_place(b, OP_SEATS);
    char path[WIRE_PATH];

    op.schedule = any_show(b);
    snprintf(path, sizeof path, "/schedules/%" PRId64 "/seats?status=all", op.schedule);
    request(b, "GET", b->queue, path, "");
    buyer_do(b, &op);
}

static bool has_seat(const struct op *op, int32_t seat)
{
    for (int i = 0; i < op->seat_count; i++)
        if (op->seats[i] == seat)
            return true;
    return false;
}

/* One that looked free, or one in front, where all want to sit, or any. */
static int32_t want_seat(struct buyer *b, int64_t schedule)
{
    int capacity = b->concert->capacity;
    int start = rng_below(&b->rng, capacity);

    if (rng_chance(&b->rng, 25))
        return 1 + rng_below(&b->rng, HOT_SEATS);
    if (b->letters && b->letters_of == schedule && strlen(b->letters) == (size_t)capacity)
        for (int i = 0; i < capacity; i++)
            if (b->letters[(start + i) % capacity] == 'A')
                return 1 + (start + i) % capacity;
    return 1 + start;
}

static int by_number(const void *a, const void *b)
{
    const int32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void hold_seats(struct buyer *b, struct op *op)
{
    char body[WIRE_BODY];
    int n;

    n = snprintf(body, sizeof body, "{\"scheduleId\":%" PRId64 ",\"seatNumbers\":[", op->schedule);
    for (int i = 0; i < op->seat_count; i++)
        n += snprintf(body + n, sizeof body - (size_t)n, "%s%" PRId32, i ? "," : "", op->seats[i]);
    snprintf(body + n, sizeof body - (size_t)n, "]}");
    qsort(op->seats, (size_t)op->seat_count, sizeof op->seats[0], by_number);
    request(b, "POST", b->queue, "/reservations", body);
    buyer_do(b, op);
}

static void hold(struct buyer *b)
{
    struct op op = at_place(b, OP_HOLD);
    int wanted = rng_between(&b->rng, 1, MOST_SEATS);
    char body[WIRE_BODY];

    op.schedule = any_show(b);
    if (rng_chance(&b->rng, 20)) {
        op.best = true;
        op.seat_count = wanted;
        snprintf(body, sizeof body, "{\"scheduleId\":%" PRId64 ",\"bestAvailable\":%d}",
                 op.schedule, wanted);
        request(b, "POST", b->queue, "/reservations", body);
        buyer_do(b, &op);
        return;
    }
    while (op.seat_count < wanted) {
        int32_t seat = want_seat(b, op.schedule);

        if (!has_seat(&op, seat))
            op.seats[op.seat_count++] = seat;
    }
    hold_seats(b, &op);
}

/* Of one reservation: with the queue token, or the user's. */
static void reservation_op(struct buyer *b, enum op_kind kind, const char *method,
                           int64_t reservation, const char *end, bool as_user)
{
    struct op op = {.kind = kind};
    char path[WIRE_PATH];

    if (!as_user)
        op = at_place(b, kind);
    op.reservation = reservation;
    snprintf(path, sizeof path, "/reservations/%" PRId64 "%s", reservation, end);
    request(b, method, as_user ? b->token : b->queue, path, "");
    buyer_do(b, &op);
}

static void pay(struct buyer *b, int64_t reservation)
{
    struct op op = at_place(b, OP_PAY);
    char body[WIRE_BODY];

    op.reservation = reservation;
    snprintf(body, sizeof body, "{\"reservationId\":%" PRId64 "}", reservation);
    request(b, "POST", b->queue, "/payments", body);
    buyer_do(b, &op);
}

/* Asks again for an answer that has been told. */
static void echo(struct buyer *b)
{
    struct op op = {.kind = OP_ECHO};

    b->echo = rng_below(&b->rng, b->kept_count);
    b->request = b->kept[b->echo].request;
    buyer_do(b, &op);
}

/* --- Choosing --- */

static int64_t any_bought(struct buyer *b)
{
    return b->bought[rng_below(&b->rng, b->bought_count)];
}

static void sleep_ms(struct buyer *b, int low, int high)
{
    b->wake_ms = clock_monotonic_ms() + rng_between(&b->rng, low, high);
}

/* What can be done anywhere. False: none of it now. */
static bool roam_anywhere(struct buyer *b, int dice)
{
    if (b->needs_money || dice < 5)
        charge(b);
    else if (dice < 12 && b->bought_count > 0)
        reservation_op(b, OP_REFUND, "POST", any_bought(b), "/refund", true);
    else if (dice < 15 && b->bought_count > 0)
        reservation_op(b, OP_SHOW, "GET", any_bought(b), "", true);
    else if (dice < 19 && b->kept_count > 0)
        echo(b);
    else
        return false;
    return true;
}

/* Waits for the hold's last moment, or a little longer, to pay then. */
static void dawdle(struct buyer *b, const struct buyer_hold *h)
{
    int64_t left = h->expires_at - clock_wall_ms();

    if (left > 0 && left < DAWDLE_MS)
        sleep_ms(b, (int)left - EARLY_MS, (int)left + LATE_MS);
    b->pays_next = h->reservation;
}

static void roam_inside(struct buyer *b, int dice)
{
    struct buyer_hold *h = b->hold_count ? &b->holds[rng_below(&b->rng, b->hold_count)] : NULL;

    if (b->pays_next) {
        int64_t reservation = b->pays_next;

        b->pays_next = 0;
        pay(b, reservation);
    } else if (h && dice < 8) {
        dawdle(b, h);
    } else if (h && dice < 35) {
        pay(b, h->reservation);
    } else if (h && dice < 47 && !h->extended) {
        h->extended = true;
        reservation_op(b, OP_EXTEND, "POST", h->reservation, "/extend", false);
    } else if (h && dice < 55) {
        reservation_op(b, OP_RELEASE, "DELETE", h->reservation, "", rng_chance(&b->rng, 50));
    } else if (h && dice < 59) {
        reservation_op(b, OP_SHOW, "GET", h->reservation, "", true);
    } else if (dice > 97) {
        leave(b);
    } else if (dice > 95) {
        sleep_ms(b, 1000, 5000); /* so that holds run out */
    } else if (dice > 93) {
        poll_place(b);
    } else if (dice > 83) {
        look(b);
    } else {
        hold(b);
    }
}

static void roam(struct buyer *b)
{
    int dice = rng_below(&b->rng, 100);

    if (!b->pays_next && roam_anywhere(b, dice))
        return;
    dice = rng_below(&b->rng, 100);
    switch (b->place) {
    case PLACE_NONE:
        b->concert = sale_pick(buyer_world.sale, clock_monotonic_ms() - buyer_world.began_ms,
                               (unsigned)rng_below(&b->rng, 1000));
        join(b);
        break;
    case PLACE_WAITING:
        if (dice < 1) {
            leave(b);
        } else {
            poll_place(b);
        }
        break;
    case PLACE_INSIDE:
        roam_inside(b, dice);
        break;
    }
}

/* Most of what had no answer is asked for again; the rest stays unknown for ever. */
static void ask(struct buyer *b)
{
    while (b->doubt_count > 0) {
        struct buyer_doubt doubt = b->doubts[--b->doubt_count];

        if (!rng_chance(&b->rng, FORGET_PERCENT)) {
            buyer_ask_again(b, doubt);
            return;
        }
    }
    sleep_ms(b, 100, 200);
}

/* Joins, holds a seat of its own, pays. */
static void buy(struct buyer *b)
{
    struct op op;

    if (b->satisfied) {
        sleep_ms(b, 100, 200);
        return;
    }
    if (b->concert != sale_last(buyer_world.sale)) {
        buyer_go_out(b);
        b->concert = sale_last(buyer_world.sale);
    }
    if (b->needs_money) {
        charge(b);
    } else if (b->place == PLACE_NONE) {
        join(b);
    } else if (b->place == PLACE_WAITING) {
        poll_place(b);
    } else if (b->hold_count > 0) {
        pay(b, b->holds[0].reservation);
    } else {
        op = at_place(b, OP_HOLD);
        op.schedule = b->concert->schedule[0];
        op.seats[op.seat_count++] = b->index + 1;
        hold_seats(b, &op);
    }
}

void buyer_choose(struct buyer *b)
{
    switch (buyer_world.phase) {
    case BUYER_ROAMS:
        roam(b);
        break;
    case BUYER_ASKS:
        ask(b);
        break;
    case BUYER_BUYS:
        buy(b);
        break;
    case BUYER_RESTS:
        sleep_ms(b, 100, 200);
        break;
    }
}
