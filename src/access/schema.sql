-- Who may ask, and who did what. Times are microseconds since 1970 in UTC.

-- Who changed or looked at what. Rows are only added; forgetting a person blanks `key`, `old`, `new`.
CREATE TABLE change (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,
  who    TEXT NOT NULL,
  role   INTEGER NOT NULL,
  action TEXT NOT NULL,
  seller TEXT NOT NULL,  -- empty: of no one seller
  key    TEXT NOT NULL,  -- what was changed or looked at
  old    TEXT NOT NULL,
  new    TEXT NOT NULL,
  why    TEXT NOT NULL
) STRICT;
CREATE INDEX change_key ON change (key, id);
CREATE INDEX change_seller ON change (seller, id);
CREATE TRIGGER change_stays BEFORE DELETE ON change
BEGIN SELECT raise(ABORT, 'a change stays on record'); END;
CREATE TRIGGER change_is_not_rewritten BEFORE UPDATE OF id, at, who, role, action, seller, why ON change
BEGIN SELECT raise(ABORT, 'a change stays as it was recorded'); END;

-- Tokens, by the SHA-256 of the secret. A revoked one stays, so that its name still says who it was.
CREATE TABLE token (
  name       TEXT PRIMARY KEY,
  hash       BLOB NOT NULL UNIQUE,
  role       INTEGER NOT NULL,
  sellers    TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

-- People who sign in. `password` is an argon2id string, empty for one who signs in elsewhere.
CREATE TABLE account (
  name        TEXT PRIMARY KEY,
  role        INTEGER NOT NULL,
  sellers     TEXT NOT NULL,
  password    TEXT NOT NULL,
  must_change INTEGER NOT NULL,
  totp        BLOB,
  totp_step   INTEGER NOT NULL DEFAULT 0,  -- the last time step a code was taken of
  created_at  INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;

-- Who is signed in, by the SHA-256 of the cookie's secret.
CREATE TABLE session (
  hash     BLOB PRIMARY KEY,
  account  TEXT NOT NULL REFERENCES account (name),
  began_at INTEGER NOT NULL,
  seen_at  INTEGER NOT NULL
) STRICT;
