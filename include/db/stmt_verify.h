/*
 * The statements of `frontrow verify`, a part of the table in db/stmt.h. It runs them in one
 * snapshot, mostly range by range. Groups follow the order of an index, by its first columns alone
 * (what hangs on them goes through MAX), so that nothing is sorted or put into a temporary table.
 */
#ifndef FRONTROW_DB_STMT_VERIFY_H
#define FRONTROW_DB_STMT_VERIFY_H

#define STMT_TOKEN_BY_STATUS_OF "queue_token t FORCE INDEX (queue_token_status) "

/* clang-format off */
#define STMT_VERIFY_LIST(X)                                                                        \
    /* Where the next so many rows end: the ranges of the checks. */                               \
    X(VERIFY_NEXT_SEATS, 2, 1,                                                                     \
      "SELECT MAX(x.seat_id) FROM (SELECT seat_id FROM seat FORCE INDEX (PRIMARY) "                \
      "WHERE seat_id > ? ORDER BY seat_id LIMIT ?) x")                                             \
    X(VERIFY_NEXT_RESERVATIONS, 2, 1,                                                              \
      "SELECT MAX(x.reservation_id) FROM (SELECT reservation_id FROM reservation FORCE INDEX (PRIMARY) " \
      "WHERE reservation_id > ? ORDER BY reservation_id LIMIT ?) x")                               \
    X(VERIFY_NEXT_SCHEDULES, 2, 1,                                                                 \
      "SELECT MAX(x.schedule_id) FROM (SELECT schedule_id FROM schedule FORCE INDEX (PRIMARY) "    \
      "WHERE schedule_id > ? ORDER BY schedule_id LIMIT ?) x")                                     \
    X(VERIFY_NEXT_CONCERTS, 2, 1,                                                                  \
      "SELECT MAX(x.concert_id) FROM (SELECT concert_id FROM concert FORCE INDEX (PRIMARY) "       \
      "WHERE concert_id > ? ORDER BY concert_id LIMIT ?) x")                                       \
    X(VERIFY_LAST_IDS, 0, 4,                                                                       \
      "SELECT (SELECT MAX(seat_id) FROM seat), (SELECT MAX(reservation_id) FROM reservation), "    \
      "(SELECT MAX(schedule_id) FROM schedule), (SELECT MAX(concert_id) FROM concert)")            \
    /* 1: seats and their owners */                                                                \
    X(VERIFY_SOLD_SEATS, 2, 4,                                                                     \
      "SELECT t.seat_id, MAX(t.schedule_id), MAX(t.reservation_id), COUNT(r.reservation_id) "      \
      "FROM seat t FORCE INDEX (PRIMARY) "                                                         \
      "LEFT JOIN reservation_seat rs ON rs.seat_id = t.seat_id "                                   \
      "LEFT JOIN reservation r ON r.reservation_id = rs.reservation_id AND r.status = 'CONFIRMED' " \
      "WHERE t.seat_id > ? AND t.seat_id <= ? AND t.status = 'SOLD' "                              \
      "GROUP BY t.seat_id HAVING COUNT(r.reservation_id) <> 1 "                                    \
      "OR NOT (MAX(r.reservation_id) <=> MAX(t.reservation_id))")                                  \
    X(VERIFY_SHARED_SEATS, 2, 4,                                                                   \
      "SELECT rs.seat_id, MIN(r.reservation_id), MAX(r.reservation_id), COUNT(*) "                 \
      "FROM reservation_seat rs FORCE INDEX (reservation_seat_seat) "                              \
      "STRAIGHT_JOIN reservation r ON r.reservation_id = rs.reservation_id "                       \
      "WHERE rs.seat_id > ? AND rs.seat_id <= ? AND " STMT_RESERVATION_LIVE                        \
      "GROUP BY rs.seat_id HAVING COUNT(*) > 1")                                                   \
    X(VERIFY_HELD_SEATS, 2, 4,                                                                     \
      "SELECT t.seat_id, t.schedule_id, t.reservation_id, r.status "                               \
      "FROM seat t FORCE INDEX (PRIMARY) "                                                         \
      "LEFT JOIN reservation r ON r.reservation_id = t.reservation_id "                            \
      "LEFT JOIN reservation_seat rs ON rs.reservation_id = t.reservation_id "                     \
      "AND rs.seat_id = t.seat_id "                                                                \
      "WHERE t.seat_id > ? AND t.seat_id <= ? AND t.status = 'HELD' "                              \
      "AND (r.reservation_id IS NULL OR rs.seat_id IS NULL "                                       \
      "OR r.status NOT IN ('PENDING', 'EXPIRED') "                                                 \
      "OR (r.status = 'PENDING' AND NOT (t.hold_expires_at <=> r.hold_expires_at)) "               \
      "OR (r.status = 'EXPIRED' AND COALESCE(t.hold_expires_at > NOW(3), TRUE)))")                 \
    X(VERIFY_OWN_SEATS, 2, 5,                                                                      \
      "SELECT r.reservation_id, MAX(r.schedule_id), MAX(r.status), MAX(r.seat_count), "            \
      "COUNT(t.seat_id) "                                                                          \
      "FROM reservation r FORCE INDEX (PRIMARY) "                                                  \
      "LEFT JOIN reservation_seat rs ON rs.reservation_id = r.reservation_id "                     \
      "LEFT JOIN seat t ON t.seat_id = rs.seat_id AND t.schedule_id = r.schedule_id "              \
      "AND t.reservation_id = r.reservation_id "                                                   \
      "AND t.status = CASE r.status WHEN 'CONFIRMED' THEN 'SOLD' ELSE 'HELD' END "                 \
      "WHERE r.reservation_id > ? AND r.reservation_id <= ? AND " STMT_RESERVATION_LIVE            \
      "GROUP BY r.reservation_id HAVING COUNT(t.seat_id) <> MAX(r.seat_count) "                    \
      "OR COUNT(rs.seat_id) <> MAX(r.seat_count)")                                                 \
    X(VERIFY_AMOUNTS, 2, 6,                                                                        \
      "SELECT r.reservation_id, MAX(r.status), MAX(r.seat_count), COUNT(rs.seat_id), MAX(r.amount), " \
      "CAST(COALESCE(SUM(rs.price), 0) AS SIGNED) FROM reservation r FORCE INDEX (PRIMARY) "       \
      "LEFT JOIN reservation_seat rs ON rs.reservation_id = r.reservation_id "                     \
      "WHERE r.reservation_id > ? AND r.reservation_id <= ? "                                      \
      "GROUP BY r.reservation_id HAVING COUNT(rs.seat_id) <> MAX(r.seat_count) "                   \
      "OR COALESCE(SUM(rs.price), 0) <> MAX(r.amount)")                                            \
    /* 2: wallets with the ends of their chains, and the chains */                                 \
    X(VERIFY_LEDGER_SIZE, 0, 1, "SELECT CAST(COALESCE(SUM(entries), 0) AS SIGNED) FROM wallet")    \
    X(VERIFY_WALLETS, 2, 5,                                                                        \
      "SELECT user_id, balance, entries, entry_hash, entry_at FROM wallet FORCE INDEX (PRIMARY) "  \
      "WHERE user_id >= ? ORDER BY user_id LIMIT ?")                                               \
    X(VERIFY_ENTRIES, 2, 9,                                                                        \
      "SELECT user_id, seq, entry_id, type, amount, balance_after, reservation_id, created_at, hash " \
      "FROM wallet_entry FORCE INDEX (PRIMARY) WHERE user_id >= ? AND user_id <= ? "               \
      "ORDER BY user_id, seq")                                                                     \
    /* 3: what was paid */                                                                         \
    X(VERIFY_SALES, 2, 3,                                                                          \
      "SELECT r.reservation_id, MAX(r.status), COUNT(p.payment_id) "                               \
      "FROM reservation r FORCE INDEX (PRIMARY) "                                                  \
      "LEFT JOIN payment p ON p.reservation_id = r.reservation_id "                                \
      "WHERE r.reservation_id > ? AND r.reservation_id <= ? "                                      \
      "AND r.status IN ('CONFIRMED', 'REFUNDED') "                                                 \
      "GROUP BY r.reservation_id HAVING COUNT(p.payment_id) <> 1")                                 \
    X(VERIFY_SALES_IN_LEDGER, 2, 4,                                                                \
      "SELECT r.reservation_id, MAX(r.status), COUNT(CASE e.type WHEN 'PAYMENT' THEN 1 END), "     \
      "COUNT(CASE e.type WHEN 'REFUND' THEN 1 END) FROM reservation r FORCE INDEX (PRIMARY) "      \
      "LEFT JOIN wallet_entry e ON e.reservation_id = r.reservation_id "                           \
      "WHERE r.reservation_id > ? AND r.reservation_id <= ? "                                      \
      "AND r.status IN ('CONFIRMED', 'REFUNDED') "                                                 \
      "GROUP BY r.reservation_id HAVING COUNT(CASE e.type WHEN 'PAYMENT' THEN 1 END) <> 1 "        \
      "OR COUNT(CASE e.type WHEN 'REFUND' THEN 1 END) <> (MAX(r.status) = 'REFUNDED')")            \
    X(VERIFY_PAYMENTS, 2, 8,                                                                       \
      "SELECT p.payment_id, p.reservation_id, p.user_id, p.status, p.amount, r.user_id, r.status, r.amount " \
      "FROM payment p FORCE INDEX (payment_reservation) "                                          \
      "LEFT JOIN reservation r ON r.reservation_id = p.reservation_id "                            \
      "WHERE p.reservation_id > ? AND p.reservation_id <= ? AND (r.reservation_id IS NULL "        \
      "OR p.user_id <> r.user_id OR p.amount <> r.amount "                                         \
      "OR r.status <> CASE p.status WHEN 'COMPLETED' THEN 'CONFIRMED' ELSE 'REFUNDED' END "        \
      "OR p.status NOT IN ('COMPLETED', 'REFUNDED'))")                                             \
    X(VERIFY_SALE_ENTRIES, 2, 8,                                                                   \
      /* nothing but what the index has; the primary key, user and number, is part of it */        \
      "SELECT e.user_id, e.seq, e.type, e.amount, e.reservation_id, r.user_id, r.status, r.amount " \
      "FROM wallet_entry e FORCE INDEX (wallet_entry_reservation) "                                \
      "LEFT JOIN reservation r ON r.reservation_id = e.reservation_id "                            \
      "WHERE e.reservation_id > ? AND e.reservation_id <= ? AND (r.reservation_id IS NULL "        \
      "OR e.user_id <> r.user_id OR NOT CASE e.type "                                              \
      "WHEN 'PAYMENT' THEN e.amount = -r.amount AND r.status IN ('CONFIRMED', 'REFUNDED') "        \
      "WHEN 'REFUND' THEN e.amount = r.amount AND r.status = 'REFUNDED' ELSE FALSE END)")          \
    /* 4: the queue */                                                                             \
    X(VERIFY_TICKETS, 2, 3,                                                                        \
      "SELECT concert_id, ticket, COUNT(*) FROM queue_token "                                      \
      "WHERE concert_id > ? AND concert_id <= ? AND ticket IS NOT NULL "                           \
      "GROUP BY concert_id, ticket HAVING COUNT(*) > 1")                                           \
    X(VERIFY_SERVING, 2, 4,                                                                        \
      "SELECT t.concert_id, t.token_id, t.ticket, q.now_serving "                                  \
      "FROM " STMT_TOKEN_BY_STATUS_OF "LEFT JOIN queue_state q ON q.concert_id = t.concert_id "    \
      "WHERE t.concert_id > ? AND t.concert_id <= ? AND t.status = 'ACTIVE' "                      \
      "AND (t.ticket IS NULL OR t.ticket > COALESCE(q.now_serving, 0))")                           \
    X(VERIFY_BATCHES, 2, 5,                                                                        \
      "SELECT concert_id, admission_id, active_before, admitted, max_active "                      \
      "FROM admission FORCE INDEX (admission_time) WHERE concert_id > ? AND concert_id <= ? "      \
      "AND max_active > 0 AND active_before + admitted > max_active")                              \
    X(VERIFY_NEXT_ADMITTING, 1, 1, "SELECT MIN(concert_id) FROM admission WHERE concert_id > ?")   \
    X(VERIFY_CAPPED_BATCHES, 5, 3,                                                                 \
      "SELECT admission_id, admitted_at, max_active FROM admission FORCE INDEX (admission_time) "  \
      "WHERE concert_id = ? AND admitted_at >= ? AND NOT (admitted_at = ? AND admission_id <= ?) " \
      "AND max_active > 0 ORDER BY admitted_at, admission_id LIMIT ?")                             \
    X(VERIFY_STAYS, 1, 2,                                                                          \
      "SELECT t.admitted_at, t.ended_at FROM " STMT_TOKEN_BY_STATUS_OF                             \
      "WHERE t.concert_id = ? AND t.admitted_at IS NOT NULL")                                      \
    /* 5: capacities */                                                                            \
    X(VERIFY_CAPACITY, 2, 4,                                                                       \
      "SELECT s.schedule_id, MAX(s.concert_id), MAX(s.capacity), COUNT(t.seat_id) "                \
      "FROM schedule s FORCE INDEX (PRIMARY) LEFT JOIN seat t ON t.schedule_id = s.schedule_id "   \
      "WHERE s.schedule_id > ? AND s.schedule_id <= ? "                                            \
      "GROUP BY s.schedule_id HAVING COUNT(t.seat_id) <> MAX(s.capacity) "                         \
      "OR SUM(t.status IN ('AVAILABLE', 'HELD', 'SOLD', 'BLOCKED')) <> MAX(s.capacity) "           \
      "OR COUNT(DISTINCT t.seat_number) <> MAX(s.capacity) "                                       \
      "OR MIN(t.seat_number) <> 1 OR MAX(t.seat_number) <> MAX(s.capacity)")                       \
    X(VERIFY_LOST_SEATS, 2, 2,                                                                     \
      "SELECT t.schedule_id, COUNT(*) FROM seat t FORCE INDEX (seat_place) "                       \
      "LEFT JOIN schedule s ON s.schedule_id = t.schedule_id "                                     \
      "WHERE t.schedule_id > ? AND t.schedule_id <= ? AND s.schedule_id IS NULL "                  \
      "GROUP BY t.schedule_id")
/* clang-format on */

#endif
