-- What the version before does not know, in its words.
UPDATE payments SET review = 'paid_mismatch' WHERE review = 'other_merchant';
UPDATE payments SET review = 'taken_back_too_much' WHERE review = 'taken_back_other_currency';
UPDATE payments SET currency = accepted_currency, amount = accepted WHERE accepted IS NOT NULL;
DROP TABLE refunds;
ALTER TABLE take_backs DROP COLUMN actor;
DROP INDEX payments_to_check;
ALTER TABLE payments DROP COLUMN next_check_at;
ALTER TABLE payments DROP COLUMN checks;
ALTER TABLE payments DROP CONSTRAINT payments_accepted_wholly;
ALTER TABLE payments DROP COLUMN accepted_by;
ALTER TABLE payments DROP COLUMN accepted;
ALTER TABLE payments DROP COLUMN accepted_currency;
ALTER TABLE payments DROP COLUMN checkout_url;
ALTER TABLE payments DROP COLUMN opening_until;
