/* The invariants: a sound shop passes, and each kind of broken row is found and named. */
#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "domain/verify.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A shop with something of everything; nothing in it is broken. */
static struct shop {
    struct app app;
    int64_t concert, schedule, first_seat;
    struct uuid buyer, holder;
    int64_t paid, held;       /* reservations: seats 1 and 2, seat 3 */
    int64_t over, over_taken; /* of holds that are over: seat 4, seat 5 before `taker` had it */
    int64_t taker;
    int64_t admission;
} shop;

static int64_t hold(const struct caller *caller, int from, int count)
{
    struct hold_request req = {.schedule_id = shop.schedule, .seat_count = count};
    struct reservation r;
    for (int i = 0; i < count; i++)
        req.seats[i] = from + i;
    enum err e = booking_hold(&shop.app, caller, &req, NULL, &r);
    CU_ASSERT_EQUAL(e, ERR_OK);
    if (e != ERR_OK)
        return 0;
    reservation_clear(&r);
    return r.reservation_id;
}

static void let_pass(int64_t reservation)
{
    scratch_sql(shop.app.db,
                "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
                "SET r.hold_expires_at = r.hold_expires_at - INTERVAL 1 HOUR, "
                "t.hold_expires_at = t.hold_expires_at - INTERVAL 1 HOUR "
                "WHERE r.reservation_id = %lld",
                (long long)reservation);
}

static struct caller enter(const struct uuid *user, int ticket)
{
    return scratch_inside(shop.app.db, user, shop.concert, ticket, 600);
}

static void open_shop(void)
{
    struct payment paid;
    shop.app = scratch_app();
    struct db *db = shop.app.db;
    scratch_wipe(db);
    shop.concert = scratch_concert(db);
    shop.schedule = scratch_schedule(db, shop.concert, 10, 1000);
    shop.first_seat = scratch_int(db, "SELECT MIN(seat_id) FROM seat WHERE schedule_id = %lld",
                                  (long long)shop.schedule);
    shop.buyer = scratch_user(db, 5000);
    shop.holder = scratch_user(db, 0);
    struct caller buyer = enter(&shop.buyer, 1), holder = enter(&shop.holder, 2);
    shop.over_taken = hold(&holder, 5, 1);
    let_pass(shop.over_taken);
    shop.taker = hold(&buyer, 5, 1); /* given back by the payment */
    shop.paid = hold(&buyer, 1, 2);
    CU_ASSERT_EQUAL(payment_pay(&shop.app, &buyer, shop.paid, NULL, &paid), ERR_OK);
    reservation_clear(&paid.reservation);
    shop.held = hold(&holder, 3, 1);
    shop.over = hold(&holder, 4, 1);
    let_pass(shop.over);
    scratch_sql(db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_id = %lld",
                (long long)shop.first_seat + 9);
    scratch_sql(db,
                "INSERT INTO admission (concert_id, admitted_at, admitted, active_before, "
                "max_active, last_ticket) VALUES (%lld, NOW(3), 2, 0, 2, 2)",
                (long long)shop.concert);
    shop.admission = scratch_int(db, "SELECT LAST_INSERT_ID()");
    /* From here on the test may write what no statement of ours would. */
    scratch_lift_rules(db);
}

static void close_shop(void)
{
    scratch_wipe(shop.app.db);
    scratch_enforce_rules(shop.app.db);
    scratch_app_close(&shop.app);
}

/* What verify prints, to be freed; *faults is its count. */
static char *verify(int64_t *faults)
{
    char *said = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    CU_ASSERT_EQUAL(verify_run(&shop.app, out, faults), ERR_OK);
    fclose(out);
    return said;
}

static bool says(const char *said, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool says(const char *said, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (strstr(said, text))
        return true;
    fprintf(stderr, "not said: %s\nsaid: %s", text, said);
    return false;
}

static bool says_fault(const char *said, int invariant)
{
    char text[20];
    snprintf(text, sizeof text, "FAULT %d ", invariant);
    return strstr(said, text) != NULL;
}

static void test_a_sound_shop_passes(void)
{
    int64_t faults = -1;
    open_shop();
    char *said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    for (int i = 1; i <= 5; i++)
        CU_ASSERT(says(said, "ok %d ", i));
    if (strstr(said, "FAULT"))
        fprintf(stderr, "%s", said);
    free(said);
    close_shop();
}

static void test_an_empty_database_passes(void)
{
    int64_t faults = -1;
    shop.app = scratch_app();
    scratch_wipe(shop.app.db);
    char *said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    free(said);
    close_shop();
}

/* Runs `sql`, in which the marks stand for ids of the shop, and expects the fault of `invariant`
 * and a line with `named`, in which the marks stand for the same. */
static void expand(const char *text, char *out, size_t cap)
{
    static const struct {
        char mark;
        const int64_t *id;
    } ids[] = {{'C', &shop.concert}, {'S', &shop.schedule}, {'P', &shop.paid},
               {'H', &shop.held},    {'O', &shop.over},     {'A', &shop.admission}};
    size_t n = 0;
    for (; *text && n + 40 < cap; text++) {
        if (*text != '@') {
            out[n++] = *text;
            continue;
        }
        text++;
        if (*text >= '0' && *text <= '9')
            n += (size_t)snprintf(out + n, cap - n, "%lld",
                                  (long long)(shop.first_seat + *text - '1'));
        else if (*text == 'B')
            n += (size_t)snprintf(out + n, cap - n, "%s", scratch_hex(&shop.buyer));
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
            if (ids[i].mark == *text)
                n += (size_t)snprintf(out + n, cap - n, "%lld", (long long)*ids[i].id);
    }
    out[n] = '\0';
}

struct damage {
    const char *sql, *named;
};

static void expect_faults(int invariant, const struct damage *damages, size_t count)
{
    char sql[600], named[300];
    for (size_t i = 0; i < count; i++) {
        int64_t faults = 0;
        open_shop();
        expand(damages[i].sql, sql, sizeof sql);
        expand(damages[i].named, named, sizeof named);
        CU_ASSERT_EQUAL(db_script(shop.app.db, sql), ERR_OK);
        char *said = verify(&faults);
        CU_ASSERT(faults > 0);
        CU_ASSERT(says_fault(said, invariant));
        CU_ASSERT(says(said, "%s", named));
        free(said);
        close_shop();
    }
}

#define EXPECT(invariant, damages)                                                                 \
    expect_faults(invariant, damages, sizeof damages / sizeof *damages)

static void test_seats_and_their_owners(void)
{
    static const struct damage damages[] = {
        /* sold without, or with two confirmed owners, or naming another */
        {"UPDATE seat SET status = 'SOLD', reservation_id = @P WHERE seat_id = @7",
         "seat=@7 schedule=@S reservation=@P confirmed=0"},
        {"UPDATE reservation SET status = 'EXPIRED', paid_at = NULL WHERE reservation_id = @P",
         "seat=@1 schedule=@S reservation=@P confirmed=0"},
        {"INSERT INTO reservation_seat VALUES (@H, @1, 1000); UPDATE reservation SET "
         "status = 'CONFIRMED', paid_at = NOW(3) WHERE reservation_id = @H",
         "seat=@1 schedule=@S reservation=@P confirmed=2"},
        {"UPDATE seat SET reservation_id = @H WHERE seat_id = @1",
         "seat=@1 schedule=@S reservation=@H confirmed=1"},
        {"UPDATE seat SET reservation_id = NULL WHERE seat_id = @1",
         "seat=@1 schedule=@S reservation=none confirmed=1"},
        /* two live owners */
        {"INSERT INTO reservation_seat VALUES (@H, @1, 1000)",
         "several live reservations: seat=@1 first_reservation=@P last_reservation=@H owners=2"},
        /* held, but by nobody who may */
        {"DELETE FROM reservation WHERE reservation_id = @H",
         "seat=@3 schedule=@S reservation=@H reservation_status=none"},
        {"UPDATE reservation SET status = 'CANCELED' WHERE reservation_id = @H",
         "seat=@3 schedule=@S reservation=@H reservation_status=CANCELED"},
        {"UPDATE reservation SET status = 'EXPIRED' WHERE reservation_id = @H",
         "seat=@3 schedule=@S reservation=@H reservation_status=EXPIRED"},
        {"UPDATE reservation SET hold_expires_at = hold_expires_at + INTERVAL 1 SECOND "
         "WHERE reservation_id = @H",
         "seat=@3 schedule=@S reservation=@H reservation_status=PENDING"},
        {"DELETE FROM reservation_seat WHERE reservation_id = @H",
         "seat=@3 schedule=@S reservation=@H reservation_status=PENDING"},
        {"UPDATE seat SET hold_expires_at = NULL WHERE seat_id = @3",
         "seat=@3 schedule=@S reservation=@H reservation_status=PENDING"},
        {"UPDATE seat SET status = 'HELD', reservation_id = @H, hold_expires_at = NOW(3) + "
         "INTERVAL 1 HOUR WHERE seat_id = @8",
         "seat=@8 schedule=@S reservation=@H reservation_status=PENDING"},
        /* paid or held, but without the seats */
        {"UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL WHERE seat_id = @2",
         "reservation=@P schedule=@S status=CONFIRMED seats=2 has=1"},
        {"UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, hold_expires_at = NULL "
         "WHERE seat_id = @3",
         "reservation=@H schedule=@S status=PENDING seats=1 has=0"},
        {"UPDATE seat SET status = 'HELD', hold_expires_at = NOW(3) + INTERVAL 1 HOUR "
         "WHERE seat_id = @1",
         "reservation=@P schedule=@S status=CONFIRMED seats=2 has=1"},
        {"UPDATE reservation SET schedule_id = schedule_id + 1 WHERE reservation_id = @P",
         "status=CONFIRMED seats=2 has=0"},
        /* sums */
        {"UPDATE reservation SET seat_count = 3 WHERE reservation_id = @P",
         "reservation=@P status=CONFIRMED seats=3 names=2"},
        {"UPDATE reservation_seat SET price = 999 WHERE reservation_id = @O",
         "reservation=@O status=PENDING seats=1 names=1"},
        {"UPDATE reservation SET amount = amount + 1 WHERE reservation_id = @H",
         "reservation=@H status=PENDING seats=1 names=1"},
    };
    EXPECT(1, damages);
}

static void test_wallets_and_the_ledger(void)
{
    static const struct damage damages[] = {
        {"UPDATE wallet SET balance = balance + 1 WHERE user_id = @B", "wallets=1 balance=3001"},
        {"UPDATE wallet_entry SET amount = amount + 1 WHERE user_id = @B AND type = 'CHARGE'",
         "balance=3000 ledger=3001"},
        {"DELETE FROM wallet_entry WHERE user_id = @B", "balance=3000 ledger=0"},
        {"DELETE FROM wallet WHERE user_id = @B", "wallets=0 balance=0 ledger=3000"},
        {"UPDATE wallet SET balance = -1 WHERE balance = 0", "balance=-1 ledger=0"},
        {"UPDATE wallet_entry SET balance_after = balance_after - 1 WHERE user_id = @B "
         "AND type = 'PAYMENT'",
         "an entry whose balance does not follow"},
        {"UPDATE wallet_entry SET balance_after = 4999 WHERE user_id = @B AND type = 'CHARGE'",
         "an entry whose balance does not follow"},
    };
    EXPECT(2, damages);
}

static void test_the_user_at_fault_is_named(void)
{
    int64_t faults = 0;
    char uuid[UUID_TEXT_SIZE];
    open_shop();
    uuid_to_text(&shop.buyer, uuid);
    scratch_sql(shop.app.db, "UPDATE wallet SET balance = 0 WHERE user_id = %s",
                scratch_hex(&shop.buyer));
    char *said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 1);
    CU_ASSERT(says(said, "user=%s", uuid));
    free(said);
    close_shop();
}

static void test_payments(void)
{
    static const struct damage damages[] = {
        {"DELETE FROM payment WHERE reservation_id = @P",
         "reservation=@P sales=1 payments=0 payment_entries=1 refund_entries=0"},
        {"DELETE FROM wallet_entry WHERE reservation_id = @P",
         "reservation=@P sales=1 payments=1 payment_entries=0"},
        {"UPDATE payment SET amount = 1 WHERE reservation_id = @P", "reservation=@P sales=1"},
        {"UPDATE payment SET status = 'REFUNDED' WHERE reservation_id = @P",
         "reservation=@P sales=1"},
        {"UPDATE payment SET user_id = 0x01 WHERE reservation_id = @P", "reservation=@P sales=1"},
        {"UPDATE wallet_entry SET amount = -1 WHERE reservation_id = @P", "reservation=@P sales=1"},
        {"INSERT INTO wallet_entry (user_id, seq, hash, type, amount, balance_after, "
         "reservation_id, created_at) VALUES (@B, 9, 'x', 'PAYMENT', 0, 3000, @P, NOW(3))",
         "reservation=@P sales=1 payments=1 payment_entries=2"},
        {"INSERT INTO wallet_entry (user_id, seq, hash, type, amount, balance_after, "
         "reservation_id, created_at) VALUES (@B, 9, 'x', 'REFUND', 0, 3000, @P, NOW(3))",
         "reservation=@P sales=1 payments=1 payment_entries=1 refund_entries=1"},
        {"UPDATE reservation SET status = 'REFUNDED' WHERE reservation_id = @P",
         "reservation=@P sales=1 payments=1 payment_entries=1 refund_entries=0"},
        {"UPDATE reservation SET status = 'CANCELED', paid_at = NULL WHERE reservation_id = @P",
         "reservation=@P sales=0 payments=1 payment_entries=1"},
        {"INSERT INTO payment (reservation_id, user_id, status, amount, paid_at) "
         "VALUES (@H, @B, 'COMPLETED', 1000, NOW(3))",
         "reservation=@H sales=0 payments=1 payment_entries=0"},
    };
    EXPECT(3, damages);
}

static void test_a_refund_with_its_entry_passes(void)
{
    int64_t faults = -1;
    open_shop();
    char sql[800];
    int64_t balance = 0;
    expand("UPDATE reservation SET status = 'REFUNDED' WHERE reservation_id = @P; "
           "UPDATE payment SET status = 'REFUNDED' WHERE reservation_id = @P; "
           "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL WHERE reservation_id = @P",
           sql, sizeof sql);
    CU_ASSERT_EQUAL(db_script(shop.app.db, sql), ERR_OK);
    CU_ASSERT_EQUAL(wallet_refund(&shop.app, &shop.buyer, 2000, shop.paid, &balance), ERR_OK);
    CU_ASSERT_EQUAL(balance, 5000);
    char *said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    free(said);
    close_shop();
}

static void test_the_queue(void)
{
    static const struct damage damages[] = {
        {"UPDATE queue_state SET now_serving = 1 WHERE concert_id = @C",
         "above now serving: concert=@C"},
        {"UPDATE admission SET active_before = 1 WHERE admission_id = @A",
         "concert=@C admission=@A inside_before=1 admitted=2 cap=2"},
        {"UPDATE admission SET admitted = 1, active_before = 0, max_active = 1, "
         "admitted_at = NOW(3) WHERE admission_id = @A; "
         "UPDATE queue_token SET ended_at = NULL, status = 'ACTIVE' WHERE concert_id = @C",
         "concert=@C admission=@A inside=2 cap=1"},
    };
    EXPECT(4, damages);
}

/* The unique key stands in the way: without it the number can be used again. */
static void test_a_ticket_number_used_twice(void)
{
    int64_t faults = 0;
    open_shop();
    struct db *db = shop.app.db;
    scratch_sql(db, "ALTER TABLE queue_token DROP INDEX queue_token_ticket, "
                    "ADD INDEX queue_token_again (concert_id)");
    scratch_sql(db, "UPDATE queue_token SET ticket = 1 WHERE concert_id = %lld",
                (long long)shop.concert);
    char *said = verify(&faults);
    CU_ASSERT(says_fault(said, 4));
    CU_ASSERT(says(said, "concert=%lld ticket=1 times=2", (long long)shop.concert));
    free(said);
    scratch_wipe(db);
    scratch_sql(db,
                "ALTER TABLE queue_token ADD UNIQUE KEY queue_token_ticket (concert_id, ticket), "
                "DROP INDEX queue_token_again");
    close_shop();
}

/* The cap is about who was inside at the moment of each batch, with exact ends. */
static void test_the_cap_is_counted_at_each_batch(void)
{
    int64_t faults = -1;
    shop.app = scratch_app();
    struct db *db = shop.app.db;
    scratch_wipe(db);
    int64_t concert = scratch_concert(db);
    scratch_sql(db, "UPDATE queue_state SET now_serving = 100 WHERE concert_id = %lld",
                (long long)concert);
    /* A batch each second, the session as long: ends and begins in the same millisecond. */
    for (int i = 0; i < 20; i++) {
        struct uuid user;
        uuid_random(&user);
        scratch_sql(
            db,
            "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, "
            "expires_at, admitted_at, session_ends_at, ended_at) SELECT %lld, %s, %d, "
            "'EXPIRED', t, t + INTERVAL 1 SECOND, t, t, t + INTERVAL 1 SECOND "
            "FROM (SELECT TIMESTAMP('2026-01-01 00:00:00.500') + INTERVAL %d SECOND AS t) x",
            (long long)concert, scratch_hex(&user), i + 1, i);
        scratch_sql(db,
                    "INSERT INTO admission (concert_id, admitted_at, admitted, active_before, "
                    "max_active, last_ticket) VALUES (%lld, TIMESTAMP('2026-01-01 00:00:00.500') + "
                    "INTERVAL %d SECOND, 1, 0, 1, %d)",
                    (long long)concert, i, i + 1);
    }
    char *said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    free(said);
    /* One of them stays a millisecond longer: there are two at the next batch. */
    scratch_sql(db, "UPDATE queue_token SET ended_at = ended_at + INTERVAL 1000 MICROSECOND "
                    "WHERE ticket = 7");
    said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 1);
    CU_ASSERT(says(said, "inside=2 cap=1"));
    free(said);
    /* Without a cap at that batch, nothing is wrong. */
    scratch_sql(db, "UPDATE admission SET max_active = 0");
    said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    free(said);
    close_shop();
}

static void test_capacities(void)
{
    static const struct damage damages[] = {
        {"DELETE FROM seat WHERE seat_id = @7", "schedule=@S concert=@C capacity=10 seats=9"},
        {"DELETE FROM seat WHERE schedule_id = @S; DELETE FROM reservation; DELETE FROM "
         "reservation_seat; DELETE FROM payment; DELETE FROM wallet_entry; DELETE FROM wallet",
         "schedule=@S concert=@C capacity=10 seats=0"},
        {"UPDATE schedule SET capacity = 11 WHERE schedule_id = @S",
         "schedule=@S concert=@C capacity=11 seats=10"},
        {"UPDATE seat SET seat_number = 12 WHERE seat_id = @8",
         "schedule=@S concert=@C capacity=10 seats=10"},
        {"UPDATE seat SET status = 'GONE' WHERE seat_id = @8",
         "schedule=@S concert=@C capacity=10 seats=10"},
    };
    EXPECT(5, damages);
}

static void test_only_a_hundred_rows_of_a_kind_are_printed(void)
{
    int64_t faults = 0;
    int lines = 0;
    open_shop();
    for (int i = 0; i < 130; i++)
        scratch_sql(shop.app.db, "INSERT INTO wallet (user_id, balance) VALUES (0x%032x, %d)",
                    i + 1, i + 1);
    char *said = verify(&faults);
    CU_ASSERT_EQUAL(faults, 130);
    for (const char *at = said; (at = strstr(at, " user=")); at++)
        lines++;
    CU_ASSERT_EQUAL(lines, 100);
    CU_ASSERT(says(said, "and 30 more"));
    CU_ASSERT(says(said, "broken in 130 rows"));
    free(said);
    close_shop();
}

static void test_a_database_out_of_reach_is_told(void)
{
    struct config cfg = *scratch_config();
    struct app app = {.cfg = &cfg};
    int64_t faults = 0;
    strcpy(cfg.database_socket, "/nonexistent/frontrow-test.sock");
    CU_ASSERT_NOT_EQUAL(verify_run(&app, stdout, &faults), ERR_OK);
}

SUITE(domain_verify, TEST(test_a_sound_shop_passes), TEST(test_an_empty_database_passes),
      TEST(test_seats_and_their_owners), TEST(test_wallets_and_the_ledger),
      TEST(test_the_user_at_fault_is_named), TEST(test_payments),
      TEST(test_a_refund_with_its_entry_passes), TEST(test_the_queue),
      TEST(test_a_ticket_number_used_twice), TEST(test_the_cap_is_counted_at_each_batch),
      TEST(test_capacities), TEST(test_only_a_hundred_rows_of_a_kind_are_printed),
      TEST(test_a_database_out_of_reach_is_told));
