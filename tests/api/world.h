/*
 * What tests stand on: users, concerts, schedules, visitors of a queue, and stages where somebody
 * is already inside. Each call makes something new that no other test sees.
 *
 * A step that fails ends the test.
 */
#ifndef FRONTROW_TESTS_WORLD_H
#define FRONTROW_TESTS_WORLD_H

#include "api.h"
#include "token.h"

/* A buyer: may charge its own wallet. */
struct user {
    char id[37];
    char token[600]; /* the user token */
    char queue[800]; /* the queue token, once it has joined */
    int64_t ticket;
};

struct user world_user(void);

/* Puts money into the user's wallet, any amount from 1 up. */
void world_charge(const struct user *u, int64_t amount);
int64_t world_balance(const struct user *u);

/*
 * A new concert. `members` are further members of the body, or NULL, in the manner of
 * "'holdSeconds':2,'queue':{'admitCount':1}" (with ' for "). The two short forms give the
 * members of `queue` alone, the second also pauses it: joins, but no admission.
 */
int64_t world_concert(const char *members);
int64_t world_queue(const char *queue_members);
int64_t world_paused(const char *queue_members);

/* Sets the queue's state. */
void world_set_state(int64_t concert, const char *state);

/* A new schedule that starts in a day: `count` seats of one price, or with members as above. */
int64_t world_schedule(int64_t concert, int count, int64_t price);
int64_t world_schedule_with(int64_t concert, const char *members);

/* The request to join, for those who expect something else than success. */
const struct api_res *world_try_join(const struct user *u, int64_t concert);
/* Joins and keeps token and ticket in *u. */
void world_join(struct user *u, int64_t concert);
const struct api_res *world_poll(const struct user *u);
bool world_is_active(const struct user *u);

/* Joins and waits until all n are inside, at most `seconds`. */
void world_enter(struct user *u, size_t n, int64_t concert);

/*
 * A concert with one schedule of ten seats at 1000 each, and three visitors inside with an empty
 * wallet. Made in batches, since being let in takes a tick; each is given out once.
 */
#define STAGE_USERS 3
#define STAGE_SEATS 10
#define STAGE_PRICE INT64_C(1000)
struct stage {
    int64_t concert, schedule;
    struct user u[STAGE_USERS];
};
struct stage world_stage(void);

/* POST /reservations for seats written as "1,2". */
const struct api_res *world_hold(const struct user *u, int64_t schedule, const char *seats);
/* The same, which must succeed; the reservation's id. */
int64_t world_held(const struct user *u, int64_t schedule, const char *seats);
const struct api_res *world_pay(const struct user *u, int64_t reservation);
/* Holds, charges what it costs, and pays; the reservation's id. */
int64_t world_bought(const struct user *u, int64_t schedule, const char *seats);

/* The status of a seat, asked with a token of somebody inside. */
const char *world_seat(const struct user *u, int64_t schedule, int number);

#endif
