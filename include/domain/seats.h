/* The states of a schedule's seats, for those who are inside. */
#ifndef FRONTROW_DOMAIN_SEATS_H
#define FRONTROW_DOMAIN_SEATS_H

#include "domain/app.h"
#include "domain/hall.h"

/* A schedule's seats at one moment: how they lie, and a letter for each in the order of their
 * numbers, A for AVAILABLE, H for HELD, S for SOLD, B for BLOCKED. A hold that is over is an A. */
struct seats {
    struct hall hall;
    char *letters; /* hall.facts.capacity of them, and a zero */
};

/* Shows of one day at the most. */
#define SEATS_DAY_MAX 100

/* "AVAILABLE" for 'A', and so on; static storage. */
const char *seats_state_name(char letter);

/* Reads them; the caller frees what has been read. ERR_SCHEDULE_NOT_FOUND and the errors of
 * queue_require_inside, in the contract's order. */
enum err seats_read(struct app *app, const struct caller *caller, int64_t schedule_id,
                    struct seats *out) MUSTCHECK;
/* A zeroed one is allowed. */
void seats_free(struct seats *s);

/* Called with each schedule; anything but ERR_OK ends the listing. */
typedef enum err seats_fn(const struct seats *s, void *arg);

/* The same for each show of a day that is not canceled, by time; none: ERR_OK. Nothing reaches `fn`
 * before all checks have passed. `concert_id` 0: a path that is no concert's id
 * (ERR_CONCERT_NOT_FOUND after the token's state). */
enum err seats_read_day(struct app *app, const struct caller *caller, int64_t concert_id,
                        const char *date, seats_fn *fn, void *arg) MUSTCHECK;

/* Only which shows these are: their ids, by time. */
enum err seats_shows_of_day(struct app *app, const struct caller *caller, int64_t concert_id,
                            const char *date, int64_t shows[SEATS_DAY_MAX], int *count) MUSTCHECK;

#endif
