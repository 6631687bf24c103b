/** The tables of a broker's file; it alone knows their columns and the version that they have. */

/** Tells a broker's file from the databases of other programs: `chan`. */
export const APPLICATION_ID = 0x6368616e

/** Version of the tables below; a file of another one is refused. */
export const SCHEMA_VERSION = 1

/** Makes every table in an empty file. */
export const SCHEMA = `
CREATE TABLE service (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  epoch_floor INTEGER NOT NULL,
  told INTEGER NOT NULL,
  newest_epoch INTEGER NOT NULL,
  arrivals INTEGER NOT NULL,
  generation_floor INTEGER NOT NULL,
  boot TEXT NOT NULL,
  ended INTEGER NOT NULL
) STRICT;
CREATE TABLE secrets (name TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT;
-- Row 0 counts broadcasts and is no client.
CREATE TABLE clients (
  id INTEGER PRIMARY KEY,
  client_id TEXT UNIQUE,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  used_at_ms INTEGER NOT NULL,
  held INTEGER NOT NULL DEFAULT 0,
  held_bytes INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0,
  online INTEGER NOT NULL DEFAULT 0,
  connection_id TEXT,
  since_ms INTEGER,
  arrival INTEGER NOT NULL DEFAULT 0,
  left_by TEXT,
  left_for TEXT,
  changed_by TEXT,
  changed_for TEXT,
  changed_at_ms INTEGER,
  attempted INTEGER NOT NULL DEFAULT 0,
  acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO clients (id, epoch, used_at_ms) VALUES (0, 0, 0);
CREATE INDEX online_clients ON clients (arrival) WHERE online = 1;
CREATE TABLE messages (
  place INTEGER PRIMARY KEY,
  client INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  data TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_of_client ON messages (client, seq);
CREATE TABLE revocations (
  client_id TEXT PRIMARY KEY,
  generation INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE posts (
  scope TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  answer TEXT,
  results INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX oldest_posts ON posts (at_ms);
CREATE TABLE acts (
  scope TEXT NOT NULL,
  item INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  stored INTEGER,
  PRIMARY KEY (scope, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE sockets (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  code INTEGER,
  reason TEXT,
  at_ms INTEGER
) STRICT;
`
