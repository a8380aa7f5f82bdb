DROP TABLE outbox;
DROP TABLE take_backs;
DROP TABLE payments;
