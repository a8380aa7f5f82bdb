-- Webhooks as they came in, and what became of each.
CREATE TABLE webhook_inbox (
    id blob PRIMARY KEY NOT NULL,
    gateway text NOT NULL,
    event text NOT NULL,
    kind text NOT NULL,
    headers text NOT NULL,
    body blob NOT NULL,
    content text,
    state text NOT NULL
        CHECK (state IN ('received', 'applied', 'ignored', 'unmatched', 'unreadable', 'rejected')),
    detail text,
    deliveries integer NOT NULL CHECK (deliveries > 0),
    attempts integer NOT NULL CHECK (attempts >= 0),
    next_try_at integer,
    received_at integer NOT NULL,
    updated_at integer NOT NULL,
    -- One event of a provider is one row, however often it comes.
    UNIQUE (gateway, event)
) STRICT;

CREATE INDEX webhooks_to_apply ON webhook_inbox (next_try_at) WHERE state = 'received';
CREATE INDEX webhooks_rejected ON webhook_inbox (gateway, received_at) WHERE state = 'rejected';
CREATE INDEX webhooks_by_age ON webhook_inbox (received_at);

-- Some messages are for operators alone.
CREATE TABLE new_outbox (
    key text PRIMARY KEY NOT NULL,
    account text,
    event text NOT NULL,
    created_at integer NOT NULL
) STRICT;
INSERT INTO new_outbox SELECT key, account, event, created_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE new_outbox RENAME TO outbox;
