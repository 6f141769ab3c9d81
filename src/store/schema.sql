-- Format 1 of facts.db; docs/store.md says what each column is.
-- In tables of facts the columns that finding rows by content needs come first, then those that memory
-- needs, and texts last, so that nothing is decoded that is not asked for. Facts have no index but their
-- row number.

CREATE TABLE origin (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE revision (
  revision           INTEGER PRIMARY KEY,
  at                 INTEGER NOT NULL,
  origin             INTEGER NOT NULL REFERENCES origin,
  what               TEXT NOT NULL,
  relations_added    INTEGER NOT NULL,
  relations_ended    INTEGER NOT NULL,
  consents_added     INTEGER NOT NULL,
  consents_ended     INTEGER NOT NULL,
  objections_added   INTEGER NOT NULL,
  catalogue_added    INTEGER NOT NULL,
  catalogue_ended    INTEGER NOT NULL,
  snapshots_added    INTEGER NOT NULL,
  enforcements_added INTEGER NOT NULL,
  unclear_added      INTEGER NOT NULL,
  unclear_settled    INTEGER NOT NULL
) STRICT;

CREATE TABLE seller_symbol  (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE product_symbol (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE person_symbol  (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;

CREATE TABLE fact_table (
  kind            INTEGER PRIMARY KEY,
  last_row        INTEGER NOT NULL,
  current         INTEGER NOT NULL,
  indexed_through INTEGER NOT NULL
) STRICT;
INSERT INTO fact_table VALUES (0, 0, 0, 0), (1, 0, 0, 0), (2, 0, 0, 0);

CREATE TABLE relation (
  id         INTEGER PRIMARY KEY,
  rev_until  INTEGER,
  origin     INTEGER NOT NULL,
  hash       BLOB NOT NULL,
  number     INTEGER NOT NULL,
  person     INTEGER NOT NULL,
  seller     INTEGER NOT NULL,
  product    INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  paid       INTEGER NOT NULL,
  started_on INTEGER NOT NULL,
  ended_on   INTEGER,
  rev_from   INTEGER NOT NULL,
  typed      TEXT NOT NULL,
  region     TEXT NOT NULL,
  CHECK (rev_until > rev_from)
) STRICT;

CREATE TABLE consent (
  id           INTEGER PRIMARY KEY,
  rev_until    INTEGER,
  origin       INTEGER NOT NULL,
  hash         BLOB NOT NULL,
  number       INTEGER NOT NULL,
  person       INTEGER NOT NULL,
  seller       INTEGER NOT NULL,
  channels     INTEGER NOT NULL,
  granted_at   INTEGER NOT NULL,
  expires_at   INTEGER,
  withdrawn_at INTEGER,
  products     TEXT,
  rev_from     INTEGER NOT NULL,
  withdrawn_written INTEGER,
  evidence     TEXT NOT NULL,
  typed        TEXT NOT NULL,
  region       TEXT NOT NULL,
  CHECK (rev_until > rev_from)
) STRICT;

CREATE TABLE objection (
  id            INTEGER PRIMARY KEY,
  rev_until     INTEGER,
  origin        INTEGER NOT NULL,
  hash          BLOB NOT NULL,
  number        INTEGER,
  person        INTEGER NOT NULL,
  seller        INTEGER NOT NULL,
  channels      INTEGER NOT NULL,
  in_force_from INTEGER NOT NULL,
  rev_from      INTEGER NOT NULL,
  recorded_at   INTEGER NOT NULL,
  source        TEXT NOT NULL,
  typed         TEXT NOT NULL,
  region        TEXT NOT NULL,
  CHECK (rev_until > rev_from),
  CHECK (number IS NOT NULL OR person <> 0)
) STRICT;

-- Facts by number, fed in sorted batches apart from imports (see Store::index_numbers).
CREATE TABLE fact_number (
  number INTEGER NOT NULL,
  fact   INTEGER NOT NULL,
  PRIMARY KEY (number, fact)
) STRICT, WITHOUT ROWID;

CREATE TABLE catalogue (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  rev_from  INTEGER NOT NULL,
  rev_until INTEGER,
  origin    INTEGER NOT NULL REFERENCES origin,
  kind      INTEGER NOT NULL,
  key       TEXT NOT NULL,
  fields    TEXT NOT NULL,
  CHECK (rev_until > rev_from)
) STRICT;
CREATE UNIQUE INDEX catalogue_current ON catalogue (kind, key) WHERE rev_until IS NULL;

CREATE TABLE snapshot (
  register    TEXT NOT NULL,
  n           INTEGER NOT NULL,
  rev_from    INTEGER NOT NULL,
  rev_until   INTEGER,
  as_of       INTEGER NOT NULL,
  imported_at INTEGER NOT NULL,
  numbers     INTEGER NOT NULL,
  file_name   TEXT NOT NULL,
  sha256      BLOB NOT NULL,
  region      TEXT NOT NULL,
  PRIMARY KEY (register, n),
  CHECK (rev_until > rev_from)
) STRICT;

CREATE TABLE enforcement (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  rev_from   INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  regime_id  TEXT NOT NULL,
  country    TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  why        TEXT NOT NULL,
  from_day   INTEGER,
  until_day  INTEGER
) STRICT;

CREATE TABLE unclear (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  hash        BLOB NOT NULL UNIQUE,
  rev_from    INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  origin      INTEGER NOT NULL REFERENCES origin,
  place       TEXT NOT NULL,
  given       TEXT NOT NULL,
  problem     TEXT NOT NULL,
  numbers     TEXT NOT NULL,
  settled_rev INTEGER,
  settled_at  INTEGER,
  settled_by  TEXT,
  settlement  TEXT
) STRICT;
