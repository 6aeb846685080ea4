/*
 * What the clients asked and were told: one record for each operation, however often it was sent.
 *
 * Times are the host's clock, which the database goes by as well, in milliseconds since 1970. An
 * operation begins before its first request is sent and ends when its last answer has been read.
 */
#ifndef FRONTROW_TESTS_SOAK_HISTORY_H
#define FRONTROW_TESTS_SOAK_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { HISTORY_SEATS = 8, HISTORY_CODE = 32 };

/* X(enumerator, name) */
/* clang-format off */
#define OP_LIST(X)                                                                                 \
    X(CHARGE, "charge") X(JOIN, "join") X(POLL, "poll") X(SEATS, "seats") X(HOLD, "hold")          \
    X(EXTEND, "extend") X(PAY, "pay") X(REFUND, "refund") X(RELEASE, "release") X(LEAVE, "leave")  \
    X(SHOW, "show") X(ECHO, "echo")
/* clang-format on */

enum op_kind {
#define OP_ENUM(name, text) OP_##name,
    OP_LIST(OP_ENUM)
#undef OP_ENUM
        OP_KINDS
};

enum op_outcome {
    OP_UNKNOWN, /* no answer that settles it */
    OP_OK,      /* 2xx */
    OP_REFUSED  /* a 4xx that settles it */
};

/* One operation. Members that do not concern it, or were not told, are 0. */
struct op {
    enum op_kind kind;
    enum op_outcome outcome;
    int user;
    int attempts;
    bool doubtful; /* an attempt before the last one had no answer: it may still have had effect */
    bool replayed; /* the answer was the kept one */
    bool differs;  /* OP_ECHO: the answer was not the first one */
    int status;
    char code[HISTORY_CODE];
    char state[16]; /* the reservation's or the place's status, as told */
    int64_t begun, ended;
    int64_t last_begun; /* its last attempt */

    int64_t concert, schedule, reservation, amount;
    int32_t seats[HISTORY_SEATS]; /* seat numbers: those asked for, then those got */
    int seat_count;               /* with best seats only how many, until they are told */
    bool best;                    /* asked for the best ones */
    int64_t entry, balance, payment;
    int64_t created_at, hold_expires_at, paid_at;
    int64_t ticket, session_expires_at;
    char *letters; /* OP_SEATS: one for each seat from number 1: A, H, S or B */
};

struct history {
    struct op **ops; /* in the order in which they began; each stays where it is */
    size_t count, capacity;
    FILE *file; /* NULL: kept in memory alone */
};

const char *op_name(enum op_kind kind);
const char *op_outcome_name(enum op_outcome outcome);

/* Whether the operation cannot have had any effect. */
bool op_without_effect(const struct op *op);

/* Adds a copy. The record belongs to the history. */
struct op *history_add(struct history *h, const struct op *op);

/* Writes a line of JSON about it: its event ("begin", "again", "end") and what is known by now. */
void history_note(struct history *h, const struct op *op, const char *event);

void history_free(struct history *h);

#endif
