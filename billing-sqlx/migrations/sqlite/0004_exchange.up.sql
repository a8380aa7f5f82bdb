-- Exchange: what rounding leaves over, rates that sources have told, and quotes.

-- Picos (millionths of a micro): what an exchanged amount is worth beyond the micros that are credited or taken back.
ALTER TABLE postings ADD COLUMN residue integer NOT NULL DEFAULT 0
    CHECK (residue = 0 OR kind IN ('top_up', 'reversal', 'reinstatement'));
ALTER TABLE reversals ADD COLUMN residue integer NOT NULL DEFAULT 0;

-- The last good rate of a source; decimals as text, to the last digit.
CREATE TABLE exchange_rates (
    source text NOT NULL,
    from_currency text NOT NULL,
    to_currency text NOT NULL,
    value text NOT NULL,
    as_of integer NOT NULL,
    PRIMARY KEY (source, from_currency, to_currency)
) STRICT;

-- What a payment in another currency will be credited. A quote never changes.
CREATE TABLE exchange_quotes (
    id blob PRIMARY KEY NOT NULL,
    account text NOT NULL,
    currency text NOT NULL,
    amount integer NOT NULL CHECK (amount > 0),
    credit_currency text NOT NULL,
    credit integer NOT NULL CHECK (credit > 0),
    rate text NOT NULL,
    market_rate text NOT NULL,
    spread_percent text NOT NULL,
    source text NOT NULL,
    as_of integer NOT NULL,
    created_at integer NOT NULL,
    valid_until integer NOT NULL
) STRICT;

-- At which rate a payment is credited, and by which quote.
ALTER TABLE payments ADD COLUMN quote blob REFERENCES exchange_quotes (id);
ALTER TABLE payments ADD COLUMN rate text CHECK (rate IS NULL OR quote IS NOT NULL);

-- Quotes that no payment was started with are forgotten after a while.
CREATE INDEX payments_by_quote ON payments (quote) WHERE quote IS NOT NULL;
CREATE INDEX quotes_by_end ON exchange_quotes (valid_until);
