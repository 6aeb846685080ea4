/*
 * Rows of every kind broken by SQL, one kind for each case: verify names each of them. Before it is
 * broken the shop is sound, so that what is found is what was broken.
 */
#include "db_scratch.h"
#include "suite.h"
#include "verify_shop.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct damage {
    const char *name, *sql;
    int invariant;     /* that is broken by it; others may be as well */
    const char *named; /* what a line says, see verify_shop_expand */
    const char *mend;  /* undoes what the rows alone do not; may be NULL */
};

static void expect_sound(const struct damage *d)
{
    int64_t faults = -1;
    char *said = verify_shop_say(&faults);
    CU_ASSERT_EQUAL(faults, 0);
    if (faults || strstr(said, "FAULT"))
        fprintf(stderr, "%s: not sound before:\n%s", d->name, said);
    free(said);
}

static void expect_found(const struct damage *d)
{
    char sql[1200], named[300], fault[20];
    int64_t faults = -1;
    verify_shop_expand(d->sql, sql, sizeof sql);
    verify_shop_expand(d->named, named, sizeof named);
    snprintf(fault, sizeof fault, "FAULT %d ", d->invariant);
    CU_ASSERT_EQUAL(db_script(verify_shop.app.db, sql), ERR_OK);
    char *said = verify_shop_say(&faults);
    bool found =
        faults > 0 && verify_shop_says(said, "%s", fault) && verify_shop_says(said, "%s", named);
    CU_ASSERT(found);
    if (!found)
        fprintf(stderr, "%s: %s\n", d->name, sql);
    free(said);
}

static void expect(const struct damage *damages, size_t count)
{
    verify_shop_open();
    verify_shop_keep();
    for (size_t i = 0; i < count; i++) {
        expect_sound(&damages[i]);
        expect_found(&damages[i]);
        if (damages[i].mend)
            CU_ASSERT_EQUAL(db_script(verify_shop.app.db, damages[i].mend), ERR_OK);
        verify_shop_restore();
    }
    verify_shop_close();
}

#define EXPECT(damages) expect(damages, sizeof damages / sizeof *damages)

static void test_seats_and_their_owners(void)
{
    static const struct damage damages[] = {
        {"sold without a sale",
         "UPDATE seat SET status = 'SOLD', reservation_id = @P WHERE seat_id = @7", 1,
         "seat=@7 schedule=@S reservation=@P confirmed=0", NULL},
        {"sold, the reservation over",
         "UPDATE reservation SET status = 'EXPIRED', paid_at = NULL WHERE reservation_id = @P", 1,
         "seat=@1 schedule=@S reservation=@P confirmed=0", NULL},
        {"sold, the reservation refunded",
         "UPDATE reservation SET status = 'REFUNDED' WHERE reservation_id = @P", 1,
         "seat=@2 schedule=@S reservation=@P confirmed=0", NULL},
        {"sold to two",
         "INSERT INTO reservation_seat VALUES (@H, @1, 1000); UPDATE reservation SET "
         "status = 'CONFIRMED', paid_at = NOW(3) WHERE reservation_id = @H",
         1, "seat=@1 schedule=@S reservation=@P confirmed=2", NULL},
        {"sold, naming another", "UPDATE seat SET reservation_id = @H WHERE seat_id = @1", 1,
         "seat=@1 schedule=@S reservation=@H confirmed=1", NULL},
        {"sold, naming nobody", "UPDATE seat SET reservation_id = NULL WHERE seat_id = @1", 1,
         "seat=@1 schedule=@S reservation=none confirmed=1", NULL},
        {"sold, the reservation gone", "DELETE FROM reservation WHERE reservation_id = @P", 1,
         "seat=@1 schedule=@S reservation=@P confirmed=0", NULL},
        {"two live owners", "INSERT INTO reservation_seat VALUES (@H, @1, 1000)", 1,
         "several live reservations: seat=@1 first_reservation=@P last_reservation=@H owners=2",
         NULL},
        {"held, the reservation gone", "DELETE FROM reservation WHERE reservation_id = @H", 1,
         "seat=@3 schedule=@S reservation=@H reservation_status=none", NULL},
        {"held, the reservation given back",
         "UPDATE reservation SET status = 'CANCELED' WHERE reservation_id = @H", 1,
         "seat=@3 schedule=@S reservation=@H reservation_status=CANCELED", NULL},
        {"held, the reservation expired too early",
         "UPDATE reservation SET status = 'EXPIRED' WHERE reservation_id = @H", 1,
         "seat=@3 schedule=@S reservation=@H reservation_status=EXPIRED", NULL},
        {"held for another time than the reservation",
         "UPDATE reservation SET hold_expires_at = hold_expires_at + INTERVAL 1 SECOND "
         "WHERE reservation_id = @H",
         1, "seat=@3 schedule=@S reservation=@H reservation_status=PENDING", NULL},
        {"held, the reservation does not name it",
         "DELETE FROM reservation_seat WHERE reservation_id = @H", 1,
         "seat=@3 schedule=@S reservation=@H reservation_status=PENDING", NULL},
        {"held for ever", "UPDATE seat SET hold_expires_at = NULL WHERE seat_id = @3", 1,
         "seat=@3 schedule=@S reservation=@H reservation_status=PENDING", NULL},
        {"held by somebody who holds another",
         "UPDATE seat SET status = 'HELD', reservation_id = @H, hold_expires_at = NOW(3) + "
         "INTERVAL 1 HOUR WHERE seat_id = @8",
         1, "seat=@8 schedule=@S reservation=@H reservation_status=PENDING", NULL},
        {"paid, a seat is free",
         "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL WHERE seat_id = @2", 1,
         "reservation=@P schedule=@S status=CONFIRMED seats=2 has=1", NULL},
        {"paid, a seat is only held",
         "UPDATE seat SET status = 'HELD', hold_expires_at = NOW(3) + INTERVAL 1 HOUR "
         "WHERE seat_id = @1",
         1, "reservation=@P schedule=@S status=CONFIRMED seats=2 has=1", NULL},
        {"paid, a seat is gone", "DELETE FROM seat WHERE seat_id = @2", 1,
         "reservation=@P schedule=@S status=CONFIRMED seats=2 has=1", NULL},
        {"paid, of another schedule",
         "UPDATE reservation SET schedule_id = schedule_id + 1 WHERE reservation_id = @P", 1,
         "status=CONFIRMED seats=2 has=0", NULL},
        {"held, the seat is free",
         "UPDATE seat SET status = 'AVAILABLE', reservation_id = NULL, hold_expires_at = NULL "
         "WHERE seat_id = @3",
         1, "reservation=@H schedule=@S status=PENDING seats=1 has=0", NULL},
        {"more seats than it names",
         "UPDATE reservation SET seat_count = 3 WHERE reservation_id = @P", 1,
         "reservation=@P status=CONFIRMED seats=3 names=2", NULL},
        {"a seat less than it had",
         "DELETE FROM reservation_seat WHERE reservation_id = @P AND seat_id = @1", 1,
         "reservation=@P status=CONFIRMED seats=2 names=1", NULL},
        {"another price", "UPDATE reservation_seat SET price = 999 WHERE reservation_id = @O", 1,
         "reservation=@O status=PENDING seats=1 names=1 amount=1000 prices=999", NULL},
        {"another amount", "UPDATE reservation SET amount = amount + 1 WHERE reservation_id = @H",
         1, "reservation=@H status=PENDING seats=1 names=1 amount=1001 prices=1000", NULL},
    };
    EXPECT(damages);
}

/* The columns of an entry, one by one, and entries that are missing, strange or out of place. */
static void test_entries_that_were_changed(void)
{
    static const struct damage damages[] = {
        {"amount", "UPDATE wallet_entry SET amount = 3001 WHERE user_id = @G AND seq = 1", 2,
         "does not follow from the one before: user=@g seq=1 ", NULL},
        {"amount, balance and sum alike",
         "UPDATE wallet_entry SET amount = amount + 1, balance_after = balance_after + 1 "
         "WHERE user_id = @G AND seq = 4; UPDATE wallet SET balance = balance + 1 "
         "WHERE user_id = @G",
         2, "whose hash is not that of what it says: user=@g seq=4 ", NULL},
        {"balance_after",
         "UPDATE wallet_entry SET balance_after = balance_after - 1 WHERE user_id = @G AND seq = 2",
         2, "whose balance does not follow from the one before: user=@g seq=2 ", NULL},
        {"balance_after, and the next does not follow",
         "UPDATE wallet_entry SET balance_after = balance_after - 1 WHERE user_id = @G AND seq = 2",
         2, "whose balance does not follow from the one before: user=@g seq=3 ", NULL},
        {"a negative balance_after",
         "UPDATE wallet_entry SET balance_after = -1 WHERE user_id = @G AND seq = 2", 2,
         "an entry with a negative balance: user=@g seq=2 ", NULL},
        {"type", "UPDATE wallet_entry SET type = 'REFUND' WHERE user_id = @G AND seq = 1", 2,
         "does not fit its type: user=@g seq=1 ", NULL},
        {"no such type", "UPDATE wallet_entry SET type = 'GIFT' WHERE user_id = @G AND seq = 1", 2,
         "does not fit its type: user=@g seq=1 ", NULL},
        {"reservation, of a charge",
         "UPDATE wallet_entry SET reservation_id = @R WHERE user_id = @G AND seq = 1", 2,
         "does not fit its type: user=@g seq=1 ", NULL},
        {"reservation, of a payment, none",
         "UPDATE wallet_entry SET reservation_id = NULL WHERE user_id = @G AND seq = 2", 2,
         "does not fit its type: user=@g seq=2 ", NULL},
        {"reservation, another",
         "UPDATE wallet_entry SET reservation_id = @P WHERE user_id = @G AND seq = 2", 2,
         "whose hash is not that of what it says: user=@g seq=2 ", NULL},
        {"created_at",
         "UPDATE wallet_entry SET created_at = created_at - INTERVAL 1000 MICROSECOND "
         "WHERE user_id = @G AND seq = 3",
         2, "whose hash is not that of what it says: user=@g seq=3 ", NULL},
        {"hash", "UPDATE wallet_entry SET hash = 'x' WHERE user_id = @G AND seq = 2", 2,
         "whose hash is not that of what it says: user=@g seq=2 ", NULL},
        {"hash, and the next does not follow",
         "UPDATE wallet_entry SET hash = 'x' WHERE user_id = @G AND seq = 2", 2,
         "whose hash is not that of what it says: user=@g seq=3 ", NULL},
        {"seq", "UPDATE wallet_entry SET seq = 9 WHERE user_id = @G AND seq = 4", 2,
         "whose number does not follow from the one before: user=@g seq=9 ", NULL},
        {"user", "UPDATE wallet_entry SET user_id = @N WHERE user_id = @G AND seq = 1", 2,
         "whose hash is not that of what it says: user=@n seq=1 ", NULL},
    };
    EXPECT(damages);
}

static void test_entries_gone_moved_and_added(void)
{
    static const struct damage damages[] = {
        {"the first is gone", "DELETE FROM wallet_entry WHERE user_id = @G AND seq = 1", 2,
         "whose number does not follow from the one before: user=@g seq=2 ", NULL},
        {"one in the middle is gone", "DELETE FROM wallet_entry WHERE user_id = @G AND seq = 2", 2,
         "whose number does not follow from the one before: user=@g seq=3 ", NULL},
        {"one in the middle is gone, the others close ranks",
         "DELETE FROM wallet_entry WHERE user_id = @G AND seq IN (2, 3); "
         "UPDATE wallet_entry SET seq = 2 WHERE user_id = @G AND seq = 4",
         2, "whose hash is not that of what it says: user=@g seq=2 ", NULL},
        {"the last is gone", "DELETE FROM wallet_entry WHERE user_id = @G AND seq = 4", 2,
         "does not end with its last entry: user=@g entries=4 found=3 last_seq=3", NULL},
        {"the last is gone, the wallet agrees but for the hash",
         "DELETE FROM wallet_entry WHERE user_id = @G AND seq = 4; UPDATE wallet w "
         "JOIN wallet_entry e ON e.user_id = w.user_id AND e.seq = 3 SET w.entries = 3, "
         "w.balance = e.balance_after, w.entry_at = e.created_at WHERE w.user_id = @G",
         2, "whose hash is not that of its last entry: user=@g entries=3 last_seq=3", NULL},
        {"all are gone", "DELETE FROM wallet_entry WHERE user_id = @G", 2,
         "user=@g entries=4 found=0 last_seq=0", NULL},
        {"two swapped",
         "UPDATE wallet_entry SET seq = 99 WHERE user_id = @G AND seq = 1; "
         "UPDATE wallet_entry SET seq = 1 WHERE user_id = @G AND seq = 4; "
         "UPDATE wallet_entry SET seq = 4 WHERE user_id = @G AND seq = 99",
         2, "whose hash is not that of what it says: user=@g seq=1 ", NULL},
        {"one more at the end",
         "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash) "
         "VALUES (@G, 5, 'CHARGE', 1, 3501, NOW(3), 'x'); UPDATE wallet SET balance = 3501 "
         "WHERE user_id = @G",
         2, "whose hash is not that of what it says: user=@g seq=5 ", NULL},
        {"one more at the end that proves itself, but for the wallet",
         "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash) "
         "SELECT user_id, 5, 'CHARGE', 1, 3501, '2026-05-01', UNHEX(SHA2(CONCAT(LOWER(HEX("
         "entry_hash)), '|', LOWER(HEX(user_id)), '|5|CHARGE|1|3501||2026-05-01 00:00:00.000000')"
         ", 256)) FROM wallet WHERE user_id = @G",
         2, "does not end with its last entry: user=@g entries=4 found=5 last_seq=5", NULL},
        {"one more before the first",
         "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash) "
         "VALUES (@G, 0, 'CHARGE', 1, 1, NOW(3), 'x')",
         2, "whose number does not follow from the one before: user=@g seq=0 ", NULL},
        {"one of a user without any",
         "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash) "
         "VALUES (@N, 1, 'CHARGE', 1, 1, NOW(3), 'x')",
         2, "does not end with its last entry: user=@n entries=0 found=1 last_seq=1", NULL},
        {"of nobody",
         "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash) "
         "VALUES (0x00000000000000000000000000000000, 1, 'CHARGE', 1, 1, NOW(3), 'x')",
         2,
         "entries of a user without a wallet: user=00000000-0000-0000-0000-000000000000 entries=1",
         NULL},
        {"of nobody, behind all",
         "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, created_at, hash) "
         "VALUES (0xffffffffffffffffffffffffffffffff, 1, 'CHARGE', 1, 1, NOW(3), 'x')",
         2,
         "entries of a user without a wallet: user=ffffffff-ffff-ffff-ffff-ffffffffffff entries=1",
         NULL},
    };
    EXPECT(damages);
}

static void test_wallets(void)
{
    static const struct damage damages[] = {
        {"balance", "UPDATE wallet SET balance = balance + 1 WHERE user_id = @B", 2,
         "not the sum of the ledger: user=@b balance=3001 ledger=3000", NULL},
        {"balance of one without entries", "UPDATE wallet SET balance = 1 WHERE user_id = @N", 2,
         "not the sum of the ledger: user=@n balance=1 ledger=0", NULL},
        {"a negative balance", "UPDATE wallet SET balance = -1 WHERE user_id = @N", 2,
         "a negative balance: user=@n balance=-1", NULL},
        {"entries", "UPDATE wallet SET entries = 3 WHERE user_id = @B", 2,
         "does not end with its last entry: user=@b entries=3 found=2 last_seq=2", NULL},
        {"entry_hash", "UPDATE wallet SET entry_hash = 'x' WHERE user_id = @B", 2,
         "whose hash is not that of its last entry: user=@b entries=2 last_seq=2", NULL},
        {"entry_hash of one without entries",
         "UPDATE wallet SET entry_hash = 'x' WHERE user_id = @N", 2,
         "whose hash is not that of its last entry: user=@n entries=0 last_seq=0", NULL},
        {"entry_at",
         "UPDATE wallet SET entry_at = entry_at + INTERVAL 1000 MICROSECOND WHERE user_id = @B", 2,
         "does not end with its last entry: user=@b entries=2 found=2 last_seq=2", NULL},
        {"the wallet is gone", "DELETE FROM wallet WHERE user_id = @B", 2,
         "entries of a user without a wallet: user=@b entries=2 ledger=3000", NULL},
        {"all wallets are gone", "DELETE FROM wallet", 2,
         "entries of a user without a wallet: user=@g entries=4 ledger=3500", NULL},
    };
    EXPECT(damages);
}

static void test_payments(void)
{
    static const struct damage damages[] = {
        {"missing", "DELETE FROM payment WHERE reservation_id = @P", 3,
         "reservation=@P status=CONFIRMED payments=0", NULL},
        {"missing, refunded", "DELETE FROM payment WHERE reservation_id = @R", 3,
         "reservation=@R status=REFUNDED payments=0", NULL},
        {"twice",
         "ALTER TABLE payment DROP KEY payment_reservation, "
         "ADD KEY payment_reservation (reservation_id); "
         "INSERT INTO payment (reservation_id, user_id, status, amount, paid_at) "
         "VALUES (@P, @B, 'COMPLETED', 2000, NOW(3))",
         3, "reservation=@P status=CONFIRMED payments=2",
         "DELETE FROM payment; ALTER TABLE payment DROP KEY payment_reservation, "
         "ADD UNIQUE KEY payment_reservation (reservation_id)"},
        {"amount", "UPDATE payment SET amount = 1 WHERE reservation_id = @P", 3,
         "reservation=@P user=@b status=COMPLETED amount=1 reservation_user=@b "
         "reservation_status=CONFIRMED reservation_amount=2000",
         NULL},
        {"refunded, but sold", "UPDATE payment SET status = 'REFUNDED' WHERE reservation_id = @P",
         3, "reservation=@P user=@b status=REFUNDED amount=2000", NULL},
        {"completed, but refunded",
         "UPDATE payment SET status = 'COMPLETED' WHERE reservation_id = @R", 3,
         "reservation=@R user=@g status=COMPLETED amount=1000", NULL},
        {"no such status", "UPDATE payment SET status = 'GONE' WHERE reservation_id = @R", 3,
         "reservation=@R user=@g status=GONE amount=1000", NULL},
        {"another's", "UPDATE payment SET user_id = @N WHERE reservation_id = @P", 3,
         "reservation=@P user=@n status=COMPLETED amount=2000 reservation_user=@b", NULL},
        {"of nothing",
         "INSERT INTO payment (reservation_id, user_id, status, amount, paid_at) "
         "VALUES (1000000000000, @B, 'COMPLETED', 1000, NOW(3))",
         3,
         "reservation=1000000000000 user=@b status=COMPLETED amount=1000 reservation_user=none "
         "reservation_status=none",
         NULL},
        {"of a hold",
         "INSERT INTO payment (reservation_id, user_id, status, amount, paid_at) "
         "VALUES (@H, @N, 'COMPLETED', 1000, NOW(3))",
         3, "reservation=@H user=@n status=COMPLETED amount=1000", NULL},
    };
    EXPECT(damages);
}

static void test_sales_and_their_entries(void)
{
    static const struct damage damages[] = {
        {"the entry is missing", "DELETE FROM wallet_entry WHERE reservation_id = @P", 3,
         "reservation=@P status=CONFIRMED payment_entries=0 refund_entries=0", NULL},
        {"the entry of the refund is missing",
         "DELETE FROM wallet_entry WHERE reservation_id = @R AND type = 'REFUND'", 3,
         "reservation=@R status=REFUNDED payment_entries=1 refund_entries=0", NULL},
        {"the entry of the payment is missing, refunded",
         "DELETE FROM wallet_entry WHERE reservation_id = @R AND type = 'PAYMENT'", 3,
         "reservation=@R status=REFUNDED payment_entries=0 refund_entries=1", NULL},
        {"the entry's amount", "UPDATE wallet_entry SET amount = -1 WHERE reservation_id = @P", 3,
         "not its reservation's: user=@b seq=2 type=PAYMENT amount=-1 reservation=@P", NULL},
        {"the refund's amount",
         "UPDATE wallet_entry SET amount = 999 WHERE reservation_id = @R AND type = 'REFUND'", 3,
         "not its reservation's: user=@g seq=3 type=REFUND amount=999 reservation=@R", NULL},
        {"paid twice",
         "INSERT INTO wallet_entry (user_id, seq, hash, type, amount, balance_after, "
         "reservation_id, created_at) VALUES (@B, 3, 'x', 'PAYMENT', -2000, 1000, @P, NOW(3))",
         3, "reservation=@P status=CONFIRMED payment_entries=2 refund_entries=0", NULL},
        {"refunded twice",
         "INSERT INTO wallet_entry (user_id, seq, hash, type, amount, balance_after, "
         "reservation_id, created_at) VALUES (@G, 5, 'x', 'REFUND', 1000, 4500, @R, NOW(3))",
         3, "reservation=@R status=REFUNDED payment_entries=1 refund_entries=2", NULL},
        {"a refund of what is still sold",
         "INSERT INTO wallet_entry (user_id, seq, hash, type, amount, balance_after, "
         "reservation_id, created_at) VALUES (@B, 3, 'x', 'REFUND', 2000, 5000, @P, NOW(3))",
         3,
         "not its reservation's: user=@b seq=3 type=REFUND amount=2000 reservation=@P "
         "reservation_user=@b reservation_status=CONFIRMED",
         NULL},
        {"a payment of another's",
         "UPDATE wallet_entry SET reservation_id = @R WHERE reservation_id = @P", 3,
         "not its reservation's: user=@b seq=2 type=PAYMENT amount=-2000 reservation=@R "
         "reservation_user=@g",
         NULL},
        {"a payment of nothing",
         "UPDATE wallet_entry SET reservation_id = 1000000000000 WHERE reservation_id = @P", 3,
         "seq=2 type=PAYMENT amount=-2000 reservation=1000000000000 reservation_user=none", NULL},
        {"a payment of less than nothing",
         "UPDATE wallet_entry SET reservation_id = -5 WHERE reservation_id = @P", 3,
         "seq=2 type=PAYMENT amount=-2000 reservation=-5 reservation_user=none", NULL},
        {"a payment of a hold",
         "INSERT INTO wallet_entry (user_id, seq, hash, type, amount, balance_after, "
         "reservation_id, created_at) VALUES (@N, 1, 'x', 'PAYMENT', -1000, 0, @H, NOW(3))",
         3, "user=@n seq=1 type=PAYMENT amount=-1000 reservation=@H", NULL},
        {"sold, says the reservation alone",
         "UPDATE reservation SET status = 'CONFIRMED', paid_at = NOW(3) WHERE reservation_id = @H",
         3, "reservation=@H status=CONFIRMED payment_entries=0 refund_entries=0", NULL},
        {"refunded, says the reservation alone",
         "UPDATE reservation SET status = 'REFUNDED' WHERE reservation_id = @P", 3,
         "reservation=@P status=REFUNDED payment_entries=1 refund_entries=0", NULL},
        {"sold again after its refund",
         "UPDATE reservation SET status = 'CONFIRMED' WHERE reservation_id = @R", 3,
         "reservation=@R status=CONFIRMED payment_entries=1 refund_entries=1", NULL},
        {"given back after it was paid",
         "UPDATE reservation SET status = 'CANCELED', paid_at = NULL WHERE reservation_id = @P", 3,
         "reservation=@P user=@b status=COMPLETED amount=2000 reservation_user=@b "
         "reservation_status=CANCELED",
         NULL},
        {"another buyer's", "UPDATE reservation SET user_id = @N WHERE reservation_id = @P", 3,
         "user=@b seq=2 type=PAYMENT amount=-2000 reservation=@P reservation_user=@n", NULL},
    };
    EXPECT(damages);
}

static void test_the_queue(void)
{
    static const struct damage damages[] = {
        {"inside above now serving", "UPDATE queue_state SET now_serving = 1 WHERE concert_id = @C",
         4, "above now serving: concert=@C", NULL},
        {"inside without a number", "UPDATE queue_token SET ticket = NULL WHERE ticket = 2", 4,
         "above now serving: concert=@C", NULL},
        {"inside without a queue", "DELETE FROM queue_state WHERE concert_id = @C", 4,
         "above now serving: concert=@C", NULL},
        {"a number twice",
         "ALTER TABLE queue_token DROP KEY queue_token_ticket, "
         "ADD KEY queue_token_ticket (concert_id, ticket); "
         "UPDATE queue_token SET ticket = 1 WHERE concert_id = @C",
         4, "more than once: concert=@C ticket=1 times=3",
         "DELETE FROM queue_token; ALTER TABLE queue_token DROP KEY queue_token_ticket, "
         "ADD UNIQUE KEY queue_token_ticket (concert_id, ticket)"},
        {"a batch beyond the cap", "UPDATE admission SET active_before = 1 WHERE admission_id = @A",
         4, "concert=@C admission=@A inside_before=1 admitted=2 cap=2", NULL},
        {"more people inside than the cap",
         "UPDATE admission SET admitted = 1, max_active = 1, admitted_at = NOW(3) "
         "WHERE admission_id = @A; "
         "UPDATE queue_token SET ended_at = NULL, status = 'ACTIVE' WHERE concert_id = @C",
         4, "concert=@C admission=@A inside=3 cap=1", NULL},
    };
    EXPECT(damages);
}

static void test_capacities(void)
{
    static const struct damage damages[] = {
        {"a seat is gone", "DELETE FROM seat WHERE seat_id = @7", 5,
         "schedule=@S concert=@C capacity=10 seats=9", NULL},
        {"all seats are gone", "DELETE FROM seat", 5, "schedule=@S concert=@C capacity=10 seats=0",
         NULL},
        {"the capacity", "UPDATE schedule SET capacity = 11 WHERE schedule_id = @S", 5,
         "schedule=@S concert=@C capacity=11 seats=10", NULL},
        {"a seat's number", "UPDATE seat SET seat_number = 12 WHERE seat_id = @8", 5,
         "schedule=@S concert=@C capacity=10 seats=10", NULL},
        {"no such status", "UPDATE seat SET status = 'GONE' WHERE seat_id = @8", 5,
         "schedule=@S concert=@C capacity=10 seats=10", NULL},
        {"a seat of another schedule",
         "UPDATE seat SET schedule_id = 1000000000000 WHERE seat_id = @8", 5,
         "seats of no schedule: schedule=1000000000000 seats=1", NULL},
        {"the schedule is gone", "DELETE FROM schedule", 5,
         "seats of no schedule: schedule=@S seats=10", NULL},
    };
    EXPECT(damages);
}

SUITE(domain_verify_faults, TEST(test_seats_and_their_owners), TEST(test_entries_that_were_changed),
      TEST(test_entries_gone_moved_and_added), TEST(test_wallets), TEST(test_payments),
      TEST(test_sales_and_their_entries), TEST(test_the_queue), TEST(test_capacities));
