// Version 3: studies of checkpoints, and their parts, each a message of shared/wire.ts.
import type { Connection } from '../connection.ts';

export function studies(connection: Connection): void {
  connection.exec(`
    CREATE TABLE study (
      id TEXT PRIMARY KEY,
      run TEXT NOT NULL REFERENCES run (id),
      request TEXT NOT NULL,
      hash TEXT NOT NULL UNIQUE,
      status TEXT NOT NULL,
      message TEXT,
      queue_position INTEGER,
      provenance TEXT,
      total INTEGER,
      created TEXT NOT NULL,
      changed TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX study_run ON study (run);

    CREATE TABLE study_part (
      id INTEGER PRIMARY KEY,
      study TEXT NOT NULL REFERENCES study (id),
      key TEXT NOT NULL,
      result BLOB NOT NULL,
      UNIQUE (study, key)
    ) STRICT;
  `);
}
