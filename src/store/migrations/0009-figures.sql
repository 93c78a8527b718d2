-- What figures are made of, beside each other in one index, so that a month is summed up without reading a body. It
-- begins with what the index before it held.
ALTER TABLE alert ADD COLUMN kind TEXT AS (body ->> '$.alert.kind') VIRTUAL;
ALTER TABLE alert ADD COLUMN device TEXT AS (body ->> '$.alert.device') VIRTUAL;
ALTER TABLE alert ADD COLUMN test INTEGER AS (body ->> '$.alert.test') VIRTUAL;
ALTER TABLE alert ADD COLUMN quiet INTEGER AS (body ->> '$.alert.outOfService' OR body ->> '$.alert.suppressedBy' IS NOT NULL) VIRTUAL;
ALTER TABLE alert ADD COLUMN received_at INTEGER AS (body ->> '$.alert.receivedAt') VIRTUAL;
-- Since when it has been as it was last.
ALTER TABLE alert ADD COLUMN active_since INTEGER AS (
  CASE body ->> '$.alert.count' WHEN 1 THEN body ->> '$.alert.raisedAt' ELSE body ->> '$.alert.lastAt' END
) VIRTUAL;
ALTER TABLE alert ADD COLUMN active INTEGER AS (body ->> '$.alert.active') VIRTUAL;
ALTER TABLE alert ADD COLUMN returned_at INTEGER AS (body ->> '$.alert.returnedAt') VIRTUAL;
ALTER TABLE alert ADD COLUMN taken_at INTEGER AS (coalesce(body ->> '$.alert.takenAt', body ->> '$.alert.acknowledgedAt')) VIRTUAL;
ALTER TABLE alert ADD COLUMN holder TEXT AS (coalesce(body ->> '$.alert.claimedBy', body ->> '$.alert.acknowledgedBy')) VIRTUAL;
ALTER TABLE alert ADD COLUMN disposition TEXT AS (body ->> '$.alert.disposition') VIRTUAL;
DROP INDEX alert_raised;
CREATE INDEX alert_raised ON alert (
  raised_at, id, kind, priority, device, test, quiet, received_at, active_since, active, returned_at, taken_at, holder, disposition
);
