-- What a session has held, as a number.
--
-- Every statement can be run again, see 002_waiting_room.sql.

-- holds: how often this session has held seats. Each hold adds one, so that who has read what the
-- user holds can tell, by a condition on the token's row, that it is still all.
SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'queue_token'
               AND column_name = 'holds');
SET @change = IF(@wanted, 'ALTER TABLE queue_token
    ADD COLUMN holds INT NOT NULL DEFAULT 0', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;
