-- Where readings are shipped to another database, each has a number in the order of its arrival until it is moved to
-- its day's file; null = nobody ships them.
ALTER TABLE reading ADD COLUMN outgoing INTEGER;
CREATE INDEX reading_outgoing ON reading (outgoing) WHERE outgoing IS NOT NULL;
