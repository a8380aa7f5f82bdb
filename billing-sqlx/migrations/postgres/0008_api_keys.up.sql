-- Keys that services call with; of a secret, only its SHA-256 hash is kept.
CREATE TABLE api_keys (
    id           uuid        PRIMARY KEY,
    name         text        NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 100),
    -- The words of its scopes, parted by spaces.
    scopes       text        NOT NULL,
    hash         bytea       NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL,
    revoked_at   timestamptz,
    revoked_by   text,
    last_used_at timestamptz,
    calls        bigint      NOT NULL DEFAULT 0 CHECK (calls >= 0),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
