-- Webhooks as they came in, and what became of each.
CREATE TABLE webhook_inbox (
    id          uuid        PRIMARY KEY,
    gateway     text        NOT NULL,
    event       text        NOT NULL,
    kind        text        NOT NULL,
    headers     json        NOT NULL,
    body        bytea       NOT NULL,
    content     json,
    state       text        NOT NULL
        CHECK (state IN ('received', 'applied', 'ignored', 'unmatched', 'unreadable', 'rejected')),
    detail      text,
    deliveries  bigint      NOT NULL CHECK (deliveries > 0),
    attempts    bigint      NOT NULL CHECK (attempts >= 0),
    next_try_at timestamptz,
    received_at timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    -- One event of a provider is one row, however often it comes.
    UNIQUE (gateway, event)
);

CREATE INDEX webhooks_to_apply ON webhook_inbox (next_try_at) WHERE state = 'received';
CREATE INDEX webhooks_rejected ON webhook_inbox (gateway, received_at) WHERE state = 'rejected';
CREATE INDEX webhooks_by_age ON webhook_inbox (received_at);

-- Some messages are for operators alone.
ALTER TABLE outbox ALTER COLUMN account DROP NOT NULL;
