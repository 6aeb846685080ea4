/*
 * The checker: proves from the clients' history and from what the product says in the end that
 * nothing was sold twice and nothing was lost. It talks to nobody, so that hand-made histories test
 * it.
 *
 * What it takes for certain is only what follows from the answers. An operation without an answer
 * may have happened, once, at any time after it began; one that was refused at its first attempt
 * has not.
 */
#ifndef FRONTROW_TESTS_SOAK_JUDGE_H
#define FRONTROW_TESTS_SOAK_JUDGE_H

#include "soak/history.h"

/* A user's ledger entry as the product lists it. */
struct final_entry {
    int64_t entry, amount, balance_after, reservation, created_at; /* reservation 0: none */
    char type[16];
};

/* A user's reservation as the product lists it. */
struct final_reservation {
    int64_t reservation, concert, schedule, amount, created_at, hold_expires_at, paid_at, payment;
    char status[16];
    int32_t seats[HISTORY_SEATS];
    int seat_count;
    const struct op *hold; /* for the judge: the operation that made it */
};

/* What a user has in the end. */
struct final_user {
    int64_t balance;
    struct final_entry *entries; /* oldest first */
    size_t entry_count;
    struct final_reservation *reservations; /* oldest first */
    size_t reservation_count;
};

/* A schedule: what it was made with, and the operator's count in the end. */
struct final_schedule {
    int64_t concert, schedule, capacity, available, held, sold;
};

struct final_concert {
    int64_t concert, max_active; /* 0: no cap */
};

struct final_state {
    struct final_user *users;
    size_t user_count;
    struct final_schedule *schedules;
    size_t schedule_count;
    struct final_concert *concerts;
    size_t concert_count;
};

/* Called for each thing that is wrong: its kind, in capitals, and a sentence. */
typedef void judge_fn(void *arg, const char *kind, const char *text);

struct judge {
    const struct history *history;
    struct final_state *final;
    judge_fn *say;
    void *arg;
    size_t found;
};

/* Judges all; how many things are wrong. */
size_t judge_all(const struct history *h, struct final_state *f, judge_fn *say, void *arg);

/* The parts of it. */
void judge_money(struct judge *j);        /* charges, payments, refunds, balances */
void judge_reservations(struct judge *j); /* holds, their ends, what was shown of them */
void judge_seats(struct judge *j);        /* no seat has two owners at any time */
void judge_places(struct judge *j);       /* tickets, people inside */

/* --- For the parts --- */

/* The operations of the kinds in `kinds` (1 << OP_...), sorted; free() the array. */
struct op **judge_pick(const struct judge *j, unsigned kinds,
                       int (*compare)(const void *a, const void *b), size_t *count);

/* By user, then reservation, then beginning. */
int judge_by_reservation(const void *a, const void *b);

/* The first of the sorted operations of that user and reservation; *count of them follow. */
struct op **judge_of_reservation(struct op **sorted, size_t all, int user, int64_t reservation,
                                 size_t *count);

/* By user, then concert, then ticket. */
int judge_by_place(const void *a, const void *b);

/*
 * When the place with that ticket may have ended first, by leaving or paying: the earliest moment
 * from which one of the operations (sorted by place) may have had its effect. INT64_MAX: never.
 */
int64_t judge_place_end(struct op **sorted, size_t all, int user, int64_t concert, int64_t ticket);

/*
 * `op` has had its effect at that moment: whether it was asked again after that with its key, and
 * refused instead of given the first answer. By then the effect was committed, or its transaction
 * held the key, and nobody else could settle it.
 */
bool judge_forgot(const struct op *op, int64_t at);

/* Says that something is wrong. */
void judge_say(struct judge *j, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
