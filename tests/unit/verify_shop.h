/* A shop with something of everything, and what verify says of it. */
#ifndef FRONTROW_TESTS_VERIFY_SHOP_H
#define FRONTROW_TESTS_VERIFY_SHOP_H

#include "domain/app.h"
#include <stdbool.h>

/* Nothing in it is broken. Seats are numbered from 1, at 1000 each. */
struct verify_shop {
    struct app app;
    int64_t concert, schedule, first_seat;
    struct uuid buyer;    /* charged 5000 (entry 1) and paid for two seats (2) */
    struct uuid guest;    /* charged 3000 (1), paid (2), got it back (3), charged 500 (4) */
    struct uuid holder;   /* has no money */
    int64_t paid;         /* the buyer's: seats 1 and 2 */
    int64_t held;         /* the holder's: seat 3 */
    int64_t over, over_2; /* holds that are over: seat 4, and seat 5, which somebody had since */
    int64_t refunded;     /* the guest's: seat 6; 10 is BLOCKED, the others are free */
    int64_t admission;    /* a batch of two people, as many as the cap allows */
};
extern struct verify_shop verify_shop;

/* Makes it anew, on an emptied database whose rules are lifted, see scratch_lift_rules. */
void verify_shop_open(void);
/* Empties the database, also of what was kept. */
void verify_shop_close(void);

/* Keeps all rows aside, and puts them back as they were kept; sooner done than to make a new shop.
 */
void verify_shop_keep(void);
void verify_shop_restore(void);

/* What verify prints, to be freed; *faults is its count. */
char *verify_shop_say(int64_t *faults);

/* Whether `said` has a text; tells what was said if not. */
bool verify_shop_says(const char *said, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes `text` with the shop's own for its marks: @1 to @9 are seats; @C concert, @S schedule,
 * @A admission; @P paid, @H held, @O over, @R refunded; @B buyer, @G guest and @N holder as
 * literals of SQL, and @b, @g and @n as texts. */
void verify_shop_expand(const char *text, char *out, size_t cap);

#endif
