-- Voice calls, those under way and those that are over.
CREATE TABLE call (
  id TEXT PRIMARY KEY NOT NULL,
  body TEXT NOT NULL,
  open INTEGER NOT NULL AS (body ->> '$.call.state' NOT IN ('ended', 'cancelled', 'declined', 'failed')) STORED,
  device TEXT NOT NULL AS (body ->> '$.call.device') STORED,
  alert TEXT AS (body ->> '$.call.alert') STORED,
  requested_at INTEGER NOT NULL AS (body ->> '$.call.requestedAt') STORED
);
CREATE INDEX call_open ON call (id) WHERE open = 1;
CREATE INDEX call_device ON call (device, requested_at, id);
CREATE INDEX call_alert ON call (alert, requested_at, id);
CREATE INDEX call_requested ON call (requested_at, id);
