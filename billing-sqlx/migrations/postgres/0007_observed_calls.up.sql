-- Calls that were only observed: why each would have been refused. Their holds hold nothing, and `uncollected` of
-- their postings is what they would have cost.
ALTER TABLE holds ADD COLUMN would_refuse text;
ALTER TABLE postings ADD COLUMN would_refuse text;
-- Not looked at in the postings that are there, which have none.
ALTER TABLE postings ADD CONSTRAINT postings_observed
    CHECK (would_refuse IS NULL OR (kind = 'capture' AND amount = 0)) NOT VALID;

-- The way to the report; a call that is billed is not in it.
CREATE INDEX postings_observed_at ON postings (created_at) WHERE would_refuse IS NOT NULL;
