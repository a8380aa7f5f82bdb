CREATE TABLE old_outbox (
    key text PRIMARY KEY NOT NULL,
    account text NOT NULL,
    event text NOT NULL,
    created_at integer NOT NULL
) STRICT;
INSERT INTO old_outbox SELECT key, account, event, created_at FROM outbox WHERE account IS NOT NULL;
DROP TABLE outbox;
ALTER TABLE old_outbox RENAME TO outbox;
DROP TABLE webhook_inbox;
