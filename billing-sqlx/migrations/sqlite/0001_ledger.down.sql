DROP TABLE reversals;
DROP TABLE postings;
DROP TABLE holds;
DROP TABLE accounts;
