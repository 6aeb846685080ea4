-- The whole shop: concerts and their queues, schedules and seats, wallets, reservations, payments.
--
-- Every statement can be run again, so that a migration cut short is finished by the next run.
-- Texts that people write are utf8mb4; codes and states are ascii and compared byte by byte.
-- Rows that change often (wallet, queue_state, queue_counter) are named by no foreign key: an
-- insert into a child locks the parent's row.

CREATE TABLE IF NOT EXISTS concert (
    concert_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    artist VARCHAR(200) NULL,
    host VARCHAR(200) NULL,
    time_zone VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hold_seconds INT NOT NULL,
    hold_extend_seconds INT NOT NULL,
    max_seats_per_user INT NOT NULL,
    created_at DATETIME(3) NOT NULL,
    CONSTRAINT concert_title CHECK (title <> ''),
    CONSTRAINT concert_hold CHECK (hold_seconds BETWEEN 1 AND 86400),
    CONSTRAINT concert_hold_extend CHECK (hold_extend_seconds BETWEEN 0 AND 86400),
    CONSTRAINT concert_max_seats CHECK (max_seats_per_user BETWEEN 1 AND 100)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- One queue for each concert. The upper half are the operator's settings; the lower half is what
-- the job publishes at each tick, read by every host.
CREATE TABLE IF NOT EXISTS queue_state (
    concert_id BIGINT NOT NULL PRIMARY KEY,
    state VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    opens_at DATETIME(3) NULL,
    admit_count INT NOT NULL,
    admit_interval_seconds INT NOT NULL,
    max_active INT NOT NULL,
    session_seconds INT NOT NULL,
    claim_seconds INT NOT NULL,
    token_lifetime_seconds INT NOT NULL,
    message_ko VARCHAR(1000) NULL,
    message_en VARCHAR(1000) NULL,
    -- batches fall at t0 + k * admit_interval_seconds; last_batch is the last k that was due
    t0 DATETIME(3) NOT NULL,
    last_batch BIGINT NOT NULL DEFAULT -1,
    sold_out TINYINT NOT NULL DEFAULT 0,
    now_serving BIGINT NOT NULL DEFAULT 0,
    last_ticket BIGINT NOT NULL DEFAULT 0,
    waiting BIGINT NOT NULL DEFAULT 0,
    active BIGINT NOT NULL DEFAULT 0,
    -- smoothed rate of real admissions in millionths of a person per second; NULL: none yet
    rate_micros BIGINT NULL,
    rate_at DATETIME(3) NULL,
    CONSTRAINT queue_state_concert FOREIGN KEY (concert_id) REFERENCES concert (concert_id),
    CONSTRAINT queue_state_state CHECK (state IN ('OPEN', 'PAUSED', 'DRAINING', 'CLOSED')),
    CONSTRAINT queue_state_admit_count CHECK (admit_count BETWEEN 1 AND 100000),
    CONSTRAINT queue_state_interval CHECK (admit_interval_seconds BETWEEN 1 AND 86400),
    CONSTRAINT queue_state_max_active CHECK (max_active BETWEEN 0 AND 1000000),
    CONSTRAINT queue_state_session CHECK (session_seconds BETWEEN 1 AND 86400),
    CONSTRAINT queue_state_claim CHECK (claim_seconds BETWEEN 0 AND 86400),
    CONSTRAINT queue_state_lifetime CHECK (token_lifetime_seconds BETWEEN 1 AND 604800),
    CONSTRAINT queue_state_counters CHECK (now_serving >= 0 AND last_ticket >= 0
                                           AND waiting >= 0 AND active >= 0)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- The next ticket number of each queue, apart from queue_state so that joins and the job do not
-- wait for each other.
CREATE TABLE IF NOT EXISTS queue_counter (
    concert_id BIGINT NOT NULL PRIMARY KEY,
    next_ticket BIGINT NOT NULL DEFAULT 1,
    CONSTRAINT queue_counter_concert FOREIGN KEY (concert_id) REFERENCES concert (concert_id),
    CONSTRAINT queue_counter_next CHECK (next_ticket >= 1)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- One row for each ticket. `live` is 1 while the visitor waits or is inside, so that the unique
-- key allows one live row for each user and concert. VOID marks a number that nobody holds.
-- user_id has no foreign key: a join is one insert.
CREATE TABLE IF NOT EXISTS queue_token (
    token_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    concert_id BIGINT NOT NULL,
    user_id BINARY(16) NOT NULL,
    ticket BIGINT NOT NULL,
    status VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(3) NOT NULL,
    -- the moment at which the row is over, as things stand: of the wait, the claim or the session
    expires_at DATETIME(3) NOT NULL,
    admitted_at DATETIME(3) NULL,
    claimed_at DATETIME(3) NULL,
    -- the session's first end: new holds start before it
    session_ends_at DATETIME(3) NULL,
    ended_at DATETIME(3) NULL,
    live TINYINT AS (CASE WHEN status IN ('WAITING', 'ACTIVE') THEN 1 ELSE NULL END) VIRTUAL,
    UNIQUE KEY queue_token_live (user_id, concert_id, live),
    UNIQUE KEY queue_token_ticket (concert_id, ticket),
    KEY queue_token_status (concert_id, status, ticket),
    KEY queue_token_expiry (status, expires_at),
    CONSTRAINT queue_token_concert FOREIGN KEY (concert_id) REFERENCES concert (concert_id),
    CONSTRAINT queue_token_number CHECK (ticket >= 1),
    CONSTRAINT queue_token_state CHECK (status IN ('WAITING', 'ACTIVE', 'FINISHED', 'LEFT',
                                                   'EXPIRED', 'VOID')),
    CONSTRAINT queue_token_inside CHECK (status <> 'ACTIVE' OR (admitted_at IS NOT NULL
                                                                AND session_ends_at IS NOT NULL)),
    CONSTRAINT queue_token_over CHECK (status IN ('WAITING', 'ACTIVE') OR ended_at IS NOT NULL)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- One row for each batch that let somebody in, with what the cap was at that moment.
CREATE TABLE IF NOT EXISTS admission (
    admission_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    concert_id BIGINT NOT NULL,
    admitted_at DATETIME(3) NOT NULL,
    admitted INT NOT NULL,
    active_before INT NOT NULL,
    max_active INT NOT NULL,
    last_ticket BIGINT NOT NULL,
    KEY admission_time (concert_id, admitted_at),
    KEY admission_age (admitted_at),
    CONSTRAINT admission_concert FOREIGN KEY (concert_id) REFERENCES concert (concert_id),
    CONSTRAINT admission_counts CHECK (admitted >= 1 AND active_before >= 0 AND max_active >= 0)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- Who does the ticks: one row, taken over when expires_at has passed.
CREATE TABLE IF NOT EXISTS job_lease (
    name VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    holder VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    ticked_at DATETIME(3) NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

INSERT IGNORE INTO job_lease (name, holder, expires_at) VALUES ('job', '', '2000-01-01 00:00:00');

CREATE TABLE IF NOT EXISTS schedule (
    schedule_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    concert_id BIGINT NOT NULL,
    starts_at DATETIME(3) NOT NULL,
    -- the day of starts_at in the concert's time zone
    local_date DATE NOT NULL,
    booking_opens_at DATETIME(3) NOT NULL,
    booking_closes_at DATETIME(3) NOT NULL,
    refund_closes_at DATETIME(3) NOT NULL,
    capacity INT NOT NULL,
    min_price BIGINT NOT NULL,
    max_price BIGINT NOT NULL,
    canceled_at DATETIME(3) NULL,
    created_at DATETIME(3) NOT NULL,
    KEY schedule_time (concert_id, starts_at),
    KEY schedule_day (concert_id, local_date),
    KEY schedule_start (starts_at),
    CONSTRAINT schedule_concert FOREIGN KEY (concert_id) REFERENCES concert (concert_id),
    CONSTRAINT schedule_capacity CHECK (capacity BETWEEN 1 AND 100000),
    CONSTRAINT schedule_booking CHECK (booking_opens_at <= booking_closes_at),
    CONSTRAINT schedule_prices CHECK (min_price >= 0 AND max_price <= 1000000000
                                      AND min_price <= max_price)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS user (
    user_id BINARY(16) NOT NULL PRIMARY KEY,
    name VARCHAR(200) NULL,
    created_at DATETIME(3) NOT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS wallet (
    user_id BINARY(16) NOT NULL PRIMARY KEY,
    balance BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT wallet_user FOREIGN KEY (user_id) REFERENCES user (user_id),
    CONSTRAINT wallet_balance CHECK (balance BETWEEN 0 AND 1000000000000)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS reservation (
    reservation_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BINARY(16) NOT NULL,
    concert_id BIGINT NOT NULL,
    schedule_id BIGINT NOT NULL,
    status VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    seat_count INT NOT NULL,
    amount BIGINT NOT NULL,
    created_at DATETIME(3) NOT NULL,
    hold_expires_at DATETIME(3) NOT NULL,
    paid_at DATETIME(3) NULL,
    ended_at DATETIME(3) NULL,
    KEY reservation_user (user_id, reservation_id),
    KEY reservation_user_schedule (user_id, schedule_id, status),
    KEY reservation_expiry (status, hold_expires_at),
    KEY reservation_schedule (schedule_id, status),
    CONSTRAINT reservation_of_user FOREIGN KEY (user_id) REFERENCES user (user_id),
    CONSTRAINT reservation_of_schedule FOREIGN KEY (schedule_id) REFERENCES schedule (schedule_id),
    CONSTRAINT reservation_state CHECK (status IN ('PENDING', 'CONFIRMED', 'EXPIRED', 'CANCELED',
                                                   'REFUNDED')),
    CONSTRAINT reservation_seats CHECK (seat_count BETWEEN 1 AND 100),
    CONSTRAINT reservation_amount CHECK (amount BETWEEN 0 AND 100000000000),
    CONSTRAINT reservation_paid CHECK ((status IN ('CONFIRMED', 'REFUNDED'))
                                       = (paid_at IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- A HELD seat whose hold_expires_at has passed is free, tidied or not.
CREATE TABLE IF NOT EXISTS seat (
    seat_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    schedule_id BIGINT NOT NULL,
    seat_number INT NOT NULL,
    section VARCHAR(200) NULL,
    row_label VARCHAR(10) NULL,
    price BIGINT NOT NULL,
    status VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reservation_id BIGINT NULL,
    hold_expires_at DATETIME(3) NULL,
    UNIQUE KEY seat_place (schedule_id, seat_number),
    KEY seat_status (schedule_id, status, hold_expires_at),
    KEY seat_reservation (reservation_id),
    CONSTRAINT seat_of_schedule FOREIGN KEY (schedule_id) REFERENCES schedule (schedule_id),
    CONSTRAINT seat_of_reservation FOREIGN KEY (reservation_id)
        REFERENCES reservation (reservation_id),
    CONSTRAINT seat_numbered CHECK (seat_number BETWEEN 1 AND 100000),
    CONSTRAINT seat_price CHECK (price BETWEEN 0 AND 1000000000),
    CONSTRAINT seat_state CHECK (
        (status IN ('AVAILABLE', 'BLOCKED') AND reservation_id IS NULL AND hold_expires_at IS NULL)
        OR (status = 'HELD' AND reservation_id IS NOT NULL AND hold_expires_at IS NOT NULL)
        OR (status = 'SOLD' AND reservation_id IS NOT NULL AND hold_expires_at IS NULL))
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- The seats of a reservation, kept when it is over; the price is the seat's when it was held.
CREATE TABLE IF NOT EXISTS reservation_seat (
    reservation_id BIGINT NOT NULL,
    seat_id BIGINT NOT NULL,
    price BIGINT NOT NULL,
    PRIMARY KEY (reservation_id, seat_id),
    KEY reservation_seat_seat (seat_id),
    CONSTRAINT reservation_seat_reservation FOREIGN KEY (reservation_id)
        REFERENCES reservation (reservation_id),
    CONSTRAINT reservation_seat_of_seat FOREIGN KEY (seat_id) REFERENCES seat (seat_id),
    CONSTRAINT reservation_seat_price CHECK (price BETWEEN 0 AND 1000000000)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

CREATE TABLE IF NOT EXISTS payment (
    payment_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reservation_id BIGINT NOT NULL,
    user_id BINARY(16) NOT NULL,
    status VARCHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount BIGINT NOT NULL,
    paid_at DATETIME(3) NOT NULL,
    UNIQUE KEY payment_reservation (reservation_id),
    KEY payment_time (paid_at),
    CONSTRAINT payment_of_reservation FOREIGN KEY (reservation_id)
        REFERENCES reservation (reservation_id),
    CONSTRAINT payment_of_user FOREIGN KEY (user_id) REFERENCES user (user_id),
    CONSTRAINT payment_state CHECK (status IN ('COMPLETED', 'REFUNDED')),
    CONSTRAINT payment_amount CHECK (amount BETWEEN 0 AND 100000000000)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- The ledger: only ever inserted into.
CREATE TABLE IF NOT EXISTS wallet_entry (
    entry_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id BINARY(16) NOT NULL,
    type VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount BIGINT NOT NULL,
    balance_after BIGINT NOT NULL,
    reservation_id BIGINT NULL,
    created_at DATETIME(3) NOT NULL,
    KEY wallet_entry_user (user_id, entry_id),
    KEY wallet_entry_reservation (reservation_id),
    CONSTRAINT wallet_entry_of_user FOREIGN KEY (user_id) REFERENCES user (user_id),
    CONSTRAINT wallet_entry_of_reservation FOREIGN KEY (reservation_id)
        REFERENCES reservation (reservation_id),
    CONSTRAINT wallet_entry_type CHECK (
        (type = 'CHARGE' AND amount > 0 AND reservation_id IS NULL)
        OR (type = 'PAYMENT' AND amount <= 0 AND reservation_id IS NOT NULL)
        OR (type = 'REFUND' AND amount >= 0 AND reservation_id IS NOT NULL)),
    CONSTRAINT wallet_entry_balance CHECK (balance_after BETWEEN 0 AND 1000000000000)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- Answers of requests that carried an Idempotency-Key, written in the transaction they guard.
CREATE TABLE IF NOT EXISTS idempotency (
    subject BINARY(16) NOT NULL,
    idempotency_key VARBINARY(255) NOT NULL,
    fingerprint BINARY(32) NOT NULL,
    status SMALLINT NOT NULL,
    body MEDIUMBLOB NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (subject, idempotency_key),
    KEY idempotency_age (created_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- Events for the outside, recorded in the transaction that makes them true.
CREATE TABLE IF NOT EXISTS outbox (
    event_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    type VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    concert_id BIGINT NULL,
    reservation_id BIGINT NULL,
    created_at DATETIME(3) NOT NULL,
    KEY outbox_age (created_at)
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- What operators changed; before_json and after_json are JSON texts.
CREATE TABLE IF NOT EXISTS audit (
    audit_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at DATETIME(3) NOT NULL,
    actor BINARY(16) NOT NULL,
    action VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    target VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    before_json MEDIUMTEXT NULL,
    after_json MEDIUMTEXT NULL
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

-- Ten rows to multiply with: seats are made by INSERT ... SELECT.
CREATE TABLE IF NOT EXISTS digit (
    d INT NOT NULL PRIMARY KEY
) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;

INSERT IGNORE INTO digit (d) VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
