-- Single facts of the store itself: `feed`, the UUID that names this run of numbers; `forgotten-changes`, the highest
-- number up to which changes were dropped.
CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value NOT NULL) WITHOUT ROWID;

-- The record. Every hash covers the one before it; the head is kept apart so that a cut-off tail is found.
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  event TEXT NOT NULL,
  subject TEXT NOT NULL,
  version INTEGER,
  data TEXT NOT NULL,
  hash BLOB NOT NULL
);
CREATE INDEX journal_subject ON journal (subject, seq);
CREATE TABLE journal_head (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  committed_at INTEGER NOT NULL
);

-- What the live feed sent, for consoles that resume.
CREATE TABLE change (seq INTEGER PRIMARY KEY NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL);

-- One table for each kind of row that a batch may put: its id and its JSON, and columns drawn from the JSON where
-- something is asked for by them.
CREATE TABLE device (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE device_state (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE household (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE delay (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE user (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE session (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE note (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE quarantine (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE fact (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);

CREATE TABLE command (
  id TEXT PRIMARY KEY NOT NULL,
  body TEXT NOT NULL,
  waiting INTEGER NOT NULL AS (body ->> '$.repliedAt' IS NULL) STORED,
  expires_at INTEGER NOT NULL AS (body ->> '$.expiresAt') STORED
);
CREATE INDEX command_waiting ON command (expires_at) WHERE waiting = 1;

CREATE TABLE alert (
  id TEXT PRIMARY KEY NOT NULL,
  body TEXT NOT NULL,
  open INTEGER NOT NULL AS (body ->> '$.alert.state' <> 'closed') STORED,
  priority TEXT NOT NULL AS (body ->> '$.alert.priority') STORED,
  raised_at INTEGER NOT NULL AS (body ->> '$.alert.raisedAt') STORED
);
CREATE INDEX alert_open ON alert (id) WHERE open = 1;
CREATE INDEX alert_priority ON alert (priority, id);
CREATE INDEX alert_raised ON alert (raised_at);

-- Every place an alert lies in, widest to narrowest, so that a place finds its whole subtree.
CREATE TABLE alert_place (alert TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (alert, place)) WITHOUT ROWID;
CREATE INDEX alert_place_place ON alert_place (place, alert);
CREATE TABLE alert_device (alert TEXT NOT NULL, device TEXT NOT NULL, PRIMARY KEY (alert, device)) WITHOUT ROWID;
CREATE INDEX alert_device_device ON alert_device (device, alert);

-- No OR IGNORE in here: the conflict clause of the statement that fires a trigger takes its place.
CREATE TRIGGER alert_inserted AFTER INSERT ON alert BEGIN
  INSERT INTO alert_place SELECT DISTINCT new.id, value ->> '$.id' FROM json_each(new.body, '$.alert.place.path');
  INSERT INTO alert_device SELECT new.id, value FROM json_each(new.body, '$.alert.devices')
    UNION SELECT new.id, new.body ->> '$.alert.device';
END;
CREATE TRIGGER alert_updated AFTER UPDATE ON alert
WHEN old.body -> '$.alert.place' IS NOT new.body -> '$.alert.place'
  OR old.body -> '$.alert.devices' IS NOT new.body -> '$.alert.devices' BEGIN
  DELETE FROM alert_place WHERE alert = new.id;
  DELETE FROM alert_device WHERE alert = new.id;
  INSERT INTO alert_place SELECT DISTINCT new.id, value ->> '$.id' FROM json_each(new.body, '$.alert.place.path');
  INSERT INTO alert_device SELECT new.id, value FROM json_each(new.body, '$.alert.devices')
    UNION SELECT new.id, new.body ->> '$.alert.device';
END;
CREATE TRIGGER alert_deleted AFTER DELETE ON alert BEGIN
  DELETE FROM alert_place WHERE alert = old.id;
  DELETE FROM alert_device WHERE alert = old.id;
END;

-- The devices' own message ids, and the how-manieth each was.
CREATE TABLE message_id (
  device TEXT NOT NULL,
  id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (device, id)
) WITHOUT ROWID;
CREATE INDEX message_id_ordinal ON message_id (device, ordinal);

-- A series is one measurement of one device. `flag` = 1 marks a value of 0 or 1 as a boolean; `value` has no type of its
-- own so that numbers and texts come back as they were.
CREATE TABLE series (
  number INTEGER PRIMARY KEY NOT NULL,
  device TEXT NOT NULL,
  measurement TEXT NOT NULL,
  UNIQUE (device, measurement)
);
CREATE TABLE reading (
  series INTEGER NOT NULL,
  at INTEGER NOT NULL,
  value NOT NULL,
  flag INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  device_at INTEGER,
  PRIMARY KEY (series, at)
) WITHOUT ROWID;
