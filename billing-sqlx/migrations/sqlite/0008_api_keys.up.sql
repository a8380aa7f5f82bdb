-- Keys that services call with; of a secret, only its SHA-256 hash is kept.
CREATE TABLE api_keys (
    id blob PRIMARY KEY NOT NULL,
    name text NOT NULL CHECK (length(CAST(name AS blob)) BETWEEN 1 AND 100),
    -- The words of its scopes, parted by spaces.
    scopes text NOT NULL,
    hash blob NOT NULL UNIQUE CHECK (length(hash) = 32),
    created_at integer NOT NULL,
    created_by text NOT NULL,
    revoked_at integer,
    revoked_by text,
    last_used_at integer,
    calls integer NOT NULL DEFAULT 0 CHECK (calls >= 0),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT;
