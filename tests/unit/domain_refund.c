/* Refunds: everything or nothing, once, until the very moment, and never beyond a wallet's bound.
 */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "domain/refund.h"
#include "domain/wallet.h"
#include "suite.h"
#include <string.h>

static struct app app;
static int64_t concert, schedule, ticket;

static void open_till(int64_t price)
{
    app = scratch_app();
    app_problem_reset(&app);
    scratch_wipe(app.db);
    concert = scratch_concert(app.db);
    schedule = scratch_schedule(app.db, concert, 10, price);
    ticket = 0;
}

static void close_till(void)
{
    CU_ASSERT(scratch_is_sound(&app));
    scratch_wipe(app.db);
    scratch_app_close(&app);
}

/* Somebody who has paid for `count` seats and has nothing left but `rest`. */
struct buyer {
    struct caller caller; /* by their user token */
    int64_t reservation;
};

static struct buyer buyer(int from, int count, int64_t price, int64_t rest)
{
    struct uuid user = scratch_user(app.db, count * price + rest);
    struct caller inside = scratch_inside(app.db, &user, concert, ++ticket, 600);
    struct hold_request req = {.schedule_id = schedule, .seat_count = count};
    struct reservation r;
    struct payment p;
    for (int i = 0; i < count; i++)
        req.seats[i] = from + i;
    CU_ASSERT_EQUAL_FATAL(booking_hold(&app, &inside, &req, NULL, &r), ERR_OK);
    reservation_clear(&r);
    CU_ASSERT_EQUAL_FATAL(payment_pay(&app, &inside, r.reservation_id, NULL, &p), ERR_OK);
    reservation_clear(&p.reservation);
    return (struct buyer){scratch_caller(&user), r.reservation_id};
}

static enum err refund(const struct caller *caller, int64_t id)
{
    struct refund r;
    app_problem_reset(&app);
    enum err e = refund_reservation(&app, caller, id, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r.reservation);
    return e;
}

static int64_t rows(const char *condition)
{
    return scratch_int(app.db, "SELECT COUNT(*) FROM %s", condition);
}

static int64_t balance(const struct caller *caller)
{
    return scratch_int(app.db, "SELECT balance FROM wallet WHERE user_id = %s",
                       scratch_hex(&caller->user));
}

static void test_a_refund_does_everything(void)
{
    open_till(1000);
    struct buyer b = buyer(2, 3, 1000, 50);
    struct refund r;
    CU_ASSERT_EQUAL_FATAL(refund_reservation(&app, &b.caller, b.reservation, NULL, &r), ERR_OK);
    CU_ASSERT_EQUAL(r.balance, 3050);
    CU_ASSERT_EQUAL(r.reservation.reservation_id, b.reservation);
    CU_ASSERT_STRING_EQUAL(r.reservation.status, "REFUNDED");
    CU_ASSERT_EQUAL(r.reservation.seat_count, 3);
    CU_ASSERT_EQUAL(r.reservation.seats[2].seat_number, 4);
    CU_ASSERT(r.reservation.payment_id > 0);
    CU_ASSERT(r.reservation.paid_at > 0);
    CU_ASSERT(r.reservation.starts_at > r.reservation.paid_at);
    reservation_clear(&r.reservation);
    CU_ASSERT_EQUAL(balance(&b.caller), 3050);
    CU_ASSERT_EQUAL(rows("reservation WHERE status = 'REFUNDED' AND paid_at IS NOT NULL "
                         "AND ended_at IS NOT NULL"),
                    1);
    CU_ASSERT_EQUAL(rows("payment WHERE status = 'REFUNDED'"), 1);
    CU_ASSERT_EQUAL(rows("seat WHERE status <> 'AVAILABLE'"), 0);
    CU_ASSERT_EQUAL(rows("wallet_entry WHERE type = 'REFUND' AND amount = 3000 "
                         "AND balance_after = 3050"),
                    1);
    CU_ASSERT_EQUAL(rows("outbox WHERE type = 'reservation.refunded'"), 1);
    close_till();
}

static void move_closing(int64_t ms)
{
    scratch_sql(app.db,
                "UPDATE schedule SET refund_closes_at = "
                "'1970-01-01 00:00:00.000' + INTERVAL %lld MICROSECOND",
                (long long)ms * 1000);
}

static void test_refundable_until_the_very_moment(void)
{
    int64_t now = 0;
    open_till(1000);
    struct buyer b = buyer(1, 1, 1000, 0);
    CU_ASSERT_EQUAL(db_now(app.db, &now), ERR_OK);
    move_closing(now + 5000);
    scratch_set_clock(app.db, now + 5000);
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_NOT_REFUNDABLE);
    CU_ASSERT_EQUAL(balance(&b.caller), 0);
    scratch_set_clock(app.db, now + 4999);
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_OK);
    close_till();
}

static void test_a_canceled_show_is_refunded_at_any_time(void)
{
    open_till(1000);
    struct buyer b = buyer(1, 1, 1000, 0);
    move_closing(0);
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_NOT_REFUNDABLE);
    scratch_sql(app.db, "UPDATE schedule SET canceled_at = NOW(3)");
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_OK);
    close_till();
}

static void test_a_full_wallet_takes_nothing(void)
{
    open_till(1000);
    struct buyer b = buyer(1, 2, 1000, WALLET_BALANCE_MAX - 2000 - 1000);
    struct wallet_charge charged;
    CU_ASSERT_EQUAL(wallet_charge(&app, &b.caller, &b.caller.user, 1001, NULL, &charged), ERR_OK);
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_BALANCE_LIMIT);
    CU_ASSERT_EQUAL(balance(&b.caller), WALLET_BALANCE_MAX - 1999);
    CU_ASSERT_EQUAL(rows("seat WHERE status = 'SOLD'"), 2);
    CU_ASSERT_EQUAL(rows("payment WHERE status = 'COMPLETED'"), 1);
    CU_ASSERT_EQUAL(rows("outbox WHERE type = 'reservation.refunded'"), 0);
    close_till();
}

static void test_only_the_owner_or_a_service(void)
{
    open_till(1000);
    struct buyer b = buyer(1, 1, 1000, 0), c = buyer(2, 1, 1000, 0);
    struct uuid staff = scratch_user(app.db, 0);
    struct caller service = scratch_caller(&staff);
    CU_ASSERT_EQUAL(refund(&c.caller, b.reservation), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(refund(&b.caller, 0), ERR_RESERVATION_NOT_FOUND);
    service.service = true;
    CU_ASSERT_EQUAL(refund(&service, 0), ERR_RESERVATION_NOT_FOUND);
    CU_ASSERT_EQUAL(refund(&service, b.reservation), ERR_OK);
    CU_ASSERT_EQUAL(balance(&b.caller), 1000);
    CU_ASSERT_EQUAL(balance(&service), 0);
    close_till();
}

static enum err refund_it(struct app *own, int i, void *arg)
{
    const struct buyer *b = arg;
    struct refund r;
    (void)i;
    enum err e = refund_reservation(own, &b->caller, b->reservation, NULL, &r);
    if (e == ERR_OK)
        reservation_clear(&r.reservation);
    return e;
}

static void test_many_at_once_refund_once(void)
{
    int refused = 0;
    open_till(1000);
    struct buyer b = buyer(1, 2, 1000, 0);
    CU_ASSERT_EQUAL(scratch_at_once(16, refund_it, &b, ERR_OK, ERR_NOT_REFUNDABLE, &refused), 1);
    CU_ASSERT_EQUAL(refused, 15);
    CU_ASSERT_EQUAL(balance(&b.caller), 2000);
    close_till();
}

/* Whoever had to wait for a lock decides by the time after the wait. */
struct late {
    struct buyer buyer;
    int64_t holder; /* the connection that has the wallet locked */
};

static enum err wait_or_refund(struct app *own, int i, void *arg)
{
    struct late *late = arg;
    if (i == 0)
        return refund_it(own, i, &late->buyer);
    bool waits = scratch_wait_statement(own->db, "UPDATE wallet%");
    bool over = scratch_wait(own->db, "NOW(3) > (SELECT refund_closes_at FROM schedule)");
    scratch_sql(own->db, "KILL %lld", (long long)late->holder);
    return waits && over ? ERR_OK : ERR_BUSY;
}

static void test_the_moment_passes_while_it_waits(void)
{
    int refused = 0;
    open_till(1000);
    struct late late = {.buyer = buyer(1, 1, 1000, 0)};
    struct db *holder = scratch_open();
    late.holder = scratch_int(holder, "SELECT CONNECTION_ID()");
    scratch_sql(holder, "START TRANSACTION");
    scratch_int(holder, "SELECT balance FROM wallet FOR UPDATE");
    scratch_sql(app.db, "UPDATE schedule SET refund_closes_at = NOW(3) + INTERVAL 1500000 "
                        "MICROSECOND");
    CU_ASSERT_EQUAL(scratch_at_once(2, wait_or_refund, &late, ERR_OK, ERR_NOT_REFUNDABLE, &refused),
                    1);
    CU_ASSERT_EQUAL(refused, 1);
    CU_ASSERT_EQUAL(balance(&late.buyer.caller), 0);
    db_free(holder);
    close_till();
}

/* The books disagree: nothing is done, rather than something wrong. */
static void test_a_seat_that_is_missing_stops_it(void)
{
    open_till(1000);
    struct buyer b = buyer(1, 2, 1000, 0);
    scratch_sql(app.db, "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL "
                        "WHERE seat_number = 1");
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_INTERNAL);
    CU_ASSERT_EQUAL(balance(&b.caller), 0);
    CU_ASSERT_EQUAL(rows("reservation WHERE status = 'CONFIRMED'"), 1);
    scratch_sql(app.db,
                "UPDATE seat SET status = 'SOLD', reservation_id = %lld WHERE seat_number = 1",
                (long long)b.reservation);
    CU_ASSERT_EQUAL(refund(&b.caller, b.reservation), ERR_OK);
    close_till();
}

SUITE(domain_refund, TEST(test_a_refund_does_everything),
      TEST(test_refundable_until_the_very_moment),
      TEST(test_a_canceled_show_is_refunded_at_any_time), TEST(test_a_full_wallet_takes_nothing),
      TEST(test_only_the_owner_or_a_service), TEST(test_many_at_once_refund_once),
      TEST(test_the_moment_passes_while_it_waits), TEST(test_a_seat_that_is_missing_stops_it));
