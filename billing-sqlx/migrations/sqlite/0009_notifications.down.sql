DROP INDEX accounts_armed;
ALTER TABLE accounts DROP COLUMN alarm_rang_at;
ALTER TABLE accounts DROP COLUMN alarm_armed_by;
ALTER TABLE accounts DROP COLUMN alarm_threshold;
DROP TABLE contacts;
CREATE TABLE old_outbox (
    key text PRIMARY KEY NOT NULL,
    account text,
    event text NOT NULL,
    created_at integer NOT NULL
) STRICT;
INSERT INTO old_outbox SELECT key, account, event, created_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE old_outbox RENAME TO outbox;
