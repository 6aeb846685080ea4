/*
 * The wallet: a prepaid balance and its ledger. Amounts are in the currency's minor unit.
 *
 * The ledger is only ever inserted into, and only here. A user's entries are numbered from 1 (seq)
 * and each carries a hash over the one before; the text that is hashed is in schema/005_ledger.sql.
 */
#ifndef FRONTROW_DOMAIN_WALLET_H
#define FRONTROW_DOMAIN_WALLET_H

#include "domain/app.h"
#include "domain/idem.h"

#define WALLET_BALANCE_MAX INT64_C(1000000000000)

struct wallet_charge {
    struct uuid user_id;
    int64_t balance, entry_id;
};

struct wallet_entry {
    int64_t seq; /* among the user's, from 1 */
    int64_t entry_id;
    char type[8];   /* CHARGE, PAYMENT or REFUND */
    int64_t amount; /* signed */
    int64_t balance_after;
    int64_t reservation_id; /* 0: none */
    int64_t created_at;
};

/* The user must be known (user_resolve). ERR_USER_NOT_FOUND. */
enum err wallet_balance(struct app *app, const struct uuid *user_id, int64_t *balance) MUSTCHECK;

/* Whether a charge may be of this amount: ERR_INVALID_FIELD if it is out of the configured bounds.
 */
enum err wallet_check_amount(struct app *app, int64_t amount) MUSTCHECK;

/* Adds `amount` (checked against the configured bounds: ERR_INVALID_FIELD) with its ledger entry.
 * ERR_BALANCE_LIMIT, ERR_USER_NOT_FOUND, those of idem_begin, ERR_BUSY. The caller resolves the
 * user in the same way as everywhere: own user made known, another's must be. An operator's for
 * somebody else is written to the audit log (domain/audit.h), and goes alone. */
enum err wallet_charge(struct app *app, const struct caller *caller, const struct uuid *user_id,
                       int64_t amount, struct idem *idem, struct wallet_charge *out) MUSTCHECK;

/* Entries older than `before` (a seq; 0: from the newest), newest first, at most `limit`
 * (<= APP_MAX_PAGE + 1) into `out`. */
enum err wallet_entries(struct app *app, const struct uuid *user_id, int64_t before, int limit,
                        struct wallet_entry *out, int *count) MUSTCHECK;

/* A wallet as it was read before a transaction, with the moment by the database's clock. */
struct wallet_seen {
    int64_t balance, entries, now;
    unsigned char entry_hash[32]; /* of the newest */
};

/* What the wallet holds once an entry of `amount`, which may be negative, has been added to what
 * was seen. ERR_DB_RETRY if its balance would leave its bounds. */
struct wallet_next {
    int64_t balance, entries;
    unsigned char entry_hash[32];
};
enum err wallet_next(const struct uuid *user_id, const struct wallet_seen *seen, const char *type,
                     int64_t amount, int64_t reservation_id, struct wallet_next *out) MUSTCHECK;

/*
 * wallet_debit() and the like for a wallet that has been seen: adds `amount`, which may be
 * negative, and writes the entry of that moment. ERR_DB_RETRY, and the transaction must end, if the
 * wallet is not as it was seen, or its balance would leave its bounds.
 */
enum err wallet_move_seen(struct app *app, const struct uuid *user_id,
                          const struct wallet_seen *seen, const char *type, int64_t amount,
                          int64_t reservation_id, int64_t *balance) MUSTCHECK;

/*
 * Inside a transaction, for payments: takes `amount` (>= 0) from the wallet and writes the PAYMENT
 * entry. ERR_INSUFFICIENT_BALANCE with balance and amount in app->problem.
 */
enum err wallet_debit(struct app *app, const struct uuid *user_id, int64_t amount,
                      int64_t reservation_id, int64_t *balance) MUSTCHECK;

/*
 * Inside a transaction, for refunds: adds `amount` (>= 0) to the wallet and writes the REFUND
 * entry. ERR_BALANCE_LIMIT.
 */
enum err wallet_refund(struct app *app, const struct uuid *user_id, int64_t amount,
                       int64_t reservation_id, int64_t *balance) MUSTCHECK;

#endif
