-- Which payment a caller's key stands for; claimed before the provider is asked.
CREATE TABLE idempotency_keys (
    account    text        NOT NULL,
    route      text        NOT NULL,
    key        text        NOT NULL,
    content    text        NOT NULL,
    payment    uuid        NOT NULL,
    claimed_at timestamptz NOT NULL,
    PRIMARY KEY (account, route, key)
);
