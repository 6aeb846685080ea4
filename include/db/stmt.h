/*
 * Every SQL statement, in one table: name, number of parameters, number of columns, text.
 *
 * All of them run unchanged on MariaDB 10.6 or later and MySQL 8.0 or later. They are prepared
 * once at start with these numbers checked, so that a typo fails there (after OpenSMTPD's
 * table_mysql.c). Their rows are read where the struct that they fill lives: in the domain module
 * that is their only user.
 *
 * Each program has a database account with the rights that its statements need and no other (see
 * db/grants.h), so a name says who may run it: JOB_ is the job's alone, DESK_ is for the clerks
 * beside the workers' (domain/clerk.h; the account is the same), TOOL_ is the operator's tool's
 * beside the workers', VERIFY_ is `frontrow verify`'s beside the workers', GRANTS_ is
 * `frontrow migrate --grants`'s; any other is the workers', and the job's too if STMT_JOB_SHARES
 * names it. A statement that somebody else runs is refused (db_serve), so that a test finds it
 * whatever its account may do. Each one of the workers' is prepared in a hundred of them, so the
 * others' stay apart.
 *
 * Locks are taken in one order everywhere: queue token, reservation, seats by id, wallet.
 */
#ifndef FRONTROW_DB_STMT_H
#define FRONTROW_DB_STMT_H

#include "db/stmt_verify.h"

#include <stdbool.h>
#include <stdint.h>

#define STMT_4_MARKS "?,?,?,?"
#define STMT_20_MARKS                                                                              \
    STMT_4_MARKS "," STMT_4_MARKS "," STMT_4_MARKS "," STMT_4_MARKS "," STMT_4_MARKS
#define STMT_100_MARKS                                                                             \
    STMT_20_MARKS "," STMT_20_MARKS "," STMT_20_MARKS "," STMT_20_MARKS "," STMT_20_MARKS

/* The state that everyone sees: the one that the operator has set, or what stands before it. */
#define STMT_SHOWN_STATE                                                                           \
    "CASE WHEN q.state = 'CLOSED' THEN 'CLOSED' WHEN q.sold_out = 1 THEN 'SOLD_OUT' "              \
    "WHEN q.state = 'OPEN' AND q.prequeue = 1 THEN 'PREQUEUE' ELSE q.state END"

#define STMT_CONCERT_COLUMNS                                                                       \
    "c.concert_id, c.title, c.artist, c.host, c.time_zone, c.hold_seconds, "                       \
    "c.hold_extend_seconds, c.max_seats_per_user, q.admit_count, q.admit_interval_seconds, "       \
    "q.max_active, q.session_seconds, q.claim_seconds, "                                           \
    "q.token_lifetime_seconds, " STMT_SHOWN_STATE                                                  \
    ", q.message_ko, q.message_en, q.opens_at, q.state, q.prequeue "

#define STMT_QUEUE_COLUMNS                                                                         \
    "q.concert_id, " STMT_SHOWN_STATE ", q.prequeue, q.now_serving, q.last_ticket, q.waiting, "    \
    "q.active, CASE WHEN q.rate_at > NOW(3) - INTERVAL 1 MINUTE THEN q.rate_micros END, q.t0, "    \
    "q.last_batch, q.admit_count, q.admit_interval_seconds, q.max_active, "                        \
    "q.token_lifetime_seconds, q.message_ko, q.message_en, l.ticked_at, NOW(3), "                  \
    "q.claim_seconds, q.opens_at, y.token_floor, LOWER(HEX(y.seed_hash)), "                        \
    "CASE WHEN y.drawn_at IS NOT NULL THEN LOWER(HEX(y.seed)) END, "                               \
    "q.limited_by, q.flow_people, q.flow_ms, q.flow_at "

#define STMT_QUEUE_TABLES                                                                          \
    "FROM queue_state q JOIN job_lease l ON l.name = 'job' "                                       \
    "LEFT JOIN lottery y ON y.lottery_id = q.lottery_id "

/* A queue with its concert's title, for the operator's tool. */
#define STMT_QUEUE_TITLED                                                                          \
    "SELECT c.title, " STMT_QUEUE_COLUMNS STMT_QUEUE_TABLES                                        \
    "JOIN concert c ON c.concert_id = q.concert_id "

#define STMT_TOKEN_COLUMNS                                                                         \
    "t.token_id, t.user_id, t.concert_id, t.ticket, t.status, t.created_at, t.expires_at, "        \
    "t.claimed_at, t.session_ends_at, NOW(3) "

#define STMT_SCHEDULE_COLUMNS                                                                      \
    "s.schedule_id, s.concert_id, DATE_FORMAT(s.local_date, '%Y-%m-%d'), s.starts_at, "            \
    "s.booking_opens_at, s.booking_closes_at, s.refund_closes_at, s.capacity, s.canceled_at, "     \
    "COALESCE(e.min_price, s.min_price), COALESCE(e.max_price, s.max_price), "                     \
    "COALESCE(e.edition, 0) "
/* A schedule with what has been changed of it, see schema/007_edition.sql. */
#define STMT_EDITION "LEFT JOIN hall_edition e ON e.schedule_id = s.schedule_id "
/* The same number alone, NULL where nothing has been changed: with the states of seats. */
#define STMT_EDITION_OF "(SELECT e.edition FROM hall_edition e WHERE e.schedule_id = ?) "

#define STMT_LOTTERY_OF                                                                            \
    "SELECT q.prequeue, COALESCE(y.opened_at, q.opens_at, NOW(3)), "                               \
    "COALESCE(y.opened_at, q.opens_at, NOW(3)) <= NOW(3), y.lottery_id, y.seed, y.first_ticket, "  \
    "y.entrants, y.numbered, q.token_lifetime_seconds FROM queue_state q "                         \
    "JOIN lottery y ON y.lottery_id = q.lottery_id "

#define STMT_TERMS_COLUMNS                                                                         \
    "x.concert_id, x.starts_at, x.booking_opens_at, x.booking_closes_at, x.canceled_at, "          \
    "c.hold_seconds, c.max_seats_per_user"

/* A seat is free from the moment its hold is over, whether the job has tidied it or not. */
#define STMT_SEAT_FREE "(status = 'AVAILABLE' OR (status = 'HELD' AND hold_expires_at <= NOW(3)))"

/* Parts of the question whether a concert is sold out. */
#define STMT_SHOWS    "SELECT 1 FROM schedule s WHERE s.concert_id = ? AND s.canceled_at IS NULL "
#define STMT_BOOKABLE "AND s.booking_closes_at > NOW(3) "
/* Whether a seat of these shows is or may become free. Joined, and with the order and the indexes
 * named: as a condition on each show MariaDB answers it from all seats of all concerts. */
#define STMT_UNSOLD_SEAT(state, which)                                                             \
    "EXISTS (SELECT 1 FROM schedule s FORCE INDEX (schedule_time) "                                \
    "STRAIGHT_JOIN seat t FORCE INDEX (seat_status) ON t.schedule_id = s.schedule_id "             \
    "AND t.status = '" state "' WHERE s.concert_id = ? AND s.canceled_at IS NULL " which ")"
#define STMT_UNSOLD(which)                                                                         \
    STMT_UNSOLD_SEAT("AVAILABLE", which) " OR " STMT_UNSOLD_SEAT("HELD", which)

/* How many seats of a concert can be booked: those never held, and those whose hold is over. Each
 * part ends at its limit and reads nothing but the index. */
#define STMT_BOOKABLE_SEATS(which)                                                                 \
    "(SELECT COUNT(*) FROM (SELECT 1 FROM schedule s FORCE INDEX (schedule_time) "                 \
    "JOIN seat t FORCE INDEX (seat_status) ON t.schedule_id = s.schedule_id AND " which            \
    "WHERE s.concert_id = ? AND s.canceled_at IS NULL " STMT_BOOKABLE "LIMIT ?) n) "
#define STMT_FREE_SEATS                                                                            \
    STMT_BOOKABLE_SEATS("t.status = 'AVAILABLE' ")                                                 \
    "+ " STMT_BOOKABLE_SEATS("t.status = 'HELD' AND t.hold_expires_at <= NOW(3) ")

#define STMT_SEAT_COLUMNS                                                                          \
    "seat_id, seat_number, section, row_label, price, "                                            \
    "CASE WHEN status = 'HELD' AND hold_expires_at <= NOW(3) THEN 'AVAILABLE' ELSE status END, "   \
    "reservation_id "

/* The states of seats for somebody who is inside and has claimed the session, in one statement: the
 * ids and states alone are in the index, and the states that hold times are over end here. */
#define STMT_TOKEN_K "queue_token k FORCE INDEX (PRIMARY) "
#define STMT_TOKEN_INSIDE                                                                          \
    "k.token_id = ? AND k.user_id = ? AND k.concert_id = ? AND k.status = 'ACTIVE' "               \
    "AND k.claimed_at IS NOT NULL AND k.expires_at > NOW(3)"
#define STMT_SEAT_T_BY_STATUS "seat t FORCE INDEX (seat_status) "
#define STMT_SEAT_SHOWN       "CASE WHEN t.hold_expires_at <= NOW(3) THEN 'AVAILABLE' ELSE t.status END "

/* What a hold of named seats needs to know: token, terms, seats; a row for each seat and each other
 * reservation of the user's in the schedule, which is joined since a subquery costs five times as
 * much. Locks nothing, and has no row if something is missing, such as the user. */
#define STMT_HOLD_LOOK                                                                             \
    "SELECT STRAIGHT_JOIN " STMT_TOKEN_COLUMNS ", t.holds, " STMT_TERMS_COLUMNS                    \
    ", o.status, o.seat_count, o.hold_expires_at, s.seat_id, s.seat_number, s.section, "           \
    "s.row_label, s.price, CASE WHEN s.status = 'HELD' AND s.hold_expires_at <= NOW(3) "           \
    "THEN 'AVAILABLE' ELSE s.status END, s.reservation_id "                                        \
    "FROM queue_token t JOIN wallet w JOIN schedule x "                                            \
    "JOIN concert c ON c.concert_id = x.concert_id JOIN seat s "
#define STMT_HOLD_LOOK_OTHERS                                                                      \
    "LEFT JOIN reservation o FORCE INDEX (reservation_user_schedule) ON o.user_id = ? "            \
    "AND o.schedule_id = ? WHERE t.token_id = ? AND w.user_id = ? AND x.schedule_id = ? "          \
    "AND s.schedule_id = ? "

#define STMT_SEAT_CHOICE "SELECT " STMT_SEAT_COLUMNS "FROM seat WHERE schedule_id = ? AND "

/* Seats to be locked are found by their ids, or by their reservation. Left to themselves the
 * servers read a whole small hall at times, and lock the others' seats on the way. */
#define STMT_SEAT_BY_ID          "seat FORCE INDEX (PRIMARY) "
#define STMT_SEAT_T_BY_ID        "seat t FORCE INDEX (PRIMARY) "
#define STMT_SEAT_BY_RESERVATION "seat FORCE INDEX (seat_reservation) "

#define STMT_SEAT_TAKE                                                                             \
    "UPDATE " STMT_SEAT_BY_ID "SET status = 'HELD', reservation_id = ?, hold_expires_at = ? "      \
    "WHERE " STMT_SEAT_FREE " AND seat_id IN "

#define STMT_SEAT_LOCK                                                                             \
    "SELECT " STMT_SEAT_COLUMNS "FROM " STMT_SEAT_BY_ID "WHERE " STMT_SEAT_FREE " AND seat_id IN "

/* A part of the free seats of a schedule, from an id on, in their order: from the index alone. A
 * table of its own, since early releases of MySQL 8.0 take few of the places for parentheses. */
#define STMT_FREE_PART(which)                                                                      \
    "SELECT seat_id FROM (SELECT seat_id FROM seat FORCE INDEX (seat_status) "                     \
    "WHERE schedule_id = ? AND " which "AND seat_id > ? ORDER BY seat_id LIMIT ?) p "

/* Numbers from 0 on come from multiplying the ten rows of digit. Ten thousand seats at the most: an
 * INSERT ... SELECT keeps every other insert into the table waiting until it has ended. */
#define STMT_SEATS_INSERT(number, digits)                                                          \
    "INSERT INTO seat (schedule_id, seat_number, section, row_label, price, status) "              \
    "SELECT ?, ? + n.i, ?, CASE WHEN ? > 0 THEN CAST((? + n.i) DIV ? + 1 AS CHAR) END, ?, "        \
    "'AVAILABLE' "                                                                                 \
    "FROM (SELECT " number " AS i FROM " digits ") n WHERE n.i < ? ORDER BY n.i LIMIT ?"

#define STMT_RESERVATION_COLUMNS                                                                   \
    "r.reservation_id, r.user_id, r.concert_id, r.schedule_id, "                                   \
    "CASE WHEN r.status = 'PENDING' AND r.hold_expires_at <= NOW(3) THEN 'EXPIRED' "               \
    "ELSE r.status END, "                                                                          \
    "r.seat_count, r.amount, r.created_at, r.hold_expires_at, r.paid_at "

#define STMT_RESERVATION_SHOWN                                                                     \
    "SELECT " STMT_RESERVATION_COLUMNS ", s.starts_at, p.payment_id FROM reservation r "           \
    "JOIN schedule s ON s.schedule_id = r.schedule_id "                                            \
    "LEFT JOIN payment p ON p.reservation_id = r.reservation_id "

#define STMT_LISTING_COLUMNS                                                                       \
    "c.concert_id, c.title, c.artist, c.host, c.time_zone, " STMT_SHOWN_STATE ", "

/* A reservation that owns its seats: paid, or held and not over. */
#define STMT_RESERVATION_LIVE                                                                      \
    "(r.status = 'CONFIRMED' OR (r.status = 'PENDING' AND r.hold_expires_at > NOW(3))) "

/* Tables of which one row is changed by its id. The conditions beside the id would let the servers
 * take another index at times, and lock other rows on the way. */
#define STMT_TOKEN_BY_ID       "queue_token FORCE INDEX (PRIMARY) "
#define STMT_RESERVATION_BY_ID "reservation FORCE INDEX (PRIMARY) "

/* Rows of one queue in one state, in the order of their numbers. Left to themselves the servers go
 * by the number or by the end of the wait at times, and read whole rows of another state on the
 * way: ten thousand of those inside before the first who waits. */
#define STMT_TOKEN_BY_STATUS "queue_token FORCE INDEX (queue_token_status) "

/* Rows of people who join one queue, for the process that joins for its host. The first one looks
 * whether joins are possible at this moment: if not, or if a wait lasts another time than it was
 * said to, its end is NULL, which refuses all of them. */
#define STMT_TOKENS_INTO                                                                           \
    "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, expires_at) "       \
    "VALUES (?, ?, ?, 'WAITING', NOW(3), NOW(3) + INTERVAL (SELECT q.token_lifetime_seconds "      \
    "FROM queue_state q WHERE q.concert_id = ? AND q.token_lifetime_seconds = ? "                  \
    "AND q.state IN ('OPEN', 'PAUSED') AND q.sold_out = 0 AND q.prequeue <> 1) SECOND)"
#define STMT_TOKENS_1  ", (?, ?, ?, 'WAITING', NOW(3), NOW(3) + INTERVAL ? SECOND)"
#define STMT_TOKENS_3  STMT_TOKENS_1 STMT_TOKENS_1 STMT_TOKENS_1
#define STMT_TOKENS_7  STMT_TOKENS_3 STMT_TOKENS_3 STMT_TOKENS_1
#define STMT_TOKENS_15 STMT_TOKENS_7 STMT_TOKENS_7 STMT_TOKENS_1
#define STMT_TOKENS_31 STMT_TOKENS_15 STMT_TOKENS_15 STMT_TOKENS_1
#define STMT_TOKENS_63 STMT_TOKENS_31 STMT_TOKENS_31 STMT_TOKENS_1

/* Statements of so many rows, for the clerks: none that stands in a SELECT, so that the number of
 * rows is known beforehand and their ids follow each other. `tail` follows the rows. */
#define STMT_ROWS_2(row)  row ", " row
#define STMT_ROWS_3(row)  STMT_ROWS_2(row) ", " row
#define STMT_ROWS_4(row)  STMT_ROWS_2(row) ", " STMT_ROWS_2(row)
#define STMT_ROWS_5(row)  STMT_ROWS_4(row) ", " row
#define STMT_ROWS_6(row)  STMT_ROWS_4(row) ", " STMT_ROWS_2(row)
#define STMT_ROWS_7(row)  STMT_ROWS_6(row) ", " row
#define STMT_ROWS_8(row)  STMT_ROWS_4(row) ", " STMT_ROWS_4(row)
#define STMT_ROWS_12(row) STMT_ROWS_8(row) ", " STMT_ROWS_4(row)
#define STMT_ROWS_16(row) STMT_ROWS_8(row) ", " STMT_ROWS_8(row)
#define STMT_ROWS_24(row) STMT_ROWS_16(row) ", " STMT_ROWS_8(row)
#define STMT_ROWS_32(row) STMT_ROWS_16(row) ", " STMT_ROWS_16(row)
#define STMT_32_MARKS     STMT_ROWS_32("?")
#define DESK_ROWS_TAIL(X, name, per_row, head, row, tail)                                          \
    X(name##_1, (per_row), 0, head row tail)                                                       \
    X(name##_2, 2 * (per_row), 0, head STMT_ROWS_2(row) tail)                                      \
    X(name##_3, 3 * (per_row), 0, head STMT_ROWS_3(row) tail)                                      \
    X(name##_4, 4 * (per_row), 0, head STMT_ROWS_4(row) tail)                                      \
    X(name##_5, 5 * (per_row), 0, head STMT_ROWS_5(row) tail)                                      \
    X(name##_6, 6 * (per_row), 0, head STMT_ROWS_6(row) tail)                                      \
    X(name##_7, 7 * (per_row), 0, head STMT_ROWS_7(row) tail)                                      \
    X(name##_8, 8 * (per_row), 0, head STMT_ROWS_8(row) tail)                                      \
    X(name##_12, 12 * (per_row), 0, head STMT_ROWS_12(row) tail)                                   \
    X(name##_16, 16 * (per_row), 0, head STMT_ROWS_16(row) tail)                                   \
    X(name##_24, 24 * (per_row), 0, head STMT_ROWS_24(row) tail)                                   \
    X(name##_32, 32 * (per_row), 0, head STMT_ROWS_32(row) tail)
#define DESK_ROWS(X, name, per_row, head, row) DESK_ROWS_TAIL(X, name, per_row, head, row, "")

/* Tokens with the reservation that each of them pays, and its seats, for a clerk. */
#define STMT_PAIR     "WHEN ? THEN ? "
#define STMT_4_PAIRS  STMT_PAIR STMT_PAIR STMT_PAIR STMT_PAIR
#define STMT_16_PAIRS STMT_4_PAIRS STMT_4_PAIRS STMT_4_PAIRS STMT_4_PAIRS
#define STMT_PAIRS_OF_TOKENS                                                                       \
    "queue_token t FORCE INDEX (PRIMARY) STRAIGHT_JOIN reservation r FORCE INDEX (PRIMARY) "       \
    "ON r.reservation_id = CASE t.token_id " STMT_16_PAIRS STMT_16_PAIRS                           \
    "END AND r.status = 'PENDING' "
#define STMT_SEATS_OF_PAIRS                                                                        \
    "STRAIGHT_JOIN seat s FORCE INDEX (seat_reservation) "                                         \
    "ON s.reservation_id = r.reservation_id AND s.status = 'HELD' "

/* X(name, parameters, columns, text) */
/* clang-format off */
#define STMT_LIST(X)                                                                               \
    X(NOW, 0, 1, "SELECT NOW(3)")                                                                  \
    X(SCHEMA_NUMBER, 0, 1, "SELECT MAX(number) FROM schema_migration")                             \
    /* users and wallets */                                                                        \
    X(USER_GET, 1, 2, "SELECT user_id, name FROM user WHERE user_id = ?")                          \
    X(USER_KNOWN, 2, 1,                                                                            \
      "SELECT EXISTS (SELECT 1 FROM user WHERE user_id = ?) "                                      \
      "OR EXISTS (SELECT 1 FROM queue_token WHERE user_id = ?)")                                   \
    X(USER_INSERT, 2, 0,                                                                           \
      "INSERT INTO user (user_id, name, created_at) VALUES (?, ?, NOW(3)) "                        \
      "ON DUPLICATE KEY UPDATE name = COALESCE(VALUES(name), name)")                               \
    X(WALLET_INSERT, 1, 0,                                                                         \
      "INSERT INTO wallet (user_id, balance) VALUES (?, 0) ON DUPLICATE KEY UPDATE user_id = user_id") \
    X(WALLET_GET, 1, 1, "SELECT balance FROM wallet WHERE user_id = ?")                            \
    X(WALLET_MOVE, 7, 0,                                                                           \
      /* assigned from left to right, on both servers: what stands further right sees the new values;\
       * the hash's text is described in schema/005_ledger.sql */                                  \
      "UPDATE wallet SET balance = LAST_INSERT_ID(balance + ?), entries = entries + 1, "           \
      "entry_at = NOW(3), entry_hash = UNHEX(SHA2(CONCAT(LOWER(HEX(entry_hash)), '|', "            \
      "LOWER(HEX(user_id)), '|', entries, '|', ?, '|', ?, '|', balance, '|', ?, '|', "             \
      "DATE_FORMAT(entry_at, '%Y-%m-%d %H:%i:%s.%f')), 256)) "                                     \
      "WHERE user_id = ? AND balance + ? BETWEEN 0 AND ?")                                         \
    X(WALLET_ENTRY_INSERT, 8, 0,                                                                   \
      /* no INSERT ... SELECT: with MariaDB's defaults it keeps all others out of the table */     \
      "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, reservation_id, "      \
      "created_at, hash) VALUES (?, (SELECT entries FROM wallet WHERE user_id = ?), ?, ?, ?, ?, "  \
      "(SELECT entry_at FROM wallet WHERE user_id = ?), "                                          \
      "(SELECT entry_hash FROM wallet WHERE user_id = ?))")                                        \
    /* the same of a wallet that has been read: nothing is computed or looked up again; changes no  \
     * row if the wallet is not as it was */                                                       \
    X(WALLET_MOVE_SEEN, 7, 0,                                                                      \
      "UPDATE wallet SET balance = ?, entries = ?, entry_at = ?, entry_hash = ? "                  \
      "WHERE user_id = ? AND entries = ? AND balance = ?")                                         \
    X(WALLET_ENTRY_ADD, 8, 0,                                                                      \
      "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, reservation_id, "      \
      "created_at, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")                                         \
    /* the same of the wallets of a clerk's batch, which are locked: none of them is inserted */     \
    X(DESK_WALLETS_LOCK, 32, 5,                                                                    \
      "SELECT user_id, balance, entries, entry_hash, NOW(3) FROM wallet FORCE INDEX (PRIMARY) "    \
      "WHERE user_id IN (" STMT_32_MARKS ") FOR UPDATE SKIP LOCKED")                               \
    DESK_ROWS_TAIL(X, DESK_WALLETS_MOVE, 5,                                                        \
      "INSERT INTO wallet (user_id, balance, entries, entry_at, entry_hash) VALUES ",              \
      "(?, ?, ?, ?, ?)",                                                                           \
      " ON DUPLICATE KEY UPDATE balance = VALUES(balance), entries = VALUES(entries), "            \
      "entry_at = VALUES(entry_at), entry_hash = VALUES(entry_hash)")                              \
    DESK_ROWS(X, DESK_ENTRIES_INSERT, 8,                                                           \
      "INSERT INTO wallet_entry (user_id, seq, type, amount, balance_after, reservation_id, "      \
      "created_at, hash) VALUES ", "(?, ?, ?, ?, ?, ?, ?, ?)")                                     \
    X(WALLET_ENTRIES, 3, 7,                                                                        \
      "SELECT seq, entry_id, type, amount, balance_after, reservation_id, created_at "             \
      "FROM wallet_entry WHERE user_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?")                 \
    /* idempotency and audit and outgoing events */                                                \
    X(IDEM_INSERT, 3, 0,                                                                           \
      "INSERT INTO idempotency (subject, idempotency_key, fingerprint, status, body, created_at) " \
      "VALUES (?, ?, ?, 0, '', NOW(3))")                                                           \
    X(IDEM_GET, 2, 4,                                                                              \
      "SELECT fingerprint, status, body, created_at <= NOW(3) - INTERVAL 1 DAY "                   \
      "FROM idempotency WHERE subject = ? AND idempotency_key = ?")                                \
    X(IDEM_DELETE_OLD, 2, 0,                                                                       \
      "DELETE FROM idempotency WHERE subject = ? AND idempotency_key = ? "                         \
      "AND created_at <= NOW(3) - INTERVAL 1 DAY")                                                 \
    X(IDEM_STORE, 4, 0,                                                                            \
      "UPDATE idempotency SET status = ?, body = ? WHERE subject = ? AND idempotency_key = ?")     \
    /* the keys of a clerk's batch; those that are there already have another status than 0, and    \
     * are not counted (by ON DUPLICATE KEY UPDATE they would be) */                               \
    DESK_ROWS(X, DESK_IDEM_INSERT, 3,                                                              \
      "INSERT IGNORE INTO idempotency (subject, idempotency_key, fingerprint, status, body, "      \
      "created_at) VALUES ", "(?, ?, ?, 0, '', NOW(3))")                                           \
    X(DESK_IDEM_KNOWN, 2, 1,                                                                       \
      "SELECT status FROM idempotency WHERE subject = ? AND idempotency_key = ?")                  \
    X(DESK_IDEM_DROP, 2, 0,                                                                        \
      "DELETE FROM idempotency WHERE subject = ? AND idempotency_key = ? AND status = 0")          \
    DESK_ROWS_TAIL(X, DESK_IDEM_STORE, 5,                                                          \
      "INSERT INTO idempotency (subject, idempotency_key, fingerprint, status, body, created_at) " \
      "VALUES ", "(?, ?, ?, ?, ?, NOW(3))",                                                        \
      " ON DUPLICATE KEY UPDATE status = VALUES(status), body = VALUES(body)")                     \
    X(AUDIT_INSERT, 5, 0,                                                                          \
      "INSERT INTO audit (at, actor, action, target, before_json, after_json) "                    \
      "VALUES (NOW(3), ?, ?, ?, ?, ?)")                                                            \
    X(AUDIT_LIST, 2, 7,                                                                            \
      "SELECT audit_id, at, actor, action, target, before_json, after_json FROM audit "            \
      "WHERE audit_id < ? ORDER BY audit_id DESC LIMIT ?")                                         \
    X(OUTBOX_INSERT, 3, 0,                                                                         \
      "INSERT INTO outbox (type, concert_id, reservation_id, created_at) VALUES (?, ?, ?, NOW(3))") \
    /* concerts */                                                                                 \
    X(CONCERT_INSERT, 7, 0,                                                                        \
      "INSERT INTO concert (title, artist, host, time_zone, hold_seconds, hold_extend_seconds, "   \
      "max_seats_per_user, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, NOW(3))")                      \
    X(CONCERT_UPDATE, 8, 0,                                                                        \
      "UPDATE concert SET title = ?, artist = ?, host = ?, time_zone = ?, hold_seconds = ?, "      \
      "hold_extend_seconds = ?, max_seats_per_user = ? WHERE concert_id = ?")                      \
    X(CONCERT_GET, 1, 20,                                                                          \
      "SELECT " STMT_CONCERT_COLUMNS "FROM concert c "                                             \
      "JOIN queue_state q ON q.concert_id = c.concert_id WHERE c.concert_id = ?")                  \
    /* the queue first, like a join or an admission, whose new row then locks its concert */       \
    X(CONCERT_LOCK, 1, 20,                                                                         \
      "SELECT " STMT_CONCERT_COLUMNS "FROM queue_state q "                                         \
      "STRAIGHT_JOIN concert c ON c.concert_id = q.concert_id WHERE q.concert_id = ? FOR UPDATE")  \
    X(CONCERT_LIST, 5, 7,                                                                          \
      "SELECT " STMT_LISTING_COLUMNS "n.next_at FROM "                                             \
      "(SELECT concert_id, MIN(starts_at) AS next_at FROM schedule "                               \
      "WHERE starts_at > NOW(3) AND canceled_at IS NULL GROUP BY concert_id) n "                   \
      "JOIN concert c ON c.concert_id = n.concert_id "                                             \
      "JOIN queue_state q ON q.concert_id = n.concert_id "                                         \
      "WHERE n.next_at > ? OR (n.next_at = ? AND n.concert_id > ?) OR ? = 0 "                      \
      "ORDER BY n.next_at, n.concert_id LIMIT ?")                                                  \
    X(CONCERT_LISTING_GET, 1, 7,                                                                   \
      "SELECT " STMT_LISTING_COLUMNS                                                               \
      "(SELECT MIN(s.starts_at) FROM schedule s WHERE s.concert_id = c.concert_id "                \
      "AND s.starts_at > NOW(3) AND s.canceled_at IS NULL) FROM concert c "                        \
      "JOIN queue_state q ON q.concert_id = c.concert_id WHERE c.concert_id = ?")                  \
    X(CONCERT_PAGE, 2, 21,                                                                         \
      "SELECT " STMT_CONCERT_COLUMNS ", (SELECT MIN(s.starts_at) FROM schedule s "                 \
      "WHERE s.concert_id = c.concert_id AND s.starts_at > NOW(3) AND s.canceled_at IS NULL) "     \
      "FROM concert c JOIN queue_state q ON q.concert_id = c.concert_id "                          \
      "WHERE c.concert_id < ? ORDER BY c.concert_id DESC LIMIT ?")                                 \
    X(CONCERT_SCHEDULES, 1, 2,                                                                     \
      "SELECT schedule_id, starts_at FROM schedule WHERE concert_id = ? ORDER BY schedule_id")     \
    X(QUEUE_STATE_INSERT, 11, 0,                                                                   \
      "INSERT INTO queue_state (concert_id, state, admit_count, admit_interval_seconds, "          \
      "max_active, session_seconds, claim_seconds, token_lifetime_seconds, message_ko, "           \
      "message_en, opens_at, t0) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3))")                \
    X(QUEUE_COUNTER_INSERT, 1, 0, "INSERT INTO queue_counter (concert_id) VALUES (?)")             \
    X(QUEUE_STATE_UPDATE, 11, 0,                                                                   \
      "UPDATE queue_state SET state = ?, admit_count = ?, admit_interval_seconds = ?, "            \
      "max_active = ?, session_seconds = ?, claim_seconds = ?, token_lifetime_seconds = ?, "       \
      "message_ko = ?, message_en = ?, opens_at = ? WHERE concert_id = ?")                         \
    X(QUEUE_STATE_REOPEN, 1, 0,                                                                    \
      "UPDATE queue_state SET t0 = NOW(3), last_batch = -2 WHERE concert_id = ?")                  \
    X(QUEUE_STATE_REBASE, 4, 0,                                                                    \
      "UPDATE queue_state SET last_batch = GREATEST(-1, FLOOR(GREATEST("                           \
      "TIMESTAMPDIFF(MICROSECOND, t0, ?), last_batch * ? * 1000000) / (? * 1000000))) "            \
      "WHERE concert_id = ? AND last_batch >= -1")                                                 \
    X(STATS_ADMITTED, 1, 1,                                                                        \
      "SELECT CAST(COALESCE(SUM(admitted), 0) AS SIGNED) FROM admission "                          \
      "WHERE concert_id = ? AND admitted_at > NOW(3) - INTERVAL 1 MINUTE")                         \
    X(STATS_SOLD, 1, 1,                                                                            \
      "SELECT CAST(COALESCE(SUM(r.seat_count), 0) AS SIGNED) FROM payment p "                      \
      "JOIN reservation r ON r.reservation_id = p.reservation_id "                                 \
      "WHERE p.paid_at > NOW(3) - INTERVAL 1 MINUTE AND r.concert_id = ?")                         \
    X(STATS_SCHEDULES, 1, 6,                                                                       \
      "SELECT s.schedule_id, "                                                                     \
      "CAST(SUM(t.status = 'AVAILABLE' OR (t.status = 'HELD' AND t.hold_expires_at <= NOW(3))) "   \
      "AS SIGNED), "                                                                               \
      "CAST(SUM(t.status = 'HELD' AND t.hold_expires_at > NOW(3)) AS SIGNED), "                    \
      "CAST(SUM(t.status = 'SOLD') AS SIGNED), CAST(SUM(t.status = 'BLOCKED') AS SIGNED), "        \
      "(SELECT CAST(COALESCE(SUM(r.amount), 0) AS SIGNED) FROM reservation r "                     \
      "WHERE r.schedule_id = s.schedule_id AND r.status = 'CONFIRMED') "                           \
      "FROM schedule s JOIN seat t FORCE INDEX (seat_status) ON t.schedule_id = s.schedule_id "    \
      "WHERE s.concert_id = ? GROUP BY s.schedule_id, s.starts_at "                                \
      "ORDER BY s.starts_at, s.schedule_id")                                                       \
    /* the queue */                                                                                \
    X(TICKET_LEASE, 4, 0,                                                                          \
      "UPDATE queue_counter SET next_ticket = LAST_INSERT_ID(CASE WHEN next_ticket = ? THEN ? "    \
      "ELSE next_ticket END) + ? WHERE concert_id = ?")                                            \
    X(TICKET_RETURN, 3, 0,                                                                         \
      "UPDATE queue_counter SET next_ticket = ? WHERE concert_id = ? AND next_ticket = ?")         \
    X(QUEUE_ALL, 1, 27,                                                                            \
      "SELECT " STMT_QUEUE_COLUMNS STMT_QUEUE_TABLES                                               \
      "JOIN concert c ON c.concert_id = q.concert_id "                                             \
      "WHERE q.waiting > 0 OR q.active > 0 OR q.prequeue > 0 "                                     \
      "OR c.created_at > NOW(3) - INTERVAL 1 DAY OR EXISTS (SELECT 1 FROM schedule s "             \
      "WHERE s.concert_id = q.concert_id AND s.starts_at > NOW(3)) "                               \
      /* a mere gate has no show at all */                                                         \
      "OR (q.state <> 'CLOSED' AND NOT EXISTS (SELECT 1 FROM schedule s "                          \
      "WHERE s.concert_id = q.concert_id)) ORDER BY q.concert_id DESC LIMIT ?")                    \
    X(QUEUE_GET, 1, 27,                                                                            \
      "SELECT " STMT_QUEUE_COLUMNS STMT_QUEUE_TABLES "WHERE q.concert_id = ?")                     \
    X(TOOL_QUEUE_LIST, 0, 28, STMT_QUEUE_TITLED                                                         \
      "WHERE q.waiting > 0 OR q.active > 0 OR EXISTS (SELECT 1 FROM schedule s "                   \
      "WHERE s.concert_id = q.concert_id AND s.starts_at > NOW(3) AND s.canceled_at IS NULL) "     \
      "ORDER BY q.concert_id")                                                                     \
    X(TOOL_QUEUE_LISTING, 1, 28, STMT_QUEUE_TITLED "WHERE q.concert_id = ?")                            \
    X(QUEUE_GONE, 4, 1,                                                                            \
      "SELECT ticket FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? AND status = ? "            \
      "AND ticket > ? ORDER BY ticket LIMIT ?")                                                    \
    X(QUEUE_GONE_EARLY, 3, 1,                                                                      \
      "SELECT token_id FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? AND status = 'LEFT' "                 \
      "AND ticket IS NULL AND token_id > ? ORDER BY token_id LIMIT ?")                             \
    X(TOKEN_LIVE, 2, 11,                                                                           \
      "SELECT " STMT_TOKEN_COLUMNS ", q.token_lifetime_seconds FROM queue_token t "                \
      "JOIN queue_state q ON q.concert_id = t.concert_id "                                         \
      "WHERE t.user_id = ? AND t.concert_id = ? AND t.live = 1")                                   \
    X(TOKEN_GET, 1, 10, "SELECT " STMT_TOKEN_COLUMNS "FROM queue_token t WHERE t.token_id = ?")    \
    X(TOKEN_LOCK, 1, 10,                                                                           \
      "SELECT " STMT_TOKEN_COLUMNS "FROM queue_token t WHERE t.token_id = ? FOR UPDATE")           \
    X(TOKEN_RETIRE, 1, 0,                                                                          \
      "UPDATE " STMT_TOKEN_BY_ID "SET status = 'EXPIRED', ended_at = expires_at "                  \
      "WHERE token_id = ? "                                                                        \
      "AND status IN ('WAITING', 'ACTIVE') AND expires_at <= NOW(3)")                              \
    X(TOKEN_INSERT, 3, 0,                                                                          \
      "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, expires_at) "     \
      "SELECT concert_id, ?, ?, 'WAITING', NOW(3), "                                               \
      "NOW(3) + INTERVAL token_lifetime_seconds SECOND FROM queue_state "                          \
      "WHERE concert_id = ? AND state IN ('OPEN', 'PAUSED') AND sold_out = 0 AND prequeue <> 1")   \
    /* no INSERT ... SELECT: with MariaDB's defaults it keeps all others out of the table; and the \
     * number of rows known beforehand makes their ids follow each other */                        \
    X(DESK_TOKENS_INSERT_1, 5, 0, STMT_TOKENS_INTO)                                                     \
    X(DESK_TOKENS_INSERT_2, 9, 0, STMT_TOKENS_INTO STMT_TOKENS_1)                                       \
    X(DESK_TOKENS_INSERT_4, 17, 0, STMT_TOKENS_INTO STMT_TOKENS_3)                                      \
    X(DESK_TOKENS_INSERT_8, 33, 0, STMT_TOKENS_INTO STMT_TOKENS_7)                                      \
    X(DESK_TOKENS_INSERT_16, 65, 0, STMT_TOKENS_INTO STMT_TOKENS_15)                                    \
    X(DESK_TOKENS_INSERT_32, 129, 0, STMT_TOKENS_INTO STMT_TOKENS_31)                                   \
    X(DESK_TOKENS_INSERT_64, 257, 0, STMT_TOKENS_INTO STMT_TOKENS_63)                                   \
    /* by how much AUTO_INCREMENT counts, and one more where it is a cluster's business */         \
    X(ID_STEP, 0, 1,                                                                               \
      "SELECT @@SESSION.auto_increment_increment /*M! + (SELECT COUNT(*) FROM "                    \
      "information_schema.global_variables WHERE variable_name = 'WSREP_ON' "                      \
      "AND variable_value = 'ON') */")                                                             \
    /* locks the queue against the draw: whoever joins before the opening is drawn */              \
    X(TOKEN_INSERT_EARLY, 2, 0,                                                                    \
      "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, expires_at) "     \
      "SELECT concert_id, ?, NULL, 'PREQUEUE', NOW(3), GREATEST(NOW(3), "                          \
      "COALESCE(opens_at, NOW(3))) + INTERVAL token_lifetime_seconds SECOND FROM queue_state "     \
      "WHERE concert_id = ? AND state IN ('OPEN', 'PAUSED') AND sold_out = 0 AND prequeue = 1 "    \
      "LOCK IN SHARE MODE")                                                                        \
    X(TOKEN_VOID, 3, 0,                                                                            \
      "INSERT INTO queue_token (concert_id, user_id, ticket, status, created_at, expires_at, "     \
      "ended_at) VALUES (?, ?, ?, 'VOID', NOW(3), NOW(3), NOW(3))")                                \
    X(TOKEN_CLAIM, 1, 0,                                                                           \
      "UPDATE " STMT_TOKEN_BY_ID "SET claimed_at = NOW(3), "                                       \
      "expires_at = GREATEST(expires_at, session_ends_at) WHERE token_id = ? "                     \
      "AND status = 'ACTIVE' AND claimed_at IS NULL AND expires_at > NOW(3)")                      \
    X(TOKEN_LENGTHEN, 2, 0,                                                                        \
      /* changes the row although the session may be long enough: what a user may hold hangs on    \
       * it, and of two holds on two hosts of a cluster only a change makes one give way */        \
      "UPDATE " STMT_TOKEN_BY_ID "SET claimed_at = NOW(3), holds = holds + 1, "                    \
      "expires_at = GREATEST(expires_at, ?) WHERE token_id = ? AND status = 'ACTIVE'")                                                  \
    X(TOKEN_HOLD, 3, 0,                                                                            \
      /* claims the session too, if no call has yet */                                             \
      "UPDATE " STMT_TOKEN_BY_ID "SET claimed_at = NOW(3), holds = holds + 1, "                    \
      "expires_at = GREATEST(expires_at, session_ends_at, ?) WHERE token_id = ? "                  \
      "AND status = 'ACTIVE' AND expires_at > NOW(3) AND session_ends_at > NOW(3) AND holds = ?")  \
    X(TOKEN_FINISH, 1, 0,                                                                          \
      "UPDATE " STMT_TOKEN_BY_ID "SET status = 'FINISHED', ended_at = NOW(3) "                     \
      "WHERE token_id = ? AND status = 'ACTIVE'")                                                  \
    X(TOKEN_LEAVE, 1, 0,                                                                           \
      "UPDATE " STMT_TOKEN_BY_ID "SET status = 'LEFT', ended_at = NOW(3) "                         \
      "WHERE token_id = ? AND status IN ('PREQUEUE', 'WAITING', 'ACTIVE')")                        \
    X(TOKEN_AHEAD, 3, 1,                                                                           \
      "SELECT COUNT(*) FROM (SELECT 1 FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? "          \
      "AND status = 'WAITING' AND ticket < ? LIMIT ?) ahead")                                      \
    /* the job */                                                                                  \
    X(JOB_LEASE_TAKE, 2, 0,                                                                            \
      "UPDATE job_lease SET holder = ?, expires_at = NOW(3) + INTERVAL 4 SECOND "                  \
      "WHERE name = 'job' AND (holder = ? OR expires_at <= NOW(3))")                               \
    X(JOB_LEASE_RELEASE, 1, 0,                                                                         \
      "UPDATE job_lease SET holder = '', expires_at = NOW(3) WHERE name = 'job' AND holder = ?")   \
    X(JOB_LEASE_MINE, 1, 1, "SELECT 1 FROM job_lease WHERE name = 'job' AND holder = ?")               \
    X(JOB_LEASE_RENEW, 1, 0,                                                                           \
      "UPDATE job_lease SET expires_at = NOW(3) + INTERVAL 4 SECOND "                              \
      "WHERE name = 'job' AND holder = ?")                                                         \
    X(LEASE_GET, 0, 4, "SELECT holder, expires_at, ticked_at, NOW(3) FROM job_lease WHERE name = 'job'") \
    X(JOB_LEASE_TICKED, 2, 0,                                                                          \
      "UPDATE job_lease SET ticked_at = ? WHERE name = 'job' AND holder = ?")                      \
    X(JOB_EXPIRE, 2, 0,                                                                            \
      "UPDATE queue_token FORCE INDEX (queue_token_expiry) "                                       \
      "SET status = 'EXPIRED', ended_at = expires_at "                                             \
      "WHERE status = ? AND expires_at <= NOW(3) ORDER BY expires_at LIMIT ?")                     \
    X(JOB_ENDS, 2, 1,                                                                              \
      "SELECT token_id FROM queue_token FORCE INDEX (queue_token_expiry) "                         \
      "WHERE status = ? AND expires_at <= NOW(3) ORDER BY expires_at LIMIT ? "                     \
      "FOR UPDATE SKIP LOCKED")                                                                    \
    X(JOB_QUEUES, 0, 16,                                                                           \
      "SELECT q.concert_id, q.sold_out, q.last_ticket, q.waiting, q.active, "                      \
      /* MariaDB would read all of them for MAX(), MySQL all of them ordered by the number alone */ \
      "COALESCE((SELECT t.ticket FROM queue_token t WHERE t.concert_id = q.concert_id "            \
      "ORDER BY t.concert_id DESC, t.ticket DESC LIMIT 1), 0), "                                   \
      "EXISTS (SELECT 1 FROM queue_token t FORCE INDEX (queue_token_status) "                      \
      "WHERE t.concert_id = q.concert_id AND t.status = 'WAITING'), "                              \
      "(SELECT COUNT(*) FROM queue_token t FORCE INDEX (queue_token_status) "                      \
      "WHERE t.concert_id = q.concert_id AND t.status = 'ACTIVE'), "                               \
      "q.state IN ('OPEN', 'DRAINING') AND q.prequeue <> 1, q.now_serving, q.prequeue, "           \
      "EXISTS (SELECT 1 FROM queue_token t FORCE INDEX (queue_token_status) "                      \
      "WHERE t.concert_id = q.concert_id AND t.status = 'PREQUEUE'), q.limited_by, q.last_batch, " \
      "q.concert_id IN (SELECT s.concert_id FROM schedule s WHERE s.canceling = 1) "               \
      /* what was changed since the last tick, or was on its way to its commit then */             \
      "OR q.concert_id IN (SELECT s.concert_id FROM hall_edition e "                               \
      "JOIN schedule s ON s.schedule_id = e.schedule_id WHERE e.edited_at > "                      \
      "(SELECT COALESCE(l.ticked_at, NOW(3)) FROM job_lease l WHERE l.name = 'job') "              \
      "- INTERVAL 3 SECOND), "                                                                     \
      "q.state = 'CLOSED' "                                                                        \
      "FROM queue_state q")                                                                        \
    X(JOB_QUEUE_LOCK, 1, 16,                                                                       \
      "SELECT state, t0, last_batch, admit_count, admit_interval_seconds, max_active, "            \
      "session_seconds, claim_seconds, now_serving, rate_micros, rate_at, prequeue, limited_by, "  \
      "flow_people, flow_ms, flow_at FROM queue_state WHERE concert_id = ? FOR UPDATE")            \
    X(JOB_NUMBERS, 3, 2,                                                                           \
      "SELECT ticket, created_at <= NOW(3) - INTERVAL 3 SECOND FROM queue_token "                  \
      "WHERE concert_id = ? AND ticket > ? ORDER BY ticket LIMIT ?")                               \
    X(JOB_MAX_TICKET, 1, 1,                                                                        \
      "SELECT COALESCE(MAX(ticket), 0) FROM queue_token WHERE concert_id = ?")                     \
    X(JOB_ACTIVE, 1, 1,                                                                            \
      "SELECT COUNT(*) FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? AND status = 'ACTIVE'")   \
    X(JOB_WAITING, 2, 1,                                                                           \
      "SELECT COUNT(*) FROM (SELECT 1 FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? "          \
      "AND status = 'WAITING' LIMIT ?) w")                                                         \
    X(JOB_GONE, 2, 1,                                                                              \
      "SELECT COUNT(*) FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? "                         \
      "AND status IN ('LEFT', 'EXPIRED', 'VOID') AND ticket > ?")                                  \
    X(JOB_ADMIT, 9, 0,                                                                             \
      "UPDATE " STMT_TOKEN_BY_STATUS                                                               \
      "SET status = 'ACTIVE', admitted_at = ?, claimed_at = NULL, "                                \
      "session_ends_at = ? + INTERVAL ? SECOND, expires_at = ? + INTERVAL ? SECOND "               \
      "WHERE concert_id = ? AND status = 'WAITING' AND ticket <= ? AND expires_at > ? "            \
      "ORDER BY ticket LIMIT ?")                                                                   \
    X(JOB_LAST_ADMITTED, 1, 1,                                                                     \
      "SELECT COALESCE(MAX(ticket), 0) FROM queue_token "                                          \
      "WHERE concert_id = ? AND status = 'ACTIVE'")                                                \
    X(JOB_BATCH_DONE, 4, 0,                                                                        \
      "UPDATE queue_state SET now_serving = GREATEST(now_serving, ?), last_batch = ? "             \
      "WHERE concert_id = ? AND last_batch < ?")                                                   \
    X(JOB_ADMISSION_INSERT, 6, 0,                                                                      \
      "INSERT INTO admission (concert_id, admitted_at, admitted, active_before, max_active, "      \
      "last_ticket) VALUES (?, ?, ?, ?, ?, ?)")                                                    \
    X(JOB_SOLD_OUT, 6, 1,                                                                          \
      "SELECT EXISTS (" STMT_SHOWS ") AND NOT CASE WHEN EXISTS (" STMT_SHOWS STMT_BOOKABLE ") "    \
      "THEN " STMT_UNSOLD(STMT_BOOKABLE) " ELSE " STMT_UNSOLD("") " END")                          \
    X(JOB_SEATS, 5, 2, "SELECT EXISTS (" STMT_SHOWS STMT_BOOKABLE "), " STMT_FREE_SEATS)           \
    X(JOB_DEMAND, 6, 2,                                                                            \
      "SELECT " STMT_FREE_SEATS ", (SELECT COUNT(*) FROM (SELECT 1 "                               \
      "FROM queue_token q FORCE INDEX (queue_token_status) "                                       \
      "LEFT JOIN reservation r FORCE INDEX (reservation_user_schedule) "                           \
      "ON r.user_id = q.user_id AND r.concert_id = q.concert_id AND r.status = 'PENDING' "         \
      "AND r.hold_expires_at > NOW(3) WHERE q.concert_id = ? AND q.status = 'ACTIVE' "             \
      "AND q.expires_at > NOW(3) AND r.reservation_id IS NULL LIMIT ?) k)")                        \
    X(JOB_PUBLISH, 6, 0,                                                                           \
      "UPDATE queue_state SET last_ticket = GREATEST(last_ticket, now_serving, ?), waiting = ?, "  \
      "active = ?, sold_out = ?, limited_by = ? WHERE concert_id = ?")                             \
    X(JOB_RATE, 3, 0, "UPDATE queue_state SET rate_micros = ?, rate_at = ? WHERE concert_id = ?")  \
    X(JOB_FLOW, 4, 0,                                                                              \
      "UPDATE queue_state SET flow_people = ?, flow_ms = ?, flow_at = ? WHERE concert_id = ?")     \
    X(JOB_HOLDS, 1, 1,                                                                             \
      "SELECT reservation_id FROM reservation WHERE status = 'PENDING' "                           \
      "AND hold_expires_at <= NOW(3) ORDER BY hold_expires_at LIMIT ?")                            \
    /* a row for each seat that could be locked, with the number of all; none if the hold could not */ \
    X(JOB_HOLD_LOCK, 1, 2,                                                                         \
      "SELECT t.seat_id, (SELECT COUNT(*) FROM seat a FORCE INDEX (seat_reservation) "             \
      "WHERE a.reservation_id = r.reservation_id) FROM reservation r FORCE INDEX (PRIMARY) "       \
      "LEFT JOIN seat t FORCE INDEX (seat_reservation) ON t.reservation_id = r.reservation_id "    \
      "WHERE r.reservation_id = ? AND r.status = 'PENDING' AND r.hold_expires_at <= NOW(3) "       \
      "FOR UPDATE SKIP LOCKED")                                                                    \
    X(JOB_CANCELED, 2, 1,                                                                          \
      "SELECT schedule_id FROM schedule FORCE INDEX (schedule_canceling) "                         \
      "WHERE canceling = 1 ORDER BY schedule_id < ?, schedule_id LIMIT ?")                         \
    X(JOB_CANCEL_LIST, 4, 1,                                                                       \
      "SELECT reservation_id FROM reservation FORCE INDEX (reservation_schedule) "                 \
      "WHERE schedule_id = ? AND status = ? AND reservation_id > ? ORDER BY reservation_id LIMIT ?") \
    X(JOB_CANCEL_LOCK, 1, 10,                                                                      \
      "SELECT " STMT_RESERVATION_COLUMNS "FROM reservation r FORCE INDEX (PRIMARY) "               \
      "STRAIGHT_JOIN seat t FORCE INDEX (seat_reservation) "                                       \
      "ON t.reservation_id = r.reservation_id "                                                    \
      "STRAIGHT_JOIN wallet w FORCE INDEX (PRIMARY) ON w.user_id = r.user_id "                     \
      "WHERE r.reservation_id = ? AND r.status IN ('PENDING', 'CONFIRMED') "                       \
      "FOR UPDATE SKIP LOCKED")                                                                    \
    X(JOB_CANCEL_LEFT, 1, 1,                                                                       \
      "SELECT 1 FROM reservation FORCE INDEX (reservation_schedule) "                              \
      "WHERE schedule_id = ? AND status IN ('PENDING', 'CONFIRMED') LIMIT 1")                      \
    X(JOB_CANCEL_DONE, 1, 0,                                                                       \
      "UPDATE schedule SET canceling = 0 WHERE schedule_id = ? AND canceling = 1")                 \
    /* The rows are found by age and then deleted by their key: a plain DELETE ... LIMIT reads and */ \
    /* locks the whole table when most of it is old. Each is looked at again under its lock. */    \
    X(JOB_DELETE_TOKENS, 3, 0,                                                                     \
      "DELETE t FROM (SELECT token_id, status, expires_at FROM queue_token "                       \
      "FORCE INDEX (queue_token_expiry) "                                                          \
      "WHERE status = ? AND expires_at < NOW(3) - INTERVAL ? DAY ORDER BY expires_at LIMIT ?) o "  \
      "STRAIGHT_JOIN queue_token t ON t.token_id = o.token_id AND t.status = o.status "            \
      "AND t.expires_at = o.expires_at")                                                           \
    X(JOB_DELETE_IDEM, 1, 0,                                                                       \
      "DELETE t FROM (SELECT subject, idempotency_key, created_at FROM idempotency "               \
      "FORCE INDEX (idempotency_age) "                                                             \
      "WHERE created_at < NOW(3) - INTERVAL 1 DAY ORDER BY created_at LIMIT ?) o "                 \
      "STRAIGHT_JOIN idempotency t ON t.subject = o.subject "                                      \
      "AND t.idempotency_key = o.idempotency_key AND t.created_at = o.created_at")                 \
    X(JOB_DELETE_ADMISSIONS, 2, 0,                                                                 \
      "DELETE t FROM (SELECT admission_id FROM admission FORCE INDEX (admission_age) "             \
      "WHERE admitted_at < NOW(3) - INTERVAL ? DAY ORDER BY admitted_at LIMIT ?) o "               \
      "STRAIGHT_JOIN admission t ON t.admission_id = o.admission_id")                              \
    X(JOB_DELETE_OUTBOX, 2, 0,                                                                     \
      "DELETE t FROM (SELECT event_id FROM outbox FORCE INDEX (outbox_age) "                       \
      "WHERE created_at < NOW(3) - INTERVAL ? DAY ORDER BY created_at LIMIT ?) o "                 \
      "STRAIGHT_JOIN outbox t ON t.event_id = o.event_id")                                         \
    /* the pre-queue's lottery */                                                                  \
    X(LOTTERY_INSERT, 3, 0,                                                                        \
      "INSERT INTO lottery (concert_id, seed, seed_hash, made_at, token_floor) "                   \
      "VALUES (?, ?, ?, NOW(3), COALESCE((SELECT token_id FROM queue_token "                       \
      "ORDER BY token_id DESC LIMIT 1), 0))")                                                      \
    X(LOTTERY_ATTACH, 2, 0,                                                                        \
      "UPDATE queue_state SET prequeue = 1, lottery_id = ? WHERE concert_id = ?")                  \
    X(LOTTERY_OPEN_NOW, 1, 0,                                                                      \
      "UPDATE lottery y JOIN queue_state q ON q.lottery_id = y.lottery_id "                        \
      "SET y.opened_at = NOW(3) WHERE q.concert_id = ? AND y.opened_at IS NULL")                   \
    X(LOTTERY_OPEN_LATER, 1, 0,                                                                    \
      "UPDATE lottery y JOIN queue_state q ON q.lottery_id = y.lottery_id "                        \
      "SET y.opened_at = NULL WHERE q.concert_id = ? AND y.drawn_at IS NULL")                      \
    X(JOB_LOTTERY_GET, 1, 9, STMT_LOTTERY_OF "WHERE q.concert_id = ?")                                 \
    X(JOB_LOTTERY_LOCK, 1, 9, STMT_LOTTERY_OF "WHERE q.concert_id = ? FOR UPDATE")                     \
    X(JOB_LOTTERY_DRAWN, 4, 0,                                                                         \
      "UPDATE lottery SET opened_at = ?, drawn_at = NOW(3), first_ticket = ?, entrants = ? "       \
      "WHERE lottery_id = ? AND drawn_at IS NULL")                                                 \
    X(JOB_LOTTERY_BEGIN, 2, 0,                                                                         \
      "UPDATE queue_state SET prequeue = 2, t0 = ?, last_batch = -2 "                              \
      "WHERE concert_id = ? AND prequeue = 1")                                                     \
    X(JOB_LOTTERY_NUMBERED, 3, 0,                                                                      \
      "UPDATE lottery SET numbered = ? WHERE lottery_id = ? AND numbered = ?")                     \
    X(JOB_LOTTERY_END, 2, 0,                                                                           \
      "UPDATE queue_state SET prequeue = 0 "                                                       \
      "WHERE concert_id = ? AND prequeue = 2 AND lottery_id = ?")                                  \
    X(JOB_LOTTERY_COUNT, 1, 1,                                                                         \
      "SELECT COUNT(*) FROM " STMT_TOKEN_BY_STATUS                                                 \
      "WHERE concert_id = ? AND status = 'PREQUEUE'")                                              \
    X(JOB_LOTTERY_ENTRANTS, 2, 2,                                                                      \
      "SELECT token_id, created_at < ? FROM " STMT_TOKEN_BY_STATUS "WHERE concert_id = ? "                     \
      "AND status = 'PREQUEUE'")                                                                   \
    X(TOOL_LOTTERY_INFO, 1, 10,                                                                         \
      "SELECT y.seed_hash, CASE WHEN y.drawn_at IS NOT NULL THEN y.seed END, y.made_at, "          \
      "COALESCE(y.opened_at, q.opens_at), y.drawn_at, COALESCE(y.entrants, (SELECT COUNT(*) "      \
      "FROM queue_token t FORCE INDEX (queue_token_status) "                                       \
      "WHERE t.concert_id = q.concert_id AND t.status = 'PREQUEUE')), "                            \
      "y.first_ticket, y.numbered, y.token_floor, q.prequeue FROM queue_state q "                  \
      "LEFT JOIN lottery y ON y.lottery_id = q.lottery_id WHERE q.concert_id = ?")                 \
    X(TOOL_LOTTERY_NUMBERS, 4, 2,                                                                       \
      "SELECT ticket, token_id FROM queue_token FORCE INDEX (queue_token_ticket) "                 \
      "WHERE concert_id = ? AND ticket BETWEEN ? AND ? ORDER BY ticket LIMIT ?")                   \
    X(TOOL_LOTTERY_OTHERS, 5, 2,                                                                        \
      "SELECT ticket, status = 'VOID' FROM " STMT_TOKEN_BY_ID "WHERE token_id > ? "                \
      "AND concert_id = ? AND ticket BETWEEN ? AND ? AND (status = 'VOID' OR created_at >= ?)")    \
    X(JOB_LOTTERY_GIVE, 204, 0,                                                                        \
      "UPDATE " STMT_TOKEN_BY_ID "SET ticket = ? + FIELD(token_id, " STMT_100_MARKS ") - 1, "      \
      "status = 'WAITING', expires_at = ? + INTERVAL ? SECOND "                                    \
      "WHERE token_id IN (" STMT_100_MARKS ") AND status = 'PREQUEUE' AND concert_id = ?")         \
    /* schedules and seats */                                                                      \
    X(SCHEDULE_INSERT, 9, 0,                                                                       \
      "INSERT INTO schedule (concert_id, starts_at, local_date, booking_opens_at, "                \
      "booking_closes_at, refund_closes_at, capacity, min_price, max_price, created_at) "          \
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NOW(3))")                                                \
    X(SCHEDULE_REDATE, 2, 0, "UPDATE schedule SET local_date = ? WHERE schedule_id = ?")           \
    X(SEATS_INSERT_100, 9, 0, STMT_SEATS_INSERT("a.d + 10 * b.d", "digit a, digit b"))             \
    X(SEATS_INSERT_10000, 9, 0,                                                                    \
      STMT_SEATS_INSERT("a.d + 10 * b.d + 100 * c.d + 1000 * e.d",                                 \
                        "digit a, digit b, digit c, digit e"))                                     \
    X(SEATS_BLOCK, 101, 0,                                                                         \
      "UPDATE seat SET status = 'BLOCKED' WHERE schedule_id = ? AND seat_number IN ("              \
      STMT_100_MARKS ")")                                                                          \
    X(SCHEDULE_GET, 1, 12,                                                                         \
      "SELECT " STMT_SCHEDULE_COLUMNS "FROM schedule s " STMT_EDITION "WHERE s.schedule_id = ?")                   \
    /* of a concert that has none one row without a schedule */                                    \
    X(SCHEDULE_PAGE, 5, 12,                                                                        \
      "SELECT " STMT_SCHEDULE_COLUMNS "FROM concert c "                                            \
      "LEFT JOIN schedule s FORCE INDEX (schedule_time) ON s.concert_id = c.concert_id "           \
      "AND (s.starts_at > ? OR (s.starts_at = ? AND s.schedule_id > ?)) " STMT_EDITION             \
      "WHERE c.concert_id = ? ORDER BY s.starts_at, s.schedule_id LIMIT ?")                        \
    X(SCHEDULE_LIST, 4, 14,                                                                        \
      "SELECT " STMT_SCHEDULE_COLUMNS                                                              \
      ", (SELECT COUNT(*) FROM seat t FORCE INDEX (seat_status) "                                  \
      "WHERE t.schedule_id = s.schedule_id AND t.status = 'AVAILABLE') "                           \
      "+ (SELECT COUNT(*) FROM seat t FORCE INDEX (seat_status) "                                  \
      "WHERE t.schedule_id = s.schedule_id AND t.status = 'HELD' "                                 \
      "AND t.hold_expires_at <= NOW(3)), s.booking_opens_at <= NOW(3) FROM " STMT_TOKEN_K           \
      "LEFT JOIN schedule s ON s.concert_id = ? AND s.canceled_at IS NULL "                        \
      "AND s.booking_closes_at > NOW(3) " STMT_EDITION "WHERE " STMT_TOKEN_INSIDE                                  \
      " ORDER BY s.starts_at, s.schedule_id")                                                      \
    X(SCHEDULE_BY_DATE, 2, 1,                                                                      \
      "SELECT s.schedule_id FROM schedule s WHERE s.concert_id = ? "                               \
      "AND s.local_date = ? AND s.canceled_at IS NULL ORDER BY s.starts_at, s.schedule_id LIMIT 100") \
    X(SCHEDULE_CANCEL, 1, 0,                                                                       \
      "UPDATE schedule SET canceled_at = NOW(3), canceling = 1 "                                   \
      "WHERE schedule_id = ? AND canceled_at IS NULL")                                             \
    X(SCHEDULE_CANCEL_TOTAL, 2, 0, "UPDATE schedule SET cancel_total = ? WHERE schedule_id = ?")   \
    X(CANCEL_COUNT, 1, 2,                                                                          \
      "SELECT s.cancel_total, (SELECT COUNT(*) FROM reservation r "                                \
      "FORCE INDEX (reservation_schedule) WHERE r.schedule_id = s.schedule_id "                    \
      "AND r.status = 'CONFIRMED') + (SELECT COUNT(*) FROM reservation r "                         \
      "FORCE INDEX (reservation_schedule) WHERE r.schedule_id = s.schedule_id "                    \
      "AND r.status = 'PENDING' AND r.hold_expires_at > NOW(3)) "                                  \
      "FROM schedule s WHERE s.schedule_id = ?")                                                   \
    /* Changing a show: its row of hall_edition is locked before anything else. */                 \
    X(EDITION_NEXT, 1, 0,                                                                          \
      "INSERT INTO hall_edition (schedule_id, edition, edited_at) VALUES (?, 1, NOW(3)) "          \
      "ON DUPLICATE KEY UPDATE edition = edition + 1, edited_at = NOW(3)")                                             \
    X(EDITION_DONE, 3, 0,                                                                          \
      "UPDATE hall_edition SET edited_at = NOW(3), min_price = COALESCE(?, min_price), "           \
      "max_price = COALESCE(?, max_price) WHERE schedule_id = ?")                                  \
    X(SCHEDULE_UPDATE, 6, 0,                                                                       \
      "UPDATE schedule SET starts_at = ?, local_date = ?, booking_opens_at = ?, "                  \
      "booking_closes_at = ?, refund_closes_at = ? "                                               \
      "WHERE schedule_id = ? AND canceled_at IS NULL")                                             \
    X(SEATS_FIGURES, 1, 3,                                                                         \
      "SELECT t.seat_number, t.price, " STMT_SEAT_SHOWN "FROM seat t FORCE INDEX (seat_place) "    \
      "WHERE t.schedule_id = ? ORDER BY t.seat_number")                                            \
    /* those that nobody has and that are not so yet; NULL leaves price or state as it is. They are \
     * locked in the order of their numbers, which is that of their ids. */                        \
    X(SEATS_EDIT, 7, 0,                                                                            \
      "UPDATE seat FORCE INDEX (seat_place) SET price = COALESCE(?, price), "                      \
      "status = CASE WHEN COALESCE(?, status = 'BLOCKED') THEN 'BLOCKED' ELSE 'AVAILABLE' END, "   \
      "reservation_id = NULL, hold_expires_at = NULL "                                             \
      "WHERE schedule_id = ? AND seat_number BETWEEN ? AND ? "                                     \
      "AND (status = 'BLOCKED' OR " STMT_SEAT_FREE ") AND (price <> COALESCE(?, price) "           \
      "OR (status = 'BLOCKED') <> COALESCE(?, status = 'BLOCKED'))")                               \
    X(SEATS_LAYOUT, 1, 5,                                                                          \
      "SELECT seat_number, seat_id, section, row_label, price FROM seat FORCE INDEX (seat_place) " \
      "WHERE schedule_id = ? ORDER BY seat_number")                                                \
    /* who is not plainly inside gets no row; who is gets one without a seat at the least */       \
    X(SEATS_STATES, 6, 3,                                                                          \
      "SELECT t.seat_id, " STMT_SEAT_SHOWN ", " STMT_EDITION_OF "FROM " STMT_TOKEN_K                                    \
      "LEFT JOIN " STMT_SEAT_T_BY_STATUS "ON t.schedule_id = ? AND t.status <> ? "                 \
      "WHERE " STMT_TOKEN_INSIDE)                                                                  \
    /* the same for several at once */                                                             \
    X(DESK_INSIDE, 32, 4,                                                                          \
      "SELECT token_id, user_id, concert_id, claimed_at IS NOT NULL FROM " STMT_TOKEN_BY_ID        \
      "WHERE token_id IN (" STMT_32_MARKS ") AND status = 'ACTIVE' "                               \
      /* whoever is near the end goes alone, and is judged by the statement that reads the seats */ \
      "AND expires_at > NOW(3) + INTERVAL 1 SECOND")                                               \
    X(DESK_CLAIM_LOCK, 32, 1,                                                                      \
      "SELECT token_id FROM " STMT_TOKEN_BY_ID "WHERE token_id IN (" STMT_32_MARKS ") "            \
      "AND status = 'ACTIVE' AND claimed_at IS NULL AND expires_at > NOW(3) "                      \
      "ORDER BY token_id FOR UPDATE SKIP LOCKED")                                                  \
    X(DESK_CLAIM, 32, 0,                                                                           \
      "UPDATE " STMT_TOKEN_BY_ID "SET claimed_at = NOW(3), "                                       \
      "expires_at = GREATEST(expires_at, session_ends_at) "                                        \
      "WHERE token_id IN (" STMT_32_MARKS ") AND status = 'ACTIVE' AND claimed_at IS NULL "        \
      "AND expires_at > NOW(3)")                                                                   \
    /* first the editions of those that have one, which have no state */                           \
    X(DESK_STATES, 65, 3,                                                                          \
      "SELECT e.schedule_id, e.edition, NULL FROM hall_edition e "                                 \
      "WHERE e.schedule_id IN (" STMT_32_MARKS ") UNION ALL "                                      \
      "SELECT t.schedule_id, t.seat_id, " STMT_SEAT_SHOWN "FROM " STMT_SEAT_T_BY_STATUS            \
      "WHERE t.status <> ? AND t.schedule_id IN (" STMT_32_MARKS ")")                              \
    X(SEATS_OF_DAY, 8, 5,                                                                          \
      "SELECT s.schedule_id, t.seat_id, " STMT_SEAT_SHOWN ", " STMT_EDITION_OF                     \
      ", CASE WHEN t.seat_id IS NULL THEN s.starts_at END FROM " STMT_TOKEN_K                     \
      "LEFT JOIN schedule s FORCE INDEX (schedule_day) ON s.concert_id = ? AND s.local_date = ? "  \
      "AND s.canceled_at IS NULL LEFT JOIN " STMT_SEAT_T_BY_STATUS                                 \
      "ON t.schedule_id = ? AND t.status <> ? AND s.schedule_id = t.schedule_id "                  \
      "WHERE " STMT_TOKEN_INSIDE)                                                                  \
    /* reservations */                                                                             \
    X(BOOKING_TERMS, 1, 7,                                                                         \
      "SELECT " STMT_TERMS_COLUMNS " FROM schedule x "                                             \
      "JOIN concert c ON c.concert_id = x.concert_id WHERE x.schedule_id = ?")                     \
    X(HOLD_LOOK_NUMBERS, 11, 28,                                                                   \
      STMT_HOLD_LOOK "FORCE INDEX (seat_place) " STMT_HOLD_LOOK_OTHERS                             \
      "AND s.seat_number IN (" STMT_4_MARKS ") LIMIT ?")                                               \
    X(HOLD_LOOK_IDS, 11, 28,                                                                       \
      STMT_HOLD_LOOK "FORCE INDEX (PRIMARY) " STMT_HOLD_LOOK_OTHERS                                \
      "AND s.seat_id IN (" STMT_4_MARKS ") LIMIT ?")                                                       \
    X(SEATS_BY_NUMBER_4, 5, 7,                                                                     \
      STMT_SEAT_CHOICE "seat_number IN (" STMT_4_MARKS ") ORDER BY seat_id")                       \
    X(SEATS_BY_NUMBER_100, 101, 7,                                                                 \
      STMT_SEAT_CHOICE "seat_number IN (" STMT_100_MARKS ") ORDER BY seat_id")                     \
    X(SEATS_BY_ID_4, 5, 7, STMT_SEAT_CHOICE "seat_id IN (" STMT_4_MARKS ") ORDER BY seat_id")      \
    X(SEATS_BY_ID_100, 101, 7, STMT_SEAT_CHOICE "seat_id IN (" STMT_100_MARKS ") ORDER BY seat_id") \
    X(SEATS_TAKE_4, 6, 0, STMT_SEAT_TAKE "(" STMT_4_MARKS ")")                                     \
    X(SEATS_TAKE_100, 102, 0, STMT_SEAT_TAKE "(" STMT_100_MARKS ")")                               \
    X(SEATS_FREE_NEXT, 7, 4,                                                                       \
      "SELECT t.seat_id, t.seat_number, t.section, t.row_label FROM ("                             \
      STMT_FREE_PART("status = 'AVAILABLE' AND hold_expires_at IS NULL ") "UNION ALL "             \
      STMT_FREE_PART("status = 'HELD' AND hold_expires_at <= NOW(3) ")                             \
      "ORDER BY seat_id LIMIT ?) f STRAIGHT_JOIN seat t ON t.seat_id = f.seat_id "                 \
      "ORDER BY f.seat_id")                                                                        \
    X(SEATS_LOCK_FREE_4, 4, 7,                                                                     \
      STMT_SEAT_LOCK "(" STMT_4_MARKS ") ORDER BY seat_id FOR UPDATE SKIP LOCKED")                 \
    X(SEATS_LOCK_FREE_100, 100, 7,                                                                 \
      STMT_SEAT_LOCK "(" STMT_100_MARKS ") ORDER BY seat_id FOR UPDATE SKIP LOCKED")               \
    X(SEATS_LOCK_4, 4, 7, STMT_SEAT_LOCK "(" STMT_4_MARKS ") ORDER BY seat_id FOR UPDATE")         \
    X(SEATS_LOCK_100, 100, 7, STMT_SEAT_LOCK "(" STMT_100_MARKS ") ORDER BY seat_id FOR UPDATE")   \
    X(SEATS_RELEASE, 1, 0,                                                                         \
      "UPDATE " STMT_SEAT_BY_RESERVATION                                                           \
      "SET status = 'AVAILABLE', reservation_id = NULL, hold_expires_at = NULL "                   \
      "WHERE reservation_id = ? AND status = 'HELD'")                                              \
    X(SEATS_SELL, 1, 0,                                                                            \
      "UPDATE " STMT_SEAT_BY_RESERVATION "SET status = 'SOLD', hold_expires_at = NULL "            \
      "WHERE reservation_id = ? AND status = 'HELD'")                                              \
    X(SEATS_EXTEND, 2, 0,                                                                          \
      "UPDATE " STMT_SEAT_BY_RESERVATION "SET hold_expires_at = ? "                                \
      "WHERE reservation_id = ? AND status = 'HELD'")                                              \
    X(SEATS_REFUND, 1, 0,                                                                          \
      "UPDATE " STMT_SEAT_BY_RESERVATION "SET status = 'AVAILABLE', reservation_id = NULL "        \
      "WHERE reservation_id = ? AND status = 'SOLD'")                                              \
    X(SALES, 6, 7,                                                                                 \
      "SELECT r.reservation_id, r.user_id, t.seat_number, t.section, t.row_label, rs.price, "      \
      "r.paid_at FROM (SELECT reservation_id, user_id, paid_at FROM reservation "                  \
      "FORCE INDEX (reservation_schedule) WHERE schedule_id = ? AND status = 'CONFIRMED' "         \
      "AND reservation_id >= ? ORDER BY reservation_id LIMIT ?) r "                                \
      "STRAIGHT_JOIN reservation_seat rs ON rs.reservation_id = r.reservation_id "                 \
      "STRAIGHT_JOIN seat t ON t.seat_id = rs.seat_id "                                            \
      "WHERE r.reservation_id > ? OR t.seat_number > ? "                                           \
      "ORDER BY r.reservation_id, t.seat_number LIMIT ?")                                          \
    X(USER_SEATS, 2, 1,                                                                            \
      "SELECT CAST(COALESCE(SUM(seat_count), 0) AS SIGNED) FROM reservation "                      \
      "WHERE user_id = ? AND schedule_id = ? AND (status = 'CONFIRMED' "                           \
      "OR (status = 'PENDING' AND hold_expires_at > NOW(3)))")                                     \
    X(RESERVATION_INSERT, 7, 0,                                                                    \
      "INSERT INTO reservation (user_id, concert_id, schedule_id, status, seat_count, amount, "    \
      "created_at, hold_expires_at) VALUES (?, ?, ?, 'PENDING', ?, ?, ?, ?)")                      \
    X(RESERVATION_SEATS_INSERT, 1, 0,                                                              \
      /* nothing of a canceled show; the new reservation's row keeps it from being canceled now */ \
      "INSERT INTO reservation_seat (reservation_id, seat_id, price) "                             \
      "SELECT t.reservation_id, t.seat_id, t.price FROM seat t "                                   \
      "JOIN schedule s ON s.schedule_id = t.schedule_id AND s.canceled_at IS NULL "                \
      "WHERE t.reservation_id = ?")                                                                \
    X(RESERVATION_SEATS_INSERT_4, 14, 0,                                                           \
      /* the same for seats that have just been taken: found by their ids, at two thirds of it; and \
       * nothing of a seat whose price is not the one that was seen */                             \
      "INSERT INTO reservation_seat (reservation_id, seat_id, price) "                             \
      "SELECT ?, t.seat_id, t.price FROM schedule s STRAIGHT_JOIN " STMT_SEAT_T_BY_ID              \
      "WHERE s.schedule_id = ? AND s.canceled_at IS NULL AND t.seat_id IN (" STMT_4_MARKS ") "     \
      "AND t.price = CASE t.seat_id " STMT_4_PAIRS "END")                                          \
    /* The holds of a host, combined (domain/holds_run.c): what they need to know, what they lock, \
     * and what they write. Nobody is waited for: a row that somebody else has locked does not come. */ \
    X(DESK_HOLD_TOKENS, 32, 10,                                                                    \
      "SELECT " STMT_TOKEN_COLUMNS "FROM queue_token t FORCE INDEX (PRIMARY) "                     \
      "WHERE t.token_id IN (" STMT_32_MARKS ") ORDER BY t.token_id FOR UPDATE SKIP LOCKED")        \
    /* a row for each user who is known and each reservation of theirs in one of the schedules, and \
     * one for the terms of each schedule */                                                       \
    X(DESK_HOLD_RULES, 97, 12,                                                                     \
      "SELECT w.user_id, o.schedule_id, o.status, o.seat_count, o.hold_expires_at, "               \
      "NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM wallet w "                                    \
      "LEFT JOIN reservation o FORCE INDEX (reservation_user_schedule) ON o.user_id = w.user_id "  \
      "AND o.schedule_id IN (" STMT_32_MARKS ") AND o.status IN ('PENDING', 'CONFIRMED') "         \
      "WHERE w.user_id IN (" STMT_32_MARKS ") UNION ALL "                                          \
      "SELECT NULL, x.schedule_id, NULL, NULL, NULL, " STMT_TERMS_COLUMNS " "                      \
      "FROM schedule x FORCE INDEX (PRIMARY) "                                                     \
      "STRAIGHT_JOIN concert c FORCE INDEX (PRIMARY) ON c.concert_id = x.concert_id "              \
      "WHERE x.schedule_id IN (" STMT_32_MARKS ") LIMIT ?")                                        \
    X(DESK_HOLD_SEATS, 33, 3,                                                                      \
      "SELECT seat_id, schedule_id, price FROM " STMT_SEAT_BY_ID                                   \
      "WHERE (status = 'AVAILABLE' OR (status = 'HELD' AND hold_expires_at <= ?)) "                \
      "AND seat_id IN (" STMT_32_MARKS ") ORDER BY seat_id FOR UPDATE SKIP LOCKED")                \
    /* claims the sessions too, as TOKEN_HOLD does */                                              \
    X(DESK_HOLD_TOKENS_SET, 33, 0,                                                                 \
      "UPDATE " STMT_TOKEN_BY_ID "SET claimed_at = NOW(3), holds = holds + 1, "                    \
      "expires_at = GREATEST(expires_at, session_ends_at, ?) WHERE status = 'ACTIVE' "             \
      "AND expires_at > NOW(3) AND session_ends_at > NOW(3) AND token_id IN (" STMT_32_MARKS ")")  \
    DESK_ROWS(X, DESK_HOLD_INSERT, 7,                                                              \
      "INSERT INTO reservation (user_id, concert_id, schedule_id, status, seat_count, amount, "    \
      "created_at, hold_expires_at) VALUES ", "(?, ?, ?, 'PENDING', ?, ?, ?, ?)")                  \
    /* each seat's reservation stands in the second list where the seat stands in the first */     \
    X(DESK_HOLD_SEATS_SET, 97, 0,                                                                  \
      "UPDATE " STMT_SEAT_BY_ID "SET status = 'HELD', hold_expires_at = ?, "                       \
      "reservation_id = ELT(FIELD(seat_id, " STMT_32_MARKS "), " STMT_32_MARKS ") "                \
      "WHERE seat_id IN (" STMT_32_MARKS ")")                                                      \
    /* nothing of a canceled show, as RESERVATION_SEATS_INSERT */                                  \
    X(DESK_HOLD_SEATS_INSERT, 32, 0,                                                               \
      "INSERT INTO reservation_seat (reservation_id, seat_id, price) "                             \
      "SELECT t.reservation_id, t.seat_id, t.price FROM " STMT_SEAT_T_BY_ID                        \
      "STRAIGHT_JOIN schedule s ON s.schedule_id = t.schedule_id AND s.canceled_at IS NULL "       \
      "WHERE t.seat_id IN (" STMT_32_MARKS ")")                                                    \
    X(RESERVATION_SEATS, 1, 5,                                                                     \
      "SELECT t.seat_id, t.seat_number, t.section, t.row_label, rs.price "                         \
      "FROM reservation_seat rs JOIN seat t ON t.seat_id = rs.seat_id "                            \
      "WHERE rs.reservation_id = ? ORDER BY t.seat_number")                                        \
    X(RESERVATION_GET, 1, 12, STMT_RESERVATION_SHOWN "WHERE r.reservation_id = ?")                 \
    X(RESERVATION_LIST, 3, 12,                                                                     \
      STMT_RESERVATION_SHOWN "WHERE r.user_id = ? AND r.reservation_id < ? "                       \
      "ORDER BY r.reservation_id DESC LIMIT ?")                                                    \
    X(RESERVATION_LOCK, 1, 10,                                                                     \
      "SELECT " STMT_RESERVATION_COLUMNS "FROM reservation r WHERE r.reservation_id = ? FOR UPDATE") \
    X(RESERVATION_CONCERT, 1, 3,                                                                   \
      "SELECT user_id, concert_id, schedule_id FROM reservation WHERE reservation_id = ?")         \
    X(RESERVATION_END, 2, 0,                                                                       \
      /* one that is over stays EXPIRED, however it ends */                                        \
      "UPDATE " STMT_RESERVATION_BY_ID "SET "                                                      \
      "status = CASE WHEN hold_expires_at <= NOW(3) THEN 'EXPIRED' ELSE ? END, "                   \
      "ended_at = LEAST(hold_expires_at, NOW(3)) WHERE reservation_id = ? AND status = 'PENDING'") \
    X(JOB_RESERVATION_EXPIRE, 1, 0,                                                                    \
      "UPDATE " STMT_RESERVATION_BY_ID "SET status = 'EXPIRED', ended_at = hold_expires_at "       \
      "WHERE reservation_id = ? AND status = 'PENDING' AND hold_expires_at <= NOW(3)")             \
    X(RESERVATION_EXTENSION, 1, 4,                                                                 \
      "SELECT s.starts_at, s.canceled_at, r.extended_at, c.hold_extend_seconds "                   \
      "FROM reservation r JOIN schedule s ON s.schedule_id = r.schedule_id "                       \
      "JOIN concert c ON c.concert_id = r.concert_id WHERE r.reservation_id = ?")                  \
    X(RESERVATION_EXTEND, 2, 0,                                                                    \
      "UPDATE " STMT_RESERVATION_BY_ID "SET extended_at = NOW(3), hold_expires_at = ? "            \
      "WHERE reservation_id = ? AND status = 'PENDING' AND hold_expires_at > NOW(3) "              \
      "AND extended_at IS NULL")                                                                   \
    X(RESERVATION_CONFIRM, 2, 0,                                                                   \
      "UPDATE " STMT_RESERVATION_BY_ID "SET status = 'CONFIRMED', paid_at = ? "                    \
      "WHERE reservation_id = ? AND status = 'PENDING' AND hold_expires_at > NOW(3)")              \
    X(REFUND_TERMS, 1, 5,                                                                          \
      "SELECT s.starts_at, s.refund_closes_at, s.canceled_at, p.payment_id, NOW(3) "               \
      "FROM reservation r JOIN schedule s ON s.schedule_id = r.schedule_id "                       \
      "JOIN payment p ON p.reservation_id = r.reservation_id WHERE r.reservation_id = ?")          \
    /* the moment is NULL where it may be refunded at any time */                                  \
    X(RESERVATION_REFUND, 2, 0,                                                                    \
      "UPDATE " STMT_RESERVATION_BY_ID "SET status = 'REFUNDED', ended_at = NOW(3) "               \
      "WHERE reservation_id = ? AND status = 'CONFIRMED' AND COALESCE(NOW(3) < ?, TRUE)")          \
    X(PAYMENT_REFUND, 1, 0,                                                                        \
      "UPDATE payment SET status = 'REFUNDED' WHERE reservation_id = ? AND status = 'COMPLETED'")  \
    X(RESERVATION_PENDING, 3, 1,                                                                   \
      "SELECT reservation_id FROM reservation WHERE user_id = ? AND concert_id = ? "               \
      "AND status = 'PENDING' AND hold_expires_at > NOW(3) AND reservation_id <> ? "               \
      "ORDER BY reservation_id")                                                                   \
    X(TOOL_CONCERT_COUNT, 0, 1, "SELECT COUNT(*) FROM concert")                                         \
    X(TOOL_STATUS_SERVER, 0, 4,                                                                         \
      "SELECT VERSION(), (SELECT CAST(MAX(number) AS SIGNED) FROM schema_migration), l.holder, "   \
      "(SELECT COUNT(*) FROM concert) FROM job_lease l WHERE l.name = 'job'")                      \
    X(TOOL_STATUS_CONCERTS, 1, 11,                                                                      \
      "SELECT c.concert_id, c.title, " STMT_SHOWN_STATE ", q.waiting, q.active, q.now_serving, "   \
      "q.last_ticket, COUNT(t.seat_id), "                                                          \
      "CAST(COALESCE(SUM(t.status = 'AVAILABLE' OR (t.status = 'HELD' "                            \
      "AND t.hold_expires_at <= NOW(3))), 0) AS SIGNED), "                                         \
      "CAST(COALESCE(SUM(t.status = 'HELD' AND t.hold_expires_at > NOW(3)), 0) AS SIGNED), "       \
      "CAST(COALESCE(SUM(t.status = 'SOLD'), 0) AS SIGNED) "                                       \
      "FROM (SELECT concert_id, title FROM concert ORDER BY concert_id DESC LIMIT ?) c "           \
      "JOIN queue_state q ON q.concert_id = c.concert_id "                                         \
      "LEFT JOIN schedule s ON s.concert_id = c.concert_id "                                       \
      "LEFT JOIN seat t ON t.schedule_id = s.schedule_id "                                         \
      "GROUP BY c.concert_id, c.title, q.state, q.sold_out, q.prequeue, q.waiting, q.active, "     \
      "q.now_serving, q.last_ticket ORDER BY c.concert_id DESC")                                                  \
    /* What a payment needs to know: reservation, token, balance; a row for each seat and each       \
     * other pending hold, which is joined since a subquery costs five times as much. Locks nothing, \
     * and has no row if something is missing. */                                                  \
    X(PAY_LOOK, 7, 31,                                                                             \
      "SELECT STRAIGHT_JOIN " STMT_RESERVATION_COLUMNS ", " STMT_TOKEN_COLUMNS ", t.holds, "       \
      "w.balance, w.entries, w.entry_hash, o.reservation_id, o.hold_expires_at, "                  \
      "s.seat_id, s.seat_number, s.section, s.row_label, s.price "                                 \
      "FROM reservation r JOIN queue_token t JOIN wallet w "                                       \
      "JOIN seat s FORCE INDEX (seat_reservation) "                                                \
      "LEFT JOIN reservation o FORCE INDEX (reservation_user) ON o.user_id = ? "                   \
      "AND o.concert_id = ? AND o.status = 'PENDING' AND o.reservation_id <> ? "                   \
      "WHERE r.reservation_id = ? AND t.token_id = ? AND w.user_id = ? AND s.reservation_id = ?")  \
    /* Everything that a payment changes in rows which are there, but for the wallet, in the order \
     * of locks: both servers read the tables in the order in which they stand. Changes two rows   \
     * and the seats, if all is as it was when it was looked at; any other number: roll back. */   \
    X(PAY, 4, 0,                                                                                   \
      "UPDATE queue_token t FORCE INDEX (PRIMARY) STRAIGHT_JOIN reservation r FORCE INDEX (PRIMARY) " \
      "STRAIGHT_JOIN seat s FORCE INDEX (seat_reservation) "                                       \
      "ON s.reservation_id = r.reservation_id "                                                    \
      "SET t.status = 'FINISHED', t.ended_at = NOW(3), r.status = 'CONFIRMED', r.paid_at = ?, "    \
      "s.status = 'SOLD', s.hold_expires_at = NULL "                                               \
      "WHERE t.token_id = ? AND t.status = 'ACTIVE' AND t.expires_at > NOW(3) AND t.holds = ? "    \
      "AND r.reservation_id = ? AND r.status = 'PENDING' AND r.hold_expires_at > NOW(3) "          \
      "AND s.status = 'HELD'")                                                                     \
    X(PAYMENT_INSERT, 4, 0,                                                                        \
      "INSERT INTO payment (reservation_id, user_id, status, amount, paid_at) "                    \
      "VALUES (?, ?, 'COMPLETED', ?, ?)")                                                          \
    /* The same for a clerk's batch. What is looked at is locked, without waiting for anybody: each  \
     * round trip costs more than most statements, so all of it is one. The pairs are those of token \
     * and reservation. */                                                                          \
    X(DESK_PAY_LOOK, 96, 29,                                                                       \
      "SELECT STRAIGHT_JOIN " STMT_RESERVATION_COLUMNS ", " STMT_TOKEN_COLUMNS ", t.holds, "       \
      "w.balance, w.entries, w.entry_hash, s.seat_id, s.seat_number, s.section, s.row_label, s.price " \
      "FROM " STMT_PAIRS_OF_TOKENS "AND r.user_id = t.user_id AND r.seat_count <= 4 "              \
      "AND r.hold_expires_at > NOW(3) "                                                            \
      STMT_SEATS_OF_PAIRS "STRAIGHT_JOIN wallet w FORCE INDEX (PRIMARY) ON w.user_id = t.user_id " \
      "WHERE t.token_id IN (" STMT_32_MARKS ") AND t.status = 'ACTIVE' FOR UPDATE SKIP LOCKED")    \
    X(DESK_PAY_OTHERS, 32, 3,                                                                      \
      "SELECT user_id, concert_id, reservation_id FROM reservation "                               \
      "FORCE INDEX (reservation_user) WHERE user_id IN (" STMT_32_MARKS ") "                       \
      "AND status = 'PENDING' AND hold_expires_at > NOW(3)")                                       \
    X(DESK_PAY, 97, 0,                                                                             \
      "UPDATE " STMT_PAIRS_OF_TOKENS STMT_SEATS_OF_PAIRS                                           \
      "SET t.status = 'FINISHED', t.ended_at = NOW(3), r.status = 'CONFIRMED', r.paid_at = ?, "    \
      "s.status = 'SOLD', s.hold_expires_at = NULL "                                               \
      "WHERE t.token_id IN (" STMT_32_MARKS ") AND t.status = 'ACTIVE'")                           \
    DESK_ROWS(X, DESK_PAYMENTS_INSERT, 4,                                                          \
      "INSERT INTO payment (reservation_id, user_id, status, amount, paid_at) VALUES ",            \
      "(?, ?, 'COMPLETED', ?, ?)")                                                                 \
    DESK_ROWS(X, DESK_OUTBOX_INSERT, 3,                                                            \
      "INSERT INTO outbox (type, concert_id, reservation_id, created_at) VALUES ",                 \
      "(?, ?, ?, NOW(3))")                                                                         \
    STMT_VERIFY_LIST(X)                                                                            \
    /* accounts and their rights, each account's own */                                            \
    X(GRANTS_SELF, 0, 1, "SELECT CURRENT_USER()")                                                  \
    X(GRANTS_RIGHTS, 4, 5,                                                                         \
      "SELECT '', '', '', privilege_type, is_grantable FROM information_schema.user_privileges "   \
      "WHERE grantee = ? AND privilege_type <> 'USAGE' "                                           \
      "UNION ALL SELECT table_schema, '', '', privilege_type, is_grantable "                       \
      "FROM information_schema.schema_privileges WHERE grantee = ? "                               \
      "UNION ALL SELECT table_schema, table_name, '', privilege_type, is_grantable "               \
      "FROM information_schema.table_privileges WHERE grantee = ? "                                \
      "UNION ALL SELECT table_schema, table_name, column_name, privilege_type, is_grantable "      \
      "FROM information_schema.column_privileges WHERE grantee = ?")                               \
    X(GRANTS_ROLES, 0, 1,                                                                          \
      "SELECT COUNT(*) FROM (SELECT 1 AS n FROM DUAL WHERE 1 = 0 "                                 \
      "/*M! UNION ALL SELECT 1 FROM information_schema.applicable_roles */ "                       \
      "/*!80019 UNION ALL SELECT 1 FROM information_schema.applicable_roles */) r")
/* clang-format on */

/* Those of the workers' that the job runs as well. */
#define STMT_JOB_SHARES(X)                                                                         \
    X(NOW)                                                                                         \
    X(LEASE_GET)                                                                                   \
    X(TICKET_LEASE)                                                                                \
    X(TOKEN_RETIRE)                                                                                \
    X(TOKEN_VOID)                                                                                  \
    X(SEATS_RELEASE)                                                                               \
    X(SEATS_REFUND)                                                                                \
    X(RESERVATION_END)                                                                             \
    X(RESERVATION_REFUND)                                                                          \
    X(PAYMENT_REFUND)                                                                              \
    X(WALLET_GET)                                                                                  \
    X(WALLET_MOVE)                                                                                 \
    X(WALLET_ENTRY_INSERT)                                                                         \
    X(OUTBOX_INSERT)

enum stmt {
#define STMT_ENUM(name, ...) STMT_##name,
    STMT_LIST(STMT_ENUM)
#undef STMT_ENUM
        STMT_COUNT
};

const char *stmt_name(enum stmt id);
const char *stmt_sql(enum stmt id);
int stmt_params(enum stmt id);
int stmt_columns(enum stmt id);

/* Whose statements: the workers', the clerks', the job's, the operator's tool's, those of
 * `frontrow verify`, those of `frontrow migrate --grants`, or all of them, which is for tests. */
enum stmt_user {
    STMT_OF_WORKERS,
    STMT_OF_CLERKS,
    STMT_OF_JOB,
    STMT_OF_TOOL,
    STMT_OF_VERIFY,
    STMT_OF_GRANTS,
    STMT_OF_ALL
};

/* Whether `who` runs this statement, and how many those are. */
bool stmt_is_of(enum stmt id, enum stmt_user who);
int stmt_count_of(enum stmt_user who);

/* How many prepared statements the server must have room for: those of so many connections of the
 * workers' statements, of clerks and of the job, and of a `frontrow verify` beside them, which has
 * more than any other command. */
int64_t stmt_count_at(int connections);

#endif
