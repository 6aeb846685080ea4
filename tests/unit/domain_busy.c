/*
 * A busy shop: many buyers, two jobs, tiny holds and sessions, and every invariant looked at again
 * and again while it goes on.
 */
#include "base/clock.h"
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/job.h"
#include "domain/payment.h"
#include "domain/queue.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUSY_MS = 6000, SEATS = 100, PRICE = 1000, PROCESSES = 14, JOBS = 2 };

static int64_t concert, schedule, end;

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_nsec = ms * 1000000}, NULL);
}

static enum err look_again_and_again(struct app *app)
{
    while (clock_monotonic_ms() < end) {
        if (!scratch_is_sound(app))
            return ERR_INTERNAL;
        pause_ms(20);
    }
    return ERR_OK;
}

static enum err tick_again_and_again(struct app *app, int i)
{
    char holder[20];
    struct job_report r;
    enum err e = ERR_OK;
    snprintf(holder, sizeof holder, "job %d", i);
    while (e == ERR_OK && clock_monotonic_ms() < end) {
        e = job_tick(app, holder, &r);
        if (e == ERR_OK && random() % 10 == 0)
            e = job_release(app, holder);
        pause_ms(50);
    }
    return e;
}

/* Waits to be let in; ERR_OK, or what ended the wait. */
static enum err come_in(struct app *app, const struct uuid *user, struct caller *caller)
{
    struct queue_ticket t;
    enum err e = queue_join(app, user, concert, &t);
    if (e != ERR_OK)
        return e;
    *caller = (struct caller){.kind = TOKEN_QUEUE,
                              .user = *user,
                              .concert_id = concert,
                              .token_id = t.token_id,
                              .ticket = t.ticket,
                              .exp = t.token_expires_at / 1000};
    while (e == ERR_OK && t.status != QUEUE_ACTIVE && clock_monotonic_ms() < end) {
        if (random() % 200 == 0)
            return queue_leave(app, caller, NULL);
        pause_ms(20);
        e = queue_poll(app, caller, &t);
    }
    return e;
}

/* Holds some seats, dawdles now and then, and ends it in one way or another. */
static enum err shop(struct app *app, const struct caller *caller)
{
    struct hold_request req = {.schedule_id = schedule, .seat_count = 1 + (int)(random() % 3)};
    struct reservation r;
    struct payment p;
    int64_t first = 1 + random() % (SEATS - 3);
    req.best = random() % 3 == 0;
    for (int i = 0; i < req.seat_count; i++)
        req.seats[i] = first + i;
    enum err e = booking_hold(app, caller, &req, NULL, &r);
    if (e != ERR_OK)
        return e;
    reservation_clear(&r);
    if (random() % 3 == 0)
        pause_ms(random() % 999);
    if (random() % 4 == 0) {
        e = booking_extend(app, caller, r.reservation_id, NULL, &r);
        if (e != ERR_OK)
            return e;
        reservation_clear(&r);
    }
    switch (random() % 4) {
    case 0:
        return booking_release(app, caller, r.reservation_id, NULL);
    case 1:
        return queue_leave(app, caller, NULL);
    case 2:
        return ERR_OK; /* goes away without a word */
    default:
        e = payment_pay(app, caller, r.reservation_id, NULL, &p);
        if (e == ERR_OK)
            reservation_clear(&p.reservation);
        return e;
    }
}

/* What a buyer may be told; anything else is a fault of ours. */
static bool is_expected(enum err e)
{
    static const enum err expected[] = {
        ERR_OK,           ERR_SEAT_TAKEN,   ERR_SEAT_LIMIT, ERR_QUEUE_TOKEN_EXPIRED,
        ERR_NOT_ADMITTED, ERR_HOLD_EXPIRED, ERR_SOLD_OUT,   ERR_INSUFFICIENT_BALANCE};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (e == expected[i])
            return true;
    return false;
}

static enum err buy_again_and_again(struct app *app)
{
    struct caller caller;
    struct wallet_charge c;
    struct uuid user;
    enum err e = ERR_OK;
    uuid_random(&user);
    struct caller self = scratch_caller(&user);
    while (is_expected(e) && clock_monotonic_ms() < end) {
        if (random() % 8 == 0) {
            uuid_random(&user);
            self = scratch_caller(&user);
        }
        e = wallet_charge(app, &self, &user, PRICE, NULL, &c);
        if (e == ERR_OK)
            e = come_in(app, &user, &caller);
        for (int i = 0; e == ERR_OK && i < 8; i++)
            e = shop(app, &caller);
    }
    return is_expected(e) ? ERR_OK : e;
}

static enum err take_part(struct app *app, int i, void *arg)
{
    (void)arg;
    srandom((unsigned)i + 1);
    if (i == 0)
        return look_again_and_again(app);
    return i <= JOBS ? tick_again_and_again(app, i) : buy_again_and_again(app);
}

static void test_a_busy_shop_stays_sound(void)
{
    struct app app = scratch_app();
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, SEATS, PRICE);
    scratch_sql(app.db, "UPDATE concert SET hold_seconds = 1, hold_extend_seconds = 1");
    scratch_sql(app.db, "UPDATE queue_state SET max_active = 9, admit_count = 7, "
                        "session_seconds = 2, claim_seconds = 1");
    end = clock_monotonic_ms() + BUSY_MS;
    CU_ASSERT_EQUAL(scratch_at_once(PROCESSES, take_part, NULL, ERR_OK, ERR_COUNT, NULL),
                    PROCESSES);
    CU_ASSERT(scratch_is_sound(&app));
    CU_ASSERT(scratch_int(app.db, "SELECT COUNT(*) FROM reservation WHERE status = 'CONFIRMED'") >
              0);
    CU_ASSERT(scratch_int(app.db, "SELECT COUNT(*) FROM admission") > 3);
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

SUITE(domain_busy, TEST(test_a_busy_shop_stays_sound));
