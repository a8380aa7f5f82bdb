DROP INDEX payments_by_quote;
ALTER TABLE payments DROP COLUMN rate;
ALTER TABLE payments DROP COLUMN quote;
DROP TABLE exchange_quotes;
DROP TABLE exchange_rates;
ALTER TABLE reversals DROP COLUMN residue;
ALTER TABLE postings DROP COLUMN residue;
