-- The pre-queue: who joins before a queue opens gets no number; at the opening a lottery, whose
-- seed was fixed beforehand, gives them their order.
--
-- Every statement can be run again. What has no IF NOT EXISTS on every server looks for what it
-- makes first, and one ALTER makes all of a table's changes or none.

CREATE TABLE IF NOT EXISTS lottery (
    lottery_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    concert_id BIGINT NOT NULL,
    -- published when drawn_at is set, never before; its SHA-256 from the beginning
    seed BINARY(32) NOT NULL,
    seed_hash BINARY(32) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    -- the highest queue_token.token_id then: this pre-queue's are above it
    token_floor BIGINT NOT NULL,
    -- the moment of the opening, where an operator has brought it forward to the present
    opened_at DATETIME(3) NULL,
    -- set by the draw: entrants have the numbers from first_ticket on
    drawn_at DATETIME(3) NULL,
    first_ticket BIGINT NULL,
    entrants BIGINT NULL,
    -- how many of these numbers have been given
    numbered BIGINT NOT NULL DEFAULT 0,
    KEY lottery_concert (concert_id, lottery_id),
    CONSTRAINT lottery_of_concert FOREIGN KEY (concert_id) REFERENCES concert (concert_id),
    CONSTRAINT lottery_drawn CHECK (drawn_at IS NULL OR (opened_at IS NOT NULL
                                    AND first_ticket IS NOT NULL AND entrants IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- prequeue: 0 there is none, 1 joins get no number, 2 the lottery is drawn and numbers are being
-- given. lottery_id: the latest lottery.
SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'queue_state'
               AND column_name = 'prequeue');
SET @change = IF(@wanted, 'ALTER TABLE queue_state
    ADD COLUMN prequeue TINYINT NOT NULL DEFAULT 0,
    ADD COLUMN lottery_id BIGINT NULL,
    ADD CONSTRAINT queue_state_prequeue CHECK (prequeue BETWEEN 0 AND 2)', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

-- A row in a pre-queue has no number, nor has one whose owner left it.
SET @wanted = (SELECT COUNT(*) > 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'queue_token'
               AND column_name = 'ticket' AND is_nullable = 'NO');
SET @change = IF(@wanted, 'ALTER TABLE queue_token
    DROP CONSTRAINT queue_token_state,
    DROP CONSTRAINT queue_token_over,
    DROP CONSTRAINT queue_token_number,
    DROP INDEX queue_token_live,
    DROP COLUMN live,
    MODIFY COLUMN ticket BIGINT NULL,
    ADD COLUMN live TINYINT AS (CASE WHEN status IN (''PREQUEUE'', ''WAITING'', ''ACTIVE'')
                                THEN 1 ELSE NULL END) VIRTUAL,
    ADD UNIQUE KEY queue_token_live (user_id, concert_id, live),
    ADD CONSTRAINT queue_token_number CHECK (ticket >= 1
                                             OR (ticket IS NULL AND status IN (''PREQUEUE'', ''LEFT''))),
    ADD CONSTRAINT queue_token_state CHECK (status IN (''PREQUEUE'', ''WAITING'', ''ACTIVE'',
                                            ''FINISHED'', ''LEFT'', ''EXPIRED'', ''VOID'')),
    ADD CONSTRAINT queue_token_over CHECK (status IN (''PREQUEUE'', ''WAITING'', ''ACTIVE'')
                                           OR ended_at IS NOT NULL)', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;
