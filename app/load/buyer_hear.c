/*
 * What a buyer does about an answer, see load/buyer.h.
 *
 * 429, 503 and no answer at all are tried again, after the time that Retry-After names, at most ten
 * times in a row. A seat that somebody else has is left for another of the list, a date without
 * seats for another date; who finds no date asks for the list of dates, one buyer a second for all.
 */
#include "load/buyer.h"

#include "base/clock.h"
#include "load/seats.h"
#include <stdlib.h>
#include <string.h>

/* How long a list of dates without any holds for all, and how often who found none looks again. */
#define DATES_HOLD_US 1000000
#define DATES_AGAIN   1.0

/* --- Refusals --- */

static bool is(const struct answer *a, const char *code)
{
    return pick_is((struct pick){a->body, a->len}, "code", code);
}

/* Asks the same again later. */
static void try_again(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    int wait = a && a->retry_after > 0 ? a->retry_after : 1;

    if (++b->tries > TRIES_MAX) {
        crowd_end(c, b, END_FAILED);
        return;
    }
    c->figures.tries_again++;
    wait = wait < RETRY_SECONDS_MAX ? wait : RETRY_SECONDS_MAX;
    crowd_go_after(c, b, id, (enum step)b->step, wait * (1 + chance_share(&b->chance) / 4));
}

/* What every step does alike about a refusal. */
static void refused(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    if (a->status == 429 || a->status >= 500 || is(a, "IDEMPOTENCY_IN_PROGRESS"))
        try_again(c, b, id, a);
    else if (a->status == 410)
        crowd_end(c, b, END_EXPIRED);
    else if (is(a, "SOLD_OUT"))
        crowd_end(c, b, END_SOLD_OUT);
    else if (is(a, "QUEUE_CLOSED"))
        crowd_end(c, b, END_CLOSED);
    else if (is(a, "NOT_ADMITTED"))
        crowd_go_after(c, b, id, STEP_POLL, a->retry_after > 0 ? a->retry_after : 1);
    else
        crowd_end(c, b, END_REFUSED);
}

/* --- Waiting --- */

/* How long until the next look, which is never sooner than the site says. */
static double pause_of(const struct crowd *c, struct buyer *b, int64_t poll_after)
{
    int64_t wait = poll_after > c->plan->poll_least ? poll_after : c->plan->poll_least;

    return (double)(wait > 0 ? wait : 1) * (1 + chance_share(&b->chance) / 10);
}

/* When everything is sold, the own place does not tell: the public state does. */
static enum step watching(const struct crowd *c, const struct buyer *b)
{
    if (b->ticket > 0 && (c->plan->watch_public || c->state.sold_out || c->state.closed))
        return STEP_PUBLIC;
    return STEP_POLL;
}

/* Goes on waiting, or gives up, at the second look at the earliest. */
static void go_on_waiting(struct crowd *c, struct buyer *b, uint32_t id, int64_t poll_after)
{
    bool gives_up = b->looks++ > 0 && chance_below(&b->chance, 3) == 0;

    if (b->looks > 2)
        b->looks = 2;
    if (gives_up && b->fate == FATE_VANISHES_WAITING)
        crowd_end(c, b, END_VANISHED);
    else if (gives_up && b->fate == FATE_LEAVES)
        crowd_go(c, b, id, STEP_LEAVE);
    else
        crowd_go_after(c, b, id, watching(c, b), pause_of(c, b, poll_after));
}

void buyer_look(struct crowd *c, struct buyer *b, uint32_t id)
{
    bool fresh = c->dates_read_us && clock_monotonic_us() - c->dates_read_us < DATES_HOLD_US;

    b->want = (uint8_t)c->plan->seats;
    b->date = dates_choose(c->dates, &b->chance);
    if (++b->looks > LOOKS_MAX || (b->date == DATES_NONE && c->state.sold_out)) {
        crowd_end(c, b, END_SOLD_OUT);
    } else if (b->date != DATES_NONE) {
        crowd_go_thinking(c, b, id, STEP_SEATS);
    } else if (c->dates_asked || fresh) {
        crowd_go_after(c, b, id, STEP_LOOK, DATES_AGAIN);
    } else {
        c->dates_asked = true;
        crowd_go(c, b, id, STEP_DATES);
    }
}

static void enter(struct crowd *c, struct buyer *b, uint32_t id)
{
    b->inside = true;
    b->inside_ms = crowd_now_ms(c);
    b->looks = 0;
    c->figures.waiting--;
    c->figures.inside++;
    crowd_second(c)->admitted++;
    hist_add(&c->figures.wait, (int64_t)b->inside_ms - b->came_ms);
    if (b->fate == FATE_LEAVES)
        crowd_go(c, b, id, STEP_LEAVE);
    else if (b->fate == FATE_VANISHES_WAITING)
        crowd_end(c, b, END_VANISHED);
    else
        buyer_look(c, b, id);
}

/* Keeps the token that a join, or a draw, gave. */
static bool take_token(struct buyer *b, struct pick body)
{
    struct pick token;
    char *own;

    if (!pick_text(body, "token", &token))
        return true;
    own = strndup(token.p, token.len);
    if (!own)
        return false;
    free(b->token);
    b->token = own;
    return true;
}

/* A place in the queue, of a join or of a poll. */
static void hear_place(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    struct pick body = {a->body, a->len};
    int64_t poll_after = 0;

    if (!take_token(b, body)) {
        c->figures.short_of_memory = true;
        crowd_end(c, b, END_FAILED);
        return;
    }
    (void)!pick_int(body, "ticket", &b->ticket);
    (void)!pick_int(body, "pollAfterSeconds", &poll_after);
    if (a->retry_after > poll_after)
        poll_after = a->retry_after;
    if (!pick_is(body, "status", "ACTIVE"))
        go_on_waiting(c, b, id, poll_after);
    else if (b->inside)
        buyer_look(c, b, id);
    else
        enter(c, b, id);
}

void buyer_hear_public(struct crowd *c, const struct answer *a, int64_t *now_serving)
{
    struct pick body = {a->body, a->len};
    struct crowd_state *s = &c->state;

    *now_serving = 0;
    if (a->status != 200 || !pick_int(body, "nowServing", now_serving))
        return;
    s->known = true;
    s->sold_out = pick_is(body, "state", "SOLD_OUT");
    s->closed = pick_is(body, "state", "CLOSED");
    (void)!pick_int(body, "waiting", &s->waiting);
    (void)!pick_int(body, "active", &s->active);
    (void)!pick_int(body, "admitPerMinute", &s->admit_per_minute);
    (void)!pick_int(body, "pollAfterSeconds", &s->poll_after);
}

/* When to look again: as everybody is told, or as soon as the own place and the rate of admission
 * let expect to be let in, as a page would that shows it. */
static int64_t look_again(const struct crowd_state *s, const struct buyer *b, int64_t now_serving)
{
    if (s->admit_per_minute <= 0)
        return s->poll_after;
    int64_t wait = (b->ticket - now_serving) * 60 / s->admit_per_minute;
    return wait < s->poll_after ? wait : s->poll_after;
}

static void hear_public(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    int64_t now_serving;

    buyer_hear_public(c, a, &now_serving);
    if (now_serving >= b->ticket)
        enter(c, b, id);
    else if (c->state.sold_out)
        crowd_end(c, b, END_SOLD_OUT);
    else if (c->state.closed)
        crowd_end(c, b, END_CLOSED);
    else
        go_on_waiting(c, b, id, look_again(&c->state, b, now_serving));
}

/* --- Inside --- */

/* Nobody counts on a date that is not on the list; those on it have seats again. */
static void hear_dates(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    struct pick list, one;
    int64_t schedule, left;

    c->dates_read_us = clock_monotonic_us();
    if (pick_member((struct pick){a->body, a->len}, "schedules", &list)) {
        while (pick_next(&list, &one)) {
            uint32_t date;

            if (!pick_int(one, "scheduleId", &schedule) || !pick_int(one, "availableSeats", &left))
                continue;
            date = dates_find(c->dates, schedule);
            if (date != DATES_NONE)
                dates_saw(c->dates, date, (int32_t)left);
        }
    }
    buyer_look(c, b, id);
}

/* Room for the seats that a buyer tries before it looks again. */
static uint32_t choices_of(const struct crowd *c)
{
    uint32_t n = 4 * (uint32_t)c->plan->seats;

    return n < 8 ? 8 : n;
}

static void hear_seats(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    struct pick body = {a->body, a->len};
    struct seats_seen seen;
    bool good;

    if (!b->seats)
        b->seats = malloc(choices_of(c) * sizeof *b->seats);
    if (!b->seats) {
        c->figures.short_of_memory = true;
        crowd_end(c, b, END_FAILED);
        return;
    }
    good = c->plan->map ? seats_of_map(body, &b->chance, b->seats, choices_of(c), &seen)
                        : seats_of_list(body, &b->chance, b->seats, choices_of(c), &seen);
    if (!good) {
        crowd_end(c, b, END_FAILED);
        return;
    }
    dates_saw(c->dates, b->date, (int32_t)seen.available);
    b->seat_count = (uint16_t)seen.chosen;
    b->seat_at = 0;
    if (seen.chosen < b->want)
        b->want = (uint8_t)seen.chosen;
    if (seen.chosen == 0)
        buyer_look(c, b, id);
    else
        crowd_go_thinking(c, b, id, STEP_HOLD);
}

/* Somebody was quicker: other seats of the list, while there are some; of the best, fewer. */
static void hold_others(struct crowd *c, struct buyer *b, uint32_t id)
{
    if (c->plan->best && b->want > 1) {
        b->want--;
        crowd_go(c, b, id, STEP_HOLD);
        return;
    }
    b->seat_at = (uint16_t)(b->seat_at + b->want);
    if (c->plan->best)
        dates_saw(c->dates, b->date, 0);
    if (!c->plan->best && b->seat_at + b->want <= b->seat_count)
        crowd_go(c, b, id, STEP_HOLD);
    else
        buyer_look(c, b, id);
}

static void hear_hold(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    if (a->status >= 300) {
        if (is(a, "SEAT_TAKEN")) {
            hold_others(c, b, id);
        } else if (is(a, "BOOKING_CLOSED") || is(a, "BOOKING_NOT_OPEN")) {
            dates_saw(c->dates, b->date, 0);
            buyer_look(c, b, id);
        } else {
            refused(c, b, id, a);
        }
        return;
    }
    if (!pick_int((struct pick){a->body, a->len}, "reservationId", &b->reservation)) {
        crowd_end(c, b, END_FAILED);
        return;
    }
    dates_took(c->dates, b->date, b->want);
    if (b->fate == FATE_VANISHES_HOLDING)
        crowd_end(c, b, END_VANISHED);
    else
        crowd_go_thinking(c, b, id, b->fate == FATE_GIVES_BACK ? STEP_RELEASE : STEP_PAY);
}

/* ALREADY_PAID answers a payment that was sent again: the first one was ours. */
static void hear_payment(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    struct crowd_figures *f = &c->figures;
    struct crowd_second *second;
    uint32_t now;

    if (a->status >= 300 && !is(a, "ALREADY_PAID")) {
        refused(c, b, id, a);
        return;
    }
    now = crowd_now_ms(c);
    second = crowd_second(c);
    second->bought++;
    second->seats += b->want;
    f->seats += b->want;
    f->last_sale_us = clock_monotonic_us() - c->opened_us;
    hist_add(&f->stay, (int64_t)now - b->inside_ms);
    hist_add(&f->whole, (int64_t)now - b->came_ms);
    crowd_end(c, b, END_BOUGHT);
}

/* --- All of it --- */

static enum tally_route route_of(const struct crowd *c, enum step step)
{
    static const enum tally_route routes[] = {
        [STEP_JOIN] = ROUTE_JOIN,   [STEP_POLL] = ROUTE_POLL,       [STEP_PUBLIC] = ROUTE_PUBLIC,
        [STEP_DATES] = ROUTE_DATES, [STEP_SEATS] = ROUTE_SEATS,     [STEP_HOLD] = ROUTE_HOLD,
        [STEP_PAY] = ROUTE_PAY,     [STEP_RELEASE] = ROUTE_RELEASE, [STEP_LEAVE] = ROUTE_LEAVE};

    return step == STEP_SEATS && c->plan->map ? ROUTE_MAP : routes[step];
}

static void hear_good(struct crowd *c, struct buyer *b, uint32_t id, const struct answer *a)
{
    switch ((enum step)b->step) {
    case STEP_JOIN:
    case STEP_POLL:
        hear_place(c, b, id, a);
        break;
    case STEP_PUBLIC:
        hear_public(c, b, id, a);
        break;
    case STEP_DATES:
        hear_dates(c, b, id, a);
        break;
    case STEP_SEATS:
        hear_seats(c, b, id, a);
        break;
    case STEP_RELEASE:
        dates_took(c->dates, b->date, -b->want);
        crowd_end(c, b, END_GAVE_BACK);
        break;
    case STEP_LEAVE:
        crowd_end(c, b, END_LEFT);
        break;
    case STEP_HOLD:
    case STEP_PAY:
    case STEP_LOOK:
    case STEP_OVER:
        break;
    }
}

void buyer_hear(struct crowd *c, struct buyer *b, uint32_t id, const struct client_result *result)
{
    const struct answer *a = result->answer;

    tally_add(&c->tally, route_of(c, (enum step)b->step), result);
    if (b->step == STEP_DATES)
        c->dates_asked = false;
    if (!a) {
        try_again(c, b, id, NULL);
        return;
    }
    if (a->status < 500 && a->status != 429)
        b->tries = 0;
    if (b->step == STEP_HOLD)
        hear_hold(c, b, id, a);
    else if (b->step == STEP_PAY)
        hear_payment(c, b, id, a);
    else if (a->status >= 300)
        refused(c, b, id, a);
    else
        hear_good(c, b, id, a);
}
