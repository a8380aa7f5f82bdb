-- The ledger. Amounts are micros (millionths of the major unit); ids are UUIDs of version 7 made by the caller.

-- One row an account: the only row that an authorize or a charge decides on. Half of each page stays free, so that
-- updates stay on it.
CREATE TABLE accounts (
    id              text        PRIMARY KEY,
    currency        text        NOT NULL,
    posted          bigint      NOT NULL,
    held            bigint      NOT NULL,
    day_limit       bigint      NOT NULL,
    day_ceiling     bigint      NOT NULL,
    day_used        bigint      NOT NULL,
    day_ends_at     timestamptz NOT NULL,
    month_limit     bigint      NOT NULL,
    month_ceiling   bigint      NOT NULL,
    month_used      bigint      NOT NULL,
    month_ends_at   timestamptz NOT NULL,
    time_zone       text        NOT NULL,
    suspended       boolean     NOT NULL,
    billing_enabled boolean     NOT NULL,
    tier            text,
    sequence        bigint      NOT NULL,
    spent           bigint      NOT NULL,
    calls           bigint      NOT NULL,
    last_call_at    timestamptz,
    created_at      timestamptz NOT NULL,
    CHECK (octet_length(id) BETWEEN 1 AND 128 AND left(id, 1) <> '@'),
    CHECK (octet_length(currency) = 3),
    CHECK (held >= 0),
    CHECK (day_used >= 0 AND day_limit BETWEEN 0 AND day_ceiling),
    CHECK (month_used >= 0 AND month_limit BETWEEN 0 AND month_ceiling),
    CHECK (sequence >= 0 AND spent >= 0 AND calls >= 0)
) WITH (fillfactor = 50);

-- Keyed so that the table can be partitioned by the time inside the id and distributed by account.
-- A hold that was voided before it was placed has no requested amount and no operation.
CREATE TABLE holds (
    id            uuid        NOT NULL,
    account       text        NOT NULL,
    amount        bigint      NOT NULL,
    requested     bigint,
    operation     text,
    state         text        NOT NULL,
    exempt        boolean     NOT NULL,
    captured      bigint,
    expires_at    timestamptz NOT NULL,
    day_ends_at   timestamptz NOT NULL,
    month_ends_at timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (id, account),
    CHECK (amount >= 0 AND requested >= 0),
    CHECK (state IN ('open', 'captured', 'voided', 'expired')),
    CHECK ((state = 'captured') = (captured IS NOT NULL))
) WITH (fillfactor = 70);

-- Only what is open: small, and the way to what has expired.
CREATE INDEX holds_open ON holds (account, expires_at) WHERE state = 'open';

-- The journal. The sequence is unique within the account by the lock on its row; the index is not declared unique,
-- since a table partitioned by id can't be, and `verify` proves it.
CREATE TABLE postings (
    id             uuid        NOT NULL,
    account        text        NOT NULL,
    sequence       bigint      NOT NULL,
    kind           text        NOT NULL,
    debit_account  text        NOT NULL,
    credit_account text        NOT NULL,
    amount         bigint      NOT NULL,
    balance_after  bigint      NOT NULL,
    uncollected    bigint      NOT NULL,
    late           boolean     NOT NULL,
    operation      text,
    breakdown      json,
    top_up         uuid,
    memo           text,
    actor          text,
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (id, account),
    CHECK (kind IN ('top_up', 'capture', 'reversal', 'reinstatement', 'adjustment')),
    CHECK (amount > 0 OR (amount = 0 AND kind = 'capture')),
    CHECK (uncollected >= 0),
    CHECK (debit_account <> credit_account AND account IN (debit_account, credit_account)),
    CHECK ((kind IN ('reversal', 'reinstatement')) = (top_up IS NOT NULL)),
    CHECK (kind <> 'adjustment' OR (memo IS NOT NULL AND actor IS NOT NULL))
);

CREATE INDEX postings_by_account ON postings (account, sequence);

-- Append-only, whoever asks. Engines without triggers lean on rights alone.
CREATE FUNCTION refuse_change_of_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'postings are append-only';
END;
$$;

CREATE TRIGGER postings_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_postings();

REVOKE UPDATE, DELETE, TRUNCATE ON postings FROM PUBLIC;

-- How much of a top-up has been taken back, as of which revision of its payment.
CREATE TABLE reversals (
    top_up   uuid   NOT NULL,
    account  text   NOT NULL,
    total    bigint NOT NULL CHECK (total >= 0),
    revision bigint NOT NULL CHECK (revision >= 0),
    PRIMARY KEY (top_up, account)
);
