-- What holds admission back and how fast it goes on nevertheless, for the estimates.
--
-- Every statement can be run again, see 002_waiting_room.sql.

-- limited_by, as of the last batch: 0 nothing but the batches, 1 the cap, 2 the seats that are
-- left, 3 no seat is free. The flow is what came in while something held admission back: people
-- (in millionths) and milliseconds, older ones weighing less, up to flow_at.
SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'queue_state'
               AND column_name = 'limited_by');
SET @change = IF(@wanted, 'ALTER TABLE queue_state
    ADD COLUMN limited_by TINYINT NOT NULL DEFAULT 0,
    ADD COLUMN flow_people BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN flow_ms BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN flow_at DATETIME(3) NULL,
    ADD CONSTRAINT queue_state_limited CHECK (limited_by BETWEEN 0 AND 3),
    ADD CONSTRAINT queue_state_flow CHECK (flow_people >= 0 AND flow_ms >= 0)', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;
