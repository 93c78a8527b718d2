-- Detectors under test, and who is at home.
CREATE TABLE test_mode (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
CREATE TABLE presence (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
