/* What a load does: the kinds of work, the rows to do it with, and the requests made of them. */
#ifndef FRONTROW_TESTS_BENCH_WORK_H
#define FRONTROW_TESTS_BENCH_WORK_H

#include "base/config.h"
#include "base/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* WORK_BUY holds and pays what it holds. */
enum work_kind {
    WORK_GET,
    WORK_POLL,
    WORK_SEATS,
    WORK_ENTRIES,
    WORK_JOIN,
    WORK_HOLD,
    WORK_PAY,
    WORK_BUY,
    WORK_CHARGE,
    WORK_KINDS
};

/* Who does it with what; 0 where it does not matter. */
struct work_row {
    struct uuid user;
    int64_t concert_id, token_id, ticket, schedule_id;
    int64_t number; /* of the seat, or of the reservation to pay */
};

/* A request as it is sent. `hole` is where the reservation's number goes, WORK_HOLE bytes. */
struct work_request {
    char *text;
    size_t len;
    size_t hole; /* 0: none */
};

/* Room for the number of a reservation in a request; JSON allows the blanks before it. */
#define WORK_HOLE 20

/* What is charged, and what each prepared seat costs. */
#define WORK_AMOUNT 1000

/* False for a name that is none. */
bool work_kind_parse(const char *name, enum work_kind *out);

/* Whether a row can be used once only. */
bool work_is_once(enum work_kind kind);

/* The status that its answer must have. */
int work_status(enum work_kind kind);

/*
 * Reads rows from a file, one a line: user in hex (or "-": a fresh one), concert, token, ticket,
 * schedule and number, divided by tabs. The caller frees *rows. False, having said why, if it
 * cannot or there is none.
 */
bool work_read(const char *path, struct work_row **rows, size_t *count);

/*
 * Makes the request of a row, with its token. `path` and `host` may be NULL: the kind's own path,
 * which WORK_GET has not, and "localhost". For WORK_PAY without a number in the row the request has
 * a hole. Free text. False if a token cannot be made.
 */
bool work_request(const struct config *cfg, enum work_kind kind, const struct work_row *row,
                  const char *path, const char *host, struct work_request *out);

#endif
