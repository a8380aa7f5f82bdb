-- What keeps payments true: one order each, regular questions to their providers, operators' words, and refunds.

-- Until when the one who opens the order at the provider has it to himself; where payers are sent then.
ALTER TABLE payments ADD COLUMN opening_until integer;
ALTER TABLE payments ADD COLUMN checkout_url text;

-- What an operator has accepted as paid.
ALTER TABLE payments ADD COLUMN accepted_currency text;
ALTER TABLE payments ADD COLUMN accepted integer CHECK (accepted > 0);
ALTER TABLE payments ADD COLUMN accepted_by text
    CHECK ((accepted IS NULL) = (accepted_currency IS NULL) AND (accepted IS NULL) = (accepted_by IS NULL));

-- When its provider is asked next, and how often it was since the status last changed.
ALTER TABLE payments ADD COLUMN checks integer NOT NULL DEFAULT 0 CHECK (checks >= 0);
ALTER TABLE payments ADD COLUMN next_check_at integer;
-- Of those that were there before, only the open ones: what has ended long ago is left alone.
UPDATE payments SET next_check_at = updated_at WHERE status IN ('pending', 'processing');
CREATE INDEX payments_to_check ON payments (next_check_at) WHERE next_check_at IS NOT NULL;

-- Who entered a take-back that the provider does not tell of.
ALTER TABLE take_backs ADD COLUMN actor text;

-- Refunds that operators ask for, written before the provider is asked.
CREATE TABLE refunds (
    id blob PRIMARY KEY NOT NULL,
    payment blob NOT NULL REFERENCES payments (id),
    currency text NOT NULL,
    amount integer NOT NULL CHECK (amount > 0),
    taken_before integer NOT NULL CHECK (taken_before >= 0),
    allows_debt integer NOT NULL,
    actor text NOT NULL,
    state text NOT NULL CHECK (state IN ('requested', 'accepted', 'done', 'declined')),
    failure text,
    attempts integer NOT NULL CHECK (attempts >= 0),
    next_try_at integer NOT NULL,
    created_at integer NOT NULL,
    updated_at integer NOT NULL
) STRICT;

-- One open refund of a payment at a time: what a provider shows is then that one.
CREATE UNIQUE INDEX refunds_open ON refunds (payment) WHERE state IN ('requested', 'accepted');
