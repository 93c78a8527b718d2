-- Where the places of the street stand on the ground, for the map.
CREATE TABLE site (id TEXT PRIMARY KEY NOT NULL, body TEXT NOT NULL);
