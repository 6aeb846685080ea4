/* Schedules and their seats. */
#ifndef FRONTROW_DOMAIN_SCHEDULE_H
#define FRONTROW_DOMAIN_SCHEDULE_H

#include "base/clock.h"
#include "domain/app.h"

/* 200 and 10 characters of UTF-8, each with a zero. */
#define SCHEDULE_SECTION_SIZE 801
#define SCHEDULE_ROW_SIZE     41
#define SCHEDULE_MAX_SEATS    100000
#define SCHEDULE_MAX_PRICE    1000000000
#define SCHEDULE_MAX_SECTIONS 200

struct schedule {
    int64_t schedule_id, concert_id;
    char date[CLOCK_DATE_SIZE];
    int64_t starts_at, booking_opens_at, booking_closes_at, refund_closes_at;
    int64_t capacity;
    int64_t canceled_at;                           /* -1: not */
    int64_t cancel_total, cancel_done;             /* reservations, see domain/cancel.h */
    int64_t available_seats, min_price, max_price; /* for buyers */
    int32_t edition; /* grows with each change of the show or its seats; 0: as it was made */
};

/* One block of seats to make; rows * seats_per_row of them, numbered row by row. */
struct schedule_section {
    char name[SCHEDULE_SECTION_SIZE]; /* "": none, and no row either */
    int64_t rows, seats_per_row, price;
    int32_t *blocked; /* positions within the section, from 1; owned by who filled it in */
    int blocked_count;
};

struct schedule_new {
    int64_t starts_at;
    int64_t booking_opens_at, booking_closes_at, refund_closes_at; /* -1: the default */
    struct schedule_section *sections;
    int section_count;
};

typedef void schedule_render_fn(const struct schedule *s, struct text_buf *out);

/* Makes a schedule with all its seats, and the audit entry. ERR_CONCERT_NOT_FOUND;
 * ERR_INVALID_FIELD if the seats exceed SCHEDULE_MAX_SEATS or the times contradict each other. */
enum err schedule_create(struct app *app, const struct caller *caller, int64_t concert_id,
                         const struct schedule_new *n, schedule_render_fn *render,
                         struct schedule *out) MUSTCHECK;

/* As the operator sees it. ERR_SCHEDULE_NOT_FOUND. */
enum err schedule_get(struct app *app, int64_t schedule_id, struct schedule *out) MUSTCHECK;

/* The moments of a show, and which of them a change carries: one bit each. */
struct schedule_times {
    int64_t starts_at;
    int64_t booking_opens_at, booking_closes_at, refund_closes_at; /* -1: the default */
};
enum schedule_field {
    SCHEDULE_HAS_STARTS = 1 << 0,
    SCHEDULE_HAS_BOOKING_OPENS = 1 << 1,
    SCHEDULE_HAS_BOOKING_CLOSES = 1 << 2,
    SCHEDULE_HAS_REFUND_CLOSES = 1 << 3
};

/*
 * Changes the moments of `fields`. Booking or refunds that ended with the start end with the new
 * one, unless another end is given; the day follows too. With its entry in the audit log.
 * ERR_INVALID_FIELD if the given times contradict each other, ERR_SCHEDULE_NOT_FOUND,
 * ERR_BOOKING_CLOSED (a canceled show), ERR_INVALID_FIELD if they contradict those of the show.
 */
enum err schedule_patch(struct app *app, const struct caller *caller, int64_t schedule_id,
                        unsigned fields, const struct schedule_times *times,
                        schedule_render_fn *render, struct schedule *out) MUSTCHECK;

/* Called with each schedule; anything but ERR_OK ends the listing. */
typedef enum err schedule_fn(const struct schedule *s, void *arg);

/* For buyers inside, by time: those that can be booked now; with `all` also those sold out or not
 * yet open. `concert_id` 0: a path that is no concert's id (ERR_CONCERT_NOT_FOUND after the token's
 * state). Errors of queue_require_inside. */
enum err schedule_list(struct app *app, const struct caller *caller, int64_t concert_id, bool all,
                       schedule_fn *fn, void *arg) MUSTCHECK;

#endif
