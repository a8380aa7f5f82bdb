-- Telling people: what became of each message, whom it is for, and whose balance runs out.

-- What is in the outbox already is old news: nobody gets it, unless an operator sends it on its way.
CREATE TABLE new_outbox (
    key text PRIMARY KEY NOT NULL,
    account text,
    event text NOT NULL,
    created_at integer NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'delivered', 'skipped', 'given_up', 'dropped')),
    attempts integer NOT NULL CHECK (attempts >= 0),
    next_try_at integer NOT NULL,
    waiting_since integer NOT NULL,
    detail text,
    updated_at integer NOT NULL,
    CHECK (state IN ('waiting', 'delivered') OR detail IS NOT NULL)
) STRICT;
INSERT INTO new_outbox SELECT key, account, event, created_at, 'skipped', 0, now, now,
    'from before notifications were sent', now
    FROM outbox, (SELECT CAST(strftime('%s', 'now') AS integer) * 1000000 AS now);
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;

CREATE INDEX outbox_due ON outbox (next_try_at) WHERE state = 'waiting';
CREATE INDEX outbox_by_age ON outbox (created_at);
CREATE INDEX outbox_done ON outbox (updated_at) WHERE state IN ('delivered', 'skipped', 'dropped');

-- How the owner of an account is told, and of what. Address and name are those of the latest token, issued `as_of`.
CREATE TABLE contacts (
    account text PRIMARY KEY NOT NULL,
    email text,
    name text,
    language text,
    payment_failed integer NOT NULL,
    balance_low integer NOT NULL,
    limit_reached integer NOT NULL,
    as_of integer,
    updated_at integer NOT NULL,
    CHECK ((email IS NULL) = (as_of IS NULL)),
    CHECK (name IS NULL OR email IS NOT NULL)
) STRICT;

-- When the owner is told that the balance is low: at the threshold, while the alarm is armed. What armed it is the
-- sequence that the account had then.
ALTER TABLE accounts ADD COLUMN alarm_threshold integer NOT NULL DEFAULT 1000000 CHECK (alarm_threshold >= 0);
ALTER TABLE accounts ADD COLUMN alarm_armed_by integer CHECK (alarm_armed_by >= 0);
ALTER TABLE accounts ADD COLUMN alarm_rang_at integer;
UPDATE accounts SET alarm_armed_by = sequence
    WHERE posted > alarm_threshold AND posted >= alarm_threshold + alarm_threshold / 5;
CREATE INDEX accounts_armed ON accounts (id) WHERE alarm_armed_by IS NOT NULL;
