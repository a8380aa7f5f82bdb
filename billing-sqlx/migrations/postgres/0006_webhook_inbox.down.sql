DELETE FROM outbox WHERE account IS NULL;
ALTER TABLE outbox ALTER COLUMN account SET NOT NULL;
DROP TABLE webhook_inbox;
