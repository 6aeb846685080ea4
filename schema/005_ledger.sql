-- The ledger proves itself: the entries of a user are numbered without gaps, and each carries a
-- hash over the one before it. The wallet holds the number, the hash and the time of the newest, so
-- that a ledger cut off at its end is seen as well.
--
-- `hash` is the SHA-256 of this text, in ASCII, eight fields divided by "|":
--
--     hash of the entry before | user | seq | type | amount | balance_after | reservation | time
--
-- Hashes and the user in lower-case hex without dashes, 64 zeros before a user's first entry;
-- integers in decimal, a negative one with "-"; no reservation: nothing; the time in UTC as in
-- 2026-05-01 19:00:00.123000. So the first charge of 500 of the user 01010101-...-0101 has the hash
--
--     printf %s "$(printf %064d 0)|$(printf '01%.0s' {1..16})|1|CHARGE|500|500||2026-05-01 19:00:00.123000" |
--         sha256sum
--
-- entry_id is no part of it: the database gives it once the hash is known. Nor is a key: who may
-- write both tables can make a new chain, which then differs from any hash that was noted elsewhere.
--
-- The hash is made in three places that must agree: here for the entries that are already there,
-- WALLET_MOVE in db/stmt.h for new ones, domain/verify_chain.c for the check.
--
-- Every statement can be run again, see 002_waiting_room.sql. An older program that still runs
-- cannot write entries once each must have a number; one that it writes while they are given stops
-- the migration, which then is to be run again.

SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'wallet'
               AND column_name = 'entries');
SET @change = IF(@wanted, 'ALTER TABLE wallet
    ADD COLUMN entries BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN entry_hash BINARY(32) NOT NULL
        DEFAULT 0x0000000000000000000000000000000000000000000000000000000000000000,
    ADD COLUMN entry_at DATETIME(3) NULL,
    ADD CONSTRAINT wallet_entries CHECK (entries >= 0)', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'wallet_entry'
               AND column_name = 'seq');
SET @change = IF(@wanted, 'ALTER TABLE wallet_entry
    ADD COLUMN seq BIGINT NULL AFTER user_id,
    ADD COLUMN hash BINARY(32) NULL,
    ADD CONSTRAINT wallet_entry_seq CHECK (seq >= 1)', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

-- The numbers, and with them the primary key: a user's entries lie together, in their order. The
-- index over reservations has all that `frontrow verify` asks of it.
SET @wanted = (SELECT COUNT(*) = 1 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'wallet_entry'
               AND column_name = 'seq' AND is_nullable = 'YES');
SET @change = IF(@wanted, 'UPDATE wallet_entry e JOIN
    (SELECT entry_id, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY entry_id) AS seq
     FROM wallet_entry) n ON n.entry_id = e.entry_id
    SET e.seq = n.seq', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

SET @change = IF(@wanted, 'ALTER TABLE wallet_entry
    MODIFY COLUMN seq BIGINT NOT NULL,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (user_id, seq),
    ADD UNIQUE KEY wallet_entry_id (entry_id),
    DROP KEY wallet_entry_user,
    DROP KEY wallet_entry_reservation,
    ADD KEY wallet_entry_reservation (reservation_id, type, amount)', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

-- The chains, from the entries numbered 1 on, and where they end.
SET SESSION /*M! max_recursive_iterations */ /*!80000 cte_max_recursion_depth */ = 4294967295;

SET @wanted = (SELECT COUNT(*) = 1 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'wallet_entry'
               AND column_name = 'hash' AND is_nullable = 'YES');
SET @change = IF(@wanted, 'UPDATE wallet_entry e JOIN
    (WITH RECURSIVE chain (user_id, seq, hash) AS
     (SELECT user_id, seq, CAST(UNHEX(SHA2(CONCAT(REPEAT("0", 64), "|", LOWER(HEX(user_id)), "|",
          seq, "|", type, "|", amount, "|", balance_after, "|", COALESCE(reservation_id, ""), "|",
          DATE_FORMAT(created_at, "%Y-%m-%d %H:%i:%s.%f")), 256)) AS BINARY(32))
      FROM wallet_entry WHERE seq = 1
      UNION ALL
      SELECT n.user_id, n.seq, UNHEX(SHA2(CONCAT(LOWER(HEX(c.hash)), "|", LOWER(HEX(n.user_id)),
          "|", n.seq, "|", n.type, "|", n.amount, "|", n.balance_after, "|",
          COALESCE(n.reservation_id, ""), "|",
          DATE_FORMAT(n.created_at, "%Y-%m-%d %H:%i:%s.%f")), 256))
      FROM chain c JOIN wallet_entry n ON n.user_id = c.user_id AND n.seq = c.seq + 1)
     SELECT user_id, seq, hash FROM chain) c ON c.user_id = e.user_id AND c.seq = e.seq
    SET e.hash = c.hash', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

SET @change = IF(@wanted, 'UPDATE wallet w JOIN
    (SELECT user_id, MAX(seq) AS entries FROM wallet_entry GROUP BY user_id) n
        ON n.user_id = w.user_id
    JOIN wallet_entry e ON e.user_id = n.user_id AND e.seq = n.entries
    SET w.entries = e.seq, w.entry_hash = e.hash, w.entry_at = e.created_at', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

SET @change = IF(@wanted, 'ALTER TABLE wallet_entry MODIFY COLUMN hash BINARY(32) NOT NULL', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;
