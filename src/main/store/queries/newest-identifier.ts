// Runs and studies wait in one queue, and no two of them have one id.
import type { Connection } from '../connection.ts';

/** The newest id of runs and studies; null when there is none. */
export function newestIdentifier(connection: Connection): string | null {
  const sql = 'SELECT max(id) AS newest FROM (SELECT id FROM run UNION ALL SELECT id FROM study)';
  return connection.get<{ newest: string | null }>(sql)!.newest;
}
