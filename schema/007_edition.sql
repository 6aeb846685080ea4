-- What has been changed of a show or its seats since it was made.
--
-- Every statement can be run again, see 002_waiting_room.sql.

-- One row for each schedule that has been changed. edition grows with each change of its times, of
-- prices or of blocked seats: who remembers how its seats lie (domain/hall.h) reads it with their
-- states, and so finds out on every host. min_price and max_price stand in for the schedule's own
-- once seats have other prices. edited_at tells the job of a change. The row is named by no foreign key and names none: it is locked
-- first by whoever changes a show, and by nobody who buys.
CREATE TABLE IF NOT EXISTS hall_edition (
    schedule_id BIGINT NOT NULL PRIMARY KEY,
    edition INT NOT NULL,
    edited_at DATETIME(3) NOT NULL,
    min_price BIGINT NULL,
    max_price BIGINT NULL,
    KEY hall_edition_time (edited_at),
    CONSTRAINT hall_edition_prices CHECK (min_price >= 0 AND max_price <= 1000000000
                                          AND min_price <= max_price)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
