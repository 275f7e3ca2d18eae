// Version 5: what of a bundle is being taken in, piece by piece, and must not be seen before all of it is there.
import type { Connection } from '../connection.ts';

export function unseen(connection: Connection): void {
  connection.exec(`
    -- kind is that of origin.
    CREATE TABLE unseen (
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      PRIMARY KEY (kind, id)
    ) STRICT, WITHOUT ROWID;
  `);
}
