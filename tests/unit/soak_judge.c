/*
 * The soak's checker on histories made by hand: a good one, in which it finds nothing, and the same
 * with one thing wrong each time, which it has to find.
 */
#include "soak/judge.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONCERT = 7, SHOW = 70, SEATS_OF_SHOW = 4, PRICE = 500, MOST_OPS = 32, MOST = 8 };

static struct history history;
static struct final_user users[2];
static struct final_entry entries[2][MOST];
static struct final_reservation reservations[2][MOST];
static struct final_schedule show;
static struct final_concert concert;
static struct final_state state;
static char found[1024];

static void on_finding(void *arg, const char *kind, const char *text)
{
    (void)arg;
    (void)text;
    if (!strstr(found, kind))
        strncat(strncat(found, kind, sizeof found - strlen(found) - 1), " ",
                sizeof found - strlen(found) - 1);
}

/* The kinds of findings, each once. */
static const char *judged(void)
{
    found[0] = '\0';
    for (int u = 0; u < 2; u++)
        for (size_t i = 0; i < users[u].reservation_count; i++)
            reservations[u][i].hold = NULL;
    judge_all(&history, &state, on_finding, NULL);
    return found;
}

static struct op *did(int user, enum op_kind kind, int64_t begun, int64_t ended)
{
    return history_add(&history, &(struct op){.user = user,
                                              .kind = kind,
                                              .outcome = OP_OK,
                                              .attempts = 1,
                                              .concert = CONCERT,
                                              .begun = begun,
                                              .ended = ended});
}

static struct final_entry *entry(int user, const char *type, int64_t id, int64_t amount,
                                 int64_t balance, int64_t reservation)
{
    struct final_entry *e = &entries[user][users[user].entry_count++];
    *e = (struct final_entry){
        .entry = id, .amount = amount, .balance_after = balance, .reservation = reservation};
    strcpy(e->type, type);
    users[user].balance = balance;
    return e;
}

static struct op *charged(int user, int64_t at, int64_t id, int64_t amount, int64_t balance)
{
    struct op *op = did(user, OP_CHARGE, at, at + 5);
    op->amount = amount;
    op->entry = id;
    op->balance = balance;
    entry(user, "CHARGE", id, amount, balance, 0);
    return op;
}

static struct op *entered(int user, int64_t at, int64_t ticket, int64_t until)
{
    struct op *op = did(user, OP_POLL, at, at + 5);
    op->ticket = ticket;
    op->session_expires_at = until;
    strcpy(op->state, "ACTIVE");
    return op;
}

/* Holds one seat for 100 ms from `at` on; it is EXPIRED unless something else is said. */
static struct op *held(int user, int64_t at, int64_t id, int32_t seat, int64_t ticket)
{
    struct final_reservation *r = &reservations[user][users[user].reservation_count++];
    struct op *op = did(user, OP_HOLD, at, at + 5);
    op->schedule = SHOW;
    op->ticket = ticket;
    op->reservation = id;
    op->amount = PRICE;
    op->seats[0] = seat;
    op->seat_count = 1;
    op->created_at = at + 1;
    op->hold_expires_at = at + 101;
    *r = (struct final_reservation){.reservation = id,
                                    .concert = CONCERT,
                                    .schedule = SHOW,
                                    .amount = PRICE,
                                    .created_at = at + 1,
                                    .hold_expires_at = at + 101,
                                    .status = "EXPIRED",
                                    .seats = {seat},
                                    .seat_count = 1};
    return op;
}

static struct final_reservation *last_of(int user)
{
    return &reservations[user][users[user].reservation_count - 1];
}

/* Pays the user's newest reservation. */
static struct op *paid(int user, int64_t at, int64_t id, int64_t balance, int64_t ticket)
{
    struct final_reservation *r = last_of(user);
    struct op *op = did(user, OP_PAY, at, at + 5);
    op->reservation = r->reservation;
    op->ticket = ticket;
    op->amount = PRICE;
    op->balance = balance;
    op->payment = r->payment = id * 10;
    op->paid_at = r->paid_at = at + 2;
    strcpy(r->status, "CONFIRMED");
    entry(user, "PAYMENT", id, -PRICE, balance, r->reservation);
    show.sold++;
    show.available--;
    return op;
}

static struct op *refunded(int user, int64_t at, int64_t id, int64_t balance)
{
    struct final_reservation *r = last_of(user);
    struct op *op = did(user, OP_REFUND, at, at + 5);
    op->reservation = r->reservation;
    op->amount = PRICE;
    op->balance = balance;
    strcpy(r->status, "REFUNDED");
    entry(user, "REFUND", id, PRICE, balance, r->reservation);
    show.sold--;
    show.available++;
    return op;
}

static struct op *about(int user, enum op_kind kind, int64_t at, int64_t reservation)
{
    struct op *op = did(user, kind, at, at + 5);
    op->concert = 0;
    op->reservation = reservation;
    return op;
}

static struct op *shown(int user, int64_t at, int64_t reservation, const char *status)
{
    struct op *op = about(user, OP_SHOW, at, reservation);
    strcpy(op->state, status);
    return op;
}

static struct op *looked(int64_t at, const char *letters)
{
    struct op *op = did(1, OP_SEATS, at, at + 5);
    op->schedule = SHOW;
    op->letters = strdup(letters);
    return op;
}

static struct op *unknown(struct op *op)
{
    op->outcome = OP_UNKNOWN;
    op->doubtful = true;
    op->ended = 0;
    return op;
}

static struct op *refused(struct op *op, int status)
{
    op->outcome = OP_REFUSED;
    op->status = status;
    return op;
}

/*
 * User 0 charges, enters, holds seat 1, pays, is refunded; user 1 buys seat 1 after that, and lets
 * a hold of seat 2 run out. Operations by name, for the tests to spoil.
 */
static struct {
    struct op *charge, *hold, *pay, *refund, *second_hold, *second_pay, *idle, *look;
} good;

static void make_good(void)
{
    history_free(&history);
    memset(users, 0, sizeof users);
    memset(entries, 0, sizeof entries);
    memset(reservations, 0, sizeof reservations);
    for (int u = 0; u < 2; u++) {
        users[u].entries = entries[u];
        users[u].reservations = reservations[u];
    }
    show = (struct final_schedule){.concert = CONCERT,
                                   .schedule = SHOW,
                                   .capacity = SEATS_OF_SHOW,
                                   .available = SEATS_OF_SHOW};
    concert = (struct final_concert){.concert = CONCERT, .max_active = 2};
    state = (struct final_state){.users = users,
                                 .user_count = 2,
                                 .schedules = &show,
                                 .schedule_count = 1,
                                 .concerts = &concert,
                                 .concert_count = 1};
    good.charge = charged(0, 1000, 1, 2000, 2000);
    entered(0, 1010, 1, 3000);
    good.hold = held(0, 1020, 100, 1, 1);
    good.pay = paid(0, 1050, 2, 1500, 1);
    shown(0, 1060, 100, "CONFIRMED");
    good.look = looked(1070, "SAAA");
    good.refund = refunded(0, 1080, 3, 2000);
    shown(0, 1090, 100, "REFUNDED");
    charged(1, 1000, 4, 3000, 3000);
    entered(1, 1012, 2, 3000);
    good.idle = held(1, 1100, 101, 2, 2);
    looked(1110, "AHAA");
    good.second_hold = held(1, 1300, 102, 1, 2);
    good.second_pay = paid(1, 1350, 5, 2500, 2);
    looked(1400, "SAAA");
}

/* Asserts which kinds of things are wrong, and tells which were found instead. */
static void check_finds(int line, const char *kinds)
{
    char text[1200];
    snprintf(text, sizeof text, "\"%s\" where \"%s\" is right", judged(), kinds);
    CU_assertImplementation(strcmp(found, kinds) == 0, (unsigned)line, text, __FILE__, "",
                            CU_FALSE);
}
#define FINDS(kinds) check_finds(__LINE__, kinds)

static void test_a_good_history_has_nothing_wrong(void)
{
    make_good();
    FINDS("");
}

static void test_what_had_no_answer_may_have_happened_once(void)
{
    make_good();
    unknown(good.charge);
    unknown(good.pay);
    unknown(good.second_hold);
    FINDS("");
    make_good();
    unknown(did(0, OP_CHARGE, 1500, 0))->amount = 77;
    unknown(about(1, OP_PAY, 1130, 101))->concert = CONCERT;
    FINDS("");
}

static void test_a_charge_that_is_gone(void)
{
    make_good();
    did(0, OP_CHARGE, 1500, 1505)->amount = 77;
    FINDS("CHARGE_LOST ");
}

static void test_a_charge_that_is_there_twice(void)
{
    make_good();
    entry(0, "CHARGE", 9, 2000, 4000, 0);
    FINDS("CHARGE_TWICE ");
    make_good();
    unknown(good.charge);
    entry(0, "CHARGE", 9, 2000, 4000, 0);
    FINDS("CHARGE_TWICE ");
}

static void test_a_charge_that_nobody_asked_for_or_that_was_refused(void)
{
    make_good();
    entry(0, "CHARGE", 9, 55, 2055, 0);
    FINDS("CHARGE_UNASKED ");
    make_good();
    refused(did(0, OP_CHARGE, 1500, 1505), 422)->amount = 55;
    entry(0, "CHARGE", 9, 55, 2055, 0);
    FINDS("CHARGE_REFUSED ");
}

static void test_a_charge_that_was_told_otherwise(void)
{
    make_good();
    good.charge->entry = 99;
    FINDS("CHARGE_WRONG ");
    make_good();
    good.charge->balance = 1999;
    FINDS("CHARGE_WRONG ");
}

static void test_a_payment_without_an_entry(void)
{
    make_good();
    users[1].entry_count--;
    users[1].balance = 3000;
    FINDS("PAYMENT_LOST ");
}

static void test_a_payment_that_is_there_twice(void)
{
    make_good();
    entry(1, "PAYMENT", 9, -PRICE, 2000, 102);
    FINDS("PAYMENT_TWICE ");
}

static void test_a_payment_that_was_refused(void)
{
    make_good();
    refused(good.second_pay, 402);
    FINDS("PAYMENT_UNASKED ");
}

/* Its first attempt had no answer; it was asked again at 1600, and refused then. */
static void refused_again(struct op *op)
{
    op->outcome = OP_REFUSED;
    op->doubtful = true;
    op->last_begun = 1600;
}

static void test_a_key_that_was_forgotten(void)
{
    for (int after = 0; after < 2; after++) { /* the first attempt may also be the later one */
        int64_t at = after ? 1600 : 1590;
        make_good();
        refused_again(charged(0, 1500, 50, 77, 2077));
        entries[0][users[0].entry_count - 1].created_at = at;
        FINDS(after ? "" : "KEY_FORGOTTEN ");
        make_good();
        refused_again(good.second_pay);
        entries[1][users[1].entry_count - 1].created_at = at;
        FINDS(after ? "" : "KEY_FORGOTTEN ");
    }
}

static void test_a_payment_that_left_no_sale(void)
{
    make_good();
    strcpy(last_of(1)->status, "EXPIRED");
    show.sold = 0;
    show.available = SEATS_OF_SHOW;
    FINDS("PAYMENT_LOST SEAT_SHOWN_SOLD ");
}

static void test_a_payment_after_the_holds_end(void)
{
    make_good();
    last_of(1)->paid_at = good.second_pay->paid_at = 1402;
    FINDS("PAID_LATE TIME_WRONG ");
}

static void test_a_moment_that_is_another_clocks(void)
{
    make_good();
    good.idle->created_at = reservations[1][0].created_at = 900;
    FINDS("TIME_WRONG ");
    make_good();
    last_of(1)->paid_at = good.second_pay->paid_at = 1320;
    FINDS("TIME_WRONG ");
}

static void test_a_payment_that_was_told_otherwise(void)
{
    make_good();
    good.second_pay->balance = 1;
    FINDS("PAYMENT_WRONG ");
    make_good();
    good.second_pay->payment = 1;
    FINDS("PAYMENT_WRONG ");
}

static void test_a_refund_that_is_gone_or_there_twice(void)
{
    make_good();
    users[0].entry_count--;
    users[0].balance = 1500;
    FINDS("REFUND_LOST ");
    make_good();
    entry(0, "REFUND", 9, PRICE, 2500, 100);
    FINDS("REFUND_TWICE ");
    make_good();
    refused(good.refund, 409);
    FINDS("REFUND_UNASKED STATUS_WRONG SEAT_TWICE SEAT_SHOWN_FREE ");
}

static void test_a_balance_that_does_not_follow(void)
{
    make_good();
    users[0].balance += 1;
    FINDS("BALANCE_WRONG ");
}

static void test_a_hold_that_is_gone_or_changed(void)
{
    make_good();
    held(0, 1500, 103, 3, 1);
    users[0].reservation_count--;
    FINDS("HOLD_LOST ");
    make_good();
    reservations[1][0].seats[0] = 4;
    FINDS("HOLD_WRONG SEAT_SHOWN_FREE ");
}

static void test_a_hold_that_nobody_asked_for_or_made_twice(void)
{
    make_good();
    held(1, 1500, 103, 3, 2);
    refused(history.ops[history.count - 1], 409);
    FINDS("HOLD_UNASKED ");
    make_good();
    unknown(held(1, 1500, 103, 3, 2));
    held(1, 1502, 104, 3, 2);
    refused(history.ops[history.count - 1], 409);
    FINDS("HOLD_UNASKED ");
}

static void test_holds_of_the_best_seats(void)
{
    make_good();
    struct op *op = held(1, 1500, 103, 3, 2);
    op->best = true;
    FINDS("");
    unknown(op)->seats[0] = 0;
    FINDS("");
    op->seat_count = 2;
    FINDS("HOLD_UNASKED ");
}

static void test_a_seat_with_two_holders(void)
{
    make_good();
    held(0, 1150, 103, 2, 5);
    FINDS("SEAT_TWICE ");
    make_good();
    held(0, 1202, 103, 2, 5);
    FINDS("");
}

static void test_a_seat_that_is_sold_twice(void)
{
    make_good();
    users[0].entry_count--; /* the refund never was */
    users[0].balance = 1500;
    history.ops[6]->outcome = OP_REFUSED;
    history.ops[7]->outcome = OP_UNKNOWN;
    strcpy(reservations[0][0].status, "CONFIRMED");
    show.sold++;
    show.available--;
    FINDS("SEAT_TWICE SEAT_SHOWN_FREE ");
}

static void test_a_hold_that_was_given_back_is_free_from_then_on(void)
{
    make_good();
    about(1, OP_RELEASE, 1120, 101);
    strcpy(reservations[1][0].status, "CANCELED");
    held(0, 1125, 103, 2, 5);
    FINDS("");
}

static void test_a_hold_that_was_extended(void)
{
    make_good();
    reservations[1][0].hold_expires_at = 1260;
    FINDS("EXTEND_WRONG ");
    about(1, OP_EXTEND, 1120, 101)->hold_expires_at = 1260;
    FINDS("");
    held(0, 1230, 103, 2, 5);
    FINDS("SEAT_TWICE ");
}

static void test_a_hold_that_ended_without_a_reason(void)
{
    make_good();
    strcpy(reservations[1][0].status, "CANCELED");
    FINDS(""); /* its owner's payment gave it back */
    make_good();
    users[1].reservation_count = 1;
    strcpy(reservations[1][0].status, "CANCELED");
    good.second_hold->outcome = good.second_pay->outcome = OP_REFUSED;
    users[1].entry_count--;
    users[1].balance = 3000;
    show.sold = 0;
    show.available = SEATS_OF_SHOW;
    FINDS("RELEASE_UNASKED SEAT_SHOWN_SOLD ");
    make_good();
    about(1, OP_RELEASE, 1120, 102);
    FINDS("RELEASE_LOST ");
}

static void test_a_state_that_cannot_be(void)
{
    make_good();
    shown(0, 1070, 100, "PENDING");
    FINDS("STATUS_WRONG ");
    make_good();
    shown(0, 1030, 100, "CONFIRMED");
    FINDS("STATUS_WRONG ");
    make_good();
    shown(0, 1095, 100, "CONFIRMED");
    FINDS("STATUS_WRONG ");
    make_good();
    shown(1, 1110, 101, "EXPIRED");
    FINDS("STATUS_WRONG ");
    make_good();
    shown(1, 1250, 101, "PENDING");
    FINDS("STATUS_WRONG ");
}

static void test_seats_that_were_shown_wrong(void)
{
    make_good();
    good.look->letters[0] = 'A';
    FINDS("SEAT_SHOWN_FREE ");
    make_good();
    good.look->letters[0] = 'H';
    FINDS("SEAT_SHOWN_UNSOLD ");
    make_good();
    good.look->letters[3] = 'S';
    FINDS("SEAT_SHOWN_SOLD ");
}

static void test_the_operators_count(void)
{
    make_good();
    show.sold++;
    FINDS("SOLD_COUNT CAPACITY ");
}

static void test_too_many_inside(void)
{
    make_good();
    concert.max_active = 1; /* both were, from 1017 until the first began to pay */
    FINDS("CAP_EXCEEDED ");
    make_good();
    entered(0, 2000, 3, 3000)->concert = CONCERT + 1;
    concert.max_active = 2;
    FINDS("");
}

static void test_a_ticket_of_two(void)
{
    make_good();
    entered(0, 1500, 2, 3000);
    FINDS("TICKET_TWICE ");
}

static void test_an_answer_that_changes(void)
{
    make_good();
    did(0, OP_ECHO, 1500, 1505)->differs = true;
    FINDS("ECHO_DIFFERS ");
}

SUITE(soak_judge, TEST(test_a_good_history_has_nothing_wrong),
      TEST(test_what_had_no_answer_may_have_happened_once), TEST(test_a_charge_that_is_gone),
      TEST(test_a_charge_that_is_there_twice),
      TEST(test_a_charge_that_nobody_asked_for_or_that_was_refused),
      TEST(test_a_charge_that_was_told_otherwise), TEST(test_a_payment_without_an_entry),
      TEST(test_a_payment_that_is_there_twice), TEST(test_a_payment_that_was_refused),
      TEST(test_a_key_that_was_forgotten), TEST(test_a_payment_that_left_no_sale),
      TEST(test_a_payment_after_the_holds_end), TEST(test_a_moment_that_is_another_clocks),
      TEST(test_a_payment_that_was_told_otherwise), TEST(test_a_refund_that_is_gone_or_there_twice),
      TEST(test_a_balance_that_does_not_follow), TEST(test_a_hold_that_is_gone_or_changed),
      TEST(test_a_hold_that_nobody_asked_for_or_made_twice), TEST(test_holds_of_the_best_seats),
      TEST(test_a_seat_with_two_holders), TEST(test_a_seat_that_is_sold_twice),
      TEST(test_a_hold_that_was_given_back_is_free_from_then_on),
      TEST(test_a_hold_that_was_extended), TEST(test_a_hold_that_ended_without_a_reason),
      TEST(test_a_state_that_cannot_be), TEST(test_seats_that_were_shown_wrong),
      TEST(test_the_operators_count), TEST(test_too_many_inside), TEST(test_a_ticket_of_two),
      TEST(test_an_answer_that_changes));
