-- The rest of buying: a hold can be extended once, a show can be canceled.
--
-- Every statement can be run again, see 002_waiting_room.sql.

SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'reservation'
               AND column_name = 'extended_at');
SET @change = IF(@wanted, 'ALTER TABLE reservation
    ADD COLUMN extended_at DATETIME(3) NULL AFTER hold_expires_at', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;

-- canceling: 1 while the job has reservations of a canceled show to refund or to cancel.
-- cancel_total: how many there were at the moment of canceled_at.
SET @wanted = (SELECT COUNT(*) = 0 FROM information_schema.columns
               WHERE table_schema = DATABASE() AND table_name = 'schedule'
               AND column_name = 'canceling');
SET @change = IF(@wanted, 'ALTER TABLE schedule
    ADD COLUMN canceling TINYINT NOT NULL DEFAULT 0 AFTER canceled_at,
    ADD COLUMN cancel_total INT NOT NULL DEFAULT 0 AFTER canceling,
    ADD KEY schedule_canceling (canceling, schedule_id),
    ADD CONSTRAINT schedule_cancelation CHECK (canceling IN (0, 1) AND cancel_total >= 0
                                               AND (canceling = 0 OR canceled_at IS NOT NULL))', 'DO 0');
PREPARE change_table FROM @change;
EXECUTE change_table;
DEALLOCATE PREPARE change_table;
