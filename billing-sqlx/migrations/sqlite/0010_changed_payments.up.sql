-- What has changed of an account's payments is asked for twice a second, for as long as somebody looks at it.
CREATE INDEX payments_by_change ON payments (account, updated_at);
