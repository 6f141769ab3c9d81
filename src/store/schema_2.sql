-- What format 2 adds: what decisions rest on beside facts, kept so that they can be made again.

CREATE TABLE pack (
  sha256 BLOB PRIMARY KEY,
  text   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE setup (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  at        INTEGER NOT NULL,
  ledger    TEXT NOT NULL,
  after_seq INTEGER NOT NULL,
  region    TEXT NOT NULL,
  zone      TEXT NOT NULL,
  packs     BLOB NOT NULL
) STRICT;
