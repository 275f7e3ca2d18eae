// What a person adds to an experiment or a run, and its removal, which keeps the row: the same columns in both tables.
import type { Annotation } from '../../../shared/records.ts';
import type { Connection } from '../connection.ts';
import { toText } from '../plain-text.ts';

type Table = 'experiment' | 'run';

export function annotate(connection: Connection, table: Table, id: string, { note, tags }: Annotation): void {
  const sql = `UPDATE ${table} SET note = coalesce(@note, note), tags = coalesce(@tags, tags) WHERE id = @id`;
  connection.run(sql, { id, note: note ?? null, tags: tags ? toText(tags) : null });
}

export function setRemoved(connection: Connection, table: Table, id: string, removed: boolean): void {
  const when = removed ? new Date().toISOString() : null;
  connection.run(`UPDATE ${table} SET removed = @when WHERE id = @id`, { id, when });
}
