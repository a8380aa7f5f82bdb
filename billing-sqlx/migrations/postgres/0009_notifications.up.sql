-- Telling people: what became of each message, whom it is for, and whose balance runs out.

-- What is in the outbox already is old news: nobody gets it, unless an operator sends it on its way. The defaults that
-- stay let a server of the version before go on meanwhile.
ALTER TABLE outbox
    ADD COLUMN state         text        NOT NULL DEFAULT 'skipped'
        CHECK (state IN ('waiting', 'delivered', 'skipped', 'given_up', 'dropped')),
    ADD COLUMN attempts      bigint      NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    ADD COLUMN next_try_at   timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN waiting_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN detail        text                 DEFAULT 'from before notifications were sent',
    ADD COLUMN updated_at    timestamptz NOT NULL DEFAULT now();
ALTER TABLE outbox
    ALTER COLUMN state SET DEFAULT 'waiting',
    ALTER COLUMN detail DROP DEFAULT,
    ADD CONSTRAINT outbox_says_why CHECK (state IN ('waiting', 'delivered') OR detail IS NOT NULL);

CREATE INDEX outbox_due ON outbox (next_try_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_age ON outbox (created_at);
CREATE INDEX outbox_done ON outbox (updated_at) WHERE state IN ('delivered', 'skipped', 'dropped');

-- How the owner of an account is told, and of what. Address and name are those of the latest token, issued `as_of`.
CREATE TABLE contacts (
    account        text        PRIMARY KEY,
    email          text,
    name           text,
    language       text,
    payment_failed boolean     NOT NULL,
    balance_low    boolean     NOT NULL,
    limit_reached  boolean     NOT NULL,
    as_of          timestamptz,
    updated_at     timestamptz NOT NULL,
    CHECK ((email IS NULL) = (as_of IS NULL)),
    CHECK (name IS NULL OR email IS NOT NULL)
);

-- When the owner is told that the balance is low: at the threshold, while the alarm is armed. What armed it is the
-- sequence that the account had then.
ALTER TABLE accounts
    ADD COLUMN alarm_threshold bigint NOT NULL DEFAULT 1000000 CHECK (alarm_threshold >= 0),
    ADD COLUMN alarm_armed_by  bigint CHECK (alarm_armed_by >= 0),
    ADD COLUMN alarm_rang_at   timestamptz;
-- Before there is an index of it, so that the rows stay on their pages.
UPDATE accounts SET alarm_armed_by = sequence
    WHERE posted > alarm_threshold AND posted >= alarm_threshold + alarm_threshold / 5;
-- Without the balance: no granted call changes a column of it, and updates stay on their page.
CREATE INDEX accounts_armed ON accounts (id) WHERE alarm_armed_by IS NOT NULL;
