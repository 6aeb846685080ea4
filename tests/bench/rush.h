/* The buyers of bench-rush and what they ask; see rush.c. */
#ifndef FRONTROW_TESTS_RUSH_H
#define FRONTROW_TESTS_RUSH_H

#include <stddef.h>
#include <stdint.h>

#define RUSH_TOKEN_SIZE 700

enum step { JOIN, POLL, SEATS, HOLD, CHARGE, PAY, STEPS };

struct buyer {
    struct buyer *next; /* in a slot of the wheel, or among the free */
    int64_t due_us;     /* when its next request should go */
    enum step step;
    int refused; /* answers of 503 or 429 in a row */
    int rounds;  /* of the wheel until it is due */
    int64_t reservation, amount;
    char user[37], user_token[RUSH_TOKEN_SIZE], token[RUSH_TOKEN_SIZE];
};

/* Reads the key of user tokens from frontrow.conf; `which` concert is wanted, and the schedules
 * from `first` to `last`. Ends the program if it cannot. */
void rush_prepare(const char *config, int64_t which, int64_t first, int64_t last);

/* Makes the buyer a new user, with a token that may charge. */
void rush_make_user(struct buyer *b);

/* Writes the request of the buyer's next step to `out`, of `cap` bytes; its length. */
int rush_request(const struct buyer *b, char *out, size_t cap);

#endif
