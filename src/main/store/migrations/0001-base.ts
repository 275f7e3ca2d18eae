// Version 1: the tables of a lab. A number that is NaN is stored as NULL; infinities are SQLite's own.
import type { Connection } from '../connection.ts';

export function base(connection: Connection): void {
  connection.exec(`
    CREATE TABLE experiment (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      note TEXT NOT NULL,
      created TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- A run keeps the hash of its corpus, not a reference: it outlives a corpus that was removed.
    CREATE TABLE run (
      id TEXT PRIMARY KEY,
      experiment TEXT NOT NULL REFERENCES experiment (id),
      name TEXT NOT NULL,
      configuration TEXT NOT NULL,
      corpus_hash TEXT NOT NULL,
      seed_group TEXT,
      parent_run TEXT REFERENCES run (id),
      parent_step INTEGER,
      status TEXT NOT NULL,
      message TEXT,
      queue_position INTEGER,
      created TEXT NOT NULL,
      changed TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX run_experiment ON run (experiment);

    CREATE TABLE segment (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run TEXT NOT NULL REFERENCES run (id),
      from_step INTEGER NOT NULL,
      last_step INTEGER,
      parent_run TEXT REFERENCES run (id),
      parent_step INTEGER,
      start TEXT NOT NULL,
      began TEXT NOT NULL,
      ended TEXT,
      outcome TEXT,
      end_step INTEGER
    ) STRICT;
    CREATE INDEX segment_run ON segment (run);

    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      segment INTEGER NOT NULL REFERENCES segment (id),
      name TEXT NOT NULL,
      UNIQUE (segment, name)
    ) STRICT;

    CREATE TABLE point (
      series INTEGER NOT NULL REFERENCES series (id),
      step INTEGER NOT NULL,
      value REAL,
      PRIMARY KEY (series, step)
    ) STRICT, WITHOUT ROWID;

    -- Steps position × 16^level up to the next position, summarised.
    CREATE TABLE bucket (
      series INTEGER NOT NULL REFERENCES series (id),
      level INTEGER NOT NULL,
      position INTEGER NOT NULL,
      count INTEGER NOT NULL,
      first_step INTEGER NOT NULL,
      first_value REAL,
      last_step INTEGER NOT NULL,
      last_value REAL,
      min_step INTEGER,
      min_value REAL,
      max_step INTEGER,
      max_value REAL,
      not_finite INTEGER NOT NULL,
      not_finite_step INTEGER,
      not_finite_value REAL,
      PRIMARY KEY (series, level, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE evaluation (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      segment INTEGER NOT NULL REFERENCES segment (id),
      created TEXT NOT NULL,
      step INTEGER NOT NULL,
      tokens REAL,
      seconds REAL,
      cost REAL,
      loss REAL,
      perplexity REAL,
      evaluated_tokens REAL,
      domains TEXT NOT NULL,
      routing TEXT,
      counts BLOB,
      similarity TEXT,
      pairs BLOB
    ) STRICT;
    CREATE INDEX evaluation_segment ON evaluation (segment);

    CREATE TABLE checkpoint (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run TEXT NOT NULL REFERENCES run (id),
      segment INTEGER NOT NULL REFERENCES segment (id),
      created TEXT NOT NULL,
      step INTEGER NOT NULL,
      folder TEXT NOT NULL,
      hashes TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      UNIQUE (run, step)
    ) STRICT;

    CREATE TABLE event (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run TEXT NOT NULL REFERENCES run (id),
      created TEXT NOT NULL,
      step INTEGER,
      kind TEXT NOT NULL,
      message TEXT NOT NULL,
      data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX event_run ON event (run);

    CREATE TABLE corpus (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      hash TEXT NOT NULL,
      name TEXT NOT NULL,
      created TEXT NOT NULL,
      description TEXT NOT NULL,
      sources TEXT NOT NULL,
      UNIQUE (hash, name)
    ) STRICT;
    CREATE INDEX corpus_name ON corpus (name);
  `);
}
