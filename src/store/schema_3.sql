-- What format 3 changes: the ends of facts are kept apart from the facts, so that a row of a fact is written
-- once and ending many facts does not rewrite the pages of all. The column `rev_until` of the tables of
-- facts stays empty from here on: taking it out would write every fact anew.

CREATE TABLE fact_end (
  fact      INTEGER PRIMARY KEY,
  rev_until INTEGER NOT NULL
) STRICT;

INSERT INTO fact_end
  SELECT id << 2 | 0, rev_until FROM relation WHERE rev_until IS NOT NULL
  UNION ALL SELECT id << 2 | 1, rev_until FROM consent WHERE rev_until IS NOT NULL
  UNION ALL SELECT id << 2 | 2, rev_until FROM objection WHERE rev_until IS NOT NULL;

UPDATE relation  SET rev_until = NULL WHERE rev_until IS NOT NULL;
UPDATE consent   SET rev_until = NULL WHERE rev_until IS NOT NULL;
UPDATE objection SET rev_until = NULL WHERE rev_until IS NOT NULL;
