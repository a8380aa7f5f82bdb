-- The ledger. Amounts are micros (millionths of the major unit); times are microseconds since 1970; ids are UUIDs of
-- version 7 made by the caller, as 16 bytes.

-- One row an account: the only row that an authorize or a charge decides on.
CREATE TABLE accounts (
    id text PRIMARY KEY NOT NULL,
    currency text NOT NULL,
    posted integer NOT NULL,
    held integer NOT NULL,
    day_limit integer NOT NULL,
    day_ceiling integer NOT NULL,
    day_used integer NOT NULL,
    day_ends_at integer NOT NULL,
    month_limit integer NOT NULL,
    month_ceiling integer NOT NULL,
    month_used integer NOT NULL,
    month_ends_at integer NOT NULL,
    time_zone text NOT NULL,
    suspended integer NOT NULL,
    billing_enabled integer NOT NULL,
    tier text,
    sequence integer NOT NULL,
    spent integer NOT NULL,
    calls integer NOT NULL,
    last_call_at integer,
    created_at integer NOT NULL,
    CHECK (length(CAST(id AS blob)) BETWEEN 1 AND 128 AND substr(id, 1, 1) <> '@'),
    CHECK (length(currency) = 3),
    CHECK (held >= 0),
    CHECK (day_used >= 0 AND day_limit BETWEEN 0 AND day_ceiling),
    CHECK (month_used >= 0 AND month_limit BETWEEN 0 AND month_ceiling),
    CHECK (sequence >= 0 AND spent >= 0 AND calls >= 0)
) STRICT;

-- A hold that was voided before it was placed has no requested amount and no operation.
CREATE TABLE holds (
    id blob NOT NULL,
    account text NOT NULL,
    amount integer NOT NULL,
    requested integer,
    operation text,
    state text NOT NULL,
    exempt integer NOT NULL,
    captured integer,
    expires_at integer NOT NULL,
    day_ends_at integer NOT NULL,
    month_ends_at integer NOT NULL,
    created_at integer NOT NULL,
    PRIMARY KEY (id, account),
    CHECK (amount >= 0 AND requested >= 0),
    CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    CHECK ((state = 'captured') = (captured IS NOT NULL))
) STRICT;

-- Only what is open: small, and the way to what has expired.
CREATE INDEX holds_open ON holds (account, expires_at) WHERE state = 'open';

-- The journal. The sequence is unique within the account: there is one writer, and `verify` proves it.
CREATE TABLE postings (
    id blob NOT NULL,
    account text NOT NULL,
    sequence integer NOT NULL,
    kind text NOT NULL,
    debit_account text NOT NULL,
    credit_account text NOT NULL,
    amount integer NOT NULL,
    balance_after integer NOT NULL,
    uncollected integer NOT NULL,
    late integer NOT NULL,
    operation text,
    breakdown text,
    top_up blob,
    memo text,
    actor text,
    created_at integer NOT NULL,
    PRIMARY KEY (id, account),
    CHECK (kind IN ('top_up', 'capture', 'reversal', 'reinstatement', 'adjustment')),
    CHECK (amount > 0 OR (amount = 0 AND kind = 'capture')),
    CHECK (uncollected >= 0),
    CHECK (debit_account <> credit_account AND account IN (debit_account, credit_account)),
    CHECK ((kind IN ('reversal', 'reinstatement')) = (top_up IS NOT NULL)),
    CHECK (kind <> 'adjustment' OR (memo IS NOT NULL AND actor IS NOT NULL))
) STRICT;

CREATE INDEX postings_by_account ON postings (account, sequence);

-- Append-only, whoever asks.
CREATE TRIGGER postings_are_not_updated BEFORE UPDATE ON postings
BEGIN
    SELECT RAISE(ABORT, 'postings are append-only');
END;

CREATE TRIGGER postings_are_not_deleted BEFORE DELETE ON postings
BEGIN
    SELECT RAISE(ABORT, 'postings are append-only');
END;

-- How much of a top-up has been taken back, as of which revision of its payment.
CREATE TABLE reversals (
    top_up blob NOT NULL,
    account text NOT NULL,
    total integer NOT NULL CHECK (total >= 0),
    revision integer NOT NULL CHECK (revision >= 0),
    PRIMARY KEY (top_up, account)
) STRICT;
