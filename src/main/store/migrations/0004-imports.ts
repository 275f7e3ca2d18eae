// Version 4: curves of other programs, in pieces of x, value pairs; and where runs, experiments and studies of bundles come from.
import type { Connection } from '../connection.ts';

export function imports(connection: Connection): void {
  connection.exec(`
    CREATE TABLE imported_curve (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      tag TEXT NOT NULL,
      quantity TEXT NOT NULL,
      axis TEXT NOT NULL,
      x TEXT NOT NULL,
      tokens_per_step REAL,
      points INTEGER NOT NULL,
      format TEXT NOT NULL,
      source TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      created TEXT NOT NULL,
      notes TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- Points in order, as float64 little-endian; the outline has the extremes of each stretch of them.
    CREATE TABLE imported_piece (
      id INTEGER PRIMARY KEY,
      curve TEXT NOT NULL REFERENCES imported_curve (id),
      position INTEGER NOT NULL,
      points BLOB NOT NULL,
      outline BLOB NOT NULL,
      UNIQUE (curve, position)
    ) STRICT;

    CREATE TABLE origin (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      bundle TEXT NOT NULL,
      imported TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX origin_fingerprint ON origin (kind, fingerprint);
  `);
}
