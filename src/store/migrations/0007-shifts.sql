-- The shifts of the duty room, those that are running and those that are over.
CREATE TABLE shift (
  id TEXT PRIMARY KEY NOT NULL,
  body TEXT NOT NULL,
  open INTEGER NOT NULL AS (body ->> '$.endedAt' IS NULL) STORED
);
CREATE INDEX shift_open ON shift (open, id);
