-- Every version of the rulebook that was ever in force, with its texts; none is changed or dropped.
CREATE TABLE rulebook (
  id TEXT PRIMARY KEY NOT NULL,
  body TEXT NOT NULL,
  number INTEGER NOT NULL AS (body ->> '$.number') STORED
);
CREATE UNIQUE INDEX rulebook_number ON rulebook (number);
