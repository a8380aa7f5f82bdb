-- Payments, what was taken back of them, and messages on their way.

CREATE TABLE payments (
    id blob PRIMARY KEY NOT NULL,
    account text NOT NULL,
    gateway text NOT NULL,
    external_id text,
    currency text NOT NULL,
    amount integer NOT NULL CHECK (amount > 0),
    credit_currency text NOT NULL,
    credit integer NOT NULL CHECK (credit > 0),
    status text NOT NULL
        CHECK (status IN ('pending', 'processing', 'failed', 'canceled', 'expired', 'succeeded')),
    paid_currency text,
    paid integer,
    review text,
    failure_code text,
    failure_message text,
    taken_back integer NOT NULL CHECK (taken_back >= 0),
    revision integer NOT NULL CHECK (revision >= 0),
    created_at integer NOT NULL,
    updated_at integer NOT NULL,
    CHECK ((paid IS NULL) = (paid_currency IS NULL)),
    -- One order of a provider is one payment.
    UNIQUE (gateway, external_id)
) STRICT;

CREATE INDEX payments_by_account ON payments (account, id);

-- Refunds and disputes by the provider's id; both figures only grow.
CREATE TABLE take_backs (
    payment blob NOT NULL REFERENCES payments (id),
    external_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('refund', 'dispute')),
    taken integer NOT NULL CHECK (taken >= 0),
    returned integer NOT NULL CHECK (returned >= 0),
    PRIMARY KEY (payment, external_id)
) STRICT;

-- The key names what is told: a second message with it is the same one.
CREATE TABLE outbox (
    key text PRIMARY KEY NOT NULL,
    account text NOT NULL,
    event text NOT NULL,
    created_at integer NOT NULL
) STRICT;
