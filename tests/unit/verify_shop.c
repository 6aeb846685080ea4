/* See verify_shop.h. */
#include "verify_shop.h"

#include "db_scratch.h"
#include "domain/booking.h"
#include "domain/payment.h"
#include "domain/refund.h"
#include "domain/verify.h"
#include "domain/wallet.h"
#include "suite.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct verify_shop verify_shop;

static int64_t hold(const struct caller *caller, int from, int count)
{
    struct hold_request req = {.schedule_id = verify_shop.schedule, .seat_count = count};
    struct reservation r;
    for (int i = 0; i < count; i++)
        req.seats[i] = from + i;
    enum err e = booking_hold(&verify_shop.app, caller, &req, NULL, &r);
    CU_ASSERT_EQUAL(e, ERR_OK);
    if (e != ERR_OK)
        return 0;
    reservation_clear(&r);
    return r.reservation_id;
}

static void pay(const struct caller *caller, int64_t reservation)
{
    struct payment paid;
    CU_ASSERT_EQUAL(payment_pay(&verify_shop.app, caller, reservation, NULL, &paid), ERR_OK);
    reservation_clear(&paid.reservation);
}

static void let_pass(int64_t reservation)
{
    scratch_sql(verify_shop.app.db,
                "UPDATE reservation r JOIN seat t ON t.reservation_id = r.reservation_id "
                "SET r.hold_expires_at = r.hold_expires_at - INTERVAL 1 HOUR, "
                "t.hold_expires_at = t.hold_expires_at - INTERVAL 1 HOUR "
                "WHERE r.reservation_id = %lld",
                (long long)reservation);
}

static struct caller enter(const struct uuid *user, int ticket)
{
    return scratch_inside(verify_shop.app.db, user, verify_shop.concert, ticket, 600);
}

static void sell_to_buyer(void)
{
    struct caller buyer = enter(&verify_shop.buyer, 1);
    hold(&buyer, 5, 1); /* given back by the payment */
    verify_shop.paid = hold(&buyer, 1, 2);
    pay(&buyer, verify_shop.paid);
}

static void sell_to_guest(void)
{
    struct caller guest = enter(&verify_shop.guest, 3), user = scratch_caller(&verify_shop.guest);
    struct refund refund;
    struct wallet_charge charged = {0};
    verify_shop.refunded = hold(&guest, 6, 1);
    pay(&guest, verify_shop.refunded);
    CU_ASSERT_EQUAL(
        refund_reservation(&verify_shop.app, &user, verify_shop.refunded, NULL, &refund), ERR_OK);
    reservation_clear(&refund.reservation);
    CU_ASSERT_EQUAL(wallet_charge(&verify_shop.app, &user, &verify_shop.guest, 500, NULL, &charged),
                    ERR_OK);
}

void verify_shop_open(void)
{
    struct verify_shop *shop = &verify_shop;
    shop->app = scratch_app();
    app_problem_reset(&shop->app);
    struct db *db = shop->app.db;
    scratch_lift_rules(db);
    scratch_wipe(db);
    shop->concert = scratch_concert(db);
    shop->schedule = scratch_schedule(db, shop->concert, 10, 1000);
    shop->first_seat = scratch_int(db, "SELECT MIN(seat_id) FROM seat WHERE schedule_id = %lld",
                                   (long long)shop->schedule);
    shop->buyer = scratch_user(db, 5000);
    shop->guest = scratch_user(db, 3000);
    shop->holder = scratch_user(db, 0);
    struct caller holder = enter(&shop->holder, 2);
    shop->over_2 = hold(&holder, 5, 1);
    let_pass(shop->over_2);
    sell_to_buyer();
    sell_to_guest();
    shop->held = hold(&holder, 3, 1);
    shop->over = hold(&holder, 4, 1);
    let_pass(shop->over);
    scratch_sql(db, "UPDATE seat SET status = 'BLOCKED' WHERE seat_id = %lld",
                (long long)shop->first_seat + 9);
    scratch_sql(db,
                "INSERT INTO admission (concert_id, admitted_at, admitted, active_before, "
                "max_active, last_ticket) VALUES (%lld, NOW(3), 2, 0, 2, 2)",
                (long long)shop->concert);
    shop->admission = scratch_int(db, "SELECT LAST_INSERT_ID()");
    /* scratch_wipe has set them again */
    scratch_sql(db, "SET FOREIGN_KEY_CHECKS = 0");
}

static const char *const tables[] = {
    "user",          "wallet",           "wallet_entry", "concert",  "queue_state",
    "queue_counter", "queue_token",      "admission",    "schedule", "seat",
    "reservation",   "reservation_seat", "payment"};
enum { TABLES = sizeof tables / sizeof *tables };

/* Prepares what puts the rows back, without the columns that the server computes. */
void verify_shop_keep(void)
{
    struct db *db = verify_shop.app.db;
    for (size_t i = 0; i < TABLES; i++) {
        const char *t = tables[i];
        scratch_sql(db, "DROP TABLE IF EXISTS kept_%s", t);
        scratch_sql(db, "CREATE TABLE kept_%s AS SELECT * FROM %s", t, t);
        scratch_sql(db,
                    "SET @names = (SELECT GROUP_CONCAT(column_name) FROM "
                    "information_schema.columns WHERE table_schema = DATABASE() "
                    "AND table_name = '%s' AND extra NOT LIKE '%%GENERATED%%')",
                    t);
        scratch_sql(db,
                    "SET @restore = CONCAT('INSERT INTO %s (', @names, ') SELECT ', @names, "
                    "' FROM kept_%s')",
                    t, t);
        scratch_sql(db, "PREPARE restore_%s FROM @restore", t);
    }
}

void verify_shop_restore(void)
{
    struct db *db = verify_shop.app.db;
    scratch_sql(db, "START TRANSACTION");
    for (size_t i = 0; i < TABLES; i++) {
        scratch_sql(db, "DELETE FROM %s", tables[i]);
        scratch_sql(db, "EXECUTE restore_%s", tables[i]);
    }
    scratch_sql(db, "COMMIT");
}

void verify_shop_close(void)
{
    for (size_t i = 0; i < TABLES; i++)
        scratch_sql(verify_shop.app.db, "DROP TABLE IF EXISTS kept_%s", tables[i]);
    scratch_wipe(verify_shop.app.db);
    scratch_enforce_rules(verify_shop.app.db);
    scratch_app_close(&verify_shop.app);
}

char *verify_shop_say(int64_t *faults)
{
    char *said = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    CU_ASSERT_EQUAL(verify_run(&verify_shop.app, out, NULL, faults), ERR_OK);
    fclose(out);
    return said;
}

bool verify_shop_says(const char *said, const char *format, ...)
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

static const char *mark(char c)
{
    static char text[UUID_TEXT_SIZE + 2];
    const struct verify_shop *shop = &verify_shop;
    const struct {
        char mark;
        int64_t id;
    } ids[] = {{'C', shop->concert}, {'S', shop->schedule}, {'P', shop->paid},
               {'H', shop->held},    {'O', shop->over},     {'A', shop->admission},
               {'R', shop->refunded}};
    const struct {
        char sql, text;
        const struct uuid *user;
    } users[] = {{'B', 'b', &shop->buyer}, {'G', 'g', &shop->guest}, {'N', 'n', &shop->holder}};
    text[0] = '\0';
    if (c >= '1' && c <= '9')
        snprintf(text, sizeof text, "%lld", (long long)(shop->first_seat + c - '1'));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (ids[i].mark == c)
            snprintf(text, sizeof text, "%lld", (long long)ids[i].id);
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        if (users[i].sql == c)
            return scratch_hex(users[i].user);
        if (users[i].text == c)
            uuid_to_text(users[i].user, text);
    }
    return text;
}

void verify_shop_expand(const char *text, char *out, size_t cap)
{
    size_t n = 0;
    for (; *text && n + 1 < cap; text++) {
        if (*text != '@' || !text[1])
            out[n++] = *text;
        else
            n += (size_t)snprintf(out + n, cap - n, "%s", mark(*++text));
        CU_ASSERT_FATAL(n < cap);
    }
    out[n] = '\0';
}
