// Version 2: notes and tags, and removal that can be undone: what is removed keeps its row and the time of its removal.
import type { Connection } from '../connection.ts';

export function annotations(connection: Connection): void {
  connection.exec(`
    ALTER TABLE experiment ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE experiment ADD COLUMN removed TEXT;
    ALTER TABLE run ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE run ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE run ADD COLUMN removed TEXT;
  `);
}
