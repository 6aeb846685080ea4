/* What every domain function works with, and who calls. */
#ifndef FRONTROW_DOMAIN_APP_H
#define FRONTROW_DOMAIN_APP_H

#include "base/config.h"
#include "base/err.h"
#include "base/text.h"
#include <stdbool.h>
#include <stdint.h>

struct db;

/* Most seats in one reservation. */
#define APP_MAX_SEATS 100
/* Most rows in one page of a list. */
#define APP_MAX_PAGE 100

/* What helps the client beside the error itself; set with the error that it belongs to. */
struct problem {
    const char *field;   /* the field or parameter at fault; static or the request's; or NULL */
    int64_t position;    /* of NOT_ADMITTED; -1: none */
    int64_t retry_after; /* seconds; -1: none */
    int64_t balance;     /* of INSUFFICIENT_BALANCE; -1: none */
    int64_t amount;      /* likewise */
    int32_t seat_numbers[APP_MAX_SEATS]; /* of SEAT_TAKEN and SEAT_NOT_FOUND */
    int seat_count;
};

/* One for each process; `problem` is reset with each request. */
struct app {
    const struct config *cfg;
    struct db *db;
    struct problem problem;
};

/* An app whose connection opens at first use; `cfg` must outlive it. NULL if memory is short. */
struct app *app_new(const struct config *cfg);
/* Closes its connection and frees it; NULL is allowed. */
void app_free(struct app *app);

void app_problem_reset(struct app *app);

/* Returns `e` after noting the field at fault: `return app_bad_field(app, e, "amount")`. */
enum err app_field(struct app *app, enum err e, const char *field) MUSTCHECK;

enum token_kind { TOKEN_NONE, TOKEN_USER, TOKEN_QUEUE };

/* The bearer of a checked token. */
struct caller {
    enum token_kind kind;
    struct uuid user; /* sub */
    /* of a user token */
    bool may_charge, service, admin;
    /* of a queue token */
    int64_t concert_id;
    int64_t token_id; /* jti */
    int64_t ticket;   /* tkt; 0: none yet */
    int64_t exp;      /* seconds since the epoch */
};

#endif
