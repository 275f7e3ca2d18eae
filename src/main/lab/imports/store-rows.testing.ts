// Every row of a store as text, to see that nothing of it has changed: for tests alone.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Rows by table; without SQLite's own tables, which count ids that were ever given. */
export function rowsOf(home: string): Record<string, unknown[]> {
  const database = new Database(join(home, 'lab.sqlite'), { readonly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    const names = tables.pluck().all() as string[];
    return Object.fromEntries(names.map((name) => [name, database.prepare(`SELECT * FROM "${name}"`).raw().all()]));
  } finally {
    database.close();
  }
}

/** Names of all that lies under the folders of a home. */
export const filesOf = (home: string): string[] =>
  ['checkpoints', 'corpora'].flatMap((folder) =>
    readdirSync(join(home, folder), { recursive: true }).sort().map(String),
  );
