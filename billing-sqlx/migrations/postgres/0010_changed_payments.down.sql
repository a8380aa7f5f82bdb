DROP INDEX payments_by_change;
