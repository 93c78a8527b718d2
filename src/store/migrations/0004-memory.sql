-- What conditions over a span of time remember of a device.
CREATE TABLE memory (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
-- A delay now names the condition that it belongs to. The few that were running begin again with the next reading.
DELETE FROM delay;
