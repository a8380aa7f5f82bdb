DROP TABLE reversals;
DROP TABLE postings;
DROP FUNCTION refuse_change_of_postings();
DROP TABLE holds;
DROP TABLE accounts;
