DROP INDEX postings_observed_at;
ALTER TABLE postings DROP CONSTRAINT postings_observed;
ALTER TABLE postings DROP COLUMN would_refuse;
ALTER TABLE holds DROP COLUMN would_refuse;
