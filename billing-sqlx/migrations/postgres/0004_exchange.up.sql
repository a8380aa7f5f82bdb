-- Exchange: what rounding leaves over, rates that sources have told, and quotes.

-- Picos (millionths of a micro): what an exchanged amount is worth beyond the micros that are credited or taken back.
ALTER TABLE postings ADD COLUMN residue bigint NOT NULL DEFAULT 0;
-- Not looked at in the postings that are there, which have none: the journal may be long, and calls wait meanwhile.
ALTER TABLE postings ADD CONSTRAINT postings_with_residue
    CHECK (residue = 0 OR kind IN ('top_up', 'reversal', 'reinstatement')) NOT VALID;
ALTER TABLE reversals ADD COLUMN residue bigint NOT NULL DEFAULT 0;

-- The last good rate of a source; decimals as text, to the last digit.
CREATE TABLE exchange_rates (
    source        text        NOT NULL,
    from_currency text        NOT NULL,
    to_currency   text        NOT NULL,
    value         text        NOT NULL,
    as_of         timestamptz NOT NULL,
    PRIMARY KEY (source, from_currency, to_currency)
);

-- What a payment in another currency will be credited. A quote never changes.
CREATE TABLE exchange_quotes (
    id              uuid        PRIMARY KEY,
    account         text        NOT NULL,
    currency        text        NOT NULL,
    amount          bigint      NOT NULL CHECK (amount > 0),
    credit_currency text        NOT NULL,
    credit          bigint      NOT NULL CHECK (credit > 0),
    rate            text        NOT NULL,
    market_rate     text        NOT NULL,
    spread_percent  text        NOT NULL,
    source          text        NOT NULL,
    as_of           timestamptz NOT NULL,
    created_at      timestamptz NOT NULL,
    valid_until     timestamptz NOT NULL
);

-- At which rate a payment is credited, and by which quote.
ALTER TABLE payments ADD COLUMN quote uuid REFERENCES exchange_quotes (id);
ALTER TABLE payments ADD COLUMN rate text CHECK (rate IS NULL OR quote IS NOT NULL);

-- Quotes that no payment was started with are forgotten after a while.
CREATE INDEX payments_by_quote ON payments (quote) WHERE quote IS NOT NULL;
CREATE INDEX quotes_by_end ON exchange_quotes (valid_until);
