/* Concerts and the settings of their queues, as operators and the public see them. */
#ifndef FRONTROW_DOMAIN_CONCERT_H
#define FRONTROW_DOMAIN_CONCERT_H

#include "domain/app.h"
#include "domain/queue.h"
#include "domain/user.h"

/* 1,000 characters of UTF-8 and a zero. */
#define CONCERT_MESSAGE_SIZE 4001
#define CONCERT_ZONE_SIZE    65

/* X(member, default, minimum, maximum): the integer settings, of the concert and of its queue. */
#define CONCERT_SETTING_LIST(X)                                                                    \
    X(hold_seconds, 300, 1, 86400)                                                                 \
    X(hold_extend_seconds, 120, 0, 86400)                                                          \
    X(max_seats_per_user, 4, 1, 100)
#define CONCERT_QUEUE_SETTING_LIST(X)                                                              \
    X(admit_count, 50, 1, 100000)                                                                  \
    X(admit_interval_seconds, 1, 1, 86400)                                                         \
    X(max_active, 500, 0, 1000000)                                                                 \
    X(session_seconds, 600, 1, 86400)                                                              \
    X(claim_seconds, 60, 0, 86400)                                                                 \
    X(token_lifetime_seconds, 86400, 1, 604800)

/* A concert as its operator sees and sets it. */
struct concert {
    int64_t concert_id;
    char title[APP_NAME_SIZE];
    char artist[APP_NAME_SIZE]; /* "" : none */
    char host[APP_NAME_SIZE];   /* "" : none */
    char time_zone[CONCERT_ZONE_SIZE];
#define CONCERT_MEMBER(name, ...) int64_t name;
    CONCERT_SETTING_LIST(CONCERT_MEMBER)
    CONCERT_QUEUE_SETTING_LIST(CONCERT_MEMBER)
#undef CONCERT_MEMBER
    enum queue_condition state;            /* as set: OPEN, PAUSED, DRAINING, CLOSED; in answers
                                              as shown, so also SOLD_OUT and PREQUEUE */
    int64_t opens_at;                      /* -1: none */
    char message_ko[CONCERT_MESSAGE_SIZE]; /* "" : none */
    char message_en[CONCERT_MESSAGE_SIZE];
};

/* Which members a change carries: one bit each. */
enum concert_field {
    CONCERT_HAS_TITLE = 1 << 0,
    CONCERT_HAS_ARTIST = 1 << 1,
    CONCERT_HAS_HOST = 1 << 2,
    CONCERT_HAS_TIME_ZONE = 1 << 3,
    CONCERT_HAS_HOLD_SECONDS = 1 << 4,
    CONCERT_HAS_HOLD_EXTEND_SECONDS = 1 << 5,
    CONCERT_HAS_MAX_SEATS_PER_USER = 1 << 6,
    CONCERT_HAS_ADMIT_COUNT = 1 << 7,
    CONCERT_HAS_ADMIT_INTERVAL_SECONDS = 1 << 8,
    CONCERT_HAS_MAX_ACTIVE = 1 << 9,
    CONCERT_HAS_SESSION_SECONDS = 1 << 10,
    CONCERT_HAS_CLAIM_SECONDS = 1 << 11,
    CONCERT_HAS_TOKEN_LIFETIME_SECONDS = 1 << 12,
    CONCERT_HAS_STATE = 1 << 13,
    CONCERT_HAS_MESSAGE = 1 << 14,
    CONCERT_HAS_OPENS_AT = 1 << 15
};

/* Fills in every default (time zone from the configuration), state OPEN, no texts. */
void concert_defaults(const struct config *cfg, struct concert *out);

/* Writes a concert or a schedule as JSON for the audit log. */
typedef void concert_render_fn(const struct concert *c, struct text_buf *out);

/* Makes a concert with its queue, which opens at once or has a pre-queue until opens_at, and writes
 * the audit entry. `c` is complete and checked against the bounds; out->concert_id is set.
 * ERR_INVALID_FIELD for an unknown zone. */
enum err concert_create(struct app *app, const struct caller *caller, const struct concert *c,
                        concert_render_fn *render, struct concert *out) MUSTCHECK;

/*
 * Changes the members of `fields` to those of `change`. A return to OPEN starts the batches anew;
 * another time zone moves the schedules' dates. An opens_at in the future begins a pre-queue, or
 * moves the opening of the one there is; none, or one in the past, opens that at once. What it was
 * goes to *before, which may be NULL. ERR_CONCERT_NOT_FOUND, ERR_INVALID_FIELD; ERR_BUSY for a new
 * pre-queue while the numbers of the last one are being given.
 */
enum err concert_patch(struct app *app, const struct caller *caller, int64_t concert_id,
                       unsigned fields, const struct concert *change, concert_render_fn *render,
                       struct concert *before, struct concert *out) MUSTCHECK;

/* As the operator sees it. ERR_CONCERT_NOT_FOUND. */
enum err concert_get(struct app *app, int64_t concert_id, struct concert *out) MUSTCHECK;

/* A concert as the public sees it. */
struct concert_listing {
    int64_t concert_id;
    char title[APP_NAME_SIZE], artist[APP_NAME_SIZE], host[APP_NAME_SIZE];
    char time_zone[CONCERT_ZONE_SIZE];
    int64_t next_starts_at; /* -1: no show to come */
    enum queue_condition state;
};

/* Concerts with a show to come, by the next show and then by id, from after the pair
 * (after_starts_at, after_id) (both 0: from the first); at most `limit` (<= APP_MAX_PAGE + 1). */
enum err concert_list(struct app *app, int64_t after_starts_at, int64_t after_id, int limit,
                      struct concert_listing *out, int *count) MUSTCHECK;

/* One of them, also without a show to come. ERR_CONCERT_NOT_FOUND. */
enum err concert_listing_get(struct app *app, int64_t concert_id,
                             struct concert_listing *out) MUSTCHECK;

struct concert_stats_schedule {
    int64_t schedule_id, available, held, sold, blocked, revenue;
};

struct concert_stats {
    int64_t waiting, active, now_serving, last_ticket;
    int64_t admitted_last_minute, sold_last_minute; /* people; seats */
    struct concert_stats_schedule *schedules;       /* free() it */
    int count;
};

/* ERR_CONCERT_NOT_FOUND. */
enum err concert_stats(struct app *app, int64_t concert_id, struct concert_stats *out) MUSTCHECK;

#endif
