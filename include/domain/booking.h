/* Reservations: holding seats, showing and giving back. */
#ifndef FRONTROW_DOMAIN_BOOKING_H
#define FRONTROW_DOMAIN_BOOKING_H

#include "domain/app.h"
#include "domain/idem.h"
#include "domain/schedule.h"

struct reservation_seat {
    int64_t seat_id;
    int32_t seat_number;
    char section[SCHEDULE_SECTION_SIZE]; /* "": none */
    char row[SCHEDULE_ROW_SIZE];         /* "": none */
    int64_t price;
};

struct reservation {
    int64_t reservation_id;
    char status[10]; /* PENDING, CONFIRMED, REFUNDED, EXPIRED, CANCELED: as of now */
    struct uuid user_id;
    int64_t concert_id, schedule_id;
    int64_t starts_at, amount, created_at, hold_expires_at;
    int64_t payment_id; /* 0 until paid */
    int64_t paid_at;    /* -1 until paid */
    struct reservation_seat *seats;
    int seat_count;
};

/* Frees what a reservation owns, not itself. */
void reservation_clear(struct reservation *r);

/* What to hold: a schedule (by id, or by concert and day) and its seats: by number, by id, or the
 * best of those that are free (see domain/best_seats.h). */
struct hold_request {
    int64_t schedule_id; /* 0: by concert and day */
    int64_t concert_id;
    char date[CLOCK_DATE_SIZE];
    bool best;  /* the best seat_count of the schedule; seats[] says nothing */
    bool by_id; /* what seats[] holds: ids or numbers */
    int64_t seats[APP_MAX_SEATS];
    int seat_count; /* at least 1, no two alike */
};

/*
 * Holds all the seats or none. In this order: idem's, WRONG_CONCERT, QUEUE_TOKEN_EXPIRED,
 * NOT_ADMITTED, SCHEDULE_NOT_FOUND, SEAT_NOT_FOUND, AMBIGUOUS_DATE, BOOKING_NOT_OPEN,
 * BOOKING_CLOSED, SEAT_TAKEN (with seat_numbers; the best: fewer are free), SEAT_LIMIT. On success
 * *out is filled; release it with reservation_clear.
 */
enum err booking_hold(struct app *app, const struct caller *caller, const struct hold_request *req,
                      struct idem *idem, struct reservation *out) MUSTCHECK;

/*
 * Moves the end of a hold, once, by the concert's hold_extend_seconds, and the session's end with
 * it. In this order: idem's, WRONG_CONCERT, QUEUE_TOKEN_EXPIRED (after the session's first end
 * too), NOT_ADMITTED, RESERVATION_NOT_FOUND, NOT_EXTENDABLE (also where the setting is 0 or the
 * show is canceled), HOLD_EXPIRED. On success *out is filled; release it with reservation_clear.
 */
enum err booking_extend(struct app *app, const struct caller *caller, int64_t id, struct idem *idem,
                        struct reservation *out) MUSTCHECK;

/* The owner's reservation; `id` 0 is no id. With a queue token: WRONG_CONCERT,
 * QUEUE_TOKEN_EXPIRED; then RESERVATION_NOT_FOUND. */
enum err booking_get(struct app *app, const struct caller *caller, int64_t id,
                     struct reservation *out) MUSTCHECK;

/* Anybody's, for the operator. RESERVATION_NOT_FOUND. */
enum err booking_find(struct app *app, int64_t id, struct reservation *out) MUSTCHECK;

/* Gives a hold back. Nothing to do for one that is over: ERR_OK. ERR_ALREADY_PAID. */
enum err booking_release(struct app *app, const struct caller *caller, int64_t id,
                         struct idem *idem) MUSTCHECK;

/* The user's reservations older than `before` (an id; 0: from the newest), newest first, at most
 * `limit` (<= APP_MAX_PAGE + 1) into out; clear each with reservation_clear. */
enum err booking_list(struct app *app, const struct uuid *user_id, int64_t before, int limit,
                      struct reservation *out, int *count) MUSTCHECK;

/* Inside a transaction, the queue token's row locked: gives back the user's pending holds of the
 * concert except `keep` (0: none kept). */
enum err booking_release_others(struct app *app, const struct uuid *user_id, int64_t concert_id,
                                int64_t keep) MUSTCHECK;

/* Inside or outside a transaction: the seats of a reservation, into r->seats. */
enum err booking_read_seats(struct app *app, struct reservation *r) MUSTCHECK;

#endif
